//! The target types and objects of this backend, with the fields that Pants v1 gave them from 2012 to 2020.
//!
//! What a type or field is there for only so that old BUILD files load says so in its description. A type whose task
//! does not exist here names the phases that are missing, and the host refuses them by name.

mod apps;
mod compiled;
mod documents;
mod maven;
mod publishing;

use plugin_api::{Context, LogLevel, Predicate, Registrar, Result, Target};

/// Targets that may have Java sources.
pub(crate) const COMPILED: &[&str] = &[
    "annotation_processor",
    "benchmark",
    "java_agent",
    "java_library",
    "java_tests",
    "javac_plugin",
    "junit_tests",
    "jvm_binary",
    "scala_library",
    "scala_specs",
    "scala_tests",
    "scalac_plugin",
];

/// Targets that JUnit runs, by all names they had.
pub(crate) const TESTS: &[&str] = &["junit_tests", "java_tests", "scala_tests", "scala_specs"];

/// Every type that a classpath is made of.
pub(crate) fn on_classpath() -> Predicate {
    Predicate::AnyOf(vec![Predicate::types(COMPILED), Predicate::types(&["jar_library", "resources"])])
}

/// Whether a target has sources for javac.
pub(crate) fn has_java(target: &Target) -> bool {
    has_sources(target, ".java")
}

/// Whether a target has sources for a Scala compiler, which does not exist here.
pub(crate) fn has_scala(target: &Target) -> bool {
    has_sources(target, ".scala")
}

fn has_sources(target: &Target, extension: &str) -> bool {
    COMPILED.contains(&&*target.type_name) && target.sources.iter().any(|source| source.ends_with(extension))
}

/// Fields of older BUILD files that a compile relies on, and that nothing is done about.
pub(crate) const NOT_COMPILED_WITH: &[&str] = &["javac_plugins", "javac_plugin_args"];

/// Fields of older BUILD files that a binary relies on, and that nothing is done about.
pub(crate) const NOT_PACKED_WITH: &[&str] = &["deploy_jar_rules", "shading_rules"];

/// Says which targets give one of these fields, which have no effect, in one line for each field.
pub(crate) fn warn_of_fields_without_effect(context: &Context, targets: &[Target], fields: &[&str]) -> Result<()> {
    for field in fields {
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

/// Registers all types, objects and macros.
pub(crate) fn register(registrar: &mut Registrar) {
    maven::register(registrar);
    compiled::register(registrar);
    apps::register(registrar);
    publishing::register(registrar);
    documents::register(registrar);
}

#[cfg(test)]
mod tests;
