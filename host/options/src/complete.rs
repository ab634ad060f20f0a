//! What may stand where the cursor is: for the completion of shells.
//!
//! Knows flags and words; which directories and targets there are is for who knows the repository.

use crate::command_line::{HelpKind, RESERVED_WORDS, find};
use crate::global::with_global;
use crate::names::qualified;
use crate::scopes::{Scopes, outer_scopes};
use pants_model::{OptionKind, OptionSpec, ScopeSpec};
use std::collections::BTreeSet;

/// What the word at the cursor can become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Whole words, sorted.
    pub words: Vec<String>,
    /// A path that can stand there, too.
    pub path: Option<WantedPath>,
}

/// A path, or the address of a target, that is typed in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedPath {
    /// What of the word stands before it (`--output-file=`).
    pub before: String,
    /// What is typed of it.
    pub typed: String,
    /// What it leads to.
    pub kind: PathKind,
}

/// What paths lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A target, or files that targets own, below the build root.
    Target,
    /// A file, from the current directory.
    File,
    /// A directory, from the current directory.
    Directory,
}

/// What the last of these words can become; the others stand before it on the command line.
pub fn complete(words: &[String], scopes: &[ScopeSpec]) -> Completion {
    let specs = with_global(scopes);
    let scopes = Scopes::new(&specs);
    let Some((current, before)) = words.split_last() else { return Completion::default() };
    if before.iter().any(|word| word == "--") {
        return Completion::default();
    }
    let line = Line::read(before, &scopes);
    match current.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => line.value(flag, value),
        _ if current.starts_with('-') => Completion { words: line.flags(current), path: None },
        _ => line.word(current),
    }
}

/// What stands before the cursor.
struct Line<'a> {
    scopes: &'a Scopes<'a>,
    /// The scopes typed; flags without a scope belong to the last.
    typed: Vec<&'a str>,
    asks_for_help: bool,
    has_words: bool,
    has_specs: bool,
}

impl<'a> Line<'a> {
    fn read(before: &'a [String], scopes: &'a Scopes<'a>) -> Self {
        let mut line = Self { scopes, typed: Vec::new(), asks_for_help: false, has_words: false, has_specs: false };
        for word in before {
            let is_scope = !line.has_specs && !word.is_empty() && scopes.get(word).is_some();
            match HelpKind::of_word(word) {
                Some(HelpKind::Goals) if is_scope => line.typed.push(word),
                Some(_) => line.asks_for_help = true,
                None if word.starts_with('-') => continue,
                None if is_scope => line.typed.push(word),
                None => line.has_specs = word != "goal",
            }
            line.has_words = true;
        }
        line
    }

    fn current_scope(&self) -> &'a str {
        self.typed.last().copied().unwrap_or_default()
    }

    /// The value of a flag.
    fn value(&self, flag: &str, typed: &str) -> Completion {
        let Some((_, declared, _)) = find(&flag[2..], self.current_scope(), self.scopes) else {
            return Completion::default();
        };
        let kind = match &declared.spec.kind {
            OptionKind::List(member) => member,
            kind => kind,
        };
        let before = format!("{flag}=");
        let of = |values: &[String]| Completion {
            words: starting_with(&before, typed, values.iter().map(String::as_str)),
            path: None,
        };
        let path = |kind| Completion {
            words: Vec::new(),
            path: Some(WantedPath { before: before.clone(), typed: typed.to_owned(), kind }),
        };
        match kind {
            OptionKind::Bool => of(&["false".to_owned(), "true".to_owned()]),
            OptionKind::Choice(choices) => of(choices),
            OptionKind::Target => path(PathKind::Target),
            OptionKind::File | OptionKind::DictWithFiles => path(PathKind::File),
            OptionKind::Dir => path(PathKind::Directory),
            _ => Completion::default(),
        }
    }

    /// Flags of the goals typed, global ones, and those whose scope is typed in the flag.
    fn flags(&self, typed: &str) -> Vec<String> {
        let mut flags = BTreeSet::new();
        let own = self.scopes.options(self.current_scope());
        own.iter().for_each(|declared| flags.extend(forms(&declared.spec.name, declared.spec)));
        for scope in self.scopes.all().filter(|scope| self.is_meant(&scope.name, typed)) {
            let options = self.scopes.options(&scope.name);
            options.iter().filter(|declared| !declared.owner.is_empty() || scope.name.is_empty()).for_each(
                |declared| {
                    flags.extend(forms(&qualified(&scope.name, &declared.spec.name), declared.spec));
                },
            );
        }
        flags.extend(["--help", "--help-advanced", "--help-all", "--version"].map(str::to_owned));
        // The negations would double the list: they are told when somebody begins one.
        let is_negation = |flag: &String| flag.starts_with("--no-");
        let flags = flags.into_iter().filter(|flag| flag.starts_with(typed));
        flags.filter(|flag| !is_negation(flag) || typed.starts_with("--n")).collect()
    }

    /// Whether qualified flags of a scope are told: it is global, or the goals typed have it, or the flag begins with it.
    fn is_meant(&self, scope: &str, typed: &str) -> bool {
        let name = typed.trim_start_matches('-');
        let name = name.strip_prefix("no-").unwrap_or(name);
        let is_begun = || name.starts_with(&format!("{}-", scope.replace('.', "-")));
        let is_typed = || self.typed.iter().any(|have| *have == scope || outer_scopes(scope).contains(have));
        scope.is_empty() || is_typed() || is_begun()
    }

    /// A goal, or another word that means something, or a target.
    fn word(&self, typed: &str) -> Completion {
        let mut words = Vec::new();
        if !self.has_specs {
            let scopes = self.scopes.all().filter(|scope| !scope.name.is_empty());
            let scopes = scopes.filter(|scope| scope.is_goal || self.asks_for_help).map(|scope| scope.name.as_str());
            // Tasks of goals are told when somebody begins one.
            words.extend(scopes.filter(|name| !name.contains('.') || typed.contains('.')));
            if !self.has_words {
                words.extend(RESERVED_WORDS.iter().filter(|word| !["complete", "plugin"].contains(word)));
            }
        }
        let words = starting_with("", typed, words);
        // Where nothing is typed, nobody looks for a target before there is a goal.
        let may_be_path = !self.asks_for_help && (!self.typed.is_empty() || typed.contains(['/', ':']));
        let path = WantedPath { before: String::new(), typed: typed.to_owned(), kind: PathKind::Target };
        Completion { words, path: may_be_path.then_some(path) }
    }
}

