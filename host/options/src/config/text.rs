//! The text of a config file, and where its bytes stand.
//!
//! Lines are counted once: a file may have thousands of places to speak of.

use crate::error::ConfigPlace;
use std::ops::Range;
use std::sync::Arc;

/// The text of a config file.
#[derive(Clone, Debug)]
pub(crate) struct ConfigText {
    /// The file as the user named it.
    pub(crate) file: Arc<str>,
    text: String,
    /// The offset at which each line begins.
    lines: Vec<usize>,
}

impl ConfigText {
    pub(crate) fn new(file: &str, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { file: file.into(), text, lines }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The line of an offset, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// Where some bytes stand, with the line shown and the bytes marked.
    pub(crate) fn place(&self, span: &Range<usize>) -> ConfigPlace {
        const SHOWN: usize = 100;
        let text = self.text.as_str();
        let start = text.floor_char_boundary_at(span.start);
        let line = self.line(start);
        let line_start = self.lines[line - 1];
        let line_text = text[line_start..].lines().next().unwrap_or_default();
        let column = text[line_start..start].chars().count() + 1;
        let line_end = line_start + line_text.len().max(start - line_start);
        let end = text.floor_char_boundary_at(span.end).clamp(start, line_end);
        let width = text[start..end].chars().count().clamp(1, SHOWN);
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        // Of a line that nobody can read whole, the part around the place.
        let hidden = (column - 1).saturating_sub(SHOWN);
        let shown = line_text.chars().skip(hidden).take(column - hidden + SHOWN);
        let shown: String = shown.map(|char| if char.is_control() { ' ' } else { char }).collect();
        let indent = " ".repeat(column - 1 - hidden);
        let marks = "^".repeat(width);
        let excerpt = format!("  {number} | {shown}\n  {gutter} | {indent}{marks}");
        let as_u32 = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ConfigPlace { file: self.file.clone(), line: as_u32(line), column: as_u32(column), excerpt }
    }
}

/// Byte offsets that may be off, made safe to slice at.
trait CharBoundary {
    /// The nearest boundary at or below the offset, the end at the most.
    fn floor_char_boundary_at(&self, offset: usize) -> usize;
}

impl CharBoundary for str {
    fn floor_char_boundary_at(&self, offset: usize) -> usize {
        (0..=offset.min(self.len())).rev().find(|offset| self.is_char_boundary(*offset)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_has_its_line() {
        let text = ConfigText::new("a", "é\n\nb\n".to_owned());
        let lines: Vec<usize> = (0..=7).map(|offset| text.line(offset)).collect();
        assert_eq!(lines, [1, 1, 1, 2, 3, 3, 4, 4]);
        let ConfigPlace { line, column, excerpt, .. } = text.place(&(4..99));
        assert_eq!((line, column, excerpt.as_str()), (3, 1, "  3 | b\n    | ^"));
        assert_eq!(text.place(&(99..99)).line, 4);
    }
}
