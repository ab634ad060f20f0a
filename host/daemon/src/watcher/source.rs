//! Where events come from: the little that the watcher asks of an operating system.
//!
//! Adding and removing is done under the watcher's lock, and events are applied under it, so that what the watcher knows
//! of a watch and what the system knows of it never differ for whoever looks. A source never calls back.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// A watch of one directory; never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WatchId(pub(crate) i64);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Something was written, or its attributes changed.
    Changed,
    /// A name was made, or moved here.
    Appeared,
    /// A name was removed, or moved away.
    Gone,
    /// The watched directory itself has another name now.
    Moved,
    /// The watch has ended: its directory is gone, or the file system that it is on.
    Ended,
    /// Events were lost.
    Overflow,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    /// Whose directory it happened in; meaningless for an overflow.
    pub(crate) watch: WatchId,
    /// The name in the directory; `None` is the directory itself.
    pub(crate) name: Option<&'a OsStr>,
    pub(crate) what: What,
}

/// Why a directory is not watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotWatched {
    /// There is no directory of this name.
    Missing,
    /// The system allows no more watches.
    Limit,
    /// It is a link, or behind one: whoever reads through it looks at it himself.
    Link,
    /// Anything else, such as a lack of permission.
    Refused(String),
}

/// What a directory is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The build root, which may be a link: whatever happens in it.
    Root,
    /// A directory in the build root, which may not: whatever happens in it.
    Directory,
    /// The daemon's own directory: names that are made.
    Cookies,
}

/// Adds and removes watches.
pub(crate) trait Watches: Send {
    /// Watches one directory, and nothing below it. A directory that is watched already gives the same watch.
    fn add(&mut self, directory: &Path, purpose: Purpose) -> Result<WatchId, NotWatched>;

    /// Ends a watch; one that has ended already is no mistake.
    fn remove(&mut self, watch: WatchId);
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Woken {
    /// There are events to read.
    Events,
    /// The watcher is being closed.
    Closed,
}

/// Reads events, in the order in which things happened.
pub(crate) trait Events: Send {
    /// Waits until there are events, or until the source is closed.
    fn wait(&mut self) -> io::Result<Woken>;

    /// Hands over what is there, without waiting.
    fn read(&mut self, apply: &mut dyn FnMut(Event<'_>)) -> io::Result<()>;
}

/// Both ends of a source, and what closes it when it is dropped.
pub(crate) struct Source {
    pub(crate) watches: Box<dyn Watches>,
    pub(crate) events: Box<dyn Events>,
    pub(crate) close: Closer,
}

/// Closes a source when it is dropped: whoever waits for events is woken.
pub(crate) type Closer = Box<dyn std::any::Any + Send + Sync>;
