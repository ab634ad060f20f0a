//! Values of BUILD files as JSON.
//!
//! Objects and globs, which JSON has no word for, become objects: `{"symbol": "jar", "org": ..}`, `{"globs": [..],
//! "exclude": [..]}`. A dict whose keys are not all texts becomes a list of pairs, and bytes become text.

use pants_model::{Object, Target, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The fields that were given to a target, in the order of its type's declaration.
pub(crate) struct Fields<'t>(pub(crate) &'t Target);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(description) = &self.0.description {
            map.serialize_entry("description", description)?;
        }
        for (name, value) in &self.0.fields {
            map.serialize_entry(&**name, &Json(value))?;
        }
        map.end()
    }
}

/// One value.
pub(crate) struct Json<'v>(pub(crate) &'v Value);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Str(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Value::List(items) => serializer.collect_seq(items.iter().map(Json)),
            Value::Dict(entries) => dict(entries, serializer),
            Value::Object(object) => fields_of(object, serializer),
            Value::Globs(globs) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("globs", &globs.include)?;
                map.serialize_entry("exclude", &globs.exclude)?;
                map.end()
            }
        }
    }
}

fn dict<S: Serializer>(entries: &[(Value, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    if entries.iter().any(|(key, _)| key.as_str().is_none()) {
        return serializer.collect_seq(entries.iter().map(|(key, value)| [Json(key), Json(value)]));
    }
    serializer.collect_map(entries.iter().map(|(key, value)| (key.as_str().unwrap_or_default(), Json(value))))
}

fn fields_of<S: Serializer>(object: &Object, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(object.fields.len() + 1))?;
    map.serialize_entry("symbol", &object.symbol)?;
    for (name, value) in &object.fields {
        map.serialize_entry(name, &Json(value))?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::{Globs, Location};

    fn check(value: Value, expect: &str) {
        assert_eq!(serde_json::to_string(&Json(&value)).expect("a value is JSON"), expect);
    }

    #[test]
    fn every_kind_of_value_is_json() {
        check(Value::List(vec![Value::None, true.into(), 1.into(), Value::Float(0.5)]), "[null,true,1,0.5]");
        check(Value::Float(f64::NAN), "null");
        check(Value::Bytes(vec![b'a', 0xff]), "\"a\u{fffd}\"");
        check(Value::Dict(vec![("a".into(), 1.into())]), r#"{"a":1}"#);
        check(Value::Dict(vec![(1.into(), "a".into()), ("b".into(), Value::None)]), r#"[[1,"a"],["b",null]]"#);
        let globs = Globs { include: vec!["*.java".to_owned()], exclude: vec!["A.java".to_owned()] };
        check(Value::Globs(Box::new(globs)), r#"{"globs":["*.java"],"exclude":["A.java"]}"#);
        let object = Object {
            symbol: "jar".to_owned(),
            fields: vec![("org".to_owned(), "a.b".into()), ("rev".to_owned(), "1".into())],
            location: Location::default(),
        };
        check(Value::Object(Box::new(object)), r#"{"symbol":"jar","org":"a.b","rev":"1"}"#);
    }
}
