//! Locks: the exact versions and hashes that a set of requirements comes to, for one interpreter.
//!
//! A lock is a requirements file with hashes and without any URL: it is good wherever the same bytes are served. It is
//! made once and kept, so that later runs ask no registry.

mod explain;

use crate::interpreter::Interpreter;
use crate::registry::PackageSources;
use crate::requirements::RequirementSet;
use crate::toolchain::{NETWORK_TIMEOUT, NETWORK_VARIABLES, Toolchain};
use crate::{network, options, pins};
use plugin_api::{Context, Error, Process, Result, Tool};
use std::path::Path;

/// What a lock is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct LockRequest {
    /// What targets require.
    pub(crate) requirements: RequirementSet,
    /// What this backend adds, for pytest.
    pub(crate) added: Vec<String>,
    /// A lock whose versions are preferred and whose hashes are trusted; may be empty.
    pub(crate) preferred: &'static str,
}

impl LockRequest {
    /// The lines of the requirements file.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.requirements.texts().chain(self.added.iter().map(String::as_str)).collect()
    }
}

/// How the user wants versions to be chosen.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    /// The text of `requirement_constraints`.
    constraints: String,
    allow_prereleases: bool,
    /// Where packages come from.
    pub(crate) sources: PackageSources,
}

impl Resolver {
    /// Reads the options.
    pub(crate) fn from_options(context: &Context) -> Result<Self> {
        let constraints = match options::text(context, options::SETUP, "requirement-constraints")? {
            None => String::new(),
            Some(file) => std::fs::read_to_string(context.absolute(&file)).map_err(|error| {
                Error::from(error)
                    .context(format!("[{}] requirement_constraints: cannot read `{file}`", options::SETUP))
            })?,
        };
        let allow_prereleases =
            context.option_of(options::SETUP, "resolver-allow-prereleases")?.value.as_bool().unwrap_or_default();
        Ok(Self { constraints, allow_prereleases, sources: PackageSources::from_options(context)? })
    }
}

/// The text of the lock, from an earlier run or made now.
pub(crate) fn lock(
    context: &Context,
    toolchain: &Toolchain,
    interpreter: &Interpreter,
    resolver: &Resolver,
    request: &LockRequest,
) -> Result<String> {
    if request.lines().is_empty() {
        return Ok(String::new());
    }
    let requirements = request.lines().join("\n");
    let key = crate::hash(&[
        &requirements,
        request.preferred,
        &resolver.constraints,
        &resolver.allow_prereleases.to_string(),
        &resolver.sources.key(),
        &interpreter.identity(),
        &toolchain.tool.identity,
    ]);
    let directory = context.tool_dir("python-lock", &key, |context, directory| {
        make(context, toolchain, interpreter, resolver, request, directory)
    })?;
    let path = directory.join("lock.txt");
    std::fs::read_to_string(&path)
        .map_err(|error| Error::from(error).context(format!("cannot read the lock `{}`", path.display())))
}

fn make(
    context: &Context,
    toolchain: &Toolchain,
    interpreter: &Interpreter,
    resolver: &Resolver,
    request: &LockRequest,
    directory: &Path,
) -> Result<()> {
    std::fs::write(directory.join("requirements.in"), request.lines().join("\n") + "\n")?;
    std::fs::write(directory.join("constraints.txt"), &resolver.constraints)?;
    // uv takes what is there for preferences, and keeps the hashes of what it keeps.
    std::fs::write(directory.join("lock.txt"), request.preferred)?;
    let process =
        compile(resolver).tool(toolchain.tool.clone()).tool(interpreter.tool()).tool(Tool::new("lock", directory, ""));
    let output = resolver.sources.run(context, toolchain, &directory.join("requirements.in"), process)?;
    if output.is_success() {
        return Ok(());
    }
    let printed = output.stderr_text();
    if network::is_unreachable(&printed) {
        return Err(network::unreachable("Python requirements", &printed));
    }
    Err(explain::unresolvable(&request.requirements, &printed))
}

fn compile(resolver: &Resolver) -> Process {
    let prerelease =
        if resolver.allow_prereleases { "--prerelease=allow" } else { "--prerelease=if-necessary-or-explicit" };
    uv(["pip", "compile"], "lock Python requirements")
        .args([
            "--quiet",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--python={tool:interpreter}",
            "--constraints={tool:lock}/constraints.txt",
            "--output-file={tool:lock}/lock.txt",
            prerelease,
        ])
        .arg("{tool:lock}/requirements.in")
}

/// uv with a subcommand: no interpreters of its own, the system's certificates, a cache of ours.
pub(crate) fn uv<const N: usize>(subcommand: [&str; N], description: &str) -> Process {
    Process::new(["{tool:python-tools}/bin/uv"], description)
        .args(subcommand)
        .args(["--no-progress", "--color=never", "--no-python-downloads"])
        .env("UV_CACHE_DIR", "{cache:uv}")
        .env("UV_PYTHON_DOWNLOADS", "never")
        .env("UV_SYSTEM_CERTS", "1")
        .named_cache("uv")
        .passthrough_env(&NETWORK_VARIABLES)
        .timeout(NETWORK_TIMEOUT)
        .local_only()
}

/// The requirements that make pytest and its plugins part of an environment.
pub(crate) fn pytest_requirements(context: &Context, requirements: &RequirementSet) -> Result<Vec<String>> {
    let mut added = options::list(context, options::PYTEST, "pytest-plugins")?;
    if !requirements.mentions("pytest") {
        match options::text(context, options::PYTEST, "version")? {
            Some(version) => added.push(version),
            None => added.extend(pins::requirements_on(pins::PYTEST, "pytest").into_iter().map(str::to_owned)),
        }
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locking_asks_for_hashes_and_downloads_no_interpreter() {
        let process = compile(&Resolver::default());
        assert_eq!(
            process.argv,
            [
                "{tool:python-tools}/bin/uv",
                "pip",
                "compile",
                "--no-progress",
                "--color=never",
                "--no-python-downloads",
                "--quiet",
                "--generate-hashes",
                "--no-header",
                "--no-annotate",
                "--python={tool:interpreter}",
                "--constraints={tool:lock}/constraints.txt",
                "--output-file={tool:lock}/lock.txt",
                "--prerelease=if-necessary-or-explicit",
                "{tool:lock}/requirements.in",
            ]
        );
        assert_eq!(process.env["UV_PYTHON_DOWNLOADS"], "never");
    }
}
