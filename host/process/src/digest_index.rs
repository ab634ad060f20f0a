//! Digests of files by their stamps: a file whose stamp has not changed is not read again.
//!
//! Lives in memory for the service and in SQLite for every process that shares the cache directory. The key is the
//! inode, not the path: a stamp identifies the content wherever the file is called from.

use crate::database::Database;
use crate::digest::{Digest, FileStamp};
use pants_model::Fingerprint;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS file_digests (
    device INTEGER NOT NULL, inode INTEGER NOT NULL,
    size INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (device, inode)
) WITHOUT ROWID";

/// How many digests are kept in memory; when there are more, all go, and the file has them.
const REMEMBERED_DIGESTS: usize = 250_000;

/// How many pages (of 4 KiB) the file may have. Inodes come and go; beyond this most of them are gone.
const MOST_PAGES: i64 = 64 * 1024;

type Remembered = HashMap<(u64, u64), (FileStamp, Fingerprint)>;

pub(crate) struct DigestIndex {
    memory: Mutex<Remembered>,
    database: Database,
}

impl DigestIndex {
    pub(crate) fn open(cache_dir: &Path) -> Self {
        let prepare = |connection: &Connection| {
            connection.execute_batch(SCHEMA)?;
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            if pages > MOST_PAGES { connection.execute_batch("DELETE FROM file_digests; VACUUM") } else { Ok(()) }
        };
        Self { memory: Mutex::default(), database: Database::new(cache_dir.join("digests-1.sqlite"), prepare) }
    }

    /// The known digest of each stamp.
    pub(crate) fn look_up(&self, stamps: &[FileStamp]) -> Vec<Option<Digest>> {
        let mut found: Vec<_> = {
            let memory = self.memory();
            stamps.iter().map(|stamp| known(&memory, stamp)).collect()
        };
        let missing: Vec<_> = (0..stamps.len()).filter(|&index| found[index].is_none()).collect();
        if missing.is_empty() {
            return found;
        }
        let stored = self.database.with(|connection| {
            missing.iter().map(|&index| select(connection, &stamps[index])).collect::<rusqlite::Result<Vec<_>>>()
        });
        let mut known = Vec::new();
        for (index, hash) in missing.into_iter().zip(stored.into_iter().flatten()) {
            if let Some(hash) = hash {
                let digest = Digest { hash, size: stamps[index].size };
                known.push((stamps[index], digest));
                found[index] = Some(digest);
            }
        }
        self.keep(&known);
        found
    }

    /// Remembers digests; the caller leaves racy stamps out.
    pub(crate) fn remember(&self, digests: &[(FileStamp, Digest)]) {
        if digests.is_empty() {
            return;
        }
        self.keep(digests);
        self.database.with(|connection| {
            let transaction = connection.transaction()?;
            for (stamp, digest) in digests {
                insert(&transaction, stamp, digest)?;
            }
            transaction.commit()
        });
    }

    fn keep(&self, digests: &[(FileStamp, Digest)]) {
        let mut memory = self.memory();
        if memory.len() + digests.len() > REMEMBERED_DIGESTS {
            memory.clear();
        }
        for (stamp, digest) in digests {
            memory.insert((stamp.device, stamp.inode), (*stamp, digest.hash));
        }
    }

    fn memory(&self) -> MutexGuard<'_, Remembered> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known(memory: &Remembered, stamp: &FileStamp) -> Option<Digest> {
    let (known, hash) = memory.get(&(stamp.device, stamp.inode))?;
    (known == stamp).then_some(Digest { hash: *hash, size: stamp.size })
}

fn select(connection: &Connection, stamp: &FileStamp) -> rusqlite::Result<Option<Fingerprint>> {
    let mut statement = connection.prepare_cached(
        "SELECT hash FROM file_digests
         WHERE device = ?1 AND inode = ?2 AND size = ?3 AND modified = ?4 AND changed = ?5",
    )?;
    let FileStamp { device, inode, size, modified, changed } = *stamp;
    let key = params![device.cast_signed(), inode.cast_signed(), size.cast_signed(), modified, changed];
    let hash: Option<Vec<u8>> = statement.query_row(key, |row| row.get(0)).optional()?;
    Ok(hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok()).map(Fingerprint::from_bytes))
}

fn insert(connection: &Connection, stamp: &FileStamp, digest: &Digest) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO file_digests (device, inode, size, modified, changed, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let FileStamp { device, inode, size, modified, changed } = *stamp;
    let (device, inode, size) = (device.cast_signed(), inode.cast_signed(), size.cast_signed());
    statement.execute(params![device, inode, size, modified, changed, digest.hash.as_bytes()])?;
    Ok(())
}

#[cfg(test)]
mod tests;
