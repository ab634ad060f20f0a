//! What a task declares about itself, and where it is installed: plain data.

use pants_model::{Fingerprint, Predicate};

/// Which targets a task's predicate is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetScope {
    /// The target roots only (`test`, `run`).
    Roots,
    /// The target roots and all they depend on (`compile`).
    Closure,
}

/// What a task declares about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskSpec {
    /// The bare name of its type (`JavacCompile`).
    pub type_name: String,
    /// One sentence for help: the description of its scope.
    pub description: String,
    /// The targets it works on. `Any` says that the task does not depend on what the targets are: it runs without any.
    pub applies_to: Predicate,
    /// Which targets the predicate is held against.
    pub over: TargetScope,
    /// Part of the fingerprint of its results: raised when the same inputs give other results.
    pub version: u32,
    /// Whether it takes the arguments after `--`.
    pub takes_passthrough: bool,
    /// The target types of the synthetic targets that it may inject.
    pub injects: Vec<String>,
    /// Other scopes whose fingerprinted options count for its results.
    pub fingerprinted_scopes: Vec<String>,
    /// The subsystems of which it has an instance in a scope of its own, `jvm.test.junit` of `jvm`.
    pub subsystems: Vec<String>,
    /// Whether it only reads and prints: it has no work directory and never waits for another run.
    pub is_console: bool,
    /// Whether it works on all work directories: it begins when no other run works in any.
    pub is_exclusive: bool,
}

impl TaskSpec {
    /// A task of version 1 over the closure, for all targets; everything else is off.
    pub fn new(type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            description: String::new(),
            applies_to: Predicate::Any,
            over: TargetScope::Closure,
            version: 1,
            takes_passthrough: false,
            injects: Vec::new(),
            fingerprinted_scopes: Vec::new(),
            subsystems: Vec::new(),
            is_console: false,
            is_exclusive: false,
        }
    }
}

/// A product that a task puts into the run for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDecl {
    /// Its name (`runtime_classpath`).
    pub name: String,
    /// The version of its encoding.
    pub version: u32,
}

/// The plugin that installed a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginTag {
    /// Its id (`pants.backend.jvm`).
    pub name: String,
    /// The digest of its file: part of the fingerprint of its tasks' results.
    pub fingerprint: Fingerprint,
}

/// Everything about one installed task that is data: where it stands, what it declared, and who brought it.
#[derive(Clone, Debug)]
pub struct GoalIdentity {
    /// The phase it is part of.
    pub phase: String,
    /// Its name inside the phase.
    pub goal: String,
    /// The scope of its options: the phase if the names are equal, else `phase.goal`.
    pub scope: String,
    /// What its task declares.
    pub spec: TaskSpec,
    /// The products its task declares.
    pub products: Vec<ProductDecl>,
    /// Who installed it.
    pub plugin: PluginTag,
}

impl GoalIdentity {
    /// The scopes of the instances of subsystems that the task has, in the order of its declaration.
    pub fn instances(&self) -> impl Iterator<Item = String> {
        self.spec.subsystems.iter().map(|subsystem| format!("{subsystem}.{}", self.scope))
    }

    /// The declaration of a product that the task puts.
    pub fn product(&self, name: &str) -> Option<&ProductDecl> {
        self.products.iter().find(|product| product.name == name)
    }
}

/// The scope of a goal's options.
pub fn scope_of(phase: &str, goal: &str) -> String {
    if phase == goal { phase.to_owned() } else { format!("{phase}.{goal}") }
}
