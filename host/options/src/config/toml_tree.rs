//! TOML text into a [`Table`]; the only module that names the TOML library.

use super::{Entry, Node, Table};
use pants_model::Value;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Parses a document, or says what is wrong with which bytes.
pub(crate) fn parse(text: &str) -> Result<Table, (Range<usize>, String)> {
    match DeTable::parse(text) {
        Ok(document) => table(document.get_ref()),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let message = one_line(error.message());
            let is_header = text.get(..span.start).is_some_and(|before| before.trim_end_matches('"').ends_with('['));
            let is_second = message == "duplicate key" && is_header;
            Err((span, if is_second { "this section stands here a second time".to_owned() } else { message }))
        }
    }
}

fn table(source: &DeTable<'_>) -> Result<Table, (Range<usize>, String)> {
    let mut entries = Vec::new();
    for (key, value) in source {
        let node = match value.get_ref() {
            DeValue::Table(inner) => Node::Table(table(inner)?),
            _ => Node::Plain(plain(value)?),
        };
        entries.push(Entry { key: key.get_ref().clone().into_owned(), span: key.span(), value: node });
    }
    entries.sort_by_key(|entry| entry.span.start);
    Ok(Table { entries })
}

fn plain(source: &Spanned<DeValue<'_>>) -> Result<Value, (Range<usize>, String)> {
    let out_of_range = || (source.span(), "this number is out of range".to_owned());
    Ok(match source.get_ref() {
        DeValue::String(text) => Value::Str(text.clone().into_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Integer(number) => {
            Value::Int(i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| out_of_range())?)
        }
        DeValue::Float(number) => Value::Float(number.as_str().parse().map_err(|_| out_of_range())?),
        DeValue::Datetime(_) => {
            return Err((
                source.span(),
                "no option is a date or time; put it in quotes to make it a string".to_owned(),
            ));
        }
        DeValue::Array(items) => Value::List(items.iter().map(plain).collect::<Result<_, _>>()?),
        DeValue::Table(inner) => table(inner)?.to_dict(),
    })
}

/// The library's message as one fragment.
fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}
