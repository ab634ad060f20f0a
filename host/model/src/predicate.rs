//! Predicates over targets, as data: the host evaluates what a task declared.

use crate::Target;

/// Which targets something is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Every target.
    Any,
    /// Targets of one of these types (BUILD aliases).
    Types(Vec<String>),
    /// Targets that give this field a value other than `None`, `False`, `''` and empty.
    HasField(String),
    /// Targets with this tag.
    HasTag(String),
    /// Targets that one of these matches.
    AnyOf(Vec<Predicate>),
    /// Targets that all of these match.
    AllOf(Vec<Predicate>),
    /// Targets that this does not match.
    Not(Box<Predicate>),
}

impl Predicate {
    /// Whether the target matches.
    pub fn matches(&self, target: &Target) -> bool {
        match self {
            Self::Any => true,
            Self::Types(types) => types.iter().any(|name| **name == *target.type_name),
            Self::HasField(field) => target.has_field(field),
            Self::HasTag(tag) => target.tags.iter().any(|have| have == tag),
            Self::AnyOf(parts) => parts.iter().any(|part| part.matches(target)),
            Self::AllOf(parts) => parts.iter().all(|part| part.matches(target)),
            Self::Not(part) => !part.matches(target),
        }
    }

    /// Whether a target of this type that exists only later may match: errs on the side of yes.
    pub fn may_match_type(&self, type_name: &str) -> bool {
        match self {
            Self::Types(types) => types.iter().any(|name| name == type_name),
            Self::AnyOf(parts) => parts.iter().any(|part| part.may_match_type(type_name)),
            Self::AllOf(parts) => parts.iter().all(|part| part.may_match_type(type_name)),
            Self::Any | Self::HasField(_) | Self::HasTag(_) | Self::Not(_) => true,
        }
    }
}
