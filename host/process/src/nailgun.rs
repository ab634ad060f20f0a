//! The frames of the Nailgun protocol, spoken with persistent workers and with the daemon's clients.
//!
//! A frame is the payload's length (four bytes, big-endian), one byte for its kind, and the payload. Knows no order of
//! frames: who may say what when is for the two sides. Lengths come from outside, so they have a limit, and memory is
//! taken only for bytes that have arrived.

use std::io::{self, Read, Write};

/// The length of what stands before a payload.
pub const HEADER_LENGTH: usize = 5;

/// The longest payload that is read or written.
pub const MAX_PAYLOAD: usize = 16 * 1024 * 1024;

/// What a frame means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkKind {
    /// `A`: one argument.
    Argument,
    /// `E`: one variable of the environment, `NAME=value`.
    Environment,
    /// `D`: the working directory.
    WorkingDirectory,
    /// `C`: the command; ends the request.
    Command,
    /// `0`: bytes for standard input.
    Stdin,
    /// `.`: the end of standard input.
    StdinEnd,
    /// `S`: the server is ready for standard input.
    StartStdin,
    /// `1`: bytes from standard output.
    Stdout,
    /// `2`: bytes from standard error.
    Stderr,
    /// `X`: the exit code in decimal digits; ends the answer.
    Exit,
    /// `P`: the server's process id in decimal digits (Pants).
    ProcessId,
    /// `G`: the server's process group, negative, in decimal digits (Pants).
    ProcessGroup,
    /// `H`: the client is still there.
    Heartbeat,
}

impl ChunkKind {
    const ALL: [(u8, ChunkKind); 13] = [
        (b'A', ChunkKind::Argument),
        (b'E', ChunkKind::Environment),
        (b'D', ChunkKind::WorkingDirectory),
        (b'C', ChunkKind::Command),
        (b'0', ChunkKind::Stdin),
        (b'.', ChunkKind::StdinEnd),
        (b'S', ChunkKind::StartStdin),
        (b'1', ChunkKind::Stdout),
        (b'2', ChunkKind::Stderr),
        (b'X', ChunkKind::Exit),
        (b'P', ChunkKind::ProcessId),
        (b'G', ChunkKind::ProcessGroup),
        (b'H', ChunkKind::Heartbeat),
    ];

    fn from_byte(byte: u8) -> Result<Self, FrameError> {
        let found = Self::ALL.iter().find(|(known, _)| *known == byte);
        found.map(|(_, kind)| *kind).ok_or(FrameError::UnknownKind { byte })
    }

    fn to_byte(self) -> u8 {
        let found = Self::ALL.iter().find(|(_, kind)| *kind == self);
        found.expect("the table has every kind").0
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// What it means.
    pub kind: ChunkKind,
    /// Its bytes.
    pub payload: Vec<u8>,
}

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// No frame begins with this byte.
    #[error("unknown frame kind {byte:#04x}")]
    UnknownKind {
        /// The byte.
        byte: u8,
    },
    /// The payload is longer than is allowed.
    #[error("frame of {length} bytes is longer than the allowed {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Truncated,
    /// The stream failed.
    #[error("cannot exchange frames")]
    Io(#[from] io::Error),
}

/// Reads one frame; `None` when the stream ends where a frame would begin.
pub fn read_chunk(from: &mut impl Read) -> Result<Option<Chunk>, FrameError> {
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    from.by_ref().take(HEADER_LENGTH as u64).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(None);
    }
    let (kind, length) = decode_header(&header)?.ok_or(FrameError::Truncated)?;
    let mut payload = Vec::new();
    from.by_ref().take(length as u64).read_to_end(&mut payload)?;
    if payload.len() < length {
        return Err(FrameError::Truncated);
    }
    Ok(Some(Chunk { kind, payload }))
}

/// Writes one frame.
pub fn write_chunk(to: &mut impl Write, kind: ChunkKind, payload: &[u8]) -> Result<(), FrameError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(FrameError::TooLong { length: payload.len(), limit: MAX_PAYLOAD });
    }
    to.write_all(&encode_header(kind, payload.len()))?;
    to.write_all(payload)?;
    Ok(())
}

/// What stands before a payload of this length.
///
/// # Panics
///
/// When the length is beyond [`MAX_PAYLOAD`].
pub fn encode_header(kind: ChunkKind, length: usize) -> [u8; HEADER_LENGTH] {
    assert!(length <= MAX_PAYLOAD, "a payload of {length} bytes is nobody's");
    let length = u32::try_from(length).expect("the limit fits into four bytes");
    let mut header = [0; HEADER_LENGTH];
    header[..4].copy_from_slice(&length.to_be_bytes());
    header[4] = kind.to_byte();
    header
}

/// Takes the first frame from the front of a buffer; `None` when it has not arrived completely.
pub(crate) fn take_chunk(buffer: &mut Vec<u8>) -> Result<Option<Chunk>, FrameError> {
    let Some((kind, length)) = decode_header(buffer)? else { return Ok(None) };
    let end = HEADER_LENGTH + length;
    if buffer.len() < end {
        return Ok(None);
    }
    let payload = buffer[HEADER_LENGTH..end].to_vec();
    buffer.drain(..end);
    Ok(Some(Chunk { kind, payload }))
}

/// Kind and payload length, from the bytes that a frame begins with; `None` when the header is not complete.
pub fn decode_header(bytes: &[u8]) -> Result<Option<(ChunkKind, usize)>, FrameError> {
    let Some((header, _)) = bytes.split_first_chunk::<HEADER_LENGTH>() else { return Ok(None) };
    let [a, b, c, d, kind] = *header;
    let kind = ChunkKind::from_byte(kind)?;
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if length > MAX_PAYLOAD {
        return Err(FrameError::TooLong { length, limit: MAX_PAYLOAD });
    }
    Ok(Some((kind, length)))
}

#[cfg(test)]
mod tests;
