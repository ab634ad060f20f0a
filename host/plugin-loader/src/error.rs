//! Why plugins were not loaded: data first, one line each.
//!
//! Every error that is about one file names that file, and every fault is one clause that can follow the file's name.

use pants_model::Fingerprint;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why the plugins of a run could not be loaded or registered.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// One file is wrong.
    #[error("{}: {fault}", file.display())]
    Plugin {
        /// The file, as it was configured or found.
        file: PathBuf,
        /// What is wrong with it.
        fault: PluginFault,
    },
    /// No file with this backend id was found.
    #[error("no plugin provides the backend `{id}`")]
    UnknownBackend {
        /// The id or plugin name that pants.toml enables.
        id: String,
        /// The directories that were searched, in order.
        searched: Vec<PathBuf>,
        /// The id that was probably meant.
        suggestion: Option<String>,
    },
    /// Two files of one place claim the same backend id.
    #[error("the backend `{id}` is provided by two files: {} and {}", first.display(), second.display())]
    Ambiguous {
        /// The id in both headers.
        id: String,
        /// One of the files.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// Two plugins, or a plugin and the host, register the same thing.
    #[error("{}: {what} is already registered by {first}", second.display())]
    Conflict {
        /// What both register: "the symbol `java_library`".
        what: String,
        /// Who registered it first.
        first: Owner,
        /// The file that registers it again.
        second: PathBuf,
    },
    /// The lock file that pins third-party plugins is wrong.
    #[error("{}:{line}: {message}", file.display())]
    LockFile {
        /// The lock file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The lock file exists but cannot be read.
    #[error("{}: the lock file of plugins cannot be read", file.display())]
    LockFileUnreadable {
        /// The lock file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl LoadError {
    pub(crate) fn plugin(file: impl Into<PathBuf>, fault: impl Into<PluginFault>) -> Self {
        Self::Plugin { file: file.into(), fault: fault.into() }
    }

    /// What the user may do about it, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Plugin { fault, .. } => fault.hints(),
            Self::UnknownBackend { searched, suggestion, .. } => unknown_backend_hints(searched, suggestion.as_deref()),
            Self::Ambiguous { .. } => vec!["remove one of them, or name the one you want in `[GLOBAL] plugins`".into()],
            Self::Conflict { what, .. } if what.starts_with("the goal") => {
                vec!["a goal is replaced on purpose with the placement `replace`".into()]
            }
            Self::Conflict { .. } | Self::LockFile { .. } | Self::LockFileUnreadable { .. } => Vec::new(),
        }
    }
}

fn unknown_backend_hints(searched: &[PathBuf], suggestion: Option<&str>) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(suggestion) = suggestion {
        hints.push(format!("did you mean `{suggestion}`?"));
    }
    if !searched.is_empty() {
        let searched: Vec<String> = searched.iter().map(|dir| dir.display().to_string()).collect();
        hints.push(format!("searched {}", searched.join(", ")));
    }
    hints.push("name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`".into());
    hints
}

/// Who registered something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The host itself.
    Host,
    /// The plugin of this file.
    Plugin(PathBuf),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Plugin(file) => file.display().fmt(f),
        }
    }
}

