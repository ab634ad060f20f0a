//! Requests of all kinds of clients over real sockets, with a made-up runner: who is served, who is refused, and that
//! nobody's trouble is anybody else's.

use super::laboratory::{Furniture, Laboratory, SOON, ask_at, asking, no_signals, world};
use super::*;
use crate::client::{self, Answer, Terminal, Unavailable};
use crate::wire::{FromClient, RefusalKind, Token, Wish, encode_request};
use crate::world::Terminals;
use expect_test::{Expect, expect};
use pants_process::Foreground;
use pants_process::nailgun::ChunkKind;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Says something on both streams and ends with 3.
fn greet(_world: &ClientWorld, mut streams: Streams, _cancel: &Cancel) -> Ended {
    streams.stdout.write_all(b"one\n").expect("somebody reads");
    streams.stdout.write_all(b"two\n").expect("somebody reads");
    streams.stderr.write_all(b"oops\n").expect("somebody reads");
    streams.stdout.write_all(b"three\n").expect("somebody reads");
    Ended::Exit(3)
}

#[track_caller]
fn check_stock(laboratory: &Laboratory, environment: &[&str], expect: Expect) {
    let mut client = laboratory.connect();
    client.request(&["list", "::"], environment);
    expect.assert_eq(&client.hear_all());
}

#[test]
fn a_stock_client_gets_both_streams_in_order_and_the_exit_code_last() {
    let laboratory = Laboratory::new(greet);
    check_stock(
        &laboratory,
        &[],
        expect![[r#"
            Stdout "one\ntwo\n"
            Stderr "oops\n"
            Stdout "three\n"
            Exit "3"
        "#]],
    );
    let (answer, stdout, stderr) = laboratory.ask(&["list", "::"]);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(3))), "{answer:?}");
    assert_eq!((stdout.as_str(), stderr.as_str()), ("one\ntwo\nthree\n", "oops\n"));
}

#[test]
fn a_stranger_has_a_world_of_what_nailgun_says() {
    let laboratory = Laboratory::new(|world, mut streams, _| {
        let ClientWorld { invocation, exe_dir, pid, terminals, width, run_id, started: _ } = world;
        assert_eq!(exe_dir, &PathBuf::from("/opt/pants"));
        assert_eq!(*pid, std::process::id());
        assert_eq!(*terminals, Terminals { stdin: false, stdout: true, stderr: false });
        assert_eq!(*width, 99);
        assert!(run_id.starts_with("pants_run_"), "{run_id}");
        write!(streams.stdout, "{:?} {:?}", invocation.args, invocation.environment).expect("somebody reads");
        Ended::Exit(0)
    });
    check_stock(
        &laboratory,
        &["NAILGUN_TTY_0=0", "NAILGUN_TTY_1=1", "NAILGUN_FILESEPARATOR=/", "COLUMNS=99", "A=b=c", "PANTSD_X=1", "odd"],
        expect![[r#"
            Stdout "[\"list\", \"::\"] {\"A\": \"b=c\", \"COLUMNS\": \"99\"}"
            Exit "0"
        "#]],
    );
}

#[test]
fn our_client_brings_its_whole_world() {
    let sent = Arc::new(Mutex::new(None));
    let laboratory = Laboratory::new({
        let sent = sent.clone();
        move |world, _, _| {
            *sent.lock().unwrap() = Some(world.clone());
            Ended::Exit(0)
        }
    });
    let mut world = world(&["test", "//a:b", ""]);
    let strange = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let environment = BTreeMap::from([
        (OsString::from("PATH"), OsString::from("/bin")),
        (OsString::from("NAILGUN_OPTS"), OsString::from("mine")),
        (OsString::from("=odd"), strange(b"\xff\n=")),
        (strange(b"N\xfe"), OsString::new()),
    ]);
    world.invocation.environment = Arc::new(environment);
    world.invocation.cwd = PathBuf::from(strange(b"/a b/\xfd"));
    world.terminals = Terminals { stdin: true, stdout: false, stderr: true };
    let null = File::options().read(true).write(true).open("/dev/null").expect("it is everywhere");
    let terminal = Terminal { stdin: null.as_fd(), stdout: null.as_fd(), stderr: null.as_fd() };
    let answer = client::ask(&world, Wish::Run, &asking(&laboratory.endpoint, &no_signals()), terminal);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(0))), "{answer:?}");
    let got = sent.lock().unwrap().take().expect("it ran");
    assert_eq!(format!("{got:?}"), format!("{world:?}"));
}

