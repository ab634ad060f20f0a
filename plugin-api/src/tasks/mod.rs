//! Base shapes: the kinds of tasks that authors reach for first.
//!
//! Each is a smaller trait and a wrapper that is the [`Task`](crate::Task): install `Console<MyTask>`, not `MyTask`.
//! The bundled backends are written with them.

mod codegen;
mod console;
mod jvm_tool;
mod subprocess;
mod test;
mod test_options;

pub use codegen::{Codegen, CodegenTask, Generated};
pub use console::{Console, ConsoleTask, Lines};
pub use jvm_tool::{JvmInvocation, JvmToolTask, JvmTooled, jvm_tool_process};
pub use subprocess::{Subprocess, SubprocessTask};
pub use test::{TestOutcome, TestRun, TestTask, Testing};
pub use test_options::{Shard, TestVariables};
