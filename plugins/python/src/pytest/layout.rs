//! Where everything is that one run of pytest sees; all paths are relative to the build root.

use super::hooks;
use super::settings::Settings;
use crate::sources::SourceTree;
use plugin_api::tasks::TestRun;
use plugin_api::{Context, Result, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// The places of one run.
#[derive(Debug)]
pub(super) struct Layout {
    /// The tree of links that everything is imported from.
    pub(super) sources: String,
    /// The links that hold tests.
    pub(super) tests: Vec<String>,
    /// The directory with the plugin that is written for this run.
    pub(super) hooks: Option<String>,
    /// Each link, relative to the tree, and the file it leads to.
    links: BTreeMap<String, String>,
}

impl Layout {
    /// Makes the places.
    pub(super) fn make(context: &Context, settings: &Settings, run: &TestRun, closure: &[&Target]) -> Result<Self> {
        let sources = format!("{}/sources", run.results_dir);
        let tree = SourceTree::of_targets(closure.iter().copied());
        tree.lay_out(context.build_root(), &sources)?;
        let tests = test_files(&run.target).into_iter().map(|test| run.target.below_source_root(test));
        Ok(Self {
            tests: tests.map(|path| format!("{sources}/{path}")).collect(),
            hooks: write_hooks(context, settings, run, closure)?,
            links: tree.places().map(|(path, place)| (path.to_owned(), place)).collect(),
            sources,
        })
    }

    /// Where Python imports from.
    pub(super) fn python_path(&self, settings: &Settings) -> String {
        let own = std::iter::once(self.sources.as_str()).chain(self.hooks.as_deref());
        own.chain(settings.extra_python_path.iter().map(String::as_str)).collect::<Vec<_>>().join(":")
    }

    /// Tests are named by import path; nothing outside the tree configures them, and nothing is left in it.
    pub(super) fn arguments(&self, settings: &Settings) -> Vec<String> {
        let sources = &self.sources;
        let mut arguments = vec![format!("--rootdir={sources}"), format!("--confcutdir={sources}")];
        arguments.extend(["--import-mode=importlib", "--color=no", "--no-header"].map(str::to_owned));
        arguments.extend(["-p", "no:cacheprovider"].map(str::to_owned));
        arguments.extend(["-o".to_owned(), format!("junit_family={}", settings.junit_family)]);
        arguments.extend(["-o", "console_output_style=classic"].map(str::to_owned));
        if self.hooks.is_some() {
            arguments.extend(["-p", hooks::MODULE].map(str::to_owned));
        }
        arguments
    }

    /// What a tool printed, with the paths that the user knows.
    pub(super) fn with_own_paths(&self, printed: &str) -> String {
        let tree = format!("{}/", self.sources);
        let mut parts = printed.split(tree.as_str());
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, rest| match longest_link(&self.links, rest) {
            Some((link, place)) => text + place + &rest[link.len()..],
            None => text + &tree + rest,
        })
    }
}

/// The longest link that a text begins with, and where it leads.
fn longest_link<'a>(links: &'a BTreeMap<String, String>, text: &str) -> Option<(&'a str, &'a str)> {
    let mut begin = text;
    loop {
        // What the text begins with is not after it in order; and what is closest before it and is no such link has no more
        // in common with the text than any such link.
        let (link, place) = links.range::<str, _>((Bound::Unbounded, Bound::Included(begin))).next_back()?;
        if begin.starts_with(link.as_str()) {
            return Some((link, place));
        }
        let common = begin.chars().zip(link.chars()).take_while(|(one, other)| one == other);
        begin = &begin[..common.map(|(char, _)| char.len_utf8()).sum()];
    }
}

fn write_hooks(context: &Context, settings: &Settings, run: &TestRun, closure: &[&Target]) -> Result<Option<String>> {
    let chroot = settings.is_chrooted.then(|| format!("{}/chroot", run.results_dir));
    if let Some(chroot) = &chroot {
        std::fs::create_dir_all(context.absolute(chroot))?;
        SourceTree::of_files(&loose_files(closure)).lay_out(context.build_root(), chroot)?;
    }
    let Some(text) = hooks::text(settings.shard, chroot.as_deref()) else { return Ok(None) };
    let directory = format!("{}/hooks", run.results_dir);
    hooks::write(context, &directory, &text)?;
    Ok(Some(directory))
}

/// The sources that hold tests: not the data files that the target brings along, nor any `conftest.py`, which pytest
/// finds by itself.
pub(super) fn test_files(target: &Target) -> Vec<&str> {
    let is_conftest = |source: &str| source.rsplit('/').next() == Some("conftest.py");
    let modules = target.sources.iter().map(String::as_str).filter(|source| source.ends_with(".py"));
    modules.filter(|source| !is_conftest(source)).collect()
}

/// The sources of `files` targets, which tests read by path; not the files that only list requirements.
pub(super) fn loose_files(closure: &[&Target]) -> Vec<String> {
    let lists: BTreeSet<_> = closure
        .iter()
        .filter(|target| target.type_name == "python_requirement_library")
        .flat_map(|target| &target.dependencies)
        .collect();
    closure
        .iter()
        .filter(|target| target.type_name == "files" && !lists.contains(&target.address))
        .flat_map(|target| target.sources.iter().cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_names_the_users_files() {
        let links = [("a.py", "src/a.py"), ("a.pyi", "gen/a.pyi"), ("b/c.py", "lib/b/c.py"), ("é.py", "src/é.py")];
        let links = links.map(|(link, place)| (link.to_owned(), place.to_owned()));
        let layout = Layout { sources: "w/sources".into(), tests: Vec::new(), hooks: None, links: links.into() };
        let check = |printed: &str, expect: &str| assert_eq!(layout.with_own_paths(printed), expect);
        check("", "");
        check("w/sources/a.py:1: w/sources/b/c.py", "src/a.py:1: lib/b/c.py");
        check("w/sources/a.pyi w/sources/a.py w/sources/é.py", "gen/a.pyi src/a.py src/é.py");
        check("w/sources/b/d.py w/sources/ a.py w/sources", "w/sources/b/d.py w/sources/ a.py w/sources");
    }
}
