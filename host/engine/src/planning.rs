//! What the class side of a task sees and answers while the plan grows: no instance, no products.

use crate::workspace::Workspace;
use pants_model::{Address, OptionValues, Target, Value};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What a task may look at while the plan grows.
pub struct Planning<'a> {
    pub(crate) scope: &'a str,
    pub(crate) request: &'a PlanRequest,
    pub(crate) passthrough: &'a [String],
    pub(crate) roots: &'a [Address],
    pub(crate) workspace: &'a dyn Workspace,
}

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The phases as typed, in order.
    pub phases: Vec<String>,
    /// The target roots that the command line's specs stand for; loaded, and each once.
    pub roots: Arc<[Address]>,
    /// Targets that are no roots, whoever proposes them.
    pub left_out: BTreeSet<Address>,
    /// All option values.
    pub options: Arc<OptionValues>,
    /// The arguments after `--`.
    pub passthrough: Vec<String>,
    /// The build root, absolute.
    pub build_root: std::path::PathBuf,
}

impl<'a> Planning<'a> {
    /// The scope of the task's own options.
    pub fn scope(&self) -> &'a str {
        self.scope
    }

    /// All option values.
    pub fn options(&self) -> &'a OptionValues {
        &self.request.options
    }

    /// An option of the task's own scope.
    pub fn option(&self, name: &str) -> &'a Value {
        self.request.options.value(self.scope, name)
    }

    /// The arguments after `--`; empty for a task that does not take them.
    pub fn passthrough(&self) -> &'a [String] {
        self.passthrough
    }

    /// The target roots as they stand: those of the command line, or what was proposed so far.
    pub fn target_roots(&self) -> Vec<Arc<Target>> {
        let graph = self.workspace.graph();
        self.roots.iter().filter_map(|address| graph.get(address).cloned()).collect()
    }

    /// The phases that were asked for.
    pub fn requested_phases(&self) -> &'a [String] {
        &self.request.phases
    }

    /// The repository.
    pub fn workspace(&self) -> &'a dyn Workspace {
        self.workspace
    }

    /// The build root, absolute.
    pub fn build_root(&self) -> &'a Path {
        &self.request.build_root
    }
}

/// Takes down what a task requires. To require something under an option, ask the option and then call.
#[derive(Clone, Debug, Default)]
pub struct RoundManager {
    pub(crate) requirements: Vec<Requirement>,
}

/// One product that a task wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) product: String,
    /// Whether the run may go on without a producer.
    pub(crate) is_optional: bool,
    /// What exactly is wanted, in words of the product's own.
    pub(crate) request: Option<Vec<u8>>,
}

impl RoundManager {
    /// Nothing required.
    pub fn new() -> Self {
        Self::default()
    }

    /// The task cannot do without this product: a plan without a producer is an error.
    pub fn require(&mut self, product: &str) {
        self.add(product, false, None);
    }

    /// Like [`RoundManager::require`], with a document that tells the producers what exactly is wanted.
    pub fn require_with(&mut self, product: &str, request: Vec<u8>) {
        self.add(product, false, Some(request));
    }

    /// The task uses this product when somebody produces it, and then its producers are carried out first.
    pub fn optional(&mut self, product: &str) {
        self.add(product, true, None);
    }

    /// Like [`RoundManager::optional`], with a document that tells the producers what exactly is wanted.
    pub fn optional_with(&mut self, product: &str, request: Vec<u8>) {
        self.add(product, true, Some(request));
    }

    fn add(&mut self, product: &str, is_optional: bool, request: Option<Vec<u8>>) {
        self.requirements.push(Requirement { product: product.to_owned(), is_optional, request });
    }
}
