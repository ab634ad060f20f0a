//! Versions, compared number by number.

/// The numbers of a version: `1.30.4rc1` is 1, 30, 4.
pub(crate) fn numbers(version: &str) -> Vec<u64> {
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    version.trim().split('.').map_while(digits).collect()
}

/// Whether a version is another one or comes after it; a text without numbers is no version and comes after none.
pub(crate) fn is_at_least(version: &str, other: &str) -> bool {
    let (mut version, mut other) = (numbers(version), numbers(other));
    if version.is_empty() || other.is_empty() {
        return false;
    }
    // `2.0` and `2` are one.
    let length = version.len().max(other.len());
    version.resize(length, 0);
    other.resize(length, 0);
    version >= other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_at_least("1.10", "1.9") && is_at_least("2", "2.0.0") && is_at_least("1.30.4rc1", "1.30.4"));
        assert!(!is_at_least("1.9", "1.10") && !is_at_least("x", "0.1") && !is_at_least("1", "soon"));
    }
}
