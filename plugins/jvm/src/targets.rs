//! The target types and objects of this backend, with the fields that Pants v1 gave them.

use crate::third_party::declared::{exclude_object, jar_object};
use plugin_api::{Context, FieldKind, LogLevel, Registrar, Result, Target, TargetType};

/// Targets with Java sources.
pub(crate) const COMPILED: &[&str] = &["java_library", "junit_tests", "jvm_binary"];

/// Every type that a classpath is made of.
pub(crate) const ON_CLASSPATH: &[&str] = &["jar_library", "java_library", "junit_tests", "jvm_binary", "resources"];

/// Whether a target has sources for javac.
pub(crate) fn has_java(target: &Target) -> bool {
    COMPILED.contains(&&*target.type_name) && target.sources.iter().any(|source| source.ends_with(".java"))
}

/// Fields of older BUILD files that a build relies on, and that nothing is done about.
const WITHOUT_EFFECT: [&str; 4] =
    ["compiler_option_sets", "javac_plugins", "javac_plugin_args", "managed_dependencies"];

/// Says which targets give a field that has no effect, in one line for each field.
pub(crate) fn warn_of_fields_without_effect(context: &Context, targets: &[Target]) -> Result<()> {
    for field in WITHOUT_EFFECT {
        let mut users = targets.iter().filter(|target| !target.field(field).is_none());
        let Some(first) = users.next() else { continue };
        let more = match users.count() {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        let line = format!("{}: `{field}` has no effect (`{}`{more})", first.location, first.address);
        context.log(LogLevel::Warn, line)?;
    }
    Ok(())
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
        .field(
            "managed_dependencies",
            FieldKind::Address,
            "Accepted; has no effect yet, and is warned about: the lock file decides.",
        )
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
        .field("runtime_platform", FieldKind::String, "The platform whose `jvm_options` its tests run with.")
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
        .field("runtime_platform", FieldKind::String, "The platform whose `jvm_options` it runs with.")
}

fn resources() -> TargetType {
    TargetType::new("resources", "Files that programs find on their classpath.").sources(&[])
}

/// The fields of everything that is compiled.
fn compiled(target_type: TargetType) -> TargetType {
    target_type
        .field("provides", FieldKind::Any, "How it is published. Accepted; nothing is published yet.")
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
        .field("compiler_option_sets", FieldKind::StringList, "Accepted; has no effect yet, and is warned about.")
        .field("zinc_file_manager", FieldKind::Bool, "Taken from older BUILD files; means nothing here.")
        .field("javac_plugins", FieldKind::StringList, "Accepted; has no effect yet, and is warned about.")
        .field("javac_plugin_args", FieldKind::Dict, "Accepted; has no effect yet, and is warned about.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::testing::TestContext;
    use plugin_api::{Address, Value};

    #[test]
    fn fields_without_effect_are_not_silent() {
        let targets: Vec<Target> = ["a", "b", "c"]
            .map(|name| {
                let mut target = Target::new(Address::new("x", name), "java_library");
                target.fields.push(("javac_plugins".to_owned(), Value::strings(["p"])));
                target
            })
            .into();
        let world = TestContext::new("compile.javac");
        warn_of_fields_without_effect(&world.context().unwrap(), &targets).unwrap();
        assert_eq!(world.logs(), ["2: : `javac_plugins` has no effect (`x:a` and 2 more)"]);
    }
}
