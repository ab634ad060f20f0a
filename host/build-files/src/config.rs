//! What the workspace is told from above: where it is, what it leaves out, and how far evaluation may go.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

/// What a `BUILD` file may import besides `os`, `glob` and `__future__`, which are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportsPolicy {
    /// Any other import is passed over.
    Allow,
    /// Any other import is passed over with a warning.
    Warn,
    /// Any other import is an error.
    #[default]
    Error,
}

/// What a source that does not exist leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingFilesPolicy {
    /// Nothing.
    Ignore,
    /// A warning.
    #[default]
    Warn,
    /// An error.
    Error,
}

/// What becomes of sources that are in no source root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnmatchedPolicy {
    /// The directory of their target is their source root.
    #[default]
    Create,
    /// They are an error.
    Fail,
}

/// What `[source]` says of source roots, when somebody set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceRootsConfig {
    /// `root_patterns`, as since Pants 1.28.
    pub root_patterns: Option<Vec<String>>,
    /// `marker_filenames`: files that make the directory they stand in a source root.
    pub marker_filenames: Vec<String>,
    /// The patterns of `source_root_patterns`, `test_root_patterns` and `thirdparty_root_patterns`, as before; `None` when
    /// none of them is set.
    pub language_patterns: Option<Vec<String>>,
    /// The paths of `source_roots`, `test_roots` and `thirdparty_roots`.
    pub fixed: Vec<String>,
    /// What happens to the others.
    pub unmatched: UnmatchedPolicy,
}

impl SourceRootsConfig {
    /// The options whose patterns are `language_patterns`, and what each is when it is not set.
    pub const DEFAULT_PATTERNS: [(&'static str, &'static [&'static str]); 3] = [
        ("source-root-patterns", &["src/*", "src/main/*"]),
        ("test-root-patterns", &["test/*", "tests/*", "src/test/*"]),
        ("thirdparty-root-patterns", &["3rdparty/*", "3rd_party/*", "thirdparty/*", "third_party/*"]),
    ];
}

/// For options that are dicts, their keys: what fields may be by [`FieldRule::KeyOfOption`](pants_model::FieldRule).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionKeys(BTreeMap<String, BTreeMap<String, Vec<String>>>);

impl OptionKeys {
    /// Says what the keys of an option are.
    pub fn insert(&mut self, scope: &str, option: &str, keys: Vec<String>) {
        self.0.entry(scope.to_owned()).or_default().insert(option.to_owned(), keys);
    }

    /// The keys of an option; none when nothing was said of it.
    pub(crate) fn of(&self, scope: &str, option: &str) -> &[String] {
        self.0.get(scope).and_then(|options| options.get(option)).map_or(&[], Vec::as_slice)
    }
}

/// How far the evaluation of one BUILD file may go before it is stopped; that of the prelude for it may go as far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvaluateLimits {
    /// Statements and expressions evaluated.
    pub steps: u64,
    /// Expressions, blocks and calls inside each other.
    pub depth: u32,
    /// Bytes of text and collections made.
    pub memory: usize,
    /// Bytes of the file itself.
    pub source: usize,
    /// How often the patterns of one directory's BUILD files are compared with names of files.
    pub looks: u64,
}

impl Default for EvaluateLimits {
    fn default() -> Self {
        Self { steps: 1_000_000, depth: 1_000, memory: 64 << 20, source: 4 << 20, looks: 10_000_000 }
    }
}

/// Everything that the workspace is told from above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceConfig {
    /// The build root, absolute.
    pub build_root: PathBuf,
    /// Directories without BUILD files of ours, as gitignore patterns; globs still see them.
    pub build_ignore: Vec<String>,
    /// Files and directories that do not exist for us, as gitignore patterns.
    pub pants_ignore: Vec<String>,
    /// Whether the build root's `.gitignore` adds to `pants_ignore`.
    pub use_gitignore: bool,
    /// Directories of projects that are embedded in this one: addresses in their BUILD files are relative to them.
    pub subproject_roots: Vec<String>,
    /// Directories that we write ourselves (workdir, dist, .pids), absolute or relative to the build root.
    pub excluded_dirs: Vec<PathBuf>,
    /// The client's environment, for `os.environ`.
    pub environment: Arc<BTreeMap<OsString, OsString>>,
    /// What other imports are.
    pub build_file_imports: ImportsPolicy,
    /// What a source that does not exist leads to.
    pub missing_files: MissingFilesPolicy,
    /// What a file spec without files, or whose files no target owns, leads to.
    pub missing_owners: MissingFilesPolicy,
    /// What says which directories are source roots.
    pub source_roots: SourceRootsConfig,
    /// For a tag, the addresses of targets that have it: `[target-tag-assignments] tag_targets_mappings`.
    pub assigned_tags: BTreeMap<String, Vec<String>>,
    /// For a target type, keywords that are passed over: `[target-arguments] ignored`.
    pub ignored_arguments: BTreeMap<String, Vec<String>>,
    /// The keys of the options that rules for fields name: see [`Symbols::options_of_rules`](crate::Symbols).
    pub option_keys: OptionKeys,
    /// Files whose names every BUILD file sees, as patterns relative to the build root.
    pub prelude_globs: Vec<String>,
    /// Names that are target types, or whatever else, of plugins that are not here.
    pub opaque_types: Vec<String>,
    /// What `pants_version()` answers.
    pub pants_version: String,
    /// How many directories are evaluated at the same time; 0 means one per core.
    pub jobs: usize,
    /// How far one evaluation may go.
    pub limits: EvaluateLimits,
}

impl WorkspaceConfig {
    /// The configuration of a build root with everything else as Pants had it.
    pub fn new(build_root: impl Into<PathBuf>) -> Self {
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        Self {
            build_root: build_root.into(),
            build_ignore: texts(&[".*/", "bower_components/", "node_modules/", "*.egg-info/"]),
            pants_ignore: texts(&[".*/", "/dist/"]),
            use_gitignore: true,
            subproject_roots: Vec::new(),
            excluded_dirs: [".pants.d", "dist", ".pids"].map(PathBuf::from).to_vec(),
            environment: Arc::default(),
            build_file_imports: ImportsPolicy::default(),
            missing_files: MissingFilesPolicy::default(),
            missing_owners: MissingFilesPolicy::Error,
            source_roots: SourceRootsConfig::default(),
            assigned_tags: BTreeMap::new(),
            ignored_arguments: BTreeMap::new(),
            option_keys: OptionKeys::default(),
            prelude_globs: Vec::new(),
            opaque_types: Vec::new(),
            pants_version: String::new(),
            jobs: 0,
            limits: EvaluateLimits::default(),
        }
    }
}
