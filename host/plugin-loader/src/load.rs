//! Loads every plugin that pants.toml enables: find, judge, copy, open.
//!
//! The order is the point. Whatever can be known from the bytes of a file is known before the system's loader sees it,
//! because that already runs the file's constructors; and what is opened is a private copy of the very bytes that were
//! judged.

use crate::discovery::{self, Found};
use crate::error::{ApiVersion, LoadError, LoadWarning, PluginFault};
use crate::header;
use crate::library;
use crate::lock_file::LockFile;
use crate::request::{LoadRequest, UnpinnedPolicy};
use crate::staleness::Basis;
use crate::store::Store;
use pants_model::Fingerprint;
use plugin_api::abi::BackendModule_Ref;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The plugins of a run, loaded, not yet registered.
#[derive(Debug)]
pub struct LoadedPlugins {
    /// In the order in which they were enabled, which is the order of registration.
    pub plugins: Vec<Plugin>,
    /// What the user should see once.
    pub warnings: Vec<LoadWarning>,
    /// What decided all that.
    pub(crate) basis: Option<Basis>,
}

impl LoadedPlugins {
    /// No plugins at all.
    pub fn none() -> Self {
        Self { plugins: Vec::new(), warnings: Vec::new(), basis: None }
    }
}

/// A loaded plugin.
#[derive(Clone)]
pub struct Plugin {
    /// The backend id (`pants.backend.jvm`).
    pub id: String,
    /// The name of its package.
    pub name: String,
    /// The version of its package.
    pub version: String,
    /// The plugin-api it was built against.
    pub api: ApiVersion,
    /// The file it was found in; it runs from a private copy.
    pub path: PathBuf,
    /// The SHA-256 of the file: part of the fingerprint of all its tasks.
    pub sha256: Fingerprint,
    /// How long judging and opening it took.
    pub load_time: Duration,
    pub(crate) module: BackendModule_Ref,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} (plugin-api {}, {})", self.id, self.version, self.api, self.path.display())
    }
}

/// Finds, judges and opens the plugins that a request enables.
///
/// Opened libraries stay for the life of the process, also when a later plugin of the same request fails.
pub fn load_plugins(request: &LoadRequest) -> Result<LoadedPlugins, LoadError> {
    let basis = Basis::of(request);
    let lock_file = LockFile::read(&request.lock_file)?;
    let store = Store::new(&request.cache_dir);
    let (found, mut warnings) = discovery::discover(request)?;
    basis.found(found.iter().map(|plugin| &plugin.path));
    let mut plugins = Vec::with_capacity(found.len());
    for plugin in found {
        plugins.push(load(plugin, request.unpinned, &lock_file, &store, &mut warnings)?);
    }
    Ok(LoadedPlugins { plugins, warnings, basis: Some(basis) })
}

fn load(
    found: Found,
    unpinned: UnpinnedPolicy,
    lock_file: &LockFile,
    store: &Store,
    warnings: &mut Vec<LoadWarning>,
) -> Result<Plugin, LoadError> {
    let start = Instant::now();
    let fault = |fault| LoadError::plugin(&found.path, fault);
    header::check_compatible(&found.header).map_err(fault)?;
    let sha256 = store.checksum(&found.path).map_err(fault)?;
    if !found.is_bundled {
        match judge_checksum(&found.header.id, sha256, lock_file) {
            Ok(()) => {}
            Err(PluginFault::NotPinned { id, .. }) if unpinned == UnpinnedPolicy::Warn => {
                warnings.push(LoadWarning::Unpinned { file: found.path.clone(), id });
            }
            Err(refused) => return Err(fault(refused)),
        }
    }
    let copy = store.private_copy(&found.path, sha256).map_err(fault)?;
    let module = library::open(&copy, &found.header).map_err(fault)?;
    let Found { path, header, is_bundled: _ } = found;
    let plugin = Plugin {
        id: header.id,
        name: header.name,
        version: header.version,
        api: header.api,
        path,
        sha256,
        load_time: start.elapsed(),
        module,
    };
    tracing::debug!(?plugin, %sha256, load_time = ?plugin.load_time, "loaded");
    Ok(plugin)
}

/// Trusts a third-party file with a pinned checksum only; a wrong one is never excused.
fn judge_checksum(id: &str, found: Fingerprint, lock_file: &LockFile) -> Result<(), PluginFault> {
    let pinned: Vec<Fingerprint> = lock_file.pins(id).collect();
    if pinned.contains(&found) {
        return Ok(());
    }
    let lock_file = lock_file.path.clone();
    Err(match pinned.is_empty() {
        true => PluginFault::NotPinned { lock_file, id: id.to_owned(), found },
        false => PluginFault::WrongChecksum { lock_file, pinned, found },
    })
}

// The files of these tests are ELF.
#[cfg(all(test, target_os = "linux"))]
mod tests;