/// What is wrong with one plugin file.
#[derive(Debug, thiserror::Error)]
pub enum PluginFault {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// A link that leads nowhere.
    #[error("is a link to {}, which does not exist", to.display())]
    DanglingLink {
        /// Where it points.
        to: PathBuf,
    },
    /// A directory.
    #[error("is a directory, not a plugin")]
    Directory,
    /// A pipe, a socket or a device.
    #[error("is not a regular file")]
    NotRegular,
    /// The system refused to read it.
    #[error("{action}: {source}")]
    Io {
        /// What failed: "cannot be read".
        action: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The system refused to write its private copy.
    #[error("cannot be copied into the caches in `{}`: {source}", directory.display())]
    NotCopied {
        /// Where the copies are kept.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not a file that any system could load here.
    #[error("is {kind}, not a shared library of this system")]
    NotALibrary {
        /// What it looks like.
        kind: FileKind,
    },
    /// A library for another kind of machine.
    #[error("is a library for {found}; this machine is {needed}")]
    OtherMachine {
        /// What the file says.
        found: String,
        /// What runs here.
        needed: &'static str,
    },
    /// The headers describe more bytes than the file has.
    #[error("is truncated: it has {len} bytes, and its headers describe {needed}")]
    Truncated {
        /// The size of the file.
        len: u64,
        /// The end of the last part that the headers describe.
        needed: u64,
    },
    /// A library that no plugin macro made.
    #[error("is a shared library but not a plugin: it does not export `PANTS_PLUGIN_HEADER`")]
    NotAPlugin,
    /// The exported header is not one.
    #[error("its plugin header is damaged: {reason}")]
    BadHeader {
        /// What is wrong with it.
        reason: String,
    },
    /// The header promises a root module that is not there, or is no root module.
    #[error("has a plugin header but no usable root module: {reason}")]
    BadRoot {
        /// What is wrong with it.
        reason: String,
    },
    /// Built against a plugin-api that this host does not speak.
    #[error("was built for plugin-api {plugin}; this host speaks {host}")]
    ApiVersion {
        /// The plugin's version.
        plugin: ApiVersion,
        /// The host's version.
        host: ApiVersion,
    },
    /// The plugin declares that it needs a newer host.
    #[error("needs a host with plugin-api {major}.{minor} or newer; this host speaks {host}")]
    HostTooOld {
        /// The major version of both.
        major: u32,
        /// The minor it needs.
        minor: u32,
        /// The host's version.
        host: ApiVersion,
    },
    /// A panic in it would end the process.
    #[error("was built with `panic = \"abort\"`; a plugin needs `panic = \"unwind\"`")]
    PanicAbort,
    /// Its types differ from the host's in spite of a matching version.
    #[error("its type `{type_name}` differs from the host's in spite of a matching version")]
    Layout {
        /// The type of plugin-api that differs.
        type_name: String,
    },
    /// The system's loader refused it.
    #[error("the system refused to load it: {reason}")]
    Refused {
        /// The loader's words without the path.
        reason: String,
    },
    /// A third-party plugin without a pinned checksum.
    #[error("is not pinned in {}", lock_file.display())]
    NotPinned {
        /// The lock file.
        lock_file: PathBuf,
        /// The backend id.
        id: String,
        /// Its checksum.
        found: Fingerprint,
    },
    /// The bytes are not those that were pinned.
    #[error("its checksum is {found}, and {} pins {}", lock_file.display(), all_of(pinned))]
    WrongChecksum {
        /// The lock file.
        lock_file: PathBuf,
        /// The checksums that are pinned for its backend id.
        pinned: Vec<Fingerprint>,
        /// Its checksum.
        found: Fingerprint,
    },
    /// The file changed while it was being loaded.
    #[error("changed while it was being loaded")]
    Changed,
    /// `register` returned an error.
    #[error("register failed: {message}")]
    Register {
        /// The plugin's words.
        message: String,
    },
    /// `register` panicked.
    #[error("register panicked at {place}: {message}")]
    RegisterPanicked {
        /// File and line in the plugin's source.
        place: String,
        /// The panic's message.
        message: String,
    },
    /// It registered something that the host cannot take.
    #[error("registers something invalid: {message}")]
    Rejected {
        /// What, and why.
        message: String,
    },
}

impl PluginFault {
    fn hints(&self) -> Vec<String> {
        match self {
            Self::NotPinned { id, found, .. } => vec![
                format!(
                    "to trust this file, add to the lock file:\n    [[plugin]]\n    id = \"{id}\"\n    sha256 = \"{found}\""
                ),
                "`--allow-unpinned` loads it once without".into(),
            ],
            Self::WrongChecksum { .. } => {
                vec!["if the file was replaced on purpose, pin its new checksum".into()]
            }
            Self::ApiVersion { host, .. } => {
                vec![format!("rebuild the plugin against plugin-api {}", host.major)]
            }
            Self::NotCopied { .. } => {
                vec!["`XDG_CACHE_HOME` or `[GLOBAL] local_store_dir` names another directory for caches".into()]
            }
            Self::PanicAbort => vec!["remove `panic = \"abort\"` from the profile the plugin is built with".into()],
            Self::Truncated { .. } => vec!["build or download it again".into()],
            Self::NotAPlugin => vec!["a plugin's crate calls `plugin_api::export_backend!`".into()],
            _ => Vec::new(),
        }
    }

    /// Whether the file may have been a plugin once; what never was one is passed over in a search.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::NotALibrary { kind } => *kind == FileKind::Empty,
            Self::NotAPlugin | Self::Directory | Self::NotRegular => false,
            _ => true,
        }
    }

