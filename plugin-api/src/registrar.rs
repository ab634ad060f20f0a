//! Registration: what a backend adds to the host.

use crate::abi::{CallbackBox, TaskTypeObject};
use crate::{Error, Globs, OptionDecl, OptionKind, OptionRegistrar, Result, Task, Value, abi, wire};
use serde::{Deserialize, Serialize};

/// A backend: one per plugin, exported with [`export_backend!`](crate::export_backend).
pub trait Backend: 'static {
    /// Says what the backend adds. Nothing of it is registered unless all of it is.
    fn register(registrar: &mut Registrar) -> Result<()>;
}

/// Collects what a backend adds.
#[derive(Default)]
pub struct Registrar {
    pub(crate) document: wire::Registration,
    pub(crate) tasks: Vec<(wire::GoalDoc, TaskTypeObject)>,
    pub(crate) macros: Vec<(wire::MacroDoc, CallbackBox)>,
}

impl Registrar {
    /// Adds a phase, or describes one that exists.
    pub fn phase(&mut self, name: &str, description: &str) {
        self.document.phases.push(wire::PhaseDoc { name: name.to_owned(), description: description.to_owned() });
    }

    /// Adds a goal with its task; finish with [`GoalInstaller::install`].
    pub fn task<T: Task>(&mut self, goal: &str) -> GoalInstaller<'_> {
        GoalInstaller {
            document: wire::GoalDoc { name: goal.to_owned(), ..wire::GoalDoc::default() },
            task: abi::task_type_object::<T>(),
            registrar: self,
        }
    }

    /// Adds a target type.
    pub fn target_type(&mut self, target_type: TargetType) {
        self.document.target_types.push(target_type);
    }

    /// Adds an object symbol.
    pub fn object(&mut self, object: ObjectType) {
        self.document.objects.push(object);
    }

    /// Adds a macro: a BUILD symbol that reads files and makes targets.
    pub fn build_macro<F>(&mut self, name: &str, description: &str, body: F)
    where
        F: Fn(&MacroContext, Vec<Value>, Vec<(String, Value)>) -> Result<Value> + Send + Sync + 'static,
    {
        let document = wire::MacroDoc { name: name.to_owned(), description: description.to_owned() };
        self.macros.push((document, abi::macro_callback(body)));
    }

    /// Adds a subsystem: an option scope that belongs to no task (`jvm`, `python-setup`). A task that names it with
    /// [`TaskSpec::subsystem`](crate::TaskSpec::subsystem) has an instance of it in a scope of its own
    /// (`jvm.test.junit`), which inherits its options.
    pub fn scope(&mut self, name: &str, description: &str, declare: impl FnOnce(&mut OptionRegistrar)) {
        self.renamed_scope(name, &[], description, declare);
    }

    /// Adds a subsystem that had other names before: they are still understood, with a warning. Since 1.1.
    pub fn renamed_scope(
        &mut self,
        name: &str,
        older_names: &[&str],
        description: &str,
        declare: impl FnOnce(&mut OptionRegistrar),
    ) {
        let older_names = older_names.iter().map(|name| (*name).to_owned()).collect();
        self.document.scopes.push(scope_document(name, older_names, description, declare));
    }

    /// Adds options to a phase (`[test] debug`). Those marked [`recursive`](OptionDecl::recursive) count for each of its
    /// goals, unless the goal's own scope says otherwise. Several backends may add one option: they agree on its kind, its
    /// default, and whether it is fingerprinted and recursive; all else is as the first says. Since 1.1.
    pub fn phase_options(&mut self, phase: &str, declare: impl FnOnce(&mut OptionRegistrar)) {
        self.document.phase_options.push(scope_document(phase, Vec::new(), "", declare));
    }
}

fn scope_document(
    name: &str,
    older_names: Vec<String>,
    description: &str,
    declare: impl FnOnce(&mut OptionRegistrar),
) -> wire::ScopeDoc {
    let mut options = OptionRegistrar::default();
    declare(&mut options);
    let (name, description) = (name.to_owned(), description.to_owned());
    wire::ScopeDoc { name, description, options: options.options, older_names }
}

