//! The patterns of the sources of a target, as they are told: from the build root, and all sets in one.

use pants_build_files::{Symbols, declared_sources};
use pants_model::{Globs, Target};

/// The patterns that add sources to a target, and those that take some away; each once, in the order in which they are
/// written. What one set takes away counts for that set alone, so it does not make another's patterns wrong, only wide.
pub(crate) fn source_patterns(target: &Target, symbols: &Symbols) -> Globs {
    let mut all = Globs::default();
    let Some(spec) = symbols.target_type(&target.type_name) else { return all };
    for set in declared_sources(target, spec) {
        add(set.include, target.address.dir(), &mut all.include);
        add(set.exclude, target.address.dir(), &mut all.exclude);
    }
    all
}

fn add(patterns: Vec<String>, dir: &str, all: &mut Vec<String>) {
    for pattern in patterns {
        let pattern = if dir.is_empty() { pattern } else { format!("{dir}/{pattern}") };
        if !all.contains(&pattern) {
            all.push(pattern);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::{Address, TargetTypeSpec, Value};

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn check(dir: &str, fields: &[(&str, Value)], include: &[&str], exclude: &[&str]) {
        let mut symbols = Symbols::new();
        let default_sources = Some(vec!["*.java".to_owned(), "!*Test.java".to_owned()]);
        let source_fields = vec!["data".to_owned()];
        let spec =
            TargetTypeSpec { name: "code".to_owned(), default_sources, source_fields, ..TargetTypeSpec::default() };
        symbols.add_target_type(spec).expect("nobody else has it");
        let mut target = Target::new(Address::new(dir, "a"), "code");
        target.fields.extend(fields.iter().map(|(name, value)| ((*name).into(), value.clone())));
        let found = source_patterns(&target, &symbols);
        assert_eq!((found.include, found.exclude), (owned(include), owned(exclude)));
    }

    #[test]
    fn patterns_are_told_from_the_build_root() {
        check("a/b", &[], &["a/b/*.java"], &["a/b/*Test.java"]);
        check("", &[("sources", Value::strings(["A.java"]))], &["A.java"], &[]);
        check("a", &[("sources", "A.java".into())], &["a/A.java"], &[]);
        let globs = Globs { include: vec!["**/*.java".to_owned()], exclude: vec!["x/*".to_owned()] };
        let given = Value::List(vec!["b".into(), Value::Globs(Box::new(globs)), "!y".into()]);
        check("a", &[("sources", given)], &["a/b", "a/**/*.java"], &["a/y", "a/x/*"]);
    }

    #[test]
    fn other_fields_that_name_files_count_too() {
        check("a", &[("data", Value::strings(["*.txt"]))], &["a/*.java", "a/*.txt"], &["a/*Test.java"]);
    }
}
