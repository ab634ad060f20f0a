//! A SQLite file that several processes share and that may fail without anybody noticing more than a slower build.
//!
//! Every cache index is one. It is opened when somebody first needs it, so that a question about the graph pays nothing. WAL mode lets one process write while others read, survives kill -9, and the busy timeout
//! makes writers wait for each other. What cannot be opened or turns out to be broken is said once, at warning level,
//! and then treated as empty. A file that is not a database any more is replaced.

use rusqlite::{Connection, ErrorCode};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Database {
    path: PathBuf,
    prepare: Prepare,
    state: Mutex<State>,
}

/// Makes an opened file ready for use: tables, upkeep. Must be repeatable.
pub(crate) type Prepare = fn(&Connection) -> rusqlite::Result<()>;

enum State {
    /// Nobody has needed it yet.
    Unopened,
    Open(Connection),
    /// It could not be opened, or failed; that was said.
    Unusable,
}

impl Database {
    /// The database in a file, which is opened or created when it is first used.
    pub(crate) fn new(path: PathBuf, prepare: Prepare) -> Self {
        Self { path, prepare, state: Mutex::new(State::Unopened) }
    }

    /// Does something with the database; `None` when there is none, or when that failed.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Option<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Unopened) {
            *state = self.open();
        }
        let State::Open(connection) = &mut *state else { return None };
        let error = match work(connection) {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        if is_busy(&error) {
            tracing::debug!(path = %self.path.display(), %error, "the cache index is busy");
        } else {
            tracing::warn!(path = %self.path.display(), %error, "going on without a cache index");
            *state = State::Unusable;
        }
        None
    }

    fn open(&self) -> State {
        let Self { path, prepare, state: _ } = self;
        let opened = match open_patiently(path, *prepare) {
            Err(error) if is_broken(&error) => {
                tracing::warn!(path = %path.display(), %error, "replacing a broken cache index");
                remove(path);
                open_patiently(path, *prepare)
            }
            opened => opened,
        };
        match opened {
            Ok(connection) => State::Open(connection),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "going on without a cache index");
                State::Unusable
            }
        }
    }
}

/// Opens; of several processes that make a new file at once, only one may switch it to WAL, and SQLite does not wait.
fn open_patiently(path: &Path, prepare: Prepare) -> rusqlite::Result<Connection> {
    const ATTEMPTS: usize = 50;
    for _ in 1..ATTEMPTS {
        match try_open(path, prepare) {
            Err(error) if is_busy(&error) => std::thread::sleep(Duration::from_millis(10)),
            opened => return opened,
        }
    }
    try_open(path, prepare)
}

fn try_open(path: &Path, prepare: Prepare) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // After a power cut the last entries may be gone, which is all right for a cache; the file stays whole.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    prepare(&connection)?;
    Ok(connection)
}

fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        // What cannot be removed fails again when it is opened, and is reported there.
        drop(fs::remove_file(file));
    }
}

#[cfg(test)]
mod tests;
