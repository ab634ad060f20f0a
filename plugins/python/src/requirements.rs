//! Requirements on PyPI packages: what targets ask for, and what a `requirements.txt` says.
//!
//! A requirement is text that the packaging standards define (`requests[socks]>=2 ; python_version < '4'`); it is passed
//! on as it stands. All that is read here is the name of its project.

mod file;

pub(crate) use file::{FileEntry, parse_file};

use plugin_api::{Address, Location, Target};
use std::collections::BTreeMap;

/// One requirement, with whoever asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Requirement {
    /// The text, `requests==2.32.3`.
    pub(crate) text: String,
    /// The `python_requirement_library` that lists it.
    pub(crate) target: Address,
    /// Where it stands.
    pub(crate) location: Location,
}

/// The distinct requirements of some targets, sorted by text: what one environment is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RequirementSet(BTreeMap<String, Requirement>);

impl RequirementSet {
    /// The requirements that these targets list.
    pub(crate) fn of_targets<'a>(targets: impl IntoIterator<Item = &'a Target>) -> Self {
        let mut set = Self::default();
        for target in targets {
            for object in target.objects("requirements") {
                let Some(text) = object.field("requirement").as_str() else { continue };
                let text = normalize_spaces(text);
                let place = if object.location.file.is_empty() { &target.location } else { &object.location };
                let requirement =
                    Requirement { text: text.clone(), target: target.address.clone(), location: place.clone() };
                set.0.entry(text).or_insert(requirement);
            }
        }
        set
    }

    /// The texts, sorted.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The requirements, sorted by text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.0.values()
    }

    /// Whether some requirement is on this project.
    pub(crate) fn mentions(&self, project: &str) -> bool {
        self.texts().any(|text| project_name(text).is_some_and(|name| normalize_name(name) == normalize_name(project)))
    }
}

/// The name of the project that a requirement is on, as it was written; `None` for a bare path or URL.
pub(crate) fn project_name(requirement: &str) -> Option<&str> {
    let end = requirement
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    let next = rest.trim_start().chars().next();
    let goes_on = next.is_none_or(|c| "[=<>!~;@(,".contains(c));
    (is_name && goes_on).then_some(name)
}

/// The name by which registries compare projects: lower case, runs of `-`, `_` and `.` as one `-`.
pub(crate) fn normalize_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

fn normalize_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
