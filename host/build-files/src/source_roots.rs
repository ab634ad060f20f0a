//! Source roots: which directories the paths of sources are relative to.
//!
//! Calls of `source_root()` in BUILD files say so first, then patterns and marker files of `[source]`. Where nothing says
//! anything, the conventions of who asks hold, so most repositories need nothing of all this. Knows paths, not BUILD
//! files: those are found when targets are loaded.

use crate::config::{SourceRootsConfig, UnmatchedPolicy};
use crate::wildcard::{Part, has_wildcard};
use pants_model::{Diagnostic, Location};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A call of `source_root()`, or one of those that `maven_layout()` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredRoot {
    /// Relative to the build root.
    pub dir: Arc<str>,
    /// The target types that are to be below it; none stands for all.
    pub types: Vec<Arc<str>>,
    /// Where the call stands.
    pub location: Location,
    /// The line there, as diagnostics show it.
    pub excerpt: Option<String>,
}

/// What the configuration says of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConfiguredRoot {
    /// Nothing: conventions hold.
    Unsaid,
    /// It is in this source root.
    Root(Arc<str>),
    /// It is in no source root, and must be.
    Missing,
}

/// The configuration, ready to be asked.
#[derive(Default)]
pub(crate) struct ConfiguredRoots {
    /// Of `root_patterns`; `None` when they are not set.
    patterns: Option<Vec<RootPattern>>,
    markers: Vec<String>,
    /// Of the options of Pants 1.x; `None` when none is set.
    languages: Option<Node>,
    /// What must match when nothing is set, and a directory in no source root is an error.
    conventional: Option<Node>,
    is_creating: bool,
}

impl ConfiguredRoots {
    /// Compiles the configuration; what is no pattern is reported and left out.
    pub(crate) fn new(config: &SourceRootsConfig) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut keep = |result: Result<RootPattern, String>| match result {
            Ok(pattern) => Some(pattern),
            Err(message) => {
                diagnostics.push(Diagnostic::error_without_place(message));
                None
            }
        };
        let patterns = config.root_patterns.as_ref();
        let patterns = patterns
            .map(|patterns| patterns.iter().filter_map(|text| keep(RootPattern::parse(text))).collect::<Vec<_>>());
        for marker in &config.marker_filenames {
            if marker.is_empty() || marker.contains(['/', '*', '!']) {
                let message = format!("`{marker}` of `[source] marker_filenames` is not the name of a file");
                diagnostics.push(Diagnostic::error_without_place(message));
            }
        }
        let is_creating = config.unmatched == UnmatchedPolicy::Create;
        let is_unset = patterns.is_none() && config.language_patterns.is_none() && config.fixed.is_empty();
        let tree =
            || Node::new(config.language_patterns.as_deref().unwrap_or(&default_language_patterns()), &config.fixed);
        let configured = Self {
            patterns,
            markers: config.marker_filenames.clone(),
            languages: (config.language_patterns.is_some() || !config.fixed.is_empty()).then(tree),
            conventional: (is_unset && !is_creating).then(tree),
            is_creating,
        };
        (configured, diagnostics)
    }

    /// The names of files that make their directory a source root.
    pub(crate) fn markers(&self) -> &[String] {
        &self.markers
    }

    /// The root of a directory. `has_file` says whether a directory at or above it has a file of this name.
    pub(crate) fn root_of(&self, dir: &str, has_file: &dyn Fn(&str, &str) -> bool) -> ConfiguredRoot {
        let matches = |above: &str| {
            self.patterns.as_deref().unwrap_or_default().iter().any(|pattern| pattern.matches(above))
                || self.markers.iter().any(|marker| has_file(above, marker))
        };
        let found = at_and_above(dir).find(|above| matches(above)).map(str::to_owned);
        let found = found.or_else(|| self.languages.as_ref()?.find(dir));
        if let Some(root) = found {
            return ConfiguredRoot::Root(root.into());
        }
        let must_match = self.patterns.is_some() || self.languages.is_some();
        match &self.conventional {
            Some(conventional) if conventional.find(dir).is_none() => ConfiguredRoot::Missing,
            None if must_match && self.is_creating => ConfiguredRoot::Root(dir.into()),
            None if must_match => ConfiguredRoot::Missing,
            Some(_) | None => ConfiguredRoot::Unsaid,
        }
    }
}

