//! `{tool:NAME}` and `{cache:NAME}`: what lies outside the build root, named so that no absolute path enters a key.
//!
//! Any other braces are left as they are: arguments are full of them.

use crate::process::Tool;
use std::path::{Path, PathBuf};

/// What placeholders stand for.
pub(crate) struct Places<'a> {
    pub(crate) tools: &'a [Tool],
    pub(crate) caches: &'a [(String, PathBuf)],
}

/// A placeholder that stands for nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceholderError {
    #[error("`{{{kind}:{name}}}` stands for nothing: the process declares no {kind} `{name}`")]
    Unknown { kind: &'static str, name: String },
    #[error("the path `{}` of `{{{kind}:{name}}}` is not valid UTF-8", path.display())]
    NotUnicode { kind: &'static str, name: String, path: PathBuf },
}

impl Places<'_> {
    /// The text with every placeholder replaced.
    pub(crate) fn expand(&self, text: &str) -> Result<String, PlaceholderError> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, from_brace) = rest.split_at(start);
            expanded.push_str(before);
            match split_placeholder(from_brace) {
                Some((kind, name, after)) => {
                    expanded.push_str(self.resolve(kind, name)?);
                    rest = after;
                }
                None => {
                    expanded.push('{');
                    rest = &from_brace[1..];
                }
            }
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn resolve(&self, kind: &'static str, name: &str) -> Result<&str, PlaceholderError> {
        let path: Option<&Path> = match kind {
            "tool" => self.tools.iter().find(|tool| tool.name == name).map(|tool| tool.path.as_path()),
            _ => self.caches.iter().find(|(cache, _)| cache == name).map(|(_, path)| path.as_path()),
        };
        let path = path.ok_or_else(|| PlaceholderError::Unknown { kind, name: name.to_owned() })?;
        path.to_str().ok_or_else(|| PlaceholderError::NotUnicode { kind, name: name.to_owned(), path: path.to_owned() })
    }
}

/// Kind, name and the text after it, when the text begins with a placeholder.
fn split_placeholder(text: &str) -> Option<(&'static str, &str, &str)> {
    let (kind, rest) = match text.strip_prefix("{tool:") {
        Some(rest) => ("tool", rest),
        None => ("cache", text.strip_prefix("{cache:")?),
    };
    let (name, after) = rest.split_once('}')?;
    Some((kind, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::Fingerprint;

    fn check(text: &str, expect: Result<&str, &str>) {
        let digest = Fingerprint::of_bytes(b"");
        let tools = [Tool { name: "jdk".to_owned(), path: "/opt/jdk".into(), digest }];
        let caches = [("uv".to_owned(), PathBuf::from("/cache/uv"))];
        let places = Places { tools: &tools, caches: &caches };
        let actual = places.expand(text).map_err(|error| error.to_string());
        assert_eq!(actual.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn known_names_are_replaced_everywhere() {
        check("{tool:jdk}/bin/java", Ok("/opt/jdk/bin/java"));
        check("-cp={tool:jdk}:{cache:uv}:{tool:jdk}", Ok("-cp=/opt/jdk:/cache/uv:/opt/jdk"));
    }

    #[test]
    fn other_braces_stay() {
        check("", Ok(""));
        check("{root} {} {{tool:jdk}} ${x} {tool:jdk", Ok("{root} {} {/opt/jdk} ${x} {tool:jdk"));
        check("{\"é\": {cache:uv}}", Ok("{\"é\": /cache/uv}"));
    }

    #[test]
    fn unknown_names_are_errors() {
        check("{tool:uv}", Err("`{tool:uv}` stands for nothing: the process declares no tool `uv`"));
        check("{cache:}", Err("`{cache:}` stands for nothing: the process declares no cache ``"));
    }
}
