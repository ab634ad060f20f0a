//! The launcher script, without a real build: beside no sources, and with a `cargo` that only says that it was called.

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

/// A checkout whose `cargo` notes each call, and leaves a program; it fails while a file `broken` is there.
fn sources() -> TempDir {
    let home = installed();
    std::fs::remove_dir_all(home.path().join("target")).expect("nothing is built");
    for file in ["Cargo.toml", "Cargo.lock", "host/a.rs", "host/b.rs", "plugin-api/a.rs", "plugins/a.rs", "bin/cargo"] {
        let path = home.path().join(file);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("its directory");
        std::fs::write(&path, CARGO).expect("the file");
    }
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(home.path().join("bin/cargo"), executable).expect("it is executable");
    home
}

const CARGO: &str = "#!/bin/sh\n\
    echo called >>calls\n\
    printf '#!/bin/sh\\necho ran\\n' >target/release/pants\n\
    chmod +x target/release/pants\n\
    test ! -e broken\n";

/// Calls the launcher; gives what it printed, and how often it has called cargo by now.
fn call_with_cargo(home: &Path) -> (String, usize) {
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    let output = Command::new(home.join("pants")).env("PATH", path).output().expect("the launcher runs");
    let calls = std::fs::read_to_string(home.join("calls")).unwrap_or_default();
    (String::from_utf8_lossy(&output.stdout).into_owned(), calls.lines().count())
}

#[test]
fn cargo_is_asked_when_a_source_is_newer_or_gone_and_after_a_build_that_failed() {
    let directory = sources();
    let home = directory.path();
    let ran = |calls| ("ran\n".to_owned(), calls);
    assert_eq!(call_with_cargo(home), ran(1), "nothing is built yet");
    assert_eq!(call_with_cargo(home), ran(1), "nothing has changed");

    // A time that is surely later than the build, whatever the clock of the file system can tell apart.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    let source = std::fs::File::options().write(true).open(home.join("host/a.rs")).expect("the source");
    source.set_modified(later).expect("it has changed");
    std::fs::write(home.join("broken"), "").expect("the build fails");
    assert_eq!(call_with_cargo(home), (String::new(), 2), "a build that failed runs nothing");
    assert_eq!(call_with_cargo(home), (String::new(), 3), "and is done again");
    std::fs::remove_file(home.join("broken")).expect("it is mended");
    source.set_modified(std::time::UNIX_EPOCH).expect("it is old");
    assert_eq!(call_with_cargo(home).0, "ran\n");

    let before = call_with_cargo(home).1;
    std::fs::remove_file(home.join("host/b.rs")).expect("a source goes");
    let gone = std::fs::File::open(home.join("host")).expect("the directory of the source");
    gone.set_modified(later).expect("its directory has changed");
    assert_eq!(call_with_cargo(home), ran(before + 1), "a source is gone");
}
