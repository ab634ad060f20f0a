//! Runs at a terminal: `script` makes one, and notes every byte that a user would see.

use super::{check_once, check_twice};
use crate::bad_input::{set_protoc, with_protoc};
use crate::support::{Pants, Repository};

/// What a user sees of it at a terminal of so many columns.
fn at_terminal(pants: Pants, columns: usize) -> String {
    let command = format!("stty cols {columns} rows 24; exec {}", pants.shown());
    let output = pants.replaced_by("script", &["-qec", &command, "/dev/null"]).run();
    format!("{}--- {:?}\n", legible(&output.stdout), output.code)
}

/// Lines without the time of day and the time since the start, wherever in the line they stand; and escapes to be read.
fn legible(text: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    let flush = |digits: &mut String, shown: &mut String| {
        let is_time = digits.len() >= 5 && digits.split(':').all(|part| part.len() == 2);
        shown.push_str(if is_time { "[TIME]" } else { digits });
        digits.clear();
    };
    for char in text.chars() {
        match char {
            '0'..='9' | ':' => digits.push(char),
            _ => {
                flush(&mut digits, &mut shown);
                match char {
                    '\x1b' => shown.push_str("<ESC>"),
                    '\r' => shown.push_str("<CR>"),
                    _ => shown.push(char),
                }
            }
        }
    }
    flush(&mut digits, &mut shown);
    shown
}

const FILES: &str = "
//- a/BUILD
files(description='words and words and words and words and words and words and words', sources=['*.missing'])
//- tools/protoc
";

#[test]
fn colours_and_the_width_are_those_of_the_terminal() {
    let scene = |repository: &Repository| {
        let seen = |args: &[&str], columns| at_terminal(repository.pants(args), columns);
        [
            seen(&["list", "--documented", "a", "nosuch"], 50),
            seen(&["list", "--documented", "a"], 50),
            seen(&["list", "--documented", "a"], 120),
            seen(&["--no-colors", "list", "a"], 50),
            seen(&["help", "list"], 60),
            at_terminal(repository.pants(&["list", "a"]).env("NO_COLOR", "1"), 50),
            at_terminal(repository.pants(&["list", "a"]).env("CI", "1").env("PANTS_PANTSD", "true"), 50),
        ]
        .concat()
    };
    let said = check_twice(|| Repository::new(FILES), scene);
    assert!(said.contains("<ESC>["), "{said}");
}

#[test]
fn a_build_shows_its_progress() {
    let scene = |repository: &Repository| {
        let seen = at_terminal(repository.pants(&["--cache-ignore", "gen", "proto"]), 80);
        // How often the status is drawn depends on how long things take: what remains on the screen does not.
        let lines = seen.lines().map(|line| line.rsplit("<CR><ESC>[2K").next().unwrap_or_default().to_owned() + "\n");
        lines.collect()
    };
    let said = check_once(|| with_protoc("protoc"), scene);
    assert!(said.contains("SUCCESS"), "{said}");
}

/// What a user does with jobs: stop one and go on with it in the foreground, interrupt another one.
const JOBS: &str = "set -m
wait_until() { while ! eval \"$1\"; do sleep 0.01; done; }
\"$@\" &
wait_until '[ -e pids ]'
kill -TSTP %%
wait_until \"grep -q '^State:.T' /proc/$!/status\"
touch go
fg > /dev/null
echo \"exit $?\" > codes
rm -r go pids .pants.d
\"$@\" &
wait_until '[ -e pids ]'
kill -INT %%
wait $!
echo \"exit $?\" >> codes
";

#[test]
fn jobs_of_a_shell() {
    let scene = |repository: &Repository| {
        set_protoc(repository, "protoc-waits");
        repository.write("jobs", JOBS);
        let pants = repository.pants(&["--cache-ignore", "gen", "proto"]);
        let command = format!("bash jobs {}", pants.shown());
        let command = format!("{command}; cat codes");
        let output = pants.replaced_by("script", &["-qec", &command, "/dev/null"]).run();
        output
            .stdout
            .lines()
            .filter(|line| line.starts_with("exit "))
            .map(|line| line.trim().to_owned() + "\n")
            .collect()
    };
    assert_eq!(check_once(|| with_protoc("protoc"), scene), "exit 0\nexit 130\n");
}
