//! In which way a command line selects targets: there are several, and a run uses one of them.

use crate::error::SessionError;
use crate::goals::{CHANGED_GOALS, ChangedTargets, WHOLE_REPOSITORY_GOALS};
use pants_model::{Diagnostic, OptionValues};
use pants_options::CommandLine;

/// In which way a command line selects targets.
pub(crate) enum Selection {
    /// Nobody said anything.
    Nothing,
    /// Nobody said anything to a goal that means the whole repository then.
    Everything,
    /// The specs of the command line, and those that these files list.
    Specs {
        /// As typed.
        typed: Vec<String>,
        /// The values of `--spec-file`.
        files: Vec<String>,
    },
    /// `--owner-of`.
    OwnersOf(Vec<String>),
    /// `--changed-*`.
    Changed(ChangedTargets),
    /// A goal proposes the targets: `changed`, `test-changed`.
    OfGoal,
}

impl Selection {
    /// What a command line and its options say; two ways at once are an error.
    pub(crate) fn of(command: &CommandLine, options: &OptionValues) -> Result<Self, SessionError> {
        let strings = |name: &str| options.value("", name).to_strings();
        let (typed, files, owned) = (command.specs.clone(), strings("spec-file"), strings("owner-of"));
        let changed_goal = command.goals.iter().find(|goal| CHANGED_GOALS.contains(&goal.as_str()));
        // To a goal that looks for changes, `--changed-*` say which.
        let changed = if changed_goal.is_some() { None } else { ChangedTargets::of_flags(options) };

        let ways = [
            (!typed.is_empty() || !files.is_empty()).then(|| specs_in_words(&typed, &files).to_owned()),
            (!owned.is_empty()).then(|| "`--owner-of`".to_owned()),
            changed.is_some().then(|| "`--changed-*`".to_owned()),
            changed_goal.map(|goal| format!("goal `{goal}`")),
        ];
        let ways: Vec<String> = ways.into_iter().flatten().collect();
        if ways.len() > 1 {
            let message = format!("targets are selected in {} ways: by {}", ways.len(), and(&ways));
            let diagnostic = Diagnostic::error_without_place(message).hint("use one of them");
            return Err(SessionError::Repository(vec![diagnostic]));
        }
        Ok(match changed {
            _ if changed_goal.is_some() => Self::OfGoal,
            Some(changed) => Self::Changed(changed),
            None if !owned.is_empty() => Self::OwnersOf(owned),
            None if !ways.is_empty() => Self::Specs { typed, files },
            None if command.goals.iter().any(|goal| WHOLE_REPOSITORY_GOALS.contains(&goal.as_str())) => {
                Self::Everything
            }
            None => Self::Nothing,
        })
    }
}

fn specs_in_words(typed: &[String], files: &[String]) -> &'static str {
    match (typed.is_empty(), files.is_empty()) {
        (false, false) => "specs (and `--spec-file`)",
        (false, true) => "specs",
        (true, _) => "`--spec-file`",
    }
}

fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::{OptionValue, Value};

    /// The way of goals and specs with options of the form `scope name value`.
    fn way(goals: &[&str], specs: &[&str], given: &[(&str, &str, Value)]) -> String {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let command = CommandLine { goals: texts(goals), specs: texts(specs), ..CommandLine::default() };
        let mut options = OptionValues::default();
        for (scope, name, value) in given {
            options.insert(scope, name, OptionValue::of_default(value.clone()));
        }
        match Selection::of(&command, &options) {
            Ok(Selection::Nothing) => "nothing".to_owned(),
            Ok(Selection::Everything) => "everything".to_owned(),
            Ok(Selection::Specs { typed, files }) => format!("specs {typed:?} {files:?}"),
            Ok(Selection::OwnersOf(files)) => format!("owners {files:?}"),
            Ok(Selection::Changed(_)) => "changed".to_owned(),
            Ok(Selection::OfGoal) => "goal".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn list(items: &[&str]) -> Value {
        Value::strings(items.iter().copied())
    }

    #[test]
    fn each_way_alone() {
        assert_eq!(way(&["list"], &[], &[]), "everything");
        assert_eq!(way(&["compile"], &[], &[]), "nothing");
        assert_eq!(way(&["list"], &["a", "b"], &[]), r#"specs ["a", "b"] []"#);
        assert_eq!(way(&["list"], &[], &[("", "spec-file", list(&["f"]))]), r#"specs [] ["f"]"#);
        assert_eq!(way(&["list"], &["a"], &[("", "spec-file", list(&["f"]))]), r#"specs ["a"] ["f"]"#);
        assert_eq!(way(&["list"], &[], &[("", "owner-of", list(&["f"]))]), r#"owners ["f"]"#);
        assert_eq!(way(&["list"], &[], &[("changed", "parent", "HEAD".into())]), "changed");
        assert_eq!(way(&["changed"], &[], &[("changed", "parent", "HEAD".into())]), "goal");
    }

    #[test]
    fn two_ways_at_once_are_named() {
        let owned = || ("", "owner-of", list(&["f"]));
        let changed = || ("changed", "parent", "HEAD".into());
        let check = |goals: &[&str], specs: &[&str], given: &[(&str, &str, Value)], expect: &str| {
            let told = way(goals, specs, given);
            assert!(told.starts_with(expect), "{told}");
        };
        check(&["list"], &["a"], &[changed()], "targets are selected in 2 ways: by specs and `--changed-*`");
        check(
            &["list"],
            &["a"],
            &[owned(), changed()],
            "targets are selected in 3 ways: by specs, `--owner-of` and `--changed-*`",
        );
        check(
            &["test-changed"],
            &["a"],
            &[changed()],
            "targets are selected in 2 ways: by specs and goal `test-changed`",
        );
    }
}
