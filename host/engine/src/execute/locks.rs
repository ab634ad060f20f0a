//! The locks of work directories, taken by one thread in the order of their names.
//!
//! Every run takes them in the same order and holds earlier ones while it waits for later ones, so no two runs can wait
//! for each other. The files stand in a directory of their own, `.pants.d/.locks`, so that whoever cleans a work
//! directory need not touch them. A goal that wants everything gets what the other goals of its run leave: they hold
//! theirs for it, and nobody waits for himself.

use super::Wake;
use crate::run_state::RunState;
use crate::task_error::TaskError;
use pants_model::Event;
use pants_process::{Cancel, Claimant, LockError, WorkdirLock};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::Sender;

/// The locks that a goal wanted; given back when dropped.
pub(super) type Locks = Vec<WorkdirLock>;

/// What a goal wants locked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Its own work directory.
    Own,
    /// Every work directory that there is.
    Everything,
}

/// Locks that a goal wants.
pub(super) struct Wish {
    pub(super) goal: usize,
    pub(super) scope: String,
    pub(super) extent: Extent,
    /// Cancelled when the goal does not want them any more.
    pub(super) cancel: Cancel,
}

/// Takes locks one after the other, and says for whom it waits.
pub(super) fn take_all(run: &RunState, wishes: Vec<Wish>, who: &Claimant, wake: &Sender<Wake>) {
    let directory = run.workdir.join(".locks");
    let (everything, own): (Vec<Wish>, Vec<Wish>) =
        wishes.into_iter().partition(|wish| wish.extent == Extent::Everything);
    let mut names: BTreeMap<String, Option<Wish>> =
        own.into_iter().map(|wish| (wish.scope.clone(), Some(wish))).collect();
    if !everything.is_empty() {
        for name in taken_before(&directory) {
            names.entry(name).or_default();
        }
    }

    let lock = |name: &str, wish: &Wish| {
        let scope = &wish.scope;
        let mut waiting = |holder: &str| run.emit(Event::Waiting { scope: scope.clone(), holder: holder.to_owned() });
        let path = directory.join(format!("{name}{ENDING}"));
        WorkdirLock::acquire(&path, who, &wish.cancel, &mut waiting).map_err(failed)
    };
    // The loop may be gone: it does not wait for the locks of cancelled goals.
    let tell = |goal, result| wake.send(Wake::Locked { goal, result }).is_ok();
    let mut rest = Ok(Locks::new());
    for (name, wish) in names {
        match (wish, everything.first()) {
            (Some(wish), _) => {
                if !tell(wish.goal, lock(&name, &wish).map(|lock| vec![lock])) {
                    return;
                }
            }
            (None, Some(wish)) => {
                rest = rest.and_then(|mut locks| {
                    locks.push(lock(&name, wish)?);
                    Ok(locks)
                });
            }
            (None, None) => {}
        }
    }
    for wish in everything {
        if !tell(wish.goal, std::mem::replace(&mut rest, Ok(Locks::new()))) {
            return;
        }
    }
}

const ENDING: &str = ".lock";

fn failed(error: LockError) -> TaskError {
    match error {
        LockError::Cancelled(_) => TaskError::cancelled(),
        LockError::HeldByOuterRun { .. } => TaskError::failed("cannot lock the work directory")
            .caused_by(error)
            .hint("a run in a run needs a work directory of its own: `--pants-workdir=.pants.d/inner`"),
        LockError::Io { .. } => TaskError::failed("cannot lock the work directory").caused_by(error),
    }
}

/// The names of all locks that some run ever took.
fn taken_before(directory: &Path) -> Vec<String> {
    // Without the directory, nobody took any.
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(ENDING)?.to_owned())).collect()
}
