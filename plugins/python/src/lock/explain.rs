//! Which requirement of which target it was that uv could not resolve.

use crate::requirements::{Requirement, RequirementSet, normalize_name, project_name};
use plugin_api::Error;

/// The error of a set that cannot be resolved, from what uv printed.
pub(super) fn unresolvable(requirements: &RequirementSet, printed: &str) -> Error {
    let blamed: Vec<&Requirement> = requirements.iter().filter(|requirement| is_named(requirement, printed)).collect();
    let (first, others) = match blamed.split_first() {
        Some((first, others)) => (Some(*first), others.to_vec()),
        None => (None, requirements.iter().collect()),
    };
    let mut error = match first {
        Some(first) => Error::msg(format!("{}: cannot resolve {}", first.location, describe(first))),
        None => Error::msg("cannot resolve Python requirements"),
    };
    error.causes.extend(printed.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    let together = others.into_iter().map(|other| format!("together with {} at {}", describe(other), other.location));
    error.causes.extend(together);
    error
}

fn describe(requirement: &Requirement) -> String {
    format!("requirement `{}` of target `{}`", requirement.text, requirement.target)
}

/// Whether the text speaks about the project of a requirement, or quotes the requirement.
fn is_named(requirement: &Requirement, printed: &str) -> bool {
    if printed.contains(requirement.text.as_str()) {
        return true;
    }
    let Some(name) = project_name(&requirement.text) else { return false };
    let (name, printed) = (normalize_name(name), printed.to_ascii_lowercase());
    let continues = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    printed.match_indices(&name).any(|(start, _)| {
        let before = printed[..start].chars().next_back();
        let mut after = printed[start + name.len()..].chars();
        let ends = match after.next() {
            // A full stop or comma may end a sentence, and then no name goes on behind it.
            Some('.') => after.next().is_none_or(char::is_whitespace),
            Some(c) => !continues(c),
            None => true,
        };
        before.is_none_or(|c| !continues(c)) && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use plugin_api::{Address, Location, Object, Target, Value};

    fn set(texts: &[&str]) -> RequirementSet {
        let targets = texts.iter().enumerate().map(|(index, text)| {
            let name = project_name(text).unwrap_or("bad");
            let mut target = Target::new(Address::new("3rdparty/python", name), "python_requirement_library");
            let location = Location { file: "3rdparty/python/BUILD".to_owned(), line: index as u32 + 1, column: 0 };
            let object = Object {
                symbol: "python_requirement".to_owned(),
                fields: vec![("requirement".to_owned(), Value::from(*text))],
                location,
            };
            target.fields.push(("requirements".to_owned(), Value::List(vec![Value::Object(object)])));
            target
        });
        RequirementSet::of_targets(&targets.collect::<Vec<_>>())
    }

    fn check(requirements: &[&str], printed: &str, expect: Expect) {
        let error = unresolvable(&set(requirements), printed);
        expect.assert_eq(&format!("{}\n{}\n", error.message, error.causes.join("\n")));
    }

    #[test]
    fn the_requirement_that_uv_blames_is_named_with_its_place() {
        check(
            &["request==1", "Requests==99.1", "six"],
            "error: No solution found\n  cause: Because there is no version of requests==99.1 and you require requests==99.1, we can conclude x.\n",
            expect![[r#"
                3rdparty/python/BUILD:2: cannot resolve requirement `Requests==99.1` of target `3rdparty/python:Requests`
                error: No solution found
                  cause: Because there is no version of requests==99.1 and you require requests==99.1, we can conclude x.
            "#]],
        );
    }

    #[test]
    fn requirements_that_contradict_each_other_are_all_named() {
        check(
            &["requests==2.32.3", "urllib3<1.0"],
            "Because requests==2.32.3 depends on urllib3>=1.21.1,<3 and you require urllib3<1.0, no.",
            expect![[r#"
                3rdparty/python/BUILD:1: cannot resolve requirement `requests==2.32.3` of target `3rdparty/python:requests`
                Because requests==2.32.3 depends on urllib3>=1.21.1,<3 and you require urllib3<1.0, no.
                together with requirement `urllib3<1.0` of target `3rdparty/python:urllib3` at 3rdparty/python/BUILD:2
            "#]],
        );
    }

    #[test]
    fn when_none_is_blamed_all_are_listed() {
        check(
            &["six"],
            "error: it is broken\n",
            expect![[r#"
            cannot resolve Python requirements
            error: it is broken
            together with requirement `six` of target `3rdparty/python:six` at 3rdparty/python/BUILD:1
        "#]],
        );
    }
}
