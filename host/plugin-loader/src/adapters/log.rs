//! What plugins log, as events of the host's own `tracing`.
//!
//! Each dylib has a dispatcher of its own, so its events would be lost. A panic in a `drop` of a plugin arrives here too,
//! because `drop` has no answer to put it into; whoever drops something that matters listens with [`panics_of`].

use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, RStr};
use plugin_api::abi::{AbiLog, AbiLog_TO, LOG_PANIC, LogObject};
use std::cell::RefCell;
use tracing::level_filters::LevelFilter;

const ERROR: u8 = 1;
const WARN: u8 = 2;
const INFO: u8 = 3;
const DEBUG: u8 = 4;

/// A panic that a plugin's side caught in a `drop`.
#[derive(Debug)]
pub(super) struct DropPanic {
    /// File, line and column in the plugin's source.
    pub place: String,
    /// What was dropped, and what it panicked with.
    pub message: String,
}

thread_local! {
    /// The panics reported on this thread, while somebody listens.
    static LISTENER: RefCell<Option<Vec<DropPanic>>> = const { RefCell::new(None) };
}

/// Where a plugin's log lines go.
pub(super) fn log_object(plugin: &str) -> LogObject {
    AbiLog_TO::from_ptr(RArc::new(LogShim { plugin: plugin.to_owned() }), TD_Opaque)
}

/// Drops something of a plugin, and returns the panics that its side caught meanwhile.
pub(super) fn panics_of(drop: impl FnOnce()) -> Vec<DropPanic> {
    LISTENER.with(|listener| *listener.borrow_mut() = Some(Vec::new()));
    drop();
    LISTENER.with(|listener| listener.borrow_mut().take()).unwrap_or_default()
}

struct LogShim {
    plugin: String,
}

impl AbiLog for LogShim {
    fn enabled(&self, level: u8, _target: RStr<'_>) -> bool {
        level <= ERROR || level_filter(level) <= LevelFilter::current()
    }

    fn log(&self, level: u8, target: RStr<'_>, message: RStr<'_>) {
        let (plugin, place, message) = (self.plugin.as_str(), target.as_str(), message.as_str());
        match level {
            LOG_PANIC => self.report_panic(place, message),
            ERROR => tracing::error!(plugin, place, "{message}"),
            WARN => tracing::warn!(plugin, place, "{message}"),
            INFO => tracing::info!(plugin, place, "{message}"),
            DEBUG => tracing::debug!(plugin, place, "{message}"),
            _ => tracing::trace!(plugin, place, "{message}"),
        }
    }
}

impl LogShim {
    fn report_panic(&self, place: &str, message: &str) {
        let panic = DropPanic { place: place.to_owned(), message: message.to_owned() };
        let unheard = LISTENER.with(|listener| match listener.borrow_mut().as_mut() {
            Some(panics) => {
                panics.push(panic);
                None
            }
            None => Some(panic),
        });
        if let Some(DropPanic { place, message }) = unheard {
            tracing::error!(plugin = self.plugin, place, "{message}");
        }
    }
}

fn level_filter(level: u8) -> LevelFilter {
    match level {
        LOG_PANIC | ERROR => LevelFilter::ERROR,
        WARN => LevelFilter::WARN,
        INFO => LevelFilter::INFO,
        DEBUG => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}
