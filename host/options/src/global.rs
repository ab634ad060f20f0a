//! The options of the global scope: what the host itself can be told, before any plugin is loaded.

mod pantsd;

use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};
use pantsd::pantsd_options;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The global scope with its options.
pub fn global_scope() -> ScopeSpec {
    ScopeSpec {
        name: String::new(),
        description: "Options of the whole run.".to_owned(),
        options: global_options(),
        ..ScopeSpec::default()
    }
}

/// The options of the global scope.
pub fn global_options() -> Vec<OptionSpec> {
    let all = [
        run_options(),
        target_options(),
        backend_options(),
        place_options(),
        config_options(),
        process_options(),
        pantsd_options(),
    ];
    all.concat()
}

/// The global scope, when these specs lack it, and the specs.
pub(crate) fn with_global(specs: &[ScopeSpec]) -> Vec<ScopeSpec> {
    missing_global(specs).into_iter().chain(specs.iter().cloned()).collect()
}

/// The global scope, when these specs lack it.
pub(crate) fn missing_global(specs: &[ScopeSpec]) -> Option<ScopeSpec> {
    if specs.iter().any(|spec| spec.name.is_empty()) { None } else { Some(global_scope()) }
}

/// What is shown, and how the run goes.
fn run_options() -> Vec<OptionSpec> {
    let levels = ["trace", "debug", "info", "warn", "error"].map(str::to_owned).to_vec();
    let mut jobs = int("jobs", default_jobs(), "How many processes may run at the same time.").short('j');
    jobs.minimum = Some(1);
    jobs.aliases = vec!["process-execution-local-parallelism".to_owned()];
    vec![
        option("level", OptionKind::Choice(levels), "info", "Show messages from this level on.").short('l').recursive(),
        flag("colors", false, "Colour what is shown.").recursive(),
        flag("quiet", false, "Show what goals print and what goes wrong, and nothing else.").short('q').recursive(),
        list("ignore-pants-warnings", &[], "Warnings not to show, as regular expressions for how they begin.")
            .advanced(),
        text("logdir", Value::None, "Write what the run tells to `pants.log` in this directory, too.")
            .short('d')
            .advanced(),
        text("parent-build-id", Value::None, "The id of the build that this run is part of, for its statistics.")
            .advanced(),
        flag("explain", false, "Show what would be done, and do nothing.").short('e'),
        flag("fail-fast", false, "Stop at the first failure.").recursive(),
        flag("keep-going", false, "Go on without what is broken in the repository; the run fails in the end."),
        int("max-errors", 100, "Show at most so many errors of the repository, and so many warnings; 0 means all.")
            .advanced(),
        flag("time", false, "Show how long everything took, after the run.").short('x'),
        jobs,
        flag("print-exception-stacktrace", false, "Show everything known about an internal error.").advanced(),
    ]
}

/// Which targets a run is about.
fn target_options() -> Vec<OptionSpec> {
    let mut spec_file = list("spec-file", &[], "Read targets from this file, one on a line.");
    spec_file.aliases = vec!["target-spec-file".to_owned()];
    vec![
        list("tag", &[], "Only targets with this tag: `a,b` means either, repeat it for both, `-a` means without."),
        list("exclude-target-regexp", &[], "Leave out targets whose address this regular expression matches."),
        spec_file,
        list("owner-of", &[], "Take the targets that own this file, which need not exist any more, instead of specs."),
        list(
            "build-ignore",
            &[".*/", "bower_components/", "node_modules/", "*.egg-info/"],
            "BUILD files to pass over, as gitignore patterns.",
        )
        .advanced(),
        list("pants-ignore", &[".*/", "/dist/"], "Files and directories to pass over, as gitignore patterns.")
            .advanced(),
        flag("pants-ignore-use-gitignore", true, "Pass over what `.gitignore` names, too.").advanced(),
        list(
            "build-file-prelude-globs",
            &[],
            "Files in the language of BUILD files whose functions and values every BUILD file sees, as patterns.",
        )
        .advanced(),
        list(
            "subproject-roots",
            &[],
            "Directories of embedded projects: addresses in their BUILD files are relative to them.",
        )
        .advanced(),
        choice("build-file-imports", &["allow", "warn", "error"], "warn", "What an `import` in a BUILD file leads to.")
            .advanced(),
        choice(
            "files-not-found-behavior",
            &["ignore", "warn", "error"],
            "warn",
            "What a pattern that matches no file leads to.",
        )
        .advanced(),
        choice(
            "owners-not-found-behavior",
            &["ignore", "warn", "error"],
            "error",
            "What a file of the command line that no target owns leads to.",
        )
        .advanced(),
    ]
}

/// Which code takes part.
fn backend_options() -> Vec<OptionSpec> {
    const DEFAULT_BACKENDS: &[&str] = &["pants.backend.jvm", "pants.backend.python", "pants.backend.codegen"];
    vec![
        list("backend-packages", DEFAULT_BACKENDS, "The backends to load.").advanced(),
        list("plugins", &[], "Plugins to load after the backends: names, or paths of their files.").advanced(),
        list("plugin-paths", &[], "Directories in which plugins are looked for, relative to the build root.")
            .advanced(),
        flag("allow-unpinned", false, "Load plugins that `pants-plugins.lock` does not pin, too, with a warning.")
            .advanced(),
        text("pants-version", Value::None, "The version of Pants v1 the repository was written for.").advanced(),
        text("pants-min-version", Value::None, "The least version of this program that the repository needs.")
            .advanced(),
    ]
}

