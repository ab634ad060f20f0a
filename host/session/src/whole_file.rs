//! Files that appear when they are whole: whoever looks for one finds it as it was, or complete.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tempfile::NamedTempFile;

/// A file that is to take a place in this directory when all is written.
///
/// Its name means nothing to anybody: errors do not tell it.
pub(crate) fn begin(directory: &Path) -> io::Result<NamedTempFile> {
    let mut temporary = tempfile::Builder::new();
    temporary.prefix(".pants-");
    let mut refusal = None;
    let begun = temporary.make_in(directory, |path| {
        // The umask takes away what it takes away of any new file.
        let opened = File::options().read(true).write(true).create_new(true).mode(0o666).open(path);
        opened.inspect_err(|error| refusal = error.raw_os_error())
    });
    begun.map_err(|error| refusal.map_or_else(|| error.kind().into(), io::Error::from_raw_os_error))
}

/// Writes a file that must not be there yet, into a directory that is.
pub(crate) fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = begin(directory_of(path)?)?;
    file.write_all(text.as_bytes())?;
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

/// Puts a file in place of an earlier one, with the directories above it.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let directory = directory_of(path)?;
    std::fs::create_dir_all(directory)?;
    let mut file = begin(directory)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn directory_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::read_to_string;

    #[test]
    fn a_file_is_created_once_and_replaced_as_often_as_one_likes() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("file");
        create(&path, "first").expect("nothing is in the way");
        let again = create(&path, "second").expect_err("it is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read_to_string(&path).expect("it is there"), "first");
        replace(&path, "third").expect("it may be replaced");
        assert_eq!(read_to_string(&path).expect("it is there"), "third");
        let below = directory.path().join("a/b/file");
        let nowhere = create(&below, "").expect_err("there is no directory");
        assert_eq!(nowhere.kind(), io::ErrorKind::NotFound);
        assert_eq!(
            nowhere.to_string(),
            "No such file or directory (os error 2)",
            "as the system says it, without a name"
        );
        replace(&below, "new").expect("directories are made");
        assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 2, "nothing else is left");
    }
}
