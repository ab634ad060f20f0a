//! The option scopes that several tasks of this backend read.

use crate::constraints::Requirements;
use plugin_api::{Context, Error, Registrar, Result};

/// Interpreters and locks.
pub(crate) const SETUP: &str = "python-setup";
/// Where packages come from.
pub(crate) const REPOS: &str = "python-repos";
/// pytest itself.
pub(crate) const PYTEST: &str = "pytest";

/// Registers the scopes.
pub(crate) fn register(registrar: &mut Registrar) {
    registrar.scope(SETUP, "Python interpreters and the resolution of requirements.", |options| {
        let help =
            "What an interpreter must be; several constraints are alternatives. At least 3.9, with venv and pip.";
        options.list("interpreter-constraints", &["CPython>=3.9"], help).fingerprinted();
        let help = "Where interpreters are looked for, in order: directories, interpreters, `<PATH>` for the \
                    directories of PATH, `<PYENV>` for all versions that pyenv has.";
        options.list("interpreter-search-paths", &["<PATH>"], help).advanced();
        let help = "A file in the format of a requirements.txt, relative to the build root: the versions that may be \
                    chosen, for projects that are required directly or not.";
        options.optional_string("requirement-constraints", help).fingerprinted().advanced();
        let help = "Whether a pre-release may be chosen where a final release would do.";
        options.bool("resolver-allow-prereleases", false, help).fingerprinted().advanced();
    });
    registrar.scope(REPOS, "Where Python packages come from.", |options| {
        let help = "Package indexes, the most important first. When empty, those that uv and its environment name.";
        options.list("indexes", &[], help).advanced();
        options.list("repos", &[], "Directories or pages with more packages (`--find-links`).").advanced();
    });
    registrar.scope(PYTEST, "The version of pytest and its plugins.", |options| {
        let help = "The requirement on pytest, such as `pytest==8.4.2`. When not given: a pinned version with hashes. A \
                    requirement on pytest among the dependencies of the tests wins over both.";
        options.optional_string("version", help).fingerprinted();
        options.list("pytest-plugins", &[], "Requirements that every test gets, such as `pytest-timeout`.").fingerprinted();
    });
}

/// The constraints of `[python-setup] interpreter_constraints`.
pub(crate) fn interpreter_constraints(context: &Context) -> Result<Requirements> {
    let option = context.option_of(SETUP, "interpreter-constraints")?;
    let mut requirements = Requirements::default();
    requirements.add(&option.value.to_strings()).map_err(|error| Error::msg(format!("{}: {error}", option.source)))?;
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
