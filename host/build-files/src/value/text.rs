//! Values as Python prints them: `str()` and `repr()`.
//!
//! What is printed of objects and globs is a call that makes an equal one, so that texts of opaque targets say it all.

use super::{DEEPEST, Eval, Heap, Value, bytes_of_globs, bytes_of_object, poisoned, too_deep};
use pants_model::{Globs, Object};

impl<'a> Value<'a> {
    /// Python's `str()`.
    pub(crate) fn display(self, heap: &Heap<'a>) -> Eval<String> {
        let mut out = String::new();
        self.write(&mut out, heap, Quotes::OnlyInside, 0)?;
        Ok(out)
    }

    /// Python's `repr()`.
    pub(crate) fn repr(self, heap: &Heap<'a>) -> Eval<String> {
        let mut out = String::new();
        self.write(&mut out, heap, Quotes::Always, 0)?;
        Ok(out)
    }

    fn write(self, out: &mut String, heap: &Heap<'a>, quotes: Quotes, depth: u32) -> Eval<()> {
        heap.count(1)?;
        if depth == DEEPEST {
            return Err(too_deep());
        }
        // A list that holds the same value many times prints longer than it is.
        heap.charge(self.bytes_of_text())?;
        let mut each = |open: &str, items: &mut dyn Iterator<Item = Self>, close: &str| -> Eval<()> {
            out.push_str(open);
            for (at, item) in items.enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                item.write(out, heap, Quotes::Always, depth + 1)?;
            }
            out.push_str(close);
            Ok(())
        };
        match self {
            Self::None => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&format!("{value:?}")),
            Self::Str(text) | Self::Target(text) if quotes == Quotes::OnlyInside => out.push_str(text),
            Self::Str(text) | Self::Target(text) => write_quoted(out, text),
            Self::Bytes(bytes) => out.push_str(&format!("b'{}'", bytes.escape_ascii())),
            Self::List(items) => each("[", &mut items.borrow().iter().copied(), "]")?,
            Self::Tuple([item]) => each("(", &mut std::iter::once(*item), ",)")?,
            Self::Tuple(items) => each("(", &mut items.iter().copied(), ")")?,
            Self::Set(set) if set.borrow().len() == 0 => out.push_str("set()"),
            Self::Set(set) => each("{", &mut set.borrow().keys(), "}")?,
            Self::Dict(dict) => {
                out.push('{');
                for (at, (name, value)) in dict.borrow().items().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    name.write(out, heap, Quotes::Always, depth + 1)?;
                    out.push_str(": ");
                    value.write(out, heap, Quotes::Always, depth + 1)?;
                }
                out.push('}');
            }
            Self::Object(object) => write_object(out, object),
            Self::Globs(sets) => write_globs(out, sets),
            Self::Opaque(opaque) => out.push_str(opaque.use_as_value()),
            Self::Class(class) => out.push_str(&format!("<class {}>", class.name)),
            Self::Builtin(name) => out.push_str(name),
            Self::Symbol(name) => out.push_str(name),
            Self::Function(function) => out.push_str(&function.definition.name),
            Self::Method((value, name)) => {
                value.write(out, heap, Quotes::Always, depth + 1)?;
                out.push_str(&format!(".{name}"));
            }
            Self::Poison => return Err(poisoned()),
            other => out.push_str(&format!("<{}>", other.kind())),
        }
        Ok(())
    }
}

impl Value<'_> {
    /// About how long the text of a value is, without that of the values in it.
    fn bytes_of_text(self) -> usize {
        match self {
            Self::Str(text) | Self::Target(text) | Self::Symbol(text) => text.len(),
            Self::Bytes(bytes) => bytes.len() * 4,
            Self::Object(object) => bytes_of_object(object),
            Self::Globs(sets) => sets.iter().map(bytes_of_globs).sum(),
            Self::Function(function) => function.definition.name.len(),
            Self::Class(class) => class.name.len(),
            Self::Method((_, name)) => name.len(),
            Self::Opaque(opaque) => opaque.text.len(),
            _ => 0,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Always,
    OnlyInside,
}

/// A call that makes an equal object.
fn write_object(out: &mut String, object: &Object) {
    out.push_str(&object.symbol);
    out.push('(');
    for (at, (name, value)) in object.fields.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "" });
        out.push_str(name);
        out.push('=');
        write_frozen(out, value);
    }
    out.push(')');
}

/// A sum of calls that makes equal sets.
fn write_globs(out: &mut String, sets: &[Globs]) {
    let write_texts = |out: &mut String, texts: &[String]| {
        for (at, text) in texts.iter().enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            write_quoted(out, text);
        }
    };
    for (at, set) in sets.iter().enumerate() {
        out.push_str(if at > 0 { " + globs(" } else { "globs(" });
        write_texts(out, &set.include);
        if !set.exclude.is_empty() {
            out.push_str(if set.include.is_empty() { "exclude=[" } else { ", exclude=[" });
            write_texts(out, &set.exclude);
            out.push(']');
        }
        out.push(')');
    }
}

/// Python's `repr()` of a value that has left evaluation.
fn write_frozen(out: &mut String, value: &pants_model::Value) {
    use pants_model::Value as Frozen;
    match value {
        Frozen::None => out.push_str("None"),
        Frozen::Bool(true) => out.push_str("True"),
        Frozen::Bool(false) => out.push_str("False"),
        Frozen::Int(value) => out.push_str(&value.to_string()),
        Frozen::Float(value) => out.push_str(&format!("{value:?}")),
        Frozen::Str(text) => write_quoted(out, text),
        Frozen::Bytes(bytes) => out.push_str(&format!("b'{}'", bytes.escape_ascii())),
        Frozen::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_frozen(out, item);
            }
            out.push(']');
        }
        Frozen::Dict(entries) => {
            out.push('{');
            for (at, (name, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write_frozen(out, name);
                out.push_str(": ");
                write_frozen(out, value);
            }
            out.push('}');
        }
        Frozen::Object(object) => write_object(out, object),
        Frozen::Globs(set) => write_globs(out, std::slice::from_ref(set)),
    }
}

fn write_quoted(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            char if char == quote => out.extend(['\\', char]),
            char if char.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push(quote);
}
