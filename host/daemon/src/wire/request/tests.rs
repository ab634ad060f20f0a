//! What is sent arrives as it was, and no bytes are too strange for an answer.

use super::*;
use crate::wire::FrameBuffer;
use proptest::prelude::*;

/// What comes of these bytes.
fn read(bytes: &[u8]) -> Result<Option<Request>, RequestError> {
    let mut frames = FrameBuffer::with_capacity(64);
    let mut reader = RequestReader::new(Limits::default());
    let mut from = bytes;
    loop {
        while let Some((kind, payload)) = frames.next(Limits::default().frame)? {
            if let Some(request) = reader.take(kind, payload)? {
                return Ok(Some(request));
            }
        }
        if frames.fill(&mut from).expect("memory does not fail") == 0 {
            return Ok(None);
        }
    }
}

fn system_text() -> impl Strategy<Value = OsString> {
    prop::collection::vec(1..=255u8, 1..20).prop_map(OsString::from_vec)
}

fn name() -> impl Strategy<Value = OsString> {
    system_text().prop_filter("names have no `=` but at the front", |name| !name.as_bytes()[1..].contains(&b'='))
}

proptest! {
    #[test]
    fn a_world_arrives_as_it_was_sent(
        args in prop::collection::vec("[^\0]{0,20}", 0..5),
        environment in prop::collection::btree_map(name(), system_text(), 0..8),
        cwd in system_text(),
        exe_dir in system_text(),
        token in any::<bool>(),
    ) {
        let world = ClientWorld {
            invocation: Invocation { args, environment: Arc::new(environment), cwd: Path::new("/").join(cwd) },
            exe_dir: exe_dir.into(),
            pid: 42,
            terminals: Terminals { stdin: true, stdout: false, stderr: true },
            width: 77,
            run_id: "run".to_owned(),
            started: SystemTime::now(),
        };
        let token = token.then(|| Token::from_text("secret"));
        let request = read(&encode_request(&world, Wish::Run, token.as_ref())).expect("it is right").expect("it is whole");
        prop_assert_eq!(request.token.as_deref(), token.as_ref().map(Token::as_text));
        prop_assert_eq!(request.wish(), Wish::Run);
        let arrived = request.into_world(|| unreachable!("it introduced itself"));
        prop_assert_eq!(format!("{arrived:?}"), format!("{world:?}"));
    }

    #[test]
    fn rubbish_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn frames_in_any_order_do_not_panic(frames in prop::collection::vec(("[AEDCH01.SX]", prop::collection::vec(any::<u8>(), 0..30)), 0..20)) {
        let mut bytes = Vec::new();
        for (kind, payload) in frames {
            bytes.extend_from_slice(&u32::try_from(payload.len()).expect("it is short").to_be_bytes());
            bytes.extend_from_slice(kind.as_bytes());
            bytes.extend_from_slice(&payload);
        }
        let _ = read(&bytes);
    }
}

#[test]
fn a_user_cannot_be_somebody_else_by_way_of_variables() {
    let environment = [(CLIENT, "{}"), (TOKEN, "guess"), ("A", "b")];
    let environment = environment.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let invocation = Invocation { args: Vec::new(), environment: Arc::new(environment.into()), cwd: "/".into() };
    let world = ClientWorld {
        invocation,
        exe_dir: "/".into(),
        pid: 1,
        terminals: Terminals::default(),
        width: 80,
        run_id: String::new(),
        started: SystemTime::now(),
    };
    let request = read(&encode_request(&world, Wish::Status, None)).expect("it is right").expect("it is whole");
    assert_eq!(request.token, None);
    assert_eq!(request.wish(), Wish::Status);
    assert_eq!(request.environment, BTreeMap::from([("A".into(), "b".into())]));
}

#[test]
fn an_introduction_that_makes_no_sense_is_told() {
    for introduction in ["", "{}", "7", r#"{"protocol":1}"#, r#"{"protocol":"1"}"#] {
        let mut bytes = Vec::new();
        frame(&mut bytes, ChunkKind::Environment, &[CLIENT.as_bytes(), b"=", introduction.as_bytes()]);
        frame(&mut bytes, ChunkKind::WorkingDirectory, &[b"/"]);
        frame(&mut bytes, ChunkKind::Command, &[b"pants"]);
        assert!(matches!(read(&bytes), Err(RequestError::Introduction(_))), "{introduction}");
    }
}