/// Where a goal stands inside its phase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placement {
    /// After those installed before it, in no forced order.
    #[default]
    Last,
    /// Before all others.
    First,
    /// Before this goal.
    Before(String),
    /// After this goal.
    After(String),
    /// Instead of this goal.
    Replace(String),
}

/// A goal on its way into a phase.
pub struct GoalInstaller<'a> {
    registrar: &'a mut Registrar,
    document: wire::GoalDoc,
    task: TaskTypeObject,
}

impl GoalInstaller<'_> {
    /// Before all other goals of the phase.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.document.placement = Placement::First;
        self
    }

    /// Before a goal of the phase.
    #[must_use]
    pub fn before(mut self, goal: &str) -> Self {
        self.document.placement = Placement::Before(goal.to_owned());
        self
    }

    /// After a goal of the phase.
    #[must_use]
    pub fn after(mut self, goal: &str) -> Self {
        self.document.placement = Placement::After(goal.to_owned());
        self
    }

    /// Instead of a goal of the phase.
    #[must_use]
    pub fn replace(mut self, goal: &str) -> Self {
        self.document.placement = Placement::Replace(goal.to_owned());
        self
    }

    /// Works chunk by chunk with the other goals of this group.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        self.document.group = Some(group.to_owned());
        self
    }

    /// A phase that is carried out before this goal.
    #[must_use]
    pub fn depends_on_phase(mut self, phase: &str) -> Self {
        self.document.depends_on_phases.push(phase.to_owned());
        self
    }

    /// Installs the goal in a phase.
    pub fn install(mut self, phase: &str) {
        self.document.phase = phase.to_owned();
        self.registrar.tasks.push((self.document, self.task));
    }
}

/// What values a field takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// Any value.
    #[default]
    Any,
    /// `True` or `False`.
    Bool,
    /// A whole number.
    Int,
    /// Text.
    String,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of texts.
    StringList,
    /// A dict.
    Dict,
    /// An object of one of these symbols.
    Object(Vec<String>),
    /// A list of objects of one of these symbols.
    ObjectList(Vec<String>),
    /// An address, which becomes a dependency.
    Address,
    /// A list of addresses, which become dependencies.
    AddressList,
    /// A value of one of these kinds: the first that takes it. Since 1.1.
    OneOf(Vec<FieldKind>),
    /// A list of such values. Since 1.1.
    ListOf(Box<FieldKind>),
}

/// What must hold for the fields of a target or object, beyond the kind of each. `sources` counts as a field. Since 1.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldRule {
    /// This field is given and not empty.
    NonEmpty(String),
    /// One of these fields or more.
    AtLeastOneOf(Vec<String>),
    /// One of these fields, or none.
    AtMostOneOf(Vec<String>),
    /// One of these fields.
    ExactlyOneOf(Vec<String>),
    /// Every address in this field is among the dependencies, too.
    AmongDependencies(String),
    /// The text of this field is not the name of the target.
    NotTheName(String),
    /// The text of a field is a key of an option, which is a dict. Nothing is demanded while the option has no keys.
    /// Since 1.1.
    KeyOfOption {
        /// The field.
        field: String,
        /// The scope of the option.
        scope: String,
        /// The name of the option, as it is registered.
        option: String,
    },
}

/// A target that the host makes when a type injects it and no BUILD file declares what it stands for. Since 1.1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DefaultTarget {
    /// Its address (`//:junit_library`).
    pub address: String,
    /// Its type.
    pub type_name: String,
    /// Its fields, as a BUILD file would give them.
    pub fields: Vec<(String, Value)>,
}

/// One field of a target type or an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldDecl {
    /// The keyword.
    pub name: String,
    /// What values it takes.
    pub kind: FieldKind,
    /// Whether it must be given.
    pub is_required: bool,
    /// What it is when not given; for help.
    pub default: Value,
    /// One sentence.
    pub help: String,
}

