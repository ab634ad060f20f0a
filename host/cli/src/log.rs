//! Where `tracing` goes: to standard error and to the log file, at the level that `--level` asks for.

use pants_options::Bootstrap;
use std::fs::File;
use std::sync::Mutex;
use tracing::Level;
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt};

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
        Level::ERROR | Level::WARN => {
            tracing::subscriber::set_global_default(lines.without_time().with_target(false).finish())
        }
        _ => tracing::subscriber::set_global_default(lines.finish()),
    };
    if is_installed.is_err() {
        // Nobody else in this process installs one; were it so, that one stays.
        tracing::debug!("a subscriber was installed before");
    }
}
