//! `[target-tag-assignments] tag_targets_mappings`: tags that the configuration gives to targets, besides their own.

use crate::source_roots::is_at_or_below;
use pants_model::{Address, Diagnostic, Target};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Which targets have which tags, ready to be asked.
#[derive(Default)]
pub(crate) struct AssignedTags {
    /// The tags of single targets, of which there may be many.
    single: HashMap<Address, Vec<Arc<str>>>,
    /// The tags of all targets in directories.
    shared: Vec<(Directories, Arc<str>)>,
}

/// Directories to whose targets a tag is given.
enum Directories {
    /// `dir:`
    Siblings(String),
    /// `dir::`
    Descendants(String),
}

impl AssignedTags {
    /// Reads the addresses; what is none is reported and left out.
    pub(crate) fn new(mappings: &BTreeMap<String, Vec<String>>) -> (Self, Vec<Diagnostic>) {
        let (mut assigned, mut diagnostics) = (Self::default(), Vec::new());
        for (tag, texts) in mappings {
            let tag: Arc<str> = tag.as_str().into();
            for text in texts {
                if let Some(directories) = Directories::parse(text) {
                    assigned.shared.push((directories, tag.clone()));
                    continue;
                }
                match Address::parse(text, "") {
                    Ok(address) => assigned.single.entry(address).or_default().push(tag.clone()),
                    Err(reason) => {
                        let message =
                            format!("tag `{tag}` of `[target-tag-assignments] tag_targets_mappings`: {reason}");
                        diagnostics.push(Diagnostic::error_without_place(message));
                    }
                }
            }
        }
        (assigned, diagnostics)
    }

    /// Gives the targets of a directory the tags that are assigned to them.
    pub(crate) fn assign(&self, targets: &mut [Arc<Target>]) {
        if self.single.is_empty() && self.shared.is_empty() {
            return;
        }
        for target in targets {
            let single = self.single.get(&target.address).into_iter().flatten();
            let shared = self.shared.iter().filter(|(directories, _)| directories.hold(target.address.dir()));
            let assigned = single.chain(shared.map(|(_, tag)| tag)).map(|tag| tag.to_string());
            let new: Vec<String> = assigned.filter(|tag| !target.tags.contains(tag)).collect();
            if !new.is_empty() {
                let tags = &mut Arc::make_mut(target).tags;
                tags.extend(new);
                tags.sort_unstable();
                tags.dedup();
            }
        }
    }
}

impl Directories {
    /// Nothing when the text names one target.
    fn parse(text: &str) -> Option<Self> {
        let dir = |path: &str| path.trim_start_matches("//").trim_end_matches('/').to_owned();
        if let Some(path) = text.strip_suffix("::") {
            return Some(Self::Descendants(dir(path)));
        }
        text.strip_suffix(':').map(|path| Self::Siblings(dir(path)))
    }

    fn hold(&self, dir: &str) -> bool {
        match self {
            Self::Siblings(own) => own == dir,
            Self::Descendants(above) => is_at_or_below(dir, above),
        }
    }
}
