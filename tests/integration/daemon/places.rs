//! Odd surroundings: homes that cannot be written, long paths, machines that are thrown away.

use super::{FILES, all_of, check_twice, shown};
use crate::support::{Repository, started_in};

#[test]
fn a_home_that_cannot_be_written() {
    let scene = |repository: &Repository| {
        let homeless = |args: &[&str]| {
            let pants = repository.pants(args).env("HOME", "/dev/null/nobody").env("XDG_CACHE_HOME", "/dev/null/cache");
            shown(&pants.run())
        };
        [homeless(&["list", "b:"]), homeless(&["dependees", "b:lib"]), homeless(&["list", "nosuch"])].concat()
    };
    check_twice(|| Repository::new(FILES), scene);
}

#[test]
fn a_build_root_whose_path_is_too_long_for_a_socket() {
    let deep = format!("{0}/{0}/{0}/{0}", "a-directory-with-a-name-of-fifty-characters-------");
    let repository = Repository::new("").without_daemon();
    for path in ["BUILD", "pants.toml"] {
        repository.write(&format!("{deep}/{path}"), if path == "BUILD" { "target(name='deep')\n" } else { "" });
    }
    let root = repository.root().join(&deep);
    let run =
        |daemon: &str, args: &[&str]| repository.pants(args).in_directory(&root).env("PANTS_PANTSD", daemon).run();
    let direct = run("false", &["list", "::"]).quiet_success();
    assert_eq!(direct, "//:deep\n");
    for _ in 0..2 {
        assert_eq!(run("true", &["list", "::"]).quiet_success(), direct);
        assert!(!started_in(&root).is_empty(), "there is a daemon");
    }
    assert_eq!(run("true", &["kill-pantsd"]).code, Some(0));
    assert_eq!(started_in(&root), []);
}

#[test]
fn no_daemon_on_a_machine_that_is_thrown_away() {
    let repository = Repository::new(FILES).with_daemon();
    let answer = repository.pants(&["list", "b:"]).without("PANTS_PANTSD").env("CI", "true").run();
    assert_eq!(answer.quiet_success(), "b:lib\n");
    assert_eq!((repository.daemon(), started_in(&repository.root())), (None, Vec::new()));
}

#[test]
fn a_build_root_behind_a_link_and_one_that_moves() {
    let scene = |repository: &Repository| {
        let link = repository.home().join("link");
        std::fs::create_dir_all(repository.home()).expect("a directory");
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(repository.root(), &link).expect("a new link");
        let linked = shown(&repository.pants(&["list", "b:"]).in_directory(&link).run());
        linked + &all_of(repository, &[&["list", "b:"]])
    };
    check_twice(|| Repository::new(FILES), scene);
}

#[test]
fn a_work_directory_that_cannot_be_made_costs_a_line_and_the_daemon() {
    let repository = Repository::new(FILES).with_daemon();
    repository.write(".pants.d", "");
    for _ in 0..2 {
        let output = repository.run(&["list", "b:"]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(0), "b:lib\n"), "{output:?}");
        assert!(output.stderr.starts_with("warning: this run goes without pantsd: "), "{}", output.stderr);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
}
