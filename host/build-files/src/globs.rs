//! From patterns to files: expansion over the directory tree, and membership without it.
//!
//! Knows nothing of BUILD files. Membership is asked for files that may no longer exist.

use crate::tree::{Listing, Tree, join};
use crate::wildcard::{Part, Pattern, PatternError, parts_match};
use pants_model::Globs;
use std::sync::Arc;

/// A set of files in a form that can be expanded and asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct CompiledGlobs {
    include: Vec<(Pattern, Box<str>)>,
    exclude: Vec<Pattern>,
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a pattern of sources: {reason}")]
pub(crate) struct GlobsError {
    pub text: String,
    pub reason: PatternError,
}

/// What a set expands to, relative to its directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expansion {
    /// Sorted, each once.
    pub files: Vec<String>,
    /// Names and patterns that no file has, before anything is excluded.
    pub missing: Vec<String>,
}

/// What expansion is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Files,
    /// Directories too, as Python's `glob` has it.
    FilesAndDirs,
}

impl CompiledGlobs {
    pub(crate) fn compile(globs: &Globs) -> Result<Self, GlobsError> {
        let pattern = |text: &String| Pattern::parse(text).map_err(|reason| GlobsError { text: text.clone(), reason });
        let include = globs.include.iter().map(|text| Ok((pattern(text)?, text.as_str().into())));
        let exclude = globs.exclude.iter().map(pattern);
        Ok(Self { include: include.collect::<Result<_, _>>()?, exclude: exclude.collect::<Result<_, _>>()? })
    }

    /// Whether a path, relative to the directory of the set, is in it; the file need not exist.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.include.iter().any(|(pattern, _)| pattern.matches(path)) && !self.excludes(path)
    }

    /// An exclude that names a directory takes away all that is below it.
    fn excludes(&self, path: &str) -> bool {
        let is_excluded = |path: &str| self.exclude.iter().any(|pattern| pattern.matches(path));
        is_excluded(path) || path.match_indices('/').any(|(at, _)| is_excluded(&path[..at]))
    }

    /// The files of the set below a directory.
    pub(crate) fn expand(&self, tree: &Tree, dir: &str, wanted: Wanted) -> Expansion {
        self.expand_within(&mut Looks::endless(), tree, dir, wanted)
    }

    /// The same with an end; where it was reached, the expansion is not whole.
    pub(crate) fn expand_within(&self, looks: &mut Looks, tree: &Tree, dir: &str, wanted: Wanted) -> Expansion {
        let mut expansion = Expansion::default();
        let Ok(listing) = tree.listing(dir) else { return expansion };
        for (pattern, text) in &self.include {
            let before = expansion.files.len();
            // A long pattern takes longer to compare with.
            let weight = 1 + text.len() as u64 / 64;
            let mut search = Search { tree, wanted, looks: &mut *looks, weight, found: &mut expansion.files };
            search.descend(&listing, pattern.parts(), "");
            // What is found is kept, which costs more than a look.
            looks.take(LOOKS_PER_FILE * (expansion.files.len() - before) as u64);
            if expansion.files.len() == before && !looks.are_used_up() {
                expansion.missing.push(text.to_string());
            }
        }
        if !self.exclude.is_empty() {
            let weight = self.exclude.len() as u64;
            expansion.files.retain(|path| looks.take(weight) && !self.excludes(path));
        }
        expansion.files.sort_unstable();
        expansion.files.dedup();
        expansion
    }
}

/// What keeping a file counts, in comparisons.
const LOOKS_PER_FILE: u64 = 8;

/// How many comparisons of names with patterns are left. Whoever evaluates foreign files sets an end.
#[derive(Debug)]
pub(crate) struct Looks {
    left: u64,
}

impl Looks {
    /// As many as this.
    pub(crate) fn new(most: u64) -> Self {
        Self { left: most }
    }

    /// Without an end.
    pub(crate) fn endless() -> Self {
        Self { left: u64::MAX }
    }

    pub(crate) fn are_used_up(&self) -> bool {
        self.left == 0
    }

    /// Takes so many away; whether there were as many.
    fn take(&mut self, count: u64) -> bool {
        self.left = self.left.saturating_sub(count);
        self.left > 0
    }
}

struct Search<'a> {
    tree: &'a Tree,
    wanted: Wanted,
    looks: &'a mut Looks,
    /// What one comparison counts.
    weight: u64,
    found: &'a mut Vec<String>,
}

