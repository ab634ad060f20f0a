//! `run` and `binary`: programs in the user's terminal, and programs to take away.

use super::{MAIN, PYTHON_MAIN, run, tutorial, unlike_any_other};
use crate::support::{Repository, path};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};

const JAVA_APP: &str = "src/java/org/example/app";
const PYTHON_APP: &str = "src/python/example/app";

#[test]
fn arguments_input_and_exit_code_are_the_programs_own() {
    let repository = tutorial();
    let output = run(&repository, &["run", JAVA_APP, "--", "Ada", "Grace"]);
    assert_eq!(output.success(), "Hello, Ada!\nHello, Grace!\n");
    let output = run(&repository, &["run", PYTHON_APP, "--", "ada lovelace", "--level=9"]);
    assert_eq!(output.success(), "Hello, Ada Lovelace!\nHello, --Level=9!\n");

    repository.edit(
        MAIN,
        "System.out.print(render(String.join(\",\", args)));",
        "System.out.println(new java.util.Scanner(System.in).nextLine());\n    System.exit(3);",
    );
    repository.edit(PYTHON_MAIN, "    for name in", "    print(input())\n    sys.exit(4)\n    for name in");
    for (app, code) in [(JAVA_APP, 3), (PYTHON_APP, 4)] {
        let output = repository.pants(&["run", app]).with_real_tools().stdin("from the terminal\n").run();
        assert_eq!(output.stdout, "from the terminal\n", "{output:?}");
        let said = output.failure(code);
        assert!(!said.contains("FAILURE") && !said.contains("SUCCESS"), "the program has the last word: {said}");
    }
}

#[test]
fn one_program_is_run() {
    let said = run(&tutorial(), &["run", "src/java/org/example/app:", PYTHON_APP]).failure(1);
    let mut problems: Vec<&str> = said.lines().filter(|line| !line.starts_with("[TIME]")).collect();
    problems.sort_unstable();
    assert_eq!(
        problems,
        [
            "  hint: name one: `src/java/org/example/app:app`",
            "  hint: name one: `src/python/example/app:app`",
            "error: run.jvm: `run` takes exactly one target, and was given 3",
            "error: run.py: `run` takes exactly one target, and was given 3",
        ]
    );
    let said = run(&tutorial(), &["run", "src/java/org/example/app:lib"]).failure(1);
    assert!(said.contains("error: goal `run` has nothing to do"), "{said}");
}

#[test]
fn a_program_gets_the_signals_and_locks_nothing() {
    let repository = tutorial();
    repository.edit(
        PYTHON_MAIN,
        "    for name in",
        "    print('ready', flush=True)\n    try:\n        input()\n    except KeyboardInterrupt:\n        \
         print('stopped', flush=True)\n        sys.exit(9)\n    for name in",
    );
    let mut program = repository.pants(&["run", PYTHON_APP]).with_real_tools().spawn();
    let mut lines = BufReader::new(program.stdout.take().expect("it is piped")).lines();
    let mut line = || lines.next().expect("one more line").expect("it is text");
    assert_eq!(line(), "ready");
    // It waits for input; whoever else needs the same tasks need not wait for it.
    let other = repository.pants(&["run", PYTHON_APP]).with_real_tools().stdin("\n").run();
    assert_eq!(other.success(), "ready\n");
    interrupt(&program);
    assert_eq!(line(), "stopped");
    assert_eq!(program.wait().expect("it ends").code(), Some(9));
}

/// What a terminal does on Ctrl-C.
fn interrupt(program: &Child) {
    let status = Command::new("kill").args(["-INT", &program.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// A program of `dist`, moved to another directory and started there with an environment of its own.
fn carried_away(repository: &Repository, name: &str, argv: &[&str]) -> String {
    let elsewhere = repository.home().join("elsewhere");
    std::fs::create_dir_all(&elsewhere).expect("a directory");
    std::fs::copy(repository.root().join("dist").join(name), elsewhere.join(name)).expect("it is there");
    let (program, arguments) = argv.split_first().expect("a program");
    let program = if *program == name { elsewhere.join(name) } else { program.into() };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&elsewhere);
    let output = command.env_clear().env("PATH", path()).env("HOME", repository.home()).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn binaries_run_anywhere_and_are_the_same_when_made_again() {
    let repository = unlike_any_other();
    let made = run(&repository, &["binary", "//:apps"]);
    assert!(made.stderr.contains("[binary.jvm] created dist/app.jar"), "{made:?}");
    assert!(made.stderr.contains("[binary.py] created pex dist/app.pex"), "{made:?}");
    let _ = made.success();
    let first = [bytes(&repository, "app.jar"), bytes(&repository, "app.pex")];

    let elsewhere = Repository::new("");
    elsewhere.copy_tree(&repository.root());
    let made = elsewhere.pants(&["binary", JAVA_APP, PYTHON_APP]).with_real_tools_but_no_results().run();
    assert!(made.stderr.contains("javac src/java/org/example/app:lib"), "nothing comes from a cache: {made:?}");
    assert!(made.stderr.contains("pex src/python/example/app:app"), "nothing comes from a cache: {made:?}");
    let _ = made.success();
    let second = [bytes(&elsewhere, "app.jar"), bytes(&elsewhere, "app.pex")];
    assert!(first == second, "equal sources make equal binaries");

    run(&repository, &["clean-all"]).success();
    assert!(!repository.exists(".pants.d/compile"), "results are gone");
    std::fs::rename(repository.root(), repository.home().join("gone")).expect("the repository moves away");
    let dist = Path::new("gone/dist");
    std::fs::create_dir_all(repository.root()).expect("a directory");
    std::fs::rename(repository.home().join(dist), repository.root().join("dist")).expect("what it made stays");
    assert_eq!(carried_away(&repository, "app.jar", &["java", "-jar", "app.jar", "Ada"]), "Hello, Ada!\n");
    assert_eq!(carried_away(&repository, "app.pex", &["app.pex", "ada"]), "Hello, Ada!\n");
}

fn bytes(repository: &Repository, name: &str) -> Vec<u8> {
    std::fs::read(repository.root().join("dist").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}
