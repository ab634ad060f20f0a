//! How the repository of a scenario is configured, and what its BUILD files have for symbols.

use super::Random;
use pants_build_files::{
    Macro, MacroContext, MissingFilesPolicy, SourceRootsConfig, Symbols, UnmatchedPolicy, WorkspaceConfig,
};
use pants_model::{DefaultTarget, InjectedDependency, TargetTypeSpec, Value};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

/// A configuration, one of many.
pub fn config(random: &mut Random, root: &Path) -> WorkspaceConfig {
    let mut config = WorkspaceConfig::new(root);
    config.jobs = 1;
    config.environment = environment(random);
    config.use_gitignore = !random.one_in(6);
    config.build_ignore.push("gen/".to_owned());
    if random.one_in(2) {
        config.prelude_globs = vec!["support/*.prelude".to_owned()];
    }
    if random.one_in(3) {
        config.missing_files = MissingFilesPolicy::Ignore;
    }
    if random.one_in(3) {
        config.source_roots = SourceRootsConfig {
            root_patterns: random.one_in(2).then(|| vec!["lib".to_owned(), "a/*".to_owned()]),
            marker_filenames: vec!["SOURCE_ROOT".to_owned()],
            unmatched: if random.one_in(2) { UnmatchedPolicy::Create } else { UnmatchedPolicy::Fail },
            ..SourceRootsConfig::default()
        };
    }
    if random.one_in(3) {
        config.assigned_tags.insert("given".to_owned(), vec!["a::".to_owned(), "lib:t".to_owned()]);
    }
    config
}

/// An environment of a client; not all of it is read.
pub fn environment(random: &mut Random) -> Arc<BTreeMap<OsString, OsString>> {
    let mut all = BTreeMap::new();
    let mut set = |name: &str, values: &[&str]| {
        if !random.one_in(3) {
            all.insert(name.into(), random.pick(values).into());
        }
    };
    set("USER", &["ann", "bob"]);
    set("WIDTH", &["80", "100", "120"]);
    Arc::new(all)
}

/// `lines(path)` makes a target for each line of a file beside the BUILD file.
struct Lines;

impl Macro for Lines {
    fn invoke(&self, ctx: &mut dyn MacroContext, args: Vec<Value>, _: Vec<(String, Value)>) -> Result<Value, String> {
        let path = args.first().and_then(Value::as_str).ok_or("takes a path")?;
        for line in ctx.read_file(path)?.lines() {
            ctx.create_target("target", vec![("name".to_owned(), Value::from(line))])?;
        }
        Ok(Value::None)
    }
}

/// The symbols of all scenarios.
pub fn symbols() -> Arc<Symbols> {
    let mut symbols = Symbols::new();
    let sources = |patterns: &[&str]| Some(patterns.iter().map(|pattern| (*pattern).to_owned()).collect());
    let target_type = |name: &str, patterns: &[&str]| TargetTypeSpec {
        name: name.to_owned(),
        default_sources: sources(patterns),
        backend: "fuzz".to_owned(),
        ..TargetTypeSpec::default()
    };
    let mut tests = target_type("java_tests", &["*Test.java"]);
    let junit =
        DefaultTarget { address: "//:junit".to_owned(), type_name: "java_library".to_owned(), fields: Vec::new() };
    tests.injected_dependencies = vec![
        InjectedDependency { address: "//:junit".to_owned(), otherwise: Some(junit) },
        InjectedDependency { address: "lib/x:tool".to_owned(), otherwise: None },
    ];
    for spec in [target_type("java_library", &["*.java", "!*Test.java"]), tests] {
        symbols.add_target_type(spec).expect("the names differ");
    }
    symbols.add_macro("lines", "", "fuzz", Arc::new(Lines)).expect("the names differ");
    Arc::new(symbols)
}
