//! A bound on how deep the tree of a source can get, found without parsing it.
//!
//! The parser grows its own stack, but freeing its tree recurses as deep as the tree is. A short file cannot get deep
//! enough to matter on our stacks; a long one is looked through here first. The bound counts brackets that are open and,
//! inside each, what stands between two separators, so a long list is shallow and a long chain of operators is deep.

use crate::syntax::{Span, SyntaxFault};

/// Sources up to this many bytes are safe whatever they hold.
const SHORT: usize = 16 << 10;
/// What the stacks of our threads carry with room to spare.
const DEEPEST: usize = 10_000;

/// Refuses a source whose tree may get too deep to be freed.
pub(crate) fn check_nesting(source: &str) -> Result<(), SyntaxFault> {
    if source.len() <= SHORT {
        return Ok(());
    }
    let bytes = source.as_bytes();
    // For each open bracket, how many links the chain has that it stands in.
    let mut open: Vec<usize> = Vec::new();
    let (mut links, mut total, mut at) = (0_usize, 0_usize, 0_usize);
    while at < bytes.len() {
        let start = at;
        at += 1;
        match bytes[start] {
            b'#' => at = line_end(bytes, start),
            quote @ (b'"' | b'\'') => at = string_end(bytes, start, quote),
            b'(' | b'[' | b'{' => {
                open.push(links);
                total += 1;
                links = 0;
            }
            b')' | b']' | b'}' => {
                total = total.saturating_sub(links);
                links = match open.pop() {
                    // The bracket itself is a link of the chain around it: `f()()()`.
                    Some(outer) => outer + 1,
                    None => 0,
                };
            }
            b',' | b';' => {
                total = total.saturating_sub(links);
                links = 0;
            }
            b'\n' if open.is_empty() && bytes[..start].last() != Some(&b'\\') => {
                total = total.saturating_sub(links);
                links = 0;
            }
            byte if byte.is_ascii_whitespace() || byte == b'\\' => {}
            byte if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => {
                while bytes
                    .get(at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii())
                {
                    at += 1;
                }
                links += 1;
                total += 1;
            }
            _ => {
                links += 1;
                total += 1;
            }
        }
        if total > DEEPEST {
            let span = Span { start: start as u32, end: start as u32 };
            return Err(SyntaxFault { span, message: "nested too deeply".to_owned(), hint: None });
        }
    }
    Ok(())
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| start + length)
}

/// The end of the string that starts with this quote; an unclosed one ends with its line, or the file.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let is_triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if is_triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !is_triple => return at,
            byte if byte == quote && !is_triple => return at + 1,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, is_refused: bool) {
        assert_eq!(check_nesting(source).is_err(), is_refused, "{:.40}…", source);
    }

    #[test]
    fn a_long_file_is_not_a_deep_one() {
        check(&"t(name = 'a', deps = [':b', ':c'])\n".repeat(5_000), false);
        check(&format!("x = [{}]", "'a',\n".repeat(50_000)), false);
        check(&format!("x = '''{}'''", "(".repeat(50_000)), false);
    }

    #[test]
    fn deep_files_of_every_shape_are_refused() {
        for piece in ["(", "-", "not ", "a.", "f()", "1+", "lambda:", "- \\\n", "x if y else "] {
            check(&piece.repeat(50_000), true);
        }
    }
}
