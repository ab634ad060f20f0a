//! What a person can do: the real tools on copies of docs/tutorial.

mod changes;
mod compiling;
mod programs;
mod questions;
mod testing;
mod third_party;

use crate::support::{Output, Repository, checkout};

/// A copy of the tutorial as it is: without tools, or where what others left in the shared caches does no harm.
fn tutorial() -> Repository {
    let repository = Repository::new("");
    repository.copy_tree(&checkout().join("docs/tutorial"));
    repository
}

/// A copy of the tutorial with classes, modules and a message like no other's: the caches are shared by all tests, and
/// nothing made of this copy is in them.
fn unlike_any_other() -> Repository {
    let repository = tutorial();
    let mark = repository.mark();
    let java = |path: &str| {
        let last_line = "}\n";
        let text = repository.read(path);
        let body = text.strip_suffix(last_line).expect("a class ends so");
        repository.write(path, &format!("{body}\n  private static final String COPY = \"{mark}\";\n{last_line}"));
    };
    for path in [GREETER, MAIN, GREETER_TEST, MAIN_TEST] {
        java(path);
    }
    for path in [PYTHON_GREETER, PYTHON_TEST] {
        repository.append(path, &format!("\n\nCOPY = \"{mark}\"\n"));
    }
    repository.edit(PROTO, "string text = 2;", &format!("string text = 2;\n  string copy_{mark} = 3;"));
    repository
}

const GREETER: &str = "src/java/org/example/greet/Greeter.java";
const MAIN: &str = "src/java/org/example/app/Main.java";
const GREETER_TEST: &str = "tests/java/org/example/greet/GreeterTest.java";
const MAIN_TEST: &str = "tests/java/org/example/app/MainTest.java";
const PYTHON_GREETER: &str = "src/python/example/greet/greeter.py";
const PYTHON_MAIN: &str = "src/python/example/app/main.py";
const PYTHON_TEST: &str = "tests/python/example/greet/test_greeter.py";
const PROTO: &str = "src/protobuf/org/example/wire/greeting.proto";

/// Runs the binary with the machine's tools.
fn run(repository: &Repository, args: &[&str]) -> Output {
    repository.pants(args).with_real_tools().run()
}

/// The compilers, generators and test runners that really ran, sorted; not what fetches tools for the first time.
fn ran(output: &Output) -> Vec<String> {
    let kinds = ["javac ", "protoc ", "junit ", "pytest ", "pex "];
    let mut lines: Vec<String> = output
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("[TIME] [ELAPSED] [")?.split_once("] "))
        .filter(|(_, text)| kinds.iter().any(|kind| text.starts_with(kind)))
        .map(|(_, text)| text.to_owned())
        .collect();
    lines.sort();
    lines
}
