//! What all tasks of one run share.

use crate::overlay::RunGraph;
use crate::products::ProductStore;
use crate::task_terms::{TaskTerms, TermsOfTasks};
use crate::workspace::Workspace;
use pants_model::{Address, Event, EventSink, OptionValues};
use pants_process::{Cancel, Foreground, ProcessService};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What all tasks of one run share.
pub(crate) struct RunState {
    pub(crate) workspace: Arc<dyn Workspace>,
    pub(crate) processes: ProcessService,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) cancel: Cancel,
    pub(crate) options: Arc<OptionValues>,
    pub(crate) passthrough: Vec<String>,
    pub(crate) requested_phases: Vec<String>,
    pub(crate) build_root: PathBuf,
    pub(crate) workdir: PathBuf,
    pub(crate) dist_dir: PathBuf,
    pub(crate) run_id: String,
    pub(crate) terms: TermsOfTasks,
    pub(crate) roots: Arc<[Address]>,
    pub(crate) graph: RunGraph,
    pub(crate) products: ProductStore,
    /// What the run ends with, and the scope of the task that said so.
    pub(crate) foreground: Mutex<Option<(String, Foreground)>>,
    pub(crate) workunits: AtomicU64,
}

impl RunState {
    pub(crate) fn emit(&self, event: Event) {
        self.events.emit(event);
    }

    /// The terms of the task of a scope.
    pub(crate) fn terms_of(&self, scope: &str) -> TaskTerms {
        self.terms.get(scope).cloned().unwrap_or_default()
    }

    pub(crate) fn next_workunit(&self) -> u64 {
        self.workunits.fetch_add(1, Ordering::Relaxed)
    }
}
