//! What backends contribute to the document, merged.

use super::super::contributions::contributions;
use pants_engine::{Context, TaskError};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a backend adds to the document.
pub(super) const EXPORT_FRAGMENT: &str = "export_fragment";

/// What backends say, merged in the order of the plan.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Keys of the document.
    pub(super) document: BTreeMap<String, Json>,
    /// What is said of targets, by address.
    pub(super) targets: BTreeMap<String, TargetFragment>,
}

/// What backends say of one target.
#[derive(Debug, Default)]
pub(super) struct TargetFragment {
    pub(super) target_type: Option<String>,
    pub(super) roots: Vec<ContentRoot>,
    pub(super) keys: BTreeMap<String, Json>,
}

/// A directory with sources, relative to the build root, and the package of its files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContentRoot {
    pub(super) directory: String,
    pub(super) package: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EncodedFragment {
    document: BTreeMap<String, String>,
    targets: BTreeMap<String, EncodedTarget>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EncodedTarget {
    target_type: String,
    roots: Vec<ContentRoot>,
    keys: BTreeMap<String, String>,
}

impl Fragments {
    /// What all backends said.
    pub(super) fn of(context: &Context) -> Result<Self, TaskError> {
        let mut merged = Self::default();
        for (scope, fragment) in contributions::<EncodedFragment>(context, EXPORT_FRAGMENT)? {
            merged.add(fragment).map_err(|error| {
                TaskError::failed(format!("`{scope}` left a `{EXPORT_FRAGMENT}` that is no JSON")).caused_by(error)
            })?;
        }
        Ok(merged)
    }

    fn add(&mut self, fragment: EncodedFragment) -> Result<(), serde_json::Error> {
        for (key, text) in fragment.document {
            match (self.document.get_mut(&key), serde_json::from_str(&text)?) {
                (Some(Json::Object(known)), Json::Object(more)) => known.extend(more),
                (_, value) => _ = self.document.insert(key, value),
            }
        }
        for (address, encoded) in fragment.targets {
            let target = self.targets.entry(address).or_default();
            if !encoded.target_type.is_empty() {
                target.target_type = Some(encoded.target_type);
            }
            target.roots.extend(encoded.roots);
            for (key, text) in encoded.keys {
                target.keys.insert(key, serde_json::from_str(&text)?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fragment(document: &[(&str, &str)], target_type: &str, key: (&str, &str)) -> EncodedFragment {
        let texts = |texts: &[(&str, &str)]| {
            texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect::<BTreeMap<_, _>>()
        };
        let target = EncodedTarget { target_type: target_type.to_owned(), roots: Vec::new(), keys: texts(&[key]) };
        EncodedFragment { document: texts(document), targets: BTreeMap::from([("a:a".to_owned(), target)]) }
    }

    #[test]
    fn fragments_of_several_backends_become_one() {
        let mut merged = Fragments::default();
        merged.add(fragment(&[("setup", r#"{"a": 1}"#), ("x", "1")], "TEST", ("platform", "\"8\""))).unwrap();
        merged.add(fragment(&[("setup", r#"{"b": 2}"#), ("x", "2")], "", ("requirements", "[]"))).unwrap();
        assert_eq!(json!(merged.document), json!({ "setup": { "a": 1, "b": 2 }, "x": 2 }));
        let target = &merged.targets["a:a"];
        assert_eq!(target.target_type.as_deref(), Some("TEST"));
        assert_eq!(json!(target.keys), json!({ "platform": "8", "requirements": [] }));
        assert!(merged.add(fragment(&[("x", "{")], "", ("y", "1"))).is_err());
    }
}
