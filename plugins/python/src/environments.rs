//! `resolve.requirements`: one environment for each distinct set of requirements, made with uv from a lock.
//!
//! Consumers say for which types of targets they need environments; each root of such a type gets one, and roots that
//! require the same share it.

use crate::closures::Closures;
use crate::constraints::Requirements;
use crate::interpreter::{self, Interpreter};
use crate::lock::{self, LockRequest, Resolver};
use crate::requirements::RequirementSet;
use crate::toolchain::Toolchain;
use crate::{network, options, pins};
use plugin_api::products::{GeneratedSources, PythonEnvironment, PythonEnvironments};
use plugin_api::{
    Address, Context, Error, ErrorKind, Job, JobsOutcome, Planning, Predicate, Product, ProductDecl, Result,
    RoundManager, Target, Task, TaskSpec, Tool,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The types of targets that make environments worth having.
const PYTHON_TYPES: [&str; 4] = ["python_library", "python_tests", "python_binary", "python_requirement_library"];

/// What a consumer of [`PythonEnvironments`] wants.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EnvironmentRequest {
    /// The types of the roots that need an environment.
    pub(crate) target_types: Vec<String>,
    /// What those environments have besides what their targets require, unless they require it in a way of their own.
    pub(crate) added: Vec<String>,
}

impl EnvironmentRequest {
    /// Environments for roots of one type.
    pub(crate) fn for_type(target_type: &str) -> Self {
        Self { target_types: vec![target_type.to_owned()], added: Vec::new() }
    }
}

/// Resolves requirements.
pub(crate) struct ResolveRequirements;

impl Task for ResolveRequirements {
    fn spec() -> TaskSpec {
        TaskSpec::new("ResolveRequirements", "Resolve Python requirements into environments.")
            .applies_to(Predicate::types(&PYTHON_TYPES))
            .fingerprinted_scope(options::SETUP)
            .fingerprinted_scope(options::REPOS)
            .fingerprinted_scope(options::PYTEST)
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![PythonEnvironments::declaration()]
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        options::check(planning)?;
        // Generated code brings requirements of its own: its runtime library.
        round.optional::<GeneratedSources>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let closures = Closures::load(context)?;
        let mut roots = programs(context)?;
        // A root that depends on something that failed earlier needs no environment any more.
        roots.retain(|root| closures.contains(&root.address));
        let recipes = recipes(context, &closures, &roots)?;
        let (environments, outcome) = make_all(context, &recipes)?;
        // What could be made is there for the roots that need nothing else.
        context.put(environments)?;
        outcome
    }
}

/// The targets of the types that consumers asked for, which may be tests in a group; all roots when nobody asked, as in
/// `resolve` alone.
fn programs(context: &Context) -> Result<Vec<Target>> {
    let requests = requests(context)?;
    let wanted: Vec<String> = requests.iter().flat_map(|request| request.target_types.clone()).collect();
    let mut programs = if requests.is_empty() { context.target_roots()? } else { context.targets()? };
    programs.retain(|target| match requests.is_empty() {
        true => PYTHON_TYPES.contains(&target.type_name.as_str()),
        false => wanted.contains(&target.type_name),
    });
    Ok(programs)
}

fn requests(context: &Context) -> Result<Vec<EnvironmentRequest>> {
    let requests = context.requests::<PythonEnvironments, EnvironmentRequest>()?;
    Ok(requests.into_iter().map(|(_, request)| request).collect())
}

/// What one environment is made from, and who needs it.
#[derive(Clone, Debug)]
struct Recipe {
    interpreter: Requirements,
    request: LockRequest,
    roots: Vec<Address>,
}

/// One recipe for each distinct set of requirements, in the order of the roots.
fn recipes(context: &Context, closures: &Closures, roots: &[Target]) -> Result<Vec<Recipe>> {
    let defaults = options::interpreter_constraints(context)?;
    let more: Vec<String> = requests(context)?.into_iter().flat_map(|request| request.added).collect();
    let mut recipes: Vec<Recipe> = Vec::new();
    for root in roots {
        let closure = closures.of(&root.address);
        refuse_projects(root, &closure)?;
        let mut interpreter = defaults.clone();
        for target in &closure {
            interpreter
                .add(&target.field("compatibility").to_strings())
                .map_err(|error| Error::msg(format!("{}: {error}", target.location)))?;
        }
        let requirements = RequirementSet::of_targets(closure);
        if let Some(option) = requirements.iter().find(|requirement| requirement.text.starts_with('-')) {
            let message = format!("{}: `{}` is an option, not a requirement", option.location, option.text);
            return Err(Error::msg(message).failed_targets([root.address.clone()]));
        }
        let mut request = LockRequest { requirements, ..LockRequest::default() };
        if root.type_name == "python_tests" {
            request.added = lock::pytest_requirements(context, &request.requirements, &more)?;
            request.preferred = [pins::PYTEST, if more.is_empty() { "" } else { pins::COVERAGE }].concat();
        }
        let same =
            |recipe: &&mut Recipe| recipe.interpreter == interpreter && recipe.request.lines() == request.lines();
        match recipes.iter_mut().find(same) {
            Some(recipe) => recipe.roots.push(root.address.clone()),
            None => recipes.push(Recipe { interpreter, request, roots: vec![root.address.clone()] }),
        }
    }
    Ok(recipes)
}

