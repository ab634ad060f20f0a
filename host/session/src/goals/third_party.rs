//! Third-party artifacts of targets, by what backends declared: a field of objects, and the fields of their coordinate.

use crate::backends::SharedSymbols;
use pants_model::{Target, Value};

/// Finds the third-party artifacts of targets.
pub(crate) struct ThirdParty {
    symbols: SharedSymbols,
}

/// A third-party artifact that a target stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Artifact {
    /// The parts of its coordinate (`org`, `name`, `rev`), those that are given.
    pub(crate) parts: Vec<String>,
    /// The symbol that names it in BUILD files (`jar`).
    pub(crate) symbol: String,
}

impl ThirdParty {
    pub(crate) fn new(symbols: SharedSymbols) -> Self {
        Self { symbols }
    }

    /// The artifacts that a target stands for, in the order in which it names them.
    pub(crate) fn artifacts(&self, target: &Target) -> Vec<Artifact> {
        let Some(symbols) = self.symbols.get() else { return Vec::new() };
        let field = symbols.target_type(&target.type_name).and_then(|spec| spec.third_party_field.as_deref());
        let objects = field.and_then(|field| target.field(field).as_list()).unwrap_or_default();
        objects
            .iter()
            .filter_map(|value| {
                let Value::Object(object) = value else { return None };
                let spec = symbols.object(&object.symbol)?;
                let parts = spec.coordinate.iter().filter_map(|part| object.field(part).as_str().map(str::to_owned));
                Some(Artifact { parts: parts.collect(), symbol: object.symbol.clone() })
            })
            .collect()
    }
}
