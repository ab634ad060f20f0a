//! `pants migrate-config`, from the file to the file.

use super::{check, shown};
use crate::support::Repository;
use expect_test::expect;

const OLD: &str = "
//- BUILD_ROOT
//- pants.ini
[DEFAULT]
team: core

[GLOBAL]
level: warn
pants_ignore: +['/%(team)s/']

[compile.javac]
args: [
    '-g',
  ]
";

fn old() -> Repository {
    let repository = Repository::new(OLD);
    repository.remove("pants.toml");
    repository
}

#[test]
fn a_toml_file_is_written_beside_the_old_one() {
    let repository = old();
    check(
        &repository,
        &["migrate-config"],
        expect![[r#"
        wrote `pants.toml`, which means what `pants.ini` does
        exit 0
    "#]],
    );
    expect![[r#"
        [DEFAULT]
        team = "core"

        [GLOBAL]
        level = "warn"
        pants_ignore.add = ["/%(team)s/"]

        [compile.javac]
        args = [
            "-g",
        ]
    "#]]
    .assert_eq(&repository.read("pants.toml"));
    let options = repository.run(&["options", "--only-overridden"]).quiet_success();
    assert!(options.contains("pants.toml"), "{options}");
}

#[test]
fn nothing_is_overwritten() {
    let repository = old();
    repository.write("pants.toml", "# mine\n");
    check(
        &repository,
        &["migrate-config"],
        expect![[r#"
        error: `pants.toml` exists already
          hint: `--output-file=FILE` writes another file, to compare
          hint: where `pants.toml` is of no use any more, remove it first
        exit 1
    "#]],
    );
    assert_eq!(repository.read("pants.toml"), "# mine\n");
    check(
        &repository,
        &["migrate-config", "--output-file=new.toml"],
        expect![[r#"
        wrote `new.toml`, which means what `pants.ini` does
        exit 0
    "#]],
    );
    assert!(repository.read("new.toml").contains("[compile.javac]"));
    check(
        &repository,
        &["migrate-config", "pants.ini", "--output-file=no/such/dir.toml"],
        expect![[r#"
            error: cannot write `no/such/dir.toml`
              because: No such file or directory (os error 2)
            exit 1
        "#]],
    );
    assert!(repository.names().iter().all(|name| !name.starts_with(".pants-")), "{:?}", repository.names());
}

#[test]
fn an_old_repository_needs_no_marker() {
    let repository = Repository::new("");
    repository.remove("pants.toml");
    repository.write("old/BUILD", "");
    let ini = "[GLOBAL]\nbackend_packages: +['acme.backend']\n[compile.javac]\nargs: ['-g']\n[acme]\nkey: 1\n";
    repository.write("old/pants.ini", ini);
    let old = repository.root().join("old");
    let run = |directory: &std::path::Path, args: &[&str]| repository.pants(args).in_directory(directory).run();

    let list = run(&old, &["list", "::"]);
    let told = shown(&list).replace(&repository.root().display().to_string(), "[ROOT]");
    expect![[r#"
        error: no build root found in `[ROOT]/old` or above it
          hint: a build root holds a file named `pants.toml`, `pants`, `BUILDROOT` or `BUILD_ROOT`
          hint: `pants.ini` alone marks none: `pants migrate-config` writes a pants.toml, or make an empty file `BUILDROOT`
        exit 1
    "#]]
    .assert_eq(&told);

    let _ = run(&old, &["migrate-config"]).success();
    let here = repository.read("old/pants.toml");
    expect![[r#"
        [GLOBAL]
        # no plugin provides this backend; the types of its targets may be listed in `[build-files] opaque_types`.
        backend_packages.add = [
            # "acme.backend",
        ]
        [compile.javac]
        args = ["-g"]
        # [acme]
        # key: nobody reads this here.
        # key = 1
    "#]]
    .assert_eq(&here);
    repository.remove("old/pants.toml");
    let (input, output) = (old.join("pants.ini"), old.join("pants.toml"));
    let flag = format!("--output-file={}", output.display());
    let input = input.to_str().expect("a name in Unicode");
    let _ = run(&repository.home(), &["migrate-config", input, &flag]).success();
    assert_eq!(repository.read("old/pants.toml"), here, "wherever one stands");
    let options = run(&old, &["options", "--only-overridden"]).quiet_success();
    assert!(options.contains("compile.javac.args"), "{options}");
}

#[test]
fn what_cannot_be_read_is_told() {
    let repository = old();
    check(
        &repository,
        &["migrate-config", "other.ini"],
        expect![[r#"
        error: cannot read `other.ini`
          because: No such file or directory (os error 2)
          hint: `pants migrate-config path/to/pants.ini` reads another file
        exit 1
    "#]],
    );
    check(
        &repository,
        &["migrate-config", "a", "b"],
        expect![[r#"
        error: `b` is one word too many
          hint: usage: `pants migrate-config [--output-file=FILE] [PANTS_INI]`
        exit 1
    "#]],
    );
    repository.write("pants.ini", "[GLOBAL\nlevel: warn\n");
    let output = repository.run(&["migrate-config"]);
    assert_eq!(output.code, Some(1), "{}", shown(&output));
    assert!(output.stderr.contains("pants.ini:1"), "{}", output.stderr);
    assert!(!repository.exists("pants.toml"));
}
