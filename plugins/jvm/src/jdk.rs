//! Finds the JDK that compiles and runs: the options, then `JAVA_HOME`, then `PATH`, then where systems put them.
//!
//! It starts no JVM: the `release` file of a JDK says what it is, and asking `java -version` costs 50 ms. The search takes
//! the places as values, so that it is a function of them and the file system.

use plugin_api::{Context, Error, LogLevel, OptionKind, OptionRegistrar, OptionValue, Planning, Result, Tool, Value};
use sha2::{Digest, Sha256};
use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The option scope that says which JDKs to look at.
pub(crate) const SCOPE: &str = "jvm-distributions";

/// The oldest JDK that runs our Java programs and the tools of this backend.
const MINIMUM: u32 = 17;

/// A JDK: a home with a compiler, of an accepted version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jdk {
    /// Its home: `bin/javac` is in it.
    pub(crate) home: PathBuf,
    /// Its version: 17, 21, 25.
    pub(crate) major: u32,
    /// What it is, in text that differs when it differs: part of keys.
    pub(crate) identity: String,
}

impl Jdk {
    /// The JDK of a run.
    pub(crate) fn of(context: &Context) -> Result<Self> {
        let places = Places::of(context)?;
        let jdk = find(&places).map_err(|none| none.into_error(&places))?;
        warn_of_java_home(context, &places, &jdk)?;
        Ok(jdk)
    }

    /// A JDK of exactly this version, to run something that needs no other.
    pub(crate) fn of_version(context: &Context, version: u32) -> Result<Self> {
        let places = Places { minimum: version, maximum: Some(version), ..Places::of(context)? };
        find(&places).map_err(|none| none.into_error(&places))
    }

    /// The JDK as a tool of processes: `{tool:jdk}/bin/java`.
    pub(crate) fn tool(&self) -> Tool {
        Tool::new("jdk", &self.home, &self.identity)
    }
}

/// Of so many runs it is known that they were told something once.
const RUNS_AT_ONCE: usize = 32;

/// Says once in a run that the user's `JAVA_HOME` will not do, when another JDK does.
fn warn_of_java_home(context: &Context, places: &Places, jdk: &Jdk) -> Result<()> {
    // The last runs that were told: several may go on at once.
    static TOLD: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());
    let Some(home) = places.java_home.as_ref().filter(|_| places.configured.is_empty()) else { return Ok(()) };
    let Err(reason) = inspect(home, places) else { return Ok(()) };
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.iter().any(|run| run == context.run_id()) {
        return Ok(());
    }
    told.push_back(context.run_id().to_owned());
    if told.len() > RUNS_AT_ONCE {
        told.pop_front();
    }
    let used = jdk.home.display();
    context.log(LogLevel::Warn, format!("JAVA_HOME: `{}` {reason}; using `{used}`", home.display()))
}

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options.option(
        "paths",
        OptionKind::Dict,
        Value::Dict(Vec::new()),
        "Homes of JDKs to use before all others, as lists by system (`linux`, `macos`); relative to the build root.",
    );
    options.optional_string("minimum-version", "The oldest version of a JDK to use (`21`).").advanced();
    options.optional_string("maximum-version", "The newest version of a JDK to use (`21`).").advanced();
}

fn configured_paths(value: &Value) -> Vec<String> {
    let systems: &[&str] = if cfg!(target_os = "macos") { &["macos", "darwin"] } else { &["linux"] };
    let entries = value.to_entries();
    entries
        .iter()
        .filter(|(system, _)| systems.contains(&&**system))
        .flat_map(|(_, paths)| paths.to_strings())
        .collect()
}

/// Refuses versions that are none, before anything is built.
pub(crate) fn check(planning: &Planning) -> Result<()> {
    for name in ["minimum-version", "maximum-version"] {
        version(&planning.option_value_of(SCOPE, name)?)?;
    }
    Ok(())
}

fn version_option(context: &Context, name: &str) -> Result<Option<u32>> {
    version(&context.option_of(SCOPE, name)?)
}

fn version(given: &OptionValue) -> Result<Option<u32>> {
    let Some(text) = given.value.as_str().filter(|text| !text.is_empty()) else { return Ok(None) };
    major_version(text).map(Some).ok_or_else(|| {
        Error::msg(format!("{}: `{text}` is no version of a JDK", given.source)).hint("write it as `17` or `17.0.2`")
    })
}

#[cfg(not(target_os = "macos"))]
const SYSTEM_DIRECTORIES: &[&str] = &["/usr/lib/jvm", "/usr/lib64/jvm", "/opt/java"];
#[cfg(target_os = "macos")]
const SYSTEM_DIRECTORIES: &[&str] = &["/Library/Java/JavaVirtualMachines", "/opt/homebrew/opt/openjdk/libexec"];

/// Where to look, and which versions will do.
#[derive(Clone, Debug, Default)]
struct Places {
    configured: Vec<PathBuf>,
    java_home: Option<PathBuf>,
    path: Vec<PathBuf>,
    system: Vec<PathBuf>,
    minimum: u32,
    maximum: Option<u32>,
}

