//! Runs that a tool of another run starts.

use super::{check_once, shown, without_pids};
use crate::bad_input::with_protoc;
use crate::support::{Repository, path, plugins};
use std::os::unix::fs::PermissionsExt;

/// Makes protoc a script that runs the binary with these arguments, once, and notes what that says.
fn set_inner(repository: &Repository, args: &str) {
    let script = format!(
        "#!/bin/sh
for argument; do case $argument in --java_out=*) out=${{argument#*=}} ;; esac; done
echo 'class A {{}}' > \"$out/A.java\"
if [ ! -e inner ]; then
  echo begun > inner
  echo \"${{PANTS_PARENT_BUILD_ID%%_*}}\" > parent
  PATH='{}' HOME='{}' PANTS_PLUGIN_PATH='{}' '{}' {args} > inner 2>&1
  echo \"exit $?\" >> inner
fi
",
        path().display(),
        repository.home().display(),
        plugins().display(),
        env!("CARGO_BIN_EXE_pants"),
    );
    let tool = repository.root().join("tools/protoc");
    std::fs::write(&tool, script).expect("the tool");
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// What the inner run says, and after it what the outer one says.
fn inner(args: &str) -> String {
    check_once(
        || {
            let repository = with_protoc("protoc");
            set_inner(&repository, args);
            repository
        },
        |repository| {
            let outer = shown(&repository.run(&["--process-timeout=60", "gen", "proto"]));
            assert_eq!(repository.read("parent"), "pants\n", "the tool knows what it is a part of:\n{outer}");
            let inner = without_pids(&repository.read("inner"));
            let lines = inner.lines().filter(|line| !line.starts_with(|char: char| char.is_ascii_digit()));
            lines.map(|line| line.to_owned() + "\n").collect::<String>() + &outer
        },
    )
}

#[test]
fn a_question_is_answered() {
    let said = inner("list ::");
    assert!(said.starts_with("proto:proto\nexit 0\n"), "{said}");
    assert!(said.ends_with("--- exit 0\n"), "{said}");
}

#[test]
fn a_task_that_the_outer_run_is_at_is_refused_and_not_waited_for() {
    let said = inner("gen proto");
    let expect = "error: gen.protoc: cannot lock the work directory\n  it is held by the run that this one is a part of: PID [PID]";
    assert!(said.contains(expect), "{said}");
    assert!(
        said.contains("hint: a run in a run needs a work directory of its own: `--pants-workdir=.pants.d/inner`"),
        "{said}"
    );
    assert!(said.contains("\nexit 1\n") && said.ends_with("--- exit 0\n"), "{said}");
}

#[test]
fn a_work_directory_of_its_own_lets_it_build() {
    let said = inner("--pants-workdir=.pants.d/inner --cache-ignore gen proto");
    assert!(said.contains("\nexit 0\n") || said.starts_with("exit 0\n"), "{said}");
    assert!(said.ends_with("--- exit 0\n"), "{said}");
}
