//! Where `tracing` goes: to standard error and to the log file, at the level that `--level` asks for.

use pants_options::Bootstrap;
use std::fmt;
use std::fs::File;
use std::sync::Mutex;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt};
use tracing_subscriber::registry::LookupSpan;

/// Installs the subscriber. What the host logs for its own developers shows at `debug` and `trace` only.
pub(crate) fn install(bootstrap: &Bootstrap, log_file: Option<File>) {
    let level = match bootstrap.values.value("", "level").as_str() {
        Some("trace") => Level::TRACE,
        Some("debug") => Level::DEBUG,
        Some("error") => Level::ERROR,
        _ => Level::WARN,
    };
    let writer = match log_file {
        Some(file) => BoxMakeWriter::new(std::io::stderr.and(Mutex::new(file))),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(writer).with_ansi(false);
    // Warnings and errors are for users, to whom the module and the microsecond say nothing.
    let is_installed = match level {
        Level::ERROR | Level::WARN => tracing::subscriber::set_global_default(lines.event_format(AsMessage).finish()),
        _ => tracing::subscriber::set_global_default(lines.finish()),
    };
    if is_installed.is_err() {
        // Nobody else in this process installs one; were it so, that one stays.
        tracing::debug!("a subscriber was installed before");
    }
}

/// Lines that look like all other messages: `warning: ...`.
struct AsMessage;

impl<S, N> FormatEvent<S, N> for AsMessage
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let is_error = *event.metadata().level() == Level::ERROR;
        writer.write_str(if is_error { "error: " } else { "warning: " })?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::{Arc, PoisonError};

    /// What was logged.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_logged_for_users_looks_like_a_message() {
        let lines = Lines::default();
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || lines.clone())
            .with_ansi(false)
            .event_format(AsMessage)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(path = "a/b", "going on without a cache index");
            tracing::error!("the end");
        });
        let said = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let said = String::from_utf8(said).expect("it is text");
        assert_eq!(said, "warning: going on without a cache index path=\"a/b\"\nerror: the end\n");
    }
}
