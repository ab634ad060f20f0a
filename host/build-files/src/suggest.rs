//! `did you mean`: the known word that a wrong word most looks like.

/// A longer word is nothing that somebody mistyped; finding out would take its length squared.
const LONGEST: usize = 200;

/// The most similar of some words, if one is similar enough to be meant.
pub(crate) fn suggest<'w>(wrong: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if wrong.len() > LONGEST {
        return None;
    }
    let allowed = 1 + wrong.chars().count() / 4;
    let distance = |word: &'w str| (strsim::osa_distance(wrong, word), word);
    let best = known.into_iter().map(distance).min()?;
    (best.0 <= allowed && best.1 != wrong).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_similar_word_is_suggested() {
        assert_eq!(suggest("java_libary", ["java_library", "java_binary"]), Some("java_library"));
        assert_eq!(suggest("libb", ["lib", "liba"]), Some("lib"));
        assert_eq!(suggest("xyz", ["java_library"]), None);
        assert_eq!(suggest("x", []), None);
        let long = "x".repeat(LONGEST);
        assert_eq!(suggest(&format!("{long}y"), [&*long]), None);
    }
}
