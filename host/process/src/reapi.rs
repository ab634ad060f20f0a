//! Messages of the Remote Execution API, version 2, as far as keys and stored results need them.
//!
//! Declared by hand, with the field numbers of `build.bazel.remote.execution.v2`, because a key must be the bytes that
//! any server of that API would compute: fields in order of their numbers, defaults left out, lists in the order that
//! the API calls canonical (whoever fills a message sorts). Knows nothing of files or processes.

use crate::digest;
use pants_model::Fingerprint;
use prost::Message;

/// A blob by hash and size.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub(crate) struct Digest {
    #[prost(string, tag = "1")]
    pub(crate) hash: String,
    #[prost(int64, tag = "2")]
    pub(crate) size_bytes: i64,
}

impl Digest {
    /// The digest of a message's encoding.
    pub(crate) fn of_message(message: &impl Message) -> digest::Digest {
        digest::Digest::of_bytes(&message.encode_to_vec())
    }

    /// The digest as the rest of the crate names it; `None` when it is not one.
    pub(crate) fn parse(&self) -> Option<digest::Digest> {
        let hash = Fingerprint::from_hex(&self.hash)?;
        Some(digest::Digest { hash, size: u64::try_from(self.size_bytes).ok()? })
    }
}

impl From<digest::Digest> for Digest {
    fn from(digest: digest::Digest) -> Self {
        let size_bytes = i64::try_from(digest.size).expect("no file is longer than file offsets reach");
        Self { hash: digest.hash.to_hex(), size_bytes }
    }
}

/// What to run: arguments, environment and outputs.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Command {
    #[prost(string, repeated, tag = "1")]
    pub(crate) arguments: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) environment_variables: Vec<EnvironmentVariable>,
    #[prost(message, optional, tag = "5")]
    pub(crate) platform: Option<Platform>,
    #[prost(string, tag = "6")]
    pub(crate) working_directory: String,
    #[prost(string, repeated, tag = "7")]
    pub(crate) output_paths: Vec<String>,
}

/// One variable of the environment.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct EnvironmentVariable {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// A command with its inputs; its digest is the key of every cache.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Action {
    #[prost(message, optional, tag = "1")]
    pub(crate) command_digest: Option<Digest>,
    #[prost(message, optional, tag = "2")]
    pub(crate) input_root_digest: Option<Digest>,
    #[prost(message, optional, tag = "6")]
    pub(crate) timeout: Option<Duration>,
    #[prost(bool, tag = "7")]
    pub(crate) do_not_cache: bool,
    #[prost(bytes = "vec", tag = "9")]
    pub(crate) salt: Vec<u8>,
    #[prost(message, optional, tag = "10")]
    pub(crate) platform: Option<Platform>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Duration {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

/// Where an action can run, as properties sorted by name, then value.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Platform {
    #[prost(message, repeated, tag = "1")]
    pub(crate) properties: Vec<Property>,
}

/// One property of a platform.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Message)]
pub(crate) struct Property {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// One directory; each list sorted by name.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Directory {
    #[prost(message, repeated, tag = "1")]
    pub(crate) files: Vec<FileNode>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) directories: Vec<DirectoryNode>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) symlinks: Vec<SymlinkNode>,
}

/// A file in a directory.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct FileNode {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) digest: Option<Digest>,
    #[prost(bool, tag = "4")]
    pub(crate) is_executable: bool,
}

/// A directory in a directory.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DirectoryNode {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) digest: Option<Digest>,
}

/// A symbolic link in a directory.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SymlinkNode {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) target: String,
}

/// A directory with everything below it.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tree {
    #[prost(message, optional, tag = "1")]
    pub(crate) root: Option<Directory>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) children: Vec<Directory>,
}

/// What running an action gave.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct ActionResult {
    #[prost(message, repeated, tag = "2")]
    pub(crate) output_files: Vec<OutputFile>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) output_directories: Vec<OutputDirectory>,
    #[prost(int32, tag = "4")]
    pub(crate) exit_code: i32,
    #[prost(bytes = "vec", tag = "5")]
    pub(crate) stdout_raw: Vec<u8>,
    #[prost(message, optional, tag = "6")]
    pub(crate) stdout_digest: Option<Digest>,
    #[prost(bytes = "vec", tag = "7")]
    pub(crate) stderr_raw: Vec<u8>,
    #[prost(message, optional, tag = "8")]
    pub(crate) stderr_digest: Option<Digest>,
    #[prost(message, repeated, tag = "12")]
    pub(crate) output_symlinks: Vec<OutputSymlink>,
}

/// A file that an action wrote.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct OutputFile {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) digest: Option<Digest>,
    #[prost(bool, tag = "4")]
    pub(crate) is_executable: bool,
}

/// A directory that an action wrote: the digest of its [`Tree`].
#[derive(Clone, PartialEq, Message)]
pub(crate) struct OutputDirectory {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(message, optional, tag = "3")]
    pub(crate) tree_digest: Option<Digest>,
}

/// A symbolic link that an action wrote.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct OutputSymlink {
    #[prost(string, tag = "1")]
    pub(crate) path: String,
    #[prost(string, tag = "2")]
    pub(crate) target: String,
}
