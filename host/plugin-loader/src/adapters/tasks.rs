//! Tasks of plugins as the engine calls them.

use super::context::context_object;
use super::log::panics_of;
use super::planning::PlanningServer;
use super::serve::lend;
use crate::convert;
use abi_stable::std_types::{ROption, RSlice, RVec};
use pants_engine::{Context, Planning, ProductDecl, RoundManager, Task, TaskError, TaskErrorKind, TaskSpec, TaskType};
use pants_model::{Address, OptionSpec};
use plugin_api::abi::{self, AbiError, ContextObject, TaskObject, TaskTypeObject};
use plugin_api::wire;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The class side of a task.
pub(super) struct TaskTypeAdapter {
    object: TaskTypeObject,
    plugin: Arc<str>,
    spec: TaskSpec,
    is_grouped: bool,
}

impl TaskTypeAdapter {
    /// Asks the task for its spec, which the host needs before anything else.
    pub(super) fn new(object: TaskTypeObject, plugin: Arc<str>, is_grouped: bool) -> Result<Self, TaskError> {
        let answer = object.call(wire::TASK_SPEC, ROption::RNone, RSlice::EMPTY).into_result();
        let spec = convert::model_task_spec(decode(answer, &plugin)?);
        Ok(Self { object, plugin, spec, is_grouped })
    }

    fn ask<A: DeserializeOwned>(&self, op: u32) -> Result<A, TaskError> {
        decode(self.object.call(op, ROption::RNone, RSlice::EMPTY).into_result(), &self.plugin)
    }

    fn ask_planning<A: DeserializeOwned>(&self, op: u32, planning: &Planning<'_>) -> Result<A, TaskError> {
        let answer = lend(&mut PlanningServer(planning), |context| {
            self.object.call(op, ROption::RSome(context), RSlice::EMPTY).into_result()
        });
        decode(answer, &self.plugin)
    }
}

impl TaskType for TaskTypeAdapter {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        let options: Vec<plugin_api::OptionDecl> = self.ask(wire::TASK_REGISTER_OPTIONS)?;
        Ok(options.into_iter().map(convert::model_option).collect())
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        let products: wire::ProductTypesAnswer = self.ask(wire::TASK_PRODUCT_TYPES)?;
        Ok(products.into_iter().map(convert::model_product).collect())
    }

    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        let roots: Option<Vec<plugin_api::Address>> = self.ask_planning(wire::TASK_ALTERNATE_TARGET_ROOTS, planning)?;
        Ok(roots.map(|roots| convert::model_addresses(&roots)))
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        let requirements: wire::RequirementsAnswer = self.ask_planning(wire::TASK_PREPARE, planning)?;
        for requirement in requirements {
            let product = &requirement.product;
            match (requirement.is_optional, requirement.request) {
                (false, None) => round.require(product),
                (false, Some(request)) => round.require_with(product, request),
                (true, None) => round.optional(product),
                (true, Some(request)) => round.optional_with(product, request),
            }
        }
        Ok(())
    }

    fn construct(&self, context: &Context) -> Result<Box<dyn Task>, TaskError> {
        let plugin = self.plugin.clone();
        let object = self.object.construct(context_object(context, &plugin)).into_result();
        let object = object.map_err(|error| from_abi(&error, &plugin))?;
        Ok(Box::new(TaskAdapter { object: Some(object), plugin, is_grouped: self.is_grouped }))
    }
}

/// An instance of a task; `None` once it was dropped.
struct TaskAdapter {
    object: Option<TaskObject>,
    plugin: Arc<str>,
    is_grouped: bool,
}

impl TaskAdapter {
    fn call(&mut self, op: u32, context: &Context, request: &[u8]) -> Result<(), TaskError> {
        let Some(object) = &mut self.object else {
            return Err(TaskError::failed("a task was executed twice"));
        };
        let context: ContextObject = context_object(context, &self.plugin);
        let answer = object.call(op, context, request.into()).into_result();
        answer.map(|_| ()).map_err(|error| from_abi(&error, &self.plugin))
    }

    /// A panic in the author's `drop` is an error of the task.
    fn drop_object(&mut self) -> Result<(), TaskError> {
        let object = self.object.take();
        let Some(panic) = panics_of(|| drop(object)).into_iter().next() else {
            return Ok(());
        };
        Err(TaskError {
            plugin: Some(self.plugin.to_string()),
            place: Some(panic.place),
            kind: TaskErrorKind::Panicked,
            ..TaskError::failed(panic.message)
        })
    }
}

impl Task for TaskAdapter {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let executed = self.call(wire::TASK_EXECUTE, context, &[]);
        // A task of its own is over now, and its end can still fail the run; a member of a group has chunks to come.
        let dropped = if self.is_grouped { Ok(()) } else { self.drop_object() };
        executed.and(dropped)
    }

    fn execute_chunk(&mut self, context: &Context, chunk: &[Address]) -> Result<(), TaskError> {
        let chunk = wire::encode(&convert::wire_addresses(chunk));
        let chunk = chunk.map_err(|error| convert::task_error(error, &self.plugin))?;
        self.call(wire::TASK_EXECUTE_CHUNK, context, &chunk)
    }
}

impl Drop for TaskAdapter {
    fn drop(&mut self) {
        if let Err(error) = self.drop_object() {
            let place = error.place.unwrap_or_default();
            tracing::error!(plugin = &*self.plugin, place, "{}", error.message);
        }
    }
}

fn from_abi(error: &AbiError, plugin: &str) -> TaskError {
    convert::task_error(abi::decode_error(error), plugin)
}

fn decode<A: DeserializeOwned>(answer: Result<RVec<u8>, AbiError>, plugin: &str) -> Result<A, TaskError> {
    let answer = answer.map_err(|error| from_abi(&error, plugin))?;
    wire::decode(&answer).map_err(|error| convert::task_error(error, plugin))
}