/// A project with a setup.py of its own would have to be installed into the environment: that is not done yet.
fn refuse_projects(root: &Target, closure: &[&Target]) -> Result<()> {
    let is_project = |target: &&&Target| ["python_dist", "python_distribution"].contains(&target.type_name.as_str());
    match closure.iter().find(is_project) {
        None => Ok(()),
        Some(project) => {
            let (kind, address) = (&project.type_name, &project.address);
            let message = format!(
                "{}: `{}` needs the {kind} `{address}`, which cannot be built yet",
                root.location, root.address
            );
            Err(Error::msg(message).failed_targets([root.address.clone()]))
        }
    }
}

/// The environments that could be made, and the error that names the roots of the others.
fn make_all(context: &Context, recipes: &[Recipe]) -> Result<(PythonEnvironments, Result<()>)> {
    if recipes.is_empty() {
        return Ok((PythonEnvironments::default(), Ok(())));
    }
    let resolver = Resolver::from_options(context)?;
    let tools = Toolchain::locate(context, &interpreter::find(context, &options::interpreter_constraints(context)?)?)?;
    let made = Mutex::new(BTreeMap::new());
    let jobs: Vec<Job> = recipes.iter().map(|recipe| Job::new(describe(recipe))).collect();
    let outcome = context.parallel(&jobs, |index, context| {
        let environment = make(context, &tools, &resolver, &recipes[index])?;
        made.lock().unwrap_or_else(PoisonError::into_inner).insert(index, environment);
        Ok(())
    })?;
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut environments = PythonEnvironments::default();
    for (index, environment) in made {
        for root in &recipes[index].roots {
            environments.environments.insert(root.clone(), environment.clone());
        }
    }
    Ok((environments, judge(&outcome, recipes)))
}

fn judge(outcome: &JobsOutcome, recipes: &[Recipe]) -> Result<()> {
    let failures: Vec<_> = outcome.failures().filter(|(_, error)| error.kind != ErrorKind::Cancelled).collect();
    let Some((_, first)) = failures.first() else {
        return if outcome.is_success() { Ok(()) } else { Err(Error::cancelled()) };
    };
    let mut error = Error::clone(first);
    // Several sets that fail mostly fail for one reason, which is told once.
    for (_, other) in failures.iter().filter(|(_, other)| other.message != first.message) {
        if !error.causes.contains(&other.message) {
            error.causes.push(other.message.clone());
            error.causes.extend(other.causes.iter().cloned());
        }
    }
    Err(error.failed_targets(failures.iter().flat_map(|(index, _)| recipes[*index].roots.clone())))
}

fn describe(recipe: &Recipe) -> String {
    match recipe.roots.as_slice() {
        [root] => format!("resolve requirements of {root}"),
        [root, others @ ..] => format!("resolve requirements of {root} and {} more", others.len()),
        [] => "resolve requirements".to_owned(),
    }
}

fn make(context: &Context, tools: &Toolchain, resolver: &Resolver, recipe: &Recipe) -> Result<PythonEnvironment> {
    let interpreter = interpreter::find(context, &recipe.interpreter)?;
    let lock = lock::lock(context, tools, &interpreter, resolver, &recipe.request)?;
    let place = interpreter.path.display().to_string();
    let key = crate::hash(&[&lock, &interpreter.identity(), &place, &tools.tool.identity]);
    let directory = context.tool_dir("python-environment", &key, |context, directory| {
        install(context, tools, &interpreter, resolver, &lock, directory)
    })?;
    Ok(PythonEnvironment {
        directory: directory.display().to_string(),
        identity: format!("{} {}", interpreter.identity(), crate::hash(&[&lock])),
        requirements: recipe.request.requirements.texts().map(str::to_owned).collect(),
    })
}

/// Makes the environment; relocatable, because it gets its final place when it is complete.
fn install(
    context: &Context,
    tools: &Toolchain,
    interpreter: &Interpreter,
    resolver: &Resolver,
    lock: &str,
    directory: &Path,
) -> Result<()> {
    let target = Tool::new("target", directory, "");
    let make = resolver
        .uv(["venv"], "make a Python environment")
        .args([
            "--quiet",
            "--relocatable",
            "--no-project",
            "--allow-existing",
            "--python={tool:interpreter}",
            "{tool:target}",
        ])
        .tool(tools.tool.clone())
        .tool(interpreter.tool())
        .tool(target.clone());
    context.run_checked(&make)?;
    if lock.is_empty() {
        return Ok(());
    }
    std::fs::write(directory.join("lock.txt"), lock)?;
    let install = resolver
        .uv(["pip", "install"], "install Python requirements")
        .args(["--quiet", "--require-hashes", "--no-deps", "--compile-bytecode", "--python={tool:target}/bin/python"])
        .arg("--requirements={tool:target}/lock.txt")
        .tool(tools.tool.clone())
        .tool(target);
    let output = resolver.sources.run(context, tools, &directory.join("lock.txt"), install)?;
    if output.is_success() {
        return Ok(());
    }
    let printed = output.stderr_text();
    if network::is_unreachable(&printed) {
        return Err(network::unreachable("Python requirements", &printed));
    }
    let mut error = Error::msg("cannot install Python requirements");
    error.causes.extend(printed.lines().map(str::to_owned));
    Err(error)
}

/// The environment of a root as a tool, `{tool:venv}`.
pub(crate) fn environment_tool(environment: &PythonEnvironment) -> Tool {
    Tool::new("venv", &environment.directory, environment.identity.clone())
}

/// The environment of a root; that there is none is a mistake of whoever produces them.
pub(crate) fn environment_of<'a>(
    environments: &'a PythonEnvironments,
    root: &Address,
) -> Result<&'a PythonEnvironment> {
    let found = environments.environments.get(root);
    found.ok_or_else(|| Error::msg(format!("no Python environment was made for `{root}`")))
}

#[cfg(test)]
mod tests;
