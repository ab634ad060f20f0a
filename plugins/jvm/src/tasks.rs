//! The tasks of this backend, a module each.

mod binary;
mod bootstrap;
mod export;
mod javac;
mod junit;
mod resolve;
mod resources;
mod run;
mod working_directory;

pub(crate) use junit::coverage::{SCOPE as JACOCO_SCOPE, register_scope_options as register_jacoco_options};
use plugin_api::{OptionRegistrar, Registrar};

/// Registers the phases, their goals and their tasks.
pub(crate) fn register(registrar: &mut Registrar) {
    // Generators are another backend's; this one only comes after them.
    registrar.phase("gen", "Generate code.");
    registrar.phase("bootstrap", "Fetch the tools that other phases use.");
    registrar.phase("resolve", "Resolve third-party dependencies.");
    registrar.phase("resources", "Prepare resources.");
    registrar.phase("compile", "Compile source code.");
    registrar.phase("test", "Run tests.");
    registrar.phase("binary", "Create runnable binaries.");
    registrar.phase("run", "Run a binary.");
    register_phase_options(registrar);
    registrar.phase("export", "Print what IDEs must know of the targets, as JSON.");
    registrar.task::<bootstrap::BootstrapJvmTools>("jvm-tools").install("bootstrap");
    registrar.task::<resolve::CoursierResolve>("coursier").depends_on_phase("gen").install("resolve");
    registrar.task::<resources::PrepareResources>("prepare").install("resources");
    registrar.task::<resources::PrepareServices>("services").install("resources");
    // It takes jars as a product: the rest of `resolve` may be for other languages.
    registrar.task::<javac::JavacCompile>("javac").group("jvm").depends_on_phase("gen").install("compile");
    let junit = registrar.task::<plugin_api::tasks::Testing<junit::JunitRun>>("junit");
    junit.depends_on_phase("compile").install("test");
    registrar.task::<binary::BinaryCreate>("jvm").depends_on_phase("compile").install("binary");
    registrar.task::<run::JvmRun>("jvm").depends_on_phase("compile").install("run");
    registrar.task::<export::ExportJvm>("jvm").install("export");
}

/// Declares the options of `[java]`.
pub(crate) fn register_java_options(options: &mut OptionRegistrar) {
    crate::graph::register_options(options);
    javac::arguments::register_java_options(options);
}

/// Options that count for every language; other backends declare the same.
fn register_phase_options(registrar: &mut Registrar) {
    registrar.phase_options("run", |options| {
        let help = "Arguments of the program, before those after `--`.";
        options.shell_list("args", &[], help).fingerprinted().recursive();
    });
    registrar.phase_options("test", |options| {
        let help = "Environment variables for tests: `NAME=value`, or `NAME` to take the value of the own environment.";
        options.list("extra-env-vars", &[], help).fingerprinted().recursive();
    });
}
