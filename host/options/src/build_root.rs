//! Finds the build root: the directory that holds the repository.

use crate::error::OptionsError;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The files that mark a build root; a directory of such a name does not count.
pub(crate) const MARKERS: &[&str] = &["pants.toml", "pants", "BUILDROOT", "BUILD_ROOT"];

/// The variable that names the build root outright.
pub const BUILD_ROOT_VARIABLE: &str = "PANTS_BUILDROOT_OVERRIDE";

/// The config file of the Pants v1 years. It marks no build root: tools of today look for the files that do.
const OLD_CONFIG: &str = "pants.ini";

/// The nearest directory at or above `cwd` that holds a marker, or the one that the environment names.
pub(crate) fn find(cwd: &Path, environment: &BTreeMap<OsString, OsString>) -> Result<PathBuf, OptionsError> {
    if let Some(path) = environment.get(&OsString::from(BUILD_ROOT_VARIABLE)).filter(|path| !path.is_empty()) {
        let path = cwd.join(path);
        let found = path.canonicalize().ok().filter(|found| found.is_dir());
        return found.ok_or(OptionsError::BadBuildRootOverride { path });
    }
    cwd.ancestors()
        .find(|dir| MARKERS.iter().any(|marker| dir.join(marker).is_file()))
        .map(|dir| dir.components().collect())
        .ok_or_else(|| OptionsError::NoBuildRoot {
            start: cwd.to_path_buf(),
            markers: MARKERS,
            old_config: cwd.ancestors().map(|dir| dir.join(OLD_CONFIG)).find(|file| file.is_file()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Files (`dir/` for directories) below a root, where the search begins, and what it finds relative to that root.
    fn check(tree: &[&str], cwd: &str, variable: Option<&str>, expect: &str) {
        let dir = tempfile::tempdir().expect("a temp directory");
        let root = dir.path().canonicalize().expect("the directory exists");
        for path in tree {
            let file = root.join(path);
            fs::create_dir_all(if path.ends_with('/') { &file } else { file.parent().expect("below the root") })
                .expect("directories");
            if !path.ends_with('/') {
                fs::write(file, "").expect("a file");
            }
        }
        let environment = variable.map(|value| (BUILD_ROOT_VARIABLE.into(), value.into())).into_iter().collect();
        let got = match find(&root.join(cwd), &environment) {
            Ok(found) => match found.strip_prefix(&root) {
                Ok(found) => found.display().to_string(),
                Err(_) => "outside".to_owned(),
            },
            Err(error) => format!("error: {error}").replace(&root.display().to_string(), "[ROOT]"),
        };
        assert_eq!(got, expect, "in {cwd} of {tree:?}");
    }

    #[test]
    fn the_nearest_marker_wins() {
        check(&["a/pants.toml", "a/b/c/"], "a/b/c", None, "a");
        check(&["a/pants.toml", "a/b/BUILDROOT", "a/b/c/"], "a/b/c", None, "a/b");
        check(&["a/BUILD_ROOT"], "a", None, "a");
        check(&["a/pants"], "a", None, "a");
    }

    #[test]
    fn a_directory_is_no_marker() {
        check(&["a/pants.toml", "a/b/pants/"], "a/b", None, "a");
    }

    #[test]
    fn the_environment_may_name_the_root() {
        check(&["a/pants.toml", "a/b/", "x/"], "a/b", Some("../../x"), "x");
        check(
            &["a/pants.toml"],
            "a",
            Some("nope"),
            "error: `PANTS_BUILDROOT_OVERRIDE` names `[ROOT]/a/nope`, which is not a directory",
        );
    }

    #[test]
    fn no_marker_is_an_error_with_the_names_that_were_looked_for() {
        let error = find(Path::new("/proc/self"), &BTreeMap::new()).expect_err("nothing marks a root there");
        expect_test::expect![[r#"
            no build root found in `/proc/self` or above it
              hint: a build root holds a file named `pants.toml`, `pants`, `BUILDROOT` or `BUILD_ROOT`"#]]
        .assert_eq(&error.diagnostics()[0].to_string());
    }

    #[test]
    fn an_old_config_marks_none_and_is_told_of() {
        let dir = tempfile::tempdir().expect("a temp directory");
        fs::create_dir(dir.path().join("a")).expect("a directory");
        fs::write(dir.path().join("pants.ini"), "").expect("a file");
        let error = find(&dir.path().join("a"), &BTreeMap::new()).expect_err("nothing marks a root there");
        assert!(
            matches!(&error, OptionsError::NoBuildRoot { old_config: Some(file), .. } if *file == dir.path().join("pants.ini"))
        );
        let shown = error.diagnostics()[0].to_string().replace(&dir.path().display().to_string(), "[ROOT]");
        expect_test::expect![[r#"
            no build root found in `[ROOT]/a` or above it
              hint: a build root holds a file named `pants.toml`, `pants`, `BUILDROOT` or `BUILD_ROOT`
              hint: `pants.ini` alone marks none: `pants migrate-config` writes a pants.toml, or make an empty file `BUILDROOT`"#]]
        .assert_eq(&shown);
    }
}
