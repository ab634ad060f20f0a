//! Python sources: under which name a file is imported, and the tree that a program sees.
//!
//! A module's name is its path below its source root. A program gets one tree with the sources of all it depends on, by
//! import path: Python would take a package that has an `__init__.py` from one root only, and what nobody declared must
//! not be found by chance.

mod links;

use plugin_api::{Error, Result, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The target types whose sources a Python program can import or read as package data.
pub(crate) const SOURCE_TYPES: [&str; 4] = ["python_library", "python_tests", "python_binary", "resources"];

/// The sources of some targets, by the path under which they are imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceTree {
    /// Path below the root, to the roots that have it.
    files: BTreeMap<String, BTreeSet<String>>,
}

impl SourceTree {
    /// The sources of these targets; those of other types than [`SOURCE_TYPES`] are passed over.
    pub(crate) fn of_targets<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Self {
        let mut tree = Self::default();
        for target in targets.into_iter().filter(|target| SOURCE_TYPES.contains(&target.type_name.as_str())) {
            for source in &target.sources {
                let roots = tree.files.entry(target.below_source_root(source).to_owned()).or_default();
                roots.insert(target.source_root(source).to_owned());
            }
        }
        tree
    }

    /// Files at their own paths, which are relative to the build root.
    pub(crate) fn of_files(files: &[String]) -> Self {
        Self { files: files.iter().map(|file| (file.clone(), BTreeSet::from([String::new()]))).collect() }
    }

    /// Each file's import path with one path it stands at, relative to the build root.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, String)> {
        self.files.iter().filter_map(|(file, roots)| Some((file.as_str(), join(roots.first()?, file))))
    }

    /// Links every file at its import path below `directory`, which is relative to the build root, and removes whatever
    /// else is there. What is right already is left alone.
    ///
    /// A file that two roots have must be the same in both.
    pub(crate) fn lay_out(&self, build_root: &Path, directory: &str) -> Result<()> {
        self.refuse_contradictions(build_root)?;
        let absolute = build_root.join(directory);
        let done = links::remove_others(&absolute, &|path| self.files.contains_key(path)).and_then(|()| {
            self.places()
                .try_for_each(|(file, place)| links::link(&absolute.join(file), &build_root.join(place), build_root))
        });
        done.map_err(|error| Error::from(error).context(format!("cannot lay out sources in `{directory}`")))
    }

    fn refuse_contradictions(&self, build_root: &Path) -> Result<()> {
        for (file, roots) in self.files.iter().filter(|(_, roots)| roots.len() > 1) {
            let places: Vec<String> = roots.iter().map(|root| join(root, file)).collect();
            let first = read(&build_root.join(&places[0]))?;
            for other in &places[1..] {
                if read(&build_root.join(other))? != first {
                    let message = format!("`{file}` exists twice and differs: `{}` and `{other}`", places[0]);
                    return Err(Error::msg(message));
                }
            }
        }
        Ok(())
    }
}

/// The name under which a source of a target is imported: `src/python/a/b.py` is `a.b`, `a/__main__.py` is `a`.
pub(crate) fn module_name(target: &Target, source: &str) -> Option<String> {
    let path = target.below_source_root(source).strip_suffix(".py")?;
    let path = path.strip_suffix("/__main__").or_else(|| path.strip_suffix("/__init__")).unwrap_or(path);
    Some(path.replace('/', "."))
}

/// Joins two relative paths; the first may be empty.
fn join(root: &str, path: &str) -> String {
    if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::from(error).context(format!("cannot read `{}`", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Address;

    fn library(directory: &str, sources: &[&str]) -> Target {
        let mut target = Target::new(Address::new(directory, "t"), "python_library");
        target.sources = sources.iter().map(|source| join(directory, source)).collect();
        target
    }

    #[test]
    fn modules_are_named_below_their_root() {
        let target = library("src/python/acme", &["app/main.py", "app/__main__.py", "tests/__init__.py", "data.txt"]);
        let names: Vec<Option<String>> = target.sources.iter().map(|source| module_name(&target, source)).collect();
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(names, [name("acme.app.main"), name("acme.app"), name("acme.tests"), None]);
    }

    #[test]
    fn generated_code_is_imported_from_where_it_was_generated() {
        let mut target = Target::new(Address::new(".pants.d/gen/protoc-py/x", "x"), "python_library");
        target.is_synthetic = true;
        target.sources = vec![".pants.d/gen/protoc-py/x/acme/x_pb2.py".to_owned()];
        let tree = SourceTree::of_targets([&target]);
        let places: Vec<_> = tree.places().collect();
        assert_eq!(places, [("acme/x_pb2.py", target.sources[0].clone())]);
        assert_eq!(module_name(&target, &target.sources[0]).as_deref(), Some("acme.x_pb2"));
    }

    #[test]
    fn a_package_that_several_roots_share_is_laid_out_once_and_must_not_contradict_itself() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            std::fs::write(path, text).expect("it can be written");
        };
        write("src/python/acme/__init__.py", "");
        write("tests/python/acme/__init__.py", "");
        write("tests/python/acme/test_a.py", "a");
        let targets =
            [library("src/python/acme", &["__init__.py"]), library("tests/python/acme", &["__init__.py", "test_a.py"])];
        let tree = SourceTree::of_targets(&targets);
        write("out/acme/old.py", "");
        tree.lay_out(root.path(), "out").expect("nothing contradicts");
        write("tests/python/acme/test_a.py", "changed");
        tree.lay_out(root.path(), "out").expect("what is right is left alone");
        assert_eq!(std::fs::read_to_string(root.path().join("out/acme/test_a.py")).expect("it is there"), "changed");
        assert!(!root.path().join("out/acme/old.py").exists());
        write("src/python/acme/__init__.py", "x");
        let error = tree.lay_out(root.path(), "out").expect_err("they differ");
        assert_eq!(
            error.message,
            "`acme/__init__.py` exists twice and differs: `src/python/acme/__init__.py` and `tests/python/acme/__init__.py`"
        );
    }
}
