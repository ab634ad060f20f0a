//! How help is laid out: width, colours, line breaks.

/// What help is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelpStyle {
    /// The width in columns.
    pub width: usize,
    /// Whether to colour.
    pub is_coloured: bool,
}

impl HelpStyle {
    /// Text without colours.
    pub fn plain(width: usize) -> Self {
        Self { width, is_coloured: false }
    }

    /// A heading.
    pub(super) fn heading(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// What is to be typed.
    pub(super) fn flag(self, text: &str) -> String {
        self.painted("36", text)
    }

    /// The same, with blanks behind it up to a width.
    pub(super) fn padded_flag(self, text: &str, width: usize) -> String {
        let padding = width.saturating_sub(text.chars().count());
        format!("{}{:padding$}", self.flag(text), "")
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.is_coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Breaks a text at spaces.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
