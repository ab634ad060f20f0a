//! What must be known before any plugin: the build root, the config files, the options of the global scope.

use crate::build_root;
use crate::check_values::check_versions;
use crate::command_line::{Flag, global_flags};
use crate::config::ConfigFiles;
use crate::error::{OptionsError, about_value};
use crate::global::global_scope;
use crate::resolve::{resolve, resolve_all};
use crate::scopes::Scopes;
use crate::sources::Sources;
use crate::user_directories::UserDirectories;
use crate::user_name::user_name;
use pants_model::{Diagnostic, OptionSource, OptionValues, Value};
use rustix::fs::Access;
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the program was called.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The arguments, without the program's name.
    pub args: Vec<String>,
    /// The environment.
    pub environment: Arc<BTreeMap<OsString, OsString>>,
    /// The current directory, absolute.
    pub cwd: PathBuf,
}

/// What is known before any plugin is loaded.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// The build root, absolute.
    pub build_root: PathBuf,
    /// The config files that were read.
    pub config: ConfigFiles,
    /// The options of the global scope. Flags that stand after a goal are taken for global ones here; [`crate::parse`]
    /// knows better.
    pub values: OptionValues,
    /// The directories of the user.
    pub(crate) user: UserDirectories,
    /// What is wrong, and is not told again.
    told: Vec<Diagnostic>,
}

impl Bootstrap {
    /// The same, after the user was told what is wrong: who reads on does not tell it again.
    pub fn having_told(self, error: &OptionsError) -> Self {
        Self { told: error.diagnostics(), ..self }
    }

    /// The errors that the user was not told yet.
    pub(crate) fn untold(&self, mut errors: Vec<OptionsError>) -> Vec<OptionsError> {
        errors.retain(|error| !error.diagnostics().iter().all(|fault| self.told.contains(fault)));
        errors
    }

    /// Where results are kept, absolute.
    pub fn workdir(&self) -> PathBuf {
        self.path("pants-workdir")
    }

    /// Where finished artifacts are put, absolute.
    pub fn dist_dir(&self) -> PathBuf {
        self.path("pants-distdir")
    }

    /// Where long-lived processes keep their files, absolute.
    pub fn subprocess_dir(&self) -> PathBuf {
        self.path("pants-subprocessdir")
    }

    /// The caches shared by all repositories of the user: `local-store-dir`, else `pants-bootstrapdir`, else where the
    /// environment says, else, and where nothing can be made there (a container with a read-only home), in the work
    /// directory.
    pub fn cache_dir(&self) -> PathBuf {
        let chosen = ["local-store-dir", "pants-bootstrapdir"].into_iter().find_map(|option| self.chosen(option));
        let of_user = || self.user.cache.clone().filter(|cache| can_be_made(cache));
        chosen.or_else(of_user).unwrap_or_else(|| self.workdir().join("cache"))
    }

    /// The log file, if one is wanted (`logdir`).
    pub fn log_file(&self) -> Option<PathBuf> {
        Some(self.chosen("logdir")?.join("pants.log"))
    }

    /// A path as options give it: relative to the build root, `~/` for the home of the user.
    pub fn expanded(&self, path: &str) -> PathBuf {
        self.build_root.join(self.user.expanded(path))
    }

    /// A directory for which there is no default.
    fn chosen(&self, option: &str) -> Option<PathBuf> {
        let path = self.values.value("", option).as_str().filter(|path| !path.is_empty())?;
        Some(self.expanded(path))
    }

    /// An error about the value of a global option, in words that say who gave it.
    pub fn about_value(&self, option: &str, problem: &str) -> Diagnostic {
        let source = self.values.get("", option).map_or(&OptionSource::Default, |value| &value.source);
        about_value(source, self.config.place_of(source).as_ref(), problem)
    }

    fn path(&self, option: &str) -> PathBuf {
        self.build_root.join(self.values.value("", option).as_str().unwrap_or_default())
    }
}

/// Whether the system lets us write a directory, or make it. Other obstacles are told by whoever meets them.
fn can_be_made(directory: &Path) -> bool {
    let nearest = directory.ancestors().find(|path| path.exists()).unwrap_or(directory);
    let allowed = rustix::fs::access(nearest, Access::WRITE_OK | Access::EXEC_OK);
    !matches!(allowed, Err(Errno::ACCESS | Errno::PERM | Errno::ROFS))
}

