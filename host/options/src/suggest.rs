//! Spelling suggestions: which known words a mistyped one may have meant.

/// At most three known words close to the typed one, the closest first, ties in alphabetical order.
pub(crate) fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let length = typed.chars().count();
    // The dashes of a flag are no letters that may be wrong.
    let limit = (typed.trim_start_matches('-').chars().count() / 3).clamp(1, 3);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        // The distance is never less than this, and there may be ten thousand words.
        .filter(|word| word.chars().count().abs_diff(length) <= limit)
        .map(|word| (strsim::osa_distance(typed, word), word))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, word)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::closest;

    fn check(typed: &str, expect: &[&str]) {
        assert_eq!(closest(typed, ["compile", "test", "list", "lint", "dependencies"]), expect, "for {typed}");
    }

    #[test]
    fn the_closest_words_come_first() {
        check("complie", &["compile"]);
        check("lst", &["list"]);
        check("lisnt", &["lint", "list"]);
        check("dependancies", &["dependencies"]);
        check("frobnicate", &[]);
        check("--tost", &[]);
        check("", &[]);
    }
}
