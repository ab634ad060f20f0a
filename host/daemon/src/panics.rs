//! Panics of this program: kept for the message of the internal error that they are, instead of printed where they
//! happen.

use crate::failure::Failure;
use std::any::Any;
use std::backtrace::Backtrace;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Where the last panic happened, and how it came there when that was asked for.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the place of every panic, and its backtrace when that is wanted.
pub fn keep(backtraces: Backtraces) {
    std::panic::set_hook(Box::new(move |info| {
        let mut place = info.location().map(ToString::to_string).unwrap_or_default();
        if backtraces == Backtraces::Shown {
            place.push_str(&format!("\n{}", Backtrace::force_capture()));
        }
        tracing::debug!("panic at {place}");
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }));
}

/// Whether an internal error shows how the program came there (`--print-exception-stacktrace`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backtraces {
    /// It does.
    Shown,
    /// It says where it happened.
    Hidden,
}

/// Runs the body; a panic in it is an internal error.
pub fn catching<T>(body: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        let place = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let text = text_of(&*payload);
        Failure::internal(place.map_or_else(|| text.clone(), |place| format!("{text}, at {place}")))
    })
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a text".to_owned())
}