/// Finds the build root, reads the config files and the options of the global scope.
pub fn bootstrap(invocation: &Invocation) -> Result<Bootstrap, OptionsError> {
    let specs = [global_scope()];
    let scopes = Scopes::new(&specs);
    let flags = global_flags(&invocation.args, &scopes);
    let mut reader = Reader::new(invocation, scopes, &invocation.environment, flags)?;
    reader.read_config()?;
    reader.finish()
}

/// The same without config files, variables and flags: what is left where they are wrong, for who only wants to read help.
pub fn bootstrap_without_config(invocation: &Invocation) -> Result<Bootstrap, OptionsError> {
    let specs = [global_scope()];
    Reader::new(invocation, Scopes::new(&specs), &BTreeMap::new(), Vec::new())?.finish()
}

/// The config file of a repository that does not say otherwise.
const DEFAULT_CONFIG: &str = "pants.toml";

/// Reads the options of the global scope.
struct Reader<'a> {
    invocation: &'a Invocation,
    build_root: PathBuf,
    scopes: Scopes<'a>,
    /// Whose variables set options.
    environment: &'a BTreeMap<OsString, OsString>,
    flags: Vec<Flag>,
    config: ConfigFiles,
    user: UserDirectories,
}

impl<'a> Reader<'a> {
    fn new(
        invocation: &'a Invocation,
        scopes: Scopes<'a>,
        environment: &'a BTreeMap<OsString, OsString>,
        flags: Vec<Flag>,
    ) -> Result<Self, OptionsError> {
        let build_root = build_root::find(&invocation.cwd, &invocation.environment)?;
        let user = UserDirectories::of(&invocation.environment);
        let config = ConfigFiles::new(seeds(invocation, &build_root, &user));
        Ok(Self { invocation, build_root, scopes, environment, flags, config, user })
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            config: &self.config,
            environment: self.environment,
            flags: &self.flags,
            cwd: &self.invocation.cwd,
            build_root: &self.build_root,
        }
    }

    fn finish(self) -> Result<Bootstrap, OptionsError> {
        let (values, mut errors) = resolve_all(&self.scopes, &self.sources());
        if errors.is_empty() {
            errors = check_versions(&values, &self.config);
        }
        match OptionsError::of_many(errors) {
            Some(error) => Err(error),
            None => Ok(Bootstrap {
                build_root: self.build_root,
                config: self.config,
                values,
                user: self.user,
                told: Vec::new(),
            }),
        }
    }

    fn value(&self, option: &str) -> Result<(Value, OptionSource), OptionsError> {
        let declared = self.scopes.own("", option).expect("the option is declared in the global scope");
        resolve("", declared, &self.scopes, &self.sources()).map(|found| (found.value, found.source))
    }

    /// The repository's files, then those of the machine and the user, each read with what the earlier ones say.
    fn read_config(&mut self) -> Result<(), OptionsError> {
        let (names, source) = self.value("pants-config-files")?;
        // Files added to the declared one leave it as it was: it need not be there.
        let is_added_to = source == OptionSource::Default || names.as_strings().len() > 1;
        for name in names.as_strings() {
            if name == DEFAULT_CONFIG && is_added_to {
                self.read_default_config()?;
            } else {
                self.read_file(name)?;
            }
        }
        for name in self.value("config-override")?.0.as_strings() {
            self.read_file(name)?;
        }
        self.seed_directories()?;
        if self.value("pantsrc")?.0 == Value::Bool(true) {
            let (names, source) = self.value("pantsrc-files")?;
            for name in names.as_strings() {
                let path = self.base(&source).join(self.user.expanded(name));
                if path.is_file() {
                    self.config.read(name, &path)?;
                }
            }
        }
        self.seed_directories()
    }

    /// `pants.toml`, else the `pants.ini` of older days, else nothing: a repository may be marked by another file.
    fn read_default_config(&mut self) -> Result<(), OptionsError> {
        let found = [DEFAULT_CONFIG, "pants.ini"].into_iter().find(|name| self.build_root.join(name).is_file());
        found.map_or(Ok(()), |name| self.read_file(name))
    }

    /// Reads a file of the repository, whose path is kept relative to the build root.
    fn read_file(&mut self, path: &str) -> Result<(), OptionsError> {
        self.config.read(path, &self.build_root.join(path))
    }

    /// Makes the directories that options name known to `%(name)s`.
    fn seed_directories(&mut self) -> Result<(), OptionsError> {
        for option in ["pants-workdir", "pants-distdir", "pants-supportdir"] {
            let (value, _) = self.value(option)?;
            let path = self.build_root.join(value.as_str().unwrap_or_default());
            self.config.seed(&crate::names::key_of(option), path.display().to_string());
        }
        // Without a value, they are where the user's environment says.
        for option in ["pants-bootstrapdir", "pants-configdir"] {
            if let Some(path) = self.value(option)?.0.as_str() {
                let path = self.build_root.join(self.user.expanded(path));
                self.config.seed(&crate::names::key_of(option), path.display().to_string());
            }
        }
        Ok(())
    }

    /// What a path is relative to: the current directory when it was typed, else the build root.
    fn base(&self, source: &OptionSource) -> &Path {
        match source {
            OptionSource::Flag(_) | OptionSource::Environment(_) => &self.invocation.cwd,
            OptionSource::Default | OptionSource::Config { .. } => &self.build_root,
        }
    }
}

