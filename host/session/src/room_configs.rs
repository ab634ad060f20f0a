//! What the rooms below get to know of options: how processes run, and what the repository is made of.

use crate::repository_options;
use crate::request::Request;
use pants_build_files::{ImportsPolicy, MissingFilesPolicy, OptionKeys, Symbols, WorkspaceConfig};
use pants_model::{OptionValues, Value};
use pants_options::VERSION;
use pants_process::ProcessConfig;
use std::time::Duration;

/// How processes run.
pub(crate) fn process_config(request: &Request, values: &OptionValues) -> ProcessConfig {
    let seconds = |name: &str| values.value("", name).as_int().and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
    let timeout = seconds("process-timeout");
    ProcessConfig {
        build_root: request.bootstrap.build_root.clone(),
        workdir: request.bootstrap.workdir(),
        cache_dir: request.bootstrap.cache_dir(),
        subprocess_dir: request.bootstrap.subprocess_dir(),
        jobs: usize::try_from(seconds("jobs")).unwrap_or(1).max(1),
        environment: request.invocation.environment.clone(),
        kill_wait: Duration::from_secs(seconds("process-terminate-wait")),
        default_timeout: (timeout > 0).then(|| Duration::from_secs(timeout)),
    }
}

/// What the repository is made of, for BUILD files with these symbols.
pub(crate) fn workspace_config(request: &Request, values: &OptionValues, symbols: &Symbols) -> WorkspaceConfig {
    let strings = |name: &str| values.value("", name).to_strings();
    let bootstrap = &request.bootstrap;
    let defaults = WorkspaceConfig::new(&bootstrap.build_root);
    let config = WorkspaceConfig {
        build_ignore: strings("build-ignore"),
        pants_ignore: strings("pants-ignore"),
        use_gitignore: values.value("", "pants-ignore-use-gitignore").as_bool().unwrap_or(true),
        subproject_roots: strings("subproject-roots"),
        excluded_dirs: vec![bootstrap.workdir(), bootstrap.dist_dir(), bootstrap.subprocess_dir()],
        environment: request.invocation.environment.clone(),
        build_file_imports: match values.value("", "build-file-imports").as_str() {
            Some("allow") => ImportsPolicy::Allow,
            Some("error") => ImportsPolicy::Error,
            _ => ImportsPolicy::Warn,
        },
        prelude_globs: strings("build-file-prelude-globs"),
        pants_version: values.value("", "pants-version").as_str().unwrap_or(VERSION).to_owned(),
        missing_files: missing_files_policy(values, "files-not-found-behavior"),
        missing_owners: missing_files_policy(values, "owners-not-found-behavior"),
        option_keys: option_keys(values, symbols),
        ..defaults
    };
    repository_options::apply(values, config)
}

/// The keys of the options that rules of symbols name. Backends name options of each other: one that nobody registered
/// has no keys.
fn option_keys(values: &OptionValues, symbols: &Symbols) -> OptionKeys {
    let mut all = OptionKeys::default();
    for (scope, option) in symbols.options_of_rules() {
        if let Value::Dict(entries) = values.value(scope, option) {
            let keys = entries.iter().filter_map(|(key, _)| key.as_str().map(str::to_owned));
            all.insert(scope, option, keys.collect());
        }
    }
    all
}

/// What an option says that is `ignore`, `warn` or `error`.
pub(crate) fn missing_files_policy(values: &OptionValues, name: &str) -> MissingFilesPolicy {
    match values.value("", name).as_str() {
        Some("ignore") => MissingFilesPolicy::Ignore,
        Some("error") => MissingFilesPolicy::Error,
        _ => MissingFilesPolicy::Warn,
    }
}
