//! Options of which one may be given.
//!
//! Of the options of a group, that of the highest rank counts, and the others are as if nobody had given them: a flag may
//! contradict a config file. Two of the same rank are a mistake, which names both.

use crate::literal::shorten;
use crate::scopes::Declared;
use crate::value::ValueError;
use pants_model::{OptionRank, OptionSource, OptionValue, OverriddenValue};
use std::collections::BTreeMap;

/// Two options of a group that were given with equal right.
pub(crate) struct Conflict {
    /// Who gave the one.
    pub(crate) source: OptionSource,
    /// What is wrong with it.
    pub(crate) problem: ValueError,
}

/// Settles the groups of one scope.
pub(crate) fn settle(options: &mut [(Declared<'_>, OptionValue)]) -> Vec<Conflict> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (declared, value)) in options.iter().enumerate() {
        if let Some(group) = &declared.spec.exclusive_group
            && value.rank() > OptionRank::Hardcoded
        {
            groups.entry(group).or_default().push(index);
        }
    }
    groups.into_values().filter_map(|given| settle_group(options, given)).collect()
}

/// Leaves the strongest one, unless there are two.
fn settle_group(options: &mut [(Declared<'_>, OptionValue)], mut given: Vec<usize>) -> Option<Conflict> {
    given.sort_by_key(|index| options[*index].1.rank());
    let strongest = given.pop()?;
    if let Some(other) = given.last().map(|other| &options[*other].1)
        && other.rank() == options[strongest].1.rank()
    {
        let other = shorten(&other.source.to_string());
        let source = options[strongest].1.source.clone();
        return Some(Conflict { source, problem: ValueError::Excluded { other } });
    }
    for index in given {
        let (declared, value) = &mut options[index];
        let old = std::mem::replace(&mut value.value, declared.spec.default.clone());
        let source = std::mem::replace(&mut value.source, OptionSource::Default);
        value.overridden.push(OverriddenValue { value: old, source });
    }
    None
}
