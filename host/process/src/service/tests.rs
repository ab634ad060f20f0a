//! The room as its users see it: running, caching, stopping, and what can go wrong.

use super::*;
use crate::CancelReason;
use crate::caching::Writes;
use crate::process::Tool;
use crate::process::Unheard;
use crate::test_support::{Fixture, explained, run, script};
use expect_test::{Expect, expect};
use std::fs;
use std::sync::{Mutex, mpsc};

/// Runs a process in a build root with one source and shows the result, or the error.
fn check(process: &Process, expect: Expect) {
    let fixture = Fixture::new("//- src/a.txt\nsource\n");
    let shown = match run(&fixture.service(), process) {
        Ok(ProcessResult { exit, stdout, stderr, origin, elapsed: _ }) => {
            let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
            format!("{exit:?} {origin:?}\nstdout: {stdout}\nstderr: {stderr}")
        }
        Err(error) => explained(&error, &fixture.root()),
    };
    expect.assert_eq(&shown.replace(&fixture.cache().display().to_string(), "[CACHE]"));
}

#[test]
fn output_and_exit_code() {
    check(
        &script("printf out; printf err >&2; exit 3", &[]),
        expect![[r#"
        Code(3) Ran
        stdout: out
        stderr: err"#]],
    );
}

#[test]
fn it_runs_in_its_directory_with_stdin_and_only_its_environment() {
    let mut process = script("cat a.txt -; env | grep -v -e PWD -e ^_= -e SHLVL -e OLDPWD | sort", &[]);
    process.working_directory = "src".to_owned();
    process.stdin = b"stdin\n".to_vec();
    process.passthrough_env = vec!["CLIENT_*".to_owned(), "ABSENT".to_owned()];
    process.env.insert("CLIENT_TWO".to_owned(), "ours".to_owned());
    check(
        &process,
        expect![[r#"
        Code(0) Ran
        stdout: source
        stdin
        CLIENT_ONE=1
        CLIENT_TWO=ours
        PATH=/usr/bin:/bin

        stderr: "#]],
    );
}

#[test]
fn placeholders_are_expanded_when_it_runs() {
    let mut process = script("echo $0 $CACHE; test -d $CACHE", &[]);
    process.argv.push("{tool:jdk}/bin/java".to_owned());
    process.tools.push(Tool { name: "jdk".to_owned(), path: "/jdk".into(), digest: Fingerprint::of_bytes(b"") });
    process.named_caches.push("uv".to_owned());
    process.env.insert("CACHE".to_owned(), "{cache:uv}".to_owned());
    check(
        &process,
        expect![[r#"
        Code(0) Ran
        stdout: /jdk/bin/java [CACHE]/named/uv

        stderr: "#]],
    );
    process.tools.clear();
    check(
        &process,
        expect!["bad process `script`: `{tool:jdk}` stands for nothing: the process declares no tool `jdk`"],
    );
}

#[test]
fn a_death_by_signal_is_told() {
    check(
        &script("kill -SEGV $$", &[]),
        expect![[r#"
        Signal(11) Ran
        stdout: 
        stderr: "#]],
    );
}

#[test]
fn missing_programs_are_named() {
    let program = |program: &str| Process { argv: vec![program.to_owned()], ..script("", &[]) };
    check(&program("no-such-tool"), expect!["executable `no-such-tool` not found on PATH `/usr/bin:/bin`"]);
    check(&program("/no/such/tool"), expect!["executable `/no/such/tool` not found"]);
    check(&program("src/a.txt"), expect!["cannot start `src/a.txt`: Permission denied (os error 13)"]);
    check(&Process { env: BTreeMap::new(), ..program("sh") }, expect!["executable `sh` not found"]);
    check(&Process { argv: Vec::new(), ..script("", &[]) }, expect!["bad process `script`: it has no program"]);
    let nowhere = Process { working_directory: "nowhere".to_owned(), ..script("", &[]) };
    check(&nowhere, expect!["cannot use working directory `[ROOT]/nowhere`: No such file or directory (os error 2)"]);
}

#[test]
fn output_is_streamed_as_it_comes() {
    let fixture = Fixture::new("");
    let fifo = fixture.root().join("go");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("there is mkfifo");
    assert!(made.success());
    let process = script("echo first; read line < go; echo second", &[]);
    let on_output = |_: OutputStream, bytes: &[u8]| {
        if bytes == b"first\n" {
            fs::write(&fifo, "go\n").expect("the script reads");
        }
    };
    let result = fixture.service().run(&process, None, &Cancel::new(), &on_output).expect("it runs");
    assert_eq!(result.stdout, b"first\nsecond\n");
}

#[test]
fn much_input_and_output_at_once_do_not_block() {
    let fixture = Fixture::new("");
    let mut process = script("cat; cat src 2>/dev/null; exit 0", &[]);
    process.stdin = vec![b'x'; 1_000_000];
    let result = run(&fixture.service(), &process).expect("it runs");
    assert_eq!(result.stdout.len(), 1_000_000);
    let deaf = Process { stdin: vec![b'x'; 1_000_000], ..script("exit 4", &[]) };
    assert_eq!(run(&fixture.service(), &deaf).expect("it runs").exit, Exit::Code(4));
}

#[test]
fn a_timeout_stops_it_and_removes_its_outputs() {
    let fixture = Fixture::new("");
    let mut process = script("echo half > out; echo said; exec sleep 600", &["out"]);
    process.timeout = Some(Duration::from_millis(300));
    let result = run(&fixture.service(), &process).expect("it runs");
    assert_eq!(result.exit, Exit::TimedOut(Duration::from_millis(300)));
    assert!(b"said\n".starts_with(&result.stdout), "what it said in time is kept");
    assert_eq!(fixture.read("out"), None);
}

#[test]
fn what_ignores_the_request_to_end_is_killed() {
    let fixture = Fixture::new("");
    let config = ProcessConfig { kill_wait: Duration::from_millis(50), ..fixture.config() };
    let service = ProcessService::open(config).expect("the cache directory can be made");
    let mut process = script("trap '' TERM; while :; do sleep 1; done", &[]);
    process.timeout = Some(Duration::from_millis(50));
    assert_eq!(run(&service, &process).expect("it runs").exit, Exit::TimedOut(Duration::from_millis(50)));
}

/// A cancelled process whose time was over before: it has the patience of a cancelled one, not its own.
#[test]
fn a_cancel_shortens_the_wait_for_what_ignores_the_request_to_end() {
    let fixture = Fixture::new("");
    let mut process = script("trap 'echo asked' TERM; echo up; while :; do sleep 0.1; done", &[]);
    process.timeout = Some(Duration::from_millis(50));
    let (cancel, started) = (Cancel::new(), Instant::now());
    let on_output = |_: OutputStream, bytes: &[u8]| {
        if bytes.starts_with(b"asked") {
            cancel.cancel(CancelReason::Interrupted);
        }
    };
    let error = fixture.service().run(&process, None, &cancel, &on_output).expect_err("it was cancelled");
    assert!(matches!(error, RunError::Cancelled(CancelReason::Interrupted)));
    assert!(started.elapsed() < fixture.config().kill_wait);
}

#[test]
fn a_kill_gives_no_time_to_end() {
    let fixture = Fixture::new("");
    let process = script("trap 'echo asked' TERM; echo up; while :; do sleep 0.1; done", &[]);
    let cancel = Cancel::new();
    let (heard, started) = (Mutex::new(String::new()), Instant::now());
    let on_output = |_: OutputStream, bytes: &[u8]| {
        let mut heard = heard.lock().expect("one thread");
        heard.push_str(&String::from_utf8_lossy(bytes));
        if heard.ends_with("up\n") {
            cancel.kill(CancelReason::Interrupted);
        }
    };
    let error = fixture.service().run(&process, None, &cancel, &on_output).expect_err("it was killed");
    assert!(matches!(error, RunError::Cancelled(CancelReason::Interrupted)));
    assert_eq!(heard.into_inner().expect("one thread"), "up\n", "it was killed before it could answer");
    assert!(started.elapsed() < fixture.config().kill_wait);
}

#[test]
fn a_process_is_told_what_run_it_is_a_part_of_and_its_result_does_not_depend_on_it() {
    let fixture = Fixture::new("");
    let service = fixture.service();
    let process = script("echo $PANTS_PARENT_BUILD_ID", &[]);
    let first = run(&service.of_run("run_1"), &process).expect("it runs");
    assert_eq!((first.stdout.as_slice(), first.origin), (&b"run_1\n"[..], ResultOrigin::Ran));
    let second = run(&service.of_run("run_2"), &process).expect("it runs");
    assert_eq!((second.stdout.as_slice(), second.origin), (&b"run_1\n"[..], ResultOrigin::Memory));
    let foreground = service.of_run("run_3").expand_foreground(&process).expect("nothing to expand");
    assert_eq!(foreground.env, process.env, "what the run ends with is no part of it");
}

/// Whether the process with this pid is there and is not a zombie.
fn is_running(pid: &str) -> bool {
    crate::process_manager::is_running(pid.trim().parse().expect("the script wrote a pid"), "")
}

#[test]
fn a_cancel_stops_it_with_its_children_and_removes_its_outputs() {
    let fixture = Fixture::new("");
    let process = script("echo half > out; sleep 600 & echo $!; wait", &["out"]);
    let (cancel, child) = (Cancel::new(), Mutex::new(String::new()));
    let on_output = |_: OutputStream, bytes: &[u8]| {
        child.lock().expect("one thread").push_str(&String::from_utf8_lossy(bytes));
        cancel.cancel(CancelReason::Interrupted);
    };
    let error = fixture.service().run(&process, None, &cancel, &on_output).expect_err("it was cancelled");
    assert!(matches!(error, RunError::Cancelled(CancelReason::Interrupted)));
    assert_eq!(fixture.read("out"), None);
    assert!(!is_running(&child.lock().expect("one thread")));
}

#[test]
fn grandchildren_do_not_outlive_it_nor_hold_it_up() {
    let fixture = Fixture::new("");
    let result = run(&fixture.service(), &script("sleep 600 & echo $!", &[])).expect("it runs");
    assert_eq!(result.exit, Exit::Code(0));
    assert!(!is_running(&String::from_utf8_lossy(&result.stdout)));
}

#[test]
fn a_result_comes_from_memory_then_from_the_cache() {
    let fixture = Fixture::new("//- a.txt\none\n");
    let service = fixture.service();
    let process = |service: &ProcessService| Process {
        inputs: service.capture(&["a.txt".into()]).expect("it is there"),
        ..script(
            "cat a.txt > out/copy; mkdir out/dir; echo ran >> count; echo said; echo err >&2",
            &["out/copy", "out/dir"],
        )
    };
    let origins = |service: &ProcessService| {
        let result = run(service, &process(service)).expect("it runs");
        assert_eq!((result.exit, result.stdout.as_slice()), (Exit::Code(0), &b"said\n"[..]));
        assert_eq!(result.stderr, b"err\n");
        fs::remove_dir_all(fixture.root().join("out/dir")).expect("it was made or restored");
        (result.origin, fixture.read("out/copy"))
    };
    let one = Some("one\n".to_owned());
    assert_eq!(origins(&service), (ResultOrigin::Ran, one.clone()));
    assert_eq!(origins(&service), (ResultOrigin::Memory, one.clone()));
    fixture.write("a.txt", "two\n");
    assert_eq!(origins(&service), (ResultOrigin::Ran, Some("two\n".to_owned())));
    fixture.write("a.txt", "one\n");
    assert_eq!(origins(&fixture.service()), (ResultOrigin::LocalCache, one.clone()));
    assert_eq!(fixture.read("count").as_deref(), Some("ran\nran\n"));
    fs::remove_dir_all(fixture.cache().join("content")).expect("it is there");
    fs::remove_file(fixture.root().join("out/copy")).expect("it is there");
    assert_eq!(origins(&fixture.service()), (ResultOrigin::Ran, one), "a lost blob is a miss");
}

#[test]
fn long_output_is_cached_too() {
    let fixture = Fixture::new("");
    let process = script("printf '%08192d' 7", &[]);
    let first = run(&fixture.service(), &process).expect("it runs");
    let second = run(&fixture.service(), &process).expect("it is cached");
    assert_eq!((first.stdout.len(), second.origin), (8192, ResultOrigin::LocalCache));
    assert_eq!(first.stdout, second.stdout);
}

#[test]
fn the_policy_decides_what_is_stored() {
    let fixture = Fixture::new("");
    let service = fixture.service();
    let check = |cache: CachePolicy, text: &str, expect: ResultOrigin| {
        let process = Process { cache, ..script(text, &["report"]) };
        run(&service, &process).expect("it runs");
        assert_eq!(run(&service, &process).expect("it runs").origin, expect, "{cache:?} {text}");
    };
    check(CachePolicy::Never, "exit 0", ResultOrigin::Ran);
    check(CachePolicy::Success, "exit 0", ResultOrigin::Memory);
    check(CachePolicy::Success, "echo why > report; exit 1", ResultOrigin::Ran);
    assert_eq!(fixture.read("report").as_deref(), Some("why\n"), "a failed test keeps its report");
    check(CachePolicy::Always, "exit 1", ResultOrigin::Memory);
    check(CachePolicy::Success, "exit 1", ResultOrigin::Ran);
    check(CachePolicy::Always, "kill -KILL $$", ResultOrigin::Ran);
}

/// What a process says that counts how often it ran, for clients who use the caches in these ways, each with a service of
/// its own.
fn counts(fixture: &Fixture, clients: &[Caching]) -> Vec<String> {
    let process = script("echo ran >> count; wc -l < count > out; cat out", &["out"]);
    let said = |caching: &Caching| {
        let result = run(&fixture.service().with_caching(caching.clone()), &process).expect("it runs");
        String::from_utf8_lossy(&result.stdout).trim().to_owned()
    };
    clients.iter().map(said).collect()
}

#[test]
fn who_does_not_read_the_caches_runs_and_who_does_not_write_leaves_nothing() {
    let usual = Caching::default;
    let no_reads = || Caching { reads: Reads::No, ..usual() };
    let no_writes = || Caching { writes: Writes::No, ..usual() };
    let overwriting = || Caching { reads: Reads::No, writes: Writes::All, ..usual() };
    let check = |clients: &[Caching], expect: &[&str]| assert_eq!(counts(&Fixture::new(""), clients), expect);
    check(&[usual(), usual()], &["1", "1"]);
    check(&[usual(), no_reads(), usual()], &["1", "2", "1"]);
    check(&[usual(), overwriting(), usual()], &["1", "2", "2"]);
    check(&[no_writes(), no_writes(), usual(), usual()], &["1", "2", "3", "3"]);
    let second = || Caching { generation: "2".to_owned(), ..usual() };
    check(&[usual(), second(), usual(), second()], &["1", "2", "1", "2"]);
}

#[test]
fn results_travel_through_further_directories() {
    let fixture = Fixture::new("");
    let shared = fixture.root().join("shared/cache");
    let writer = Caching { write_to: vec![shared.clone()], ..Caching::default() };
    let reader = Caching { read_from: vec![shared.clone()], ..Caching::default() };
    assert_eq!(counts(&fixture, std::slice::from_ref(&reader)), ["1"], "a directory that is not there has nothing");
    assert!(!shared.exists());
    assert_eq!(counts(&fixture, std::slice::from_ref(&writer)), ["1"]);
    assert!(!shared.exists(), "what did not run is not written");
    fs::remove_dir_all(fixture.cache()).expect("it is there");
    assert_eq!(counts(&fixture, &[writer]), ["2"]);
    fs::remove_dir_all(fixture.cache()).expect("it is there");
    assert_eq!(counts(&fixture, &[reader.clone(), reader, Caching::default()]), ["2", "2", "3"]);
}

#[test]
fn what_a_further_directory_holds_is_for_those_who_name_it() {
    let fixture = Fixture::new("");
    let shared = fixture.root().join("shared");
    let writer = Caching { write_to: vec![shared.clone()], ..Caching::default() };
    let reader = Caching { read_from: vec![shared], ..Caching::default() };
    let process = script("echo ran > out", &["out"]);
    run(&fixture.service().with_caching(writer), &process).expect("it runs");
    fs::remove_dir_all(fixture.cache()).expect("it is there");

    // Two goals of one run share a service.
    let service = fixture.service();
    let origin = |caching: &Caching| run(&service.with_caching(caching.clone()), &process).expect("it runs").origin;
    assert_eq!([origin(&reader), origin(&reader)], [ResultOrigin::LocalCache, ResultOrigin::LocalCache]);
    assert_eq!([origin(&Caching::default()), origin(&reader)], [ResultOrigin::Ran, ResultOrigin::Memory]);
    // What is remembered and has lost its blobs is looked for where it may be whole.
    fs::remove_dir_all(fixture.cache().join("content")).expect("blobs are there");
    fs::remove_file(fixture.root().join("out")).expect("it was written");
    assert_eq!(origin(&reader), ResultOrigin::LocalCache);
    assert_eq!(fixture.read("out").as_deref(), Some("ran\n"));
}

#[test]
fn a_source_edited_meanwhile_poisons_nothing() {
    let fixture = Fixture::new("//- a.txt\nold\n");
    let service = fixture.service();
    let process = |text: &str| Process {
        inputs: service.capture(&["a.txt".into()]).expect("it is there"),
        ..script(text, &["out"])
    };
    let saving = process("echo saving; while grep -q old a.txt; do :; done; cat a.txt > out");
    let editor = |_, _: &[u8]| fixture.write("a.txt", "new\n");
    let result = service.run(&saving, None, &Cancel::new(), &editor).expect("it runs");
    assert_eq!((result.exit, fixture.read("out").as_deref()), (Exit::Code(0), Some("new\n")));

    fixture.write("a.txt", "old\n");
    let again = Process { inputs: process("").inputs, ..saving };
    for service in [&service, &fixture.service()] {
        let outputs = OutputFiles::of(&again, &fixture.root()).expect("the outputs make sense");
        let Shared { results, digests, platform, .. } = &*service.shared;
        let found = results
            .look_up(again.action_digest(platform), CachePolicy::Always, &Caching::default(), &outputs, digests)
            .expect("it can be read");
        assert!(found.is_none(), "the new content was not stored under the old key");
    }
}

#[test]
fn services_that_share_a_cache_serve_each_other() {
    let fixture = Fixture::new("");
    let services: Vec<_> = (0..4).map(|_| fixture.service()).collect();
    std::thread::scope(|scope| {
        for (number, service) in services.iter().enumerate() {
            scope.spawn(move || {
                for step in 0..5 {
                    let process = script(&format!("echo {number} {step}"), &[]);
                    run(service, &process).expect("it runs");
                }
            });
        }
    });
    for number in 0..4 {
        let process = script(&format!("echo {number} 4"), &[]);
        assert_ne!(run(&fixture.service(), &process).expect("it runs").origin, ResultOrigin::Ran);
    }
}

#[test]
fn broken_caches_only_make_it_run_again() {
    let fixture = Fixture::new("//- a.txt\na\n");
    for index in ["actions-1.sqlite", "digests-1.sqlite"] {
        fs::write(fixture.cache().join(index), "garbage ".repeat(1000)).expect("the directory is ours");
    }
    fs::write(fixture.cache().join("content"), "not a directory").expect("the directory is ours");
    let service = fixture.service();
    let inputs = service.capture(&["a.txt".into()]).expect("it is there");
    let process = Process { inputs, ..script("cp a.txt out", &["out"]) };
    for _ in 0..2 {
        assert_eq!(run(&service, &process).expect("it runs").origin, ResultOrigin::Ran);
        assert_eq!(fixture.read("out").as_deref(), Some("a\n"));
    }
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let fixture = Fixture::new("//- blocked\nfile\n");
    let error = run(&fixture.service(), &script("true", &["blocked/out"])).expect_err("a file is in the way");
    let text = explained(&error, &fixture.root());
    assert!(text.starts_with("cannot write output `[ROOT]/blocked/out`: "), "{text}");
    let config = ProcessConfig { cache_dir: fixture.root().join("blocked/cache"), ..fixture.config() };
    let error = ProcessService::open(config).err().expect("a file is in the way");
    let text = explained(&error, &fixture.root());
    assert!(text.starts_with("cannot create cache directory `[ROOT]/blocked/cache`: "), "{text}");
}

#[test]
fn one_job_with_nested_processes_finishes() {
    let fixture = Fixture::new("");
    let service = ProcessService::open(ProcessConfig { jobs: 1, ..fixture.config() }).expect("it can be made");
    let cancel = Cancel::new();
    let slot = service.pool().acquire(&cancel).expect("the slot is free");
    std::thread::scope(|scope| {
        for number in 0..3 {
            let (service, slot, cancel) = (&service, &slot, &cancel);
            scope.spawn(move || {
                let process = script(&format!("mkdir only-one && rmdir only-one && echo {number}"), &[]);
                let result = service.run(&process, Some(slot), cancel, &Unheard).expect("it runs");
                assert_eq!(result.exit, Exit::Code(0), "processes of one job take turns");
            });
        }
    });
    let (waiting, started) = mpsc::channel();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            waiting.send(()).expect("we wait");
            service.run(&script("true", &[]), None, &cancel, &Unheard)
        });
        started.recv().expect("it waits for the slot");
        cancel.cancel(CancelReason::FailFast);
        assert!(matches!(other.join().expect("it does not panic"), Err(RunError::Cancelled(CancelReason::FailFast))));
    });
}

#[test]
fn outputs_find_their_directories() {
    let fixture = Fixture::new("");
    let process = script("test -d a/classes && echo 1 > a/classes/x && echo 2 > b/c/jar", &["a/classes/", "b/c/jar"]);
    let result = run(&fixture.service(), &process).expect("it runs");
    assert_eq!((result.exit, fixture.read("a/classes/x").as_deref()), (Exit::Code(0), Some("1\n")));
    fs::remove_dir_all(fixture.root()).expect("it is ours");
    let result = run(&fixture.service(), &process).expect("it is cached");
    assert_eq!((result.origin, fixture.read("a/classes/x").as_deref()), (ResultOrigin::LocalCache, Some("1\n")));
}

#[test]
fn a_second_client_shares_everything_but_its_environment() {
    let fixture = Fixture::new("");
    let service = fixture.service();
    let environment = Arc::new(BTreeMap::from([("CLIENT_ONE".into(), "other".into())]));
    let other = service.with_environment(environment).with_limits(Duration::ZERO, Some(Duration::from_secs(600)));
    let process = Process { passthrough_env: vec!["CLIENT_ONE".to_owned()], ..script("echo $CLIENT_ONE", &[]) };
    let never = Process { cache: CachePolicy::Never, ..process.clone() };
    assert_eq!(run(&service, &never).expect("it runs").stdout, b"1\n");
    assert_eq!(run(&other, &never).expect("it runs").stdout, b"other\n");
    assert_eq!(run(&other, &process).expect("it runs").origin, ResultOrigin::Ran);
    assert_eq!(run(&service, &process).expect("it is known").origin, ResultOrigin::Memory);
}

#[test]
fn nothing_starts_after_a_cancel() {
    let fixture = Fixture::new("");
    let (service, cancel) = (fixture.service(), Cancel::new());
    run(&service, &script("true", &[])).expect("it runs");
    cancel.cancel(CancelReason::ClientGone);
    let error = service.run(&script("true", &[]), None, &cancel, &Unheard).expect_err("it was cancelled");
    assert!(matches!(error, RunError::Cancelled(CancelReason::ClientGone)), "not even from a cache");
}

#[test]
fn the_foreground_gets_everything_expanded() {
    let fixture = Fixture::new("//- app/x\n\n");
    let mut process = script("", &[]);
    process.argv = vec!["{tool:jdk}/bin/java".to_owned(), "Main".to_owned()];
    process.working_directory = "app".to_owned();
    process.tools.push(Tool { name: "jdk".to_owned(), path: "/jdk".into(), digest: Fingerprint::of_bytes(b"") });
    let foreground = fixture.service().expand_foreground(&process).expect("it can be expanded");
    assert_eq!(foreground.argv, ["/jdk/bin/java", "Main"]);
    assert_eq!(foreground.env, process.env);
    assert_eq!(foreground.working_directory, fixture.root().join("app"));
}
