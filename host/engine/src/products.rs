//! Products: what tasks leave for each other.
//!
//! The store keeps payloads as they come and never looks inside. A consumer sees contributions in the order of the plan
//! and, within a task, in the order of the program, never in the order of time: each contribution carries its place.

use crate::sync::{read, write};
use crate::task_error::TaskError;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, RwLock};

/// The content of a product.
pub trait Payload: Any + Send + Sync {
    /// Its bytes, for a consumer that does not share the producer's types.
    fn encoded(&self) -> Result<Arc<[u8]>, TaskError>;
    /// Itself, for a consumer that does.
    fn as_any(&self) -> &dyn Any;
}

/// What one task put for one product.
#[derive(Clone)]
pub struct Contribution {
    /// The scope of the task.
    pub scope: String,
    /// The version of the encoding.
    pub version: u32,
    /// The content.
    pub payload: Arc<dyn Payload>,
}

impl fmt::Debug for Contribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, version, payload: _ } = self;
        f.debug_struct("Contribution").field("scope", scope).field("version", version).finish_non_exhaustive()
    }
}

/// Where in the run something happened, independent of time: which goal of the plan, and which step of its program.
///
/// Steps are counted along each thread of control: `[4, 2, 1]` is step 1 of job 2 of the task's step 4.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) goal: usize,
    pub(crate) steps: Vec<u64>,
}

/// All products of a run.
#[derive(Default)]
pub(crate) struct ProductStore {
    products: RwLock<BTreeMap<String, BTreeMap<Place, Contribution>>>,
}

impl ProductStore {
    pub(crate) fn put(&self, product: &str, place: Place, contribution: Contribution) {
        write(&self.products).entry(product.to_owned()).or_default().insert(place, contribution);
    }

    /// The contributions of the goals that `is_visible` lets through, in order.
    pub(crate) fn get(&self, product: &str, is_visible: impl Fn(usize) -> bool) -> Vec<Contribution> {
        let products = read(&self.products);
        let contributions = products.get(product).into_iter().flatten();
        contributions
            .filter(|(place, _)| is_visible(place.goal))
            .map(|(_, contribution)| contribution.clone())
            .collect()
    }
}
