//! Targets with sources that a compiler reads: libraries, tests, and what extends compilers and JVMs.

use super::maven::excludes;
use super::publishing::ARTIFACTS;
use crate::platform;
use plugin_api::{DefaultTarget, FieldKind, FieldRule, Object, Registrar, TargetType, Value};

/// The phases that a command may be run before.
const PHASES_WITH_COMMANDS: [&str; 3] = ["binary", "compile", "test"];

pub(super) fn register(registrar: &mut Registrar) {
    register_java(registrar);
    register_scala(registrar);
    register_tests(registrar);
    registrar.target_type(jvm_prep_command());
}

fn register_java(registrar: &mut Registrar) {
    let java = |name: &str, description: &str| {
        compiled(TargetType::new(name, description)).sources(&["*.java", "!*Test.java"])
    };
    registrar.target_type(java("java_library", "Java sources that others may depend on."));
    registrar.target_type(
        with_scalac(compiled(TargetType::new("annotation_processor", "Java sources of annotation processors.")))
            .sources(&[])
            .field("processors", FieldKind::StringList, "The classes of the processors: who depends on it runs them."),
    );
    let class = |field: &str| format!("The class that {field}.");
    registrar.target_type(
        java("java_agent", "Java sources of an agent of the JVM.")
            .field("premain", FieldKind::String, &class("is started before the program"))
            .field("agent_class", FieldKind::String, &class("is started in a program that runs already"))
            .field("can_redefine", FieldKind::Bool, "Whether it needs to redefine classes.")
            .field("can_retransform", FieldKind::Bool, "Whether it needs to transform classes again.")
            .field("can_set_native_method_prefix", FieldKind::Bool, "Whether it needs to set the prefix of methods.")
            .rule(FieldRule::AtLeastOneOf(["premain", "agent_class"].map(str::to_owned).to_vec())),
    );
    registrar.target_type(
        plugin(java("javac_plugin", "Java sources of a plugin for javac."))
            // The jar of the compiler in Pants v1; since Java 9 it is a part of every JDK.
            .injects_or_creates(
                TOOLS_JAR,
                DefaultTarget { address: TOOLS_JAR.to_owned(), type_name: "target".to_owned(), fields: Vec::new() },
            ),
    );
    registrar.target_type(
        with_scalac(compiled(TargetType::new("benchmark", "Benchmarks for Caliper.")))
            .sources(&[])
            .missing_phases(&["bench"]),
    );
}

const TOOLS_JAR: &str = "//:tools-jar-synthetic";

fn register_scala(registrar: &mut Registrar) {
    let scala = |name: &str, description: &str| {
        with_scalac(compiled(TargetType::new(name, description)))
            .sources(&["*.scala", "!*Test.scala", "!*Spec.scala"])
            // A Java library and a Scala library may need each other, so these are no dependencies.
            .field("java_sources", FieldKind::StringList, "Java libraries that need it, and that it needs.")
            .injects_or_creates("//:scala-library", scala_jar_library("scala-library"))
            .missing_phases(&["compile", "repl"])
    };
    registrar.target_type(scala("scala_library", "Scala sources that others may depend on."));
    registrar.target_type(
        plugin(scala("scalac_plugin", "Scala sources of a plugin for scalac."))
            .injects_or_creates("//:scalac", scala_jar_library("scala-compiler")),
    );
}

fn register_tests(registrar: &mut Registrar) {
    let description = "Tests that JUnit runs: versions 3, 4 and 5.";
    registrar.target_type(tests(TargetType::new("junit_tests", description)).sources(&[
        "*Test.java",
        "*Test.scala",
        "*Spec.scala",
    ]));
    for (name, description) in [
        ("java_tests", "An older name of `junit_tests`."),
        ("scala_tests", "An older name of `junit_tests`, for tests in Scala."),
        ("scala_specs", "An older name of `junit_tests`, for specifications in Scala."),
    ] {
        registrar.target_type(tests(TargetType::new(name, description)).sources(&[
            "*Test.java",
            "*Test.scala",
            "*Spec.scala",
        ]));
    }
}

fn tests(target_type: TargetType) -> TargetType {
    let choices = ["SERIAL", "PARALLEL_CLASSES", "PARALLEL_METHODS", "PARALLEL_CLASSES_AND_METHODS"];
    with_scalac(compiled(target_type))
        .field("cwd", FieldKind::String, "The directory its tests run in; the build root when not given.")
        .field("timeout", FieldKind::Int, "How many seconds its tests may take.")
        .field("extra_jvm_options", FieldKind::StringList, "Options for the JVM that runs its tests.")
        .field("extra_env_vars", FieldKind::Dict, "Variables for the JVM that runs its tests.")
        .field("concurrency", FieldKind::Choice(choices.map(str::to_owned).to_vec()), "What of it may run at once.")
        .field("threads", FieldKind::Int, "How many threads run its tests.")
        .field("runtime_platform", FieldKind::String, "The platform whose `jvm_options` its tests run with.")
        .field("test_platform", FieldKind::String, "An older name of `runtime_platform`.")
        .rule(platform::rule("runtime_platform"))
        .rule(platform::rule("test_platform"))
        .injects_or_creates("//:junit_library", jar_library("//:junit_library", "junit", "junit", "4.12"))
}

