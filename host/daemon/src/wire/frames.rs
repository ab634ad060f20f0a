//! Frames out of bytes, as they arrive.
//!
//! A buffer that lends the payloads it holds: what a client relays to its terminal is not copied. It grows with what has
//! arrived, never with what a header promises.

use pants_process::nailgun::{ChunkKind, FrameError, HEADER_LENGTH, decode_header};
use std::io::{self, Read};

/// The bytes that have arrived and were not taken yet.
pub(crate) struct FrameBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl FrameBuffer {
    /// An empty buffer that takes this many bytes at once.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: vec![0; capacity.max(HEADER_LENGTH)], start: 0, end: 0 }
    }

    /// Reads once; 0 at the end of the stream.
    pub(crate) fn fill(&mut self, from: &mut impl Read) -> io::Result<usize> {
        self.make_room();
        let count = from.read(&mut self.bytes[self.end..])?;
        self.end += count;
        Ok(count)
    }

    /// Takes the first frame, if it has arrived completely. A payload longer than `longest` never does.
    pub(crate) fn next(&mut self, longest: usize) -> Result<Option<(ChunkKind, &[u8])>, FrameError> {
        let Some((kind, length)) = decode_header(&self.bytes[self.start..self.end])? else { return Ok(None) };
        if length > longest {
            return Err(FrameError::TooLong { length, limit: longest });
        }
        let payload = self.start + HEADER_LENGTH;
        if self.end - payload.min(self.end) < length {
            return Ok(None);
        }
        self.start = payload + length;
        Ok(Some((kind, &self.bytes[payload..payload + length])))
    }

    /// Whether everything that arrived was taken: a stream may end here.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn make_room(&mut self) {
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
        }
        if self.end < self.bytes.len() {
            return;
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else {
            self.bytes.resize(self.bytes.len() * 2, 0);
        }
    }
}

#[cfg(test)]
mod tests;
