//! Planning: what a task's class side sees.

use crate::{Address, Context, OptionValue, Product, Result, Target, Value};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The world while the host plans: options and targets, no products, no processes.
pub struct Planning {
    context: Context,
}

impl Planning {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// The scope of the task (`compile.javac`).
    pub fn scope(&self) -> &str {
        self.context.scope()
    }

    /// The value of an option of the task's own scope.
    pub fn option(&self, name: &str) -> Result<Value> {
        self.context.option(name)
    }

    /// The value of an option of the task's own scope, with its origin: for the error that says where a wrong value is from.
    /// Since 1.1.
    pub fn option_value(&self, name: &str) -> Result<OptionValue> {
        self.context.option_of(self.scope(), name)
    }

    /// The value of an option of any scope, with its origin. Since 1.1.
    pub fn option_value_of(&self, scope: &str, name: &str) -> Result<OptionValue> {
        self.context.option_of(scope, name)
    }

    /// The value of an option of the task's own instance of a subsystem. Since 1.1.
    pub fn subsystem_option(&self, subsystem: &str, name: &str) -> Result<Value> {
        Ok(self.context.subsystem_option(subsystem, name)?.value)
    }

    /// The value of an option of any scope.
    pub fn option_of(&self, scope: &str, name: &str) -> Result<Value> {
        Ok(self.context.option_of(scope, name)?.value)
    }

    /// The build root. Since 1.1.
    pub fn build_root(&self) -> &Path {
        self.context.build_root()
    }

    /// The arguments after `--`.
    pub fn passthrough(&self) -> &[String] {
        self.context.passthrough()
    }

    /// The phases that were asked for.
    pub fn requested_phases(&self) -> &[String] {
        self.context.requested_phases()
    }

    /// The target roots as they stand in this round.
    pub fn target_roots(&self) -> Result<Vec<Target>> {
        self.context.target_roots()
    }

    /// The addresses that specs stand for.
    pub fn resolve(&self, specs: &[String]) -> Result<Vec<Address>> {
        self.context.resolve(specs)
    }
}

/// Collects what a task requires.
#[derive(Clone, Debug, Default)]
pub struct RoundManager {
    pub(crate) requirements: Vec<Requirement>,
}

/// One requirement of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Requirement {
    /// The product.
    pub product: String,
    /// Its version, as the consumer knows it.
    pub version: u32,
    /// Whether the run may go on without a producer.
    pub is_optional: bool,
    /// A document for the producer: what exactly is wanted.
    #[serde(with = "serde_bytes")]
    pub request: Option<Vec<u8>>,
}

impl RoundManager {
    /// Needs a product: its producers run before, and it is an error when there is none.
    pub fn require<P: Product>(&mut self) {
        self.add::<P>(false, None);
    }

    /// Uses a product if anything produces it.
    pub fn optional<P: Product>(&mut self) {
        self.add::<P>(true, None);
    }

    /// Needs a product and tells its producer what exactly; it reads that with [`Context::requests`].
    pub fn require_with<P: Product>(&mut self, request: &impl Serialize) -> Result<()> {
        let request = rmp_serde::to_vec_named(request)?;
        self.add::<P>(false, Some(request));
        Ok(())
    }

    fn add<P: Product>(&mut self, is_optional: bool, request: Option<Vec<u8>>) {
        let product = P::NAME.to_owned();
        self.requirements.push(Requirement { product, version: P::VERSION, is_optional, request });
    }
}
