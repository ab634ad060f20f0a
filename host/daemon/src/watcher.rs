//! The watcher: tells what happened to files of the build root since it was last asked, and never too little.
//!
//! It watches single directories, those that it is asked for and those above them, so nothing that is ignored costs
//! anything. Two threads: one reads events and applies them, one arms directories. Everything they know is the
//! [`Ledger`], under one lock.
//!
//! Before it answers it raises a fence: it writes a file into a directory of the daemon and waits for the event of that
//! file, which comes after those of all that happened before. What it cannot watch, or does not watch yet, it names in
//! [`Look::At`]; where events were lost it says [`Look::Everywhere`] once; where there are none at all it says so each
//! time, and [`Watcher::degraded`] gives the reason. So a caller that believes it is never wrong, only slower.
//!
//! Links are refused, and what is reached by way of them with them: a directory has one name here. Hard links and links
//! are looked at by whoever reads through them.
//!
//! Must not know: BUILD files, runs, clients.

use ledger::{COOKIE_PREFIX, Ledger};
use pants_session::{Changes, FileEvents};
use source::{Closer, Events, Source, Woken};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

mod source;
// Floors, the lowest first.
mod directories;
mod file_system;
#[cfg(target_os = "linux")]
mod inotify;
mod ledger;
#[cfg(any(not(target_os = "linux"), test))]
mod portable;

mod inspect;

pub(crate) use file_system::{FileSystem, FileSystemOf, file_system_of};
pub use ledger::Trouble;

/// How many directories the thread that arms takes at once.
const BATCH: usize = 256;

/// How many fences may take too long, one after the other, until events are no longer believed in. A first one that fails
/// is enough: then there never were any.
const MOST_FAILURES: u32 = 3;

/// What a watcher is opened with.
#[derive(Clone, Debug)]
pub struct WatcherConfig {
    /// The build root, absolute; it may be a link.
    pub build_root: PathBuf,
    /// A directory of the daemon's own, for the cookies of fences; made when it is missing, emptied, and removed at the end.
    pub cookies: PathBuf,
    /// How long a fence may take.
    pub patience: Duration,
    /// How many directories are watched at most; the system has a limit of its own.
    pub most_watches: usize,
    /// Tells the file system of a directory.
    pub(crate) file_system_of: FileSystemOf,
}

impl WatcherConfig {
    /// The usual one.
    pub fn new(build_root: PathBuf, cookies: PathBuf) -> Self {
        let patience = Duration::from_secs(2);
        Self { build_root, cookies, patience, most_watches: usize::MAX, file_system_of }
    }
}

/// Watches directories of a build root.
pub struct Watcher {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Dropped first of all: it wakes the thread that reads events.
    close: Option<Closer>,
}

struct Shared {
    config: WatcherConfig,
    /// Device and inode of the build root; `None` where it is not there.
    root: Option<(u64, u64)>,
    state: Mutex<State>,
    /// A fence was seen, or all is settled.
    changed: Condvar,
    /// There may be directories to arm, or the end has come.
    wanted: Condvar,
    on_news: Mutex<Option<OnNews>>,
}

type OnNews = Arc<dyn Fn() + Send + Sync>;

struct State {
    mode: Mode,
    failures: u32,
    is_closing: bool,
}

enum Mode {
    Watching(Box<Ledger>),
    /// There are no events; why.
    Blind(String),
}

impl Watcher {
    /// Opens a watcher; where nothing can be watched it is one that knows nothing, and says why.
    pub fn open(config: WatcherConfig) -> Self {
        let source = open_source();
        Self::with_source(config, source)
    }

    pub(crate) fn with_source(config: WatcherConfig, source: io::Result<Source>) -> Self {
        let prepared = source.map_err(|error| no_events(&error)).and_then(|source| prepare(&config, source));
        let (mode, running) = match prepared {
            Ok((ledger, events, close)) => (Mode::Watching(Box::new(ledger)), Some((events, close))),
            Err(reason) => {
                tracing::warn!("{reason}");
                (Mode::Blind(reason), None)
            }
        };
        let root = identity(&config.build_root);
        let state = Mutex::new(State { mode, failures: MOST_FAILURES - 1, is_closing: false });
        let shared = Arc::new(Shared {
            config,
            root,
            state,
            changed: Condvar::new(),
            wanted: Condvar::new(),
            on_news: Mutex::default(),
        });
        let mut watcher = Self { shared, threads: Vec::new(), close: None };
        if let Some((events, close)) = running {
            watcher.close = Some(close);
            watcher.start(events);
        }
        watcher
    }

    fn start(&mut self, events: Box<dyn Events>) {
        let shared = self.shared.clone();
        let reading = std::thread::Builder::new().name("file events".into()).spawn(move || shared.read_events(events));
        let shared = self.shared.clone();
        let arming = std::thread::Builder::new().name("arming watches".into()).spawn(move || shared.arm_directories());
        for thread in [reading, arming] {
            match thread {
                Ok(thread) => self.threads.push(thread),
                Err(error) => self.shared.lock().go_blind(no_events(&error)),
            }
        }
    }

