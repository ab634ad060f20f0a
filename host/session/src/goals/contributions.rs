//! Products of any backend, as they come over the plugin boundary: MessagePack with names.

use pants_engine::{Context, Contribution, TaskError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The product with the third-party libraries on disk; any backend may produce it.
pub(crate) const RESOLVED_LIBRARIES: &str = "resolved_libraries";

/// What each goal left of a product, with its scope, in the order of the plan.
pub(crate) fn contributions<T: DeserializeOwned>(
    context: &Context,
    product: &str,
) -> Result<Vec<(String, T)>, TaskError> {
    let decode = |contribution: Contribution| {
        let encoded = contribution.payload.encoded()?;
        let decoded = rmp_serde::from_slice(&encoded).map_err(|error| {
            TaskError::failed(format!("`{}` left a `{product}` that cannot be read", contribution.scope))
                .caused_by(error)
        })?;
        Ok((contribution.scope, decoded))
    };
    context.products(product).into_iter().map(decode).collect()
}

/// Third-party libraries: coordinate to kind to path, and the coordinates that targets bring.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Libraries {
    pub(crate) libraries: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) targets: BTreeMap<String, Vec<String>>,
}

impl Libraries {
    /// What all backends resolved.
    pub(crate) fn of(context: &Context) -> Result<Self, TaskError> {
        let mut merged = Self::default();
        for (_, found) in contributions::<Self>(context, RESOLVED_LIBRARIES)? {
            for (coordinate, artifacts) in found.libraries {
                merged.libraries.entry(coordinate).or_default().extend(artifacts);
            }
            for (target, coordinates) in found.targets {
                merged.targets.entry(target).or_default().extend(coordinates);
            }
        }
        Ok(merged)
    }
}
