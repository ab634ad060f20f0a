//! The locks of work directories, taken by one thread in the order of their names.
//!
//! Every run takes them in the same order and holds earlier ones while it waits for later ones, so no two runs can wait
//! for each other. The files stand in a directory of their own, `.pants.d/.locks`, so that whoever cleans a work
//! directory need not touch them.

use super::Wake;
use crate::run_state::RunState;
use crate::task_error::TaskError;
use pants_model::Event;
use pants_process::{Cancel, LockError, WorkdirLock};
use std::sync::mpsc::Sender;

/// The lock of one work directory; given back when dropped.
pub(super) type Lock = WorkdirLock;

/// A lock that a goal wants.
pub(super) struct Wish {
    pub(super) goal: usize,
    pub(super) scope: String,
    /// Cancelled when the goal does not want it any more.
    pub(super) cancel: Cancel,
}

/// Takes locks one after the other, and says for whom it waits.
pub(super) fn take_all(run: &RunState, mut wishes: Vec<Wish>, who: &str, wake: &Sender<Wake>) {
    wishes.sort_by(|left, right| left.scope.cmp(&right.scope));
    let directory = run.workdir.join(".locks");
    for Wish { goal, scope, cancel } in wishes {
        let path = directory.join(format!("{scope}.lock"));
        let mut waiting = |holder: &str| run.emit(Event::Waiting { scope: scope.clone(), holder: holder.to_owned() });
        let result = WorkdirLock::acquire(&path, who, &cancel, &mut waiting).map_err(|error| match error {
            LockError::Cancelled(_) => TaskError::cancelled(),
            error => TaskError::failed("cannot lock the work directory").caused_by(error),
        });
        // The loop may be gone: it does not wait for the locks of cancelled goals.
        if wake.send(Wake::Locked { goal, result }).is_err() {
            return;
        }
    }
}
