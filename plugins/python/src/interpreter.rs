//! Finds a Python interpreter: searches, asks each candidate what it is, takes the first that will do.

mod search;

use crate::constraints::{Requirements, Version};
use crate::options;
use plugin_api::{CachePolicy, Context, Error, Process, Result, Tool};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The variables that decide which interpreter a version manager's shim starts.
const SHIM_VARIABLES: [&str; 5] = ["HOME", "PATH", "PYENV_*", "ASDF_*", "MISE_*"];

/// The oldest version that the pinned tools run with.
const OLDEST: &str = "3.9";

/// A Python interpreter: the real one, no shim, no environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    /// Its absolute path.
    pub(crate) path: PathBuf,
    /// `cpython`
    pub(crate) implementation: String,
    /// `3.11.7`
    pub(crate) version: Version,
    /// `linux-x86_64`
    pub(crate) platform: String,
}

impl Interpreter {
    /// What it is, wherever it is: part of the keys of what it runs.
    pub(crate) fn identity(&self) -> String {
        format!("{} {} {}", self.implementation, self.version, self.platform)
    }

    /// The interpreter as a tool, `{tool:interpreter}`.
    pub(crate) fn tool(&self) -> Tool {
        Tool::new("interpreter", &self.path, self.identity())
    }
}

/// What the probe prints.
#[derive(Debug, Deserialize)]
struct Answer {
    implementation: String,
    version: String,
    executable: PathBuf,
    platform: String,
    has_venv: bool,
}

/// The base executable, not that of an environment; resolved, so that a shim is asked once.
const PROBE: &str = r#"
import importlib.util, json, os, sys, sysconfig
base = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "executable": os.path.realpath(base),
    "platform": sysconfig.get_platform(),
    "has_venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
"#;

/// Finds the first interpreter that satisfies the requirements.
pub(crate) fn find(context: &Context, requirements: &Requirements) -> Result<Interpreter> {
    let entries = options::list(context, options::SETUP, "interpreter-search-paths")?;
    let machine = search::Machine {
        path: context.environment("PATH")?.unwrap_or_default(),
        pyenv_root: pyenv_root(context)?,
        pexrc: search::pexrc(context.environment("HOME")?.as_deref().map(Path::new)),
    };
    let places = search::places(&entries, &machine, context.build_root());
    let mut refused = Vec::new();
    for candidate in search::candidates(&places) {
        match probe(context, &candidate).and_then(|answer| judge(&answer, requirements)) {
            Ok(interpreter) => return Ok(interpreter),
            Err(reason) => refused.push(format!("`{}` {reason}", candidate.display())),
        }
        if context.is_cancelled() {
            return Err(Error::cancelled());
        }
    }
    Err(not_found(requirements, &places, refused))
}

fn pyenv_root(context: &Context) -> Result<Option<PathBuf>> {
    if let Some(root) = context.environment("PYENV_ROOT")? {
        return Ok(Some(PathBuf::from(root)));
    }
    Ok(context.environment("HOME")?.map(|home| Path::new(&home).join(".pyenv")))
}

/// Asks a candidate what it is; the answer is cached for as long as the candidate stays the same.
fn probe(context: &Context, candidate: &Path) -> Result<Answer, String> {
    let answer = ask(context, candidate, CachePolicy::Success)?;
    if answer.executable.is_file() {
        return Ok(answer);
    }
    // A shim is what it was, but the interpreter it led to is gone.
    ask(context, candidate, CachePolicy::Never)
}

