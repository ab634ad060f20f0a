//! What Pants v1 could be told, from its first releases to 1.30, and this program has no use for: known by name, so that
//! the config of an old repository is neither refused nor silently passed over.
//!
//! Names only. An option that somebody registers is no concern of this table any more, so nothing in it has to be
//! taken out when one comes to life.

mod idle;

pub(crate) use idle::{Detail, IdleKey, warning};

use crate::names::{GLOBAL_SECTION, is_key_of, option_of_flag, option_of_key, scope_of_section};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One scope on a line, behind it the names of its options: those that Pants 1.30 had, then behind each `|` a release
/// and what it was the last one to have.
const DECLARED: &str = include_str!("legacy/pants.txt");

/// What took the place of what: `scope option: scope option` on a line, `*` for every option. Meanings are alike, not
/// equal; a scope that was only renamed says so where it is registered.
const EQUIVALENTS: &str = include_str!("legacy/equivalents.txt");

/// Options that every scope had, or every JVM tool.
const OF_EVERY_SCOPE: &[&str] = &[
    "cache-key-gen-version",
    "colors",
    "execution-strategy",
    "fail-fast",
    "level",
    "max-subprocess-args",
    "nailgun-connect-attempts",
    "nailgun-server",
    "nailgun-subprocess-startup-timeout",
    "nailgun-timeout-seconds",
    "quiet",
];

/// Which of the two engines of Pants 1.30 to use: here is one, and there is nothing to say about it.
const SILENT: &[&str] = &["v1", "v2", "v2-ui"];

/// The release whose options stand first on a line.
const NEWEST: &str = "1.30";

/// Whether Pants had a scope of this name, `GLOBAL` for the global one.
pub(crate) fn has_scope(section: &str) -> bool {
    declared(section).is_some() || instance_of(section).next().is_some()
}

/// Whether Pants had scopes inside one of this name.
pub(crate) fn has_scopes_in(section: &str) -> bool {
    scopes().any(|(scope, _)| scope.strip_prefix(section).is_some_and(|rest| rest.starts_with('.')))
}

/// The last release whose scope of this name had this option, if any had.
pub(crate) fn last_release(section: &str, option: &str) -> Option<&'static str> {
    let own = declared(section).into_iter();
    let found = own.chain(instance_of(section)).find_map(|options| options.last_release(option));
    let is_of_every = || OF_EVERY_SCOPE.contains(&option) && has_scope(section);
    found.or_else(|| is_of_every().then_some(NEWEST))
}

/// Whether an option is passed over without a word.
pub(crate) fn is_silent(section: &str, option: &str) -> bool {
    section == GLOBAL_SECTION && SILENT.contains(&option)
}

/// Whether a qualified flag without its dashes was one of Pants.
pub(crate) fn has_flag(flag: &str) -> bool {
    let flags = [Some(flag), flag.strip_prefix("no-")];
    flags.into_iter().flatten().any(|flag| {
        scopes().any(|(scope, options)| {
            let name = option_of_flag(flag, scope_of_section(scope));
            name.is_some_and(|name| OF_EVERY_SCOPE.contains(&name) || options.last_release(name).is_some())
        })
    })
}

/// Whether a flag without its dashes is passed over without a word.
pub(crate) fn is_silent_flag(flag: &str) -> bool {
    SILENT.contains(&flag.strip_prefix("no-").unwrap_or(flag))
}

/// The section and option that may serve for those of Pants.
pub(crate) fn equivalent(section: &str, option: &str) -> Option<(&'static str, String)> {
    equivalents().find_map(|[old_section, old_option, new_section, new_option]| {
        let is_it = old_section == section && (old_option == "*" || is_key_of(old_option, option));
        is_it.then(|| (new_section, if new_option == "*" { option_of_key(option) } else { new_option.to_owned() }))
    })
}

fn equivalents() -> impl Iterator<Item = [&'static str; 4]> {
    EQUIVALENTS.lines().filter_map(|line| {
        let ((old_section, old_option), (section, option)) =
            line.split_once(": ").and_then(|(old, new)| Some((old.split_once(' ')?, new.split_once(' ')?)))?;
        Some([old_section, old_option, section, option])
    })
}

/// The options of one scope, as they stand on its line.
#[derive(Clone, Copy)]
struct Options(&'static str);

impl Options {
    /// Releases with what they were the last to have, the newest first.
    fn releases(self) -> impl Iterator<Item = (&'static str, std::str::Split<'static, char>)> {
        self.0.split('|').map(str::trim).enumerate().map(|(index, part)| match part.split_once(' ') {
            Some((release, options)) if index > 0 => (release, options.split(' ')),
            _ => (NEWEST, part.split(' ')),
        })
    }

    fn last_release(self, option: &str) -> Option<&'static str> {
        self.releases().find_map(|(release, mut options)| options.any(|name| name == option).then_some(release))
    }
}

/// The options that a scope has of its own.
fn declared(section: &str) -> Option<Options> {
    SCOPES.get(section).copied()
}

/// The options that a scope has as an instance: `jvm.test.junit` is `jvm` for `test.junit`.
fn instance_of(section: &str) -> impl Iterator<Item = Options> {
    let splits = section.match_indices('.').map(|(dot, _)| (&section[..dot], &section[dot + 1..]));
    splits.filter(|(_, user)| declared(user).is_some()).filter_map(|(subsystem, _)| declared(subsystem))
}

fn scopes() -> impl Iterator<Item = (&'static str, Options)> {
    SCOPES.iter().map(|(scope, options)| (*scope, *options))
}

/// The lines of the table by their scopes, taken apart when the first question is asked.
static SCOPES: LazyLock<BTreeMap<&'static str, Options>> = LazyLock::new(|| {
    let lines = DECLARED.lines().filter_map(|line| line.split_once(':'));
    lines.map(|(scope, options)| (scope, Options(options.trim_start()))).collect()
});

#[cfg(test)]
mod tests;
