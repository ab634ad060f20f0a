//! Who carries a run out: this process, or the daemon that keeps the build graph warm.
//!
//! Holds no build logic: whoever it is calls [`pants_session::run`]. Today every run is carried out directly, with
//! nothing warm; `--pantsd` is accepted and changes nothing yet.

use pants_model::EventSink;
use pants_process::Cancel;
use pants_session::{Outcome, Request, SessionError, Warm};
use std::sync::Arc;

/// Carries a run out and waits for its end.
pub fn carry_out(request: &Request, events: &Arc<dyn EventSink>, cancel: &Cancel) -> Result<Outcome, SessionError> {
    let warm = Warm::empty();
    let outcome = pants_session::run(request, &warm, events, cancel);
    warm.shutdown();
    outcome
}
