//! Where packages come from: this backend's options, else uv's own variables, else what pip is configured with.
//!
//! An organisation has told pip about its mirror long ago, and uv does not read that. What pip says may hold passwords:
//! it goes to uv in a file and is removed from it again; it never gets into an argument, a key or a log.

use crate::options;
use crate::toolchain::{NETWORK_VARIABLES, Toolchain};
use plugin_api::{Context, Process, ProcessOutput, Result};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Variables that say that uv is configured itself.
const UV_VARIABLES: [&str; 6] =
    ["UV_CONFIG_FILE", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL"];

/// Where the packages of one task come from.
#[derive(Debug, Default)]
pub(crate) struct PackageSources {
    /// The arguments that the options come to; empty when they name nothing.
    arguments: Vec<String>,
    /// What pip said; it is asked by the first that needs it, and once.
    pip: Mutex<Option<Arc<PipSettings>>>,
}

impl PackageSources {
    /// Reads the options.
    pub(crate) fn from_options(context: &Context) -> Result<Self> {
        let indexes = options::list(context, options::REPOS, "indexes")?;
        let repos = options::list(context, options::REPOS, "repos")?;
        Ok(Self { arguments: arguments(&indexes, &repos), pip: Mutex::default() })
    }

    /// What of them is part of keys: the options.
    pub(crate) fn key(&self) -> String {
        self.arguments.join("\n")
    }

    /// Runs uv with the sources of packages. `file` is the requirements file that it reads: for as long as uv runs, it
    /// says where packages come from, too.
    pub(crate) fn run(
        &self,
        context: &Context,
        toolchain: &Toolchain,
        file: &Path,
        mut process: Process,
    ) -> Result<ProcessOutput> {
        if !self.arguments.is_empty() {
            return context.run(&process.args(self.arguments.iter().cloned()));
        }
        let settings = self.pip_settings(context, toolchain)?;
        if let (Some(certificate), None) = (&settings.certificate, context.environment("SSL_CERT_FILE")?) {
            process = process.env("SSL_CERT_FILE", certificate);
        }
        let sources = settings.lines();
        if sources.is_empty() {
            return context.run(&process);
        }
        let requirements = std::fs::read_to_string(file)?;
        std::fs::write(file, format!("{}\n{requirements}", sources.join("\n")))?;
        let output = context.run(&process);
        std::fs::write(file, requirements)?;
        output
    }

    fn pip_settings(&self, context: &Context, toolchain: &Toolchain) -> Result<Arc<PipSettings>> {
        // Held while pip is asked: whoever comes meanwhile waits for the answer.
        let mut known = self.pip.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settings) = &*known {
            return Ok(Arc::clone(settings));
        }
        let settings = Arc::new(ask_pip(context, toolchain)?);
        *known = Some(Arc::clone(&settings));
        Ok(settings)
    }
}

/// The first index takes the place of the registry's own; the others stand behind it.
fn arguments(indexes: &[String], repos: &[String]) -> Vec<String> {
    let indexes = indexes.iter().enumerate().map(|(position, index)| match position {
        0 => format!("--default-index={index}"),
        _ => format!("--index={index}"),
    });
    indexes.chain(repos.iter().map(|repo| format!("--find-links={repo}"))).collect()
}

/// What pip is configured with; nothing when uv is configured itself.
fn ask_pip(context: &Context, toolchain: &Toolchain) -> Result<PipSettings> {
    for variable in UV_VARIABLES {
        if context.environment(variable)?.is_some() {
            return Ok(PipSettings::default());
        }
    }
    let list = Process::new(
        ["{tool:python-tools}/bin/python", "-I", "-m", "pip", "config", "list"],
        "ask pip for its settings",
    )
    .tool(toolchain.tool.clone())
    .passthrough_env(&NETWORK_VARIABLES)
    .timeout(Duration::from_secs(60))
    .local_only();
    // Settings that pip cannot read itself would have stopped it from installing uv.
    Ok(PipSettings::parse(&context.run(&list)?.stdout_text()))
}

/// The settings of pip that say where packages come from.
#[derive(Debug, Default, PartialEq, Eq)]
struct PipSettings {
    index: Option<String>,
    extra_indexes: Vec<String>,
    find_links: Vec<String>,
    certificate: Option<String>,
}

impl PipSettings {
    /// Reads `pip config list`: `global.index-url='..'`. A variable wins over the section of `install`, and that over
    /// the global one.
    fn parse(printed: &str) -> Self {
        let entries: Vec<(&str, String)> = printed
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter_map(|(key, value)| Some((key, unquote(value)?)))
            .collect();
        let value = |name: &str| {
            let of = |section: &str| entries.iter().find(|(key, _)| key.strip_prefix(section) == Some(name));
            [":env:.", "install.", "global."].into_iter().find_map(of).map(|(_, value)| value.trim().to_owned())
        };
        let words = |name: &str| -> Vec<String> {
            value(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
        };
        Self {
            index: value("index-url"),
            extra_indexes: words("extra-index-url"),
            find_links: words("find-links"),
            certificate: value("cert"),
        }
    }

    /// The lines of a requirements file that names the sources and requires nothing.
    fn lines(&self) -> Vec<String> {
        // pip passes over a directory that does not exist; uv does not.
        let is_there = |place: &&String| place.contains("://") || Path::new(place).exists();
        let index = self.index.iter().map(|index| format!("--index-url {index}"));
        let extra = self.extra_indexes.iter().map(|index| format!("--extra-index-url {index}"));
        let links = self.find_links.iter().filter(is_there).map(|place| format!("--find-links {place}"));
        index.chain(extra).chain(links).collect()
    }
}

/// The text of a Python string literal, as `repr` writes it.
fn unquote(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                other => text.push(other),
            },
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_index_replaces_the_default_one() {
        let given = arguments(&["a".to_owned(), "b".to_owned()], &["wheels".to_owned()]);
        assert_eq!(given, ["--default-index=a", "--index=b", "--find-links=wheels"]);
        assert!(arguments(&[], &[]).is_empty());
    }

    #[test]
    fn what_pip_is_told_closest_to_the_command_wins() {
        let printed = "global.cert='/etc/ca.crt'\nglobal.extra-index-url='\\nhttps://c\\nhttps://d'\n\
                       global.index-url='https://x/simple'\n:env:.index-url='https://u:it\\'s@h/simple'\n\
                       install.find-links='/missing https://links'\n";
        let settings = PipSettings::parse(printed);
        assert_eq!(settings.certificate.as_deref(), Some("/etc/ca.crt"));
        assert_eq!(
            settings.lines(),
            [
                "--index-url https://u:it's@h/simple",
                "--extra-index-url https://c",
                "--extra-index-url https://d",
                "--find-links https://links"
            ]
        );
    }

    #[test]
    fn a_pip_that_is_not_configured_adds_nothing() {
        assert_eq!(PipSettings::parse(""), PipSettings::default());
        assert!(PipSettings::parse(":env:.disable-pip-version-check='1'\n").lines().is_empty());
    }
}