    /// Why some or all directories are not watched, in one line for the user.
    pub fn degraded(&self) -> Option<String> {
        match &self.shared.lock().mode {
            Mode::Watching(ledger) => ledger.degraded(),
            Mode::Blind(reason) => Some(reason.clone()),
        }
    }

    /// How many directories are watched.
    pub fn watched(&self) -> usize {
        self.shared.lock().ledger().map_or(0, |ledger| ledger.watched())
    }

    /// What the daemon cannot go on with.
    pub fn trouble(&self) -> Option<Trouble> {
        self.shared.lock().ledger().and_then(|ledger| ledger.trouble())
    }

    /// Counts what happened: whoever finds another number than before has reason to ask.
    pub fn news(&self) -> u64 {
        self.shared.lock().ledger().map_or(0, |ledger| ledger.news())
    }

    /// Waits until it is known of each directory that was asked for whether it is watched; `false` when that takes longer.
    pub fn await_settled(&self, patience: Duration) -> bool {
        let is_unsettled = |state: &mut State| state.ledger().is_some_and(|ledger| !ledger.is_settled());
        let waited = self.shared.changed.wait_timeout_while(self.shared.lock(), patience, is_unsettled);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Calls `callback` whenever there may be news or trouble. It runs on a thread of the watcher and must only wake
    /// somebody.
    pub fn on_news(&self, callback: impl Fn() + Send + Sync + 'static) {
        *self.shared.on_news.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(callback));
    }
}

impl FileEvents for Watcher {
    fn watch(&self, dirs: &[Arc<str>]) {
        if let Some(ledger) = self.shared.lock().ledger() {
            ledger.ask(dirs);
        }
        self.shared.wanted.notify_all();
    }

    fn drain(&self) -> Changes {
        self.shared.drain()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.wanted.notify_all();
        drop(self.close.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the watcher has panicked");
            }
        }
        // What others put there keeps it.
        drop(fs::remove_dir(&self.shared.config.cookies));
    }
}

impl State {
    fn ledger(&mut self) -> Option<&mut Ledger> {
        match &mut self.mode {
            Mode::Watching(ledger) => Some(ledger),
            Mode::Blind(_) => None,
        }
    }

