//! Which targets changed since a task was carried out for them, and why.

use super::{Context, PendingResult};
use crate::fingerprint::{HashAndRecord, HashParts, RecordParts, TargetParts, TaskParts};
use crate::overlay::{GraphView, Snapshot};
use crate::sync::lock;
use crate::task_error::TaskError;
use crate::validity::{ResultPaths, Verdict, cannot};
use pants_model::{Address, Event, Fingerprint, FingerprintBuilder, LogLevel, ResultMoment, Target};
use pants_process::{InputFile, InputTree};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// What [`Context::invalidated`] compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvalidateOptions {
    /// A target is invalid, too, when something it depends on in the build view changed.
    pub transitive: bool,
    /// Parts of the author's own, by name.
    pub extra: Vec<(String, String)>,
}

/// A target at one state of everything that counts for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// The target.
    pub address: Address,
    /// The fingerprint of everything that counts.
    pub fingerprint: Fingerprint,
    /// Whether the task was carried out for this fingerprint, and marked so.
    pub is_valid: bool,
    /// Where its results go, absolute; it is there, and the same for every fingerprint.
    pub results_dir: PathBuf,
    /// What changed since it was valid, one line for each file, option or dependency; empty when it is valid.
    pub why: Vec<String>,
}

/// Invalidation.
impl Context {
    /// The targets with their fingerprints and whether their results are still good. An invalid target loses its mark at
    /// once: until [`Context::mark_valid`] it counts as never done.
    pub fn invalidated(&self, targets: &[Address], options: &InvalidateOptions) -> Result<Vec<Versioned>, TaskError> {
        self.ensure_open()?;
        let snapshot = self.snapshot();
        let hashed = self.target_prints(&snapshot, targets, options.transitive)?;
        let prefix = self.task_parts(options);
        targets.iter().map(|address| self.judge(address, &hashed, prefix.clone())).collect()
    }

    /// Says that the task was carried out for a target, as [`Context::invalidated`] described it. When a source changed
    /// meanwhile, the target stays invalid: what was made may be made of either.
    pub fn mark_valid(&self, versioned: &Versioned) -> Result<(), TaskError> {
        self.ensure_open()?;
        let unknown = || {
            let message =
                format!("`{}` is marked valid with a fingerprint that `invalidated` did not give", versioned.address);
            TaskError::failed(message)
        };
        let mut pending = lock(&self.task.pending);
        let result = pending.remove(&versioned.address).ok_or_else(unknown)?;
        drop(pending);
        if result.fingerprint != versioned.fingerprint {
            return Err(unknown());
        }
        let is_unchanged = |file: &InputFile| self.run_state().processes.is_unchanged(file);
        let is_valid = !self.task.seen.is_disturbed() && result.sources.iter().all(is_unchanged);
        self.tell_judged(&versioned.address, versioned.fingerprint, ResultMoment::After, is_valid);
        if !is_valid {
            self.log(LogLevel::Debug, &format!("`{}` is not marked: sources changed meanwhile", versioned.address));
            return Ok(());
        }
        result.paths.finish(&result.fingerprint, &result.parts)
    }

    fn judge(&self, address: &Address, hashed: &Prints, mut parts: HashAndRecord) -> Result<Versioned, TaskError> {
        hashed.parts(address).visit(&mut parts);
        let fingerprint = parts.hash.finish();
        let paths = ResultPaths::new(&self.workdir(), address);
        let results_dir = paths.results.clone();
        let (is_valid, why) = match paths.judge(&fingerprint, &parts.record.0) {
            Verdict::Valid => (true, Vec::new()),
            Verdict::New => (false, vec!["there is no finished result of an earlier run".to_owned()]),
            Verdict::Changed(why) => {
                self.log(LogLevel::Debug, &format!("`{address}` is done again: {}", why.join("; ")));
                (false, why)
            }
        };
        self.tell_judged(address, fingerprint, ResultMoment::Before, is_valid);
        if !is_valid {
            paths.begin()?;
        }
        let sources = hashed.captured_sources(address);
        let pending = PendingResult { fingerprint, parts: parts.record.0, paths, sources };
        lock(&self.task.pending).insert(address.clone(), pending);
        Ok(Versioned { address: address.clone(), fingerprint, is_valid, results_dir, why })
    }

