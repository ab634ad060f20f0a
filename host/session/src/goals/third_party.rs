//! Third-party artifacts of targets, by what backends declared: a field of objects, and the fields of their coordinate.

use crate::backends::SharedSymbols;
use pants_model::{Target, Value};

/// Finds the third-party coordinates of targets.
pub(crate) struct ThirdParty {
    symbols: SharedSymbols,
}

impl ThirdParty {
    pub(crate) fn new(symbols: SharedSymbols) -> Self {
        Self { symbols }
    }

    /// The coordinates of the artifacts that a target stands for, each in its parts (`org`, `name`, `rev`).
    pub(crate) fn coordinates(&self, target: &Target) -> Vec<Vec<String>> {
        let Some(symbols) = self.symbols.get() else { return Vec::new() };
        let field = symbols.target_type(&target.type_name).and_then(|spec| spec.third_party_field.as_deref());
        let objects = field.and_then(|field| target.field(field).as_list()).unwrap_or_default();
        objects
            .iter()
            .filter_map(|value| {
                let Value::Object(object) = value else { return None };
                let spec = symbols.objects().iter().find(|spec| spec.name == object.symbol)?;
                let parts = spec.coordinate.iter().filter_map(|part| object.field(part).as_str().map(str::to_owned));
                Some(parts.collect())
            })
            .collect()
    }
}