/// The directory, and those above it up to the build root.
pub(crate) fn at_and_above(dir: &str) -> impl Iterator<Item = &str> {
    let above = dir.rmatch_indices('/').map(|(at, _)| &dir[..at]);
    let root = (!dir.is_empty()).then_some("");
    std::iter::once(dir).chain(above).chain(root)
}

/// Whether a path is a directory or below it.
pub(crate) fn is_at_or_below(path: &str, dir: &str) -> bool {
    dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pattern of `root_patterns`: the end of the paths of roots, or with a leading `/` the whole path.
struct RootPattern {
    parts: Vec<Part>,
    is_whole: bool,
}

impl RootPattern {
    fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(format!("`{text}` of `[source] root_patterns` leads up with `..`")),
                part if has_wildcard(part) => parts.push(Part::Wild(part.into())),
                part => parts.push(Part::Name(part.into())),
            }
        }
        let is_whole = text.starts_with('/');
        if parts.is_empty() && !is_whole {
            return Err(format!("`{text}` of `[source] root_patterns` is empty; `/` is the build root"));
        }
        Ok(Self { parts, is_whole })
    }

    fn matches(&self, dir: &str) -> bool {
        let names: Vec<&str> = dir.split('/').filter(|name| !name.is_empty()).collect();
        let fits = if self.is_whole { names.len() == self.parts.len() } else { names.len() >= self.parts.len() };
        fits && self.parts.iter().rev().zip(names.iter().rev()).all(|(part, name)| part.matches(name))
    }
}

/// The patterns of Pants 1.x: `src/*` and the like, in which `*` is the name of a language. The outermost match is the
/// root. A name that some pattern has goes before `*`, and there is no way back: with `src/*` and `src/main/*`, nothing
/// below `src/main` is a root but `src/main/java`, and `src/main` itself is none.
#[derive(Default)]
struct Node {
    children: BTreeMap<String, Node>,
    is_root: bool,
}

/// Starts the path of a root that is fixed, not a pattern.
const BUILD_ROOT: &str = "^";

impl Node {
    fn new(patterns: &[String], fixed: &[String]) -> Self {
        let mut top = Self::default();
        for pattern in patterns {
            top.add(names_of(pattern));
        }
        for path in fixed {
            top.add(std::iter::once(BUILD_ROOT).chain(names_of(path)));
        }
        top
    }

    fn add<'p>(&mut self, path: impl Iterator<Item = &'p str>) {
        let mut node = self;
        for name in path {
            node = node.children.entry(name.to_owned()).or_default();
        }
        node.is_root = true;
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.children.get(name).or_else(|| self.children.get("*").filter(|_| name != BUILD_ROOT))
    }

    /// The outermost root that a directory is in.
    fn find(&self, dir: &str) -> Option<String> {
        let names: Vec<&str> = std::iter::once(BUILD_ROOT).chain(names_of(dir)).collect();
        (0..names.len()).find_map(|start| {
            let (mut node, mut end) = (self, start);
            while let Some(child) = names.get(end).and_then(|name| node.child(name)) {
                node = child;
                end += 1;
            }
            (node.is_root && end > start).then(|| names[1..end].join("/"))
        })
    }
}

fn names_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !matches!(*name, "" | "."))
}