    fn tell_judged(&self, address: &Address, fingerprint: Fingerprint, moment: ResultMoment, is_valid: bool) {
        let (scope, address) = (self.scope().to_owned(), address.clone());
        self.emit(Event::ResultJudged { scope, address, fingerprint, moment, is_valid });
    }

    fn task_parts(&self, options: &InvalidateOptions) -> HashAndRecord {
        let mut parts = HashAndRecord { hash: HashParts::new("result"), record: RecordParts::default() };
        let identity = self.identity();
        TaskParts { identity, options: self.options(), passthrough: self.passthrough(), extra: &options.extra }
            .visit(&mut parts);
        parts
    }

    /// Digests the sources of the targets, and of all they depend on if that counts, in one go.
    fn target_prints(&self, snapshot: &Snapshot, targets: &[Address], transitive: bool) -> Result<Prints, TaskError> {
        let wanted: Vec<Arc<Target>> = if transitive {
            snapshot.closure(targets, GraphView::Build)
        } else {
            let find = |address: &Address| {
                snapshot.target(address).ok_or_else(|| TaskError::failed(format!("target `{address}` does not exist")))
            };
            targets.iter().map(find).collect::<Result<_, _>>()?
        };
        let paths: BTreeSet<PathBuf> = wanted.iter().flat_map(|target| target.sources.iter().cloned()).collect();
        let tree = self.capture(&paths.into_iter().collect::<Vec<_>>())?;
        self.task.seen.note(&tree);
        let sources = tree.files().map(|file| (PathBuf::from(&file.path), content_print(file))).collect();
        let mut prints = Prints { tree, sources, targets: HashMap::new() };
        for target in wanted {
            let dependencies: Vec<(Address, Fingerprint)> = if transitive {
                let direct = snapshot.dependencies(&target.address, GraphView::Build);
                direct
                    .into_iter()
                    .filter_map(|address| prints.fingerprint(&address).map(|print| (address, print)))
                    .collect()
            } else {
                Vec::new()
            };
            prints.insert(target, dependencies);
        }
        if let Some(missing) = targets.iter().find(|address| !prints.targets.contains_key(address)) {
            return Err(TaskError::failed(format!("target `{missing}` does not exist")));
        }
        std::fs::create_dir_all(self.workdir()).map_err(|error| cannot("create", &self.workdir(), error))?;
        Ok(prints)
    }
}

/// What counts of a file: its content, and whether it is a program.
fn content_print(file: &InputFile) -> Fingerprint {
    match file.is_executable {
        false => file.digest.hash,
        true => FingerprintBuilder::new("executable").add_fingerprint(&file.digest.hash).finish(),
    }
}

/// The targets of one question, digested.
struct Prints {
    tree: InputTree,
    sources: HashMap<PathBuf, Fingerprint>,
    targets: HashMap<Address, Print>,
}

struct Print {
    target: Arc<Target>,
    dependencies: Vec<(Address, Fingerprint)>,
    fingerprint: Fingerprint,
}

impl Prints {
    fn fingerprint(&self, address: &Address) -> Option<Fingerprint> {
        self.targets.get(address).map(|print| print.fingerprint)
    }

    fn insert(&mut self, target: Arc<Target>, dependencies: Vec<(Address, Fingerprint)>) {
        let parts = TargetParts { target: &target, sources: &self.sources, dependencies: &dependencies };
        let fingerprint = parts.fingerprint();
        self.targets.insert(target.address.clone(), Print { target, dependencies, fingerprint });
    }

    fn captured_sources(&self, address: &Address) -> Vec<InputFile> {
        let sources = self.targets[address].target.sources.iter();
        sources.filter_map(|path| self.tree.file(path.to_str()?).cloned()).collect()
    }

    fn parts(&self, address: &Address) -> TargetParts<'_> {
        let Print { target, dependencies, fingerprint: _ } = &self.targets[address];
        TargetParts { target, sources: &self.sources, dependencies }
    }
}

#[cfg(test)]
mod tests;
