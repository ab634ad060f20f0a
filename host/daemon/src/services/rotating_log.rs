//! A log file that does not grow without end: when it is full it is renamed, and the oldest of its kind goes.
//!
//! Each text is written at once, at the end, so texts of several processes never mix within a line. Files are only ever
//! renamed and removed, never cut, so whoever follows one reads it to its end, and a crash loses no line. A file that
//! somebody else has renamed or removed is made anew.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A log file and its predecessors: `pantsd.log`, `pantsd.log.1`, and so on, the older the higher.
#[derive(Debug)]
pub struct RotatingLog {
    path: PathBuf,
    limit: u64,
    predecessors: usize,
    file: Mutex<Option<File>>,
}

impl RotatingLog {
    /// Goes on at the end of a file, which is made if it is missing; beyond `limit` bytes it is renamed, and so many
    /// predecessors are kept.
    pub fn open(path: PathBuf, limit: u64, predecessors: usize) -> io::Result<Self> {
        let log = Self { path, limit, predecessors, file: Mutex::new(None) };
        *log.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(log.append_to()?);
        Ok(log)
    }

    /// Writes a text that ends in a line break.
    pub fn write(&self, text: &[u8]) -> io::Result<()> {
        let mut kept = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match kept.take() {
            Some(file) if self.is_current(&file) => file,
            _ => self.append_to()?,
        };
        let length = file.metadata()?.len();
        if length > 0 && length + text.len() as u64 > self.limit {
            self.rotate()?;
            file = self.append_to()?;
        }
        let written = file.write_all(text);
        *kept = Some(file);
        written
    }

    fn append_to(&self) -> io::Result<File> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        File::options().append(true).create(true).open(&self.path)
    }

    /// Whether the open file is still the one of its name.
    fn is_current(&self, file: &File) -> bool {
        let same =
            |ours: &fs::Metadata, theirs: &fs::Metadata| (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino());
        matches!((&file.metadata(), &fs::metadata(&self.path)), (Ok(ours), Ok(theirs)) if same(ours, theirs))
    }

    /// Renames from the oldest on, each onto its elder: a crash in between leaves a gap and loses nothing.
    fn rotate(&self) -> io::Result<()> {
        if self.predecessors == 0 {
            return remove(&self.path);
        }
        for age in (1..self.predecessors).rev() {
            rename(&self.predecessor(age), &self.predecessor(age + 1))?;
        }
        rename(&self.path, &self.predecessor(1))
    }

    fn predecessor(&self, age: usize) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(format!(".{age}"));
        name.into()
    }
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    unless_missing(fs::rename(from, to))
}

fn remove(path: &Path) -> io::Result<()> {
    unless_missing(fs::remove_file(path))
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_else(|_| "-".to_owned())
    }

    #[test]
    fn a_full_log_is_renamed_and_so_many_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("made/pantsd.log");
        let log = RotatingLog::open(path.clone(), 8, 2).unwrap();
        let check = |text: &str, expected: [&str; 4]| {
            log.write(text.as_bytes()).unwrap();
            let all = ["", ".1", ".2", ".3"].map(|age| read(&path.with_extension(format!("log{age}"))));
            assert_eq!(all, expected);
        };
        check("one\n", ["one\n", "-", "-", "-"]);
        check("two\n", ["one\ntwo\n", "-", "-", "-"]);
        check("three\n", ["three\n", "one\ntwo\n", "-", "-"]);
        check("longer than the limit\n", ["longer than the limit\n", "three\n", "one\ntwo\n", "-"]);
        check("five\n", ["five\n", "longer than the limit\n", "three\n", "-"]);
    }

    #[test]
    fn it_goes_on_where_it_was_and_counts_what_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pantsd.log");
        RotatingLog::open(path.clone(), 8, 1).unwrap().write(b"one\n").unwrap();
        let log = RotatingLog::open(path.clone(), 8, 1).unwrap();
        log.write(b"two\n").unwrap();
        assert_eq!(read(&path), "one\ntwo\n");
        log.write(b"three\n").unwrap();
        assert_eq!(read(&path), "three\n");
    }

    #[test]
    fn a_log_that_was_removed_or_renamed_by_others_is_made_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pantsd.log");
        let log = RotatingLog::open(path.clone(), 100, 1).unwrap();
        fs::remove_file(&path).unwrap();
        log.write(b"one\n").unwrap();
        fs::rename(&path, directory.path().join("mine")).unwrap();
        log.write(b"two\n").unwrap();
        assert_eq!(read(&path), "two\n");
    }

    #[test]
    fn texts_of_many_threads_stay_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pantsd.log");
        let log = RotatingLog::open(path.clone(), 1 << 20, 3).unwrap();
        std::thread::scope(|threads| {
            for thread in 0..4 {
                let log = &log;
                threads.spawn(move || {
                    for line in 0..100 {
                        log.write(format!("{thread} {line} is a whole line\n").as_bytes()).unwrap();
                    }
                });
            }
        });
        let text = read(&path);
        assert_eq!(text.lines().filter(|line| line.ends_with("is a whole line")).count(), 400);
    }
}
