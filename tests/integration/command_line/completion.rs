//! Completion: what the program answers, and what shells make of it.

use super::{FILES, has_program, not_checked};
use crate::support::Repository;
use expect_test::{Expect, expect};

/// What the last of the words of a line can become.
fn answers(repository: &Repository, line: &str) -> Vec<String> {
    let args = ["complete", "--words", "--"].into_iter().chain(line.split(' ')).collect::<Vec<_>>();
    repository.run(&args).quiet_success().lines().map(str::to_owned).collect()
}

fn check(repository: &Repository, line: &str, expect: Expect) {
    expect.assert_eq(&answers(repository, line).join(" "));
}

#[test]
fn targets_come_from_the_directory_typed_so_far() {
    let repository = Repository::new(FILES);
    // What is broken elsewhere is nobody's business.
    repository.write("src/java/lib/BUILD", "nonsense(");
    check(&repository, "list s", expect!["sort src/"]);
    check(&repository, "list src/", expect!["src/java/ src/python:"]);
    check(&repository, "list src/java/a", expect!["src/java/app:"]);
    check(&repository, "list src/java/app:", expect!["src/java/app:: src/java/app:app src/java/app:apple"]);
    check(&repository, "list src/java/app:appl", expect!["src/java/app:apple"]);
    check(&repository, "list ^src/java/app:app", expect!["^src/java/app:app ^src/java/app:apple"]);
    check(&repository, "list //src/p", expect!["//src/python:"]);
    check(&repository, "list src/java/lib:", expect!["src/java/lib::"]);
    check(&repository, "list docs/", expect!["docs/a.txt"]);
    check(&repository, "list ../", expect!["../home/ ../repo/"]);
    let below = repository.pants(&["complete", "--words", "--", "list", "./a"]);
    let below = below.in_directory(&repository.root().join("src/java")).run().quiet_success();
    assert_eq!(below, "./app:\n");
}

#[test]
fn goals_flags_and_values_come_from_what_is_declared() {
    let repository = Repository::new(FILES);
    assert!(answers(&repository, "").contains(&"compile".to_owned()));
    check(&repository, "dep", expect!["dependees dependencies depmap"]);
    check(&repository, "migr", expect!["migrate-config"]);
    check(&repository, "--lev", expect!["--level="]);
    check(&repository, "--level=", expect!["--level=debug --level=error --level=info --level=trace --level=warn"]);
    check(&repository, "list --output-f", expect!["--output-file= --output-format="]);
    check(&repository, "list --output-format=", expect!["--output-format=json --output-format=text"]);
    check(&repository, "compile --sort-r", expect!["--sort-reverse"]);
    check(&repository, "compile --no-pantsd", expect!["--no-pantsd --no-pantsd-allow-plain-nailgun"]);
    check(&repository, "help jvm-p", expect!["jvm-platform"]);
    check(&repository, "run x -- --lev", expect![[""]]);
}

#[test]
fn nothing_is_said_of_errors_and_nothing_is_written() {
    let repository = Repository::new(FILES);
    for toml in ["[GLOBAL", "[nosuch]\nx = 1", "[GLOBAL]\nbackend_packages = ['nosuch']"] {
        repository.write("pants.toml", toml);
        check(&repository, "compil", expect!["compile compile-changed"]);
        check(&repository, "list src/java/a", expect!["src/java/app:"]);
    }
    let before = repository.names();
    check(&repository, "list src/java/app:", expect!["src/java/app:: src/java/app:app src/java/app:apple"]);
    assert_eq!(repository.names(), before);
    repository.remove("pants.toml");
    check(&repository, "compil", expect![[""]]);
}

/// Runs a shell with a script that gets the line as `$1` and the program as `$2`.
fn in_shell(repository: &Repository, shell: &str, script: &str, line: &str) -> String {
    let args: Vec<&str> = match shell {
        "bash" => vec!["--norc", "-c", script, "bash", line],
        "zsh" => vec!["-f", "-c", script, "zsh", line],
        _ => vec!["--no-config", "-c", script, line],
    };
    repository.pants(&[]).within(shell, &args).run().success().split_whitespace().collect::<Vec<_>>().join(" ")
}

const BASH: &str = r#"
pants() { "$program" "$@"; }
program=$2
source <(pants complete bash)
complete -p pants >/dev/null || exit 1
COMP_LINE=$1 COMP_POINT=${#1}
_pants
printf '%s\n' "${COMPREPLY[@]}"
"#;

#[test]
fn bash_completes() {
    let repository = Repository::new(FILES);
    let check = |line: &str, expect: &str| assert_eq!(in_shell(&repository, "bash", BASH, line), expect, "{line}");
    check("pants dep", "dependees dependencies depmap");
    check("pants list src/java/", "src/java/app: src/java/lib:");
    // A colon and a sign end words for bash: only what stands behind them is replaced.
    check("pants list src/java/app:appl", "apple");
    check("pants -q list --output-format=j", "json");
    check("pants --lev", "--level=");
    check("pants list src/java/app:app src/py", "src/python:");
}

/// Outside of its line editor zsh has no `compadd`: what it would get is what counts.
const ZSH: &str = r#"
program=$2
pants() { "$program" "$@"; }
compdef() { [[ $1 == _pants ]] || exit 1 }
compadd() { print -l -- ${(P)@[-1]} }
source <(pants complete zsh)
words=(${(s: :)1}) ; [[ $1 == *' ' ]] && words+=('')
CURRENT=$#words PREFIX=$words[-1]
_pants || true
"#;

#[test]
fn zsh_completes() {
    if !has_program("zsh") {
        return not_checked("zsh");
    }
    let repository = Repository::new(FILES);
    let check = |line: &str, expect: &str| assert_eq!(in_shell(&repository, "zsh", ZSH, line), expect, "{line}");
    check("pants dep", "dependees dependencies depmap");
    check("pants list src/java/", "src/java/app: src/java/lib:");
    check("pants list src/java/app:appl", "src/java/app:apple");
    check("pants -q list --output-format=j", "--output-format=json");
    check("pants --lev", "--level=");
    check("pants nosuch", "");
}

const FISH: &str = r#"
set -g program $argv[2]
function pants; $program $argv; end
pants complete fish | source
complete -C $argv[1]
"#;

#[test]
fn fish_completes() {
    if !has_program("fish") {
        return not_checked("fish");
    }
    let repository = Repository::new(FILES);
    let check = |line: &str, expect: &str| assert_eq!(in_shell(&repository, "fish", FISH, line), expect, "{line}");
    check("pants dep", "dependees dependencies depmap");
    check("pants list src/java/", "src/java/app: src/java/lib:");
    check("pants list src/java/app:appl", "src/java/app:apple");
    check("pants -q list --output-format=j", "--output-format=json");
    check("pants --lev", "--level=");
}
