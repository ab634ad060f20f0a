//! Invocations from end to end: files, variables and arguments in, what is asked for and every set value out.

use crate::{
    Bootstrap, DisabledScope, Invocation, OptionsError, Parsed, bootstrap, bootstrap_without_config,
    parse_with_disabled, read_command, render_literal,
};
use expect_test::{Expect, expect};
use pants_model::{OptionKind, OptionSource, OptionSpec, ScopeSpec, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// One invocation.
#[derive(Default)]
struct Case<'a> {
    /// Files of the repository; `~/` stands before those of the home directory.
    files: &'a [(&'a str, &'a str)],
    env: &'a [(&'a str, &'a str)],
    /// The arguments, separated by single spaces.
    args: &'a str,
    /// Where it is called, below the build root.
    cwd: &'a str,
}

fn check(case: Case<'_>, expect: Expect) {
    let dir = tempfile::tempdir().expect("a temp directory");
    let (root, home) = (dir.path().join("root"), dir.path().join("home"));
    write(&root, "BUILDROOT", "");
    fs::create_dir_all(root.join(case.cwd)).expect("the current directory");
    for (name, text) in case.files {
        match name.strip_prefix("~/") {
            Some(name) => write(&home, name, text),
            None => write(&root, name, text),
        }
    }
    let mut environment: BTreeMap<OsString, OsString> =
        case.env.iter().map(|(name, value)| (name.into(), value.into())).collect();
    environment.insert("HOME".into(), home.into());
    environment.entry("PANTS_PANTSRC".into()).or_insert("false".into());
    let invocation = Invocation {
        args: case.args.split(' ').filter(|arg| !arg.is_empty()).map(|arg| arg.replace('␣', " ")).collect(),
        environment: Arc::new(environment),
        cwd: root.join(case.cwd),
    };
    let got = match run(&invocation) {
        Ok(parsed) => render(&parsed),
        Err(error) => error.diagnostics().iter().map(|diagnostic| format!("{diagnostic}\n")).collect::<String>(),
    };
    expect.assert_eq(&got.replace(&root.display().to_string(), "[ROOT]"));
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("below the directory")).expect("directories");
    fs::write(path, text).expect("a file");
}

fn run(invocation: &Invocation) -> Result<Parsed, OptionsError> {
    let bootstrap: Bootstrap = bootstrap(invocation)?;
    let disabled = [DisabledScope { name: "fmt.go".into(), backend: "pants.backend.go".into(), flags: Vec::new() }];
    parse_with_disabled(invocation, &bootstrap, &scopes(), &disabled)
}

