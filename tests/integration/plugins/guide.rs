//! docs/plugins.md, followed to the letter: the first crate of a third party, from the text alone.

use super::crates::{cargo_build, current_api, package};
use super::{checksum, install};
use crate::support::{Repository, checkout};

/// The indented blocks of a section, as they stand in the guide.
fn blocks(heading: &str) -> Vec<String> {
    let guide = std::fs::read_to_string(checkout().join("docs/plugins.md")).expect("the guide");
    let start = guide.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    let section = &guide[start + 4..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let mut blocks = vec![String::new()];
    for line in section.lines() {
        let block = blocks.last_mut().expect("there is one from the start");
        match line.strip_prefix("    ") {
            Some(code) => *block += &format!("{code}\n"),
            None if line.is_empty() && !block.is_empty() => block.push('\n'),
            None if block.is_empty() => {}
            None => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

#[test]
fn the_smallest_backend_of_the_guide_builds_and_runs() {
    let [manifest] = &blocks("The crate")[..] else { panic!("one block: the manifest") };
    let [code, enable, lock] = &blocks("The smallest backend")[..] else { panic!("code, pants.toml, lock file") };
    let api = current_api().display().to_string();
    // The package lies below this workspace's directory and is no part of it.
    let manifest = manifest.replace("../path/to/plugin-api", &api) + "\n[workspace]\n";
    let library = cargo_build(
        &package(&current_api(), "acme-backend", &[("Cargo.toml", manifest), ("src/lib.rs", code.clone())]),
        &[],
    );

    let files =
        "//- src/BUILD\njava_library(name='a')\nfiles(name='other', sources=['*'])\n//- src/A.java\nclass A {}\n";
    let repository = Repository::new(files);
    let file = install(&repository, &library);
    repository.write("pants.toml", &enable.replace("path/to/libacme_backend.so", &file));
    assert!(repository.run(&["lint", "::"]).failure(1).contains("is not pinned"));
    assert_eq!(repository.run(&["--allow-unpinned", "lint", "::"]).success(), "src:a has 1 files\n");

    let example = lock.split("sha256 = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a checksum");
    repository.write("pants-plugins.lock", &lock.replace(example, &checksum(&repository, &file).to_string()));
    assert_eq!(repository.run(&["lint", "::"]).success(), "src:a has 1 files\n");
}
