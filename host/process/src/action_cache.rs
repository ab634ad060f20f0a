//! The local action cache: results by the digest of their Action, in SQLite, shared by every process.
//!
//! Holds the Remote Execution API's ActionResult messages as they are; whether their blobs still exist is for the
//! reader to find out.

use crate::database::Database;
use crate::digest::Digest;
use crate::reapi::ActionResult;
use prost::Message;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS actions (
    action BLOB NOT NULL PRIMARY KEY,
    result BLOB NOT NULL
) WITHOUT ROWID";

pub(crate) struct ActionCache {
    database: Database,
}

impl ActionCache {
    pub(crate) fn open(cache_dir: &Path) -> Self {
        let prepare = |connection: &Connection| connection.execute_batch(SCHEMA);
        Self { database: Database::new(cache_dir.join("actions-1.sqlite"), prepare) }
    }

    /// The stored result of an action; one that cannot be read is no result.
    pub(crate) fn get(&self, action: &Digest) -> Option<ActionResult> {
        let encoded: Option<Vec<u8>> = self.database.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT result FROM actions WHERE action = ?1")?;
            statement.query_row(params![action.hash.as_bytes()], |row| row.get(0)).optional()
        })?;
        ActionResult::decode(encoded?.as_slice())
            .inspect_err(|error| tracing::warn!(%action, %error, "ignoring a damaged entry of the action cache"))
            .ok()
    }

    /// Removes those results of the next `count` actions after an action that are not wanted.
    ///
    /// Gives the last of these actions, to go on after, and how many results were removed; `None` at the end.
    pub(crate) fn remove_some(
        &self,
        after: &[u8],
        count: u32,
        is_wanted: &dyn Fn(&ActionResult) -> bool,
    ) -> Option<(Vec<u8>, usize)> {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = self.database.with(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT action, result FROM actions WHERE action > ?1 ORDER BY action LIMIT ?2")?;
            let rows = statement.query_map(params![after, count], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })?;
        let last = rows.last()?.0.clone();
        let is_unwanted = |encoded: &[u8]| !ActionResult::decode(encoded).is_ok_and(|result| is_wanted(&result));
        let unwanted: Vec<_> = rows.into_iter().filter(|(_, encoded)| is_unwanted(encoded)).collect();
        let removed = self.database.with(|connection| {
            let transaction = connection.transaction()?;
            let mut removed = 0;
            for (action, encoded) in &unwanted {
                // Unless another one was stored meanwhile.
                let mut statement =
                    transaction.prepare_cached("DELETE FROM actions WHERE action = ?1 AND result = ?2")?;
                removed += statement.execute(params![action, encoded])?;
            }
            transaction.commit().map(|()| removed)
        });
        Some((last, removed.unwrap_or_default()))
    }

    /// Stores the result of an action in place of an earlier one.
    pub(crate) fn put(&self, action: &Digest, result: &ActionResult) {
        self.database.with(|connection| {
            let mut statement =
                connection.prepare_cached("INSERT OR REPLACE INTO actions (action, result) VALUES (?1, ?2)")?;
            statement.execute(params![action.hash.as_bytes(), result.encode_to_vec()])
        });
    }
}

#[cfg(test)]
mod tests;
