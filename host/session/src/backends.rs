//! Backends: from the options that name them to goals, symbols and option scopes.

use crate::caches;
use crate::error::SessionError;
use crate::goals;
use crate::older_config;
use crate::record;
use crate::repository_options;
use crate::request::Request;
use crate::terms;
use crate::warm::Warm;
use pants_build_files::Symbols;
use pants_engine::Registry;
use pants_model::{Diagnostic, EventSink, Fingerprint, FingerprintBuilder, LogLevel, OptionValues, ScopeSpec};
use pants_options::{CommandLine, check_scopes};
use pants_plugin_loader::{BUNDLED_BACKENDS, LoadError, LoadRequest, LoadedPlugins, UnpinnedPolicy, load_plugins};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The symbols of BUILD files, known when all backends are registered.
pub(crate) type SharedSymbols = Arc<OnceLock<Arc<Symbols>>>;

/// Everything that the built-in goals and the enabled backends add up to.
pub(crate) struct Backends {
    pub(crate) registry: Registry,
    pub(crate) symbols: Arc<Symbols>,
    pub(crate) scopes: Arc<[ScopeSpec]>,
    /// Of the code of all plugins.
    pub(crate) plugins: Fingerprint,
    /// Where they came from.
    loaded: LoadedPlugins,
    /// What every run with them tells.
    warnings: Vec<String>,
    /// The scopes of all backends that come with the program, once somebody asked.
    bundled_scopes: OnceLock<Arc<[ScopeSpec]>>,
}

/// What decides which plugins are loaded; equal keys mean equal backends.
#[derive(Clone, PartialEq)]
pub(crate) struct BackendKey {
    build_root: PathBuf,
    exe_dir: PathBuf,
    options: OptionValues,
    plugin_path: Option<std::ffi::OsString>,
}

impl BackendKey {
    pub(crate) fn of(request: &Request) -> Self {
        let mut options = OptionValues::default();
        for name in
            ["backend-packages", "plugins", "plugin-paths", "allow-unpinned", "local-store-dir", "pants-bootstrapdir"]
        {
            if let Some(value) = request.bootstrap.values.get("", name) {
                options.insert("", name, value.clone());
            }
        }
        Self {
            build_root: request.bootstrap.build_root.clone(),
            exe_dir: request.exe_dir.clone(),
            options,
            plugin_path: environment_paths(request).map(OsStr::to_owned),
        }
    }
}

/// Why the plugins that are warm for a request are not those that a process that starts now would load, if they are not: a
/// fragment that names the plugin or the lock file. Whoever keeps them starts anew.
pub fn stale_plugins(request: &Request, warm: &Warm) -> Option<String> {
    warm.backends(&BackendKey::of(request))?.loaded.staleness()
}

fn environment_paths(request: &Request) -> Option<&OsStr> {
    request.invocation.environment.get(OsStr::new("PANTS_PLUGIN_PATH")).map(AsRef::as_ref)
}

/// Loads the enabled backends and registers them after the built-in goals.
pub(crate) fn load(request: &Request) -> Result<Backends, SessionError> {
    let (loaded, passed_over) = load_plugins_of_today(request)?;
    let passed_over = (!passed_over.is_empty()).then(|| {
        let ids = passed_over.join("`, `");
        format!("backends of Pants v1 that nobody provides are passed over: `{ids}`")
    });
    let warnings = passed_over.into_iter().chain(loaded.warnings.iter().map(ToString::to_string)).collect();
    Ok(Backends { warnings, ..of_plugins(loaded)? })
}

/// Loads what the options name; what only Pants could load and a config file of its years names is passed over.
fn load_plugins_of_today(request: &Request) -> Result<(LoadedPlugins, Vec<String>), SessionError> {
    let (mut wanted, mut passed_over) = (load_request(request), Vec::new());
    loop {
        match load_plugins(&wanted) {
            Ok(loaded) => return Ok((loaded, passed_over)),
            Err(LoadError::UnknownBackend { id, .. }) if older_config::names(request, &id) => {
                wanted.backend_packages.retain(|wanted| *wanted != id);
                wanted.plugins.retain(|wanted| *wanted != id);
                passed_over.push(id);
            }
            Err(error) => return Err(blame(request, error)),
        }
    }
}

/// The backends that come with the program, whichever are enabled; none when they cannot be loaded either.
pub(crate) fn bundled(request: &Request) -> Result<Backends, SessionError> {
    let backend_packages = BUNDLED_BACKENDS.map(str::to_owned).to_vec();
    let bundled = LoadRequest { backend_packages, plugins: Vec::new(), ..load_request(request) };
    load_plugins(&bundled)
        .map_err(SessionError::from)
        .and_then(of_plugins)
        .or_else(|_| of_plugins(LoadedPlugins::none()))
}

