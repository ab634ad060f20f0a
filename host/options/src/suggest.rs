//! Spelling suggestions: which known words a mistyped one may have meant.

/// How many words are suggested.
pub(crate) const MOST: usize = 3;

/// How many letters may be wrong in the longest words.
const FARTHEST: usize = 3;

/// At most three known words close to the typed one, the closest first, ties in alphabetical order.
pub(crate) fn closest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    closest_within(FARTHEST, typed, known)
}

/// The same, where no more letters than this may be wrong; in short words, fewer.
pub(crate) fn closest_within<'a>(
    farthest: usize,
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Vec<String> {
    let length = typed.chars().count();
    // The dashes of a flag are no letters that may be wrong.
    let limit = (typed.trim_start_matches('-').chars().count() / 3).max(1).min(farthest);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        // The distance is never less than this, and there may be ten thousand words.
        .filter(|word| word.chars().count().abs_diff(length) <= limit)
        .map(|word| (distance(typed, word), word))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, word)| word.to_owned()).collect()
}

/// How many letters are wrong; a word in other cases is as near as any wrong one can be.
fn distance(typed: &str, word: &str) -> usize {
    let is_same = typed != word && typed.eq_ignore_ascii_case(word);
    if is_same { 1 } else { strsim::osa_distance(typed, word) }
}

/// The suggestions as a question; none where there are none.
pub(crate) fn did_you_mean(suggestions: &[String]) -> Option<String> {
    (!suggestions.is_empty()).then(|| format!("did you mean `{}`?", suggestions.join("` or `")))
}

#[cfg(test)]
mod tests {
    use super::{closest, closest_within};

    const WORDS: [&str; 5] = ["compile", "test", "list", "lint", "dependencies"];

    fn check(typed: &str, expect: &[&str]) {
        assert_eq!(closest(typed, WORDS), expect, "for {typed}");
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
        check("COMPILE", &["compile"]);
    }

    #[test]
    fn the_distance_has_a_limit() {
        assert_eq!(closest_within(1, "dependancies", WORDS), ["dependencies"]);
        assert_eq!(closest_within(1, "dependncys", WORDS), [""; 0]);
        assert_eq!(closest_within(0, "lst", WORDS), [""; 0]);
    }
}