/// Where things are put.
fn place_options() -> Vec<OptionSpec> {
    vec![
        text("pants-workdir", ".pants.d", "Where results are kept.").advanced().daemon(),
        text("pants-distdir", "dist", "Where finished artifacts are put.").advanced(),
        text("pants-supportdir", "build-support", "Where the repository keeps files for its own build.").advanced(),
        text("pants-subprocessdir", ".pids", "Where long-lived processes keep their files.").advanced().daemon(),
        text(
            "pants-physical-workdir-base",
            Value::None,
            "Keep results below this directory, on another disk perhaps: the work directory becomes a link to it.",
        )
        .advanced()
        .daemon(),
        text(
            "pants-bootstrapdir",
            Value::None,
            "The caches of the user; by default `$XDG_CACHE_HOME/pants`, else `~/.cache/pants`.",
        )
        .advanced(),
        text(
            "pants-configdir",
            Value::None,
            "What `%(pants_configdir)s` stands for; by default `$XDG_CONFIG_HOME/pants`, else `~/.config/pants`.",
        )
        .advanced(),
        text("local-store-dir", Value::None, "The caches, when they are not to be in `pants_bootstrapdir`.").advanced(),
        flag("lock", true, "Keep other runs out of the work directories of tasks while they work.").advanced(),
        cache_generation(),
    ]
}

/// Part of the key of every result.
fn cache_generation() -> OptionSpec {
    let help = "The generation of results: with another one, nothing that was made before counts any more.";
    let mut generation = text("cache-key-gen-version", "200", help).advanced().recursive();
    generation.is_fingerprinted = true;
    generation
}

/// Where options come from.
fn config_options() -> Vec<OptionSpec> {
    vec![
        files("pants-config-files", &["pants.toml"], "The config files of the repository; later ones win.").advanced(),
        files("config-override", &[], "More config files of the repository, which win over those.").advanced(),
        flag("pantsrc", true, "Read the config files of the machine and of the user, too; they win.").advanced(),
        list("pantsrc-files", &["/etc/pantsrc", "~/.pants.rc"], "The config files of the machine and of the user.")
            .advanced(),
        flag("verify-config", true, "Refuse sections and keys of config files that nobody knows.").advanced(),
        int(
            "option-name-check-distance",
            2,
            "How many letters of a mistyped word may be wrong for another one to be suggested; 0 suggests none.",
        )
        .advanced(),
    ]
}

/// How processes run.
fn process_options() -> Vec<OptionSpec> {
    vec![
        int("process-timeout", 0, "Stop a process after this many seconds; 0 means never.").advanced(),
        int(
            "process-terminate-wait",
            10,
            "How many seconds a process whose time is over has to end by itself before it is killed.",
        )
        .advanced(),
    ]
}

fn default_jobs() -> i64 {
    std::thread::available_parallelism().map_or(1, |cpus| i64::try_from(cpus.get()).unwrap_or(1))
}

fn option(name: &str, kind: OptionKind, default: impl Into<Value>, help: &str) -> OptionSpec {
    OptionSpec::new(name, kind, default, help)
}

fn flag(name: &str, default: bool, help: &str) -> OptionSpec {
    option(name, OptionKind::Bool, default, help)
}

/// A number of something: not less than none.
fn int(name: &str, default: i64, help: &str) -> OptionSpec {
    OptionSpec { minimum: Some(0), ..option(name, OptionKind::Int, default, help) }
}

fn text(name: &str, default: impl Into<Value>, help: &str) -> OptionSpec {
    option(name, OptionKind::String, default, help)
}

fn list(name: &str, default: &[&str], help: &str) -> OptionSpec {
    option(name, OptionKind::StringList, Value::strings(default.iter().copied()), help)
}

fn files(name: &str, default: &[&str], help: &str) -> OptionSpec {
    let files = OptionKind::List(Box::new(OptionKind::File));
    option(name, files, Value::strings(default.iter().copied()), help)
}

fn choice(name: &str, choices: &[&str], default: &str, help: &str) -> OptionSpec {
    option(name, OptionKind::Choice(choices.iter().map(|choice| (*choice).to_owned()).collect()), default, help)
}

/// Marks of an option, one after the other.
trait Marks: Sized {
    /// It has a one-letter flag.
    fn short(self, letter: char) -> Self;
    /// Only `help-advanced` shows it.
    fn advanced(self) -> Self;
    /// Inner scopes inherit it.
    fn recursive(self) -> Self;
    /// A daemon is started with it: another value, another daemon.
    fn daemon(self) -> Self;
}

impl Marks for OptionSpec {
    fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    fn advanced(mut self) -> Self {
        self.is_advanced = true;
        self
    }

    fn recursive(mut self) -> Self {
        self.is_recursive = true;
        self
    }

    fn daemon(mut self) -> Self {
        self.is_daemon = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_daemon_is_started_with_is_marked() {
        let marked: Vec<String> =
            global_options().into_iter().filter(|option| option.is_daemon).map(|option| option.name).collect();
        assert_eq!(
            marked,
            [
                "pants-workdir",
                "pants-subprocessdir",
                "pants-physical-workdir-base",
                "pantsd",
                "pantsd-log-dir",
                "pantsd-pailgun-port",
                "pantsd-allow-plain-nailgun",
                "pantsd-max-memory-usage",
                "pantsd-idle-timeout",
                "pantsd-invalidation-globs",
            ]
        );
    }
}
