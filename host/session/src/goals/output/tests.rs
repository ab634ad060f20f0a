//! Rows in memory, as each format strings them together.

use super::*;
use expect_test::{Expect, expect};
use pants_process::CancelReason;
use std::sync::{Arc, Mutex};

/// Bytes in memory.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("goals print text")
    }
}

impl Sink for Memory {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Stop> {
        Ok(())
    }
}

fn output(memory: &Memory, format: Format, shape: Shape) -> Output {
    let layout = Layout { format, shape, separator: "\n".to_owned() };
    Output::new(Box::new(memory.clone()), Cancel::new(), layout)
}

fn check(format: Format, shape: Shape, write: impl Fn(&mut Output) -> Result<(), Stop>, expect: Expect) {
    let memory = Memory::default();
    let mut output = output(&memory, format, shape);
    write(&mut output).expect("memory takes all");
    output.finish().expect("memory takes all");
    expect.assert_eq(&memory.text());
}

fn two_rows(output: &mut Output) -> Result<(), Stop> {
    output.line("heading")?;
    output.row("a")?;
    output.row("b \"quoted\"")?;
    output.item(&vec![1, 2])
}

#[test]
fn rows_are_lines_or_items() {
    check(
        Format::Text,
        Shape::Array,
        two_rows,
        expect![[r#"
        heading
        a
        b "quoted"
    "#]],
    );
    check(
        Format::Json,
        Shape::Array,
        two_rows,
        expect![[r#"
        [
            "a",
            "b \"quoted\"",
            [
                1,
                2
            ]
        ]
    "#]],
    );
    check(
        Format::JsonLines,
        Shape::Array,
        two_rows,
        expect![[r#"
        "a"
        "b \"quoted\""
        [1,2]
    "#]],
    );
}

#[test]
fn entries_make_an_object() {
    let write = |output: &mut Output| {
        output.entry("a", &["x"])?;
        output.entry("b", &1)
    };
    check(
        Format::Json,
        Shape::Object,
        write,
        expect![[r#"
        {
            "a": [
                "x"
            ],
            "b": 1
        }
    "#]],
    );
}

#[test]
fn nothing_is_a_document_too() {
    check(Format::Json, Shape::Array, |_| Ok(()), expect![["[]\n"]]);
    check(Format::Json, Shape::Object, |_| Ok(()), expect![["{}\n"]]);
    check(Format::JsonLines, Shape::Array, |_| Ok(()), expect![[""]]);
    check(Format::Text, Shape::Array, |_| Ok(()), expect![[""]]);
}

#[test]
fn rows_leave_before_the_last_one_came() {
    let memory = Memory::default();
    let mut output = output(&memory, Format::Text, Shape::Array);
    for _ in 0..PORTION {
        output.row("x").expect("memory takes all");
    }
    assert!(memory.text().len() >= PORTION);
}

#[test]
fn many_rows_at_once_are_those_that_come_one_by_one() {
    let addresses: Vec<Address> =
        (0..3 * PORTION / 8).map(|number| Address::new(["", "a/b"][number % 2], number.to_string())).collect();
    for format in [Format::Text, Format::Json, Format::JsonLines] {
        let written = |write: &dyn Fn(&mut Output) -> Result<(), Stop>| {
            let memory = Memory::default();
            let mut output = output(&memory, format, Shape::Array);
            write(&mut output).expect("memory takes all");
            output.finish().expect("memory takes all");
            memory.text()
        };
        let one_by_one = written(&|output| addresses.iter().try_for_each(|address| output.row(address)));
        assert_eq!(written(&|output| output.addresses(&addresses)), one_by_one, "{format:?}");
        let lines = written(&|output| output.lines(&addresses).and_then(|()| output.references(&[])));
        let expect = if format == Format::Text { one_by_one } else { written(&|_| Ok(())) };
        assert_eq!(lines, expect, "{format:?}");
    }
}

#[test]
fn a_cancelled_run_stops_at_the_next_row() {
    let cancel = Cancel::new();
    let layout = Layout { format: Format::Text, shape: Shape::Array, separator: "\n".to_owned() };
    let mut output = Output::new(Box::new(Memory::default()), cancel.clone(), layout);
    output.row("a").expect("nobody has cancelled yet");
    cancel.cancel(CancelReason::Interrupted);
    assert!(matches!(output.row("b"), Err(Stop::Failed(error)) if error.is_cancelled()));
    let address = Address::new("a", "b");
    assert!(matches!(output.addresses([&address]), Err(Stop::Failed(error)) if error.is_cancelled()));
}

#[test]
fn separators_are_typed_with_escapes() {
    let check = |typed: &str, meant: &str| assert_eq!(unescape(typed), meant, "{typed}");
    check(r"\n", "\n");
    check(r", ", ", ");
    check(r"\t\0\r", "\t\0\r");
    check(r"\\n", r"\n");
    check(r"\x\", r"\x\");
}