impl Places {
    /// Where the options and the environment say to look.
    fn of(context: &Context) -> Result<Self> {
        Ok(Self {
            configured: configured_paths(&context.option_of(SCOPE, "paths")?.value)
                .into_iter()
                .map(|path| context.absolute(path))
                .collect(),
            java_home: context.environment("JAVA_HOME")?.filter(|home| !home.is_empty()).map(PathBuf::from),
            path: std::env::split_paths(&context.environment("PATH")?.unwrap_or_default()).collect(),
            system: SYSTEM_DIRECTORIES.iter().map(PathBuf::from).collect(),
            minimum: version_option(context, "minimum-version")?.unwrap_or(MINIMUM).max(MINIMUM),
            maximum: version_option(context, "maximum-version")?,
        })
    }
}

/// That no JDK will do: each place with what was found there.
#[derive(Debug, PartialEq, Eq)]
struct NoJdk {
    searched: Vec<String>,
}

impl NoJdk {
    fn into_error(self, places: &Places) -> Error {
        let wanted = match places.maximum {
            Some(only) if only == places.minimum => format!("no JDK of version {only} was found"),
            Some(maximum) => format!("no JDK of version {} to {maximum} was found", places.minimum),
            None => format!("no JDK of version {} or later was found", places.minimum),
        };
        let mut error = Error::msg(wanted)
            .hint("set the environment variable `JAVA_HOME` to the home of a JDK, or put its `javac` on `PATH`")
            .hint("or name it in the config: `[jvm-distributions] paths = { linux = [\"/path/to/jdk\"] }`");
        error.causes = self.searched;
        error
    }
}

fn find(places: &Places) -> Result<Jdk, NoJdk> {
    let mut searched = Vec::new();
    let mut seen = HashSet::new();
    for (place, homes) in candidates(places) {
        if homes.is_empty() {
            searched.push(format!("{place}: nothing there"));
        }
        for home in homes.into_iter().filter(|home| seen.insert(home.clone())) {
            match inspect(&home, places) {
                Ok(jdk) => return Ok(jdk),
                Err(reason) => searched.push(format!("{place}: `{}` {reason}", home.display())),
            }
        }
    }
    Err(NoJdk { searched })
}

/// The places in order, each with the homes found there.
fn candidates(places: &Places) -> Vec<(String, Vec<PathBuf>)> {
    let mut candidates = vec![
        ("[jvm-distributions] paths".to_owned(), places.configured.clone()),
        ("JAVA_HOME".to_owned(), places.java_home.iter().cloned().collect()),
    ];
    let on_path = places.path.iter().filter_map(|directory| {
        // Distributions put a chain of links on PATH; the home is where it ends.
        let compiler = directory.join("javac").canonicalize().ok()?;
        Some(compiler.parent()?.parent()?.to_owned())
    });
    candidates.push(("javac on PATH".to_owned(), on_path.collect()));
    for directory in &places.system {
        candidates.push((directory.display().to_string(), installed_in(directory)));
    }
    candidates
}

/// The homes in a directory of installed JDKs, the newest first.
fn installed_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut homes: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok()?.path().canonicalize().ok())
        .map(|path| if path.join("Contents/Home").is_dir() { path.join("Contents/Home") } else { path })
        .filter(|path| path.join("bin").is_dir())
        .collect();
    homes.sort_by_key(|home| (std::cmp::Reverse(read_release(home).map(|release| release.0)), home.clone()));
    homes.dedup();
    homes
}

/// Whether a home will do, or why not.
fn inspect(home: &Path, places: &Places) -> Result<Jdk, String> {
    if !home.is_dir() {
        return Err("is no directory".to_owned());
    }
    if !home.join("bin/javac").is_file() {
        return Err("has no `bin/javac`: it is no JDK, or only a runtime".to_owned());
    }
    let Some((major, identity)) = read_release(home) else {
        return Err("has no `release` file with a `JAVA_VERSION`".to_owned());
    };
    if major < places.minimum || places.maximum.is_some_and(|maximum| major > maximum) {
        return Err(format!("is version {major}"));
    }
    Ok(Jdk { home: home.to_owned(), major, identity })
}

/// The version and the identity that the `release` file of a home gives.
fn read_release(home: &Path) -> Option<(u32, String)> {
    let text = std::fs::read_to_string(home.join("release")).ok()?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
        Some(line.trim().trim_matches('"').to_owned())
    };
    let version = value("JAVA_VERSION")?;
    let full = value("JAVA_RUNTIME_VERSION").unwrap_or_else(|| version.clone());
    // The rest of the file tells vendors and machines apart.
    let hash = hex::encode(&Sha256::digest(&text)[..6]);
    Some((major_version(&version)?, format!("jdk-{full}-{hash}")))
}

/// `17.0.15` is 17, and `1.8.0_292` is 8.
fn major_version(text: &str) -> Option<u32> {
    let mut parts = text.split(['.', '-', '+', '_']);
    let first = parts.next()?.parse().ok()?;
    if first == 1 { parts.next().map_or(Some(1), |second| second.parse().ok()) } else { Some(first) }
}

#[cfg(test)]
mod tests;
