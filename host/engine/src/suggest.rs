//! Spelling suggestions for names that nobody registered.

/// The candidate that looks most like a name, if one looks enough like it; the first of equals.
pub(crate) fn similar<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(name, candidate);
        let is_near = distance <= 1 + name.chars().count().max(candidate.chars().count()) / 4;
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

/// All candidates that look like a name or contain a word of it, in the given order.
pub(crate) fn related<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let words =
        |text: &str| text.split(['_', '-', '.']).filter(|word| word.len() > 2).map(str::to_owned).collect::<Vec<_>>();
    let wanted = words(name);
    let is_related = |candidate: &&str| {
        similar(name, [*candidate]).is_some() || words(candidate).iter().any(|word| wanted.contains(word))
    };
    candidates.into_iter().filter(is_related).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        assert_eq!(similar("compiel", ["test", "compile", "complete"]), Some("compile".to_owned()));
        assert_eq!(similar("compile", ["test", "gen"]), None);
    }

    #[test]
    fn a_shared_word_makes_names_related() {
        assert_eq!(
            related("compile_classpath", ["runtime_classpath", "python_environment", "compile_clashpath"]),
            ["runtime_classpath", "compile_clashpath"]
        );
    }
}
