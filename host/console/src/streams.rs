//! Standard output and standard error of whoever is shown the run.
//!
//! A reader that went away (`pants list :: | head -1`) is no reason to fail a build: the first failure of a stream is
//! kept for whoever wants to know, and nothing more is written to it.

use std::io::{self, Write};

/// One stream.
pub(crate) struct Stream {
    writer: Box<dyn Write + Send>,
    failure: Option<io::ErrorKind>,
    /// Whether the last byte ended a line.
    is_at_line_start: bool,
    is_dirty: bool,
}

impl Stream {
    pub(crate) fn new(writer: Box<dyn Write + Send>) -> Self {
        Self { writer, failure: None, is_at_line_start: true, is_dirty: false }
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        self.is_at_line_start = *last == b'\n';
        self.is_dirty = true;
        self.attempt(|writer| writer.write_all(bytes));
    }

    /// Writes a text as lines of its own.
    pub(crate) fn line(&mut self, text: &str) {
        self.start_line();
        self.bytes(format!("{text}\n").as_bytes());
    }

    /// Ends a line that somebody left open.
    pub(crate) fn start_line(&mut self) {
        if !self.is_at_line_start {
            self.bytes(b"\n");
        }
    }

    /// Writes a control sequence: it leaves the place in the line as it is.
    pub(crate) fn control(&mut self, sequence: &str) {
        self.is_dirty = true;
        self.attempt(|writer| writer.write_all(sequence.as_bytes()));
    }

    pub(crate) fn flush(&mut self) {
        if std::mem::take(&mut self.is_dirty) {
            self.attempt(|writer| writer.flush());
        }
    }

    pub(crate) fn failure(&self) -> Option<io::ErrorKind> {
        self.failure
    }

    fn attempt(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.failure.is_none()
            && let Err(error) = write(&mut *self.writer)
        {
            self.failure = Some(error.kind());
        }
    }
}
