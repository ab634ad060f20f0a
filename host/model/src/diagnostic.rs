//! Places in files, and what is wrong there.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A place in a file of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// The file, relative to the build root.
    pub file: Arc<str>,
    /// The line, from 1; 0 means the whole file.
    pub line: u32,
    /// The column in characters, from 1; 0 means the whole line.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(f, "{}", self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The run goes on.
    Warning,
    /// The run fails.
    Error,
}

/// Something wrong at a place: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands, when it stands in a file.
    pub location: Option<Location>,
    /// What is wrong: a lower-case fragment without a full stop, user words in backticks.
    pub message: String,
    /// The source line with the place marked, ready to print; several lines.
    pub excerpt: Option<String>,
    /// What the user may do, one line each.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(location: Location, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            location: Some(location),
            message: message.into(),
            excerpt: None,
            hints: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(location: Location, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(location, message) }
    }

    /// A warning that stands in no file.
    pub fn warning_without_place(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error_without_place(message) }
    }

    /// An error that stands in no file.
    pub fn error_without_place(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, location: None, message: message.into(), excerpt: None, hints: Vec::new() }
    }

    /// An error with everything behind it: its message, then each of its causes on a line of its own. A cause that says
    /// nothing new is left out.
    pub fn of_error(error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut told = text.clone();
        let mut cause = error.source();
        while let Some(error) = cause {
            let message = error.to_string();
            if message != told {
                text.push_str(&format!("\n  because: {}", message.replace('\n', "\n    ")));
            }
            told = message;
            cause = error.source();
        }
        Self::error_without_place(text)
    }

    /// The same as a warning: the run goes on.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    /// `where: what`, then the excerpt, then the hints on lines of their own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{}", excerpt.trim_end())?;
        }
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|layer| layer as &dyn Error)
        }
    }

    #[test]
    fn causes_and_hints_stand_on_lines_of_their_own() {
        let cause = Layer("no such file", Some(Box::new(Layer("no such file", None))));
        let error = Layer("cannot read `pants.toml`", Some(Box::new(cause)));
        let expected = "cannot read `pants.toml`\n  because: no such file\n  hint: create it";
        assert_eq!(Diagnostic::of_error(&error).hint("create it").to_string(), expected);
    }
}
