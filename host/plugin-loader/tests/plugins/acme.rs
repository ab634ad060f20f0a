//! The plugin of a third party: what it registers, and that each kind of thing it adds works.

use crate::crates::{build, build_against, current_api};
use crate::world::World;
use expect_test::expect;
use pants_build_files::{MacroContext, Symbols};
use pants_engine::{
    Context, Payload, Planning, ProductDecl, Registry, RoundManager, Task, TaskError, TaskSpec, TaskType,
};
use pants_model::{Globs, Value};
use plugin_api::products::{ClasspathEntry, RuntimeClasspath};
use plugin_api::{Address, wire};
use std::any::Any;
use std::sync::{Arc, Mutex};

#[test]
fn it_registers_phases_goals_options_target_types_and_a_macro() {
    let (mut registry, symbols, _) = World::new().register(&[&build("acme")]).unwrap();
    registry.finish().unwrap();
    let mut text = String::new();
    for scope in registry.scopes() {
        let options: Vec<String> = scope.options.iter().map(|option| format!("--{}", option.name)).collect();
        text.push_str(&format!("{} | {} | {} | {}\n", scope.name, scope.backend, scope.description, options.join(" ")));
    }
    let own = symbols.target_types().iter().filter(|spec| spec.backend == "example.acme");
    own.for_each(|spec| text.push_str(&format!("{} {:?}\n", spec.name, spec.default_sources)));
    symbols.macros().iter().for_each(|symbol| text.push_str(&format!("{}() {}\n", symbol.name, symbol.description)));
    expect![[r#"
        translate |  | Translate Acme's documents. | 
        translate.alpha | example.acme | Translate documents. | 
        translate.beta | example.acme | Translate documents. | 
        lint |  | Check the style of sources. | 
        lint.line-length | example.acme | Check the length of lines. | --skip --maximum
        target-filter.lint.line-length | example.acme | `target-filter` for `lint.line-length` alone. | 
        gen |  |  | 
        gen.acme-constants | example.acme | Generate Java constants from property files. | 
        resources |  |  | 
        resources.acme-stamp | example.acme | Stamp what runs on a JVM. | 
        alpha_library Some(["*.alpha"])
        beta_library Some(["*.beta"])
        acme_constants Some(["*.properties"])
        alpha_modules() One alpha_library for each line of the file MODULES.
    "#]]
    .assert_eq(&text);
}

#[test]
fn the_goals_of_a_group_work_in_dependency_order_across_languages() {
    let mut world = World::new();
    world.target("alpha_library", "top", "top.alpha", "Top.\n", &["middle"]);
    world.target("beta_library", "middle", "middle.beta", "Middle.\n", &["bottom"]);
    world.target("alpha_library", "bottom", "bottom.alpha", "Bottom.\n", &[]);
    let ran = world.run(&build("acme"), "translate");
    assert_eq!(ran.failures(), [""; 0]);
    assert_eq!(world.read("dist/translated/top.txt"), "see //:middle\nTOP.\n");
    assert_eq!(world.read("dist/translated/middle.txt"), "see //:bottom\nmiddle.\n");
}

#[test]
fn a_task_with_options_checks_what_changed_and_names_what_failed() {
    let mut world = World::new();
    world.target("alpha_library", "a", "a.alpha", "twelve chars\n", &[]);
    let acme = build("acme");
    assert_eq!(world.run(&acme, "lint").failures(), [""; 0]);

    world.option("lint.line-length", "maximum", 10);
    let ran = world.run(&acme, "lint");
    assert_eq!(
        ran.failures(),
        ["lint.line-length: some lines are too long: check //:a: a.alpha:1: line has 12 characters \
          (Failed, example.acme, )"]
    );
    let outcome = ran.outcome.unwrap();
    assert_eq!(outcome.failures[0].1.failed_targets, [pants_model::Address::new("", "a")]);
    assert_eq!(outcome.failures[0].1.hints, ["at most 10 are allowed"]);
}

#[test]
fn a_code_generator_writes_sources_and_injects_their_target() {
    let mut world = World::new();
    world
        .target("acme_constants", "c", "c.properties", "MOTTO=beep\n", &[])
        .fields
        .push(("package".into(), "com.acme".into()));
    let ran = world.run(&build("acme"), "gen");
    assert_eq!(ran.failures(), [""; 0]);
    assert_eq!(
        world.read(".pants.d/gen/acme-constants/c/com/acme/Constants.java"),
        "package com.acme;\n\npublic final class Constants {\n    public static final String MOTTO = \"beep\";\n}\n"
    );
}

#[test]
fn a_task_consumes_the_runtime_classpath_and_adds_an_entry() {
    let mut world = World::new();
    world.target("java_library", "lib", "Lib.java", "class Lib {}\n", &[]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    world.host_goal("compile", "javac", Classpath::Producer(TaskSpec::new("Javac")));
    world.host_goal("bundle", "zip", Classpath::Consumer(TaskSpec::new("Zip"), seen.clone()));
    assert_eq!(world.run(&build("acme"), "bundle").failures(), [""; 0]);
    assert_eq!(*seen.lock().unwrap(), ["classes", ".pants.d/resources/acme-stamp/stamp"]);
    assert_eq!(world.read(".pants.d/resources/acme-stamp/stamp/acme.properties"), "stamped-by=acme\n");
}

#[test]
fn a_macro_reads_through_its_context_and_creates_targets() {
    let (_, symbols, _) = World::new().register(&[&build("acme")]).unwrap();
    let mut context = RecordingContext::default();
    let tags = ("tags".to_owned(), Value::strings(["slow"]));
    let value = symbols.macros()[0].body.invoke(&mut context, Vec::new(), vec![tags]);
    assert_eq!(value, Ok(Value::None));
    expect![[r#"
        read MODULES
        alpha_library [("name", Str("one")), ("sources", List([Str("one.alpha")])), ("tags", List([Str("slow")]))]
        alpha_library [("name", Str("two")), ("sources", List([Str("two.alpha")])), ("tags", List([Str("slow")]))]"#]]
    .assert_eq(&context.log.join("\n"));

    context.modules = None;
    let error = symbols.macros()[0].body.invoke(&mut context, Vec::new(), Vec::new()).unwrap_err();
    assert_eq!(error, "MODULES: no such file");
}

#[test]
fn two_plugins_with_the_same_goals_are_a_conflict_that_names_both_files() {
    let acme = build("acme");
    let twin = build_against(&current_api(), "acme", "twin");
    let (mut registry, mut symbols) = (Registry::new(), Symbols::new());
    let loaded = World::new().load(&[&acme, &twin]).unwrap();
    let error = loaded.register(&mut registry, &mut symbols).unwrap_err();
    let (acme, twin) = (acme.canonicalize().unwrap(), twin.canonicalize().unwrap());
    let what = "the goal `alpha` of the phase `translate` is already registered by";
    assert_eq!(error.to_string(), format!("{}: {what} {}", twin.display(), acme.display()));
    assert_eq!(registry.phases(), [], "nothing of either plugin stays");
    assert_eq!(symbols.target_types().len(), Symbols::new().target_types().len());
}

/// A compiler and a packager of the host's own, in a few lines.
enum Classpath {
    Producer(TaskSpec),
    Consumer(TaskSpec, Arc<Mutex<Vec<String>>>),
}

impl TaskType for Classpath {
    fn spec(&self) -> &TaskSpec {
        match self {
            Self::Producer(spec) | Self::Consumer(spec, _) => spec,
        }
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        let product = ProductDecl { name: "runtime_classpath".to_owned(), version: 1 };
        Ok(if matches!(self, Self::Producer(_)) { vec![product] } else { Vec::new() })
    }

    fn prepare(&self, _: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        if matches!(self, Self::Consumer(..)) {
            round.require("runtime_classpath");
        }
        Ok(())
    }

    fn construct(&self, _: &Context) -> Result<Box<dyn Task>, TaskError> {
        Ok(match self {
            Self::Producer(_) => Box::new(Produce),
            Self::Consumer(_, seen) => Box::new(Consume(seen.clone())),
        })
    }
}

struct Produce;

impl Task for Produce {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let mut classpath = RuntimeClasspath::default();
        classpath.add(&Address::new("", "lib"), [ClasspathEntry::new("classes")]);
        context.put_product("runtime_classpath", 1, Arc::new(Bytes(wire::encode(&classpath).unwrap().into())))
    }
}

struct Consume(Arc<Mutex<Vec<String>>>);

impl Task for Consume {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        for contribution in context.products("runtime_classpath") {
            let classpath: RuntimeClasspath = wire::decode(&contribution.payload.encoded()?).unwrap();
            self.0.lock().unwrap().extend(classpath.paths(&[Address::new("", "lib")]));
        }
        Ok(())
    }
}

/// A product that is nothing but its encoding.
struct Bytes(Arc<[u8]>);

impl Payload for Bytes {
    fn encoded(&self) -> Result<Arc<[u8]>, TaskError> {
        Ok(self.0.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Writes down what a macro does.
struct RecordingContext {
    modules: Option<&'static str>,
    log: Vec<String>,
}

impl Default for RecordingContext {
    fn default() -> Self {
        Self { modules: Some("one\n\ntwo\n"), log: Vec::new() }
    }
}

impl MacroContext for RecordingContext {
    fn rel_path(&self) -> &str {
        "src/alpha"
    }

    fn read_file(&mut self, rel: &str) -> Result<String, String> {
        self.log.push(format!("read {rel}"));
        self.modules.map(str::to_owned).ok_or_else(|| format!("{rel}: no such file"))
    }

    fn glob(&mut self, _: &Globs) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn env(&mut self, _: &str) -> Option<String> {
        None
    }

    fn create_target(&mut self, type_name: &str, fields: Vec<(String, Value)>) -> Result<(), String> {
        self.log.push(format!("{type_name} {fields:?}"));
        Ok(())
    }
}
