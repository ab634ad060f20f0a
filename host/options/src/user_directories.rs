//! The directories of whoever called the program, as his environment names them.
//!
//! One place knows what `~/` and the variables of the XDG base directories mean: what interpolation says of a directory and
//! what the run uses cannot differ.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Where a user keeps things; nothing where the environment does not say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserDirectories {
    /// `HOME`
    pub(crate) home: Option<PathBuf>,
    /// `$XDG_CACHE_HOME/pants`, else `~/.cache/pants`.
    pub(crate) cache: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME/pants`, else `~/.config/pants`.
    pub(crate) config: Option<PathBuf>,
}

impl UserDirectories {
    pub(crate) fn of(environment: &BTreeMap<OsString, OsString>) -> Self {
        // The XDG base directory specification: what is empty or relative is passed over.
        let directory = |name: &str| {
            let value = environment.get(OsStr::new(name)).map(PathBuf::from);
            value.filter(|path| path.is_absolute())
        };
        let home = directory("HOME");
        let in_home = |xdg: &str, default: &str| {
            let base = directory(xdg).or_else(|| home.as_ref().map(|home| home.join(default)));
            base.map(|base| base.join("pants"))
        };
        let (cache, config) = (in_home("XDG_CACHE_HOME", ".cache"), in_home("XDG_CONFIG_HOME", ".config"));
        Self { home, cache, config }
    }

    /// A path in which `~/` stands for the home; without a home it stays as it is.
    pub(crate) fn expanded(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => Path::new(path).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> UserDirectories {
        UserDirectories::of(&variables.iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    #[test]
    fn what_is_empty_or_relative_names_no_directory() {
        let check = |variables: &[(&str, &str)], cache: Option<&str>, config: Option<&str>| {
            let found = of(variables);
            assert_eq!((found.cache, found.config), (cache.map(PathBuf::from), config.map(PathBuf::from)));
        };
        check(&[], None, None);
        check(&[("HOME", "")], None, None);
        check(&[("HOME", "/h")], Some("/h/.cache/pants"), Some("/h/.config/pants"));
        check(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")], Some("/c/pants"), Some("/h/.config/pants"));
        check(&[("HOME", "/h"), ("XDG_CACHE_HOME", "c")], Some("/h/.cache/pants"), Some("/h/.config/pants"));
        check(&[("XDG_CACHE_HOME", "/c"), ("XDG_CONFIG_HOME", "")], Some("/c/pants"), None);
    }

    #[test]
    fn a_tilde_is_the_home_when_there_is_one() {
        assert_eq!(of(&[("HOME", "/h")]).expanded("~/x"), Path::new("/h/x"));
        assert_eq!(of(&[("HOME", "/h")]).expanded("x/~/y"), Path::new("x/~/y"));
        assert_eq!(of(&[]).expanded("~/x"), Path::new("~/x"));
    }
}
