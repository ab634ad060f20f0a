//! The pants.toml of the README: each line of it is valid, and takes effect.

use super::{Bench, Resolved, Sources};
use crate::support::checkout;
use expect_test::expect;
use std::fmt::Write;

/// The indented lines under its heading.
fn example() -> String {
    let readme = std::fs::read_to_string(checkout().join("README.md")).expect("there is one");
    let (_, rest) = readme.split_once("## An example `pants.toml`\n\n").expect("it has an example");
    let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}

fn resolved() -> Resolved {
    let files = [("pants.toml".to_owned(), example())].into_iter().collect();
    let sources = Sources { files, ..Sources::default() };
    Bench::new().resolve(&sources, &["--no-skip-inherited"]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_line_takes_effect() {
    let resolved = resolved();
    assert_eq!(resolved.stderr, "");
    let (mut section, mut without_effect) = (String::new(), Vec::new());
    for (number, line) in example().lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').to_owned();
            continue;
        }
        let Some((key, _)) = line.split_once(" = ") else { continue };
        let is_from_here = |place: &Option<String>| {
            place.as_deref().is_some_and(|place| place.starts_with(&format!("pants.toml:{number} ")))
        };
        // A table below a section is one value, which stands where the table begins; a name of [DEFAULT] is only used.
        let is_part = section == "DEFAULT" || section.ends_with(".platforms");
        if !is_part && !resolved.options.values().any(|option| is_from_here(&option.place)) {
            without_effect.push(format!("{number}: [{section}] {key}"));
        }
    }
    super::report(&without_effect);
}

#[test]
fn the_effect_is_the_one_that_it_tells() {
    let mut lines = String::new();
    for (name, option) in resolved().options.iter().filter(|(_, option)| option.source.starts_with("CONFIG")) {
        // Every scope inherits the level, and says so.
        if name == "level" || !name.ends_with(".level") {
            writeln!(lines, "{name} = {}", option.value).expect("a text takes all");
        }
    }
    expect![[r#"
        compile.javac.args = ["-encoding","UTF-8","-parameters"]
        compile.javac.worker_count = 2
        jvm-platform.default_platform = "java17"
        jvm-platform.platforms = {"java17":{"source":"17","target":"17"}}
        jvm.options = ["-Xmx1g"]
        jvm.run.jvm.options = ["-Xmx1g"]
        jvm.test.junit.options = ["-Xmx1g","-ea"]
        level = "warn"
        pants_ignore = [".*/","/dist/","/experiments/"]
        process_timeout = 600
        source.root_patterns = ["src/*","tests/*"]
        test.extra_env_vars = ["TZ=UTC"]
        test.junit.extra_env_vars = ["TZ=UTC"]
        test.pytest.extra_env_vars = ["TZ=UTC"]
        test.pytest.timeout_default = 60
    "#]]
    .assert_eq(&lines);
}