fn ask(context: &Context, candidate: &Path, cache: CachePolicy) -> Result<Answer, String> {
    let variables = |name: &str| context.environment(name).ok().flatten();
    let identity = search::identity(candidate, context.build_root(), variables).map_err(|error| error.to_string())?;
    let process = Process::new(["{tool:candidate}", "-I", "-c", PROBE], format!("ask {}", candidate.display()))
        .tool(Tool::new("candidate", candidate, identity))
        .passthrough_env(&SHIM_VARIABLES)
        .timeout(Duration::from_secs(60))
        .cache(cache)
        .local_only();
    let output = context.run(&process).map_err(|error| format!("cannot be started: {error}"))?;
    if !output.is_success() {
        let said = output.stderr_text();
        let said = said.lines().next().map(|line| format!(": {line}")).unwrap_or_default();
        return Err(format!("{}{said}", output.describe_exit()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("does not answer like an interpreter: {error}"))
}

fn judge(answer: &Answer, requirements: &Requirements) -> Result<Interpreter, String> {
    let what = format!("is {} {}", answer.implementation, answer.version);
    let version = Version::parse(&answer.version).ok_or_else(|| format!("{what}, which is no version"))?;
    let mut oldest = Requirements::default();
    oldest.add(&[format!(">={OLDEST}")]).map_err(|error| error.to_string())?;
    if !oldest.accept(&answer.implementation, &version) {
        return Err(format!("{what}, older than {OLDEST}"));
    }
    if !requirements.accept(&answer.implementation, &version) {
        return Err(format!("{what}, which the constraints exclude"));
    }
    if !answer.has_venv {
        return Err(format!("{what} without the modules venv and ensurepip (on Debian: package python3-venv)"));
    }
    Ok(Interpreter {
        path: answer.executable.clone(),
        implementation: answer.implementation.clone(),
        version,
        platform: answer.platform.clone(),
    })
}

fn not_found(requirements: &Requirements, places: &[PathBuf], refused: Vec<String>) -> Error {
    let mut error = Error::msg(format!("no Python interpreter found that satisfies {requirements}"));
    let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    error
        .causes
        .push(format!("searched: {}", if places.is_empty() { "nothing".to_owned() } else { places.join(", ") }));
    error.causes.extend(refused);
    error.hint(format!(
        "install Python {OLDEST} or later with venv and pip, or set `[{0}] interpreter_search_paths` or `[{0}] \
         interpreter_constraints`",
        options::SETUP
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: &str, has_venv: bool, constraint: &str, expect: &str) {
        let answer = Answer {
            implementation: "cpython".to_owned(),
            version: version.to_owned(),
            executable: PathBuf::from("/opt/python"),
            platform: "linux-x86_64".to_owned(),
            has_venv,
        };
        let mut requirements = Requirements::default();
        requirements.add(&[constraint.to_owned()]).expect("the test gives a constraint");
        let got = match judge(&answer, &requirements) {
            Ok(interpreter) => interpreter.identity(),
            Err(reason) => reason,
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn an_interpreter_that_will_not_do_says_why() {
        check("3.11.7", true, "CPython>=3.9", "cpython 3.11.7 linux-x86_64");
        check("3.8.10", true, "CPython>=3.6", "is cpython 3.8.10, older than 3.9");
        check("3.11.7", true, "CPython>=3.12", "is cpython 3.11.7, which the constraints exclude");
        check(
            "3.11.7",
            false,
            "CPython>=3.9",
            "is cpython 3.11.7 without the modules venv and ensurepip (on Debian: package python3-venv)",
        );
    }

    #[test]
    fn when_nothing_is_found_the_message_says_what_was_searched_and_why_each_was_refused() {
        let mut requirements = Requirements::default();
        requirements.add(&["CPython>=3.13".to_owned()]).expect("the test gives a constraint");
        let error = not_found(
            &requirements,
            &[PathBuf::from("/usr/bin"), PathBuf::from("/opt/bin")],
            vec!["`/usr/bin/python3` is cpython 3.11.7, which the constraints exclude".to_owned()],
        );
        assert_eq!(error.message, "no Python interpreter found that satisfies `CPython>=3.13`");
        assert_eq!(
            error.causes,
            ["searched: /usr/bin, /opt/bin", "`/usr/bin/python3` is cpython 3.11.7, which the constraints exclude"]
        );
        assert_eq!(error.hints.len(), 1);
    }
}
