//! The last lines of the daemon's log.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// How far back is looked for lines.
const MOST: u64 = 256 * 1024;

/// The last `count` lines of a log; nothing when there is none.
pub fn tail_of_log(path: &Path, count: usize) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    // Of a long log, the first line that was read has lost its beginning.
    let whole = &lines[usize::from(length > MOST).min(lines.len())..];
    let last = &whole[whole.len().saturating_sub(count)..];
    Ok(Some(last.iter().map(|line| format!("{line}\n")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_whole() {
        let directory = tempfile::tempdir().expect("tests have a temporary directory");
        let path = directory.path().join("pantsd.log");
        let tail = |count| tail_of_log(&path, count).expect("it can be read");
        assert_eq!(tail(2), None);
        let write = |text: &str| std::fs::write(&path, text).expect("the directory is ours");
        write("");
        assert_eq!(tail(2).as_deref(), Some(""));
        write("a\nb\nc");
        assert_eq!(tail(2).as_deref(), Some("b\nc\n"));
        write(&format!("{}\nlast\n", "x".repeat(300_000)));
        assert_eq!(tail(9).as_deref(), Some("last\n"));
    }
}
