//! Files that are no plugins, or damaged ones: one line that names the file and the reason, exit 1, no crash.

use super::compile::compile;
use super::crates::build;
use super::pin;
use crate::support::Repository;
use expect_test::{Expect, expect};
use std::fs;
use std::path::Path;

/// Enables a file that `make` puts at the given path, and compares what the user is told.
fn check(make: impl FnOnce(&Path), expect: Expect) {
    let repository = enabled();
    make(&repository.root().join("a.so"));
    let message = told(&repository).replace(std::env::consts::ARCH, "[ARCH]");
    expect.assert_eq(&message);
    assert!(message.starts_with("error: [ROOT]/a.so: "), "{message}");
    assert!(message.lines().skip(1).all(|line| line.starts_with("  hint: ")), "one line, and hints: {message}");
}

/// A repository that enables the file `a.so`, whoever made it.
fn enabled() -> Repository {
    Repository::new("//- pants.toml\n[GLOBAL]\nbackend_packages = []\nplugins = ['a.so']\nallow_unpinned = true\n")
}

fn told(repository: &Repository) -> String {
    let output = repository.run(&["list", "::"]);
    assert_eq!(output.stdout, "");
    output.failure(1)
}

fn bytes(bytes: &'static [u8]) -> impl FnOnce(&Path) {
    move |file| fs::write(file, bytes).expect("the file")
}

fn compiled(source: &'static str) -> impl FnOnce(&Path) {
    move |file| compile(source, "example.bad", file)
}

/// A library with some bytes of its headers exchanged.
fn patched(at: usize, patch: &'static [u8]) -> impl FnOnce(&Path) {
    move |file| {
        compile("plain_library.c", "", file);
        let mut bytes = fs::read(file).expect("it was compiled");
        bytes[at..at + patch.len()].copy_from_slice(patch);
        fs::write(file, bytes).expect("the file");
    }
}

#[test]
fn what_is_no_library() {
    check(
        bytes(b"#!/bin/sh\necho hello\n"),
        expect![[r#"
        error: [ROOT]/a.so: is a text file, not a shared library of this system
    "#]],
    );
    check(
        bytes(b""),
        expect![[r#"
        error: [ROOT]/a.so: is an empty file, not a shared library of this system
    "#]],
    );
    check(
        bytes(&[0x9c, 0x01, 0xfe, 0x33, 0x80, 0x07, 0xe1, 0x5d]),
        expect![[r#"
        error: [ROOT]/a.so: is a file of unknown format, not a shared library of this system
    "#]],
    );
    check(
        bytes(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00"),
        expect![[r#"
        error: [ROOT]/a.so: is a Windows program or library, not a shared library of this system
    "#]],
    );
    check(
        bytes(b"\xcf\xfa\xed\xfe\x07\x00\x00\x01"),
        expect![[r#"
        error: [ROOT]/a.so: is a macOS program or library, not a shared library of this system
    "#]],
    );
    check(
        |file| drop(fs::copy(env!("CARGO_BIN_EXE_pants"), file)),
        expect![[r#"
        error: [ROOT]/a.so: is a program, not a shared library of this system
    "#]],
    );
}

#[test]
fn what_is_no_file() {
    check(
        |_| {},
        expect![[r#"
        error: [ROOT]/a.so: there is no such file
    "#]],
    );
    check(
        |file| fs::create_dir(file).expect("a directory"),
        expect![[r#"
        error: [ROOT]/a.so: is a directory, not a plugin
    "#]],
    );
    check(
        |file| std::os::unix::fs::symlink("gone.so", file).expect("a link"),
        expect![[r#"
        error: [ROOT]/a.so: is a link to gone.so, which does not exist
    "#]],
    );
}

#[test]
fn libraries_of_other_machines() {
    check(
        patched(4, &[1]),
        expect![[r#"
            error: [ROOT]/a.so: is a library for [ARCH], 32 bits; this machine is [ARCH]
        "#]],
    );
    check(
        patched(18, &[243, 0]),
        expect![[r#"
            error: [ROOT]/a.so: is a library for riscv64; this machine is [ARCH]
        "#]],
    );
}

#[test]
fn libraries_that_are_no_plugins_or_wrong_ones() {
    check(
        compiled("plain_library.c"),
        expect![[r#"
        error: [ROOT]/a.so: is a shared library but not a plugin: it does not export `PANTS_PLUGIN_HEADER`
          hint: a plugin's crate calls `plugin_api::export_backend!`
    "#]],
    );
    check(
        compiled("undefined_symbol.c"),
        expect![[r#"
        error: [ROOT]/a.so: the system refused to load it: undefined symbol: nobody_provides_this
    "#]],
    );
    check(
        compiled("bad_magic.c"),
        expect![[r#"
        error: [ROOT]/a.so: its plugin header is damaged: it does not begin with the magic bytes
    "#]],
    );
    check(
        compiled("short_header.c"),
        expect![[r#"
        error: [ROOT]/a.so: its plugin header is damaged: it has 16 bytes instead of 384
    "#]],
    );
    check(
        compiled("no_root.c"),
        expect![[r#"
        error: [ROOT]/a.so: has a plugin header but no usable root module: it does not export `PANTS_PLUGIN_ROOT`
    "#]],
    );
    check(
        compiled("garbage_root.c"),
        expect![[r#"
        error: [ROOT]/a.so: has a plugin header but no usable root module: it does not begin like one
    "#]],
    );
    check(
        compiled("hollow_root.c"),
        expect![[r#"
        error: [ROOT]/a.so: has a plugin header but no usable root module: it was made with another version of abi_stable
    "#]],
    );
    check(
        compiled("other_major.c"),
        expect![[r#"
        error: [ROOT]/a.so: was built for plugin-api 99.0.0; this host speaks 1.1.0
          hint: rebuild the plugin against plugin-api 1
    "#]],
    );
    check(
        compiled("panic_abort.c"),
        expect![[r#"
        error: [ROOT]/a.so: was built with `panic = "abort"`; a plugin needs `panic = "unwind"`
          hint: remove `panic = "abort"` from the profile the plugin is built with
    "#]],
    );
}

/// A real plugin, cut off anywhere: the system's loader would end the process with SIGBUS.
#[test]
fn a_truncated_plugin() {
    let whole = fs::read(build("acme")).expect("it was built");
    for length in [64, 4096, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let repository = enabled();
        fs::write(repository.root().join("a.so"), &whole[..length]).expect("the file");
        let message = told(&repository);
        let start = format!("error: [ROOT]/a.so: is truncated: it has {length} bytes");
        assert!(message.starts_with(&start), "{message}");
    }
}

/// Flipped bits are found by the checksum before anything of the file runs.
#[test]
fn a_plugin_with_flipped_bits() {
    let whole = fs::read(build("acme")).expect("it was built");
    let repository = enabled();
    fs::write(repository.root().join("a.so"), &whole).expect("the file");
    pin(&repository, "example.acme", "a.so");
    let middle = whole.len() / 2;
    for at in [middle, middle + 4097, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(repository.root().join("a.so"), bytes).expect("the file");
        let message = told(&repository);
        assert!(message.starts_with("error: [ROOT]/a.so: its checksum is "), "{message}");
    }
}
