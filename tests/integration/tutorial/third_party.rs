//! Third-party artifacts: the lock file decides, and what was fetched once needs no network.

use super::{ran, run, tutorial, unlike_any_other};
use crate::support::Pants;

const LOCK: &str = "3rdparty/jvm.lock.json";
const BUILD: &str = "3rdparty/jvm/BUILD";

#[test]
fn a_jar_that_is_not_what_was_locked_is_refused() {
    let repository = tutorial();
    let lock = repository.read(LOCK);
    let guava = "f3d7f57f67fd622f4d468dfdd692b3a5e3909246c28017ac3263405f0fe617ed";
    repository.write(LOCK, &lock.replace(guava, &"0".repeat(64)));
    let said = run(&repository, &["resolve", "3rdparty/jvm:guava"]).failure(1);
    assert!(said.contains("com.google.guava:guava:33.4.8-jre"), "{said}");
    assert!(said.contains(guava) && said.contains(&"0".repeat(64)), "{said}");
    assert!(!repository.exists(".pants.d/resolve/coursier/jars/com/google/guava/guava/33.4.8-jre"), "{said}");
    repository.write(LOCK, &lock);
    assert_eq!(run(&repository, &["resolve", "3rdparty/jvm:guava"]).success(), "");
    assert_eq!(repository.read(LOCK), lock);
}

#[test]
fn a_new_jar_is_added_to_the_lock_file() {
    let repository = tutorial();
    let lock = repository.read(LOCK);
    repository.append(BUILD, "\njar_library(name=\"cli\", jars=[jar(\"commons-cli\", \"commons-cli\", \"1.9.0\")])\n");
    let output = run(&repository, &["resolve", "src/java::"]);
    assert!(!output.stderr.contains("wrote the lock file"), "nobody needs the new jar yet: {output:?}");
    let _ = output.success();
    let output = run(&repository, &["resolve", "3rdparty/jvm::"]);
    assert!(output.stderr.contains("wrote the lock file 3rdparty/jvm.lock.json"), "{output:?}");
    let _ = output.success();
    let longer = repository.read(LOCK);
    assert!(longer.contains("\"commons-cli:commons-cli:1.9.0\""), "{longer}");
    let was_kept = |line: &&str| longer.contains(line.trim_end_matches(','));
    assert_eq!(lock.lines().filter(|line| !was_kept(line)).collect::<Vec<_>>(), [""; 0], "what was locked stays");

    repository.edit(BUILD, "1.9.0", "1.10.0");
    let _ = run(&repository, &["resolve", "3rdparty/jvm::"]).success();
    assert!(!repository.read(LOCK).contains("commons-cli:commons-cli:1.9.0"), "what is not declared is not locked");
}

/// Without any way to the network: proxies that nobody listens on.
fn offline(run: Pants) -> Pants {
    let nobody = "http://127.0.0.1:9";
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
    let run = names.into_iter().fold(run, |run, name| run.env(name, nobody));
    run.env("NO_PROXY", "").env("no_proxy", "")
}

#[test]
fn repositories_share_what_was_fetched_and_need_no_network() {
    let first = unlike_any_other();
    run(&first, &["test", "::"]).success();
    let second = crate::support::Repository::new("");
    second.copy_tree(&first.root());
    let output = offline(second.pants(&["test", "::"]).with_real_tools()).run();
    assert_eq!(ran(&output), [""; 0], "{output:?}");
    assert_eq!(output.stdout.matches("SUCCESS (cached)").count(), 3, "{output:?}");
    let _ = output.success();
    // Not only cached results: a change is built from what was fetched.
    second.append(super::PYTHON_TEST, "\n\ndef test_more():\n    assert greet(\"x\").text\n");
    second.edit(super::GREETER, "salutation + \", \"", "salutation + \",\" + \" \"");
    let output = offline(second.pants(&["test", "::"]).with_real_tools()).run();
    assert_eq!(output.stdout.matches("SUCCESS").count(), 3, "{output:?}");
    let _ = output.success();
}
