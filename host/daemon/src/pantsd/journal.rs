//! The daemon's own log: `pantsd.log`.

use jiff::Zoned;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The daemon's own log.
pub(super) struct Journal(Mutex<File>);

impl Journal {
    /// Goes on at the end of a file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        File::options().append(true).create(true).open(path).map(|file| Self(Mutex::new(file)))
    }

    /// Writes lines, with the time and the process before them.
    pub(super) fn write(&self, text: &str) {
        let stamp = Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let line = format!("{stamp} [pid {}] {text}\n", std::process::id());
        // There is nobody to tell of a log that cannot be written.
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}
