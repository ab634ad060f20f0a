//! A writer that tests can look into.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Bytes shared by a writer and its test.
#[derive(Clone, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub(crate) fn text(&self) -> String {
        let bytes = self.0.lock().expect("no writer panicked");
        String::from_utf8_lossy(&bytes).replace('\x1b', "ESC").replace('\r', "CR")
    }

    pub(crate) fn add(&self, title: &str, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().expect("no writer panicked");
        all.extend_from_slice(title.as_bytes());
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add("", bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
