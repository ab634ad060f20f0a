//! Random questions about a build root.

use super::Places;
use super::tree::{FLAVOUR, SOURCES, TARGETS};
use crate::support::{Answer, Chance, Pants};
use std::fmt;

/// A command line, with what else a run may depend on.
pub(super) struct Question {
    args: Vec<String>,
    flavour: &'static str,
}

impl Question {
    /// Any question, mostly about what is there.
    pub(super) fn any(chance: &mut Chance, places: &Places) -> Self {
        let directory = chance.pick(&places.directories).clone();
        let other = chance.pick(&places.directories).clone();
        let target = format!("{directory}:{}", chance.pick(&TARGETS));
        let source = format!("{directory}/{}", chance.pick(&SOURCES));
        let (below, of_it) = (format!("{directory}::"), format!("{directory}:"));
        let second = format!("{other}:{}", chance.pick(&TARGETS));
        let owner = format!("--owner-of={source}");
        let sources = format!("{directory}/**/*.java");
        let (below, of_it, target, source) = (&*below, &*of_it, &*target, &*source);
        let forms: &[(usize, &[&str])] = &[
            (6, &["list", "::"]),
            (3, &["list", below]),
            (3, &["list", of_it]),
            (2, &["list", target]),
            (2, &["list", &directory]),
            (2, &["list", source]),
            (1, &["list", &sources]),
            (1, &["--files-not-found-behavior=error", "list", "::"]),
            (1, &["--tag=tag7", "list", "::"]),
            (3, &["peek", "::"]),
            (2, &["peek", below]),
            (2, &["dependencies", target]),
            (3, &["dependencies", "--transitive", below]),
            (3, &["dependees", target]),
            (3, &["dependees", "--transitive", of_it]),
            (3, &["filedeps", "::"]),
            (2, &["filedeps", "--transitive", below]),
            (2, &["filemap"]),
            (2, &["list-owners", "--", source]),
            (2, &[&owner, "list"]),
            (2, &["--changed-parent=HEAD", "list"]),
            (2, &["--changed-parent=HEAD", "--changed-include-dependees=transitive", "list"]),
            (1, &["changed", "--files"]),
            (1, &["sort", "::"]),
            (1, &["minimize", "::"]),
            (1, &["depmap", "--minimal", target]),
            (1, &["paths", target, &second]),
            (1, &["filter", "--type=java_library", "::"]),
            (1, &["roots"]),
            (1, &["cloc", "::"]),
            (2, &["complete", "--words", "--", "list", of_it]),
        ];
        let mut args: Vec<String> = chance.weighted(forms).iter().map(|word| (*word).to_owned()).collect();
        // Something is always broken; half of the questions go on without it, so that both kinds of answers are compared.
        if args[0] != "complete" && chance.is_one_in(2) {
            args.insert(0, "--keep-going".to_owned());
        }
        let flavour = chance.weighted(&[(8, "plain"), (1, "sweet"), (1, "")]);
        Self { args, flavour }
    }

    /// Asks it.
    pub(super) fn ask(&self, pants: &Pants) -> Answer {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        pants.clone().env(FLAVOUR, self.flavour).run(&args)
    }
}

impl fmt::Display for Question {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{FLAVOUR}={} pants {}", self.flavour, self.args.join(" "))
    }
}
