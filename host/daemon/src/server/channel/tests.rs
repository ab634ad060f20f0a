//! What is written comes out in this order, in few frames.

use super::*;
use expect_test::{Expect, expect};
use pants_process::nailgun::read_chunk;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// The frames of what a run writes, with the lengths of long ones.
#[track_caller]
fn check(write: impl FnOnce(&mut OutputStream, &mut OutputStream) + Send, expect: Expect) {
    let (mut ours, theirs) = UnixStream::pair().expect("the system has sockets");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let channel = Arc::new(Channel::new(Arc::new(OwnedFd::from(theirs).into()), Manners::Nailgun));
            write(&mut channel.stream(OutputName::Stdout), &mut channel.stream(OutputName::Stderr));
            channel.send(ChunkKind::Exit, b"0").expect("somebody reads");
        });
        let mut shown = String::new();
        while let Some(chunk) = read_chunk(&mut ours).expect("frames") {
            let text = String::from_utf8(chunk.payload).expect("it is a text");
            let text = if text.len() > 20 { format!("{} bytes", text.len()) } else { format!("{text:?}") };
            shown.push_str(&format!("{:?} {text}\n", chunk.kind));
        }
        expect.assert_eq(&shown);
    });
}

fn say(stream: &mut OutputStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("somebody reads");
}

#[test]
fn short_writes_share_a_frame_until_the_other_stream_speaks() {
    check(
        |stdout, stderr| {
            say(stdout, b"a");
            say(stdout, b"b\n");
            say(stderr, b"c\n");
            say(stdout, b"d\n");
            stdout.flush().expect("somebody reads");
            say(stdout, b"e\n");
        },
        expect![[r#"
            Stdout "ab\n"
            Stderr "c\n"
            Stdout "d\n"
            Stdout "e\n"
            Exit "0"
        "#]],
    );
}

#[test]
fn long_output_goes_in_frames_of_bounded_length() {
    check(
        |stdout, _| {
            say(stdout, b"before\n");
            say(stdout, &[b'x'; 150_000]);
            (0..20_000).for_each(|_| say(stdout, b"seven\n\n"));
        },
        expect![[r#"
            Stdout "before\n"
            Stdout 65536 bytes
            Stdout 65536 bytes
            Stdout 18928 bytes
            Stdout 65534 bytes
            Stdout 65534 bytes
            Stdout 8932 bytes
            Exit "0"
        "#]],
    );
}

#[test]
fn what_the_client_says_of_a_stream_is_its_error() {
    let (_ours, theirs) = UnixStream::pair().expect("the system has sockets");
    let channel = Arc::new(Channel::new(Arc::new(OwnedFd::from(theirs).into()), Manners::Ours));
    let [mut stdout, mut stderr] = [OutputName::Stdout, OutputName::Stderr].map(|name| channel.stream(name));
    channel.stream_is_gone(OutputName::Stdout, rustix::io::Errno::NOSPC.raw_os_error());
    assert_eq!(stdout.write(b"x").expect_err("it is gone").kind(), io::ErrorKind::StorageFull);
    assert_eq!(stdout.flush().expect_err("it is gone").kind(), io::ErrorKind::StorageFull);
    say(&mut stderr, b"fine\n");
    channel.client_is_gone();
    assert_eq!(stderr.write(b"x").expect_err("it is gone").kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn a_flush_waits_for_the_client_and_not_longer() {
    let (ours, theirs) = UnixStream::pair().expect("the system has sockets");
    let channel = Arc::new(Channel::new(Arc::new(OwnedFd::from(theirs).into()), Manners::Ours));
    let mut stdout = channel.stream(OutputName::Stdout);
    stdout.flush().expect("nothing was written, nothing is waited for");
    for ends in [false, true] {
        std::thread::scope(|scope| {
            let flushed = scope.spawn(|| {
                say(&mut stdout, b"x");
                stdout.flush()
            });
            let mut ours = &ours;
            assert_eq!(read_chunk(&mut ours).expect("a frame").expect("output").payload, b"x");
            let document = read_chunk(&mut ours).expect("a frame").expect("a document").payload;
            let number = match FromServer::decode(&document).expect("a document") {
                FromServer::Flush { number } => number,
                other => panic!("{other:?}"),
            };
            if ends {
                channel.client_is_gone()
            } else {
                channel.is_written(number)
            }
            assert_eq!(flushed.join().expect("no panic").is_err(), ends);
        });
    }
}
