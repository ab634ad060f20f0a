//! `cache`: whether results of processes are taken and kept, for all goals or for one, and where.

use super::{count, generate, repository, runs_after, set_config, with_flags};

/// Runs `gen` with each of these flags in turn, each time without a work directory; says how often the tool had run.
fn check(flags: &[&[&str]], expect: &[usize]) {
    let repository = repository("");
    let counts: Vec<usize> = flags.iter().map(|flags| runs_after(&repository, &with_flags(flags))).collect();
    assert_eq!(counts, expect, "{flags:?}");
}

#[test]
fn results_are_taken_from_the_cache_unless_it_is_ignored_or_not_read() {
    check(&[&[], &[]], &[1, 1]);
    check(&[&[], &["--cache-ignore"], &[]], &[1, 2, 2]);
    check(&[&[], &["--no-cache-read"], &["--cache-read"]], &[1, 2, 2]);
}

#[test]
fn results_are_not_kept_when_the_cache_is_ignored_or_not_written() {
    check(&[&["--cache-ignore"], &[]], &[1, 2]);
    check(&[&["--no-cache-write"], &["--no-cache-write"], &[], &[]], &[1, 2, 3, 3]);
}

#[test]
fn one_goal_may_use_caches_otherwise_than_the_rest() {
    check(&[&[], &["--cache-gen-protoc-ignore"], &["--cache-compile-javac-ignore"]], &[1, 2, 2]);
    check(&[&[], &["--cache-ignore", "--no-cache-gen-protoc-ignore"]], &[1, 1]);
    let repository = repository("[cache.\"gen.protoc\"]\nread = false\n");
    assert_eq!([(); 2].map(|()| runs_after(&repository, &super::GEN)), [1, 2]);
    set_config(&repository, "[cache]\nread = false\n[cache.gen.protoc]\nread = true\n");
    assert_eq!(runs_after(&repository, &super::GEN), 2);
}

#[test]
fn what_is_there_is_overwritten_on_demand() {
    let repository = repository("");
    let generated = || {
        let directory = repository.root().join(".pants.d/gen/protoc/proto.proto");
        let text = std::fs::read_to_string(directory.join("A.java"));
        text.unwrap_or_else(|error| panic!("{}: {error}", directory.display())).trim().to_owned()
    };
    let tool = repository.read("tools/protoc");
    // Two tools of one length and time would be one tool; the result depends on a file that nobody declared.
    repository.write("tools/protoc", &tool.replace("echo \"class A {}\"", "cat word"));
    let after = |word: &str, flags: &[&str]| {
        repository.write("word", word);
        runs_after(&repository, &with_flags(flags));
        generated()
    };
    assert_eq!(after("one", &[]), "one");
    assert_eq!(after("two", &["--no-cache-read"]), "two");
    assert_eq!(after("three", &[]), "one");
    assert_eq!(after("four", &["--no-cache-read", "--cache-overwrite"]), "four");
    assert_eq!(after("five", &[]), "four");
}

#[test]
fn results_go_to_and_come_from_further_directories() {
    let repository = repository("");
    // A daemon goes on without them.
    let forget = || drop(std::fs::remove_dir_all(repository.home().join("cache")));
    assert_eq!(runs_after(&repository, &with_flags(&["--cache-write-to=shared/results"])), 1);
    assert!(repository.exists("shared/results"));
    forget();
    assert_eq!(runs_after(&repository, &with_flags(&["--cache-read-from=shared/results"])), 1);
    forget();
    assert_eq!(runs_after(&repository, &with_flags(&[])), 2);
}

#[test]
fn a_remote_cache_is_passed_over_with_a_word() {
    let repository = repository("[cache]\nread_from = [\"https://cache.example.com/results\"]\n");
    let told = generate(&repository, &[]);
    let expect = "warning: pants.toml:2 [cache] read_from: `https://cache.example.com/results` is passed over: \
                  remote caches are not supported yet\n";
    assert!(told.contains(expect), "{told}");
    assert_eq!(told.matches("cache.example.com").count(), 1, "{told}");
    assert_eq!(count(&repository), 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_told_once_as_a_warning() {
    let repository = repository("[cache]\nwrite_to = [\"tools/protoc/cache\"]\n");
    let expect = "warning: pants.toml:2 [cache] write_to: `tools/protoc/cache` gets no results: ";
    let told = generate(&repository, &[]);
    assert_eq!(told.matches(expect).count(), 1, "{told}");
    assert_eq!(count(&repository), 1);
    for flags in
        [&["--quiet"][..], &["--ignore-pants-warnings=['pants.toml:2 .cache. write_to']"], &["--no-cache-write"]]
    {
        let told = generate(&repository, flags);
        assert!(!told.contains("gets no results"), "{flags:?}: {told}");
    }
}

#[test]
fn another_generation_forgets_every_result() {
    check(&[&[], &["--cache-key-gen-version=201"], &[], &["--cache-key-gen-version=201"]], &[1, 2, 2, 2]);
    let repository = repository("[gen.protoc]\ncache_key_gen_version = \"7\"\n");
    assert_eq!(runs_after(&repository, &super::GEN), 1);
    set_config(&repository, "");
    assert_eq!(runs_after(&repository, &super::GEN), 2);
}
