//! Address specs: what a person writes on the command line to name targets.

use crate::wildcard::has_wildcard;
use pants_model::{Address, AddressError};
use std::fmt;
use std::path::{Component, Path, PathBuf};

/// What a spec starts with whose targets are taken away.
const EXCLUSIONS: [char; 2] = ['^', '!'];

/// A description of targets, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AddressSpec {
    /// `dir:name`, `dir`, `//:name`: one target.
    Single(Address),
    /// `dir:`: the targets of one directory.
    Siblings(String),
    /// `dir::`: the targets of a directory and all below.
    Descendants(String),
    /// `dir/File.java`, `dir/*.java`: the targets that own these files; a path or pattern relative to the build root.
    Files(String),
    /// `^spec`, `!spec`: what it names is taken away from what the other specs name.
    Exclude(Box<AddressSpec>),
}

/// Why a text is not a spec.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Nothing was written.
    #[error("an empty text is not a target")]
    Empty,
    /// The build root, which has no target that is named after it.
    #[error(
        "`{text}` is the build root, whose targets are named: `//:name`, `:` for all there, `::` for all there are"
    )]
    BuildRoot {
        /// The text as it was typed.
        text: String,
    },
    /// An absolute path that leads elsewhere.
    #[error("`{text}` is not inside the build root `{}`", build_root.display())]
    OutsideBuildRoot {
        /// The text as it was typed.
        text: String,
        /// The build root.
        build_root: PathBuf,
    },
    /// It has the shape of an address and is none.
    #[error(transparent)]
    Address(#[from] AddressError),
}

/// Which of the targets that specs name are meant; applies to the roots only, not to what they depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecFilters {
    /// A target is left out when one of these is found in its address.
    pub exclude_target_regexps: Vec<String>,
    /// A target must satisfy each: `a,b` has one of the tags, `-a,b` has none of them; a leading `+` says nothing.
    pub tags: Vec<String>,
}

impl AddressSpec {
    /// Parses a text. Paths are relative to the build root; `.`, `./x` and `../x` are relative to `cwd`.
    ///
    /// Looks at the file system, because `src/App.java` is a file only if it is no directory.
    pub fn parse(text: &str, build_root: &Path, cwd: &Path) -> Result<Self, SpecError> {
        match text.strip_prefix(EXCLUSIONS) {
            Some(rest) => Ok(Self::Exclude(Box::new(Self::parse_included(rest, build_root, cwd)?))),
            None => Self::parse_included(text, build_root, cwd),
        }
    }

    /// A text that says nothing of taking away.
    fn parse_included(text: &str, build_root: &Path, cwd: &Path) -> Result<Self, SpecError> {
        let (path, name) = match text.strip_suffix("::") {
            Some(path) => (path, None),
            None => match text.rsplit_once(':') {
                Some((path, name)) => (path, Some(name)),
                None => return Self::parse_path(text, build_root, cwd),
            },
        };
        let dir = relative_path(path, text, build_root, cwd)?;
        Ok(match name {
            None => Self::Descendants(dir),
            Some("") if text == ":" => Self::Siblings(String::new()),
            Some("") => Self::Siblings(dir),
            Some(name) => Self::Single(address(&format!("//{dir}:{name}"), text)?),
        })
    }

    /// A text without a colon: a directory's own target, or files.
    fn parse_path(text: &str, build_root: &Path, cwd: &Path) -> Result<Self, SpecError> {
        if text.is_empty() {
            return Err(SpecError::Empty);
        }
        let path = relative_path(text, text, build_root, cwd)?;
        if path.is_empty() {
            return Err(SpecError::BuildRoot { text: text.to_owned() });
        }
        let on_disk = build_root.join(&path);
        let last = path.rsplit('/').next().unwrap_or(&path);
        if has_wildcard(&path) || on_disk.is_file() || (last.contains('.') && !on_disk.is_dir()) {
            return Ok(Self::Files(path));
        }
        Ok(Self::Single(address(&format!("//{path}"), text)?))
    }
}

/// The address of a canonical text; a complaint is about what was typed.
fn address(canonical: &str, typed: &str) -> Result<Address, SpecError> {
    Ok(Address::parse(canonical, "").map_err(|error| AddressError { text: typed.to_owned(), ..error })?)
}

impl fmt::Display for AddressSpec {
    /// The canonical text, relative to the build root.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path that starts like an exclusion needs its slashes to be none.
        let slashes = |path: &str| if path.starts_with(EXCLUSIONS) { "//" } else { "" };
        match self {
            Self::Single(address) => write!(f, "{}{address}", slashes(address.dir())),
            Self::Siblings(dir) => write!(f, "{}{dir}:", slashes(dir)),
            Self::Descendants(dir) => write!(f, "{}{dir}::", slashes(dir)),
            Self::Files(pattern) => write!(f, "{}{pattern}", slashes(pattern)),
            Self::Exclude(spec) => write!(f, "^{spec}"),
        }
    }
}

/// A path as typed, made relative to the build root, without `.`, `..` and doubled or trailing slashes.
fn relative_path(path: &str, text: &str, build_root: &Path, cwd: &Path) -> Result<String, SpecError> {
    let outside = || SpecError::OutsideBuildRoot { text: text.to_owned(), build_root: build_root.to_owned() };
    let path = path.strip_prefix("//").unwrap_or(path);
    let below_cwd = path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
    let base = if below_cwd { cwd.strip_prefix(build_root).map_err(|_| outside())? } else { Path::new("") };
    let typed = Path::new(path);
    let typed = if typed.is_absolute() { typed.strip_prefix(build_root).map_err(|_| outside())? } else { typed };
    let mut parts: Vec<&str> = Vec::new();
    for component in base.components().chain(typed.components()) {
        match component {
            Component::Normal(part) => parts.push(part.to_str().ok_or_else(outside)?),
            Component::ParentDir => {
                parts.pop().ok_or_else(outside)?;
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    let path = parts.join("/");
    let reason = if path.contains(':') {
        "its path contains `:`"
    } else if path.contains(char::is_control) {
        "it contains a control character"
    } else {
        return Ok(path);
    };
    Err(AddressError { text: text.to_owned(), reason }.into())
}
