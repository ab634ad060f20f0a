//! The BUILD files of one build root, as the rooms above see them.

use crate::{AddressSpec, SpecFilters, Symbols, WorkspaceConfig};
use pants_model::{Address, BuildGraph, Diagnostic, Globs};
use std::path::PathBuf;
use std::sync::Arc;

/// The BUILD files of one build root: what has been loaded so far, and how to load more.
///
/// Shared between threads; loading is done by one of them at a time.
pub struct BuildFiles {
    config: WorkspaceConfig,
    symbols: Arc<Symbols>,
}

impl BuildFiles {
    /// A workspace in which nothing has been loaded.
    pub fn new(config: WorkspaceConfig, symbols: Arc<Symbols>) -> Self {
        Self { config, symbols }
    }
    /// The targets that the specs name, each once, with all they depend on loaded into the graph.
    pub fn resolve(&self, specs: &[AddressSpec], filters: &SpecFilters) -> (Vec<Address>, Vec<Diagnostic>) {
        let _ = (specs, filters, &self.config);
        Default::default()
    }
    /// Loads every BUILD file.
    pub fn load_all(&self) -> Vec<Diagnostic> {
        Vec::new()
    }
    /// What has been loaded so far. Every target in it has all its dependencies in it, but those that do not exist.
    pub fn graph(&self) -> Arc<BuildGraph> {
        Arc::default()
    }
    /// The targets that own these files (relative to the build root), which may have been deleted. Loads everything.
    pub fn owners(&self, paths: &[PathBuf]) -> (Vec<Address>, Vec<Diagnostic>) {
        let _ = paths;
        Default::default()
    }
    /// The files of a set, relative to the build root, sorted; `dir` is what its patterns are relative to.
    pub fn expand_globs(&self, dir: &str, globs: &Globs) -> Result<Vec<PathBuf>, Diagnostic> {
        let _ = (dir, globs);
        Ok(Vec::new())
    }
    /// The BUILD file that declares a loaded target, relative to the build root.
    pub fn build_file_of(&self, address: &Address) -> Option<PathBuf> {
        let _ = address;
        None
    }
    /// The symbols.
    pub fn symbols(&self) -> &Arc<Symbols> {
        &self.symbols
    }
}
