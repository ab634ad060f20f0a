//! The bridge that takes a plugin's `tracing` events and the places of its panics to the host.

use super::LogObject;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

static LOG: OnceLock<LogObject> = OnceLock::new();

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    /// How many calls of this thread would catch a panic.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
}

/// Installs the bridge; once a dylib.
pub(super) fn install(sink: LogObject) {
    if LOG.set(sink).is_err() {
        return;
    }
    // Each dylib has a dispatcher of its own; one that set it already keeps it.
    let _ = tracing::subscriber::set_global_default(Bridge);
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // Whoever catches a panic tells it. A thread that the plugin started has nobody who does.
        if let (0, Some(log)) = (CATCHING.get(), LOG.get()) {
            let message = format!("a thread of the plugin panicked: {}", text_of(info.payload()));
            log.log(log_level_number(&Level::ERROR), place.as_str().into(), message.as_str().into());
        }
        LAST_PANIC.with(|last| *last.borrow_mut() = place);
    }));
}

/// What a panic says.
pub(super) fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("with a value that is no text")
}

/// Runs what an author wrote, and catches a panic in it.
pub(super) fn catch<T>(body: impl FnOnce() -> T) -> std::thread::Result<T> {
    CATCHING.set(CATCHING.get() + 1);
    // What a panic leaves half-changed is the author's own, and dropped with it.
    let result = catch_unwind(AssertUnwindSafe(body));
    CATCHING.set(CATCHING.get() - 1);
    result
}

/// Reports a panic in a `drop`, which has no answer to put it into: level [`LOG_PANIC`], with the place as the target.
pub(super) fn report_panic(place: &str, message: &str) {
    if let Some(log) = LOG.get() {
        log.log(LOG_PANIC, place.into(), message.into());
    }
}

/// Takes where the last panic of this thread happened: `file:line:column`; empty when the hook was not installed, or saw
/// nothing since.
pub(super) fn take_panic_place() -> String {
    LAST_PANIC.take()
}

/// The level of a panic that nobody could be told about in another way; its target is the place in the source.
pub const LOG_PANIC: u8 = 0;

/// The number of a level on the wire: 1 error to 5 trace.
pub fn log_level_number(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

struct Bridge;

impl Subscriber for Bridge {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        LOG.get().is_some_and(|log| log.enabled(log_level_number(metadata.level()), metadata.target().into()))
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        if let Some(log) = LOG.get() {
            let metadata = event.metadata();
            log.log(log_level_number(metadata.level()), metadata.target().into(), text.0.as_str().into());
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

/// The message first, then the fields as `name=value`.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
