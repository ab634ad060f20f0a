//! What Pants 1.30 could be told and this program has no use for: known by name, so that the config of an old repository
//! is neither refused nor silently passed over.

use crate::names::qualified;

/// One scope on a line, behind it the names of its options.
const DECLARED: &str = include_str!("legacy/pants-1.30.txt");

/// Options that every JVM tool had.
const OF_EVERY_SCOPE: &[&str] = &[
    "execution-strategy",
    "nailgun-connect-attempts",
    "nailgun-server",
    "nailgun-subprocess-startup-timeout",
    "nailgun-timeout-seconds",
    "cache-key-gen-version",
    "max-subprocess-args",
];

/// Whether Pants had a scope of this name, `GLOBAL` for the global one.
pub(crate) fn has_scope(section: &str) -> bool {
    options(section).is_some()
}

/// Whether Pants had scopes inside one of this name.
pub(crate) fn has_scopes_in(section: &str) -> bool {
    scopes().any(|(scope, _)| scope.strip_prefix(section).is_some_and(|rest| rest.starts_with('.')))
}

/// Whether a scope of Pants had this option.
pub(crate) fn has_option(section: &str, option: &str) -> bool {
    let Some(mut declared) = options(section) else { return false };
    OF_EVERY_SCOPE.contains(&option) || declared.any(|name| name == option)
}

/// Whether a qualified flag without its dashes was one of Pants.
pub(crate) fn has_flag(flag: &str) -> bool {
    let negated = flag.strip_prefix("no-");
    let is_flag_of = |scope: &str, option: &str| {
        let name = qualified(if scope == "GLOBAL" { "" } else { scope }, option);
        name == flag || Some(name.as_str()) == negated
    };
    scopes()
        .any(|(scope, options)| options.chain(OF_EVERY_SCOPE.iter().copied()).any(|option| is_flag_of(scope, option)))
}

/// The options of a scope; each `cache.*` has those of `cache`.
fn options(section: &str) -> Option<impl Iterator<Item = &'static str>> {
    let section = if section.starts_with("cache.") { "cache" } else { section };
    scopes().find(|(scope, _)| *scope == section).map(|(_, options)| options)
}

fn scopes() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    DECLARED.lines().filter_map(|line| line.split_once(": ")).map(|(scope, options)| (scope, options.split(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_options_and_flags_of_pants_are_known() {
        assert!(has_option("GLOBAL", "v1") && has_option("compile.rsc", "incremental"));
        assert!(has_option("compile.rsc", "nailgun-server") && !has_option("compile.rsc", "incremenTal"));
        assert!(has_scope("cache.compile.rsc") && !has_scope("compile.nope"));
        assert!(has_flag("no-v1") && has_flag("compile-rsc-incremental") && !has_flag("compile-rsc"));
    }

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        let lines: Vec<&str> = DECLARED.lines().collect();
        assert!(lines.is_sorted() && lines.iter().all(|line| line.contains(": ")));
    }
}
