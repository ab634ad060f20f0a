//! What a run tells, to whom: `level`, `quiet`, `colors`, `ignore_pants_warnings`, `logdir`.

use super::{generate, repository, set_tool};

const ODD: [&str; 2] = ["list", "odd"];

#[test]
fn warnings_of_build_files_obey_the_level() {
    let repository = repository("");
    assert!(repository.run(&ODD).stderr.contains("warning: "));
    for flag in ["-q", "--quiet", "--level=error", "-lerror"] {
        assert_eq!(repository.run(&[&[flag], &ODD[..]].concat()).quiet_success(), "odd:odd\n", "{flag}");
    }
    assert!(repository.run(&["-lwarn", "list", "odd"]).stderr.contains("warning: "));
}

#[test]
fn warnings_are_ignored_by_how_they_begin() {
    let warned = |pattern: &str| {
        let repository = repository(&format!("[GLOBAL]\nignore_pants_warnings = [{pattern:?}]\n"));
        repository.run(&ODD).stderr.contains("*.missing")
    };
    assert!(warned("nothing like it"));
    assert!(warned("matches no file"), "that is not how it begins");
    assert!(!warned("Source pattern .*MISSING"));
    assert!(!warned("odd/BUILD"));
    let repository = repository("[GLOBAL]\nignore_pants_warnings = [\"(\"]\n");
    let told = repository.run(&ODD).failure(1);
    assert!(told.contains("pants.toml:2") && told.contains("a regular expression cannot be read"), "{told}");
}

#[test]
fn one_goal_may_be_louder_or_quieter_than_the_run() {
    let repository = repository("");
    let debug = |flags: &[&str]| generate(&repository, flags).contains("[gen.protoc] started");
    assert!(!debug(&[]));
    assert!(debug(&["--gen-protoc-level=debug"]));
    assert!(debug(&["--gen-level=debug"]));
    assert!(!debug(&["--resolve-level=debug"]));

    let progress = |flags: &[&str]| generate(&repository, &[flags, &["--cache-ignore"]].concat());
    let clean = || std::fs::remove_dir_all(repository.root().join(".pants.d")).expect("it was built");
    clean();
    assert!(progress(&[]).contains("[gen.protoc] protoc proto"));
    clean();
    assert!(!progress(&["--gen-protoc-quiet"]).contains("[gen.protoc]"));
}

#[test]
fn a_log_file_is_kept() {
    let repository = repository("[GLOBAL]\nlogdir = \"logs\"\n");
    let seen = generate(&repository, &["-q"]);
    assert_eq!(seen, "");
    let log = || repository.read("logs/pants.log");
    assert!(log().starts_with("pants_run_") && log().contains(": pants -q gen proto\n"), "{}", log());
    assert!(log().contains("[gen.protoc] protoc proto") && log().contains("SUCCESS"), "{}", log());
    assert!(!log().contains("[gen.protoc] started"), "{}", log());

    generate(&repository, &["-q", "--colors", "--gen-protoc-level=debug"]);
    assert!(log().contains("[gen.protoc] started") && !log().contains('\x1b'), "{}", log());

    let _ = repository.run(&["-ldebug", "list", "odd"]).success();
    assert!(log().contains("gen proto") && log().contains("list odd"), "the second run is added: {}", log());
    assert!(log().contains("warning: ") && !log().contains("odd:odd\n"), "{}", log());
    let told = repository.run(&["list", "nothing:here"]).failure(1);
    assert!(log().contains(told.lines().next().expect("it says why")), "{}", log());
}

#[test]
fn a_log_file_that_cannot_be_written_is_told_with_its_place() {
    let repository = repository("");
    repository.write("file", "");
    for (logdir, why) in [("file/logs", ""), ("file", "/file` is a file\n")] {
        let told = repository.run(&[&format!("--logdir={logdir}"), "list", "odd"]).failure(1);
        assert!(told.contains("--logdir") && told.contains("cannot be written"), "{told}");
        assert!(told.ends_with(why), "{told}");
    }
}

#[test]
fn colours_are_as_asked_for_the_run_and_for_one_goal() {
    let repository = repository("");
    assert!(repository.run(&["--colors", "list", "odd"]).stderr.contains("\x1b["));
    assert!(!repository.run(&["--no-colors", "list", "odd"]).stderr.contains("\x1b["));
    set_tool(&repository, "protoc-fails");
    let told = repository.run(&["--colors", "gen", "proto"]).failure(1);
    assert!(told.contains("\x1b["), "{told}");
}
