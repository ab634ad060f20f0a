//! Coursier, driven: gets it, asks it, and turns what it says into a lock file or an error.
//!
//! Coursier is one jar, pinned by coordinate and SHA-256. It comes from the repositories that the user's Maven would ask;
//! the JVM that fetches it is told about proxies and certificates by our own [`programs`](crate::programs).

mod answer;

use super::declared::Jar;
use super::jar_directory::JarDirectory;
use super::lock::{LockedArtifact, LockedFile, LockedGroup, PlacedFile};
use super::managed::Pins;
use super::url::JarUrl;
use crate::jdk::Jdk;
use crate::maven::{self, MavenError, MavenPlaces, Remotes};
use crate::programs::{self, LOCALE, NETWORK_VARIABLES, Programs, RESOLVER_SOURCES};
use answer::{Answer, no_repository, searched_hint, unresolved};
use plugin_api::{Context, Error, OptionRegistrar, Process, Result, Tool};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The option scope of Coursier.
pub(crate) const SCOPE: &str = "coursier";

/// Coursier's embeddable form, all in one jar.
const COURSIER: &str = "io/get-coursier/interface/1.0.28/interface-1.0.28.jar";
/// What that jar must be.
const COURSIER_SHA256: &str = "7592fe49c789b55429483185ac22ac6da43680a39c53b818c50bca0fb7dd6a78";
/// Its name in its directory.
const COURSIER_JAR: &str = "coursier.jar";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options.list(
        "repos",
        &[],
        "The Maven repositories to resolve from, as URLs, in this order. When empty: what Maven's `settings.xml` says, \
         and the default of the installed Maven.",
    );
    options
        .optional_string(
            "cache-dir",
            "Where Coursier keeps what it fetched, relative to the build root; with the other caches when not given.",
        )
        .advanced();
}

/// Declares the options of each task that asks Coursier.
pub(crate) fn register_task_options(options: &mut OptionRegistrar) {
    options.shell_list("jvm-options", &["-Xmx256m"], "Options for the JVM that Coursier runs in.").advanced();
}

/// Why jars could not be resolved.
#[derive(Debug)]
pub(crate) enum ResolveError {
    /// No repository has these, by coordinate; the error tells what each said.
    Missing { coordinates: BTreeSet<String>, error: Error },
    /// Anything else.
    Other(Error),
}

impl From<Error> for ResolveError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<ResolveError> for Error {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Missing { error, .. } | ResolveError::Other(error) => error,
        }
    }
}

/// Coursier, ready to be asked.
pub(crate) struct Resolver<'c> {
    context: &'c Context,
    jdk: &'c Jdk,
    programs: Programs,
    remotes: Result<Remotes, MavenError>,
    /// Of the task that asks.
    jvm_options: Vec<String>,
    /// The path of Coursier's cache, or the name of ours for it.
    cache: String,
}

impl<'c> Resolver<'c> {
    /// Prepares what is needed to ask Coursier; fetches nothing yet.
    pub(crate) fn prepare(context: &'c Context, jdk: &'c Jdk) -> Result<Self> {
        let programs = Programs::prepare(context, jdk)?;
        // Whoever has everything in a cache needs no repository; that none is known counts only when one is asked.
        let remotes = maven::remotes(&maven_places(context)?);
        let jvm_options = context.list_option("jvm-options")?;
        Ok(Self { context, jdk, programs, remotes, jvm_options, cache: cache(context)? })
    }

    /// Resolves jars together, under pinned versions, and puts all of them into a directory.
    pub(crate) fn resolve(&self, jars: &[Jar], pins: &Pins, directory: &Path) -> Result<LockedGroup, ResolveError> {
        let declared: BTreeMap<String, &Jar> = jars.iter().map(|jar| (jar.declaration(), jar)).collect();
        let mut artifacts = BTreeMap::new();
        let lines: Vec<String> = declared.values().filter_map(|jar| script_line(jar)).collect();
        if !lines.is_empty() {
            let remotes = self.remotes.as_ref().map_err(no_repository)?;
            let mut script = script_head(remotes);
            let versions = pins.forced_versions(jars);
            script.extend(versions.iter().map(|(module, rev)| ["force", &module.replace(':', "\t"), rev].join("\t")));
            script.extend(lines);
            let answer = self.ask(&script, directory, &format!("resolve {} third-party jars", declared.len()))?;
            if !answer.is_complete() {
                let error = unresolved(&answer, jars, remotes);
                return Err(if answer.missing.is_empty() {
                    ResolveError::Other(error)
                } else {
                    ResolveError::Missing { coordinates: answer.missing.into_keys().collect(), error }
                });
            }
            artifacts = answer.artifacts;
        }
        for jar in declared.values() {
            add_url(&mut artifacts, jar);
        }
        Ok(LockedGroup { pins: pins.lines(), declared: declared.into_keys().collect(), artifacts })
    }

