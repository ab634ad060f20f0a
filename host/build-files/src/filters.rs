//! Which of the named targets are meant: `--exclude-target-regexp` and `--tag`.

use crate::specs::SpecFilters;
use pants_model::{Diagnostic, Target};
use regex::Regex;

/// Filters, ready to be asked: for targets that were found in another way than by specs.
#[derive(Default)]
pub struct CompiledFilters {
    excluded: Vec<Regex>,
    tags: Vec<TagFilter>,
}

struct TagFilter {
    tags: Vec<String>,
    /// Whether a target must have one of them, or none.
    is_wanted: bool,
}

impl CompiledFilters {
    /// Compiles filters; what is no regular expression is reported and left out.
    pub fn compile(filters: &SpecFilters) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut excluded = Vec::new();
        for pattern in &filters.exclude_target_regexps {
            match Regex::new(pattern) {
                Ok(regex) => excluded.push(regex),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    diagnostics.push(Diagnostic::error_without_place(format!(
                        "`{pattern}` is not a regular expression: {reason}"
                    )));
                }
            }
        }
        let tags = filters.tags.iter().map(|text| {
            let (is_wanted, tags) = match text.strip_prefix('-') {
                Some(tags) => (false, tags),
                None => (true, text.strip_prefix('+').unwrap_or(text)),
            };
            TagFilter { tags: tags.split(',').map(|tag| tag.trim().to_owned()).collect(), is_wanted }
        });
        (Self { excluded, tags: tags.collect() }, diagnostics)
    }

    /// Whether every target is meant.
    pub(crate) fn admit_all(&self) -> bool {
        self.tags.is_empty() && self.excluded.is_empty()
    }

    /// Whether a target is meant.
    pub fn admit(&self, target: &Target) -> bool {
        let has_tags = |filter: &TagFilter| target.tags.iter().any(|tag| filter.tags.contains(tag)) == filter.is_wanted;
        if !self.tags.iter().all(has_tags) {
            return false;
        }
        if self.excluded.is_empty() {
            return true;
        }
        let address = target.address.to_string();
        !self.excluded.iter().any(|regex| regex.is_match(&address))
    }
}
