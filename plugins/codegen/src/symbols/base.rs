//! The fields that a type has because of what is generated from it.

use plugin_api::{FieldKind, FieldRule, TargetType};

const WITHOUT_EFFECT: &str = "Accepted from older BUILD files; has no effect.";

/// Something that becomes Java or Scala.
pub(super) fn jvm(target_type: TargetType) -> TargetType {
    let option_sets = FieldKind::OneOf(vec![FieldKind::StringList, FieldKind::Dict]);
    target_type
        .field("provides", provides(&["artifact", "scala_artifact"]), PROVIDES)
        .field("excludes", FieldKind::ObjectList(Vec::new()), "Third-party jars to keep off its classpath.")
        .field("resources", FieldKind::AddressList, "Resources of it: an older way to depend on them.")
        .field("services", FieldKind::Dict, "Implementations of service interfaces, as lists by interface.")
        .field("platform", FieldKind::String, "The platform of `[jvm-platform] platforms` it is compiled for.")
        .field("strict_deps", FieldKind::Bool, "Compile it against its direct dependencies and what those export only.")
        .field(
            "exports",
            FieldKind::AddressList,
            "Dependencies that its dependers see as their own, under strict_deps.",
        )
        .field("compiler_option_sets", option_sets, WITHOUT_EFFECT)
        .field("fatal_warnings", FieldKind::Bool, WITHOUT_EFFECT)
        .field("zinc_file_manager", FieldKind::Bool, WITHOUT_EFFECT)
        .field("javac_plugins", FieldKind::StringList, WITHOUT_EFFECT)
        .field("javac_plugin_args", FieldKind::Dict, WITHOUT_EFFECT)
        .field("scalac_plugins", FieldKind::StringList, WITHOUT_EFFECT)
        .field("scalac_plugin_args", FieldKind::Dict, WITHOUT_EFFECT)
        .field("buildflags", FieldKind::Any, WITHOUT_EFFECT)
        .field("exclusives", FieldKind::Dict, WITHOUT_EFFECT)
        .rule(FieldRule::AmongDependencies("exports".to_owned()))
        // Of the backend for the JVM: without it there are no such options, and nothing is demanded.
        .rule(FieldRule::KeyOfOption {
            field: "platform".to_owned(),
            scope: "jvm-platform".to_owned(),
            option: "platforms".to_owned(),
        })
}

/// Something that becomes Python.
pub(super) fn python(target_type: TargetType) -> TargetType {
    target_type
        .field("compatibility", FieldKind::StringList, "What an interpreter must be, besides the option; alternatives.")
        .field("provides", provides(&["setup_py", "python_artifact"]), PROVIDES)
}

/// Something that became Python in the first years of Pants, with the fields that all Python had then.
pub(super) fn old_python(target_type: TargetType) -> TargetType {
    python(target_type)
        .source_field("resources", "Files that its code reads: an older way to depend on a `resources` target.")
        .field("resource_targets", FieldKind::AddressList, "Resources of it: an older way to depend on them.")
        .field("exclusives", FieldKind::Dict, WITHOUT_EFFECT)
}

const PROVIDES: &str = "How it is published. Kept and shown; nothing is published yet.";

fn provides(symbols: &[&str]) -> FieldKind {
    FieldKind::Object(symbols.iter().map(|symbol| (*symbol).to_owned()).collect())
}
