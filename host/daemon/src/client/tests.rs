//! Our client against our server, and against servers that misbehave: what it answers, and what its streams do.

use super::*;
use crate::server::laboratory::{Laboratory, SOON, asking, no_signals, world};
use crate::wire::{FromServer, RefusalKind};
use pants_process::CancelReason;
use pants_process::nailgun::{ChunkKind, read_chunk, write_chunk};
use signal_hook::consts::SIGUSR1;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Mutex;
use std::sync::mpsc::channel;

/// Asks with these streams.
fn ask_with(endpoint: &Endpoint, stdin: &impl AsFd, stdout: &impl AsFd, stderr: &impl AsFd) -> Answer {
    let terminal = Terminal { stdin: stdin.as_fd(), stdout: stdout.as_fd(), stderr: stderr.as_fd() };
    ask(&world(&["list"]), Wish::Run, &asking(endpoint, &no_signals()), terminal)
}

fn null() -> File {
    File::options().read(true).write(true).open("/dev/null").expect("it is everywhere")
}

/// Reads a request to its end.
fn hear_request(stream: &mut UnixStream) {
    while read_chunk(stream).expect("frames").expect("a request").kind != ChunkKind::Command {}
}

fn accept(stream: &mut UnixStream) {
    hear_request(stream);
    tell(stream, &FromServer::Accepted { pid: 1 });
    assert_eq!(read_chunk(stream).expect("a frame").expect("a document").payload, br#"{"go":{}}"#);
}

fn tell(stream: &mut UnixStream, document: &FromServer) {
    write_chunk(stream, ChunkKind::ProcessId, &document.encode()).expect("the client reads");
}

/// Asks a server that does this with its only connection.
fn check(serve: impl FnOnce(UnixStream) + Send) -> Answer {
    check_within(SOON, serve)
}

/// The same with a client that waits so long until it is accepted.
fn check_within(accept_patience: Duration, serve: impl FnOnce(UnixStream) + Send) -> Answer {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path).expect("it is free");
    let endpoint = Endpoint::Unix(path);
    std::thread::scope(|scope| {
        scope.spawn(|| serve(listener.accept().expect("a client").0));
        let signals = no_signals();
        let asking = Asking { accept_patience, ..asking(&endpoint, &signals) };
        let null = null();
        let terminal = Terminal { stdin: null.as_fd(), stdout: null.as_fd(), stderr: null.as_fd() };
        ask(&world(&["list"]), Wish::Run, &asking, terminal)
    })
}

#[test]
fn before_it_was_accepted_any_trouble_leaves_the_run_to_somebody_else() {
    let unavailable = |serve: fn(UnixStream)| match check(serve) {
        Answer::Unavailable(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unavailable(|mut stream| hear_request(&mut stream)), "it closed the connection");
    assert_eq!(
        unavailable(|mut stream| stream.write_all(b"\0\0\0\x0cX").expect("the client reads")),
        "it closed the connection"
    );
    assert_eq!(
        unavailable(|mut stream| stream.write_all(b"\0\0\0\0?").expect("the client reads")),
        "it does not speak as a daemon does: unknown frame kind 0x3f"
    );
    assert_eq!(
        unavailable(|mut stream| write_chunk(&mut stream, ChunkKind::Exit, b"0").expect("the client reads")),
        "it does not speak as a daemon does: a frame of kind Exit"
    );
    assert_eq!(
        unavailable(|mut stream| {
            write_chunk(&mut stream, ChunkKind::Stderr, b"no!\n").expect("the client reads");
            write_chunk(&mut stream, ChunkKind::Exit, b"1").expect("the client reads");
        }),
        "it does not speak as a daemon does: no!"
    );
}

#[test]
fn a_daemon_that_does_not_answer_is_not_waited_for() {
    let patience = Duration::from_millis(30);
    let answer = check_within(patience, |mut stream| {
        stream.read_to_end(&mut Vec::new()).expect("the client sends, and leaves");
    });
    assert!(matches!(answer, Answer::Unavailable(Unavailable::Silent(time)) if time == patience), "{answer:?}");
}

#[test]
fn nobody_there_is_told_at_once() {
    let endpoint = Endpoint::Unix("/nowhere/socket".into());
    let answer = ask_with(&endpoint, &null(), &null(), &null());
    let Answer::Unavailable(Unavailable::Connect(error)) = answer else { panic!("{answer:?}") };
    assert_eq!(error.to_string(), "cannot connect to `/nowhere/socket`");
    assert_eq!(error.source.kind(), ErrorKind::NotFound);
}

#[test]
fn a_path_that_is_too_long_is_told() {
    let endpoint = Endpoint::Unix(format!("/{}", "x".repeat(200)).into());
    let answer = ask_with(&endpoint, &null(), &null(), &null());
    assert!(matches!(answer, Answer::Unavailable(Unavailable::Connect(_))), "{answer:?}");
}

#[test]
fn a_daemon_that_starts_is_waited_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let endpoint = Endpoint::Unix(path.clone());
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            let null = null();
            let terminal = Terminal { stdin: null.as_fd(), stdout: null.as_fd(), stderr: null.as_fd() };
            let signals = no_signals();
            let asking = Asking { connect_patience: SOON, ..asking(&endpoint, &signals) };
            ask(&world(&["list"]), Wish::Run, &asking, terminal)
        });
        let listener = UnixListener::bind(&path).expect("it is free");
        let (mut stream, _) = listener.accept().expect("a client");
        accept(&mut stream);
        write_chunk(&mut stream, ChunkKind::Exit, b"7").expect("the client reads");
        let answer = asked.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(7))), "{answer:?}");
    });
}

