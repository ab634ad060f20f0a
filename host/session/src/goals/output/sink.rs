//! Where the bytes of a goal end up: standard output, or a file that appears when it is whole.

use super::Stop;
use crate::whole_file;
use pants_engine::{Context, TaskError};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Takes the bytes of a goal.
pub(crate) trait Sink {
    /// Takes a portion.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop>;
    /// Everything was said.
    fn finish(self: Box<Self>) -> Result<(), Stop>;
}

/// Standard output of whoever asked.
pub(crate) struct StandardOutput(pub(crate) Context);

impl Sink for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if !bytes.is_empty() {
            self.0.print(bytes);
        }
        if self.0.has_reader() { Ok(()) } else { Err(Stop::Unread) }
    }

    fn finish(self: Box<Self>) -> Result<(), Stop> {
        Ok(())
    }
}

/// `--output-file`: whoever looks for the file finds it as it was or whole, whatever happens to the run.
pub(crate) struct FileSink {
    /// As it was typed.
    name: String,
    writer: FileWriter,
}

enum FileWriter {
    /// Beside its destination, which it replaces in the end.
    Beside(BufWriter<NamedTempFile>, PathBuf),
    /// What is no regular file cannot be replaced: a pipe, `/dev/null`.
    Into(BufWriter<File>),
}

impl FileSink {
    /// Opens a file that is named relative to the build root.
    pub(crate) fn create(name: &str, build_root: &Path) -> Result<Self, TaskError> {
        let fail = |error| cannot_write(name, error);
        let path = build_root.join(name);
        let writer = match path.metadata() {
            Ok(there) if there.is_dir() => {
                return Err(TaskError::failed(format!("cannot write `{name}`: it is a directory")));
            }
            Ok(there) if !there.is_file() => {
                FileWriter::Into(BufWriter::new(File::options().write(true).open(&path).map_err(fail)?))
            }
            // A link stays one; what it leads to is replaced.
            Ok(_) => Self::beside(path.canonicalize().map_err(fail)?, name)?,
            Err(_) => Self::beside(path, name)?,
        };
        Ok(Self { name: name.to_owned(), writer })
    }

    fn beside(path: PathBuf, name: &str) -> Result<FileWriter, TaskError> {
        let directory = path.parent().filter(|parent| parent.is_dir()).ok_or_else(|| {
            let parent = Path::new(name).parent().unwrap_or(Path::new(name)).display();
            TaskError::failed(format!("cannot write `{name}`: there is no directory `{parent}`"))
                .hint("`--output-file` is relative to the build root, and its directory must exist")
        })?;
        let file = whole_file::begin(directory).map_err(|error| cannot_write(name, error))?;
        Ok(FileWriter::Beside(BufWriter::new(file), path))
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let written = match &mut self.writer {
            FileWriter::Beside(writer, _) => writer.write_all(bytes),
            FileWriter::Into(writer) => writer.write_all(bytes),
        };
        Ok(written.map_err(|error| cannot_write(&self.name, error))?)
    }

    fn finish(self: Box<Self>) -> Result<(), Stop> {
        let name = self.name;
        let fail = |error| cannot_write(&name, error);
        match self.writer {
            FileWriter::Beside(writer, path) => {
                let file = writer.into_inner().map_err(|error| fail(error.into_error()))?;
                file.persist(path).map_err(|error| fail(error.error))?;
            }
            FileWriter::Into(mut writer) => writer.flush().map_err(fail)?,
        }
        Ok(())
    }
}

fn cannot_write(name: &str, error: std::io::Error) -> TaskError {
    TaskError::failed(format!("cannot write `{name}`")).caused_by(error)
}
