//! JSON as people read it: indented by four, keys in the order they are given.

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// A document as text, without a final newline.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    let mut serializer = Serializer::with_formatter(&mut text, formatter);
    document.serialize(&mut serializer).expect("documents of texts and numbers are serialised into memory");
    String::from_utf8(text).expect("JSON is UTF-8")
}