/// How a flag begins; where a value must follow, with the sign before it.
fn forms(name: &str, spec: &OptionSpec) -> Vec<String> {
    match (&spec.kind, &spec.implicit_value) {
        (OptionKind::Bool, _) => vec![format!("--{name}"), format!("--no-{name}")],
        (_, Some(_)) => vec![format!("--{name}"), format!("--{name}=")],
        (_, None) => vec![format!("--{name}=")],
    }
}

fn starting_with<'a>(before: &str, typed: &str, words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words: BTreeSet<&str> = words.into_iter().filter(|word| word.starts_with(typed)).collect();
    words.into_iter().map(|word| format!("{before}{word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::global::global_scope;
    use expect_test::{Expect, expect};
    use pants_model::Value;
    use proptest::prelude::*;

    proptest! {
        /// What is typed in part is of any kind, and what it becomes begins with it.
        #[test]
        fn whatever_is_typed_is_completed(words in prop::collection::vec(WORD, 0..5)) {
            let completion = complete(&words, &scopes());
            let current = words.last().cloned().unwrap_or_default();
            prop_assert!(completion.words.iter().all(|word| word.starts_with(&current)), "{completion:?}");
            prop_assert!(completion.path.is_none_or(|path| path.before + &path.typed == current));
        }
    }

    const WORD: &str = r"-{0,2}(no-)?(list|test\.|junit|level|goal|help|--|[a-z:/é]{0,4})(=[^ ]{0,4})?";

    fn scopes() -> Vec<ScopeSpec> {
        let scope = |name: &str, is_goal, instance_of: Option<&str>, options: Vec<OptionSpec>| ScopeSpec {
            name: name.to_owned(),
            is_goal,
            instance_of: instance_of.map(str::to_owned),
            options,
            ..ScopeSpec::default()
        };
        let option = |name: &str, kind| OptionSpec::new(name, kind, Value::None, "");
        let choice = || OptionKind::Choice(vec!["text".into(), "json".into()]);
        let mut global = global_scope();
        global.options.retain(|spec| ["level", "time", "pantsd"].contains(&&*spec.name));
        vec![
            global,
            scope("compile", true, None, vec![]),
            scope("compile.javac", true, None, vec![option("args", OptionKind::StringList)]),
            scope("jvm", false, None, vec![option("options", OptionKind::StringList)]),
            scope("jvm.test.junit", false, Some("jvm"), vec![]),
            scope("list", true, None, vec![option("output-format", choice()), option("provides", OptionKind::Bool)]),
            scope("test", true, None, vec![]),
            scope("test.junit", true, None, vec![option("cwd", OptionKind::Dir), option("only", OptionKind::Target)]),
        ]
    }

    fn check(line: &str, expect: Expect) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let Completion { words, path } = complete(&words, &scopes());
        let path = path.map(|path| format!(" {:?}({:?}, {:?})", path.kind, path.before, path.typed));
        expect.assert_eq(&format!("{}{}", words.join(" "), path.unwrap_or_default()));
    }

    #[test]
    fn goals_come_first_then_targets() {
        check("", expect!["compile daemon goals help help-advanced help-all kill-pantsd list migrate-config test"]);
        check("co", expect!["compile"]);
        check("compile.", expect!["compile.javac"]);
        check("list ", expect![[r#"compile list test Target("", "")"#]]);
        check("list src/a", expect![[r#" Target("", "src/a")"#]]);
        check("list src:a ", expect![[r#" Target("", "")"#]]);
        check("src/a", expect![[r#" Target("", "src/a")"#]]);
        check("help jv", expect!["jvm"]);
        check("run x -- --l", expect![[""]]);
    }

    #[test]
    fn flags_are_those_of_the_goals_typed_and_global_ones() {
        check("--", expect!["--help --help-advanced --help-all --level= --pantsd --time --version"]);
        check(
            "list --",
            expect![
                "--help --help-advanced --help-all --level= --list-output-format= --list-provides --output-format= --pantsd --provides --time --version"
            ],
        );
        check("compile --c", expect!["--compile-javac-args="]);
        check("compile --jvm-", expect!["--jvm-options="]);
        check("--no-", expect!["--no-pantsd --no-time"]);
        check("list src: --outp", expect!["--output-format="]);
    }

    #[test]
    fn values_are_told_where_they_are_known() {
        check("--level=", expect!["--level=debug --level=error --level=info --level=trace --level=warn"]);
        check("list --output-format=j", expect!["--output-format=json"]);
        check("--list-output-format=", expect!["--list-output-format=json --list-output-format=text"]);
        check("--pantsd=t", expect!["--pantsd=true"]);
        check("--test-junit-cwd=src/", expect![[r#" Directory("--test-junit-cwd=", "src/")"#]]);
        check("test.junit --only=src:a", expect![[r#" Target("--only=", "src:a")"#]]);
        check("--nosuch=", expect![[""]]);
    }
}
