//! Locks: the exact versions and hashes that a set of requirements comes to, for one interpreter.
//!
//! A lock is a requirements file with hashes and without any URL: it is good wherever the same bytes are served. It is
//! made once and kept, so that later runs ask no registry.

mod explain;

use crate::interpreter::Interpreter;
use crate::registry::PackageSources;
use crate::requirements::{RequirementSet, normalize_name, project_name};
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
    pub(crate) preferred: String,
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
    /// Always, never, or where there is nothing else.
    allow_prereleases: Option<bool>,
    /// How uv is run: no part of any key.
    jobs: Option<i64>,
    cache_dir: Option<String>,
    /// Where packages come from.
    pub(crate) sources: PackageSources,
}

impl Resolver {
    /// Reads the options.
    pub(crate) fn from_options(context: &Context) -> Result<Self> {
        let option = context.option_of(options::SETUP, "requirement-constraints")?;
        let constraints = match option.value.as_str() {
            None => String::new(),
            Some(file) => std::fs::read_to_string(context.absolute(file))
                .map_err(|error| Error::from(error).context(format!("{}: cannot read `{file}`", option.source)))?,
        };
        let value = |name: &str| Ok::<_, Error>(context.option_of(options::SETUP, name)?.value);
        let cache_dir = options::text(context, options::SETUP, "resolver-cache-dir")?;
        Ok(Self {
            constraints,
            allow_prereleases: value("resolver-allow-prereleases")?.as_bool(),
            jobs: value("resolver-jobs")?.as_int(),
            cache_dir: cache_dir.map(|directory| context.absolute(directory).display().to_string()),
            sources: PackageSources::from_options(context)?,
        })
    }

    /// uv with a subcommand, as the user wants it to be run.
    pub(crate) fn uv<const N: usize>(&self, subcommand: [&str; N], description: &str) -> Process {
        let mut process = uv(subcommand, description);
        if let Some(jobs) = self.jobs {
            for variable in ["UV_CONCURRENT_DOWNLOADS", "UV_CONCURRENT_BUILDS", "UV_CONCURRENT_INSTALLS"] {
                process = process.env(variable, jobs.to_string());
            }
        }
        match &self.cache_dir {
            Some(directory) => process.env("UV_CACHE_DIR", directory),
            None => process,
        }
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
        &request.preferred,
        &resolver.constraints,
        prerelease(resolver),
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
    std::fs::write(directory.join("lock.txt"), &request.preferred)?;
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
    resolver
        .uv(["pip", "compile"], "lock Python requirements")
        .args([
            "--quiet",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--python={tool:interpreter}",
            "--constraints={tool:lock}/constraints.txt",
            "--output-file={tool:lock}/lock.txt",
            prerelease(resolver),
        ])
        .arg("{tool:lock}/requirements.in")
}

fn prerelease(resolver: &Resolver) -> &'static str {
    match resolver.allow_prereleases {
        Some(true) => "--prerelease=allow",
        Some(false) => "--prerelease=disallow",
        None => "--prerelease=if-necessary-or-explicit",
    }
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

/// The requirements that make pytest, its plugins and `more` part of an environment.
pub(crate) fn pytest_requirements(
    context: &Context,
    requirements: &RequirementSet,
    more: &[String],
) -> Result<Vec<String>> {
    let mut added = options::list(context, options::PYTEST, "pytest-plugins")?;
    for requirement in more {
        let named = |text: &str| project_name(text).map(normalize_name);
        let is_named = |text: &String| named(text) == named(requirement);
        if !added.iter().any(is_named) && !project_name(requirement).is_some_and(|name| requirements.mentions(name)) {
            added.push(requirement.clone());
        }
    }
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
