//! Finds, checks and loads the dylibs of backends, and adapts them to the traits of the rooms below.
//!
//! The only host crate that knows that plugins are dylibs, and the only one that names `abi_stable`. It must not know
//! what any backend does, nor in which order a run takes its steps. Values are converted by hand: no host type crosses
//! the boundary.
//!
//! Invariant: nothing of a file runs before its header was read from its bytes, pants.toml was found to enable it, its
//! checksum was accepted, and its headers were found to describe bytes that exist. Nothing is ever unloaded.

mod error;

#[cfg(target_os = "linux")]
mod object_file;

mod backend_ids;
mod header;
mod library;
mod lock_file;
mod request;
mod store;

mod discovery;

mod load;
mod staleness;

mod adapters;
mod convert;

mod register;

#[cfg(all(test, target_os = "linux"))]
mod test_support;

pub use backend_ids::{BUNDLED_BACKENDS, is_known_backend};
pub use discovery::is_python_package;
pub use error::{ApiVersion, FileKind, INSTEAD_OF_PYTHON_PACKAGES, LoadError, LoadWarning, Owner, PluginFault};
pub use load::{LoadedPlugins, Plugin, load_plugins};
/// The convention for source roots that plugins follow; what the host says of them must not differ.
pub use plugin_api::source_root;
pub use request::{LoadRequest, UnpinnedPolicy};