impl Search<'_> {
    /// Follows the parts of a pattern down from a directory; `path` is the way already gone.
    fn descend(&mut self, listing: &Listing, parts: &[Part], path: &str) {
        if !self.looks.take(self.weight * (1 + number_of_looks(listing, parts))) {
            return;
        }
        match parts {
            [] => {}
            [Part::Deep, ..] => self.collect(listing, parts, path, ""),
            [Part::Name(name)] => {
                let has = |names: &[Box<str>]| names.binary_search(name).is_ok();
                if has(&listing.files) || (self.wanted == Wanted::FilesAndDirs && has(&listing.dirs)) {
                    self.found.push(join(path, name));
                }
            }
            [last] => {
                let dirs = if self.wanted == Wanted::FilesAndDirs { &listing.dirs[..] } else { &[] };
                let names = listing.files.iter().chain(dirs).filter(|name| last.matches(name));
                self.found.extend(names.map(|name| join(path, name)));
            }
            [Part::Name(name), rest @ ..] => {
                if listing.dirs.binary_search(name).is_ok()
                    && let Ok(below) = self.tree.listing(&join(&listing.dir, name))
                {
                    self.descend(&below, rest, &join(path, name));
                }
            }
            [first, rest @ ..] => {
                for below in self.matching_children(listing, first) {
                    self.descend(&below, rest, &join(path, last_name(&below.dir)));
                }
            }
        }
    }

    /// Collects everything below a directory whose path from there, `way`, matches the parts, which start with `**`.
    fn collect(&mut self, listing: &Listing, parts: &[Part], path: &str, way: &str) {
        if !self.looks.take(self.weight * (1 + number_of_looks(listing, parts))) {
            return;
        }
        let dirs = if self.wanted == Wanted::FilesAndDirs { &listing.dirs[..] } else { &[] };
        for name in listing.files.iter().chain(dirs) {
            let way = join(way, name);
            if parts_match(parts, &way) {
                self.found.push(join(path, &way));
            }
        }
        let tree = self.tree;
        for below in tree.children(listing) {
            self.collect(&below, parts, path, &join(way, last_name(&below.dir)));
        }
    }

    fn matching_children(&self, listing: &Listing, part: &Part) -> Vec<Arc<Listing>> {
        self.tree.children(listing).filter(|below| part.matches(last_name(&below.dir))).collect()
    }
}

/// How many names of a directory are compared with the first of these parts.
fn number_of_looks(listing: &Listing, parts: &[Part]) -> u64 {
    match parts {
        [] | [Part::Name(_), ..] => 0,
        _ => (listing.files.len() + listing.dirs.len()) as u64,
    }
}

fn last_name(dir: &str) -> &str {
    dir.rsplit('/').next().unwrap_or(dir)
}

/// A pattern of `rglobs` as one of ours: a part that starts with `*` matches in any directory below.
pub(crate) fn recursive(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        let is_below = part.starts_with('*') && part != "**" && parts.last() != Some(&"**");
        if is_below {
            parts.push("**");
        }
        parts.push(part);
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use expect_test::{Expect, expect};

    fn check(include: &[&str], exclude: &[&str], expect: Expect) {
        let fixture =
            Fixture::new("//- a/x.py\n//- a/y.py\n//- a/b/x.py\n//- a/b/c/z.py\n//- a/.git/q.py\n//- a/b/x.txt\n");
        let (tree, _) = Tree::new(&fixture.config());
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        let globs = Globs { include: texts(include), exclude: texts(exclude) };
        let compiled = CompiledGlobs::compile(&globs).expect("these are patterns");
        let Expansion { files, missing } = compiled.expand(&tree, "a", Wanted::Files);
        for file in &files {
            assert!(compiled.contains(file), "expansion and membership agree on {file}");
        }
        let missing = missing.iter().map(|name| format!(" missing {name}")).collect::<String>();
        expect.assert_eq(&format!("{}{missing}", files.join(" ")));
    }

    #[test]
    fn sets_expand_to_sorted_files() {
        check(&["*.py"], &[], expect!["x.py y.py"]);
        check(&["**/*.py", "x.py"], &[], expect!["b/c/z.py b/x.py x.py y.py"]);
        check(&["b/**"], &["**/*.txt"], expect!["b/c/z.py b/x.py"]);
        check(&["**/*"], &["b"], expect!["x.py y.py"]);
        check(&["**/*.py"], &["*/c"], expect!["b/x.py x.py y.py"]);
        check(&["*/x.*"], &[], expect!["b/x.py b/x.txt"]);
        check(&["x.py", "nope.py", "n*.py"], &["x.py"], expect![" missing nope.py missing n*.py"]);
    }

    #[test]
    fn a_recursive_pattern_gets_its_stars() {
        assert_eq!(recursive("*.py"), "**/*.py");
        assert_eq!(recursive("a/*.py"), "a/**/*.py");
        assert_eq!(recursive("**/*.py"), "**/*.py");
        assert_eq!(recursive("x.py"), "x.py");
        assert_eq!(recursive("**"), "**");
    }
}
