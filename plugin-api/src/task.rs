//! Tasks: what does the work of a goal.

use crate::{Address, Context, OptionRegistrar, Planning, ProductDecl, Result, RoundManager, Target};
use serde::{Deserialize, Serialize};

/// The work of a goal.
///
/// The class side is asked while the host plans; no instance exists then, and it must not touch anything but what it is
/// given. The order, per run: `alternate_target_roots`, `prepare` (both once per planned task, in rounds), then, when
/// its turn comes, `new` and `execute` back to back. `spec`, `register_options` and `product_types` are asked once,
/// when the backend is loaded.
pub trait Task: Sized + Send + 'static {
    /// What the host must know about the task as data.
    fn spec() -> TaskSpec;

    /// Declares the options of the task's scope.
    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// The products it can produce.
    fn product_types() -> Vec<ProductDecl> {
        Vec::new()
    }

    /// Proposes other target roots than those of the command line. `None`: no opinion. `Some(vec![])`: no targets.
    fn alternate_target_roots(planning: &Planning) -> Result<Option<Vec<Address>>> {
        let _ = planning;
        Ok(None)
    }

    /// Says which products it needs; may depend on options.
    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        let _ = (planning, round);
        Ok(())
    }

    /// Makes the instance; its products are there.
    fn new(context: &Context) -> Result<Self>;

    /// Does the work. For a member of a group: sets up, before its chunks.
    fn execute(&mut self, context: &Context) -> Result<()>;

    /// Works on one chunk of targets; called for members of a group only, in dependency order.
    fn execute_chunk(&mut self, context: &Context, chunk: &[Address]) -> Result<()> {
        let _ = (context, chunk);
        Ok(())
    }

    /// The targets it works on in this run, dependencies first: those that its spec says, without those that depend on a
    /// target that failed earlier. Asked by `new` and `execute`; not for a task to write.
    fn own_targets(context: &Context) -> Result<Vec<Target>> {
        let spec = Self::spec();
        let mut targets = context.targets()?;
        if spec.over == TargetScope::Roots {
            let roots = context.target_roots()?;
            targets.retain(|target| roots.iter().any(|root| root.address == target.address));
        }
        targets.retain(|target| spec.applies_to.matches(target));
        Ok(targets)
    }
}

/// What the host must know about a task before it exists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskSpec {
    /// The name of its type, as `--explain` prints it (`JavacCompile`).
    pub type_name: String,
    /// One sentence for help; the description of the goal.
    pub description: String,
    /// Which targets it works on: without any of them, it is left out of the plan.
    pub applies_to: Predicate,
    /// Where those targets are looked for.
    pub over: TargetScope,
    /// The version of its implementation: another version, another result.
    pub version: u32,
    /// Whether it takes the arguments after `--`.
    pub takes_passthrough: bool,
    /// The target types it may inject.
    pub injects: Vec<String>,
    /// Other option scopes whose fingerprinted options take part in its fingerprint.
    pub fingerprinted_scopes: Vec<String>,
    /// The subsystems of which it has an instance in a scope of its own. Since 1.1.
    pub subsystems: Vec<String>,
    /// It only prints: it takes no lock, and its progress is not shown.
    pub is_console: bool,
}

impl TaskSpec {
    /// The spec of a task type that works on every target of the closure.
    pub fn new(type_name: &str, description: &str) -> Self {
        Self { type_name: type_name.to_owned(), description: description.to_owned(), version: 1, ..Self::default() }
    }

    /// Works on these targets only.
    #[must_use]
    pub fn applies_to(mut self, predicate: Predicate) -> Self {
        self.applies_to = predicate;
        self
    }

    /// Looks for its targets among the roots only.
    #[must_use]
    pub fn over_roots(mut self) -> Self {
        self.over = TargetScope::Roots;
        self
    }

    /// The version of its implementation.
    #[must_use]
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Takes the arguments after `--`.
    #[must_use]
    pub fn takes_passthrough(mut self) -> Self {
        self.takes_passthrough = true;
        self
    }

    /// May inject targets of this type.
    #[must_use]
    pub fn injects(mut self, type_name: &str) -> Self {
        self.injects.push(type_name.to_owned());
        self
    }

    /// The fingerprinted options of this scope count too.
    #[must_use]
    pub fn fingerprinted_scope(mut self, scope: &str) -> Self {
        self.fingerprinted_scopes.push(scope.to_owned());
        self
    }

    /// Has an instance of a subsystem of its own (`jvm.test.junit` of `jvm`): its options are those of the subsystem, unless
    /// the instance's scope says otherwise, and the fingerprinted ones count. Read them with
    /// [`Context::subsystem_option`](crate::Context::subsystem_option). Since 1.1.
    #[must_use]
    pub fn subsystem(mut self, scope: &str) -> Self {
        self.subsystems.push(scope.to_owned());
        self
    }

    /// It only prints.
    #[must_use]
    pub fn console(mut self) -> Self {
        self.is_console = true;
        self
    }
}

/// Where a task's targets are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetScope {
    /// The roots and all they depend on.
    #[default]
    Closure,
    /// The roots only.
    Roots,
}

/// Which targets something is about, as data: the host evaluates it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Predicate {
    /// Every target.
    #[default]
    Any,
    /// Targets of one of these types.
    Types(Vec<String>),
    /// Targets that give this field a value.
    HasField(String),
    /// Targets with this tag.
    HasTag(String),
    /// Targets that one of these matches.
    AnyOf(Vec<Predicate>),
    /// Targets that all of these match.
    AllOf(Vec<Predicate>),
    /// Targets that this does not match.
    Not(Box<Predicate>),
}

impl Predicate {
    /// Targets of these types.
    pub fn types(types: &[&str]) -> Self {
        Self::Types(types.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Whether a target matches.
    pub fn matches(&self, target: &crate::Target) -> bool {
        match self {
            Self::Any => true,
            Self::Types(types) => types.contains(&target.type_name),
            Self::HasField(field) if field == "sources" => !target.sources.is_empty(),
            Self::HasField(field) => !target.field(field).is_none(),
            Self::HasTag(tag) => target.tags.contains(tag),
            Self::AnyOf(parts) => parts.iter().any(|part| part.matches(target)),
            Self::AllOf(parts) => parts.iter().all(|part| part.matches(target)),
            Self::Not(part) => !part.matches(target),
        }
    }
}