#[test]
fn after_the_run_began_a_daemon_that_dies_is_lost() {
    let answer = check(|mut stream| accept(&mut stream));
    assert!(matches!(answer, Answer::Lost(Lost::Closed)), "{answer:?}");
    let answer = check(|mut stream| {
        accept(&mut stream);
        stream.write_all(b"\xff\xff\xff\xff1").expect("the client reads");
    });
    assert!(matches!(answer, Answer::Lost(Lost::Frame(_))), "{answer:?}");
    for payload in [&b"256"[..], b"-1", b"", b"\xff"] {
        let answer = check(|mut stream| {
            accept(&mut stream);
            write_chunk(&mut stream, ChunkKind::Exit, payload).expect("the client reads");
        });
        assert!(matches!(answer, Answer::Lost(Lost::Unintelligible(_))), "{answer:?}");
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let answer = check(|mut stream| {
        hear_request(&mut stream);
        let reason = "`--jobs` changed".to_owned();
        tell(&mut stream, &FromServer::Refused(Refusal { kind: RefusalKind::Stale, reason }));
    });
    let Answer::Refused(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal, Refusal { kind: RefusalKind::Stale, reason: "`--jobs` changed".to_owned() });
}

/// A run that writes until it cannot, and says why.
fn until_it_fails() -> (Laboratory, std::sync::mpsc::Receiver<ErrorKind>) {
    let (failed, failure) = channel();
    let failed = Mutex::new(failed);
    let laboratory = Laboratory::new(move |_, mut streams, _| {
        let line = b"a line of many\n";
        let error = loop {
            if let Err(error) = streams.stdout.write_all(line).and_then(|()| streams.stdout.flush()) {
                break error.kind();
            }
        };
        writeln!(streams.stderr, "it fails").expect("somebody reads");
        failed.lock().expect("no panic here").send(error).expect("the test waits");
        Ended::Exit(5)
    });
    (laboratory, failure)
}

#[test]
fn a_reader_that_has_enough_ends_the_output_of_the_run() {
    let (laboratory, failure) = until_it_fails();
    let (mut reader, writer) = io::pipe().expect("the system has pipes");
    let (mut errors, stderr) = io::pipe().expect("the system has pipes");
    std::thread::scope(|scope| {
        let endpoint = &laboratory.endpoint;
        let asked = scope.spawn(move || ask_with(endpoint, &null(), &writer, &stderr));
        reader.read_exact(&mut [0; 15]).expect("a line comes");
        drop(reader);
        assert_eq!(failure.recv_timeout(SOON).expect("it fails"), ErrorKind::BrokenPipe);
        let answer = asked.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(5))), "{answer:?}");
    });
    let mut text = String::new();
    errors.read_to_string(&mut text).expect("it is a text");
    assert_eq!(text, "it fails\n");
}

#[test]
fn a_full_disk_fails_the_flush_before_the_exit_code_is_known() {
    let (laboratory, failure) = until_it_fails();
    let full = File::options().write(true).open("/dev/full").expect("Linux has one");
    let answer = ask_with(&laboratory.endpoint, &null(), &full, &null());
    assert!(matches!(answer, Answer::Ended(Ended::Exit(5))), "{answer:?}");
    assert_eq!(failure.recv_timeout(SOON).expect("it fails"), ErrorKind::StorageFull);
}