/// What `%(name)s` can name before any option is known; the directories of options follow.
fn seeds(invocation: &Invocation, build_root: &Path, user: &UserDirectories) -> BTreeMap<String, String> {
    let text = |path: &Path| path.display().to_string();
    let mut seeds = BTreeMap::from([("buildroot".to_owned(), text(build_root))]);
    for (name, default) in
        [("pants_workdir", ".pants.d"), ("pants_distdir", "dist"), ("pants_supportdir", "build-support")]
    {
        seeds.insert(name.to_owned(), text(&build_root.join(default)));
    }
    seeds.extend(user_name(&invocation.environment).map(|name| ("user".to_owned(), name)));
    let UserDirectories { home, cache, config } = user;
    for (name, directory) in [("homedir", home), ("pants_bootstrapdir", cache), ("pants_configdir", config)] {
        seeds.extend(directory.as_ref().map(|directory| (name.to_owned(), text(directory))));
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bootstrap options of a client with these variables, in which `@` is the build root.
    fn of_client(root: &Path, variables: &[(&str, &str)]) -> Bootstrap {
        let config = "[GLOBAL]\nlogdir = '%(pants_bootstrapdir)s'\n";
        std::fs::write(root.join("pants.toml"), config).expect("the directory is ours");
        let variable = |(name, value): &(&str, &str)| (name.into(), value.replace('@', &root.to_string_lossy()).into());
        let environment = variables.iter().map(variable).collect();
        let invocation = Invocation { args: Vec::new(), environment: Arc::new(environment), cwd: root.to_owned() };
        bootstrap(&invocation).expect("nothing is wrong")
    }

    #[test]
    fn config_files_name_the_caches_that_the_run_uses() {
        let check = |variables: &[(&str, &str)], expect: &str| {
            let root = tempfile::tempdir().expect("a temporary directory");
            let bootstrap = of_client(root.path(), variables);
            assert_eq!(bootstrap.cache_dir(), root.path().join(expect), "{variables:?}");
            assert_eq!(bootstrap.log_file(), Some(root.path().join(expect).join("pants.log")), "{variables:?}");
        };
        check(&[("HOME", "@/h")], "h/.cache/pants");
        check(&[("HOME", "@/h"), ("XDG_CACHE_HOME", "relative")], "h/.cache/pants");
        check(&[("HOME", ""), ("XDG_CACHE_HOME", "@/c")], "c/pants");
        check(&[("HOME", "@/h"), ("PANTS_BOOTSTRAPDIR", "~/p")], "h/p");
    }

    #[test]
    fn caches_that_cannot_be_made_in_the_home_are_in_the_work_directory() {
        let root = tempfile::tempdir().expect("a temporary directory");
        // Nobody, not even root, makes a directory there.
        let bootstrap = of_client(root.path(), &[("HOME", "/proc/self")]);
        assert_eq!(bootstrap.cache_dir(), root.path().join(".pants.d/cache"));
        let bootstrap = of_client(root.path(), &[("HOME", "/proc/self"), ("PANTS_LOCAL_STORE_DIR", "/proc/self/x")]);
        assert_eq!(bootstrap.cache_dir(), Path::new("/proc/self/x"), "what somebody chose stands");
    }
}
