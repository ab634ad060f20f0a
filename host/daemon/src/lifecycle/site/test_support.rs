//! A site in a temporary directory, and a program that stands in for the daemon.

use super::super::identity::{Identity, Program};
use super::super::settings::Settings;
use super::super::site::Site;
use std::collections::BTreeMap;
use std::path::Path;

/// The site of a build root; its socket is nowhere else.
pub(in super::super) fn site(root: &Path) -> Site {
    Site {
        build_root: root.to_owned(),
        subprocess_dir: root.join(".pids"),
        log_file: root.join(".pants.d/pantsd/pantsd.log"),
        socket_dirs: vec![root.join(".pids/pantsd.sock")],
    }
}

/// Settings for a site.
pub(in super::super) fn settings(site: &Site) -> Settings {
    let identity = Identity {
        version: "0.1.0".to_owned(),
        program: Program { path: "/bin/false".into(), stamp: "1".to_owned() },
        options: BTreeMap::new(),
        files: BTreeMap::new(),
        umask: "0022".to_owned(),
    };
    let (max_memory, idle_timeout) = (None, None);
    Settings { site: site.clone(), identity, port: None, allows_plain_nailgun: false, max_memory, idle_timeout }
}
