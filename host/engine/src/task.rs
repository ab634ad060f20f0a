//! Tasks, as the engine calls them: a class side that is asked while the plan grows, and instances that do the work.
//!
//! Whoever implements these traits, a struct in a test or an adapter of a plugin, is the same to the engine.

use crate::context::Context;
use crate::planning::{Planning, RoundManager};
use crate::task_error::TaskError;
use crate::task_spec::{ProductDecl, TaskSpec};
use pants_model::{Address, OptionSpec};

/// The class side of a task.
///
/// `register_options` and `product_types` are called once, at load. In a run, `alternate_target_roots` and `prepare` are
/// each called once if the task is planned, in rounds; `construct` once if it is carried out, and `execute` of the new
/// instance follows at once.
pub trait TaskType: Send + Sync {
    /// What the task declares about itself.
    fn spec(&self) -> &TaskSpec;

    /// The options of its scope.
    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        Ok(Vec::new())
    }

    /// The products it puts.
    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(Vec::new())
    }

    /// Other target roots than those of the command line; `None` is no opinion, `Some` of an empty list is "no targets".
    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        let _ = planning;
        Ok(None)
    }

    /// Says which products it needs.
    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        let _ = (planning, round);
        Ok(())
    }

    /// Makes the instance.
    fn construct(&self, context: &Context) -> Result<Box<dyn Task>, TaskError>;
}

/// One instance of a task.
pub trait Task: Send {
    /// Does the work; for a member of a group, sets up before its chunks.
    fn execute(&mut self, context: &Context) -> Result<(), TaskError>;

    /// For a member of a group: works on some targets of its own, given dependencies first; all that they depend on in
    /// the group was worked on before.
    fn execute_chunk(&mut self, context: &Context, chunk: &[Address]) -> Result<(), TaskError> {
        let _ = (context, chunk);
        Ok(())
    }
}
