//! The options that make another daemon: with another value of one of them, a running daemon is of no use.
//!
//! One traversal for two: the fingerprint hashes it, and whoever explains a restart lists it, so they cannot disagree.

use crate::literal::render_literal;
use pants_model::{Fingerprint, FingerprintBuilder, OptionValue, OptionValues};

/// One of the options that count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DaemonOption<'a> {
    /// Its scope.
    pub scope: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its value, with its origin, which does not count.
    pub value: &'a OptionValue,
}

/// The options that count for the daemon, by scope and name.
pub fn daemon_options(values: &OptionValues) -> impl Iterator<Item = DaemonOption<'_>> {
    let of_scope = |scope| values.scope(scope).map(move |(name, value)| DaemonOption { scope, name, value });
    values.scopes().flat_map(of_scope).filter(|option| option.value.is_daemon)
}

/// What their values come to.
pub fn daemon_fingerprint(values: &OptionValues) -> Fingerprint {
    let mut hash = FingerprintBuilder::new("options of the daemon");
    for DaemonOption { scope, name, value } in daemon_options(values) {
        let OptionValue { value, source: _, overridden: _, is_fingerprinted: _, is_daemon: _ } = value;
        hash.add(scope).add(name).add(render_literal(value));
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::{OptionSource, Value};

    fn values(workdir: &str, level: &str, source: &str) -> OptionValues {
        let mut values = OptionValues::default();
        let option = |value: &str, is_daemon| OptionValue {
            source: OptionSource::Flag(source.to_owned()),
            is_daemon,
            ..OptionValue::of_default(Value::from(value))
        };
        values.insert("", "pants-workdir", option(workdir, true));
        values.insert("", "level", option(level, false));
        values
    }

    #[test]
    fn only_the_values_of_marked_options_count() {
        let base = daemon_fingerprint(&values("a", "info", "--x"));
        assert_eq!(base, daemon_fingerprint(&values("a", "debug", "-y")));
        assert_ne!(base, daemon_fingerprint(&values("b", "info", "--x")));
    }

    #[test]
    fn what_counts_can_be_listed() {
        let values = values("a", "info", "--x");
        let listed: Vec<(&str, &str)> = daemon_options(&values).map(|option| (option.scope, option.name)).collect();
        assert_eq!(listed, [("", "pants-workdir")]);
    }
}
