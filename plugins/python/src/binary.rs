//! `binary.py`: one `.pex` file in the dist directory for each `python_binary`, which runs by itself.

mod run_information;

use crate::closures::Closures;
use crate::entry_point::{EntryPoint, entry_point};
use crate::environments::{EnvironmentRequest, environment_of, environment_tool};
use crate::files;
use crate::interpreter;
use crate::options;
use crate::requirements::RequirementSet;
use crate::sources::SourceTree;
use crate::toolchain::{NETWORK_TIMEOUT, Toolchain};
use plugin_api::products::{GeneratedSources, PythonEnvironment, PythonEnvironments};
use plugin_api::{
    Address, CachePolicy, Context, Error, Job, LogLevel, OptionRegistrar, Planning, Predicate, Process, Result,
    RoundManager, Target, Task, TaskSpec,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Makes `.pex` files.
pub(crate) struct PythonBinaryCreate {
    environments: Arc<PythonEnvironments>,
}

impl Task for PythonBinaryCreate {
    fn spec() -> TaskSpec {
        TaskSpec::new("PythonBinaryCreate", "Make a self-contained .pex of each Python binary.")
            .applies_to(Predicate::types(&["python_binary"]))
            .fingerprinted_scope(options::BINARY)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let help = "Write into the PEX-INFO of each .pex which run made it: its id, when, on which machine, from which \
                    revision. No two such files are the same.";
        options.bool("include-run-information", false, help);
        options.string("output-file-extension", ".pex", "What the name of the file ends with.").fingerprinted();
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
        let mut binaries = context.targets()?;
        binaries.retain(|target| target.type_name == "python_binary");
        refuse_same_names(&binaries)?;
        if binaries.is_empty() {
            return Ok(());
        }
        let interpreter = interpreter::find(context, &options::interpreter_constraints(context)?)?;
        let tools = Toolchain::locate(context, &interpreter)?;
        let jobs: Vec<Job> = binaries
            .iter()
            .map(|target| Job::for_target(format!("make the pex of {}", target.address), target.address.clone()))
            .collect();
        let closures = Closures::load(context)?;
        let outcome = context.parallel(&jobs, |index, context| {
            let target = &binaries[index];
            let environment = environment_of(&self.environments, &target.address)?;
            create(context, &tools, environment, target, &closures.packaged(&target.address))
        })?;
        outcome.into_result(&jobs, "cannot make every Python binary")
    }
}

fn refuse_same_names(binaries: &[Target]) -> Result<()> {
    let mut names: BTreeMap<&str, &Address> = BTreeMap::new();
    for target in binaries {
        if let Some(other) = names.insert(target.address.name(), &target.address) {
            let message = format!("two binaries have the same name: `{other}` and `{}`", target.address);
            return Err(Error::msg(message).hint("make them one after the other, or give one another name"));
        }
    }
    Ok(())
}

fn create(
    context: &Context,
    tools: &Toolchain,
    environment: &PythonEnvironment,
    target: &Target,
    closure: &[&Target],
) -> Result<()> {
    let results = format!("{}/{}", context.workdir(), target.address.id());
    let sources = format!("{results}/sources");
    // pex wants the directory even when there is nothing to put into it.
    std::fs::create_dir_all(context.absolute(&sources))?;
    SourceTree::of_targets(closure.iter().copied()).lay_out(context.build_root(), &sources)?;
    let file =
        format!("{}{}", target.address.name(), context.text_option("output-file-extension")?.unwrap_or_default());
    let output = format!("{results}/{file}");
    // The environment is made for all that the program sees here; the file takes less along where scopes say so.
    let requirements = RequirementSet::of_targets(closure.iter().copied());
    let emits_warnings = context.option_of(options::BINARY, "pex-emit-warnings")?.value.as_bool().unwrap_or(true);
    let process = pex(target, &requirements, &sources, &output, emits_warnings)?
        .tool(tools.tool.clone())
        .tool(environment_tool(environment));
    context.run_checked(&process)?;
    let place = format!("{}/{file}", context.dist_dir());
    let made = match context.flag("include-run-information")? {
        true => run_information::included(context, tools, target, &output)?,
        false => output,
    };
    files::publish(context, &made, &place)?;
    context.log(LogLevel::Info, format!("created pex {place}"))
}

/// The command that builds a pex from an environment that is complete: it asks no registry.
fn pex(
    target: &Target,
    requirements: &RequirementSet,
    sources: &str,
    output: &str,
    emits_warnings: bool,
) -> Result<Process> {
    if let Some(platform) = target.field("platforms").to_strings().iter().find(|platform| *platform != "current") {
        let message = format!("{}: platform `{platform}` is not supported, only `current`", target.location);
        return Err(Error::msg(message));
    }
    let entry_point = match entry_point(target)? {
        EntryPoint::Module(module) => module,
        EntryPoint::Function(module, function) => format!("{module}:{function}"),
    };
    let program = ["{tool:python-tools}/bin/python", "-I", "-m", "pex"];
    let mut process = Process::new(program, format!("pex {}", target.address))
        .args(["--rcfile=/dev/null", "--no-pypi", "--no-compile", "--no-use-system-time"])
        .arg(format!("--sources-directory={sources}"))
        .arg(format!("--python-shebang={}", shebang(target)))
        .arg(format!("--output-file={output}"))
        .arg(format!("--entry-point={entry_point}"));
    if requirements.texts().next().is_some() {
        // It says for which interpreter, too. With `--python` besides, pex refuses wheels that are for Python 2 as well.
        process = process.arg("--venv-repository={tool:venv}").args(requirements.texts());
    }
    let inherit = match target.field("inherit_path").as_bool() {
        // What older versions of pex took it for.
        Some(true) => Some("prefer"),
        Some(false) => None,
        None => target.text("inherit_path"),
    };
    if let Some(inherit) = inherit {
        process = process.arg(format!("--inherit-path={inherit}"));
    }
    if target.field("ignore_errors").as_bool() == Some(true) {
        process = process.arg("--ignore-errors");
    }
    if !target.field("emit_warnings").as_bool().unwrap_or(emits_warnings) {
        process = process.arg("--no-emit-warnings");
    }
    Ok(process
        .env("PEX_ROOT", "{cache:pex}")
        .named_cache("pex")
        .passthrough_env(&["HOME", "PATH", "TMPDIR"])
        .inputs([sources])
        .outputs([output])
        .timeout(NETWORK_TIMEOUT)
        .cache(CachePolicy::Success)
        .local_only())
}

/// What stands behind `#!`; pex then looks for an interpreter that the wheels inside are for.
fn shebang(target: &Target) -> String {
    let given = target.text("shebang").unwrap_or("/usr/bin/env python3");
    given.trim_start_matches("#!").trim().to_owned()
}

#[cfg(test)]
mod tests;
