//! Jars that are in no repository: `jar(url='file:..')`.
//!
//! Such a jar is its file and nothing else: what it needs is not looked up. The digest of a file on this machine is part
//! of the declaration, so that another content is another declaration, and resolved again.

use super::jar_directory::sha256_of;
use plugin_api::{Context, Error, Result};
use std::path::{Component, Path, PathBuf};

/// Where the file of a jar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JarUrl {
    /// A file of this machine.
    File {
        /// Relative to the build root; absolute when it is elsewhere.
        path: String,
        /// The SHA-256 of its content, once that was read.
        sha256: String,
    },
    /// An `http:` or `https:` URL.
    Remote(String),
}

impl JarUrl {
    /// Reads the `url` of a jar that a BUILD file of a directory declares; the error is a message.
    pub(crate) fn parse(url: &str, dir: &str) -> Result<Self, String> {
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(Self::Remote(url.to_owned()));
        }
        let Some(path) = url.strip_prefix("file:") else {
            return Err(format!("`{url}` is no `url` of a jar: it begins with `file:`, `http:` or `https:`"));
        };
        // `file:///a` is `/a`; `file:a` is beside the BUILD file.
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = normalize(&Path::new(dir).join(path))
            .ok_or_else(|| format!("`{url}` leads out of the build root; write such a file as `file:///..`"))?;
        Ok(Self::File { path, sha256: String::new() })
    }

    /// The same with the digest of its content, if it is a file that can be read.
    pub(crate) fn digested(self, context: &Context) -> Self {
        match self {
            Self::File { path, .. } => {
                let sha256 = sha256_of(&context.absolute(&path)).unwrap_or_default();
                Self::File { path, sha256 }
            }
            Self::Remote(_) => self,
        }
    }

    /// Refuses a file that could not be read.
    pub(crate) fn check(&self, context: &Context) -> Result<()> {
        match self {
            Self::File { path, sha256 } if sha256.is_empty() => {
                let read = sha256_of(&context.absolute(path)).map(drop);
                read.map_err(|error| Error::from(error).context(format!("cannot read the jar `{path}`")))
            }
            Self::File { .. } | Self::Remote(_) => Ok(()),
        }
    }

    /// What of it counts in a declaration.
    pub(crate) fn declaration(&self) -> String {
        match self {
            Self::File { path, sha256 } => format!("file:{path} sha256 {sha256}"),
            Self::Remote(url) => url.clone(),
        }
    }
}

/// A path without `.` and `..`; `None` when it leads out of the build root.
fn normalize(path: &Path) -> Option<String> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            part => normal.push(part),
        }
    }
    Some(normal.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_beside_its_build_file_or_absolute() {
        let check = |url: &str, expect: Result<&str, &str>| {
            let shown = JarUrl::parse(url, "3rdparty/jvm").map(|url| url.declaration());
            assert_eq!(shown.as_deref().map_err(String::as_str), expect, "{url}");
        };
        check("file:a.jar", Ok("file:3rdparty/jvm/a.jar sha256 "));
        check("file:../lib/./a.jar", Ok("file:3rdparty/lib/a.jar sha256 "));
        check("file:///opt/a.jar", Ok("file:/opt/a.jar sha256 "));
        check("https://host/a.jar", Ok("https://host/a.jar"));
        check(
            "file:../../../a.jar",
            Err("`file:../../../a.jar` leads out of the build root; write such a file as `file:///..`"),
        );
        check("a.jar", Err("`a.jar` is no `url` of a jar: it begins with `file:`, `http:` or `https:`"));
    }
}
