//! The symbols that are there whichever backends are: those that Pants v1 had in its core, and that belong to no language.

use pants_model::{FieldKind, FieldRule, FieldSpec, ObjectSpec, TargetTypeSpec, Value};

/// The phases that a `prep_command` may run before.
const PHASES_WITH_COMMANDS: [&str; 3] = ["binary", "compile", "test"];

/// The target types.
pub(super) fn target_types() -> [TargetTypeSpec; 6] {
    [target(), alias(), files(), resources(), prep_command(), remote_sources()]
}

/// The object symbols.
pub(super) fn objects() -> [ObjectSpec; 6] {
    let [intransitive, provided, scoped] = modifiers();
    [intransitive, provided, scoped, bundle(), directory_re_mapper(), from_target()]
}

fn target_type(name: &str, description: &str, fields: Vec<FieldSpec>) -> TargetTypeSpec {
    TargetTypeSpec { name: name.to_owned(), description: description.to_owned(), fields, ..TargetTypeSpec::default() }
}

fn object(name: &str, description: &str, fields: Vec<FieldSpec>) -> ObjectSpec {
    ObjectSpec { name: name.to_owned(), description: description.to_owned(), fields, ..ObjectSpec::default() }
}

fn field(name: &str, kind: FieldKind, help: &str) -> FieldSpec {
    FieldSpec { name: name.to_owned(), kind, is_required: false, default: Value::None, help: help.to_owned() }
}

fn required(name: &str, kind: FieldKind, help: &str) -> FieldSpec {
    FieldSpec { is_required: true, ..field(name, kind, help) }
}

fn target() -> TargetTypeSpec {
    target_type("target", "A group of dependencies under one name.", Vec::new())
}

fn alias() -> TargetTypeSpec {
    let target = required("target", FieldKind::Address, "The target that this name stands for.");
    target_type("alias", "Another name of a target.", vec![target])
}

fn files() -> TargetTypeSpec {
    TargetTypeSpec {
        default_sources: Some(Vec::new()),
        ..target_type("files", "Loose files, at their path below the build root.", Vec::new())
    }
}

fn resources() -> TargetTypeSpec {
    TargetTypeSpec {
        default_sources: Some(Vec::new()),
        ..target_type("resources", "Files that programs find on their classpath.", Vec::new())
    }
}

fn prep_command() -> TargetTypeSpec {
    let phase = FieldKind::Choice(PHASES_WITH_COMMANDS.map(str::to_owned).to_vec());
    let fields = vec![
        required("prep_executable", FieldKind::String, "The path of the program."),
        field("prep_args", FieldKind::StringList, "Its arguments."),
        field("prep_environ", FieldKind::Bool, "Whether its output, `key=value` with NUL between, becomes variables."),
        field("goal", phase.clone(), "The phase it is run before, in older BUILD files."),
        field("goals", FieldKind::ListOf(Box::new(phase)), "The phases it is run before; `test` when not given."),
    ];
    let description = "A program that is run before a phase is carried out on what depends on it.";
    TargetTypeSpec {
        rules: vec![FieldRule::NonEmpty("prep_executable".to_owned())],
        missing_phases: PHASES_WITH_COMMANDS.map(str::to_owned).to_vec(),
        ..target_type("prep_command", description, fields)
    }
}

fn remote_sources() -> TargetTypeSpec {
    let fields = vec![
        required("sources_target", FieldKind::Address, "The `unpacked_jars` whose files are its sources."),
        required("dest", FieldKind::Any, "The type of the target to make: `java_library`, say."),
        field("args", FieldKind::Dict, "More fields of that target."),
    ];
    TargetTypeSpec {
        missing_phases: ["gen", "compile"].map(str::to_owned).to_vec(),
        ..target_type("remote_sources", "A target of another type whose sources are unpacked from jars.", fields)
    }
}

fn bundle() -> ObjectSpec {
    let files = FieldKind::ListOf(Box::new(FieldKind::Any));
    let fields = vec![
        field("rel_path", FieldKind::String, "The directory they are below; that of the BUILD file when not given."),
        field("mapper", FieldKind::Any, "What says where each file goes: a `DirectoryReMapper(..)`."),
        field("relative_to", FieldKind::String, "The directory that their paths in the bundle are relative to."),
        field("fileset", files, "The files, as names or patterns."),
    ];
    ObjectSpec {
        rules: vec![FieldRule::AtMostOneOf(vec!["mapper".to_owned(), "relative_to".to_owned()])],
        ..object("bundle", "Files that stand beside a program in its bundle.", fields)
    }
}

fn directory_re_mapper() -> ObjectSpec {
    let fields = vec![
        required("base", FieldKind::String, "The directory they are in, relative to the build root."),
        required("dest", FieldKind::String, "The directory of the bundle they go to."),
    ];
    object("DirectoryReMapper", "Puts files below one directory into another one of the bundle.", fields)
}

fn from_target() -> ObjectSpec {
    let address = required("address", FieldKind::Any, "The target whose files are meant.");
    object("from_target", "Stands for the sources of another target, which becomes a dependency.", vec![address])
}

/// The symbols that say how a dependency differs from a plain one.
fn modifiers() -> [ObjectSpec; 3] {
    // Values are checked where they become dependencies: an address may be modified itself.
    let address = || required("address", FieldKind::Any, "The target that is depended on.");
    let scopes = "Some of compile, runtime, test, forced and default, separated by spaces.";
    let scope = field("scope", FieldKind::Any, scopes);
    let symbol = |name: &str, description: &str| object(name, description, vec![address()]);
    let scoped = "A dependency that counts in some scopes only.";
    [
        symbol("intransitive", "A dependency that is not seen by those who depend on the target."),
        symbol("provided", "An intransitive dependency for compile and test, which others bring at run time."),
        object("scoped", scoped, vec![address(), scope]),
    ]
}