    /// Brings files of a lock file into a directory, from the user's own store, from a repository, or from where their
    /// declarations say that they are.
    pub(crate) fn fetch(&self, files: &[&PlacedFile], directory: &JarDirectory) -> Result<()> {
        let none = Remotes::default();
        let mut script = script_head(self.remotes.as_ref().unwrap_or(&none));
        let mut count = 0;
        for PlacedFile { key, coordinate, path, file } in files {
            if let Some(local) = file.url.strip_prefix("file:") {
                directory
                    .put(&self.context.absolute(local), path)
                    .map_err(|error| Error::from(error).context(format!("cannot copy the jar `{local}`")))?;
                continue;
            }
            count += 1;
            let version = coordinate.rsplit(':').next().unwrap_or_default();
            let module = coordinate.strip_suffix(&format!(":{version}")).unwrap_or_default();
            let LockedFile { sha256, classifier, ext, url } = file;
            script.push(["locked", key, module, version, classifier, ext, sha256, url].join("\t"));
        }
        if count == 0 {
            return Ok(());
        }
        let answer = self.ask(&script, directory.directory(), &format!("put {count} third-party jars in place"))?;
        if answer.is_complete() {
            return Ok(());
        }
        let remotes = self.remotes.as_ref().map_err(no_repository)?;
        Err(unresolved(&answer, &[], remotes))
    }

    fn ask(&self, script: &[String], directory: &Path, description: &str) -> Result<Answer> {
        let (coursier, resolver) = (self.coursier()?, self.resolver()?);
        let classpath =
            "{tool:jvm-resolver}/programs.jar:{tool:jvm-programs}/programs.jar:{tool:coursier}/coursier.jar";
        let process = Process::new(["{tool:jdk}/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"], description)
            .args(self.jvm_options.iter().cloned())
            .args(["-cp", classpath, "pants.jvm.resolve.Main", "{cache:jars}"])
            .arg(programs::path_text(directory)?)
            .tool(self.jdk.tool())
            .tool(self.programs.tool())
            .tool(coursier)
            .tool(resolver)
            .env("COURSIER_CACHE", &self.cache)
            .env(LOCALE.0, LOCALE.1)
            .named_cache("coursier")
            .named_cache("jars")
            .passthrough_env(NETWORK_VARIABLES)
            .local_only();
        let mut process = process;
        process.stdin = lines(script);
        let output = self.context.run(&process)?;
        let answer = Answer::parse(&output.stdout_text());
        if !output.is_success() && answer.is_complete() {
            // It did not come to an answer: its own words are all there is.
            let mut error = Error::msg(format!("{description}: Coursier {}", output.describe_exit()));
            error.causes.extend(output.stderr_text().lines().map(str::to_owned));
            return Err(error);
        }
        Ok(answer)
    }

    /// Coursier's jar, downloaded unless that was done.
    fn coursier(&self) -> Result<Tool> {
        let fill = |context: &Context, directory: &Path| self.download_coursier(context, directory);
        let directory = self.context.tool_dir("coursier", COURSIER_SHA256, fill)?;
        Ok(Tool::new("coursier", directory, COURSIER_SHA256))
    }

    fn download_coursier(&self, context: &Context, directory: &Path) -> Result<()> {
        let remotes = self.remotes.as_ref().map_err(no_repository)?;
        let mut script = script_head(remotes);
        script.push(format!("path\t{COURSIER}"));
        script.push(format!("sha256\t{COURSIER_SHA256}"));
        script.push(format!("to\t{}", programs::path_text(&directory.join(COURSIER_JAR))?));
        let mut process = Process::new(["{tool:jdk}/bin/java", "-XX:TieredStopAtLevel=1"], "download Coursier")
            .args(["-cp", "{tool:jvm-programs}/programs.jar", "pants.jvm.fetch.Download"])
            .env(LOCALE.0, LOCALE.1)
            .tool(self.jdk.tool())
            .tool(self.programs.tool())
            .passthrough_env(NETWORK_VARIABLES)
            .local_only();
        process.stdin = lines(&script);
        let output = context.run(&process)?;
        if output.is_success() {
            return Ok(());
        }
        let mut error = Error::msg("cannot download Coursier, which resolves third-party jars");
        error.causes.extend(output.stderr_text().lines().map(str::to_owned));
        error.hints.push(searched_hint(remotes));
        Err(error)
    }

