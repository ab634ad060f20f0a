//! Keys are the bytes of the Remote Execution API. The digests were computed by a separate, hand-written encoder.

use super::*;
use crate::digest::FileStamp;
use crate::input_tree::{InputFile, InputTree};
use crate::process::{Locality, Tool};
use pants_model::Fingerprint;
use std::time::Duration;

fn input(path: &str, content: &[u8], is_executable: bool) -> InputFile {
    let stamp = FileStamp { device: 1, inode: 2, size: content.len() as u64, modified: 3, changed: 4 };
    InputFile { path: path.to_owned(), digest: Digest::of_bytes(content), is_executable, stamp, is_racy: false }
}

fn process() -> Process {
    let tool =
        Tool { name: "jdk".to_owned(), path: "/usr/lib/jvm/17".into(), digest: Fingerprint::of_bytes(b"jdk 17") };
    Process {
        argv: ["{tool:jdk}/bin/java", "-version", ""].map(str::to_owned).to_vec(),
        env: [("LANG", "C.UTF-8"), ("A", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        passthrough_env: vec!["HOME".to_owned()],
        working_directory: "a".to_owned(),
        inputs: InputTree::new(vec![
            input("z", b"", false),
            input("a/run", b"#!/bin/sh\n", true),
            input("a-b", b"hello\n", false),
            input("a/c/d.txt", b"hello\n", false),
        ]),
        output_paths: ["out/classes", "out.jar", "out.jar"].map(str::to_owned).to_vec(),
        tools: vec![tool],
        named_caches: vec!["uv".to_owned()],
        stdin: b"in".to_vec(),
        timeout: Some(Duration::from_millis(90_500)),
        description: "not in the key".to_owned(),
        ..Process::default()
    }
}

fn platform() -> Platform {
    Platform::new("linux", "x86_64")
}

#[test]
fn a_known_action_has_its_known_digests() {
    let process = process();
    assert_eq!(
        process.input_digest().to_string(),
        "dc90e709e95ac3fd373e7cfc4b2df593af1504166be2e22f9ad1f5b541ac79fc/226"
    );
    let encoded = encode_action(&process, &platform());
    assert_eq!(
        reapi::Digest::of_message(&encoded.command).to_string(),
        "d12f416e61e61b1631008d59fc07e7eeb2c228f30bba2e818d7c92596fac1ff8/284"
    );
    assert_eq!(
        process.action_digest(&platform()).to_string(),
        "f0767b0978e220cf6e4529633e59573f82f9704d321adde6ec5de6e19ce3860a/356"
    );
    let never = Process { cache: CachePolicy::Never, ..process };
    assert_eq!(
        never.action_digest(&platform()).to_string(),
        "9bfb9f76a1ae400ff8f885239b1bd068d5ed32e0f713dad90b932f775cb08bda/358"
    );
}

/// Says whether a change of the process changes its key.
#[track_caller]
fn check(is_in_key: bool, change: impl FnOnce(&mut Process)) {
    let mut changed = process();
    change(&mut changed);
    let (before, after) = (process().action_digest(&platform()), changed.action_digest(&platform()));
    assert_eq!(before != after, is_in_key);
}

#[test]
fn what_counts_changes_the_key() {
    check(true, |process| process.argv[1].push('x'));
    check(true, |process| drop(process.env.insert("B".to_owned(), String::new())));
    check(true, |process| process.stdin.clear());
    check(true, |process| process.tools[0].digest = Fingerprint::of_bytes(b"jdk 21"));
    check(true, |process| process.named_caches.clear());
    check(true, |process| process.worker = Some(Default::default()));
    check(true, |process| process.timeout = None);
    check(true, |process| process.inputs = InputTree::default());
}

#[test]
fn what_does_not_count_leaves_the_key() {
    check(false, |process| process.passthrough_env.clear());
    check(false, |process| process.description.clear());
    check(false, |process| process.tools[0].path = "/elsewhere".into());
    check(false, |process| process.output_paths.reverse());
    check(false, |process| process.locality = Locality::LocalOnly);
}
