//! The option scopes that several tasks of this backend read.

use crate::constraints::Requirements;
use plugin_api::{Context, Error, OptionKind, OptionRegistrar, OptionValue, Planning, Registrar, Result, Value};

/// Interpreters and locks.
pub(crate) const SETUP: &str = "python-setup";
/// Where packages come from.
pub(crate) const REPOS: &str = "python-repos";
/// pytest itself.
pub(crate) const PYTEST: &str = "pytest";

/// What `interpreter_search_paths` may name besides paths.
const SEARCH_WORDS: [&str; 3] = ["<PATH>", "<PEXRC>", "<PYENV>"];
/// What holds for every `.pex`.
pub(crate) const BINARY: &str = "python-binary";

/// Registers the scopes, and the options of phases that this backend shares with others.
pub(crate) fn register(registrar: &mut Registrar) {
    registrar.phase_options("run", |options| {
        options
            .shell_list("args", &[], "Arguments of the program, before those after `--`.")
            .fingerprinted()
            .recursive();
    });
    registrar.phase_options("test", |options| {
        let help = "Environment variables for tests: `NAME=value`, or `NAME` to take the value of the own environment.";
        options.list("extra-env-vars", &[], help).fingerprinted().recursive();
    });
    registrar.scope(SETUP, "Python interpreters and the resolution of requirements.", setup);
    registrar.scope(REPOS, "Where Python packages come from.", repos);
    registrar.scope(PYTEST, "pytest: its version, its plugins, and what it is told.", pytest);
    registrar.scope(BINARY, "What holds for every .pex.", |options| {
        let help = "Whether a .pex prints the warnings of its runtime, unless its target says `emit_warnings`.";
        options.bool("pex-emit-warnings", true, help).fingerprinted().advanced();
    });
}

fn setup(options: &mut OptionRegistrar) {
    let help = "What an interpreter must be; several constraints are alternatives. At least 3.9, with venv and pip.";
    options.list("interpreter-constraints", &["CPython>=3.9"], help).fingerprinted();
    let help = "Where interpreters are looked for, in order: directories, interpreters, `<PATH>` for the directories of \
                PATH, `<PYENV>` for all versions that pyenv has, `<PEXRC>` for what PEX_PYTHON_PATH of `/etc/pexrc` or \
                `~/.pexrc` names.";
    options.list("interpreter-search-paths", &["<PEXRC>", "<PATH>"], help).advanced();
    let help = "A file in the format of a requirements.txt: the versions that may be chosen, for projects that are \
                required directly or not.";
    options.option("requirement-constraints", OptionKind::File, Value::None, help).fingerprinted().advanced();
    let help = "Whether a pre-release may be chosen: always, never, or (when not given) where a requirement names one \
                or there is nothing else.";
    options.optional_bool("resolver-allow-prereleases", help).fingerprinted().advanced();
    let help = "How many packages are fetched, built and installed at the same time; when not given, what uv sees fit.";
    options.optional_int("resolver-jobs", help).fingerprinted().advanced();
    let help = "Where uv keeps what it fetched, relative to the build root; when not given, with the other caches.";
    options.optional_string("resolver-cache-dir", help).advanced();
}

fn repos(options: &mut OptionRegistrar) {
    let help = "Package indexes, the most important first. When empty, those that uv and its environment name.";
    options.list("indexes", &[], help).fingerprinted().advanced();
    let help = "Directories or pages with more packages (`--find-links`).";
    options.list("repos", &[], help).fingerprinted().advanced();
}

/// What Pants had in `[pytest]` and in `[test.pytest]` is in both: the latter is closer to the task and wins.
fn pytest(options: &mut OptionRegistrar) {
    let help = "The requirement on pytest, such as `pytest==8.4.2`. When not given: a pinned version with hashes. A \
                requirement on pytest among the dependencies of the tests wins over both.";
    options.optional_string("version", help).fingerprinted();
    options.list("pytest-plugins", &[], "Requirements that every test gets, such as `pytest-timeout`.").fingerprinted();
    let help = "Arguments of pytest, before `[test.pytest] passthrough_args` and those after `--`.";
    options.shell_list("args", &[], help).fingerprinted();
    let help = "The dialect of the reports: what pytest calls `junit_family`.";
    options.choice("junit-family", &["xunit2", "xunit1", "legacy"], "xunit2", help).advanced();
    let help = "A directory for copies of the JUnit reports; `[test.pytest] junit_xml_dir` wins.";
    options.optional_string("junit-xml-dir", help).advanced();
    let help = "Kill tests that run longer than their timeout; `[test.pytest] timeouts` wins.";
    options.bool("timeouts", true, help);
    let help = "The timeout, in seconds, of a target that gives none; `[test.pytest] timeout_default` wins.";
    options.optional_int("timeout-default", help).advanced();
    let help = "The highest timeout, in seconds, that a target may give; `[test.pytest] timeout_maximum` wins.";
    options.optional_int("timeout-maximum", help).advanced();
}

/// Refuses values that nothing can be done with, before anything runs.
pub(crate) fn check(planning: &Planning) -> Result<()> {
    let constraints = planning.option_value_of(SETUP, "interpreter-constraints")?;
    let read = Requirements::default().add(&constraints.value.to_strings());
    read.map_err(|error| wrong(&constraints, &error.to_string()))?;
    let jobs = planning.option_value_of(SETUP, "resolver-jobs")?;
    if let Some(count) = jobs.value.as_int().filter(|count| *count < 1) {
        return Err(wrong(&jobs, &format!("`{count}` is less than one job")));
    }
    let places = planning.option_value_of(SETUP, "interpreter-search-paths")?;
    match places.value.to_strings().iter().find(|place| place.starts_with('<') && !SEARCH_WORDS.contains(&&***place)) {
        None => Ok(()),
        Some(place) => Err(wrong(&places, &format!("`{place}` stands for nothing"))
            .hint(format!("{} do", SEARCH_WORDS.map(|word| format!("`{word}`")).join(", ")))),
    }
}

/// The error of an option with a wrong value: where it was set first.
pub(crate) fn wrong(option: &OptionValue, problem: &str) -> Error {
    Error::msg(format!("{}: {problem}", option.source))
}

/// The constraints of `[python-setup] interpreter_constraints`.
pub(crate) fn interpreter_constraints(context: &Context) -> Result<Requirements> {
    let option = context.option_of(SETUP, "interpreter-constraints")?;
    let mut requirements = Requirements::default();
    requirements.add(&option.value.to_strings()).map_err(|error| wrong(&option, &error.to_string()))?;
    Ok(requirements)
}

/// The texts of a list option of one of the scopes.
pub(crate) fn list(context: &Context, scope: &str, name: &str) -> Result<Vec<String>> {
    Ok(context.option_of(scope, name)?.value.to_strings())
}

/// The text of an option of one of the scopes; `None` when it is unset or empty.
pub(crate) fn text(context: &Context, scope: &str, name: &str) -> Result<Option<String>> {
    Ok(context.option_of(scope, name)?.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
}
