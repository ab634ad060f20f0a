//! What is asked of a case: no panic, messages of reasonable length, and values that are written back as themselves.

use super::{Subject, hash, shape};
use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};
use pants_options::{
    ConfigProblem, DisabledScope, Invocation, OptionsError, Parsed, bootstrap, migrate_config, parse_literal,
    parse_with_disabled, render_literal,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// No message about one thing is longer; a hint may be there to be pasted.
const LONGEST_MESSAGE: usize = 50_000;

/// A repository with some files of values, and scopes with an option of each kind.
pub struct Laboratory {
    subject: Subject,
    _dir: tempfile::TempDir,
    root: PathBuf,
    scopes: Vec<ScopeSpec>,
}

impl Laboratory {
    /// Makes the repository.
    pub fn new(subject: Subject) -> Self {
        let dir = tempfile::tempdir().expect("there is a temporary directory");
        let root = dir.path().join("repo");
        fs::create_dir(&root).expect("the directory is ours");
        let files = [
            ("BUILDROOT", ""),
            ("a", "@b"),
            ("b", "@a"),
            ("l.json", "[\"x\", 1, null]"),
            ("d.yaml", "a: [1, x]\nb: {c: 0.5}\n"),
            ("d.toml", "[a]\nb = 1\n"),
            ("t", "+['t'],-['u']"),
        ];
        for (name, text) in files {
            fs::write(root.join(name), text).expect("the directory is ours");
        }
        Self { subject, _dir: dir, root, scopes: scopes() }
    }

    /// Runs one case, and panics if it finds something; gives what was special about it, as hashes.
    pub fn run(&self, case: &[u8]) -> Vec<u64> {
        let text = String::from_utf8_lossy(case);
        match self.subject {
            Subject::Literal => literal(&text),
            Subject::Values => self.values(&text),
            Subject::CommandLine => self.command_line(&text),
            Subject::Toml => self.config("pants.toml", case),
            Subject::Ini => self.ini(case, &text),
        }
    }

    /// The text as the value of each option, one after the other.
    fn values(&self, text: &str) -> Vec<u64> {
        let mut shown = Vec::new();
        for spec in &self.scopes[0].options {
            let given = |text: &str| self.understand(vec![format!("--kinds-{}={text}", spec.name)], BTreeMap::new());
            let parsed = given(text);
            shown.push(hash(&spec.name));
            shown.extend(what_is_said(&parsed));
            let Ok(parsed) = parsed else { continue };
            let value = parsed.values.value("kinds", &spec.name);
            // The others are no literals: words are taken apart again, files looked for again.
            let is_literal = matches!(
                spec.kind,
                OptionKind::Bool
                    | OptionKind::Int
                    | OptionKind::Float
                    | OptionKind::StringList
                    | OptionKind::List(_)
                    | OptionKind::Dict
            );
            if is_literal && !value.is_none() && is_plain(value) {
                let written = render_literal(value);
                let again = given(&written).unwrap_or_else(|error| panic!("`{written}` is refused: {error}"));
                assert_eq!(again.values.value("kinds", &spec.name), value, "`{written}` is the same value");
            }
        }
        shown
    }

    /// One argument a line; a line that begins like a variable is one.
    fn command_line(&self, text: &str) -> Vec<u64> {
        let (variables, args): (Vec<&str>, Vec<&str>) =
            text.split('\n').partition(|line| line.starts_with("PANTS_") && line.contains('='));
        let variables = variables.iter().filter_map(|line| line.split_once('='));
        // A build root elsewhere is another repository.
        let variables = variables.filter(|(name, _)| *name != "PANTS_BUILDROOT_OVERRIDE");
        let variables = variables.map(|(name, value)| (name.into(), value.into())).collect();
        what_is_said(&self.understand(args.into_iter().map(str::to_owned).collect(), variables))
    }

    /// The case as a config file.
    fn config(&self, name: &str, case: &[u8]) -> Vec<u64> {
        fs::write(self.root.join(name), case).expect("the directory is ours");
        let parsed = self.understand(Vec::new(), BTreeMap::new());
        fs::remove_file(self.root.join(name)).expect("it was written just now");
        what_is_said(&parsed)
    }

    fn ini(&self, case: &[u8], text: &str) -> Vec<u64> {
        let mut shown = self.config("pants.ini", case);
        match migrate_config(text, "pants.ini") {
            Ok(migrated) => {
                fs::write(self.root.join("pants.toml"), &migrated.toml).expect("the directory is ours");
                let parsed = self.understand(Vec::new(), BTreeMap::new());
                fs::remove_file(self.root.join("pants.toml")).expect("it was written just now");
                if let Err(error) = &parsed {
                    assert!(!is_broken(error), "what is written is no TOML: {error}\n{:.1000}", migrated.toml);
                }
                shown.extend(what_is_said(&parsed));
            }
            Err(error) => shown.extend(what_is_wrong(&error)),
        }
        shown
    }

    fn understand(
        &self,
        args: Vec<String>,
        mut environment: BTreeMap<OsString, OsString>,
    ) -> Result<Parsed, OptionsError> {
        environment.insert("PANTS_PANTSRC".into(), "false".into());
        let invocation = Invocation { args, environment: Arc::new(environment), cwd: self.root.clone() };
        let bootstrap = bootstrap(&invocation)?;
        let disabled = [DisabledScope { name: "fmt.go".into(), backend: "pants.backend.go".into(), flags: Vec::new() }];
        parse_with_disabled(&invocation, &bootstrap, &self.scopes, &disabled)
    }
}

fn literal(text: &str) -> Vec<u64> {
    match parse_literal(text) {
        Ok(value) => {
            let written = render_literal(&value);
            if is_plain(&value) {
                assert_eq!(parse_literal(&written).as_ref(), Ok(&value), "`{written}` is the same value");
            }
            kinds_in(&value)
        }
        Err(error) => {
            assert!(error.to_string().len() < LONGEST_MESSAGE, "`{error:.200}` is long");
            vec![hash(&shape(&error.reason))]
        }
    }
}

/// Whether a value is one that a literal can say: an endless number is none.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_finite(),
        Value::List(items) => items.iter().all(is_plain),
        Value::Dict(entries) => entries.iter().all(|(key, value)| is_plain(key) && is_plain(value)),
        _ => true,
    }
}

