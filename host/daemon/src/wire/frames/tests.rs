//! However the bytes are cut, the same frames come out; garbage is an error and costs no memory.

use super::*;
use pants_process::nailgun::write_chunk;
use proptest::prelude::*;

const LONGEST: usize = 1 << 20;

/// Reads at most so many bytes at once.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(buffer.len());
        self.0.read(&mut buffer[..count])
    }
}

/// The payloads of a stream that arrives in pieces, and whether it ended between two frames.
fn check(bytes: &[u8], piece: usize) -> Result<(Vec<Vec<u8>>, bool), FrameError> {
    let mut from = Trickle(bytes, piece);
    let mut buffer = FrameBuffer::with_capacity(16);
    let mut found = Vec::new();
    loop {
        while let Some((_, payload)) = buffer.next(LONGEST)? {
            found.push(payload.to_vec());
        }
        if buffer.fill(&mut from)? == 0 {
            return Ok((found, buffer.is_empty()));
        }
    }
}

#[test]
fn a_promise_of_bytes_takes_no_memory() {
    let mut buffer = FrameBuffer::with_capacity(64);
    buffer.fill(&mut &b"\0\x0f\0\0A..."[..]).expect("memory does not fail");
    assert!(buffer.next(LONGEST).expect("it is not too long").is_none());
    assert_eq!(buffer.bytes.len(), 64);
    let mut buffer = FrameBuffer::with_capacity(64);
    buffer.fill(&mut &b"\0\x10\0\x01A..."[..]).expect("memory does not fail");
    assert!(matches!(buffer.next(LONGEST), Err(FrameError::TooLong { length: 0x10_0001, limit: LONGEST })));
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_not_empty() {
    assert!(!check(b"\0\0\0\x05Ahell", 64).expect("nothing is wrong yet").1);
    assert!(!check(b"\0\0", 64).expect("nothing is wrong yet").1);
    assert!(check(b"\0\0\0\x05Ahello", 64).expect("nothing is wrong").1);
}

proptest! {
    #[test]
    fn pieces_do_not_matter(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8), piece in 1usize..100) {
        let mut bytes = Vec::new();
        for payload in &payloads {
            write_chunk(&mut bytes, ChunkKind::Stdout, payload).expect("memory does not fail");
        }
        let (found, is_whole) = check(&bytes, piece).expect("what was written is right");
        prop_assert!(is_whole);
        prop_assert_eq!(found, payloads);
    }

    #[test]
    fn garbage_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), piece in 1usize..50) {
        let _ = check(&bytes, piece);
    }
}
