//! `@file` values: what stands in the file stands for the value.
//!
//! A path is relative to the current directory for flags and variables and to the build root for config files, also when
//! a file names a further one. For an option that takes a list or a dict, a file whose name ends in `json`, `yaml`, `yml`
//! or `toml` is a document in that language; everything else is a text, read as the value itself would be.

mod document;

use crate::literal::shorten;
use crate::value::{Change, Raw, ValueError, changes, is_dict, is_list};
use pants_model::{OptionKind, OptionSpec, Value};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The largest file that is read for a value.
const LARGEST: u64 = 16 << 20;

/// The changes that a source means, after `@file` was replaced by what the file holds.
pub(crate) fn changes_of(spec: &OptionSpec, raw: Raw, base: &Path) -> Result<Vec<Change>, ValueError> {
    let text = match &raw {
        Raw::Text(text) | Raw::Plain(Value::Str(text)) if !spec.is_verbatim => text,
        _ => return changes(&spec.kind, raw),
    };
    let Some(file) = text.strip_prefix('@') else { return changes(&spec.kind, raw) };
    if file.starts_with('@') {
        return changes(&spec.kind, Raw::Text(file.to_owned()));
    }
    let (file, content) = follow(file, base)?;
    let given = understand(&spec.kind, &file, &content)?;
    changes(&spec.kind, given).map_err(|problem| problem.in_file(&file, &content))
}

/// The last file of a chain of files each of which holds the name of the next, and its text.
fn follow(first: &str, base: &Path) -> Result<(String, String), ValueError> {
    let mut chain: Vec<String> = Vec::new();
    let mut file = first.to_owned();
    loop {
        if file.is_empty() {
            return Err(ValueError::NoFileName);
        }
        let is_cycle = chain.contains(&file);
        chain.push(file.clone());
        if is_cycle {
            return Err(ValueError::FileCycle { chain: chain.iter().map(|file| shorten(file)).collect() });
        }
        let content = read_text(&base.join(&file), &file)?;
        match content.trim().strip_prefix('@') {
            Some(next) if !next.starts_with('@') => file = next.to_owned(),
            _ => return Ok((file, content)),
        }
    }
}

/// What the text of a file gives to an option of this kind.
fn understand(kind: &OptionKind, file: &str, content: &str) -> Result<Raw, ValueError> {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match document::parser_of(ending).filter(|_| is_list(kind) || is_dict(kind)) {
        Some(parse) => parse(content).map(Raw::Plain).map_err(|fault| ValueError::InFile {
            file: shorten(file),
            line: fault.line,
            problem: Box::new(ValueError::Malformed(shorten(&fault.reason))),
        }),
        None => {
            let text = content.trim();
            let is_escaped = text.starts_with("@@");
            Ok(Raw::Text(if is_escaped { text[1..].to_owned() } else { text.to_owned() }))
        }
    }
}

/// The text of a file that a value names.
pub(crate) fn read_text(path: &Path, shown: &str) -> Result<String, ValueError> {
    let fail = |reason: String| ValueError::FileUnreadable { file: shorten(shown), reason };
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => fail("there is no such file".to_owned()),
        ErrorKind::IsADirectory => fail("it is a directory".to_owned()),
        _ => fail(error.to_string()),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| fail("it is no text in UTF-8".to_owned()))
}
