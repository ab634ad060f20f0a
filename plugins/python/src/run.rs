//! `run.py`: ends the run with a Python binary in the user's own terminal.

use crate::entry_point::{EntryPoint, entry_point};
use crate::environments::{EnvironmentRequest, environment_of, environment_tool};
use crate::sources::SourceTree;
use plugin_api::products::{GeneratedSources, PythonEnvironment, PythonEnvironments};
use plugin_api::{
    Context, Error, GraphView, OptionRegistrar, Planning, Predicate, Process, Result, RoundManager, Target, Task,
    TaskSpec,
};
use std::sync::Arc;

/// Runs a Python binary.
pub(crate) struct PythonRun {
    environments: Arc<PythonEnvironments>,
}

impl Task for PythonRun {
    fn spec() -> TaskSpec {
        TaskSpec::new("PythonRun", "Run a Python binary in your terminal.")
            .applies_to(Predicate::types(&["python_binary"]))
            .over_roots()
            .takes_passthrough()
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let help = "Arguments of the program, between `[run] args` and those after `--`.";
        options
            .shell_list("passthrough-args", &[], help)
            .fingerprinted()
            .advanced()
            .deprecated("2.0.0", "use `[run] args`");
        Ok(())
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        round.optional::<GeneratedSources>();
        round.require_with::<PythonEnvironments>(&EnvironmentRequest::for_type("python_binary"))
    }

    fn new(context: &Context) -> Result<Self> {
        Ok(Self { environments: context.product::<PythonEnvironments>()?.unwrap_or_default() })
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let roots = context.target_roots()?;
        let binary = only_binary(&roots)?;
        if !context.targets()?.iter().any(|target| target.address == binary.address) {
            // Something it depends on failed earlier, and that was reported.
            return Ok(());
        }
        let environment = environment_of(&self.environments, &binary.address)?;
        let sources = format!("{}/{}/sources", context.workdir(), binary.address.id());
        let closure = context.closure(std::slice::from_ref(&binary.address), GraphView::Build)?;
        SourceTree::of_targets(&closure).lay_out(context.build_root(), &sources)?;
        // Absolute, because the program may change its own directory.
        let python_path = context.absolute(&sources).display().to_string();
        let mut arguments = context.list_option("args")?;
        arguments.extend(context.list_option("passthrough-args")?);
        arguments.extend(context.passthrough().iter().cloned());
        context.set_foreground(&program(binary, environment, &python_path)?.args(arguments))
    }
}

fn only_binary(roots: &[Target]) -> Result<&Target> {
    match roots {
        [binary] => Ok(binary),
        roots => {
            let error = Error::msg(format!("`run` takes exactly one target, and was given {}", roots.len()));
            let binaries = roots.iter().filter(|target| target.type_name == "python_binary");
            Err(binaries.fold(error, |error, binary| error.hint(format!("name one: `{}`", binary.address))))
        }
    }
}

fn program(binary: &Target, environment: &PythonEnvironment, python_path: &str) -> Result<Process> {
    Ok(Process::new(["{tool:venv}/bin/python", "-c"], format!("run {}", binary.address))
        .arg(start(&entry_point(binary)?, binary.address.name()))
        .env("PYTHONPATH", python_path)
        .tool(environment_tool(environment))
        .local_only())
}

/// The code that starts a program. Python puts the current directory in front of everything that is imported; a
/// program sees what it depends on and nothing else, as it does as a `.pex`.
fn start(entry_point: &EntryPoint, name: &str) -> String {
    let start = match entry_point {
        EntryPoint::Module(module) => {
            format!("import runpy; runpy.run_module({}, run_name='__main__', alter_sys=True)", literal(module))
        }
        EntryPoint::Function(module, function) => {
            format!("sys.argv[0] = {}; import {module} as m; sys.exit(m.{function}())", literal(name))
        }
    };
    format!("import sys; sys.path[:1] == [''] and sys.path.pop(0); {start}")
}

/// Text as Python writes it: a file may be called `it's.py`.
fn literal(text: &str) -> String {
    // What JSON escapes, Python does, in the same way.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
