//! The whole room over small repositories: what a person writes, and the graph or the complaints that come out.

use super::*;
use crate::fixture::Fixture;
use crate::symbols::{Macro, MacroContext};
use expect_test::{Expect, expect};
use pants_model::{FieldKind, FieldSpec, InjectedDependency, ObjectSpec, TargetTypeSpec, Value};

fn field(name: &str, kind: FieldKind) -> FieldSpec {
    FieldSpec { name: name.to_owned(), kind, is_required: false, default: Value::None, help: String::new() }
}

fn required(name: &str, kind: FieldKind) -> FieldSpec {
    FieldSpec { is_required: true, ..field(name, kind) }
}

fn target_type(name: &str, sources: Option<&[&str]>, fields: Vec<FieldSpec>) -> TargetTypeSpec {
    TargetTypeSpec {
        name: name.to_owned(),
        description: String::new(),
        fields,
        default_sources: sources.map(|sources| sources.iter().map(|pattern| (*pattern).to_owned()).collect()),
        backend: "test".to_owned(),
        ..TargetTypeSpec::default()
    }
}

/// `numbered(prefix, count)` makes `prefix1`, `prefix2`, ..; `from_file(path)` makes a target for each line.
struct Numbered;

impl Macro for Numbered {
    fn invoke(
        &self,
        ctx: &mut dyn MacroContext,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Value, String> {
        let [Value::Str(prefix)] = &args[..] else { return Err("takes a prefix".to_owned()) };
        let count = kwargs.iter().find(|(name, _)| name == "count").and_then(|(_, value)| value.as_int()).unwrap_or(1);
        for number in 1..=count {
            let name = Value::from(format!("{prefix}{number}"));
            ctx.create_target("target", vec![("name".to_owned(), name)])?;
        }
        Ok(Value::strings((1..=count).map(|number| format!(":{prefix}{number}"))))
    }
}

struct FromFile;

impl Macro for FromFile {
    fn invoke(&self, ctx: &mut dyn MacroContext, args: Vec<Value>, _: Vec<(String, Value)>) -> Result<Value, String> {
        let path = args.first().and_then(Value::as_str).ok_or("takes a path")?;
        for line in ctx.read_file(path)?.lines() {
            ctx.create_target("target", vec![("name".to_owned(), Value::from(line))])?;
        }
        Ok(Value::None)
    }
}

fn symbols() -> Arc<Symbols> {
    let mut symbols = Symbols::new();
    let platform = FieldKind::Choice(vec!["java8".to_owned(), "java11".to_owned()]);
    let java = ["*.java", "!*Test.java"];
    let library = vec![
        field("provides", FieldKind::Any),
        field("platform", platform),
        field("exports", FieldKind::AddressList),
        field("strict_deps", FieldKind::Bool),
        field("args", FieldKind::StringList),
        field("timeout", FieldKind::Int),
        field("env", FieldKind::Dict),
    ];
    let mut binary = target_type(
        "jvm_binary",
        Some(&[]),
        vec![required("main", FieldKind::String), field("binary", FieldKind::Address)],
    );
    binary.max_sources = Some(1);
    let mut tests = target_type("junit_tests", Some(&["*Test.java"]), Vec::new());
    tests.injected_dependencies = vec![InjectedDependency { address: "//:junit".to_owned(), otherwise: None }];
    let mut python = target_type("python_library", Some(&["*.py"]), vec![field("resources", FieldKind::Any)]);
    python.source_fields = vec!["resources".to_owned()];
    let jars = vec![required("jars", FieldKind::ObjectList(vec!["jar".to_owned()]))];
    for spec in [
        target_type("java_library", Some(&java), library),
        binary,
        tests,
        TargetTypeSpec { third_party_field: Some("jars".to_owned()), ..target_type("jar_library", None, jars) },
        python,
    ] {
        symbols.add_target_type(spec).expect("the names differ");
    }
    let jar = ObjectSpec {
        name: "jar".to_owned(),
        description: String::new(),
        fields: vec![
            required("org", FieldKind::String),
            required("name", FieldKind::String),
            field("rev", FieldKind::String),
            field("force", FieldKind::Bool),
            field("extras", FieldKind::Dict),
            field("excludes", FieldKind::ObjectList(vec!["exclude".to_owned()])),
        ],
        coordinate: ["org", "name", "rev"].map(str::to_owned).to_vec(),
        backend: "test".to_owned(),
        ..ObjectSpec::default()
    };
    symbols.add_object(jar).expect("the names differ");
    let exclude = vec![required("org", FieldKind::String), field("name", FieldKind::String)];
    let dup = FieldKind::Choice(vec!["SKIP".to_owned(), "FAIL".to_owned()]);
    let fileset = FieldKind::ListOf(Box::new(FieldKind::Any));
    let parcel = vec![field("fileset", fileset), field("dup", dup)];
    for (name, fields) in [("exclude", exclude), ("parcel", parcel), ("parcel.standard", Vec::new())] {
        let spec = ObjectSpec { name: name.to_owned(), fields, backend: "test".to_owned(), ..ObjectSpec::default() };
        symbols.add_object(spec).expect("the names differ");
    }
    symbols.add_macro("numbered", "", "test", Arc::new(Numbered)).expect("the names differ");
    symbols.add_macro("from_file", "", "test", Arc::new(FromFile)).expect("the names differ");
    Arc::new(symbols)
}

/// Loads what `specs` name and prints the graph in its order, then the diagnostics.
fn load(fixture: &Fixture, specs: &str, filters: &SpecFilters) -> (BuildFiles, String) {
    let mut config = fixture.config();
    config.environment = Arc::new([("USER".into(), "ann".into()), ("SECRET".into(), "x".into())].into_iter().collect());
    load_with(fixture, config, symbols(), specs, filters)
}

/// The same, configured and with symbols as a test needs them.
fn load_with(
    fixture: &Fixture,
    config: WorkspaceConfig,
    symbols: Arc<Symbols>,
    specs: &str,
    filters: &SpecFilters,
) -> (BuildFiles, String) {
    let store = Arc::new(evaluations::Memory::default());
    let load = || {
        let build_files = BuildFiles::new(config.clone(), symbols.clone()).with_store(store.clone());
        let out = load_into(&build_files, fixture, specs, filters);
        build_files.save_evaluations();
        (build_files, out)
    };
    let first = load();
    // Whatever a test is about: a run that finds its BUILD files evaluated comes to the same.
    assert_eq!(load().1, first.1, "what is stored says the same");
    first
}

fn load_into(build_files: &BuildFiles, fixture: &Fixture, specs: &str, filters: &SpecFilters) -> String {
    let root = fixture.root();
    let specs: Vec<AddressSpec> =
        specs.split_whitespace().map(|text| AddressSpec::parse(text, root, root).expect("these are specs")).collect();
    let (addresses, diagnostics) = build_files.resolve(&specs, filters);
    let mut out = String::new();
    let graph = build_files.graph();
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    if names.len() != graph.len() {
        out.push_str(&format!("named: {}\n", names.join(" ")));
    }
    for id in graph.ids() {
        out.push_str(&shown(&graph, id));
    }
    for diagnostic in diagnostics {
        let warning = if diagnostic.severity == pants_model::Severity::Warning { "warning: " } else { "" };
        out.push_str(&format!("{warning}{diagnostic}\n"));
    }
    out.replace(&*root.to_string_lossy(), "[ROOT]")
}

fn shown(graph: &BuildGraph, id: pants_model::TargetId) -> String {
    let target = graph.target(id);
    let mut out = format!("{} {} at {}\n", target.type_name, target.address, target.location);
    for (name, value) in &target.fields {
        out.push_str(&format!("  {name} = {}\n", shown_value(value)));
    }
    let mut line = |name: &str, items: Vec<String>| {
        if !items.is_empty() {
            out.push_str(&format!("  {name}: {}\n", items.join(" ")));
        }
    };
    line("files", target.sources.iter().map(|path| path.display().to_string()).collect());
    let dependencies = graph.dependencies(id);
    line("needs", dependencies.iter().map(|id| graph.target(*id).address.to_string()).collect());
    let modifiers = target.modifiers.iter().map(|(address, modifier)| {
        let reach = if modifier.is_transitive { "" } else { ", intransitive" };
        format!("{address} ({}{reach})", modifier.scope.as_deref().unwrap_or("any scope"))
    });
    line("of a kind", modifiers.collect());
    line("root", target.source_root.iter().map(|root| format!("`{root}`")).collect());
    line("tags", target.tags.clone());
    line("about", target.description.iter().cloned().collect());
    out
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::List(items) => format!("[{}]", items.iter().map(shown_value).collect::<Vec<_>>().join(", ")),
        Value::Dict(entries) => {
            let entry = |(name, value): &(Value, Value)| format!("{}: {}", shown_value(name), shown_value(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Str(text) => format!("{text:?}"),
        Value::Object(object) => {
            let field = |(name, value): &(String, Value)| format!("{name}={}", shown_value(value));
            format!("{}({})", object.symbol, object.fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::Globs(globs) => format!("{:?} - {:?}", globs.include, globs.exclude),
        Value::Bool(value) => format!("{value}"),
        Value::Int(value) => format!("{value}"),
        other => format!("{other:?}"),
    }
}

/// Checks the graph and the diagnostics of everything in a fixture.
fn check(fixture: &str, expect: Expect) {
    check_specs(fixture, "::", expect);
}

fn check_specs(fixture: &str, specs: &str, expect: Expect) {
    expect.assert_eq(&load(&Fixture::new(fixture), specs, &SpecFilters::default()).1);
}

/// Checks what an expression evaluates to, or the complaint about it.
fn check_value(expression: &str, expect: Expect) {
    check_body(&format!("x = {expression}"), expect);
}

/// Checks what a body assigns to `x`.
fn check_body(body: &str, expect: Expect) {
    let fixture = Fixture::new(&format!(
        "//- a/b/data.txt\none\ntwo\n//- a/b/sub/c.txt\n//- a/b/BUILD\n{body}\njava_library(name = 'v', sources = [], provides = x)\n"
    ));
    let (build_files, out) = load(&fixture, "a/b:", &SpecFilters::default());
    let graph = build_files.graph();
    let shown = graph.targets().next().map(|target| shown_value(target.field("provides")));
    let shown = shown.map(|shown| shown.replace(&*fixture.root().to_string_lossy(), "[ROOT]"));
    expect.assert_eq(&shown.unwrap_or(out));
}

mod dependencies;
mod errors;
mod evaluations;
mod language;
mod limits;
mod opaque;
mod prelude;
mod semantics;
mod snapshots;
mod source_roots;
mod unknown;
mod values;
