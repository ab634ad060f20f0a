//! What is told about config keys and flags that only Pants v1 knew: one warning for all of them.

use crate::error::ConfigPlace;
use std::fmt::Write;

/// How many are told one by one.
const FEW: usize = 8;
/// How many sections are listed when there are more.
const SECTIONS: usize = 12;
/// How many keys of a section are listed.
const KEYS: usize = 6;

/// A key of a config file that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdleKey {
    pub(crate) place: ConfigPlace,
    pub(crate) section: String,
    pub(crate) key: String,
    /// The last release of Pants that knew it.
    pub(crate) last_release: &'static str,
    /// What is read here, `[section] key`.
    pub(crate) instead: Option<String>,
}

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What fits on a screen.
    Short,
    /// Everything.
    Full,
}

/// The warning, if there is anything to warn of. Flags are as typed.
pub(crate) fn warning(flags: &[String], keys: &[IdleKey], detail: Detail) -> Option<String> {
    let flags: Vec<String> = flags.iter().map(|flag| format!("`{flag}`")).collect();
    let count = flags.len() + keys.len();
    if count == 0 {
        return None;
    }
    let mut text = "known from Pants v1, without effect here: ".to_owned();
    if count <= FEW && detail == Detail::Short {
        let items: Vec<String> = flags.into_iter().chain(keys.iter().map(IdleKey::with_place)).collect();
        text.push_str(&items.join(", "));
        return Some(text);
    }
    let _ = write!(text, "{count} options");
    if !flags.is_empty() {
        let _ = write!(text, "\n  {}", flags.join(", "));
    }
    match detail {
        Detail::Full => {
            for key in keys {
                let _ = write!(text, "\n  {}, last known to Pants {}", key.with_place(), key.last_release);
            }
        }
        Detail::Short => by_section(keys, &mut text),
    }
    Some(text)
}

/// One line for each section, where its first key stands.
fn by_section(keys: &[IdleKey], text: &mut String) {
    let sections: Vec<&[IdleKey]> = keys.chunk_by(|one, other| one.is_beside(other)).collect();
    for section in sections.iter().take(SECTIONS) {
        let names: Vec<String> = section.iter().take(KEYS).map(|key| format!("`{}`", key.key)).collect();
        let _ = write!(text, "\n  {}:{} `[{}]`: ", section[0].place.file, section[0].place.line, section[0].section);
        text.push_str(&names.join(", "));
        if section.len() > KEYS {
            let _ = write!(text, " and {} more", section.len() - KEYS);
        }
    }
    let hidden = sections.len().saturating_sub(SECTIONS);
    if hidden > 0 {
        let _ = write!(text, "\n  and {hidden} sections more");
    }
    text.push_str("\n  `--level=debug` shows each with its place and what is read instead");
}

impl IdleKey {
    fn with_place(&self) -> String {
        let Self { place, section, key, instead, .. } = self;
        let instead = instead.as_ref().map(|instead| format!(" (`{instead}` is read here)")).unwrap_or_default();
        format!("`{}:{} [{section}] {key}`{instead}", place.file, place.line)
    }

    fn is_beside(&self, other: &Self) -> bool {
        self.place.file == other.place.file && self.section == other.section
    }
}
