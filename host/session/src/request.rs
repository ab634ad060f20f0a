//! What a run is asked, and how it ends.

use pants_engine::TaskError;
use pants_model::RunEnding;
use pants_options::{Bootstrap, Invocation};
use pants_process::Foreground;
use std::path::PathBuf;
use std::time::SystemTime;

/// One run, as its client asks for it. Everything about the client's world is in here; nothing is read from the
/// process that happens to carry the run out.
pub struct Request {
    /// The command line, the environment and the directory of the client.
    pub invocation: Invocation,
    /// The build root, the config files and the options that were needed to find them.
    pub bootstrap: Bootstrap,
    /// The directory of the program, where bundled backends stand.
    pub exe_dir: PathBuf,
    /// The process id of the client: named to others who wait for this run.
    pub client_pid: u32,
    /// The width of the client's terminal, in columns: for help.
    pub width: usize,
    /// Whether help is coloured.
    pub is_coloured: bool,
    /// Unique among the runs of a build root.
    pub run_id: String,
    /// When the client was started.
    pub started: SystemTime,
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// Everything asked for was done.
    Success,
    /// Tasks failed: the scope of each, and why. None of them did when the run went on without what is broken in the
    /// repository (`--keep-going`): everything else was done.
    Failed(Vec<(String, TaskError)>),
    /// The user or the client stopped it.
    Interrupted,
    /// All is done and unlocked; what remains is to run this in the user's own terminal.
    Foreground(Foreground),
}

impl Outcome {
    /// How it is told.
    pub(crate) fn ending(&self) -> RunEnding {
        match self {
            Self::Success => RunEnding::Success,
            Self::Failed(_) => RunEnding::Failure,
            Self::Interrupted => RunEnding::Interrupted,
            Self::Foreground(_) => RunEnding::Foreground,
        }
    }
}
