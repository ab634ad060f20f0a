//! Symbols that belonged to no language in Pants v1, and that other backends use, too.

use plugin_api::{FieldKind, FieldRule, ObjectType, Registrar, TargetType};

pub(super) fn register(registrar: &mut Registrar) {
    registrar.target_type(TargetType::new("resources", "Files that programs find on their classpath.").sources(&[]));
    registrar.target_type(prep_command());
    registrar.target_type(remote_sources());
    registrar.object(bundle());
    registrar.object(directory_re_mapper());
}

/// The phases that a command may be run before.
pub(super) const PHASES_WITH_COMMANDS: [&str; 3] = ["binary", "compile", "test"];

fn prep_command() -> TargetType {
    let phase = FieldKind::Choice(PHASES_WITH_COMMANDS.map(str::to_owned).to_vec());
    TargetType::new("prep_command", "A program that is run before a phase is carried out on what depends on it.")
        .required_field("prep_executable", FieldKind::String, "The path of the program.")
        .field("prep_args", FieldKind::StringList, "Its arguments.")
        .field("prep_environ", FieldKind::Bool, "Whether its output, `key=value` with NUL between, becomes variables.")
        .field("goal", phase.clone(), "The phase it is run before, in older BUILD files.")
        .field("goals", FieldKind::ListOf(Box::new(phase)), "The phases it is run before; `test` when not given.")
        .rule(FieldRule::NonEmpty("prep_executable".to_owned()))
        .missing_phases(&PHASES_WITH_COMMANDS)
}

fn remote_sources() -> TargetType {
    TargetType::new("remote_sources", "A target of another type whose sources are unpacked from jars.")
        .required_field("sources_target", FieldKind::Address, "The `unpacked_jars` whose files are its sources.")
        .required_field("dest", FieldKind::Any, "The type of the target to make: `java_library`, say.")
        .field("args", FieldKind::Dict, "More fields of that target.")
        .missing_phases(&["gen", "compile"])
}

fn bundle() -> ObjectType {
    let files = FieldKind::ListOf(Box::new(FieldKind::Any));
    ObjectType::new("bundle", "Files that stand beside a program in its bundle.")
        .field("rel_path", FieldKind::String, "The directory they are below; that of the BUILD file when not given.")
        .field("mapper", FieldKind::Any, "What says where each file goes: a `DirectoryReMapper(..)`.")
        .field("relative_to", FieldKind::String, "The directory that their paths in the bundle are relative to.")
        .field("fileset", files, "The files, as names or patterns.")
        .rule(FieldRule::AtMostOneOf(vec!["mapper".to_owned(), "relative_to".to_owned()]))
}

fn directory_re_mapper() -> ObjectType {
    ObjectType::new("DirectoryReMapper", "Puts files below one directory into another one of the bundle.")
        .required_field("base", FieldKind::String, "The directory they are in, relative to the build root.")
        .required_field("dest", FieldKind::String, "The directory of the bundle they go to.")
}