#[test]
fn the_directory_and_the_command_are_checked() {
    let laboratory = Laboratory::new(greet);
    let check = |frames: &[(ChunkKind, &str)], expect: Expect| {
        let mut client = laboratory.connect();
        frames.iter().for_each(|(kind, payload)| client.say(*kind, payload));
        expect.assert_eq(&client.hear_all());
        laboratory.check_health();
    };
    use ChunkKind::{Argument, Command, Environment, Heartbeat, Stdin, WorkingDirectory};
    check(
        &[(WorkingDirectory, "/"), (Command, "rm")],
        expect![[r#"
            Stderr "error: pantsd: there is no command `rm` here, only `pants`\n"
            Exit "1"
        "#]],
    );
    check(
        &[(Command, "pants")],
        expect![[r#"
            Stderr "error: pantsd: the request has no absolute working directory\n"
            Exit "1"
        "#]],
    );
    check(
        &[(WorkingDirectory, "here")],
        expect![[r#"
            Stderr "error: pantsd: the request has no absolute working directory\n"
            Exit "1"
        "#]],
    );
    check(
        &[(Environment, "A=b"), (Argument, "list")],
        expect![[r#"
            Stderr "error: pantsd: a frame of kind Argument has no place in a request after the environment\n"
            Exit "1"
        "#]],
    );
    check(
        &[(Stdin, "input")],
        expect![[r#"
            Stderr "error: pantsd: a frame of kind Stdin has no place in a request after arguments\n"
            Exit "1"
        "#]],
    );
    check(
        &[(Argument, "a\0b")],
        expect![[r#"
            Stderr "error: pantsd: a frame of kind Argument has a zero byte\n"
            Exit "1"
        "#]],
    );
    check(
        &[(Heartbeat, ""), (Argument, "list"), (Heartbeat, ""), (WorkingDirectory, "/"), (Command, "./pants")],
        expect![[r#"
            Stdout "one\ntwo\n"
            Stderr "oops\n"
            Stdout "three\n"
            Exit "3"
        "#]],
    );
}

#[test]
fn what_is_too_long_or_too_slow_or_cut_off_is_refused() {
    let limits = Limits { bytes: 100, frames: 20, frame: 60, time: Duration::from_millis(50) };
    let laboratory = Laboratory::furnished(Furniture { limits, ..Furniture::default() }, greet);
    let check = |bytes: &[u8], ends: bool, expect: Expect| {
        let mut client = laboratory.connect();
        client.0.write_all(bytes).expect("the server reads");
        if ends {
            client.0.shutdown(Shutdown::Write).expect("it is connected");
        }
        expect.assert_eq(&client.hear_all());
    };
    check(b"", true, expect![""]);
    // The slow loris: it says a little, and waits.
    check(
        b"",
        false,
        expect![[r#"
        Stderr "error: pantsd: the request was not complete in time\n"
        Exit "1"
    "#]],
    );
    check(
        b"\0\0\0\x04Alis",
        false,
        expect![[r#"
        Stderr "error: pantsd: the request was not complete in time\n"
        Exit "1"
    "#]],
    );
    check(
        b"\0\0\0\x04Alis",
        true,
        expect![[r#"
        Stderr "error: pantsd: the stream ended inside a frame\n"
        Exit "1"
    "#]],
    );
    check(
        b"\xff\xff\xff\xffA",
        false,
        expect![[r#"
        Stderr "error: pantsd: frame of 4294967295 bytes is longer than the allowed 16777216\n"
        Exit "1"
    "#]],
    );
    check(
        b"\0\0\0\x3dA",
        false,
        expect![[r#"
        Stderr "error: pantsd: frame of 61 bytes is longer than the allowed 60\n"
        Exit "1"
    "#]],
    );
    check(
        &b"\0\0\0\0A".repeat(21),
        false,
        expect![[r#"
        Stderr "error: pantsd: the request is too long\n"
        Exit "1"
    "#]],
    );
    check(
        &b"\0\0\0\x19A0123456789012345678901234".repeat(5),
        false,
        expect![[r#"
        Stderr "error: pantsd: the request is too long\n"
        Exit "1"
    "#]],
    );
    check(
        b"GET / HTTP/1.1\r\n\r\n",
        false,
        expect![[r#"
        Stderr "error: pantsd: unknown frame kind 0x2f\n"
        Exit "1"
    "#]],
    );
}

/// A run that says when it began, and ends when it is told to.
fn waiting() -> (Receiver<Cancel>, Sender<u8>, impl Fn(&ClientWorld, Streams, &Cancel) -> Ended + Send + Sync + 'static)
{
    let (began, has_begun) = channel();
    let (end, ends) = channel();
    let (began, ends) = (Mutex::new(began), Mutex::new(ends));
    let run = move |_: &ClientWorld, _: Streams, cancel: &Cancel| {
        began.lock().unwrap().send(cancel.clone()).expect("the test waits");
        Ended::Exit(ends.lock().unwrap().recv().expect("the test tells"))
    };
    (has_begun, end, run)
}

/// A run that says when it began, and ends when it is cancelled.
fn until_cancelled() -> (Receiver<Cancel>, impl Fn(&ClientWorld, Streams, &Cancel) -> Ended + Send + Sync + 'static) {
    let (began, has_begun) = channel();
    let began = Mutex::new(began);
    let run = move |_: &ClientWorld, _: Streams, cancel: &Cancel| {
        began.lock().unwrap().send(cancel.clone()).expect("the test waits");
        assert!(cancel.wait_timeout(SOON), "it is cancelled soon");
        Ended::Exit(130)
    };
    (has_begun, run)
}

#[test]
fn runs_go_on_side_by_side_and_are_listed() {
    let (has_begun, end, run) = waiting();
    let laboratory = Laboratory::new(run);
    std::thread::scope(|scope| {
        // A panic in here drops it, which ends the run that the scope waits for.
        let end = end;
        let run = scope.spawn(|| laboratory.ask(&["test", "::"]));
        has_begun.recv_timeout(SOON).expect("it begins");
        laboratory.check_health();
        let runs = laboratory.server.runs();
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].command_line, "pants test ::");
        assert_eq!(runs[0].pid, std::process::id());
        assert_eq!(laboratory.server.idle_since(), None);
        let status = client::status(&world(&[]), &laboratory.endpoint, SOON).expect("it says how it is");
        assert_eq!(serde_json::from_value::<Vec<ActiveRun>>(status).expect("the same type"), runs);
        end.send(7).expect("it waits");
        let (answer, ..) = run.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(7))), "{answer:?}");
    });
    assert!(laboratory.server.wait_idle(SOON));
    assert_eq!(laboratory.server.runs(), []);
    assert!(laboratory.server.idle_since().is_some());
}

#[test]
fn more_runs_than_allowed_are_refused() {
    let (has_begun, end, run) = waiting();
    let laboratory = Laboratory::furnished(Furniture { runs: 1, ..Furniture::default() }, run);
    std::thread::scope(|scope| {
        // A panic in here drops it, which ends the run that the scope waits for.
        let end = end;
        let run = scope.spawn(|| laboratory.ask(&["test", "::"]));
        has_begun.recv_timeout(SOON).expect("it begins");
        let (answer, ..) = laboratory.ask(&["list"]);
        let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
        assert_eq!(refusal.kind, RefusalKind::Busy);
        assert_eq!(refusal.reason, "it carries out 1 runs already");
        end.send(0).expect("it waits");
        run.join().expect("no panic");
    });
}

#[test]
fn a_drained_server_ends_what_it_has_and_takes_no_more() {
    let (has_begun, end, run) = waiting();
    let laboratory = Laboratory::new(run);
    std::thread::scope(|scope| {
        // A panic in here drops it, which ends the run that the scope waits for.
        let end = end;
        let run = scope.spawn(|| laboratory.ask(&["test", "::"]));
        has_begun.recv_timeout(SOON).expect("it begins");
        client::stop(&world(&[]), Ending::AfterRuns, &laboratory.endpoint, SOON).expect("it was told");
        assert_eq!(laboratory.next_stop(), Ending::AfterRuns);
        let (answer, ..) = laboratory.ask(&["list"]);
        let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
        assert_eq!((refusal.kind, refusal.reason.as_str()), (RefusalKind::Ending, "it was told to end"));
        check_stock(
            &laboratory,
            &[],
            expect![[r#"
            Stderr "error: pantsd: it was told to end\n"
            Exit "1"
        "#]],
        );
        assert!(!laboratory.server.wait_idle(Duration::ZERO));
        end.send(0).expect("it waits");
        assert!(laboratory.server.wait_idle(SOON));
        let (answer, ..) = run.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(0))), "{answer:?}");
    });
}

#[test]
fn a_server_that_is_stopped_cancels_its_runs() {
    let (has_begun, run) = until_cancelled();
    let laboratory = Laboratory::new(run);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| laboratory.ask(&["test", "::"]));
        let cancel = has_begun.recv_timeout(SOON).expect("it begins");
        client::stop(&world(&[]), Ending::Now, &laboratory.endpoint, SOON).expect("it was told");
        let (answer, ..) = run.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(130))), "{answer:?}");
        assert_eq!(cancel.reason(), Some(CancelReason::Interrupted));
    });
}

#[test]
fn a_terminated_server_leaves_nothing() {
    let (has_begun, run) = until_cancelled();
    let laboratory = Laboratory::new(run);
    let mut client = laboratory.connect();
    client.request(&["test"], &[]);
    has_begun.recv_timeout(SOON).expect("it begins");
    assert!(laboratory.server.is_alive());
    assert!(laboratory.server.terminate(SOON));
    assert_eq!(client.hear_all(), "Exit \"130\"\n");
    assert!(!laboratory.server.is_alive());
    assert!(!laboratory.server.listeners().path().exists());
    let (answer, ..) = laboratory.ask(&["list"]);
    assert!(matches!(answer, Answer::Unavailable(Unavailable::Connect(_))), "{answer:?}");
}

#[test]
fn who_writes_to_a_client_that_does_not_read_ends_with_the_server() {
    let (began, has_begun) = channel();
    let began = Mutex::new(began);
    let laboratory = Laboratory::new(move |_, mut streams, _| {
        began.lock().unwrap().send(()).expect("the test waits");
        let endless = vec![b'x'; 1 << 16];
        while streams.stdout.write_all(&endless).is_ok() {}
        Ended::Exit(1)
    });
    let mut client = laboratory.connect();
    client.request(&["test"], &[]);
    has_begun.recv_timeout(SOON).expect("it begins");
    assert!(laboratory.server.terminate(Duration::from_millis(10)), "cutting off wakes it");
}

#[test]
fn a_stale_daemon_says_what_changed() {
    let furniture = Furniture { stale: Some("option `--jobs` changed".to_owned()), ..Furniture::default() };
    let laboratory = Laboratory::furnished(furniture, greet);
    let (answer, ..) = laboratory.ask(&["list"]);
    let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!((refusal.kind, refusal.reason.as_str()), (RefusalKind::Stale, "option `--jobs` changed"));
}

#[test]
fn another_version_of_our_client_is_told_so() {
    let laboratory = Laboratory::new(greet);
    let mut client = laboratory.connect();
    let request = encode_request(&world(&["list"]), Wish::Run, None);
    let protocol = br#""protocol":1"#;
    let at = request.windows(protocol.len()).position(|part| part == protocol).expect("it introduces itself");
    let other = [&request[..at], br#""protocol":9"#, &request[at + protocol.len()..]].concat();
    client.0.write_all(&other).expect("the server reads");
    expect![[r#"
        ProcessId "{\"refused\":{\"kind\":\"request\",\"reason\":\"the client speaks version 9 of the protocol, the daemon 1\"}}"
    "#]]
    .assert_eq(&client.hear_all());
}

#[test]
fn nothing_runs_before_the_client_waits_for_it() {
    let laboratory = Laboratory::new(|_, _, _| panic!("it must not run"));
    let mut client = laboratory.connect();
    client.0.write_all(&encode_request(&world(&["list"]), Wish::Run, None)).expect("the server reads");
    let (kind, accepted) = client.hear().expect("an answer");
    assert_eq!(kind, ChunkKind::ProcessId);
    assert_eq!(accepted, format!("{{\"accepted\":{{\"pid\":{}}}}}", std::process::id()));
    // It goes away, and carries the run out itself.
    drop(client);
    assert!(laboratory.server.wait_idle(SOON));
    laboratory.check_health();
}

#[test]
fn a_client_that_goes_away_cancels_its_run_and_no_other() {
    let (has_begun, run) = until_cancelled();
    let laboratory = Laboratory::new(run);
    let [mut gone, mut stays] = [laboratory.connect(), laboratory.connect()];
    gone.request(&["test"], &[]);
    let of_gone = has_begun.recv_timeout(SOON).expect("it begins");
    stays.request(&["test"], &[]);
    let of_stays = has_begun.recv_timeout(SOON).expect("it begins");
    drop(gone);
    assert!(of_gone.wait_timeout(SOON));
    assert_eq!(of_gone.reason(), Some(CancelReason::ClientGone));
    assert!(!of_gone.is_killed());
    assert!(!of_stays.is_cancelled());
    // What no client says is like going away.
    stays.say(ChunkKind::Exit, "0");
    assert!(of_stays.wait_timeout(SOON));
    assert_eq!(of_stays.reason(), Some(CancelReason::ClientGone));
}

#[test]
fn our_client_cancels_then_kills() {
    for goes_away in [false, true] {
        let (killed, is_killed) = channel();
        let killed = Mutex::new(killed);
        let laboratory = Laboratory::new(move |_, _, cancel: &Cancel| {
            assert!(cancel.wait_timeout(SOON), "it is cancelled soon");
            let killed = killed.lock().unwrap().clone();
            let (reason, (woken, waits)) = (cancel.reason(), channel());
            let _waker = cancel.on_kill(move |_| woken.send(()).expect("it waits"));
            waits.recv_timeout(SOON).expect("it is killed soon");
            killed.send(reason).expect("the test waits");
            Ended::Exit(130)
        });
        let mut client = laboratory.connect();
        client.0.write_all(&encode_request(&world(&["test"]), Wish::Run, None)).expect("the server reads");
        client.hear().expect("it is accepted");
        client.say(ChunkKind::ProcessId, FromClient::Go {}.encode());
        client.say(ChunkKind::ProcessId, FromClient::Cancel {}.encode());
        if goes_away {
            drop(client);
        } else {
            client.say(ChunkKind::ProcessId, FromClient::Kill {}.encode());
            assert_eq!(client.hear_all(), "Exit \"130\"\n");
        }
        assert_eq!(is_killed.recv_timeout(SOON).expect("it is killed"), Some(CancelReason::Interrupted));
    }
}

#[test]
fn output_for_a_client_that_is_gone_fails_as_a_closed_pipe() {
    let (failed, failure) = channel();
    let failed = Mutex::new(failed);
    let laboratory = Laboratory::new(move |_, mut streams, _| {
        let block = vec![b'x'; 1 << 16];
        let error = loop {
            if let Err(error) = streams.stdout.write_all(&block) {
                break error.kind();
            }
        };
        failed.lock().unwrap().send(error).expect("the test waits");
        Ended::Exit(1)
    });
    let mut client = laboratory.connect();
    client.request(&["list"], &[]);
    client.0.read_exact(&mut [0; 1000]).expect("it has begun");
    drop(client);
    assert_eq!(failure.recv_timeout(SOON).expect("it fails"), ErrorKind::BrokenPipe);
    assert!(laboratory.server.wait_idle(SOON));
}

#[test]
fn much_output_arrives_whole() {
    let line = |number: usize| format!("{number} of very many lines\n");
    let laboratory = Laboratory::new(move |_, mut streams, _| {
        let long: String = (0..200_000).map(line).collect();
        streams.stdout.write_all(long.as_bytes()).expect("somebody reads");
        for number in 200_000..300_000 {
            streams.stdout.write_all(line(number).as_bytes()).expect("somebody reads");
        }
        streams.stdout.flush().expect("all of it can be written");
        Ended::Exit(0)
    });
    let (answer, stdout, _) = laboratory.ask(&["list", "::"]);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(0))), "{answer:?}");
    assert!(stdout == (0..300_000).map(line).collect::<String>(), "{} bytes", stdout.len());
}

#[test]
fn a_panic_is_told_to_its_client_alone() {
    let laboratory = Laboratory::new(|_, _, _| panic!("on purpose"));
    let (answer, _, stderr) = laboratory.ask(&["list"]);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(70))), "{answer:?}");
    assert!(stderr.starts_with("error: internal error: on purpose"), "{stderr}");
    laboratory.check_health();
    assert!(laboratory.server.wait_idle(SOON));
}

#[test]
fn the_port_wants_the_token() {
    let token = Token::generate().expect("the system has randomness");
    let tcp = TcpConfig { port: 0, clients: TcpClients::WithToken(token.clone()) };
    let laboratory = Laboratory::furnished(Furniture { tcp: Some(tcp), ..Furniture::default() }, greet);
    let check = |environment: &[&str], is_served: bool| {
        let mut client = laboratory.connect_tcp();
        client.request(&["list"], environment);
        let heard = client.hear_all();
        assert_eq!(heard.contains("three"), is_served, "{heard}");
        assert_eq!(heard.contains("must send the token"), !is_served, "{heard}");
    };
    check(&[], false);
    check(&["PANTSD_TOKEN="], false);
    check(&["PANTSD_TOKEN=0123"], false);
    check(&[&format!("PANTSD_TOKEN={}", token.as_text())], true);
    let address = laboratory.server.listeners().tcp_address().expect("there is a port");
    assert!(address.ip().is_loopback());
    let endpoint = client::Endpoint::Tcp(address, Some(token));
    let (answer, ..) = ask_at(&endpoint, Wish::Run, &["list"]);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(3))), "{answer:?}");
    let (answer, ..) = ask_at(&client::Endpoint::Tcp(address, None), Wish::Run, &["list"]);
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    // The socket's directory is proof enough.
    check_stock(
        &laboratory,
        &[],
        expect![[r#"
        Stdout "one\ntwo\n"
        Stderr "oops\n"
        Stdout "three\n"
        Exit "3"
    "#]],
    );
}

#[test]
fn the_port_is_for_anybody_only_when_that_was_said() {
    let tcp = TcpConfig { port: 0, clients: TcpClients::Anybody };
    let laboratory = Laboratory::furnished(Furniture { tcp: Some(tcp), ..Furniture::default() }, greet);
    let mut client = laboratory.connect_tcp();
    client.request(&["list"], &[]);
    assert!(client.hear_all().ends_with("Exit \"3\"\n"));
}

#[test]
fn a_drained_server_gives_its_port_to_the_next_one() {
    let tcp = |port| Some(TcpConfig { port, clients: TcpClients::Anybody });
    let (has_begun, run) = until_cancelled();
    let old = Laboratory::furnished(Furniture { tcp: tcp(0), ..Furniture::default() }, run);
    let port = old.server.listeners().tcp_address().expect("there is a port").port();
    let mut client = old.connect_tcp();
    client.request(&["test"], &[]);
    let cancel = has_begun.recv_timeout(SOON).expect("it begins");
    old.server.drain("another one is wanted");
    let new = Laboratory::furnished(Furniture { tcp: tcp(port), ..Furniture::default() }, greet);
    let mut other = new.connect_tcp();
    other.request(&["list"], &[]);
    assert!(other.hear_all().ends_with("Exit \"3\"\n"));
    // What the old one had goes on.
    assert!(!cancel.is_cancelled());
    cancel.cancel(CancelReason::Interrupted);
    assert_eq!(client.hear_all(), "Exit \"130\"\n");
}

#[test]
fn a_paused_server_lets_clients_wait() {
    let laboratory = Laboratory::new(greet);
    laboratory.server.pause();
    let mut client = laboratory.connect();
    client.request(&["list"], &[]);
    client.0.set_read_timeout(Some(Duration::from_millis(20))).expect("it is a socket");
    assert_eq!(client.0.read(&mut [0]).expect_err("nobody answers").kind(), ErrorKind::WouldBlock);
    client.0.set_read_timeout(None).expect("it is a socket");
    laboratory.server.resume();
    assert!(client.hear_all().ends_with("Exit \"3\"\n"));
}

fn program(script: &str) -> Ended {
    Ended::Foreground(Foreground {
        argv: vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()],
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned()), ("ADDED".to_owned(), "yes".to_owned())]),
        working_directory: PathBuf::from("/"),
    })
}

#[test]
fn our_client_becomes_the_program_itself() {
    let laboratory = Laboratory::new(|_, mut streams, _| {
        streams.stderr.write_all(b"building\n").expect("somebody reads");
        program("exit 4")
    });
    let (answer, _, stderr) = laboratory.ask(&["run", ":app"]);
    let Answer::Ended(Ended::Foreground(process)) = answer else { panic!("{answer:?}") };
    let Ended::Foreground(expected) = program("exit 4") else { unreachable!("see above") };
    assert_eq!(process, expected);
    assert_eq!(stderr, "building\n");
}

#[test]
fn a_stock_client_gets_the_streams_of_the_program() {
    let laboratory = Laboratory::new(|_, _, _| program("pwd; echo $ADDED $MINE >&2; cat; exit 4"));
    let mut client = laboratory.connect();
    client.request(&["run", ":app"], &["MINE=too"]);
    let mut heard = [String::new(), String::new()];
    let mut pieces = ["one\n", "two\n"].iter();
    let code = loop {
        match client.hear().expect("an exit code comes") {
            (ChunkKind::StartStdin, _) => match pieces.next() {
                Some(piece) => client.say(ChunkKind::Stdin, piece),
                None => client.say(ChunkKind::StdinEnd, ""),
            },
            (ChunkKind::Stdout, text) => heard[0].push_str(&text),
            (ChunkKind::Stderr, text) => heard[1].push_str(&text),
            (ChunkKind::Exit, code) => break code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((code.as_str(), heard[0].as_str(), heard[1].as_str()), ("4", "/\none\ntwo\n", "yes too\n"));
}

#[test]
fn a_program_ends_with_its_client() {
    let laboratory = Laboratory::new(|_, _, _| program("trap '' TERM; echo ready; sleep 100"));
    let mut client = laboratory.connect();
    client.request(&["run", ":app"], &[]);
    while client.hear().expect("it begins").0 != ChunkKind::Stdout {}
    drop(client);
    assert!(laboratory.server.wait_idle(SOON));
}

#[test]
fn a_program_that_does_not_exist_is_told() {
    let laboratory = Laboratory::new(|_, _, _| {
        let Ended::Foreground(process) = program("") else { unreachable!("see above") };
        Ended::Foreground(Foreground { argv: vec!["/nowhere/app".to_owned()], ..process })
    });
    check_stock(
        &laboratory,
        &[],
        expect![[r#"
        Stderr "error: cannot run `/nowhere/app`: No such file or directory (os error 2)\n"
        Exit "1"
    "#]],
    );
}

#[test]
fn the_client_of_an_older_pants_signals_a_process_that_stands_for_its_run() {
    let (has_begun, run) = until_cancelled();
    let laboratory = Laboratory::new(run);
    let mut client = laboratory.connect();
    client.request(&["test"], &["PANTSD_RUNTRACKER_CLIENT_START_TIME=1"]);
    let Some((ChunkKind::ProcessId, pid)) = client.hear() else { panic!("a process is named") };
    let Some((ChunkKind::ProcessGroup, group)) = client.hear() else { panic!("a group is named") };
    assert_eq!(group, format!("-{pid}"));
    assert_ne!(pid, std::process::id().to_string());
    let cancel = has_begun.recv_timeout(SOON).expect("it begins");
    let pid = rustix::process::Pid::from_raw(pid.parse().expect("a number")).expect("it is positive");
    rustix::process::kill_process_group(pid, rustix::process::Signal::INT).expect("it is there");
    assert!(cancel.wait_timeout(SOON));
    assert_eq!(cancel.reason(), Some(CancelReason::Interrupted));
    assert_eq!(client.hear_all(), "Exit \"130\"\n");
    assert!(rustix::process::test_kill_process(pid).is_err(), "nothing is left");
}

#[test]
fn ten_thousand_bytes_of_rubbish_in_a_run_end_that_run_alone() {
    let (has_begun, run) = until_cancelled();
    let laboratory = Laboratory::new(run);
    let mut client = laboratory.connect();
    client.request(&["test"], &[]);
    let cancel = has_begun.recv_timeout(SOON).expect("it begins");
    client.0.write_all(&[b'!'; 10_000]).expect("there is room");
    assert!(cancel.wait_timeout(SOON));
    laboratory.check_health();
}

/// Sends bytes, and reads until the server closes.
fn send_rubbish(laboratory: &Laboratory, bytes: &[u8]) {
    let mut stream = UnixStream::connect(laboratory.server.listeners().path()).expect("the server listens");
    // The server may close before it has read all of it.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let _ = stream.read_to_end(&mut Vec::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rubbish_closes_its_connection_alone(rubbish in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..5)) {
        let laboratory = Laboratory::new(greet);
        rubbish.iter().for_each(|bytes| send_rubbish(&laboratory, bytes));
        laboratory.check_health();
    }

    #[test]
    fn a_changed_request_does_no_harm(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let laboratory = Laboratory::new(greet);
        let mut request = encode_request(&world(&["list", "::"]), Wish::Run, None);
        let at = at.index(request.len());
        request[at] = byte;
        send_rubbish(&laboratory, &request);
        request.truncate(cut.index(request.len()));
        send_rubbish(&laboratory, &request);
        laboratory.check_health();
    }
}

#[test]
fn a_stranger_is_sent_no_documents() {
    let laboratory = Laboratory::new(|_, mut streams, _| {
        streams.stdout.write_all(b"all\n").and_then(|()| streams.stdout.flush()).expect("somebody reads");
        Ended::Exit(0)
    });
    check_stock(
        &laboratory,
        &[],
        expect![[r#"
        Stdout "all\n"
        Exit "0"
    "#]],
    );
}
