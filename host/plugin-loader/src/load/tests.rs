//! Every kind of wrong file gives one line that names the file and the reason.

use super::*;
use crate::test_support::Sandbox;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What loading one file says, without the sandbox's path and with hashes shortened.
fn load_file(sandbox: &Sandbox, file: &Path) -> String {
    let mut request = sandbox.request();
    request.plugins = vec![file.display().to_string()];
    let error = load_plugins(&request).expect_err("the files of these tests are wrong").to_string();
    sandbox.redact(&error)
}

fn check(sandbox: &Sandbox, file: &Path, expect: &str) {
    assert_eq!(load_file(sandbox, file), expect);
}

#[test]
fn what_is_no_library_is_named_for_what_it_is() {
    let sandbox = Sandbox::new();
    let is = |bytes: &[u8], what: &str| {
        let file = sandbox.write("a.so", bytes);
        check(&sandbox, &file, &format!("[DIR]/a.so: is {what}, not a shared library of this system"));
    };
    is(b"", "an empty file");
    is(b"#!/bin/sh\necho hello\n", "a text file");
    is(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", "a Windows program or library");
    is(b"\xcf\xfa\xed\xfe\x07\x00\x00\x01", "a macOS program or library");
    is(b"!<arch>\nfoo.o/", "a static library");
    is(&[0x9c, 0x01, 0xfe, 0x33, 0x80, 0x07, 0xe1, 0x5d], "a file of unknown format");
    is(b"\x7fELF", "a file of unknown format");
}

#[test]
fn a_path_that_leads_to_no_file_says_so() {
    let sandbox = Sandbox::new();
    check(&sandbox, &sandbox.path("none.so"), "[DIR]/none.so: there is no such file");
    check(&sandbox, &sandbox.path("bin/"), "[DIR]/bin/: is a directory, not a plugin");
    let link = sandbox.path("link.so");
    symlink("gone.so", &link).unwrap();
    check(&sandbox, &link, "[DIR]/link.so: is a link to gone.so, which does not exist");
    check(&sandbox, Path::new("/dev/null"), "/dev/null: is not a regular file");
}

#[test]
fn a_program_is_not_a_library() {
    let sandbox = Sandbox::new();
    let program = sandbox.path("program.so");
    symlink(std::env::current_exe().unwrap(), &program).unwrap();
    check(&sandbox, &program, "[DIR]/program.so: is a program, not a shared library of this system");
}

#[test]
fn another_machines_library_names_both_machines() {
    let sandbox = Sandbox::new();
    let library = fs::read(sandbox.compile("plain_library.c", "", "plain.so")).unwrap();
    let here = std::env::consts::ARCH;
    let patched = |at: usize, patch: &[u8], found: &str| {
        let mut bytes = library.clone();
        bytes[at..at + patch.len()].copy_from_slice(patch);
        let file = sandbox.write("a.so", &bytes);
        check(&sandbox, &file, &format!("[DIR]/a.so: is a library for {found}; this machine is {here}"));
    };
    patched(18, &[243, 0], "riscv64");
    patched(18, &[0xfe, 0xca], "machine number 51966");
    patched(5, &[2], "a big-endian machine");
    patched(4, &[1], &format!("{here}, 32 bits"));
}

#[test]
fn a_truncated_library_is_refused_wherever_it_ends() {
    let sandbox = Sandbox::new();
    let library = fs::read(sandbox.compile("hollow_root.c", "example.bad", "whole.so")).unwrap();
    for len in [20, 63, 64, 1000, library.len() / 2, library.len() - 1] {
        let file = sandbox.write("a.so", &library[..len]);
        let error = load_file(&sandbox, &file);
        assert!(error.starts_with(&format!("[DIR]/a.so: is truncated: it has {len} bytes")), "{error}");
    }
}

/// Whatever single byte of the headers is wrong, the answer is an error, never a crash.
#[test]
fn a_flipped_byte_in_the_headers_is_never_a_crash() {
    let sandbox = Sandbox::new();
    let library = fs::read(sandbox.compile("no_root.c", "example.bad", "whole.so")).unwrap();
    let file = sandbox.path("a.so");
    for at in 0..library.len().min(1024) {
        let mut bytes = library.clone();
        bytes[at] ^= 0xff;
        fs::write(&file, bytes).unwrap();
        let fault = crate::header::read_header(&file).expect_err("without a root module there is no plugin");
        assert_eq!(fault.to_string().lines().count(), 1);
    }
}

#[test]
fn a_library_that_is_no_plugin_or_a_wrong_one_says_why() {
    let sandbox = Sandbox::new();
    let compiled = |source: &str, expect: &str| {
        let file = sandbox.compile(source, "example.bad", "a.so");
        check(&sandbox, &file, &format!("[DIR]/a.so: {expect}"));
    };
    let host = crate::header::host_api();
    compiled("plain_library.c", "is a shared library but not a plugin: it does not export `PANTS_PLUGIN_HEADER`");
    compiled("bad_magic.c", "its plugin header is damaged: it does not begin with the magic bytes");
    compiled("short_header.c", "its plugin header is damaged: it has 16 bytes instead of 384");
    compiled("no_root.c", "has a plugin header but no usable root module: it does not export `PANTS_PLUGIN_ROOT`");
    compiled("garbage_root.c", "has a plugin header but no usable root module: it does not begin like one");
    compiled(
        "hollow_root.c",
        "has a plugin header but no usable root module: it was made with another version of abi_stable",
    );
    compiled("undefined_symbol.c", "the system refused to load it: undefined symbol: nobody_provides_this");
    compiled("other_major.c", &format!("was built for plugin-api 99.0.0; this host speaks {host}"));
    compiled("panic_abort.c", "was built with `panic = \"abort\"`; a plugin needs `panic = \"unwind\"`");
}

#[test]
fn a_third_party_plugin_needs_the_checksum_that_was_pinned() {
    let sandbox = Sandbox::new();
    let file = sandbox.compile("hollow_root.c", "example.bad", "a.so");
    let mut request = sandbox.request();
    request.plugins = vec![file.display().to_string()];
    request.unpinned = UnpinnedPolicy::Refuse;
    let error = |request: &LoadRequest| sandbox.redact(&load_plugins(request).unwrap_err().to_string());
    assert_eq!(error(&request), "[DIR]/a.so: is not pinned in [DIR]/repo/pants-plugins.lock");

    let bytes = fs::read(&file).unwrap();
    let pin = |checksum: Fingerprint| {
        let text = format!("[[plugin]]\nid = \"example.bad\"\nsha256 = \"{checksum}\"\n");
        sandbox.write("repo/pants-plugins.lock", text.as_bytes());
    };
    pin(Fingerprint::of_bytes(&bytes));
    assert!(error(&request).contains("no usable root module"), "a pinned file is opened");

    let mut flipped = bytes.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    fs::write(&file, &flipped).unwrap();
    request.unpinned = UnpinnedPolicy::Warn;
    let found = Fingerprint::of_bytes(&flipped);
    let pinned = Fingerprint::of_bytes(&bytes);
    let expect = format!("[DIR]/a.so: its checksum is {found}, and [DIR]/repo/pants-plugins.lock pins {pinned}");
    assert_eq!(error(&request), expect);
}

#[test]
fn a_bundled_plugin_needs_no_pin() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libjvm.so");
    let mut request = sandbox.request();
    request.backend_packages = vec!["pants.backend.jvm".into()];
    request.unpinned = UnpinnedPolicy::Refuse;
    let error = load_plugins(&request).unwrap_err().to_string();
    assert!(error.contains("no usable root module"), "{error}");
}
