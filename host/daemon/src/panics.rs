//! Panics of this program: kept for the message of the internal error that they are, instead of printed where they
//! happen.
//!
//! A process may carry out several runs at once. What panics in the span of a run (see [`crate::log`]) is that run's,
//! whatever the thread, with a backtrace if that run asked for it; everything else is its thread's.

use crate::failure::Failure;
use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing::Span;

/// The runs that are carried out, by the ids of their spans.
static RUNS: Mutex<BTreeMap<u64, OfRun>> = Mutex::new(BTreeMap::new());

thread_local! {
    /// Where the last panic of a thread happened that belongs to no run.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What is known of the panics of a run.
struct OfRun {
    backtraces: Backtraces,
    /// Where the last one happened, and how it came there when that was asked for.
    last: Option<String>,
}

/// Keeps the place of every panic from now on.
pub fn keep() {
    std::panic::set_hook(Box::new(|info| {
        let mut place = info.location().map(ToString::to_string).unwrap_or_default();
        let run = key(&Span::current());
        let is_wanted = run.and_then(|run| runs().get(&run).map(|of_run| of_run.backtraces));
        if is_wanted == Some(Backtraces::Shown) {
            place.push_str(&format!("\n{}", Backtrace::force_capture()));
        }
        tracing::debug!("panic at {place}");
        match run.and_then(|run| runs().get_mut(&run).map(|of_run| of_run.last = Some(place.clone()))) {
            Some(()) => {}
            // A thread that is about to end keeps nothing, and nobody asks it.
            None => drop(LAST.try_with(|last| *last.borrow_mut() = Some(place))),
        }
    }));
}

/// Whether an internal error shows how the program came there (`--print-exception-stacktrace`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backtraces {
    /// It does.
    Shown,
    /// It says where it happened.
    Hidden,
}

/// Runs the body; a panic in it is an internal error.
pub fn catching<T>(body: impl FnOnce() -> T) -> Result<T, Failure> {
    caught(body, || LAST.take())
}

/// Carries out a run in its span; a panic in it, on whatever thread, is an internal error.
pub(crate) fn catching_in_run<T>(span: &Span, backtraces: Backtraces, body: impl FnOnce() -> T) -> Result<T, Failure> {
    let Some(run) = key(span) else { return catching(body) };
    runs().insert(run, OfRun { backtraces, last: None });
    let done = caught(|| span.in_scope(body), || runs().get_mut(&run).and_then(|of_run| of_run.last.take()));
    runs().remove(&run);
    done
}

fn caught<T>(body: impl FnOnce() -> T, place: impl FnOnce() -> Option<String>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        let text = text_of(&*payload);
        Failure::internal(place().map_or_else(|| text.clone(), |place| format!("{text}, at {place}")))
    })
}

fn key(span: &Span) -> Option<u64> {
    span.id().map(|id| id.into_u64())
}

fn runs() -> MutexGuard<'static, BTreeMap<u64, OfRun>> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use tracing_subscriber::Registry;

    fn message<T>(failed: Result<T, Failure>) -> String {
        let mut shown = Vec::new();
        failed.err().expect("it panicked").show(&mut shown);
        String::from_utf8(shown).expect("messages are text")
    }

    #[test]
    fn runs_do_not_mix_their_panics() {
        keep();
        tracing::subscriber::with_default(Registry::default(), || {
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let (first, second) = (tracing::error_span!("first"), tracing::error_span!("second"));
            let told = catching_in_run(&first, Backtraces::Shown, || {
                // It is caught, and the next one is nobody's business in the first run.
                let inner = catching_in_run(&second, Backtraces::Hidden, || panic!("of the second"));
                let inner = message::<()>(inner);
                assert!(inner.contains("of the second, at "), "{inner}");
                assert!(!inner.contains("runs_do_not_mix_their_panics"), "a backtrace that nobody asked for: {inner}");
                // A thread of the run, whose panic is passed on as it is.
                let span = Span::current();
                let panicked = std::thread::scope(|scope| {
                    let body =
                        || tracing::dispatcher::with_default(&dispatch, || span.in_scope(|| panic!("on a thread")));
                    scope.spawn(body).join().expect_err("it panics")
                });
                std::panic::resume_unwind(panicked);
            });
            let told = message::<()>(told);
            assert!(told.contains("on a thread, at ") && told.contains("panics.rs:"), "{told}");
            assert!(told.contains("runs_do_not_mix_their_panics"), "the backtrace: {told}");
        });
        assert!(runs().is_empty());
    }
}