impl FieldDecl {
    fn new(name: &str, kind: FieldKind, help: &str) -> Self {
        Self { name: name.to_owned(), kind, help: help.to_owned(), ..Self::default() }
    }
}

/// A target type: a BUILD symbol that makes targets.
///
/// Every type also has `name`, `dependencies`, `tags`, `description`, `no_cache` and `scope`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetType {
    /// The symbol.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its own fields.
    pub fields: Vec<FieldDecl>,
    /// Whether it takes `sources`, and what they default to.
    pub default_sources: Option<Vec<String>>,
    /// How many sources it may have.
    pub max_sources: Option<u32>,
    /// The field whose objects are third-party artifacts.
    pub third_party_field: Option<String>,
    /// Addresses that each target of the type depends on when they exist.
    pub injected_dependencies: Vec<String>,
    /// What takes the place of an injected dependency that does not exist, by its address. Since 1.1.
    pub default_targets: Vec<(String, DefaultTarget)>,
    /// What must hold for its fields. Since 1.1.
    pub rules: Vec<FieldRule>,
    /// Phases that do something with such targets elsewhere, and for which this backend has no task yet. Since 1.1.
    pub missing_phases: Vec<String>,
    /// Those of its fields that name more files of its own, as `sources` does. Since 1.1.
    pub source_fields: Vec<String>,
}

impl TargetType {
    /// A target type without fields of its own.
    pub fn new(name: &str, description: &str) -> Self {
        Self { name: name.to_owned(), description: description.to_owned(), ..Self::default() }
    }

    /// Takes `sources`, with these patterns as default (`!x` excludes).
    #[must_use]
    pub fn sources(mut self, default: &[&str]) -> Self {
        self.default_sources = Some(default.iter().map(|pattern| (*pattern).to_owned()).collect());
        self
    }

    /// Has at most this many sources.
    #[must_use]
    pub fn max_sources(mut self, count: u32) -> Self {
        self.max_sources = Some(count);
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, kind: FieldKind, help: &str) -> Self {
        self.fields.push(FieldDecl::new(name, kind, help));
        self
    }

    /// Adds a field that must be given.
    #[must_use]
    pub fn required_field(mut self, name: &str, kind: FieldKind, help: &str) -> Self {
        self.fields.push(FieldDecl { is_required: true, ..FieldDecl::new(name, kind, help) });
        self
    }

    /// Adds a field that names more files of its own, as `sources` does: they count among its sources. Since 1.1.
    #[must_use]
    pub fn source_field(mut self, name: &str, help: &str) -> Self {
        self.source_fields.push(name.to_owned());
        self.field(name, FieldKind::Any, help)
    }

    /// The field whose objects are third-party artifacts.
    #[must_use]
    pub fn third_party(mut self, field: &str) -> Self {
        self.third_party_field = Some(field.to_owned());
        self
    }

    /// Depends on this address when it exists.
    #[must_use]
    pub fn injects_dependency(mut self, address: &str) -> Self {
        self.injected_dependencies.push(address.to_owned());
        self
    }

    /// Depends on this address when it exists, and otherwise on a target that the host makes. Since 1.1.
    #[must_use]
    pub fn injects_or_creates(mut self, address: &str, otherwise: DefaultTarget) -> Self {
        self.default_targets.push((address.to_owned(), otherwise));
        self.injects_dependency(address)
    }

    /// Adds a rule for its fields; a target that breaks it is an error when its BUILD file is loaded. Since 1.1.
    #[must_use]
    pub fn rule(mut self, rule: FieldRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Says that these phases have no task for such targets yet: asking for one is an error that names the type.
    /// Since 1.1.
    #[must_use]
    pub fn missing_phases(mut self, phases: &[&str]) -> Self {
        self.missing_phases.extend(phases.iter().map(|phase| (*phase).to_owned()));
        self
    }
}

/// An object symbol: a call that is a value (`jar(..)`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectType {
    /// The symbol.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its fields; positional arguments fill them in this order.
    pub fields: Vec<FieldDecl>,
    /// The fields that make its third-party coordinate.
    pub coordinate: Vec<String>,
    /// What must hold for its fields. Since 1.1.
    pub rules: Vec<FieldRule>,
}