/// Registers plugins after the built-in goals.
fn of_plugins(loaded: LoadedPlugins) -> Result<Backends, SessionError> {
    let shared_symbols = SharedSymbols::default();
    let shared_scopes = goals::SharedScopes::default();
    let mut registry = Registry::new();
    let mut symbols = Symbols::new();
    goals::install(&mut registry, &shared_symbols, &shared_scopes)
        .map_err(|error| SessionError::Register(vec![error]))?;
    let mut plugins = FingerprintBuilder::new("plugins");
    loaded.plugins.iter().for_each(|plugin| _ = plugins.add_fingerprint(&plugin.sha256));
    let subsystems = loaded.register(&mut registry, &mut symbols)?;
    registry.finish().map_err(SessionError::Register)?;

    let symbols = Arc::new(symbols);
    let mut scopes = registry.scopes();
    scopes.extend(repository_options::scopes());
    scopes.extend(caches::scopes(&registry));
    scopes.extend(record::scopes());
    scopes.push(terms::target_filter());
    scopes.extend(subsystems);
    for scope in &mut scopes {
        if let Some(plugin) = loaded.plugins.iter().find(|plugin| plugin.id == scope.backend) {
            scope.backend_version.clone_from(&plugin.version);
        }
    }
    let faults = check_scopes(&scopes);
    if !faults.is_empty() {
        return Err(SessionError::Scopes(faults));
    }
    // Both are set here and nowhere else; a second value cannot come.
    let _ = shared_symbols.set(symbols.clone());
    let scopes: Arc<[ScopeSpec]> = scopes.into();
    let _ = shared_scopes.set(scopes.clone());
    let (plugins, bundled_scopes) = (plugins.finish(), OnceLock::new());
    Ok(Backends { registry, symbols, scopes, plugins, loaded, warnings: Vec::new(), bundled_scopes })
}

/// An enabled backend that nobody provides is told at the place that enables it.
fn blame(request: &Request, error: LoadError) -> SessionError {
    let LoadError::UnknownBackend { id, .. } = &error else { return error.into() };
    let enables = |name: &&str| request.bootstrap.values.value("", name).as_strings().contains(&id.as_str());
    match ["backend-packages", "plugins"].iter().copied().find(enables) {
        Some(option) => {
            let blamed = request.bootstrap.about_value(option, &error.to_string());
            SessionError::Repository(vec![Diagnostic { hints: error.hints(), ..blamed }])
        }
        None => error.into(),
    }
}

impl Backends {
    /// Tells what is doubtful about them; each run does, whether or not it loaded them.
    pub(crate) fn tell(&self, events: &dyn EventSink) {
        self.warnings.iter().for_each(|warning| crate::say(events, LogLevel::Warn, warning));
    }

    /// The scopes of all backends that come with the program; `None` when those cannot be loaded.
    pub(crate) fn bundled_scopes(&self, request: &Request) -> Option<Arc<[ScopeSpec]>> {
        if let Some(known) = self.bundled_scopes.get() {
            return Some(known.clone());
        }
        let scopes = bundled(request).ok()?.scopes;
        Some(self.bundled_scopes.get_or_init(|| scopes).clone())
    }

    /// Refuses arguments after `--` when no goal of these phases takes any: they would be lost.
    pub(crate) fn check_passthrough(&self, command: &CommandLine) -> Result<(), SessionError> {
        if command.passthrough.is_empty() || self.takes_passthrough(command.goals.clone()) {
            return Ok(());
        }
        let names = self.registry.phases().iter().map(|phase| phase.name.clone());
        let takers = names.filter(|phase| self.takes_passthrough(vec![phase.clone()])).collect();
        Err(SessionError::NoTaker { goals: command.goals.clone(), takers })
    }

    /// Whether a goal of these phases, or of those that they depend on, takes arguments after `--`.
    fn takes_passthrough(&self, mut phases: Vec<String>) -> bool {
        let mut seen = HashSet::new();
        while let Some(phase) = phases.pop() {
            for goal in self.registry.goals(&phase) {
                if goal.identity.spec.takes_passthrough {
                    return true;
                }
                phases.extend(goal.depends_on_phases.iter().filter(|phase| !seen.contains(*phase)).cloned());
            }
            seen.insert(phase);
        }
        false
    }
}

fn load_request(request: &Request) -> LoadRequest {
    let values = &request.bootstrap.values;
    let strings = |name: &str| values.value("", name).to_strings();
    let environment_paths = environment_paths(request).map(|paths| std::env::split_paths(paths).collect());
    let allow_unpinned = values.value("", "allow-unpinned").as_bool().unwrap_or(false);
    LoadRequest {
        backend_packages: strings("backend-packages"),
        plugins: strings("plugins"),
        plugin_paths: strings("plugin-paths").into_iter().map(PathBuf::from).collect(),
        environment_paths: environment_paths.unwrap_or_default(),
        exe_dir: request.exe_dir.clone(),
        build_root: request.bootstrap.build_root.clone(),
        cache_dir: request.bootstrap.cache_dir(),
        lock_file: request.bootstrap.build_root.join("pants-plugins.lock"),
        unpinned: if allow_unpinned { UnpinnedPolicy::Warn } else { UnpinnedPolicy::Refuse },
    }
}