/// What is asked for, and every value that somebody set, inherited ones only where they were set.
fn render(parsed: &Parsed) -> String {
    let mut text = String::new();
    let command = &parsed.command;
    for (title, words) in [("goals", &command.goals), ("specs", &command.specs), ("passthrough", &command.passthrough)]
    {
        if !words.is_empty() {
            text.push_str(&format!("{title}: {}\n", words.join(" ")));
        }
    }
    if let Some(help) = &command.help {
        let line = format!("help: {:?} {}", help.kind, help.scopes.join(" "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for scope in parsed.values.scopes() {
        for (name, value) in parsed.values.scope(scope) {
            let inherited = parsed.values.get("", name).filter(|_| !scope.is_empty());
            let is_inherited =
                inherited.is_some_and(|outer| outer.value == value.value && outer.source == value.source);
            if value.source == OptionSource::Default || name == "pantsrc" || is_inherited {
                continue;
            }
            let dot = if scope.is_empty() { "" } else { "." };
            text.push_str(&format!("{scope}{dot}{name} = {} ({})\n", render_literal(&value.value), value.source));
        }
    }
    for warning in &parsed.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}

fn scopes() -> Vec<ScopeSpec> {
    let scope = |name: &str, is_goal: bool, options: Vec<OptionSpec>| ScopeSpec {
        name: name.to_owned(),
        description: String::new(),
        options,
        is_goal,
        backend: String::new(),
        ..ScopeSpec::default()
    };
    let option = |name: &str, kind: OptionKind, default: Value| OptionSpec::new(name, kind, default, "");
    let list = |name: &str, items: &[&str]| option(name, OptionKind::StringList, Value::strings(items.iter().copied()));
    let int = |name: &str, value: i64| option(name, OptionKind::Int, Value::Int(value));
    let flag = |name: &str, value: bool| option(name, OptionKind::Bool, Value::Bool(value));
    let unmatched = OptionKind::Choice(vec!["create".into(), "fail".into()]);
    let mut cwd = option("cwd", OptionKind::Dir, Value::None);
    cwd.implicit_value = Some(Value::from("."));
    let mut depth = int("depth", 0);
    depth.is_recursive = true;
    let mut old = flag("old", false);
    old.deprecated = Some(("2.0".into(), "use `--new`".into()));
    let mut gone = flag("gone", false);
    gone.deprecated = Some(("0.1".into(), "nothing needs it".into()));
    let exclusive = |name: &str| {
        let mut one = option(name, OptionKind::String, Value::None);
        one.exclusive_group = Some("one".into());
        one
    };
    let instance = |of: &str, goal: &str| ScopeSpec {
        instance_of: Some(of.to_owned()),
        ..scope(&format!("{of}.{goal}"), false, Vec::new())
    };
    let subsystem = |name: &str, older: &[&str], options| ScopeSpec {
        older_names: older.iter().map(|name| (*name).to_owned()).collect(),
        ..scope(name, false, options)
    };
    let mut verbatim = option("text", OptionKind::String, Value::None);
    verbatim.is_verbatim = true;
    let mut words = option("words", OptionKind::ShellList, Value::List(Vec::new()));
    words.is_fingerprinted = true;
    let files = option("files", OptionKind::List(Box::new(OptionKind::File)), Value::List(Vec::new()));
    let contents = option("contents", OptionKind::DictWithFiles, Value::Dict(Vec::new()));
    let mut since = option("parent", OptionKind::String, Value::None);
    since.aliases = vec!["changes-since".into()];
    let mut sep = option("sep", OptionKind::String, Value::from("\\n"));
    sep.short = Some('s');
    vec![
        scope("cache", false, vec![list("read-from", &[]), option("timeout", OptionKind::Float, Value::Float(4.0))]),
        scope("changed", false, vec![since]),
        scope("compile", true, vec![depth]),
        scope(
            "compile.javac",
            true,
            vec![
                int("worker-count", 2),
                list("args", &["-encoding", "UTF-8"]),
                list("no-warning-args", &["-nowarn"]),
                flag("delete-scratch", true),
            ],
        ),
        scope("compile.rsc", true, vec![int("worker-count", 2), flag("time", false)]),
        scope("jvm-platform", false, vec![option("platforms", OptionKind::Dict, Value::Dict(Vec::new()))]),
        scope("list", true, vec![sep.clone()]),
        scope("kinds", false, vec![verbatim, words, files, contents]),
        scope("pick", false, vec![exclusive("this"), exclusive("that")]),
        subsystem("jvm", &["java"], vec![list("options", &["-Xmx1g"]), int("debug-port", 5005)]),
        instance("jvm", "run"),
        instance("jvm", "test.junit"),
        scope("run", true, vec![cwd, old, gone]),
        scope("sort", true, vec![flag("reverse", false), sep]),
        scope(
            "source",
            false,
            vec![list("root-patterns", &["src"]), option("unmatched", unmatched, Value::from("create"))],
        ),
        scope("test", true, vec![]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_command_line_panics(words in prop::collection::vec(WORD, 0..8)) {
        let dir = tempfile::tempdir().expect("a temp directory");
        write(dir.path(), "BUILDROOT", "");
        let environment = Arc::new(BTreeMap::from([("PANTS_PANTSRC".into(), "false".into())]));
        if let Err(error) = run(&Invocation { args: words, environment, cwd: dir.path().to_path_buf() }) {
            prop_assert!(!error.diagnostics().is_empty());
        }
    }
}

/// Words of all kinds, right and wrong.
const WORD: &str = r"(-{0,2}[a-z]{0,6}(\.[a-z]{0,6}|=[^ ]{0,6})?|list|sort|compile\.javac|--sep=x|help|--)";

mod at_files;
mod command_line;
mod config_errors;
mod names;
mod ranks;
