//! Running processes: digests, caches, the local runner, persistent workers, the job pool.
//!
//! A [`Process`] says what to run and maps one to one on an Action of the Remote Execution API (v2), so that one key
//! serves what this service already ran, the local action cache, and later a remote one. [`ProcessService`] is the
//! door; everything else is what it is made of, or what long-lived processes need around it.
//!
//! Must not know: targets, tasks, goals, options, BUILD files. It prints nothing, reads neither the environment nor
//! the current directory (both come in [`ProcessConfig`]), and decides no policy: whoever builds a [`Process`] does.
//!
//! Invariant: a result is stored only if no input changed between its digest and the end of the process.
//! Invariant: a broken, full or missing cache makes builds slower, never wrong, and never fails them.
//! Invariant: when [`ProcessService::run`] returns, no process of the group that it started is left.

// Floors, the lowest first; within a floor by name.

mod cancel;
mod digest;
mod jobs;
pub mod nailgun;
mod reapi;

// What is on disk and shared by many processes.
mod content_store;
mod database;
mod last_use;
mod lock;

// The nouns, and the key.
mod action;
mod caching;
mod input_tree;
mod process;

// Files on their way in and out.
mod action_cache;
mod capture;
mod digest_index;
mod output_files;

// Programs that run.
mod exchange;
mod group;
mod local_runner;
mod placeholders;
mod prepare;
mod process_manager;
mod result_cache;
mod worker_record;

mod worker;
mod worker_pool;

mod service;
mod tool_dir;

mod store_gc;

pub use action::Platform;
pub use caching::{Caching, Reads, Writes, obstacle_to_writing};
pub use cancel::{Cancel, CancelReason, CancelWaker};
pub use capture::CaptureError;
pub use content_store::StoreError;
pub use digest::{Digest, FileStamp};
pub use input_tree::{InputFile, InputTree};
pub use jobs::{JobPool, JobSlot, ProcessTurn};
pub use lock::{Claimant, LockError, WorkdirLock};
pub use process::{
    CachePolicy, Exit, Foreground, Locality, OutputStream, Process, ProcessResult, ResultOrigin, RunError, RunObserver,
    Tool, Unheard, WorkerSpec,
};
pub use process_manager::{
    Asking, KnownProcess, ManagedProcessError, ProcessHooks, ProcessManager, TERMINATE_THEN_KILL,
};
pub use service::{ProcessConfig, ProcessService};
pub use store_gc::{Collected, CollectionTerms, collect_caches};
pub use tool_dir::ToolError;

#[cfg(test)]
mod test_support;
