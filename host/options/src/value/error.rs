//! Why a value does not fit its option, and what to write instead.

use crate::literal::{LiteralError, render_literal, shorten};
use pants_model::Value;
use thiserror::Error;

/// Why a value does not fit its option.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// No truth value.
    #[error("`{0}` is not `true` or `false`")]
    NotBool(String),
    /// No whole number.
    #[error("`{0}` is not a whole number")]
    NotInt(String),
    /// No number.
    #[error("`{0}` is not a number")]
    NotFloat(String),
    /// A number below what makes sense.
    #[error("{value} is less than {minimum}")]
    TooSmall {
        /// The number, as it is written.
        value: String,
        /// The least that is accepted.
        minimum: i64,
    },
    /// A number above what makes sense.
    #[error("{value} is more than {maximum}")]
    TooLarge {
        /// The number, as it is written.
        value: String,
        /// The most that is accepted.
        maximum: i64,
    },
    /// No version.
    #[error("`{0}` is not a version")]
    NotVersion(String),
    /// The version of another program, which this one does not stand in for.
    #[error("`{0}` is not a version of Pants v1")]
    NotPantsV1(String),
    /// A newer program than this one.
    #[error("version {required} or newer is needed, and this is {have}")]
    TooOld {
        /// What is wanted.
        required: String,
        /// What this is.
        have: &'static str,
    },
    /// None of the choices.
    #[error("`{value}` is not one of `{}`", choices.join("`, `"))]
    NotChoice {
        /// The value.
        value: String,
        /// What it may be.
        choices: Vec<String>,
    },
    /// No address of a target.
    #[error("`{text}` is not an address: {reason}")]
    NotAddress {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A value of another kind.
    #[error("{found} stands where {wanted} belongs")]
    WrongKind {
        /// What was given.
        found: &'static str,
        /// What the option takes.
        wanted: &'static str,
    },
    /// A key beside `add` and `remove` of a list.
    #[error("unknown edit `{0}`: `add` and `remove` are")]
    UnknownEdit(String),
    /// A list or dict that is not written as one.
    #[error("{0}")]
    Literal(LiteralError),
    /// A text that begins as a list does, and is none: perhaps one item, such as a regular expression.
    #[error("{error}")]
    NotList {
        /// The text, when it is short enough to be shown.
        text: Option<String>,
        /// Why it is no list.
        error: LiteralError,
    },
    /// A member of a list does not fit.
    #[error("item {}: {problem}", index + 1)]
    Member {
        /// Where it stands in the list.
        index: usize,
        /// What is wrong with it.
        problem: Box<ValueError>,
    },
    /// A text where a dict belongs.
    #[error("`{0}` is not a dict")]
    NotDict(String),
    /// A text that no shell could take apart into words.
    #[error("`{0}` has a quote that is not closed")]
    NotWords(String),
    /// A file that does not exist.
    #[error("the file `{0}` does not exist")]
    NoSuchFile(String),
    /// A directory that does not exist.
    #[error("the directory `{0}` does not exist")]
    NoSuchDir(String),
    /// A directory stands where a file belongs.
    #[error("`{0}` is a directory, and a file belongs here")]
    IsDir(String),
    /// A file stands where a directory belongs.
    #[error("`{0}` is a file, and a directory belongs here")]
    IsFile(String),
    /// An `@` without the name of a file.
    #[error("`@` names no file")]
    NoFileName,
    /// A file that a value names cannot be read.
    #[error("cannot read `{file}`: {reason}")]
    FileUnreadable {
        /// The file as written.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// What the file of an `@file` value holds does not fit.
    #[error("in `{file}`{}: {problem}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    InFile {
        /// The file as written.
        file: String,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong.
        problem: Box<ValueError>,
    },
    /// What the file of an `@file` value holds is not written in the language of its ending.
    #[error("{0}")]
    Malformed(String),
    /// Files of `@file` values name each other.
    #[error("the files name each other: `{}`", chain.join("` -> `"))]
    FileCycle {
        /// The files, the first once more at the end.
        chain: Vec<String>,
    },
    /// Another option of the same group is given, too.
    #[error("it excludes `{other}`, and both are given")]
    Excluded {
        /// How the other one was given.
        other: String,
    },
    /// The option is gone.
    #[error("the option is gone since version {version}")]
    Removed {
        /// The version that removed it.
        version: String,
        /// What to use instead.
        instead: String,
    },
}

impl ValueError {
    /// What to write instead.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Literal(_) | Self::NotList { text: None, .. } => {
                Some("write a list as `['a', 'b']` and a dict as `{'a': 'b'}`".to_owned())
            }
            Self::NotList { text: Some(text), .. } => {
                Some(format!("write a list as `['a', 'b']`, and one item that looks so as `{}`", one_item(text)))
            }
            Self::NotDict(_) => Some("write `{'a': 'b'}` to replace, `+{'a': 'b'}` to add".to_owned()),
            Self::NotVersion(_) => Some("write it as `1.2.3`".to_owned()),
            Self::NotPantsV1(_) => Some("versions 0.x and 1.x are understood".to_owned()),
            Self::NotAddress { .. } => Some("write it as `path/to:name` or `//:name`".to_owned()),
            Self::WrongKind { wanted: "a string", .. } => Some("put it in quotes".to_owned()),
            Self::FileUnreadable { .. } | Self::NoFileName => {
                Some("a value that begins with `@` names a file; `@@` stands for `@`".to_owned())
            }
            Self::Member { problem, .. } | Self::InFile { problem, .. } => problem.hint(),
            Self::Excluded { .. } => Some("give one of the two".to_owned()),
            Self::Removed { instead, .. } => Some(instead.clone()),
            _ => None,
        }
    }

    /// The same problem of what a file holds.
    pub(crate) fn in_file(mut self, file: &str, content: &str) -> Self {
        let line = match &mut self {
            Self::Literal(error) | Self::NotList { error, .. } => Some(place_in_line(error, content)),
            _ => None,
        };
        Self::InFile { file: shorten(file), line, problem: Box::new(self) }
    }
}

/// The line of an error, whose position is counted from its start from now on.
fn place_in_line(error: &mut LiteralError, content: &str) -> usize {
    // Literals are read without the space around them.
    let space = &content[..content.len() - content.trim_start().len()];
    let position = space.chars().count() + error.position.saturating_sub(1);
    let before: Vec<char> = content.chars().take(position).collect();
    error.position = before.iter().rev().take_while(|char| **char != '\n').count() + 1;
    before.iter().filter(|char| **char == '\n').count() + 1
}

/// A list with this one item.
fn one_item(text: &str) -> String {
    if text.contains(['"', '\\']) {
        return render_literal(&Value::strings([text]));
    }
    format!("[\"{text}\"]")
}
