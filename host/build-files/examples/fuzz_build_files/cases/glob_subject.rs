//! Patterns of sources against a matcher that is as simple as can be.
//!
//! Expansion over a tree and membership of files that need not exist are both compared: each is another algorithm.

use super::hash;
use pants_build_files::{BuildFiles, Symbols, WorkspaceConfig};
use pants_model::Globs;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// Names with everything that patterns are made of; no two differ in case only.
const FILES: [&str; 26] = [
    "a",
    "a.java",
    "b.java",
    "ab.java",
    "aXbYc",
    "[a",
    "]",
    "[]]",
    "-",
    "^",
    "!x",
    "ü.java",
    "𐀀",
    "a b",
    ".hidden",
    "\\",
    "{a,b}",
    "aaaaaaaaaaaaaaaaaaaaaaab",
    "d/a.java",
    "d/b",
    "d/e/a.java",
    "d/e/f/g",
    "d/e/d/e/z",
    "x/e/y/e/z",
    "x/a/a/a",
    "x/[a]/b",
];

/// The repository, whose files are below `lib`.
pub struct GlobSubject {
    root: tempfile::TempDir,
    files: BuildFiles,
    symbols: Arc<Symbols>,
}

impl GlobSubject {
    /// Makes the files.
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("there is a temporary directory");
        for file in FILES {
            let path = root.path().join("lib").join(file);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the directory is ours");
            fs::write(path, "").expect("the directory is ours");
        }
        let symbols = Arc::new(Symbols::new());
        let hidden = WorkspaceConfig { pants_ignore: vec!["/lib/BUILD".to_owned()], ..config(&root) };
        let files = BuildFiles::new(hidden, symbols.clone());
        Self { root, files, symbols }
    }

    /// Lines are patterns, patterns to leave out after `!`, and paths to ask for after `=`.
    pub fn run(&self, case: &[u8]) -> Vec<u64> {
        let text = String::from_utf8_lossy(case);
        let mut globs = Globs::default();
        let mut asked: Vec<&str> = FILES.to_vec();
        for line in text.split('\n').take(40) {
            match (line.strip_prefix('!'), line.strip_prefix('=')) {
                (Some(pattern), _) => globs.exclude.push(pattern.to_owned()),
                (_, Some(path)) if is_path(path) => asked.push(path),
                (_, Some(_)) => {}
                _ => globs.include.push(line.to_owned()),
            }
        }
        let expanded = match self.files.expand_globs("lib", &globs) {
            Ok(expanded) => expanded,
            Err(error) => return vec![hash(&super::shape(&error.message))],
        };
        let mut expected: Vec<PathBuf> =
            FILES.iter().filter(|path| is_member(&globs, path)).map(|path| PathBuf::from("lib").join(path)).collect();
        expected.sort();
        let mut found = expanded;
        found.sort();
        assert_eq!(found, expected, "what {globs:?} expands to");
        if case.len().is_multiple_of(4) {
            self.check_owners(&globs, &asked);
        }
        vec![found.len() as u64, hash(&format!("{expected:?}"))]
    }

    /// Membership, through the targets that own a file.
    fn check_owners(&self, globs: &Globs, asked: &[&str]) {
        let mut sources = String::new();
        for text in globs.include.iter().cloned().chain(globs.exclude.iter().map(|text| format!("!{text}"))) {
            sources.push('\'');
            text.chars().for_each(|char| write!(sources, "\\U{:08x}", u32::from(char)).expect("a text takes all"));
            sources.push_str("', ");
        }
        let text = format!("files(name='lib', sources=[{sources}])\n");
        fs::write(self.root.path().join("lib/BUILD"), text).expect("the directory is ours");
        let build_files = BuildFiles::new(config(&self.root), self.symbols.clone());
        for path in asked {
            let (owners, diagnostics) = build_files.owners(&[PathBuf::from("lib").join(path)]);
            if diagnostics.iter().any(|diagnostic| diagnostic.severity == pants_model::Severity::Error) {
                return;
            }
            assert_eq!(!owners.is_empty(), is_member(globs, path), "whether {globs:?} has {path:?}");
        }
    }
}

fn config(root: &tempfile::TempDir) -> WorkspaceConfig {
    WorkspaceConfig { jobs: 1, pants_ignore: Vec::new(), ..WorkspaceConfig::new(root.path()) }
}

/// Whether a text is a path in the form that the room is asked with.
fn is_path(text: &str) -> bool {
    (1..1_000).contains(&text.len())
        && text.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && text != "BUILD"
}

/// The naive matcher: tries everything, with the answers written down so that it ends.
fn is_member(globs: &Globs, path: &str) -> bool {
    let matches = |pattern: &String, path: &str| {
        let mut parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.last() == Some(&"**") {
            parts.push("*");
        }
        let names: Vec<&str> = path.split('/').collect();
        sequence_matches(&parts, &names, &|part| *part == "**", &|part, name| name_matches(part, name))
    };
    let upwards = || path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
    globs.include.iter().any(|pattern| matches(pattern, path))
        && !globs.exclude.iter().any(|pattern| upwards().any(|path| matches(pattern, path)))
}

fn name_matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let mut atoms: Vec<&[char]> = Vec::new();
    let last = pattern.iter().rposition(|char| *char == ']').unwrap_or_default();
    let mut at = 0;
    while at < pattern.len() {
        let first = at + if matches!(pattern.get(at + 1), Some('!' | '^')) { 2 } else { 1 };
        let close = || pattern.iter().skip(first + 1).position(|char| *char == ']').map(|place| first + 1 + place);
        let end = if pattern[at] == '[' && at < last { close().unwrap_or(at) } else { at } + 1;
        atoms.push(&pattern[at..end]);
        at = end;
    }
    sequence_matches(&atoms, &name, &|atom| **atom == ['*'], &|atom, char| atom_matches(atom, *char))
}

fn atom_matches(atom: &[char], char: char) -> bool {
    let [_, inner @ .., _] = atom else { return atom == [char] || atom == ['?'] };
    let (is_negated, members) = match inner {
        ['!' | '^', members @ ..] => (true, members),
        members => (false, members),
    };
    let mut rest = members;
    let mut is_member = false;
    while let [first, others @ ..] = rest {
        (is_member, rest) = match others {
            ['-', last, others @ ..] => (is_member || (*first <= char && char <= *last), others),
            others => (is_member || *first == char, others),
        };
    }
    is_member != is_negated
}

/// Whether items match a sequence of which some may stand for any number of items.
fn sequence_matches<P, I>(
    pattern: &[P],
    items: &[I],
    is_any: &dyn Fn(&P) -> bool,
    matches: &dyn Fn(&P, &I) -> bool,
) -> bool {
    // reached[n]: whether the pattern so far matches the first n items.
    let mut reached = vec![false; items.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; items.len() + 1];
        for count in 0..=items.len() {
            next[count] = match is_any(part) {
                true => reached[count] || (count > 0 && next[count - 1]),
                false => count > 0 && reached[count - 1] && matches(part, &items[count - 1]),
            };
        }
        reached = next;
    }
    reached[items.len()]
}
