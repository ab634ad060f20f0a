//! The target types and objects of this backend, with the fields that Pants v1 gave them.

use crate::third_party::declared::{exclude_object, jar_object};
use plugin_api::{FieldKind, Registrar, Target, TargetType};

/// Targets with Java sources.
pub(crate) const COMPILED: &[&str] = &["java_library", "junit_tests", "jvm_binary"];

/// Every type that a classpath is made of.
pub(crate) const ON_CLASSPATH: &[&str] = &["jar_library", "java_library", "junit_tests", "jvm_binary", "resources"];

/// Whether a target has sources for javac.
pub(crate) fn has_java(target: &Target) -> bool {
    COMPILED.contains(&&*target.type_name) && target.sources.iter().any(|source| source.ends_with(".java"))
}

/// Registers all types and objects.
pub(crate) fn register(registrar: &mut Registrar) {
    registrar.object(jar_object());
    registrar.object(exclude_object());
    registrar.target_type(jar_library());
    registrar.target_type(java_library());
    registrar.target_type(junit_tests());
    registrar.target_type(jvm_binary());
    registrar.target_type(resources());
}

fn jar_library() -> TargetType {
    TargetType::new("jar_library", "Third-party jars, by their coordinates.")
        .required_field("jars", FieldKind::ObjectList(vec!["jar".to_owned()]), "The jars.")
        .field("managed_dependencies", FieldKind::Address, "The target that manages the versions of its jars.")
        .third_party("jars")
}

fn java_library() -> TargetType {
    compiled(TargetType::new("java_library", "Java sources that others may depend on."))
        .sources(&["*.java", "!*Test.java"])
        .field("services", FieldKind::Dict, "Implementations of service interfaces, as lists by interface.")
}

fn junit_tests() -> TargetType {
    let choices = ["SERIAL", "PARALLEL_CLASSES", "PARALLEL_METHODS", "PARALLEL_CLASSES_AND_METHODS"];
    compiled(TargetType::new("junit_tests", "Tests that JUnit runs: versions 3, 4 and 5."))
        .sources(&["*Test.java"])
        .field("cwd", FieldKind::String, "The directory its tests run in; the build root when not given.")
        .field("timeout", FieldKind::Int, "How many seconds its tests may take.")
        .field("extra_jvm_options", FieldKind::StringList, "Options for the JVM that runs its tests.")
        .field("extra_env_vars", FieldKind::Dict, "Variables for the JVM that runs its tests.")
        .field("concurrency", FieldKind::Choice(choices.map(str::to_owned).to_vec()), "What of it may run at once.")
        .field("threads", FieldKind::Int, "How many threads run its tests.")
        .field("runtime_platform", FieldKind::String, "The platform its tests run on.")
        .injects_dependency("//:junit_library")
}

fn jvm_binary() -> TargetType {
    compiled(TargetType::new("jvm_binary", "A program: a main class with all it needs."))
        .sources(&[])
        .max_sources(1)
        .field("main", FieldKind::String, "The class whose `main` method starts it.")
        .field("basename", FieldKind::String, "The name of its jar, without `.jar`; the target's name when not given.")
        .field("deploy_excludes", FieldKind::ObjectList(vec!["exclude".to_owned()]), "Jars to leave out of its jar.")
        .field("manifest_entries", FieldKind::Dict, "Entries to add to the manifest of its jar.")
        .field("extra_jvm_options", FieldKind::StringList, "Options for the JVM that `run` starts.")
        .field("runtime_platform", FieldKind::String, "The platform it runs on.")
}

fn resources() -> TargetType {
    TargetType::new("resources", "Files that programs find on their classpath.").sources(&[])
}

/// The fields of everything that is compiled.
fn compiled(target_type: TargetType) -> TargetType {
    target_type
        .field("provides", FieldKind::Any, "The artifact that it is published as.")
        .field(
            "excludes",
            FieldKind::ObjectList(vec!["exclude".to_owned()]),
            "Third-party jars to keep off its classpath.",
        )
        .field("platform", FieldKind::String, "The platform of `[jvm-platform] platforms` it is compiled for.")
        .field("strict_deps", FieldKind::Bool, "Compile it against its direct dependencies and what those export only.")
        .field(
            "exports",
            FieldKind::AddressList,
            "Dependencies that its dependers see as their own, under strict_deps.",
        )
        .field("compiler_option_sets", FieldKind::StringList, "Sets of compiler options that it turns on.")
        .field("zinc_file_manager", FieldKind::Bool, "Taken from older BUILD files; means nothing here.")
        .field("javac_plugins", FieldKind::StringList, "Compiler plugins that it is compiled with.")
        .field("javac_plugin_args", FieldKind::Dict, "Arguments of those, as lists by plugin.")
}
