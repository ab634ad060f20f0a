//! Whether what was loaded is still what would be loaded.
//!
//! A library is never unloaded, so a process that lives on with another version of a plugin beside the one that it has would
//! serve two: whoever keeps plugins warm asks here before each run, and starts anew. Asking costs a look at each file;
//! only when one of them looks different are bytes compared, so that a `touch` means nothing.

use crate::discovery;
use crate::error::file_name;
use crate::load::{LoadedPlugins, Plugin};
use crate::request::LoadRequest;
use crate::store::{CLOCK_TICK, Store, changed_at, stamp_key};
use pants_model::Fingerprint;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What decided which plugins were loaded.
#[derive(Debug)]
pub(crate) struct Basis {
    request: LoadRequest,
    lock_file: Option<Fingerprint>,
    /// Of the lock file and the directories as they were before anything was read; of the plugins when they were found.
    looks: Mutex<Vec<Look>>,
}

/// A file or directory as it looked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    path: PathBuf,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// There was none.
    Missing,
    /// Nothing of what the system says of it has changed while this is the same.
    Settled(Fingerprint),
}

impl Basis {
    /// To be made before the plugins are looked for.
    pub(crate) fn of(request: &LoadRequest) -> Self {
        let looks = places(request).filter_map(Look::at).collect();
        Self { request: request.clone(), lock_file: content(&request.lock_file), looks: Mutex::new(looks) }
    }

    /// To be told which plugins were found, before they are read.
    pub(crate) fn found<'a>(&self, plugins: impl Iterator<Item = &'a PathBuf>) {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).extend(plugins.cloned().filter_map(Look::at));
    }

    fn all(&self, plugins: &[Plugin]) -> Vec<Option<Look>> {
        let plugins = plugins.iter().map(|plugin| plugin.path.clone());
        places(&self.request).chain(plugins).map(Look::at).collect()
    }

    /// Whether all looks as it did. What was changed a moment before it was looked at proves nothing.
    fn looks_the_same(&self, now: &[Option<Look>]) -> bool {
        let then = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        now.len() == then.len() && now.iter().zip(&*then).all(|(now, then)| now.as_ref() == Some(then))
    }

    fn judge(&self, plugins: &[Plugin]) -> Option<String> {
        if content(&self.request.lock_file) != self.lock_file {
            return Some(format!("`{}` changed", file_name(&self.request.lock_file).to_string_lossy()));
        }
        let store = Store::new(&self.request.cache_dir);
        for Plugin { id, path, sha256, .. } in plugins {
            match store.checksum(path) {
                Ok(checksum) if checksum == *sha256 => {}
                Ok(_) => return Some(format!("plugin `{id}` changed")),
                Err(_) => return Some(format!("plugin `{id}` is gone")),
            }
        }
        let Ok((found, _)) = discovery::discover(&self.request) else {
            return Some("plugins cannot be found any more".to_owned());
        };
        let is_elsewhere = |plugin: &&Plugin| !found.iter().any(|found| found.path == plugin.path);
        plugins.iter().find(is_elsewhere).map(|plugin| format!("plugin `{}` is found in another place", plugin.id))
    }
}

impl LoadedPlugins {
    /// Why a process that starts now would load others, if it would: a fragment that names the plugin or the lock file.
    pub fn staleness(&self) -> Option<String> {
        let basis = self.basis.as_ref()?;
        let now = basis.all(&self.plugins);
        if basis.looks_the_same(&now) {
            return None;
        }
        let verdict = basis.judge(&self.plugins);
        if verdict.is_none() {
            *basis.looks.lock().unwrap_or_else(PoisonError::into_inner) = now.into_iter().flatten().collect();
        }
        verdict
    }
}

impl Look {
    /// How a path looks now; `None` when that proves nothing: it changed in this tick of the clock, or it cannot be seen.
    fn at(path: PathBuf) -> Option<Self> {
        let state = match fs::metadata(&path) {
            Ok(metadata) => {
                let rested = SystemTime::now().duration_since(changed_at(&metadata)?).ok()?;
                (rested > CLOCK_TICK).then(|| stamp_key(&metadata))?.map(State::Settled)?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::Missing,
            Err(_) => return None,
        };
        Some(Self { path, state })
    }
}

/// The lock file, and every directory in which a plugin may appear.
fn places(request: &LoadRequest) -> impl Iterator<Item = PathBuf> {
    let in_repository = request.plugin_paths.iter().map(|dir| request.build_root.join(dir));
    let dirs = in_repository.chain(request.environment_paths.iter().cloned()).chain(request.bundled_dirs());
    std::iter::once(request.lock_file.clone()).chain(dirs)
}

/// What a file holds; `None` when it cannot be read.
fn content(path: &Path) -> Option<Fingerprint> {
    fs::read(path).ok().map(|bytes| Fingerprint::of_bytes(&bytes))
}

// The files of these tests are ELF.
#[cfg(all(test, target_os = "linux"))]
mod tests;