    /// Our program that talks to Coursier, compiled against it.
    fn resolver(&self) -> Result<Tool> {
        let identity = programs::identity(RESOLVER_SOURCES, &[&self.programs.identity, COURSIER_SHA256]);
        let fill = |context: &Context, directory: &Path| {
            let classpath = self.compile_classpath()?;
            programs::compile(context, self.jdk, RESOLVER_SOURCES, &classpath, directory)
        };
        let directory = self.context.tool_dir("jvm-resolver", &identity, fill)?;
        Ok(Tool::new("jvm-resolver", directory, identity))
    }

    fn compile_classpath(&self) -> Result<Vec<PathBuf>> {
        Ok(vec![self.programs.directory.join(programs::JAR), self.coursier()?.path.join(COURSIER_JAR)])
    }
}

/// The line of the script that brings a jar; none for a file of this machine.
fn script_line(jar: &Jar) -> Option<String> {
    match &jar.url {
        None => Some(jar.script_line()),
        Some(JarUrl::Remote(url)) => {
            let ext = if jar.ext.is_empty() { "jar" } else { &jar.ext };
            let key = jar.key();
            Some(["url", &key, &jar.module(), &jar.rev, &jar.classifier, ext, url].join("\t"))
        }
        Some(JarUrl::File { .. }) => None,
    }
}

/// Writes down where a jar comes from that says so itself.
fn add_url(artifacts: &mut BTreeMap<String, LockedArtifact>, jar: &Jar) {
    let ext = if jar.ext.is_empty() { "jar" } else { &jar.ext };
    match &jar.url {
        None => {}
        Some(JarUrl::Remote(url)) => {
            let files = artifacts.get_mut(&jar.key()).into_iter().flat_map(|artifact| &mut artifact.files);
            files.filter(|file| file.ext == ext).for_each(|file| file.url.clone_from(url));
        }
        // It is needed in another run, which will say so.
        Some(JarUrl::File { sha256, .. }) if sha256.is_empty() => {}
        Some(JarUrl::File { path, sha256 }) => {
            let file = LockedFile {
                sha256: sha256.clone(),
                classifier: jar.classifier.clone(),
                ext: ext.to_owned(),
                url: format!("file:{path}"),
            };
            // What repositories say of the same version, they say of another file.
            artifacts.entry(jar.key()).or_default().files = vec![file];
        }
    }
}

/// Where Coursier keeps what it fetched.
fn cache(context: &Context) -> Result<String> {
    let given = context.option_of(SCOPE, "cache-dir")?.value;
    let Some(given) = given.as_str().filter(|path| !path.is_empty()) else { return Ok("{cache:coursier}".to_owned()) };
    let path = match given.strip_prefix("~/") {
        Some(below) => PathBuf::from(context.environment("HOME")?.unwrap_or_default()).join(below),
        None => context.absolute(given),
    };
    programs::path_text(&path)
}

fn maven_places(context: &Context) -> Result<MavenPlaces> {
    let variable = |name: &str| context.environment(name).map(|value| value.filter(|value| !value.is_empty()));
    let mut homes = Vec::new();
    for name in ["MAVEN_HOME", "M2_HOME"] {
        homes.extend(variable(name)?.map(PathBuf::from));
    }
    let user_home = variable("HOME")?.map(PathBuf::from);
    let mut variables = Vec::new();
    for name in named_variables(user_home.as_deref()) {
        variables.extend(variable(&name)?.map(|value| (name, value)));
    }
    Ok(MavenPlaces {
        configured: context.option_of(SCOPE, "repos")?.value.to_strings(),
        homes,
        path: std::env::split_paths(&variable("PATH")?.unwrap_or_default()).collect(),
        user_home,
        variables,
    })
}

/// The variables that the user's settings name: `${env.TOKEN}`.
fn named_variables(home: Option<&Path>) -> BTreeSet<String> {
    let text = home.and_then(|home| std::fs::read_to_string(home.join(".m2/settings.xml")).ok()).unwrap_or_default();
    text.split("${env.").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect()
}

fn script_head(remotes: &Remotes) -> Vec<String> {
    let mut script: Vec<String> = remotes
        .repositories
        .iter()
        .map(|repository| ["repository", &repository.url, &repository.user, &repository.password].join("\t"))
        .collect();
    if let Some(proxy) = &remotes.proxy {
        script.push(
            ["proxy", &proxy.host, &proxy.port.to_string(), &proxy.user, &proxy.password, &proxy.except].join("\t"),
        );
    }
    script
}

fn lines(script: &[String]) -> Vec<u8> {
    let mut text = script.join("\n");
    text.push('\n');
    text.into_bytes()
}

#[cfg(test)]
mod tests;
