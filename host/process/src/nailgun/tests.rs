//! Frames survive the way out and back; whatever else arrives is an error, never a panic.

use super::*;
use proptest::prelude::*;

#[test]
fn frames_go_out_as_nailgun_has_them() {
    let mut bytes = Vec::new();
    write_chunk(&mut bytes, ChunkKind::Argument, b"hi").expect("memory does not fail");
    write_chunk(&mut bytes, ChunkKind::StdinEnd, b"").expect("memory does not fail");
    assert_eq!(bytes, b"\0\0\0\x02Ahi\0\0\0\0.");
}

#[test]
fn every_kind_comes_back() {
    let mut bytes = Vec::new();
    for (_, kind) in ChunkKind::ALL {
        write_chunk(&mut bytes, kind, format!("{kind:?}").as_bytes()).expect("memory does not fail");
    }
    let copy = bytes.clone();
    let mut reader = copy.as_slice();
    for (_, kind) in ChunkKind::ALL {
        let expect = Chunk { kind, payload: format!("{kind:?}").into_bytes() };
        assert_eq!(read_chunk(&mut reader).expect("what was written is right"), Some(expect.clone()));
        assert_eq!(take_chunk(&mut bytes).expect("what was written is right"), Some(expect));
    }
    assert_eq!(read_chunk(&mut reader).expect("the end is no error"), None);
    assert_eq!(take_chunk(&mut bytes).expect("the end is no error"), None);
}

/// Reads one frame and compares the error.
#[track_caller]
fn check(bytes: &[u8], expect: &str) {
    let error = read_chunk(&mut &*bytes).expect_err("the frame is bad");
    assert_eq!(error.to_string(), expect);
}

#[test]
fn bad_frames_are_errors() {
    check(b"\0\0", "the stream ended inside a frame");
    check(b"\0\0\0\x03Ahi", "the stream ended inside a frame");
    check(b"\0\0\0\0?", "unknown frame kind 0x3f");
    check(b"\xff\xff\xff\xffA", "frame of 4294967295 bytes is longer than the allowed 16777216");
    let error = write_chunk(&mut Vec::new(), ChunkKind::Stdout, &vec![0; MAX_PAYLOAD + 1]);
    assert_eq!(
        error.expect_err("it is too long").to_string(),
        "frame of 16777217 bytes is longer than the allowed 16777216"
    );
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut reader = bytes.as_slice();
        while let Ok(Some(_)) = read_chunk(&mut reader) {}
        let mut buffer = bytes.clone();
        while let Ok(Some(_)) = take_chunk(&mut buffer) {}
    }

    #[test]
    fn both_readers_agree(
        kinds in proptest::collection::vec(0..ChunkKind::ALL.len(), 0..5),
        payload in proptest::collection::vec(any::<u8>(), 0..9),
        cut in 0usize..80,
    ) {
        let mut bytes = Vec::new();
        for kind in kinds {
            write_chunk(&mut bytes, ChunkKind::ALL[kind].1, &payload).expect("memory does not fail");
        }
        bytes.truncate(cut);
        let (mut buffer, mut reader) = (bytes.clone(), bytes.as_slice());
        while let Some(taken) = take_chunk(&mut buffer).expect("only lengths are cut") {
            prop_assert_eq!(read_chunk(&mut reader).expect("it is there"), Some(taken));
        }
        let rest = read_chunk(&mut reader);
        prop_assert_eq!(rest.is_ok(), buffer.is_empty());
    }
}