fn default_language_patterns() -> Vec<String> {
    SourceRootsConfig::DEFAULT_PATTERNS
        .iter()
        .flat_map(|(_, patterns)| *patterns)
        .map(|text| (*text).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    /// Checks the root of a directory in a repository with `proj/a/SOURCE_ROOT`.
    fn check(config: &SourceRootsConfig, dir: &str, expect: &str) {
        let (roots, diagnostics) = ConfiguredRoots::new(config);
        assert_eq!(diagnostics, []);
        let found = match roots.root_of(dir, &|dir, name| (dir, name) == ("proj/a", "SOURCE_ROOT")) {
            ConfiguredRoot::Unsaid => "nothing is said".to_owned(),
            ConfiguredRoot::Missing => "in none".to_owned(),
            ConfiguredRoot::Root(root) => format!("`{root}`"),
        };
        assert_eq!(found, expect, "the root of {dir:?}");
    }

    #[test]
    fn patterns_match_the_end_of_the_deepest_root() {
        let patterns =
            |patterns: &[&str]| SourceRootsConfig { root_patterns: Some(texts(patterns)), ..Default::default() };
        let config = patterns(&["src/python", "src", "/lib/*"]);
        check(&config, "src/python/a", "`src/python`");
        check(&config, "x/src/python/src/a", "`x/src/python/src`");
        check(&config, "src/java/a", "`src`");
        check(&config, "lib/a/b", "`lib/a`");
        check(&config, "x/lib/a/b", "`x/lib/a/b`");
        check(&config, "", "``");
        check(&patterns(&["/"]), "a/b", "``");
        check(&patterns(&["/src"]), "a/src/b", "`a/src/b`");
        check(&patterns(&["s?c/*_v[12]"]), "src/a_v2/b", "`src/a_v2`");
        let config = SourceRootsConfig { unmatched: UnmatchedPolicy::Fail, ..patterns(&["src"]) };
        check(&config, "src/a", "`src`");
        check(&config, "lib/a", "in none");
    }

    #[test]
    fn a_marker_makes_a_root() {
        let config = SourceRootsConfig { marker_filenames: texts(&["SOURCE_ROOT"]), ..Default::default() };
        check(&config, "proj/a/b/c", "`proj/a`");
        check(&config, "proj/b", "nothing is said");
        let config = SourceRootsConfig { root_patterns: Some(texts(&["proj", "b"])), ..config };
        check(&config, "proj/a/b/c", "`proj/a/b`");
        check(&config, "proj/a/c", "`proj/a`");
        check(&config, "proj/c", "`proj`");
    }

    #[test]
    fn patterns_with_languages_match_from_outside() {
        let config = SourceRootsConfig { language_patterns: Some(default_language_patterns()), ..Default::default() };
        check(&config, "src/java/org/src/python", "`src/java`");
        check(&config, "my/project/src/python/a", "`my/project/src/python`");
        check(&config, "src/main/scala/a", "`src/main/scala`");
        check(&config, "3rdparty/jvm/x", "`3rdparty/jvm`");
        check(&config, "lib/a", "`lib/a`");
        let fixed = SourceRootsConfig { fixed: texts(&["src/go/src", "lib"]), ..Default::default() };
        check(&fixed, "src/go/src/a", "`src/go/src`");
        check(&fixed, "lib/a", "`lib`");
        check(&fixed, "x/lib/a", "`x/lib/a`");
    }

    #[test]
    fn without_patterns_a_conventional_root_may_be_demanded() {
        let config = SourceRootsConfig { unmatched: UnmatchedPolicy::Fail, ..Default::default() };
        check(&config, "src/java/a", "nothing is said");
        check(&config, "lib/a", "in none");
        check(&SourceRootsConfig::default(), "lib/a", "nothing is said");
    }

    #[test]
    fn what_is_no_pattern_is_told_of() {
        let config = SourceRootsConfig {
            root_patterns: Some(texts(&["../x", ""])),
            marker_filenames: texts(&["a/b"]),
            ..Default::default()
        };
        let messages: Vec<String> = ConfiguredRoots::new(&config).1.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "`../x` of `[source] root_patterns` leads up with `..`",
                "`` of `[source] root_patterns` is empty; `/` is the build root",
                "`a/b` of `[source] marker_filenames` is not the name of a file",
            ]
        );
    }
}
