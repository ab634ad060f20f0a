//! The launcher script, without building anything: in a directory that holds a binary beside no sources.

use crate::support::checkout;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// An installed copy: the script, and a program in the binary's place that shows how it was called.
fn installed() -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    let binary = directory.path().join("target/release/pants");
    std::fs::create_dir_all(binary.parent().expect("it has one")).expect("its directory");
    std::fs::copy(checkout().join("pants"), directory.path().join("pants")).expect("the launcher");
    std::fs::write(&binary, "#!/bin/sh\necho \"in $PWD: $*\"\nexit 7\n").expect("the program");
    std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).expect("it is executable");
    directory
}

fn call(script: &Path, from: &Path) -> (String, Option<i32>) {
    let output = Command::new(script).args(["a", "b c"]).current_dir(from).output().expect("the launcher runs");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[test]
fn it_becomes_the_binary_in_the_current_directory() {
    let (home, elsewhere) = (installed(), TempDir::new().expect("a temporary directory"));
    let expected = format!("in {}: a b c\n", elsewhere.path().display());
    assert_eq!(call(&home.path().join("pants"), elsewhere.path()), (expected.clone(), Some(7)));

    let link = elsewhere.path().join("linked");
    symlink(home.path().join("pants"), &link).expect("a link");
    assert_eq!(call(&link, elsewhere.path()), (expected.clone(), Some(7)));
    symlink("linked", elsewhere.path().join("again")).expect("a link to the link");
    assert_eq!(call(&elsewhere.path().join("again"), elsewhere.path()), (expected, Some(7)));
}
