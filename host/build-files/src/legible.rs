//! Messages quote what somebody wrote, which may be a megabyte, or end in what a terminal takes as an order.

/// The longest quoted word that is shown whole, in bytes.
const LONGEST: usize = 400;

/// A message whose quoted words are short, and in which nothing but line ends is a control character.
pub(crate) fn legible(message: &str) -> String {
    let is_strange = |char: char| char.is_control() && char != '\n';
    if message.len() <= LONGEST && !message.contains(is_strange) {
        return message.to_owned();
    }
    let mut out = String::with_capacity(message.len().min(4 * LONGEST));
    for (at, piece) in message.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        let is_quoted = at % 2 == 1;
        let (start, end) = if is_quoted { ends(piece) } else { (piece, "") };
        for (number, part) in [start, end].into_iter().filter(|part| !part.is_empty()).enumerate() {
            if number > 0 {
                out.push('…');
            }
            for char in part.chars() {
                if is_strange(char) { out.extend(char.escape_debug()) } else { out.push(char) }
            }
        }
    }
    out
}

/// The start and the end of a word; all of it is the start if it is not too long.
fn ends(word: &str) -> (&str, &str) {
    if word.len() <= LONGEST {
        return (word, "");
    }
    let half = LONGEST / 2;
    let start = (0..=half).rev().find(|at| word.is_char_boundary(*at)).unwrap_or_default();
    let end = (word.len() - half..word.len()).find(|at| word.is_char_boundary(*at)).unwrap_or(word.len());
    (&word[..start], &word[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expect: &str) {
        assert_eq!(legible(message), expect);
    }

    #[test]
    fn long_words_are_cut_in_their_middle() {
        let word = format!("{}ü{}", "a".repeat(1_000), "b".repeat(1_000));
        let cut = format!("{}…{}", "a".repeat(200), "b".repeat(200));
        check(&format!("`{word}` is not defined; `x` is"), &format!("`{cut}` is not defined; `x` is"));
        let many = "`x`, ".repeat(1_000);
        check(&many, &many);
    }

    #[test]
    fn a_terminal_is_given_no_orders() {
        check("`\u{1b}[31m` and\n\0", "`\\u{1b}[31m` and\n\\0");
    }
}
