//! Interpreter constraints: `CPython>=3.9,<3.13`. Several constraints are alternatives; the clauses of one all hold.
//!
//! Knows versions and comparisons, no files and no processes.

use std::cmp::Ordering;
use std::fmt;

/// A release number: `3.11.7` is `[3, 11, 7]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version(Vec<u32>);

impl Version {
    /// Parses `3`, `3.11`, `3.11.7`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>().map(Self)
    }

    /// Which is newer; missing parts are 0.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let part = |version: &Self, index: usize| version.0.get(index).copied().unwrap_or(0);
        (0..length)
            .map(|index| part(self, index).cmp(&part(other, index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn starts_with(&self, prefix: &[u32]) -> bool {
        prefix.iter().enumerate().all(|(index, number)| self.0.get(index).copied().unwrap_or(0) == *number)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}{number}")?;
        }
        Ok(())
    }
}

/// Why a text is no constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConstraintError {
    /// The whole constraint as it was written.
    pub(crate) text: String,
    /// The part that is wrong.
    pub(crate) part: String,
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an interpreter constraint: cannot read `{}`", self.text, self.part)
    }
}

impl std::error::Error for ConstraintError {}

/// One alternative: an implementation and what its version must satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constraint {
    text: String,
    implementation: Option<String>,
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Compare(Comparison, Version),
    /// `==3.11.*`
    Prefix(Vec<u32>),
    /// `!=3.11.*`
    NotPrefix(Vec<u32>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    More,
    Less,
}

impl Constraint {
    /// Parses `CPython>=3.9,<4`, `>=3.9`, `CPython==3.11.*`, `PyPy`.
    pub(crate) fn parse(text: &str) -> Result<Self, ConstraintError> {
        let fail = |part: &str| ConstraintError { text: text.to_owned(), part: part.trim().to_owned() };
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| "<>=!~".contains(c)).unwrap_or(trimmed.len());
        let (name, versions) = trimmed.split_at(split);
        let name = name.trim();
        if trimmed.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(fail(trimmed));
        }
        let mut clauses = Vec::new();
        for part in versions.split(',').filter(|part| !part.trim().is_empty()) {
            clauses.extend(parse_clause(part.trim()).ok_or_else(|| fail(part))?);
        }
        let implementation = (!name.is_empty()).then(|| name.to_ascii_lowercase());
        Ok(Self { text: trimmed.to_owned(), implementation, clauses })
    }

    /// Whether an interpreter of this implementation (`cpython`) and version satisfies it.
    pub(crate) fn accepts(&self, implementation: &str, version: &Version) -> bool {
        self.implementation.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(implementation))
            && self.clauses.iter().all(|clause| clause.accepts(version))
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Clause {
    fn accepts(&self, version: &Version) -> bool {
        match self {
            Self::Prefix(prefix) => version.starts_with(prefix),
            Self::NotPrefix(prefix) => !version.starts_with(prefix),
            Self::Compare(comparison, bound) => {
                let order = version.compare(bound);
                match comparison {
                    Comparison::Equal => order.is_eq(),
                    Comparison::NotEqual => order.is_ne(),
                    Comparison::AtLeast => order.is_ge(),
                    Comparison::AtMost => order.is_le(),
                    Comparison::More => order.is_gt(),
                    Comparison::Less => order.is_lt(),
                }
            }
        }
    }
}

fn parse_clause(text: &str) -> Option<Vec<Clause>> {
    let (operator, rest) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let (operator, rest) = (operator.trim(), rest.trim());
    if let Some(prefix) = rest.strip_suffix(".*") {
        let prefix = Version::parse(prefix)?.0;
        return match operator {
            "==" => Some(vec![Clause::Prefix(prefix)]),
            "!=" => Some(vec![Clause::NotPrefix(prefix)]),
            _ => None,
        };
    }
    let version = Version::parse(rest)?;
    let comparison = match operator {
        "==" | "===" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        ">=" => Comparison::AtLeast,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        "<" => Comparison::Less,
        // `~=3.9.1` is `>=3.9.1, ==3.9.*`.
        "~=" if version.0.len() >= 2 => {
            let prefix = version.0[..version.0.len() - 1].to_vec();
            return Some(vec![Clause::Compare(Comparison::AtLeast, version), Clause::Prefix(prefix)]);
        }
        _ => return None,
    };
    Some(vec![Clause::Compare(comparison, version)])
}

