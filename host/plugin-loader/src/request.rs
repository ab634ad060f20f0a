//! What the caller says about the plugins of a run.

use std::path::PathBuf;

/// Which plugins to load, where to look, and whom to trust. Paths that are relative are relative to the build root.
#[derive(Clone, Debug)]
pub struct LoadRequest {
    /// `[GLOBAL] backend_packages`: backend ids, older ones included.
    pub backend_packages: Vec<String>,
    /// `[GLOBAL] plugins`: files, or ids or package names to search for.
    pub plugins: Vec<String>,
    /// `[GLOBAL] plugin_paths`: directories to search first.
    pub plugin_paths: Vec<PathBuf>,
    /// The directories of `PANTS_PLUGIN_PATH`, searched next.
    pub environment_paths: Vec<PathBuf>,
    /// The directory of the running program; the plugins that come with it stand beside it.
    pub exe_dir: PathBuf,
    /// The build root.
    pub build_root: PathBuf,
    /// The cache directory (`$XDG_CACHE_HOME/pants`); private copies stand below it.
    pub cache_dir: PathBuf,
    /// `pants-plugins.lock`, which pins third-party plugins.
    pub lock_file: PathBuf,
    /// What happens to a third-party plugin that is not pinned.
    pub unpinned: UnpinnedPolicy,
}

/// What happens to a third-party plugin that the lock file does not pin. A wrong checksum is always an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnpinnedPolicy {
    /// It is an error.
    #[default]
    Refuse,
    /// It is a warning (`--allow-unpinned`).
    Warn,
}

impl LoadRequest {
    /// Where the plugins that come with the host stand: beside it, where cargo leaves them, where packages install them.
    pub(crate) fn bundled_dirs(&self) -> Vec<PathBuf> {
        vec![self.exe_dir.clone(), self.exe_dir.join("deps"), self.exe_dir.join("../lib/pants/plugins")]
    }
}
