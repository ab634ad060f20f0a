//! uv and pex: installed once per machine into an environment of their own, from pins with hashes.

use crate::interpreter::Interpreter;
use crate::pins;
use plugin_api::{Context, Error, Process, Result, Tool};
use std::path::Path;
use std::time::Duration;

/// What reaches the tools that talk to a package registry: their own settings, proxies, trust, credentials.
pub(crate) const NETWORK_VARIABLES: [&str; 18] = [
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_PROXY",
    "PATH",
    "PIP_*",
    "REQUESTS_CA_BUNDLE",
    "SSL_*",
    "TMPDIR",
    "UV_*",
    "XDG_CONFIG_*",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// How long one conversation with a registry may take before it counts as hanging.
pub(crate) const NETWORK_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The installed tools: `{tool:python-tools}/bin/uv`, and pex as a module of `{tool:python-tools}/bin/python`.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// The environment that holds them.
    pub(crate) tool: Tool,
}

impl Toolchain {
    /// Finds or installs the tools.
    pub(crate) fn locate(context: &Context, interpreter: &Interpreter) -> Result<Self> {
        let place = interpreter.path.display();
        let key = crate::hash(&[pins::TOOLS, &interpreter.identity(), &place.to_string()]);
        let directory = context
            .tool_dir("python-tools", &key, |context, directory| install(context, interpreter, directory))
            .map_err(|error| error.context("cannot install uv and pex"))?;
        let identity = format!("{} {}", crate::hash(&[pins::TOOLS]), interpreter.identity());
        Ok(Self { tool: Tool::new("python-tools", directory, identity) })
    }
}

fn install(context: &Context, interpreter: &Interpreter, directory: &Path) -> Result<()> {
    let _workunit = context.workunit("install uv and pex")?;
    let target = Tool::new("target", directory, "");
    let make = Process::new(
        ["{tool:interpreter}", "-I", "-m", "venv", "{tool:target}"],
        format!("make an environment with {}", interpreter.path.display()),
    )
    .tool(interpreter.tool())
    .tool(target.clone())
    .timeout(NETWORK_TIMEOUT)
    .local_only();
    context.run_checked(&make)?;

    std::fs::write(directory.join("pins.txt"), pins::TOOLS)?;
    context
        .run_checked(&pip_install().tool(target))
        .map_err(|error| crate::network::explain(error, "the pinned uv and pex"))?;
    if directory.join("bin/uv").is_file() {
        return Ok(());
    }
    Err(Error::msg("pip installed uv, but there is no `bin/uv`"))
}

/// pip inside the new environment, as strict as it gets.
fn pip_install() -> Process {
    let arguments = [
        "{tool:target}/bin/python",
        "-I",
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary=:all:",
        "--no-deps",
        "--no-input",
        "--disable-pip-version-check",
        "--requirement={tool:target}/pins.txt",
    ];
    // A user's configuration may ask for `--user`, which an environment refuses.
    Process::new(arguments, "install uv and pex")
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .passthrough_env(&NETWORK_VARIABLES)
        .timeout(NETWORK_TIMEOUT)
        .local_only()
}
