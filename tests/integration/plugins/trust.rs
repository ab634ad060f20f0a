//! A third party's file needs a pinned checksum; what comes with the host does not.

use super::crates::build;
use super::{checksum, install, pin, repository};
use crate::support::{Pants, Repository};
use expect_test::{Expect, expect};
use std::path::Path;

/// A repository that enables acme and pins nothing.
fn unpinned() -> (Repository, String) {
    let repository = repository(&[], "//- BUILD\ntarget(name='a')");
    let file = install(&repository, &build("acme"));
    repository.write("pants.toml", &format!("[GLOBAL]\nbackend_packages = []\nplugins = ['{file}']\n"));
    (repository, file)
}

fn check(repository: &Repository, file: &str, args: &[&str], code: i32, expect: Expect) {
    let output = repository.run(args);
    let sum = checksum(repository, file).to_string();
    expect.assert_eq(&(output.stdout.clone() + &output.stderr).replace(&sum, "[SHA256]"));
    assert_eq!(output.code, Some(code));
}

#[test]
fn a_pinned_plugin_loads_without_a_word() {
    let (repository, file) = unpinned();
    pin(&repository, "example.acme", &file);
    check(
        &repository,
        &file,
        &["list", "::"],
        0,
        expect![[r#"
        //:a
    "#]],
    );
}

#[test]
fn an_unpinned_plugin_is_refused_with_the_lines_that_would_pin_it() {
    let (repository, file) = unpinned();
    check(
        &repository,
        &file,
        &["list", "::"],
        1,
        expect![[r#"
        error: [ROOT]/plugins/libacme_pants.so: is not pinned in [ROOT]/pants-plugins.lock
          hint: to trust this file, add to the lock file:
            [[plugin]]
            id = "example.acme"
            sha256 = "[SHA256]"
          hint: `--allow-unpinned` loads it once without
    "#]],
    );

    // The lines of the hint, pasted as they are.
    let message = repository.run(&["list", "::"]).failure(1);
    let start = message.find("    [[plugin]]").expect("the hint has the lines");
    let lines: Vec<&str> = message[start..].lines().take(3).collect();
    repository.write("pants-plugins.lock", &lines.join("\n"));
    repository.run(&["list", "::"]).quiet_success();
}

#[test]
fn an_unpinned_plugin_loads_with_a_warning_when_that_is_allowed() {
    let (repository, file) = unpinned();
    check(
        &repository,
        &file,
        &["--allow-unpinned", "list", "::"],
        0,
        expect![[r#"
        //:a
        warning: [ROOT]/plugins/libacme_pants.so: the plugin `example.acme` was loaded without a pinned checksum
    "#]],
    );
}

#[test]
fn a_wrong_checksum_names_both_sums_and_is_never_excused() {
    let (repository, file) = unpinned();
    let pinned = "0123456789abcdef".repeat(4);
    repository.write("pants-plugins.lock", &format!("[[plugin]]\nid = 'example.acme'\nsha256 = '{pinned}'\n"));
    check(
        &repository,
        &file,
        &["--allow-unpinned", "list", "::"],
        1,
        expect![[r#"
        error: [ROOT]/plugins/libacme_pants.so: its checksum is [SHA256], and [ROOT]/pants-plugins.lock pins 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          hint: if the file was replaced on purpose, pin its new checksum
    "#]],
    );
}

#[test]
fn a_broken_lock_file_names_its_line() {
    let (repository, file) = unpinned();
    repository.write("pants-plugins.lock", "[[plugin]]\nid = 'example.acme'\nsha256 = 'abc'\n");
    check(
        &repository,
        &file,
        &["list", "::"],
        1,
        expect![[r#"
        error: [ROOT]/pants-plugins.lock:3: `abc` is not a sha256 in hexadecimal
    "#]],
    );
}

#[test]
fn a_changed_file_is_not_taken_for_the_one_that_was_checked_before() {
    let (repository, file) = unpinned();
    pin(&repository, "example.acme", &file);
    repository.run(&["list", "::"]).quiet_success();
    let path = repository.root().join(&file);
    let mut bytes = std::fs::read(&path).expect("the library");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).expect("the library");
    let message = repository.run(&["list", "::"]).failure(1);
    assert!(message.contains("its checksum is"), "{message}");
}

#[test]
fn bundled_backends_need_no_pin_however_they_are_found() {
    let repository = Repository::new("//- BUILD\ntarget(name='a')");
    let run = |pants: Pants| assert_eq!(pants.run().quiet_success(), "//:a\n");
    let binary = Path::new(env!("CARGO_BIN_EXE_pants"));
    let bundled = binary.with_file_name("deps");
    run(repository.pants(&["list", "::"]));
    run(repository.pants(&["list", "::"]).env("PANTS_PLUGIN_PATH", ""));
    run(repository.pants(&["list", "::"]).env("PANTS_PLUGIN_PATH", &bundled));
    let link = repository.home().join("link-to-bundled");
    std::os::unix::fs::symlink(&bundled, &link).expect("a link");
    run(repository.pants(&["list", "::"]).env("PANTS_PLUGIN_PATH", link));
}