    fn go_blind(&mut self, reason: String) {
        tracing::warn!("{reason}");
        self.mode = Mode::Blind(reason);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_news(&self) {
        let callback = self.on_news.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(callback) = callback {
            callback();
        }
    }

    // The thread that reads.

    fn read_events(&self, mut events: Box<dyn Events>) {
        let _failure = FailOnPanic(self);
        let mut known = 0;
        loop {
            let woken = events.wait();
            let mut state = self.lock();
            if state.is_closing {
                return;
            }
            let Some(ledger) = state.ledger() else { return };
            let read = match woken {
                Ok(Woken::Closed) => return,
                Ok(Woken::Events) => events.read(&mut |event| ledger.apply(event)),
                Err(error) => Err(error),
            };
            if let Err(error) = &read {
                ledger.fail(error.to_string());
            }
            let news = ledger.news();
            let is_settled = ledger.is_settled();
            drop(state);
            self.changed.notify_all();
            if !is_settled {
                self.wanted.notify_all();
            }
            if std::mem::replace(&mut known, news) != news {
                self.tell_news();
            }
            if read.is_err() {
                return;
            }
        }
    }

    // The thread that arms.

    fn arm_directories(&self) {
        let _failure = FailOnPanic(self);
        let mut inspector = inspect::Inspector::new(&self.config.build_root, self.config.file_system_of);
        while let Some(batch) = self.next_to_arm() {
            for name in batch {
                // Without the lock, as it may have to wait for a disk; then the rest does not.
                let reason_against = inspector.reason_against(&name);
                if let Some(ledger) = self.lock().ledger() {
                    ledger.arm(&name, reason_against);
                }
            }
            let is_settled = self.lock().ledger().is_none_or(|ledger| ledger.is_settled());
            if is_settled {
                self.changed.notify_all();
                self.tell_news();
            }
        }
    }

    /// Waits for directories to arm; `None` at the end.
    fn next_to_arm(&self) -> Option<Vec<Arc<str>>> {
        let mut state = self.lock();
        loop {
            if state.is_closing {
                return None;
            }
            let ledger = state.ledger()?;
            let batch = ledger.next_to_arm(BATCH);
            if !batch.is_empty() {
                return Some(batch);
            }
            if ledger.has_entered_all() {
                // Whoever waits until all is settled may have asked for what was watched already.
                self.changed.notify_all();
                state = self.wanted.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    // Whoever asks.

    fn drain(&self) -> Changes {
        let (number, cookie) = {
            let mut state = self.lock();
            let Some(ledger) = state.ledger() else { return Changes::unknown() };
            if ledger.trouble().is_some() {
                return Changes::unknown();
            }
            if !ledger.are_cookies_watched() {
                self.restore_cookies(&mut state);
                return Changes::unknown();
            }
            ledger.begin_fence()
        };
        let written = File::create(&cookie);
        let changes = match &written {
            Ok(_) => self.await_fence(number),
            Err(error) => self.without_fence(number, &error.to_string()),
        };
        if written.is_ok() {
            // Whoever removed it, or its directory, did what is wanted.
            drop(fs::remove_file(&cookie));
        }
        if identity(&self.config.build_root) != self.root
            && let Some(ledger) = self.lock().ledger()
        {
            ledger.root_is_another();
            return Changes::unknown();
        }
        changes
    }

    fn await_fence(&self, number: u64) -> Changes {
        let deadline = Instant::now() + self.config.patience;
        let mut state = self.lock();
        loop {
            let Some(ledger) = state.ledger() else { return Changes::unknown() };
            if let Some(changes) = ledger.pass_fence(number) {
                state.failures = 0;
                return changes;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(state);
                return self.await_no_longer(number);
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives up a fence whose event does not come. When that goes on, so does the whole watcher: each attempt costs the
    /// user a wait.
    fn await_no_longer(&self, number: u64) -> Changes {
        let changes = self.without_fence(number, "it was not told of in time");
        let mut state = self.lock();
        state.failures += 1;
        if state.failures >= MOST_FAILURES && state.ledger().is_some() {
            let cookies = self.config.cookies.display();
            state.go_blind(format!(
                "files are looked at before each run: no file events come, not even from `{cookies}`"
            ));
        }
        changes
    }

    /// Gives up a fence, and with it this answer.
    fn without_fence(&self, number: u64, why: &str) -> Changes {
        tracing::warn!("everything is looked at once: a file in `{}`: {why}", self.config.cookies.display());
        let mut state = self.lock();
        let Some(ledger) = state.ledger() else { return Changes::unknown() };
        let changes = ledger.give_up_fence(number);
        self.restore_cookies(&mut state);
        changes
    }

    /// Makes the directory of the cookies anew, if somebody has removed it.
    fn restore_cookies(&self, state: &mut State) {
        let Some(ledger) = state.ledger() else { return };
        let made = make_cookie_directory(&self.config.cookies).map_err(|error| error.to_string());
        if let Err(why) = made.and_then(|()| ledger.watch_cookies().map_err(|error| format!("{error:?}"))) {
            tracing::warn!("`{}` cannot be made and watched anew: {why}", self.config.cookies.display());
        }
    }
}

/// Tells of the panic of a thread, so that nobody waits for what it will not do.
struct FailOnPanic<'a>(&'a Shared);

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(ledger) = self.0.lock().ledger() {
                ledger.fail("a thread of the watcher has panicked".into());
            }
            self.0.changed.notify_all();
            self.0.tell_news();
        }
    }
}

#[cfg(target_os = "linux")]
fn open_source() -> io::Result<Source> {
    inotify::open()
}

#[cfg(not(target_os = "linux"))]
fn open_source() -> io::Result<Source> {
    portable::open()
}

fn prepare(config: &WatcherConfig, source: Source) -> Result<(Ledger, Box<dyn Events>, Closer), String> {
    let WatcherConfig { build_root, cookies, patience: _, most_watches, file_system_of } = config;
    if let Ok(FileSystem::Remote(kind)) = file_system_of(build_root) {
        return Err(format!(
            "files are looked at before each run: the build root is on a file system ({kind}) that does not tell of changes"
        ));
    }
    let Source { watches, events, close } = source;
    make_cookie_directory(cookies).map_err(|error| no_events(&error))?;
    let mut ledger = Ledger::new(build_root.clone(), cookies.clone(), watches, *most_watches);
    ledger.watch_cookies().map_err(|why| match why {
        source::NotWatched::Limit => {
            "files are looked at before each run: the limit on watches is reached (`fs.inotify.max_user_watches`)"
                .into()
        }
        source::NotWatched::Link => "files are looked at before each run: the directory of the daemon is a link".into(),
        source::NotWatched::Missing => no_events(&io::ErrorKind::NotFound.into()),
        source::NotWatched::Refused(reason) => format!("files are looked at before each run: {reason}"),
    })?;
    Ok((ledger, events, close))
}

fn no_events(error: &io::Error) -> String {
    // More instances than a user may have.
    let hint = if error.raw_os_error() == Some(24) { " (`fs.inotify.max_user_instances`)" } else { "" };
    format!("files are looked at before each run: there are no file events: {error}{hint}")
}

/// Makes the directory, and removes what a killed daemon left in it.
fn make_cookie_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(COOKIE_PREFIX) {
            drop(fs::remove_file(entry.path()));
        }
    }
    Ok(())
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod stress;
#[cfg(test)]
mod tests;