impl ObjectType {
    /// An object symbol without fields.
    pub fn new(name: &str, description: &str) -> Self {
        Self { name: name.to_owned(), description: description.to_owned(), ..Self::default() }
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, name: &str, kind: FieldKind, help: &str) -> Self {
        self.fields.push(FieldDecl::new(name, kind, help));
        self
    }

    /// Adds a field that must be given.
    #[must_use]
    pub fn required_field(mut self, name: &str, kind: FieldKind, help: &str) -> Self {
        self.fields.push(FieldDecl { is_required: true, ..FieldDecl::new(name, kind, help) });
        self
    }

    /// Adds a rule for its fields; a call that breaks it is an error. Since 1.1.
    #[must_use]
    pub fn rule(mut self, rule: FieldRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The fields that make its third-party coordinate, in order.
    #[must_use]
    pub fn coordinate(mut self, fields: &[&str]) -> Self {
        self.coordinate = fields.iter().map(|field| (*field).to_owned()).collect();
        self
    }
}

/// The world of a BUILD macro; every read is recorded, so that the BUILD file is evaluated again when it changes.
pub struct MacroContext {
    context: abi::ContextObject,
}

impl MacroContext {
    pub(crate) fn new(context: abi::ContextObject) -> Self {
        Self { context }
    }

    /// The directory of the BUILD file, relative to the build root.
    pub fn rel_path(&self) -> Result<String> {
        self.call(wire::MACRO_REL_PATH, &())
    }

    /// The text of a file, relative to the directory of the BUILD file.
    pub fn read_file(&self, path: &str) -> Result<String> {
        self.call(wire::MACRO_READ_FILE, &path)
    }

    /// The files that patterns match, relative to the directory of the BUILD file, sorted.
    pub fn glob(&self, globs: &Globs) -> Result<Vec<String>> {
        self.call(wire::MACRO_GLOB, globs)
    }

    /// A variable of the environment.
    pub fn env(&self, name: &str) -> Result<Option<String>> {
        self.call(wire::MACRO_ENV, &name)
    }

    /// Makes a target, as a call of its type with these keywords would.
    pub fn create_target(&self, type_name: &str, fields: Vec<(String, Value)>) -> Result<()> {
        self.call(wire::MACRO_CREATE_TARGET, &wire::CreateTarget { type_name: type_name.to_owned(), fields })
    }

    fn call<Q: Serialize + ?Sized, A: serde::de::DeserializeOwned>(&self, op: u32, request: &Q) -> Result<A> {
        abi::call_context(&self.context, op, request)
    }
}

impl Registrar {
    /// Refuses what cannot be right before it leaves the plugin.
    pub(crate) fn check(&self) -> Result<()> {
        for (goal, _) in &self.tasks {
            for name in [&goal.phase, &goal.name] {
                if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
                    return Err(Error::msg(format!(
                        "`{name}` is no name of a phase or goal: lower-case letters, digits and dashes"
                    )));
                }
            }
        }
        let mut options = self.document.scopes.iter().flat_map(|scope| &scope.options);
        options.try_for_each(check_option)
    }
}

/// Refuses option names that flags could not spell.
pub(crate) fn check_option(option: &OptionDecl) -> Result<()> {
    let name = &option.name;
    // The negation of a bool begins so.
    let is_negation = name.starts_with("no-") && option.kind == OptionKind::Bool;
    if name.is_empty() || name.starts_with('-') || is_negation || name.contains('_') {
        return Err(Error::msg(format!(
            "`{name}` is no option name: words joined by dashes, without leading dashes, and without `no-` for a bool"
        )));
    }
    Ok(())
}
