//! The lines of a `requirements.txt`.

use super::{normalize_spaces, project_name};

/// One line that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileEntry {
    /// A requirement, without comment and hashes.
    Requirement {
        /// The project's name as it was written.
        name: String,
        /// The text.
        text: String,
        /// The line it begins on, from 1.
        line: u32,
    },
    /// `-f PLACE`: more packages.
    FindLinks {
        /// A directory or URL.
        place: String,
        /// The line it begins on, from 1.
        line: u32,
    },
}

/// Reads a file; an error is `line: what is wrong`, to be put behind the file's name. Other options than those of
/// [`FileEntry`] are passed over, as Pants v1 did.
pub(crate) fn parse_file(content: &str) -> Result<Vec<FileEntry>, String> {
    logical_lines(content)
        .into_iter()
        .filter_map(|(line, text)| parse_line(line, &text).map_err(|reason| format!("{line}: {reason}")).transpose())
        .collect()
}

/// Lines without comments, with continued ones joined, numbered from 1; blank ones are left out.
fn logical_lines(content: &str) -> Vec<(u32, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (line, raw) in (1..).zip(content.lines()) {
        let (number, mut text) = open.take().unwrap_or((line, String::new()));
        let (part, is_continued) = match raw.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (raw, false),
        };
        text.push_str(without_comment(part));
        if is_continued {
            text.push(' ');
            open = Some((number, text));
        } else {
            lines.push((number, text));
        }
    }
    lines.extend(open);
    lines.retain(|(_, text)| !text.trim().is_empty());
    lines
}

/// A `#` starts a comment at the start of a line and after a space; elsewhere it belongs to a URL.
fn without_comment(line: &str) -> &str {
    let starts = line.char_indices().filter(|(_, c)| *c == '#');
    for (index, _) in starts {
        if index == 0 || line[..index].ends_with(char::is_whitespace) {
            return &line[..index];
        }
    }
    line
}

fn parse_line(line: u32, text: &str) -> Result<Option<FileEntry>, String> {
    let text = text.trim();
    if let Some((flag, value)) = text.starts_with('-').then(|| split_option(text)) {
        return Ok(match flag.as_str() {
            "-f" | "--find-links" => Some(FileEntry::FindLinks { place: value, line }),
            _ => None,
        });
    }
    // A lock of our own holds the hashes; those of the file are of no use.
    let requirement = text.split(" --hash").next().unwrap_or(text).trim();
    match project_name(requirement) {
        Some(name) => {
            Ok(Some(FileEntry::Requirement { name: name.to_owned(), text: normalize_spaces(requirement), line }))
        }
        None => Err(format!("`{requirement}` does not begin with the name of a project; write `name @ URL` for a URL")),
    }
}

fn split_option(text: &str) -> (String, String) {
    // `-fwheels`, `-f wheels`, `--find-links=wheels`
    if !text.starts_with("--") && text.len() > 2 {
        let (flag, value) = text.split_at(text.char_indices().nth(2).map_or(text.len(), |(index, _)| index));
        return (flag.to_owned(), value.trim().to_owned());
    }
    match text.split_once(|c: char| c == '=' || c.is_whitespace()) {
        Some((flag, value)) => (flag.to_owned(), value.trim().to_owned()),
        None => (text.to_owned(), String::new()),
    }
}
