//! What counts, and how a change of it is told.

use super::*;
use expect_test::{Expect, expect};
use pants_options::Invocation;
use std::sync::Arc;

struct Fixture {
    root: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self { root: tempfile::tempdir().expect("tests have a temporary directory") };
        fixture.write("pants.toml", "");
        fixture.write("program", "x");
        fixture
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.root.path().join(name), text).expect("the directory is ours");
    }

    fn identity(&self, args: &[&str]) -> Identity {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let cwd = self.root.path().to_owned();
        let invocation = Invocation { args, environment: Arc::new(BTreeMap::new()), cwd };
        let bootstrap = pants_options::bootstrap(&invocation).expect("nothing is wrong");
        Identity::of(&bootstrap, Program::at(&self.root.path().join("program")).expect("it is there"))
    }

    #[track_caller]
    fn check(&self, old: &Identity, new: &Identity, expect: Expect) {
        let told = differences(old, new).join("\n");
        expect.assert_eq(
            &told.replace(&self.root.path().canonicalize().expect("it is there").display().to_string(), "[ROOT]"),
        );
        assert_eq!(old.fingerprint() == new.fingerprint(), told.is_empty());
        assert_eq!(Identity::from_document(&new.to_document()).as_ref(), Some(new));
    }
}

#[test]
fn a_run_with_other_options_of_its_own_is_served_by_the_same_daemon() {
    let fixture = Fixture::new();
    let (old, new) = (["list"], ["--pantsd", "-ldebug", "--logdir=l", "--tag=x", "compile"]);
    fixture.check(&fixture.identity(&old), &fixture.identity(&new), expect![""]);
}

#[test]
fn a_changed_option_is_told_with_both_values() {
    let fixture = Fixture::new();
    fixture.check(
        &fixture.identity(&["--pantsd-log-dir=a"]),
        &fixture.identity(&["--pantsd-log-dir=b", "--pantsd-pailgun-port=5151"]),
        expect![[r#"
            option `pantsd-log-dir` changed from `a` to `b`
            option `pantsd-pailgun-port` changed from `0` to `5151`"#]],
    );
}

#[test]
fn a_new_program_is_another_daemon() {
    let fixture = Fixture::new();
    let old = fixture.identity(&[]);
    fixture.write("program", "longer");
    fixture.check(&old, &fixture.identity(&[]), expect!["the program `program` changed"]);
    let new = Identity { version: "9.0".to_owned(), umask: "0077".to_owned(), ..old.clone() };
    let old = Identity { version: "8.0".to_owned(), umask: "0022".to_owned(), ..old };
    fixture.check(
        &old,
        &new,
        expect![[r#"
            the version of pants changed from `8.0` to `9.0`
            the umask changed from `0022` to `0077`"#]],
    );
    let moved = Program { path: "/opt/pants".into(), stamp: String::new() };
    fixture.check(
        &new,
        &Identity { program: moved, ..new.clone() },
        expect!["the program changed from `[ROOT]/program` to `/opt/pants`"],
    );
}

#[test]
fn named_files_come_change_and_go() {
    let fixture = Fixture::new();
    let identity = || fixture.identity(&["--pantsd-invalidation-globs=*.txt"]);
    fixture.write("a.txt", "1");
    fixture.write("b.txt", "1");
    let old = identity();
    fixture.check(&old, &identity(), expect![""]);
    fixture.write("a.txt", "22");
    std::fs::remove_file(fixture.root.path().join("b.txt")).expect("it is ours");
    fixture.write("c.txt", "1");
    fixture.check(
        &old,
        &identity(),
        expect![[r#"
            file `a.txt` changed
            file `b.txt` is gone
            file `c.txt` appeared"#]],
    );
}