/// What an interpreter has to be: each group lists alternatives, and every group must be satisfied.
///
/// The option makes one group, the `compatibility` of each target another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirements(Vec<Vec<Constraint>>);

impl Requirements {
    /// Adds a group of alternatives; an empty one allows everything. A group that is there already changes nothing.
    pub(crate) fn add(&mut self, alternatives: &[String]) -> Result<(), ConstraintError> {
        let group = alternatives.iter().map(|text| Constraint::parse(text)).collect::<Result<Vec<_>, _>>()?;
        if !group.is_empty() && !self.0.contains(&group) {
            self.0.push(group);
        }
        Ok(())
    }

    /// Whether an interpreter satisfies every group.
    pub(crate) fn accept(&self, implementation: &str, version: &Version) -> bool {
        self.0.iter().all(|group| group.iter().any(|constraint| constraint.accepts(implementation, version)))
    }
}

impl fmt::Display for Requirements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.iter().enumerate() {
            let and = if index == 0 { "" } else { " and " };
            let alternatives: Vec<String> = group.iter().map(|constraint| format!("`{constraint}`")).collect();
            write!(f, "{and}{}", alternatives.join(" or "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(constraint: &str, version: &str, expect: bool) {
        let constraint = Constraint::parse(constraint).expect("the test gives a constraint");
        let version = Version::parse(version).expect("the test gives a version");
        assert_eq!(constraint.accepts("cpython", &version), expect, "{constraint} accepts {version}");
    }

    fn check_error(constraint: &str, expect: &str) {
        assert_eq!(Constraint::parse(constraint).unwrap_err().to_string(), expect);
    }

    #[test]
    fn every_clause_of_a_constraint_holds() {
        check("CPython>=3.9", "3.9.0", true);
        check("CPython>=3.9,<3.12", "3.11.7", true);
        check("CPython>=3.9,<3.12", "3.12.0", false);
        check("CPython>=3.9, !=3.10.*", "3.10.2", false);
        check(">3.9", "3.9.0", false);
        check("<=3.9", "3.9", true);
    }

    #[test]
    fn a_prefix_matches_a_whole_series_and_a_version_itself_alone() {
        check("CPython==3.11.*", "3.11.7", true);
        check("CPython==3.11", "3.11.7", false);
        check("CPython==3.11", "3.11.0", true);
        check("CPython==3.1.*", "3.11.7", false);
        check("~=3.9", "3.11.0", true);
        check("~=3.9.1", "3.10.0", false);
    }

    #[test]
    fn another_implementation_is_not_accepted() {
        check("PyPy>=3.9", "3.10.0", false);
        check("cpython", "3.10.0", true);
    }

    #[test]
    fn a_constraint_that_cannot_be_read_is_named() {
        check_error("CPython>>3", "`CPython>>3` is not an interpreter constraint: cannot read `>>3`");
        check_error("CPython>=3.x", "`CPython>=3.x` is not an interpreter constraint: cannot read `>=3.x`");
        check_error("", "`` is not an interpreter constraint: cannot read ``");
    }

    #[test]
    fn groups_are_joined_and_alternatives_are_not() {
        let mut requirements = Requirements::default();
        let add = |requirements: &mut Requirements, texts: &[&str]| {
            requirements.add(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).expect("they parse");
        };
        add(&mut requirements, &["CPython>=3.9"]);
        add(&mut requirements, &["CPython==3.10.*", "CPython==3.12.*"]);
        add(&mut requirements, &["CPython>=3.9"]);
        let accepts = |text| requirements.accept("cpython", &Version::parse(text).expect("it parses"));
        assert!(accepts("3.10.4") && accepts("3.12.0") && !accepts("3.11.0"));
        assert_eq!(requirements.to_string(), "`CPython>=3.9` and `CPython==3.10.*` or `CPython==3.12.*`");
    }
}
