//! The documents of `P` frames: what our client and our server say beside Nailgun's own words.
//!
//! JSON, one document in a frame. A stock client is never sent one.

use pants_process::Foreground;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What a client says after its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromClient {
    /// It has read `accepted` and waits for the run: only now the run begins.
    Go {},
    /// The user wants the run to end (the first Ctrl-C).
    Cancel {},
    /// At once (the second).
    Kill {},
    /// One of its streams takes nothing more, and how the system called that.
    Gone {
        /// Which one.
        stream: OutputName,
        /// The system's number of the error: both sides are on one machine.
        errno: i32,
    },
    /// All that came before the `flush` of this number is written.
    Written {
        /// The number.
        number: u64,
    },
}

/// What a server says beside output and exit code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FromServer {
    /// The request will be carried out by this process, as soon as the client says `go`.
    Accepted {
        /// The daemon.
        pid: u32,
    },
    /// It will not be, and nothing was done.
    Refused(Refusal),
    /// The client is to say when everything before this is written.
    Flush {
        /// To be named in the answer.
        number: u64,
    },
    /// The run ended; the client becomes this program.
    Foreground(ForegroundDocument),
    /// How the daemon is.
    Status(serde_json::Value),
}

/// One of the two streams for output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OutputName {
    Stdout,
    Stderr,
}

/// Why a daemon does not take a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What a client may do about it.
    pub kind: RefusalKind,
    /// For the user: a fragment that says what is the matter.
    pub reason: String,
}

/// What a client may do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The daemon is another than the client needs: start another.
    Stale,
    /// It is about to end: start another, or wait.
    Ending,
    /// It has too many clients.
    Busy,
    /// The request is not understood, or its sender not trusted.
    Request,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// A [`Foreground`] as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForegroundDocument {
    argv: Vec<String>,
    env: BTreeMap<String, String>,
    working_directory: SystemText,
}

impl From<&Foreground> for ForegroundDocument {
    fn from(process: &Foreground) -> Self {
        let Foreground { argv, env, working_directory } = process;
        Self {
            argv: argv.clone(),
            env: env.clone(),
            working_directory: SystemText::from(working_directory.as_os_str()),
        }
    }
}

impl From<ForegroundDocument> for Foreground {
    fn from(document: ForegroundDocument) -> Self {
        let ForegroundDocument { argv, env, working_directory } = document;
        Self { argv, env, working_directory: OsString::from(working_directory).into() }
    }
}

/// A text of the system, which need not be UTF-8: readable where it is, exact in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SystemText {
    /// It is UTF-8.
    Text(String),
    /// It is not.
    Bytes(Vec<u8>),
}

impl From<&OsStr> for SystemText {
    fn from(text: &OsStr) -> Self {
        text.to_str().map_or_else(|| Self::Bytes(text.as_bytes().to_vec()), |text| Self::Text(text.to_owned()))
    }
}

impl From<SystemText> for OsString {
    fn from(text: SystemText) -> Self {
        match text {
            SystemText::Text(text) => text.into(),
            SystemText::Bytes(bytes) => OsString::from_vec(bytes),
        }
    }
}

/// A document as the payload of a frame.
pub(crate) fn encode<T: Serialize>(document: &T) -> Vec<u8> {
    serde_json::to_vec(document).expect("documents are made of texts, numbers and maps with texts for keys")
}

impl FromClient {
    /// The payload of a frame.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// What a payload says.
    pub(crate) fn decode(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }
}

impl FromServer {
    /// The payload of a frame.
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// What a payload says.
    pub(crate) fn decode(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::fmt::Debug;

    #[track_caller]
    fn check<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(document: T, expect: Expect) {
        let bytes = encode(&document);
        expect.assert_eq(&String::from_utf8_lossy(&bytes));
        assert_eq!(serde_json::from_slice::<T>(&bytes).expect("it was written a moment ago"), document);
    }

    #[test]
    fn documents_are_short_and_come_back() {
        check(FromClient::Go {}, expect![[r#"{"go":{}}"#]]);
        check(FromClient::Cancel {}, expect![[r#"{"cancel":{}}"#]]);
        check(FromClient::Kill {}, expect![[r#"{"kill":{}}"#]]);
        check(
            FromClient::Gone { stream: OutputName::Stdout, errno: 32 },
            expect![[r#"{"gone":{"stream":"stdout","errno":32}}"#]],
        );
        check(FromClient::Written { number: 3 }, expect![[r#"{"written":{"number":3}}"#]]);
        check(FromServer::Accepted { pid: 7 }, expect![[r#"{"accepted":{"pid":7}}"#]]);
        check(
            FromServer::Refused(Refusal { kind: RefusalKind::Ending, reason: "it was told to end".to_owned() }),
            expect![[r#"{"refused":{"kind":"ending","reason":"it was told to end"}}"#]],
        );
        check(FromServer::Flush { number: 3 }, expect![[r#"{"flush":{"number":3}}"#]]);
    }

    #[test]
    fn a_program_comes_back_with_a_directory_that_is_not_utf8() {
        for directory in [&b"/repo"[..], b"/repo/\xff"] {
            let process = Foreground {
                argv: vec!["python3".to_owned(), "-c".to_owned()],
                env: BTreeMap::from([("A".to_owned(), "b=c".to_owned())]),
                working_directory: OsStr::from_bytes(directory).into(),
            };
            let document = FromServer::Foreground(ForegroundDocument::from(&process));
            let FromServer::Foreground(back) = FromServer::decode(&document.encode()).expect("it comes back") else {
                panic!("another document")
            };
            assert_eq!(Foreground::from(back), process);
        }
    }
}
