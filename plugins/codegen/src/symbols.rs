//! The symbols that this backend adds to BUILD files, with the fields that Pants v1 gave them from 2012 to 2020.
//!
//! Types that nothing is generated from yet load and list all the same, and name the phase that is missing.

mod base;

mod grammars;
mod protobuf;
mod thrift;

use plugin_api::{Registrar, TargetType};

pub(crate) use protobuf::{JAVA, PYTHON};

/// The phase that generates code.
const GEN: &str = "gen";

/// Registers the target types.
pub(crate) fn register(registrar: &mut Registrar) {
    for target_type in target_types() {
        registrar.target_type(target_type);
    }
}

/// The names of the target types.
pub(crate) fn type_names() -> Vec<String> {
    target_types().into_iter().map(|target_type| target_type.name).collect()
}

fn target_types() -> Vec<TargetType> {
    let all = [protobuf::target_types(), thrift::target_types(), grammars::target_types()];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_a_task_or_says_that_it_has_none() {
        for target_type in target_types() {
            let is_generated = [JAVA, PYTHON].contains(&target_type.name.as_str());
            assert_eq!(is_generated, target_type.missing_phases.is_empty(), "{}", target_type.name);
        }
    }

    #[test]
    fn every_type_takes_sources_and_says_each_field_once() {
        for target_type in target_types() {
            assert!(target_type.default_sources.is_some(), "{}", target_type.name);
            let mut names: Vec<&str> = target_type.fields.iter().map(|field| field.name.as_str()).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", target_type.name);
        }
    }
}
