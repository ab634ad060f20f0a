//! What the options of `[test.pytest]` and `[pytest]`, and the arguments after `--`, come to.

use super::coverage::{self, Coverage};
use crate::options::{self, PYTEST, closest, wrong};
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
    /// `NAME=value`, or the `NAME` of a variable of the user's.
    pub(super) variables: Vec<String>,
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

/// Every `of`-th test, beginning with the one at `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    /// From 0.
    pub(super) number: u32,
    /// How many shards there are.
    pub(super) of: u32,
}

impl Shard {
    /// Reads `1/3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, of) = text.split_once('/')?;
        let shard = Self { number: number.parse().ok()?, of: of.parse().ok()? };
        (shard.number < shard.of).then_some(shard)
    }
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
    let shard = planning.option_value("test-shard")?;
    if let Some(text) = given(&shard).filter(|text| Shard::parse(text).is_none()) {
        let error = wrong(&shard, &format!("`{text}` is no shard"));
        return Err(error.hint("write `M/N` where M counts from 0 and is less than N, such as `0/2` and `1/2`"));
    }
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
            variables: context.list_option("extra-env-vars")?,
            extra_python_path: context.list_option("extra-pythonpath")?,
            junit_family: options::text(context, PYTEST, "junit-family")?.unwrap_or_else(|| "xunit2".to_owned()),
            junit_xml_dir: given(&closest(own("junit-xml-dir")?, older("junit-xml-dir")?)).map(str::to_owned),
            profile: given(&own("profile")?).map(str::to_owned),
            shard: given(&own("test-shard")?).and_then(Shard::parse),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_several() {
        assert_eq!(Shard::parse("1/3"), Some(Shard { number: 1, of: 3 }));
        for text in ["3/2", "2/2", "1", "a/b", "-1/2", "0/0", "1/2/3", ""] {
            assert_eq!(Shard::parse(text), None, "{text}");
        }
    }
}