#[test]
fn standard_error_may_be_gone_alone() {
    let laboratory = Laboratory::new(|_, mut streams, _| {
        // Nobody waits for standard error: it fails some time later.
        while streams.stderr.write_all(b"x").and_then(|()| streams.stderr.flush()).is_ok() {}
        streams.stdout.write_all(b"fine\n").and_then(|()| streams.stdout.flush()).expect("somebody reads");
        Ended::Exit(0)
    });
    let mut stdout = tempfile::tempfile().expect("a file");
    let (reader, stderr) = io::pipe().expect("the system has pipes");
    drop(reader);
    let answer = ask_with(&laboratory.endpoint, &null(), &stdout, &stderr);
    assert!(matches!(answer, Answer::Ended(Ended::Exit(0))), "{answer:?}");
    assert_eq!(crate::server::laboratory::content(&mut stdout), "fine\n");
}

#[test]
fn input_is_read_when_the_daemon_wants_it_and_not_before() {
    let (reader, mut writer) = io::pipe().expect("the system has pipes");
    writer.write_all(b"input").expect("there is room");
    drop(writer);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path).expect("it is free");
    let endpoint = Endpoint::Unix(path);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| ask_with(&endpoint, &reader, &null(), &null()));
        let (mut stream, _) = listener.accept().expect("a client");
        accept(&mut stream);
        let mut heard = Vec::new();
        for _ in 0..2 {
            write_chunk(&mut stream, ChunkKind::StartStdin, b"").expect("the client reads");
            let chunk = read_chunk(&mut stream).expect("a frame").expect("some input");
            heard.push((chunk.kind, chunk.payload));
        }
        assert_eq!(heard, [(ChunkKind::Stdin, b"input".to_vec()), (ChunkKind::StdinEnd, Vec::new())]);
        write_chunk(&mut stream, ChunkKind::Exit, b"0").expect("the client reads");
        assert!(matches!(asked.join().expect("no panic"), Answer::Ended(Ended::Exit(0))));
    });
    let laboratory = Laboratory::new(|_, _, _| Ended::Exit(0));
    let (mut reader, mut writer) = io::pipe().expect("the system has pipes");
    writer.write_all(b"kept").expect("there is room");
    drop(writer);
    ask_with(&laboratory.endpoint, &reader, &null(), &null());
    let mut left = String::new();
    reader.read_to_string(&mut left).expect("it is a text");
    assert_eq!(left, "kept", "what the next program of a script reads is still there");
}

/// The only test that sends signals to this process. A signal of its own stands for Ctrl-C: others would hit all tests.
#[test]
fn a_signal_cancels_the_run_even_while_nobody_reads_its_output() {
    let (began, has_begun) = channel();
    let began = Mutex::new(began);
    let laboratory = Laboratory::new(move |_, mut streams, cancel| {
        let block = vec![b'x'; 1 << 20];
        streams.stdout.write_all(&block[..4]).and_then(|()| streams.stdout.flush()).expect("somebody reads");
        began.lock().expect("no panic here").send(()).expect("the test waits");
        // The client is stuck in this, and so is the run.
        let told = streams.stdout.write_all(&block);
        assert!(cancel.wait_timeout(SOON), "it is cancelled");
        assert_eq!(cancel.reason(), Some(CancelReason::Interrupted));
        told.expect("somebody reads again");
        Ended::Exit(130)
    });
    let (mut reader, writer) = io::pipe().expect("the system has pipes");
    std::thread::scope(|scope| {
        let endpoint = &laboratory.endpoint;
        let asked = scope.spawn(move || {
            let signals = Signals::watch(&[SIGUSR1]).expect("it can be watched");
            let null = null();
            let terminal = Terminal { stdin: null.as_fd(), stdout: writer.as_fd(), stderr: null.as_fd() };
            ask(&world(&["list"]), Wish::Run, &asking(endpoint, &signals), terminal)
        });
        has_begun.recv_timeout(SOON).expect("it begins");
        signal_hook::low_level::raise(SIGUSR1).expect("it is a signal");
        reader.read_to_end(&mut Vec::new()).expect("it is a pipe");
        let answer = asked.join().expect("no panic");
        assert!(matches!(answer, Answer::Ended(Ended::Exit(130))), "{answer:?}");
    });
}
