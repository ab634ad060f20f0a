//! Messages quote what somebody wrote, which may be a megabyte, or end in what a terminal takes as an order.

use crate::Diagnostic;

/// The longest line of a message that is shown whole, in bytes.
const LONGEST: usize = 1_000;
/// The same for hints, which may be there to be pasted.
const LONGEST_HINT: usize = 20_000;

impl Diagnostic {
    /// The same with lines that can be read: long ones are cut, and nothing but line ends is a control character.
    pub fn legible(mut self) -> Self {
        make_legible(&mut self.message, LONGEST);
        self.hints.iter_mut().for_each(|hint| make_legible(hint, LONGEST_HINT));
        self
    }
}

/// A message without hints in the same way.
pub fn legible(mut message: String) -> String {
    make_legible(&mut message, LONGEST);
    message
}

fn make_legible(text: &mut String, longest: usize) {
    let is_strange = |char: char| char.is_control() && char != '\n';
    if text.len() <= longest && !text.contains(is_strange) {
        return;
    }
    let mut out = String::with_capacity(text.len().min(2 * longest));
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let (start, end) = ends(line, longest);
        let cut = if end.is_empty() { "" } else { "…" };
        for char in [start, cut, end].into_iter().flat_map(str::chars) {
            if is_strange(char) { out.extend(char.escape_debug()) } else { out.push(char) }
        }
    }
    *text = out;
}

/// The start and the end of a line; all of it is the start if it is not too long.
fn ends(line: &str, longest: usize) -> (&str, &str) {
    if line.len() <= longest {
        return (line, "");
    }
    let half = longest / 2;
    let start = (0..=half).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let end = (line.len() - half..line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
    (&line[..start], &line[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expect: &str) {
        assert_eq!(Diagnostic::error_without_place(message).legible().message, expect);
    }

    #[test]
    fn long_lines_are_cut_in_their_middle() {
        let word = format!("{}ü{}", "a".repeat(1_000), "b".repeat(1_000));
        let cut = format!("`{}…{}` is not defined", "a".repeat(499), "b".repeat(484));
        check(&format!("`{word}` is not defined"), &cut);
        let many = "`x`\n".repeat(1_000);
        check(&many, &many);
    }

    #[test]
    fn a_terminal_is_given_no_orders() {
        check("`\u{1b}[31m` and\n\0", "`\\u{1b}[31m` and\n\\0");
    }
}
