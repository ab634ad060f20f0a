//! Events of other systems, by way of `notify`.
//!
//! It names paths and not watches, so each watched path is one. On systems whose own interface is recursive it tells of
//! more than was asked for, which is left out here. Its own thread calls back, so events are queued and applied later.

use super::source::{Closer, Event, Events, NotWatched, Purpose, Source, WatchId, Watches, What, Woken};
use notify::event::{EventKind, Flag, ModifyKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the thread of `notify` leaves.
enum Letter {
    Event(notify::Result<notify::Event>),
    Close,
}

/// The watched paths, as both ends know them.
#[derive(Default)]
struct Known {
    by_path: HashMap<PathBuf, WatchId>,
    paths: HashMap<WatchId, PathBuf>,
    next: i64,
}

/// Opens a source; the error is the system's.
pub(super) fn open() -> io::Result<Source> {
    let (sender, letters) = channel();
    let close = CloseOnDrop(sender.clone());
    let handler = move |event| drop(sender.send(Letter::Event(event))); // Nobody reads at the end.
    let watcher = notify::recommended_watcher(handler).map_err(io::Error::other)?;
    let known = Arc::new(Mutex::new(Known::default()));
    let watches = Adding { watcher, known: known.clone() };
    let events = Reading { letters, known, first: None };
    let close: Closer = Box::new(close);
    Ok(Source { watches: Box::new(watches), events: Box::new(events), close })
}

struct CloseOnDrop(Sender<Letter>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        // Whoever would read it is gone already, otherwise.
        drop(self.0.send(Letter::Close));
    }
}

struct Adding {
    watcher: RecommendedWatcher,
    known: Arc<Mutex<Known>>,
}

impl Watches for Adding {
    fn add(&mut self, directory: &Path, purpose: Purpose) -> Result<WatchId, NotWatched> {
        if purpose == Purpose::Directory && !directory.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(NotWatched::Missing);
        }
        self.watcher.watch(directory, RecursiveMode::NonRecursive).map_err(|error| not_watched(&error))?;
        let mut known = lock(&self.known);
        if let Some(watch) = known.by_path.get(directory) {
            return Ok(*watch);
        }
        known.next += 1;
        let watch = WatchId(known.next);
        known.by_path.insert(directory.to_owned(), watch);
        known.paths.insert(watch, directory.to_owned());
        Ok(watch)
    }

    fn remove(&mut self, watch: WatchId) {
        let Some(path) = lock(&self.known).forget(watch) else { return };
        if let Err(error) = self.watcher.unwatch(&path) {
            tracing::trace!(path = %path.display(), %error, "a watch had ended already");
        }
    }
}

impl Known {
    fn forget(&mut self, watch: WatchId) -> Option<PathBuf> {
        let path = self.paths.remove(&watch)?;
        self.by_path.remove(&path);
        Some(path)
    }
}

fn not_watched(error: &notify::Error) -> NotWatched {
    match &error.kind {
        ErrorKind::PathNotFound => NotWatched::Missing,
        ErrorKind::MaxFilesWatch => NotWatched::Limit,
        ErrorKind::Io(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            NotWatched::Missing
        }
        _ => NotWatched::Refused(error.to_string()),
    }
}

struct Reading {
    letters: Receiver<Letter>,
    known: Arc<Mutex<Known>>,
    first: Option<notify::Result<notify::Event>>,
}

impl Events for Reading {
    fn wait(&mut self) -> io::Result<Woken> {
        match self.letters.recv() {
            Ok(Letter::Event(event)) => {
                self.first = Some(event);
                Ok(Woken::Events)
            }
            Ok(Letter::Close) | Err(_) => Ok(Woken::Closed),
        }
    }

    fn read(&mut self, apply: &mut dyn FnMut(Event<'_>)) -> io::Result<()> {
        let mut next = self.first.take();
        while let Some(event) = next {
            tell(&self.known, &event.map_err(io::Error::other)?, apply);
            next = match self.letters.try_recv() {
                Ok(Letter::Event(event)) => Some(event),
                // The thread that waits hears of it when it waits again: both senders are gone then.
                Ok(Letter::Close) | Err(_) => None,
            };
        }
        Ok(())
    }
}

fn tell(known: &Mutex<Known>, event: &notify::Event, apply: &mut dyn FnMut(Event<'_>)) {
    if event.flag() == Some(Flag::Rescan) {
        return apply(Event { watch: WatchId(0), name: None, what: What::Overflow });
    }
    let what = match event.kind {
        EventKind::Access(notify::event::AccessKind::Close(_)) => What::Changed,
        EventKind::Access(_) => return,
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => What::Appeared,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => What::Gone,
        // The names of a rename are told of one by one, too, or it is not known which is which.
        EventKind::Modify(ModifyKind::Name(_)) => {
            for path in &event.paths {
                tell_of(known, path, What::Gone, apply);
                tell_of(known, path, What::Appeared, apply);
            }
            return;
        }
        EventKind::Modify(_) | EventKind::Any | EventKind::Other => What::Changed,
    };
    for path in &event.paths {
        tell_of(known, path, what, apply);
    }
}

/// Tells of a path to the watches of its directory and of itself.
fn tell_of(known: &Mutex<Known>, path: &Path, what: What, apply: &mut dyn FnMut(Event<'_>)) {
    let (own, above) = {
        let known = lock(known);
        let above = path.parent().and_then(|parent| known.by_path.get(parent).copied());
        (known.by_path.get(path).copied(), above)
    };
    if let (Some(watch), Some(name)) = (above, path.file_name()) {
        apply(Event { watch, name: Some(name), what });
    }
    if let Some(watch) = own {
        let what = if what == What::Gone { What::Moved } else { What::Changed };
        apply(Event { watch, name: None, what });
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
