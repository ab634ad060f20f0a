//! Products: what tasks leave for each other.

use crate::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that a task produces and others require.
///
/// Several tasks may produce the same product: each leaves a contribution, and a consumer sees them merged in the order
/// of the plan. Inside one dylib a product is shared without copying; another dylib gets it encoded and decoded once.
pub trait Product: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name that `require` and `product_types` use; unique among all backends (`acme.lint_report`).
    const NAME: &'static str;
    /// Raised when the format breaks; producer and consumer must agree on it.
    const VERSION: u32;
    /// How it is encoded for another dylib.
    const FORMAT: ProductFormat = ProductFormat::Compact;

    /// Makes one of several contributions, in plan order. Refuses by default.
    fn merge(contributions: Vec<Arc<Self>>) -> Result<Arc<Self>> {
        let count = contributions.len();
        Err(Error::msg(format!("the product `{}` has {count} producers and cannot be merged", Self::NAME)))
    }

    /// The declaration for `product_types`.
    fn declaration() -> ProductDecl {
        ProductDecl { name: Self::NAME.to_owned(), version: Self::VERSION }
    }
}

/// How a product is encoded for another dylib.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductFormat {
    /// postcard: small and fast; both sides must have the same fields.
    Compact,
    /// MessagePack with names: fields with a serde default may be added without a new version.
    Named,
}

/// A product type that a task can produce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductDecl {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
}

pub(crate) fn encode<P: Product>(product: &P) -> Result<Vec<u8>> {
    match P::FORMAT {
        ProductFormat::Compact => Ok(postcard::to_stdvec(product)?),
        ProductFormat::Named => Ok(rmp_serde::to_vec_named(product)?),
    }
}

pub(crate) fn decode<P: Product>(bytes: &[u8]) -> Result<P> {
    let decoded = match P::FORMAT {
        ProductFormat::Compact => postcard::from_bytes(bytes).map_err(Error::from),
        ProductFormat::Named => rmp_serde::from_slice(bytes).map_err(Error::from),
    };
    decoded.map_err(|error| error.context(format!("the product `{}` cannot be decoded", P::NAME)))
}