fn jvm_prep_command() -> TargetType {
    let phases = PHASES_WITH_COMMANDS;
    compiled(TargetType::new("jvm_prep_command", "A class whose `main` is run before a phase is carried out."))
        .sources(&[])
        .required_field("mainclass", FieldKind::String, "The class.")
        .field("args", FieldKind::StringList, "Its arguments.")
        .field("jvm_options", FieldKind::StringList, "Options for the JVM that runs it.")
        .field("goal", FieldKind::Choice(phases.map(str::to_owned).to_vec()), "The phase; `test` when not given.")
        .rule(FieldRule::NonEmpty("mainclass".to_owned()))
        .missing_phases(&phases)
}

/// What plugins of compilers say of themselves.
fn plugin(target_type: TargetType) -> TargetType {
    target_type.field("classname", FieldKind::String, "The class of the plugin.").field(
        "plugin",
        FieldKind::String,
        "The name of the plugin; that of the target when not given.",
    )
}

/// The fields of everything that is compiled.
pub(super) fn compiled(target_type: TargetType) -> TargetType {
    let names = || FieldKind::OneOf(vec![FieldKind::StringList, FieldKind::Dict]);
    target_type
        .field(
            "provides",
            FieldKind::Object(ARTIFACTS.map(str::to_owned).to_vec()),
            "How it is published. Kept and shown; nothing is published yet.",
        )
        .field("excludes", excludes(), "Third-party jars to keep off its classpath.")
        .field("resources", FieldKind::AddressList, "Resources of it: an older way to depend on them.")
        .field("services", FieldKind::Dict, "Implementations of service interfaces, as lists by interface.")
        .field("platform", FieldKind::String, "The platform of `[jvm-platform] platforms` it is compiled for.")
        .field(
            "strict_deps",
            FieldKind::Bool,
            "Compile it against its direct dependencies and what those export only; when not given, what `[java] \
             strict_deps` says.",
        )
        .field(
            "exports",
            FieldKind::AddressList,
            "Dependencies that its dependers see as their own, under strict_deps.",
        )
        .field(
            "compiler_option_sets",
            names(),
            "The sets of options it is compiled with, of `[compile.javac] compiler_option_sets_enabled_args`.",
        )
        .field(
            "fatal_warnings",
            FieldKind::Bool,
            "Whether it has the set of options `fatal_warnings`: warnings are errors.",
        )
        .field("zinc_file_manager", FieldKind::Bool, "Taken from older BUILD files; means nothing here.")
        .field("javac_plugins", FieldKind::StringList, "Accepted; has no effect yet, and is warned about.")
        .field("javac_plugin_args", FieldKind::Dict, "Accepted; has no effect yet, and is warned about.")
        .field("exclusives", FieldKind::Dict, "What it did not go together with, until 2015. Accepted; has no effect.")
        .field("buildflags", FieldKind::StringList, "Options of a compiler of 2012. Accepted; has no effect.")
        .rule(FieldRule::AmongDependencies("exports".to_owned()))
        .rule(platform::rule("platform"))
        .missing_phases(&["doc", "jar", "publish"])
}

/// The fields of what may have Scala sources.
pub(super) fn with_scalac(target_type: TargetType) -> TargetType {
    target_type
        .field("scalac_plugins", FieldKind::StringList, "Plugins of scalac. Accepted; no Scala is compiled yet.")
        .field("scalac_plugin_args", FieldKind::Dict, "Their arguments. Accepted; no Scala is compiled yet.")
}

/// A jar of Scala itself, as version 1.15 of Pants had it.
fn scala_jar_library(name: &str) -> DefaultTarget {
    let key = if name == "scala-compiler" { "scalac" } else { name };
    jar_library(&format!("//:{key}-synthetic"), "org.scala-lang", name, "2.12.8")
}

/// A library of one jar that every classpath of its dependers has.
fn jar_library(address: &str, org: &str, name: &str, rev: &str) -> DefaultTarget {
    let fields = [("org", org), ("name", name), ("rev", rev)];
    let fields = fields.map(|(field, value)| (field.to_owned(), Value::from(value))).to_vec();
    let jar = Object { symbol: "jar".to_owned(), fields, ..Object::default() };
    DefaultTarget {
        address: address.to_owned(),
        type_name: "jar_library".to_owned(),
        fields: vec![
            ("jars".to_owned(), Value::List(vec![Value::Object(jar)])),
            ("scope".to_owned(), Value::from("forced")),
        ],
    }
}