/// Which kinds of values stand in one, and how deep.
fn kinds_in(value: &Value) -> Vec<u64> {
    let mut shown = vec![hash(value.kind_name())];
    let inner: Vec<&Value> = match value {
        Value::List(items) => items.iter().take(20).collect(),
        Value::Dict(entries) => entries.iter().take(20).flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    };
    for kind in inner.into_iter().flat_map(kinds_in) {
        shown.push(kind.rotate_left(7) ^ shown[0]);
    }
    shown
}

/// The messages and values of an invocation.
fn what_is_said(parsed: &Result<Parsed, OptionsError>) -> Vec<u64> {
    match parsed {
        Ok(parsed) => {
            let warnings = parsed.warnings.iter().map(|warning| hash(&shape(warning)));
            let goals = parsed.command.goals.iter().map(|goal| hash(goal));
            let set = parsed.values.scopes().flat_map(|scope| parsed.values.scope(scope));
            let set = set.filter(|(_, value)| !value.overridden.is_empty());
            let set = set.map(|(name, value)| hash(name) ^ hash(value.rank().name()) ^ hash(value.value.kind_name()));
            let help = parsed.command.help.iter().map(|help| hash(&format!("{:?}", help.kind)));
            warnings.chain(goals).chain(set).chain(help).collect()
        }
        Err(error) => what_is_wrong(error),
    }
}

fn what_is_wrong(error: &OptionsError) -> Vec<u64> {
    let diagnostics = error.diagnostics();
    assert!(!diagnostics.is_empty(), "an error says something");
    let messages = diagnostics.iter().map(|diagnostic| {
        let text = diagnostic.to_string();
        assert!(text.len() < LONGEST_MESSAGE, "{} bytes are long: `{text:.200}`", text.len());
        hash(&shape(&diagnostic.message))
    });
    messages.collect()
}

/// Whether an error says that a file is not written in its language.
fn is_broken(error: &OptionsError) -> bool {
    match error {
        OptionsError::Several(errors) => errors.iter().any(is_broken),
        OptionsError::Config { problem, .. } => matches!(**problem, ConfigProblem::Syntax(_)),
        _ => false,
    }
}

/// A scope with an option of each kind, and some for the grammar of the command line.
fn scopes() -> Vec<ScopeSpec> {
    let option = |name: &str, kind: OptionKind, default: Value| OptionSpec::new(name, kind, default, "");
    let list_of = |kind| OptionKind::List(Box::new(kind));
    let (list, dict) = (|| Value::List(Vec::new()), || Value::Dict(Vec::new()));
    let scope = |name: &str, options| ScopeSpec { name: name.to_owned(), options, ..ScopeSpec::default() };
    let goal = |name: &str, options| ScopeSpec { is_goal: true, ..scope(name, options) };
    let kinds = vec![
        option("bool", OptionKind::Bool, Value::None),
        option("int", OptionKind::Int, Value::None),
        option("float", OptionKind::Float, Value::None),
        option("string", OptionKind::String, Value::None),
        option("choice", OptionKind::Choice(vec!["a".into(), "b".into()]), Value::None),
        option("list", OptionKind::StringList, list()),
        option("ints", list_of(OptionKind::Int), list()),
        option("targets", list_of(OptionKind::Target), list()),
        option("shell", OptionKind::ShellList, list()),
        option("dict", OptionKind::Dict, dict()),
        option("contents", OptionKind::DictWithFiles, dict()),
        option("file", OptionKind::File, Value::None),
    ];
    let mut sep = option("sep", OptionKind::String, Value::None);
    sep.short = Some('s');
    let mut cwd = option("cwd", OptionKind::Dir, Value::None);
    cwd.implicit_value = Some(Value::from("."));
    let exclusive = |name: &str| {
        let mut option = option(name, OptionKind::String, Value::None);
        option.exclusive_group = Some("one".to_owned());
        option
    };
    let mut depth = option("depth", OptionKind::Int, Value::Int(0));
    depth.is_recursive = true;
    let mut old = option("old", OptionKind::Bool, Value::Bool(false));
    old.deprecated = Some(("9.0".to_owned(), "use something else".to_owned()));
    let jvm = scope("jvm", vec![option("options", OptionKind::ShellList, Value::strings(["-Xmx1g"]))]);
    vec![
        scope("kinds", kinds),
        ScopeSpec { older_names: vec!["java".to_owned()], ..jvm },
        ScopeSpec { instance_of: Some("jvm".to_owned()), ..scope("jvm.compile.javac", Vec::new()) },
        goal("compile", vec![depth]),
        goal("compile.javac", vec![old, option("args", OptionKind::StringList, Value::strings(["-g"]))]),
        goal("list", vec![sep]),
        goal("run", vec![cwd]),
        scope("changed", vec![exclusive("parent"), exclusive("diffspec")]),
    ]
}
