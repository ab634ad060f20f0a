//! Where `tracing` goes: to the console and the log file of each run, at the level that its `--level` asks for.
//!
//! What the host logs for its own developers shows at `debug` and `trace` only; warnings and errors are for users. Of a
//! process that carries out several runs at once, each of them is told: what is logged is about what they share.

use pants_model::LogLevel;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Takes a line, or several.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// Those who listen.
static LISTENERS: RwLock<Vec<Listener>> = RwLock::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

struct Listener {
    id: u64,
    level: Level,
    tell: Tell,
}

/// Gives what is logged from now on to whoever listens.
pub fn install() {
    if tracing::subscriber::set_global_default(Registry::default().with(ToListeners)).is_err() {
        // Nobody else in this process installs one; were it so, that one stays.
        tracing::debug!("a subscriber was installed before");
    }
}

/// Listens until the answer is dropped. `tell` must not log.
pub fn listen(level: LogLevel, tell: Tell) -> Listening {
    let level = match level {
        LogLevel::Trace => Level::TRACE,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info | LogLevel::Warn => Level::WARN,
        LogLevel::Error => Level::ERROR,
    };
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    LISTENERS.write().unwrap_or_else(PoisonError::into_inner).push(Listener { id, level, tell });
    tracing::callsite::rebuild_interest_cache();
    Listening(id)
}

/// Somebody listens.
#[must_use = "dropping it ends the listening"]
pub struct Listening(u64);

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.write().unwrap_or_else(PoisonError::into_inner).retain(|listener| listener.id != self.0);
        tracing::callsite::rebuild_interest_cache();
    }
}

struct ToListeners;

impl<S: Subscriber> Layer<S> for ToListeners {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(loudest())
    }

    fn enabled(&self, metadata: &tracing::Metadata<'_>, _context: Context<'_, S>) -> bool {
        *metadata.level() <= loudest()
    }

    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let level = *event.metadata().level();
        let listeners = LISTENERS.read().unwrap_or_else(PoisonError::into_inner);
        let tells: Vec<(Level, Tell)> = listeners
            .iter()
            .filter(|listener| level <= listener.level)
            .map(|listener| (listener.level, listener.tell.clone()))
            .collect();
        // Whoever is told may take its time.
        drop(listeners);
        for (of_listener, tell) in tells {
            tell(&if of_listener <= Level::WARN { as_message(event) } else { in_detail(event) });
        }
    }
}

fn loudest() -> LevelFilter {
    let listeners = LISTENERS.read().unwrap_or_else(PoisonError::into_inner);
    listeners.iter().map(|listener| LevelFilter::from_level(listener.level)).max().unwrap_or(LevelFilter::OFF)
}

/// For users, to whom the module says nothing: `warning: ...`, as all other messages.
fn as_message(event: &Event<'_>) -> String {
    let is_error = *event.metadata().level() == Level::ERROR;
    format!("{}: {}", if is_error { "error" } else { "warning" }, Text::of(event))
}

/// For developers.
fn in_detail(event: &Event<'_>) -> String {
    format!("{:>5} {}: {}", event.metadata().level(), event.metadata().target(), Text::of(event))
}

/// The message of an event, and its fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn of(event: &Event<'_>) -> Self {
        let mut text = Self::default();
        event.record(&mut text);
        text
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("a string takes everything");
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.message, self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What listeners of these levels are told.
    fn told(levels: &[LogLevel], log: impl FnOnce()) -> Vec<String> {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let listening: Vec<Listening> = levels
            .iter()
            .map(|level| {
                let lines = lines.clone();
                listen(*level, Arc::new(move |line| lines.lock().expect("nobody panicked").push(line.to_owned())))
            })
            .collect();
        tracing::subscriber::with_default(Registry::default().with(ToListeners), log);
        drop(listening);
        std::mem::take(&mut *lines.lock().expect("nobody panicked"))
    }

    #[test]
    fn users_are_told_messages_and_developers_all_of_it() {
        let lines = told(&[LogLevel::Info, LogLevel::Debug], || {
            tracing::warn!(path = "a/b", "going on without a cache index");
            tracing::debug!("a detail");
        });
        let module = module_path!();
        let expect = [
            "warning: going on without a cache index path=\"a/b\"".to_owned(),
            format!(" WARN {module}: going on without a cache index path=\"a/b\""),
            format!("DEBUG {module}: a detail"),
        ];
        assert_eq!(lines, expect);
    }
}
