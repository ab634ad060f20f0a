//! Addresses and specs: what parses must be written back the same, and specs must be answered.

use super::{hash, shape};
use pants_build_files::{AddressSpec, BuildFiles, SpecFilters, Symbols, WorkspaceConfig};
use pants_model::Address;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// The longest name of a file.
const LONGEST_FILE_NAME: usize = 255;

/// A repository with a handful of targets, loaded once.
pub struct Names {
    _dir: tempfile::TempDir,
    root: PathBuf,
    build_files: BuildFiles,
}

impl Names {
    /// Makes the repository.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("there is a temporary directory");
        let root = dir.path().join("repo");
        let files = [
            ("BUILD", "target(name='root', dependencies=['lib'])\n"),
            ("lib/BUILD", "files(sources=['*.java'], tags=['x'])\ntarget(name='other', tags=['x', 'y'])\n"),
            ("lib/A.java", ""),
            ("lib/deep/BUILD", "target(name='a/b')\ntarget(name='a')\n"),
            ("lib/deep/[x]", ""),
        ];
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the directory is ours");
            fs::write(path, text).expect("the directory is ours");
        }
        let config = WorkspaceConfig { jobs: 1, ..WorkspaceConfig::new(&root) };
        let build_files = BuildFiles::new(config, Arc::new(Symbols::new()));
        Self { _dir: dir, root, build_files }
    }

    /// The first line of a case is an address and a spec, the second where it is written, then come filters.
    pub fn run(&self, case: &[u8]) -> Vec<u64> {
        let text = String::from_utf8_lossy(case);
        let mut lines = text.split('\n');
        let (name, place) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let place = if place.len() % 2 == 0 { "" } else { "lib/deep" };
        let mut shown = Vec::new();
        match Address::parse(name, place) {
            Ok(address) => check_address(&address),
            Err(error) => shown.push(hash(error.reason)),
        }
        let filters = SpecFilters {
            exclude_target_regexps: lines.next().map(str::to_owned).into_iter().collect(),
            tags: lines.map(str::to_owned).collect(),
        };
        match AddressSpec::parse(name, &self.root, &self.root.join(place)) {
            Ok(spec) => {
                let canonical = spec.to_string();
                let again = AddressSpec::parse(&canonical, &self.root, &self.root);
                assert_eq!(again.as_ref(), Ok(&spec), "`{canonical}` is the same spec");
                let (addresses, diagnostics) = self.build_files.resolve(&[spec], &filters);
                shown.extend(diagnostics.iter().map(|diagnostic| hash(&shape(&diagnostic.message))));
                shown.push(addresses.len() as u64);
            }
            Err(error) => shown.push(hash(&shape(&error.to_string()))),
        }
        shown
    }
}

fn check_address(address: &Address) {
    let text = address.to_string();
    assert_eq!(Address::parse(&text, "else/where").as_ref(), Ok(address), "`{text}` is the same address");
    assert_eq!(Address::parse(&address.reference(), "").as_ref(), Ok(address), "so is its short form");
    let id = address.id();
    let is_file_name = !id.contains(['/', '\0']) && id.len() <= LONGEST_FILE_NAME && id != "." && id != "..";
    assert!(is_file_name, "`{id}` can be the name of a file");
}
