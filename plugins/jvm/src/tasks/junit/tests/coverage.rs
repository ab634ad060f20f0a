//! Coverage in that world: what the JVMs that measure and the one that reports are given.

use super::*;
use crate::tasks::junit::coverage::{SCOPE, register_scope_options};

const RESULTS: &str = ".pants.d/test/junit/tests.java.a.a";

/// The world with the options of JaCoCo; each JVM leaves what it measured and what it reports.
fn measuring(root: &tempfile::TempDir) -> TestContext {
    let world = world(root);
    declare(&world, SCOPE, register_scope_options);
    let root = root.path().to_owned();
    world.fake_tool(move |process| {
        for output in &process.output_paths {
            let output = root.join(output);
            if output.extension().is_some() {
                std::fs::create_dir_all(output.parent().unwrap())?;
                std::fs::write(output, "a report")?;
            } else {
                std::fs::create_dir_all(&output)?;
                std::fs::write(output.join("jacoco.exec"), "measured")?;
            }
        }
        Ok(ProcessOutput::default())
    });
    world
}

#[test]
fn jvms_of_tests_measure_and_another_one_reports() {
    let root = tempfile::tempdir().unwrap();
    let world = measuring(&root);
    world.option("coverage", true).option("coverage-jvm-options", ["-Xmx1g"]).run::<Testing<JunitRun>>().unwrap();
    let [tests, report] = &world.processes()[..] else { panic!("two JVMs") };
    let agent = format!(
        "-javaagent:{{tool:jacoco-agent}}/org/agent.jar=destfile={RESULTS}/reports/jacoco.exec,append=false,\
         sessionid=tests.java.a.a"
    );
    assert!(tests.argv.contains(&agent), "{:?}", tests.argv);
    assert!(tests.tools.iter().any(|tool| tool.name == "jacoco-agent"));
    expect![[r#"
        {tool:jdk}/bin/java
        -Xmx1g
        -cp
        {tool:jacoco-cli}/org/cli.jar
        Cli
        report
        .pants.d/test/junit/tests.java.a.a/reports/jacoco.exec
        --classfiles
        out/b/classes.jar
        --sourcefiles
        src/java
        --encoding
        UTF-8
        --quiet
        --xml
        .pants.d/test/junit/coverage/coverage.xml
        --csv
        .pants.d/test/junit/coverage/coverage.csv
        --html
        .pants.d/test/junit/coverage/html"#]]
    .assert_eq(&report.argv.join("\n"));
    assert_eq!(report.inputs, [&format!("{RESULTS}/reports/jacoco.exec"), "out/b/classes.jar", "src/java/b/B.java"]);
    assert!(root.path().join("dist/coverage/junit/coverage.xml").is_file());
    assert_eq!(world.logs(), ["3: the coverage of the tests is in dist/coverage/junit"]);
}

#[test]
fn a_jvm_measures_to_where_it_sees_its_reports_and_each_batch_has_its_own() {
    let root = tempfile::tempdir().unwrap();
    let world = measuring(&root);
    world.option("coverage", true).option("cwd", "data").option("batch-size", Value::Int(1));
    world.run::<Testing<JunitRun>>().unwrap();
    let processes = world.processes();
    for (index, process) in processes[..2].iter().enumerate() {
        let destination = format!("=destfile=../{RESULTS}/reports/{index}/jacoco.exec,");
        assert!(process.argv.iter().any(|argument| argument.contains(&destination)), "{:?}", process.argv);
    }
    let data = [0, 1].map(|index| format!("{RESULTS}/reports/{index}/jacoco.exec"));
    assert_eq!(processes[2].inputs[..2], data);
}

#[test]
fn nothing_is_measured_unless_it_is_wanted() {
    let check = |options: &[(&str, Value)], expect: bool| {
        let root = tempfile::tempdir().unwrap();
        let world = measuring(&root);
        for (name, value) in options {
            world.option(name, value.clone());
        }
        let asked = world.plan::<Testing<JunitRun>>().unwrap();
        world.run::<Testing<JunitRun>>().unwrap();
        let measures = |process: &Process| process.argv.iter().any(|argument| argument.contains("jacoco"));
        assert_eq!(world.processes().iter().any(measures), expect, "{options:?}");
        assert_eq!(asked.iter().filter(|(name, _)| name == "jvm_tools").count(), if expect { 3 } else { 1 });
    };
    check(&[], false);
    check(&[("coverage-force", true.into()), ("coverage-jvm-options", Value::strings(["-Xmx1g"]))], false);
    check(&[("coverage", true.into())], true);
    check(&[("coverage-processor", "jacoco".into())], true);
    check(&[("coverage-open", true.into())], true);
}

#[test]
fn what_cannot_be_measured_or_read_is_refused_with_its_place() {
    let root = tempfile::tempdir().unwrap();
    let world = measuring(&root);
    let refused = |expect: &str| {
        assert_eq!(world.plan::<Testing<JunitRun>>().unwrap_err().message, expect);
    };
    world.option("coverage-processor", "cobertura");
    refused("test: `cobertura` cannot measure coverage here: it does not read the classes of today's Java");
    world.option("coverage-processor", "scoverage");
    refused(
        "test: `scoverage` cannot measure coverage here: it is part of the Scala compiler, and Scala is not compiled here",
    );
    world.option("coverage-processor", "jacoco").option_of(SCOPE, "target-filters", ["src", "("]);
    refused("test: `(` is no regular expression");
}

#[test]
fn the_report_is_of_targets_that_match_and_of_tests_that_passed() {
    let check = |filter: &str, is_forced: bool, code: i32, expect: &[&str]| {
        let root = tempfile::tempdir().unwrap();
        let world = measuring(&root);
        world.option("coverage", true).option("coverage-force", is_forced).option_of(SCOPE, "target-filters", [filter]);
        let results = root.path().join(format!("{RESULTS}/reports"));
        world.fake_tool(move |process| {
            let is_report = process.argv.contains(&"report".to_owned());
            std::fs::create_dir_all(&results)?;
            std::fs::write(results.join("jacoco.exec"), "measured")?;
            let made = results.parent().and_then(std::path::Path::parent).unwrap().join("coverage");
            std::fs::create_dir_all(made)?;
            Ok(output(if is_report { 0 } else { code }, ""))
        });
        assert_eq!(world.run::<Testing<JunitRun>>().is_ok(), code == 0);
        assert_eq!(world.logs(), expect, "{filter} {is_forced} {code}");
    };
    let told = "3: the coverage of the tests is in dist/coverage/junit";
    check("java/b:", false, 0, &[told]);
    check("^b", false, 0, &["2: test: no target that the tests depend on matches"]);
    let failed = "2: no coverage is reported, because tests failed; `--test-junit-coverage-force` reports it anyway";
    check("java/b:", false, 1, &[failed]);
    check("java/b:", true, 1, &[told]);
}