    pub(crate) fn unreadable(source: io::Error) -> Self {
        Self::Io { action: "cannot be read", source }
    }
}

fn all_of(checksums: &[Fingerprint]) -> String {
    checksums.iter().map(Fingerprint::to_string).collect::<Vec<_>>().join(" and ")
}

/// What a file that is no library of this system looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// No bytes at all.
    Empty,
    /// Text.
    Text,
    /// A Windows executable or library.
    WindowsPe,
    /// A macOS executable or library.
    MachO,
    /// A program, not a library.
    Executable,
    /// An ELF file that is neither program nor library: an object or a core dump.
    ElfObject,
    /// An archive of objects (`.a`, `.rlib`).
    Archive,
    /// None of the above.
    Unknown,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::Text => "a text file",
            Self::WindowsPe => "a Windows program or library",
            Self::MachO => "a macOS program or library",
            Self::Executable => "a program",
            Self::ElfObject => "an object file",
            Self::Archive => "a static library",
            Self::Unknown => "a file of unknown format",
        })
    }
}

/// A version of plugin-api.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Changes on a break; the host accepts one.
    pub major: u32,
    /// Grows with additions.
    pub minor: u32,
    /// Changes nothing on the wire.
    pub patch: u32,
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What takes the place of the Python packages that were plugins of Pants v1.
pub const INSTEAD_OF_PYTHON_PACKAGES: &str = "a plugin here is a library, named in `[GLOBAL] plugins` by its path or its \
    name, and target types without one may be listed in `[build-files] opaque_types`";

/// Something the user should see once; the run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadWarning {
    /// Backends of the Pants v1 years that have no counterpart here.
    UnsupportedBackends {
        /// The ids in pants.toml, at least one.
        ids: Vec<String>,
    },
    /// `plugins` lists Python packages, which were plugins of Pants v1.
    PythonPackages {
        /// The requirements as written.
        packages: Vec<String>,
    },
    /// A third-party plugin was loaded without a pinned checksum because the user allowed it.
    Unpinned {
        /// The file.
        file: PathBuf,
        /// Its backend id.
        id: String,
    },
}

impl fmt::Display for LoadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnsupportedBackends { ids } => write!(
                f,
                "backends of older Pants versions have no counterpart here, and their goals are missing: `{}`",
                ids.join("`, `")
            ),
            Self::PythonPackages { packages } => write!(
                f,
                "plugins of Pants v1 are passed over: `{}`; {INSTEAD_OF_PYTHON_PACKAGES}",
                packages.join("`, `")
            ),
            Self::Unpinned { file, id } => {
                write!(f, "{}: the plugin `{id}` was loaded without a pinned checksum", file.display())
            }
        }
    }
}

/// The name of a path's last part, for messages and copies.
pub(crate) fn file_name(path: &Path) -> &std::ffi::OsStr {
    path.file_name().unwrap_or(path.as_os_str())
}
