//! What the options of `[test.pytest]` and `[pytest]`, and the arguments after `--`, come to.

use super::coverage::{self, Coverage};
use crate::options::{self, PYTEST, wrong};
use plugin_api::tasks::{Shard, TestVariables};
use plugin_api::{Context, Error, OptionRegistrar, OptionValue, Planning, Result};

/// Arguments that would break what this task promises: the report, and that nothing above the build root is read.
const RESERVED_ARGUMENTS: [&str; 3] = ["--junitxml", "--junit-xml", "--confcutdir"];

/// How the user wants the tests to be run.
#[derive(Debug)]
pub(super) struct Settings {
    /// The file with pytest's configuration.
    pub(super) config: Option<String>,
    /// Arguments of the user.
    pub(super) arguments: Vec<String>,
    /// Variables of the environment.
    pub(super) variables: Vec<(String, String)>,
    /// What is importable besides the sources.
    pub(super) extra_python_path: Vec<String>,
    /// The dialect of the report.
    pub(super) junit_family: String,
    /// Where copies of the reports go.
    pub(super) junit_xml_dir: Option<String>,
    /// What the names of profiles begin with.
    pub(super) profile: Option<String>,
    /// Which part of the tests.
    pub(super) shard: Option<Shard>,
    /// Whether tests run in a directory that has their `files` and nothing else.
    pub(super) is_chrooted: bool,
    /// Whose coverage is measured.
    pub(super) coverage: Option<Coverage>,
}

/// Declares the options of the task.
pub(super) fn register(options: &mut OptionRegistrar) {
    let help = "A file with pytest's configuration, relative to the build root. No other configuration is read.";
    options.optional_string("config", help).fingerprinted();
    let help = "Arguments of pytest, between `[pytest] args` and those after `--`.";
    options.shell_list("passthrough-args", &[], help).fingerprinted().advanced();
    let help = "Run the tests in a directory that has the `files` they depend on at their paths, instead of in the \
                build root.";
    options.bool("chroot", false, help).fingerprinted().advanced();
    let help = "A directory for copies of the JUnit reports; wins over `[pytest] junit_xml_dir`.";
    options.optional_string("junit-xml-dir", help);
    let help = "Profile the tests with cProfile: the profile of each target goes to this file, with the id of the \
                target added to its name. Such a run is never answered from a cache.";
    options.optional_string("profile", help).fingerprinted();
    let help = "Run a part of each target's tests: `1/3` is the second, the fifth, the eighth, ...";
    options.optional_string("test-shard", help).fingerprinted();
    let help = "Directories, relative to the build root, and archives that tests can import from besides what they \
                depend on.";
    options.list("extra-pythonpath", &[], help).fingerprinted().advanced();
    coverage::register(options);
}

/// Refuses values that nothing can be done with, before anything runs.
pub(super) fn check(planning: &Planning) -> Result<()> {
    Shard::from_option(&planning.option_value("test-shard")?)?;
    TestVariables::from_option(&planning.option_value("extra-env-vars")?)?;
    for arguments in [planning.option_value_of(PYTEST, "args")?, planning.option_value("passthrough-args")?] {
        if let Some(argument) = reserved(&arguments.value.to_strings()) {
            return Err(wrong(&arguments, &format!("`{argument}` is not for users to set")));
        }
    }
    match reserved(planning.passthrough()) {
        None => Ok(()),
        Some(argument) => Err(Error::msg(format!("cannot pass `{argument}` through to pytest"))),
    }
}

impl Settings {
    /// Reads the options, which were checked.
    pub(super) fn from_options(context: &Context) -> Result<Self> {
        let own = |name: &str| context.option_of(context.scope(), name);
        let older = |name: &str| context.option_of(PYTEST, name);
        let mut arguments = options::list(context, PYTEST, "args")?;
        arguments.extend(context.list_option("passthrough-args")?);
        arguments.extend(context.passthrough().iter().cloned());
        Ok(Self {
            config: context.text_option("config")?,
            arguments,
            variables: TestVariables::from_option(&own("extra-env-vars")?)?.values(context)?,
            extra_python_path: context.list_option("extra-pythonpath")?,
            junit_family: options::text(context, PYTEST, "junit-family")?.unwrap_or_else(|| "xunit2".to_owned()),
            junit_xml_dir: given(&own("junit-xml-dir")?.or(older("junit-xml-dir")?)).map(str::to_owned),
            profile: given(&own("profile")?).map(str::to_owned),
            shard: Shard::from_option(&own("test-shard")?)?,
            is_chrooted: context.flag("chroot")?,
            coverage: Coverage::from_options(context)?,
        })
    }
}

/// The text of an option; an empty one takes back what a config file says.
pub(super) fn given(option: &OptionValue) -> Option<&str> {
    option.value.as_str().filter(|text| !text.is_empty())
}

fn reserved(arguments: &[String]) -> Option<&String> {
    arguments.iter().find(|argument| RESERVED_ARGUMENTS.iter().any(|reserved| argument.starts_with(reserved)))
}
