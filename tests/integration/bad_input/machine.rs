//! Disks that are full, and directories that cannot be written.

use super::{GENERATED, check, set_protoc, shown, with_protoc};
use crate::support::{Output, Repository};
use expect_test::expect;
use std::process::Command;

#[test]
fn a_work_directory_that_cannot_be_made() {
    let repository = with_protoc("protoc").without_daemon();
    repository.write(".pants.d", "");
    check(
        &repository,
        &["gen", "proto"],
        expect![[r#"
        [TIME] [ELAPSED] gen
        error: gen.protoc: cannot lock the work directory
          cannot lock `[ROOT]/.pants.d/.locks/gen.protoc.lock`
          Not a directory (os error 20)
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]],
    );
    // Questions need none.
    check(
        &repository,
        &["list", "proto"],
        expect![[r#"
        proto:proto
        exit 0
    "#]],
    );
    check(
        &repository,
        &["--pants-workdir=elsewhere", "gen", "proto"],
        expect![[r#"
        [TIME] [ELAPSED] gen
        [TIME] [ELAPSED] [gen.protoc] protoc proto:proto
        [TIME] [ELAPSED] SUCCESS
        exit 0
    "#]],
    );
}

#[test]
fn results_that_cannot_be_written() {
    let repository = with_protoc("protoc").without_daemon();
    repository.write(".pants.d/gen", "");
    check(
        &repository,
        &["gen", "proto"],
        expect![[r#"
        [TIME] [ELAPSED] gen
        error: gen.protoc: cannot create `[ROOT]/.pants.d/gen/protoc`
          Not a directory (os error 20)
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]],
    );
}

#[test]
fn caches_that_cannot_be_made() {
    let repository = with_protoc("protoc").without_daemon();
    let run =
        |name: &str| shown(&repository.pants(&["--no-pantsd", "list", "proto"]).env(name, "/dev/null/pants").run());
    assert_eq!(run("XDG_CACHE_HOME"), "proto:proto\nexit 0\n", "they stand in the work directory then");
    let text = run("PANTS_LOCAL_STORE_DIR");
    // Which of the plugins comes first, and where it stands, is not what this is about.
    let (file, rest) = text.split_once(".so: ").expect("it begins with what cannot be copied");
    assert!(file.starts_with("error: /") && !file.contains('\n'), "{text}");
    expect![[r#"
        cannot be copied into the caches in `/dev/null/pants/plugins`: Not a directory (os error 20)
          hint: `XDG_CACHE_HOME` or `[GLOBAL] local_store_dir` names another directory for caches
        exit 1
    "#]]
    .assert_eq(rest);
}

/// Runs with a disk of its own in the place of a directory; nothing when this machine lets nobody mount one.
fn with_disk(repository: &Repository, directory: &str, disk: &str, args: &[&str]) -> Option<Output> {
    std::fs::create_dir_all(repository.root().join(directory)).expect("the place of the disk");
    let script = format!("mount -t tmpfs -o {disk} tmpfs {directory} && exec \"$@\"");
    let unshare = ["--user", "--map-root-user", "--mount", "sh", "-c"];
    let mut probe = Command::new("unshare");
    probe.args(unshare).arg(&script).args(["sh", "true"]).current_dir(repository.root());
    if !probe.output().is_ok_and(|output| output.status.success()) {
        return None;
    }
    Some(repository.pants(args).within("unshare", &[&unshare[..], &[&script, "sh"]].concat()).run())
}

#[test]
fn a_full_disk_under_the_results() {
    let repository = with_protoc("protoc-fills").without_daemon();
    let Some(output) = with_disk(&repository, ".pants.d", "size=200k", &["gen", "proto"]) else { return };
    let text = shown(&output);
    assert!(text.contains("No space left on device") && text.ends_with("FAILURE\nexit 1\n"), "{text}");
    let _ = repository.run(&["gen", "proto"]).success();
}

#[test]
fn a_disk_that_is_full_when_all_but_the_mark_of_validity_is_written() {
    let repository = with_protoc("protoc").without_daemon();
    // A page for the lock and one for what the tool writes.
    let Some(output) = with_disk(&repository, ".pants.d", "size=8k", &["gen", "proto"]) else { return };
    expect![[r#"
        [TIME] [ELAPSED] gen
        [TIME] [ELAPSED] [gen.protoc] protoc proto:proto
        [TIME] [ELAPSED] [gen.protoc] generate from proto:proto failed
        error: gen.protoc: code generation failed
          generate from proto:proto: cannot write `[ROOT]/.pants.d/gen/protoc/proto.proto@valid`
          No space left on device (os error 28)
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(&shown(&output));
}

#[test]
fn a_work_directory_that_may_only_be_read() {
    let repository = with_protoc("protoc").without_daemon();
    let Some(output) = with_disk(&repository, ".pants.d", "ro", &["gen", "proto"]) else { return };
    expect![[r#"
        [TIME] [ELAPSED] gen
        error: gen.protoc: cannot lock the work directory
          cannot lock `[ROOT]/.pants.d/.locks/gen.protoc.lock`
          Read-only file system (os error 30)
        [TIME] [ELAPSED] FAILURE
        exit 1
    "#]]
    .assert_eq(&shown(&output));
    let output = with_disk(&repository, ".pants.d", "ro", &["list", "proto"]);
    assert_eq!(output.expect("it could be mounted before").quiet_success(), "proto:proto\n");
}

#[test]
fn a_full_disk_under_the_caches_costs_only_the_caching() {
    let repository = Repository::new(GENERATED);
    set_protoc(&repository, "protoc-fills");
    // Warm plugins, so that only results are left to be stored.
    let _ = repository.run(&["list", "proto"]).success();
    let blocked = repository.home().join("cache/pants/content");
    std::fs::remove_dir_all(&blocked).ok();
    std::fs::write(&blocked, "").expect("a file in the place of the content store");
    let output = repository.run(&["gen", "proto"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(repository.read(".pants.d/gen/protoc/proto.proto/A.java").len(), 1024 * 1024);
}
