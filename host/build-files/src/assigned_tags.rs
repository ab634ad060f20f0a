//! `[target-tag-assignments] tag_targets_mappings`: tags that the configuration gives to targets, besides their own.

use crate::source_roots::is_at_or_below;
use pants_model::{Address, Diagnostic, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which targets have which tags, ready to be asked.
#[derive(Default)]
pub(crate) struct AssignedTags {
    assigned: Vec<(Whom, Arc<str>)>,
}

/// Whom a tag is given to.
enum Whom {
    One(Address),
    /// `dir:`
    Siblings(String),
    /// `dir::`
    Descendants(String),
}

impl AssignedTags {
    /// Reads the addresses; what is none is reported and left out.
    pub(crate) fn new(mappings: &BTreeMap<String, Vec<String>>) -> (Self, Vec<Diagnostic>) {
        let (mut assigned, mut diagnostics) = (Vec::new(), Vec::new());
        for (tag, texts) in mappings {
            let tag: Arc<str> = tag.as_str().into();
            for text in texts {
                match Whom::parse(text) {
                    Ok(whom) => assigned.push((whom, tag.clone())),
                    Err(reason) => {
                        let message =
                            format!("tag `{tag}` of `[target-tag-assignments] tag_targets_mappings`: {reason}");
                        diagnostics.push(Diagnostic::error_without_place(message));
                    }
                }
            }
        }
        (Self { assigned }, diagnostics)
    }

    /// Gives the targets of a directory the tags that are assigned to them.
    pub(crate) fn assign(&self, targets: &mut [Arc<Target>]) {
        if self.assigned.is_empty() {
            return;
        }
        for target in targets {
            let assigned = self.assigned.iter().filter(|(whom, _)| whom.is(&target.address));
            let new: Vec<String> =
                assigned.map(|(_, tag)| tag.to_string()).filter(|tag| !target.tags.contains(tag)).collect();
            if !new.is_empty() {
                let tags = &mut Arc::make_mut(target).tags;
                tags.extend(new);
                tags.sort_unstable();
                tags.dedup();
            }
        }
    }
}

impl Whom {
    fn parse(text: &str) -> Result<Self, String> {
        let dir = |path: &str| path.trim_start_matches("//").trim_end_matches('/').to_owned();
        if let Some(path) = text.strip_suffix("::") {
            return Ok(Self::Descendants(dir(path)));
        }
        if let Some(path) = text.strip_suffix(':') {
            return Ok(Self::Siblings(dir(path)));
        }
        Address::parse(text, "").map(Self::One).map_err(|error| error.to_string())
    }

    fn is(&self, address: &Address) -> bool {
        match self {
            Self::One(own) => own == address,
            Self::Siblings(dir) => dir == address.dir(),
            Self::Descendants(dir) => is_at_or_below(address.dir(), dir),
        }
    }
}
