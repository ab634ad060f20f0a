//! The directories that programs and tests run in, as options and fields give them.

use plugin_api::{Error, Planning, Result};
use std::path::{Component, Path};

/// Refuses an option that names no directory of the build root, before anything is built. Some words stand for something
/// else.
pub(super) fn check(planning: &Planning, option: &str, words: &[&str]) -> Result<()> {
    let given = planning.option_value(option)?;
    let Some(directory) = given.value.as_str().filter(|text| !text.is_empty() && !words.contains(text)) else {
        return Ok(());
    };
    if relative(planning.build_root(), directory).is_none() {
        return Err(Error::msg(format!("{}: `{directory}` is not in the build root", given.source)));
    }
    if !planning.build_root().join(directory).is_dir() {
        return Err(Error::msg(format!("{}: `{directory}` is no directory", given.source)));
    }
    Ok(())
}

/// A directory as the build root sees it: without `.` and `..`, and with `/` between its parts. `None` outside of it.
pub(super) fn relative(build_root: &Path, given: &str) -> Option<String> {
    let below = build_root.join(given);
    let mut parts: Vec<&str> = Vec::new();
    for part in below.strip_prefix(build_root).ok()?.components() {
        match part {
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    Some(parts.join("/"))
}

/// The way from a directory of the build root up to it: `../../` for `a/b`.
pub(super) fn way_up(directory: &str) -> String {
    "../".repeat(directory.split('/').filter(|part| !part.is_empty()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_in_the_build_root() {
        let check = |given: &str, expect: Option<&str>| {
            assert_eq!(relative(Path::new("/root"), given).as_deref(), expect, "{given}");
        };
        check("a/./b//c/..", Some("a/b"));
        check(".", Some(""));
        check("/root/a", Some("a"));
        check("a/../..", None);
        check("/elsewhere", None);
        assert_eq!((way_up("a/b").as_str(), way_up("").as_str()), ("../../", ""));
    }
}
