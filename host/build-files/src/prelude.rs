//! The prelude: files in the language of BUILD files whose names every BUILD file sees.
//!
//! They are read and parsed once for a run. Values of the language belong to the evaluation of one file and are not
//! shared between threads, so each BUILD file that uses a name of the prelude runs it anew, on its own heap; nothing that
//! one BUILD file does to a value of the prelude reaches another one. A prelude is a few definitions, and running those
//! takes less time than looking the names up in the file that uses them; `benches/load.rs` measures it.

use crate::config::WorkspaceConfig;
use crate::parse::parse_at;
use crate::reads::{ReadKind, Reads, RecordedRead};
use crate::source::{Source, read_source};
use crate::syntax::{Module, PRELUDE_START, Span};
use crate::tree::Tree;
use pants_model::{Diagnostic, Globs, Location, Severity};
use std::collections::HashSet;
use std::sync::OnceLock;

/// The files that all BUILD files see.
#[derive(Default)]
pub(crate) struct Prelude {
    /// In the order of the option, those of one pattern sorted; names of later ones win.
    files: Vec<PreludeFile>,
    /// The names that they define.
    names: HashSet<Box<str>>,
    /// What is wrong with the option and with the files as they are written.
    pub diagnostics: Vec<Diagnostic>,
    /// What every BUILD file depends on because of the prelude.
    pub reads: Vec<RecordedRead>,
    /// What hit a limit when the prelude was run: then it is not run again for each BUILD file.
    exhausted: OnceLock<Diagnostic>,
}

pub(crate) struct PreludeFile {
    pub source: Source,
    pub module: Module,
}

impl Prelude {
    /// Whether the files are as they were read; where no directory was listed anew, so are those that the patterns find.
    pub(crate) fn is_current(&self, config: &WorkspaceConfig, tree: &Tree, is_relisted: bool) -> bool {
        // What hit a limit depends on more than the prelude.
        if config.prelude_globs.is_empty() || self.exhausted().is_some() {
            return self.exhausted().is_none();
        }
        let are_files_found_again = || {
            let mut reads = Reads::new(tree, &config.environment, "");
            let mut nothing = Self::default();
            config.prelude_globs.iter().for_each(|pattern| drop(nothing.find(pattern, &mut reads)));
            let found = reads.into_recorded().0;
            found.iter().eq(self.reads.iter().filter(|read| read.kind == ReadKind::Globs))
        };
        let is_read_again = |read: &RecordedRead| {
            let mut reads = Reads::new(tree, &config.environment, "");
            reads.note_file(&read.name, read_source(tree.root(), &read.name, config.limits.source).as_deref().ok());
            reads.into_recorded().0 == std::slice::from_ref(read)
        };
        // Why a file cannot be read may be another reason each time.
        let is_unreadable = |read: &RecordedRead| read.kind == ReadKind::File && read.seen.is_none();
        !self.reads.iter().any(is_unreadable)
            && self.reads.iter().filter(|read| read.kind == ReadKind::File).all(is_read_again)
            && (!is_relisted || are_files_found_again())
    }

    /// Finds, reads and parses the files of `build_file_prelude_globs`.
    pub(crate) fn load(config: &WorkspaceConfig, tree: &Tree) -> Self {
        let mut prelude = Self::default();
        let mut reads = Reads::new(tree, &config.environment, "");
        let mut start = PRELUDE_START;
        for pattern in &config.prelude_globs {
            for path in prelude.find(pattern, &mut reads) {
                if prelude.files.iter().any(|file| *file.source.path == *path) {
                    continue;
                }
                // Read once: what is recorded is what is run.
                let text = read_source(tree.root(), &path, config.limits.source);
                reads.note_file(&path, text.as_deref().ok());
                match text {
                    Ok(text) => start = prelude.add(Source::starting_at(start, path.into(), text), start),
                    Err(message) => {
                        let location = Location { file: path.into(), line: 0, column: 0 };
                        prelude.diagnostics.push(Diagnostic::error(location, message));
                    }
                }
            }
        }
        prelude.reads = reads.into_recorded().0;
        prelude
    }

    /// The files of a pattern; that there are none is an error.
    fn find(&mut self, pattern: &str, reads: &mut Reads<'_>) -> Vec<String> {
        let globs = Globs { include: vec![pattern.to_owned()], exclude: Vec::new() };
        let problem = match reads.globs(&globs) {
            Ok(files) if !files.is_empty() => return files,
            Ok(_) => format!("`{pattern}` of `build_file_prelude_globs` matches no file"),
            Err(_) => format!("`{pattern}` of `build_file_prelude_globs` is no pattern of files below the build root"),
        };
        self.diagnostics.push(
            Diagnostic::error_without_place(problem)
                .hint("the patterns are relative to the build root, as in `build-support/*.py`"),
        );
        Vec::new()
    }

    /// Parses a file and adds it; gives where the next one starts.
    fn add(&mut self, source: Source, start: u32) -> u32 {
        match parse_at(&source.text, start) {
            Ok(module) => {
                for stmt in &module.body {
                    stmt.each_bound_name(&mut |name| {
                        self.names.insert(name.into());
                    });
                }
                let next = start + source.text.len() as u32 + 1;
                self.files.push(PreludeFile { source, module });
                next
            }
            Err(fault) => {
                let mut diagnostic = source.error(fault.span, fault.message);
                diagnostic.hints.extend(fault.hint);
                self.diagnostics.push(diagnostic);
                start
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether names may be missing that a corrected prelude would define.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    pub(crate) fn files(&self) -> &[PreludeFile] {
        &self.files
    }

    /// Whether a statement of the prelude defines this name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names that it defines.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The file that a span is in.
    pub(crate) fn source(&self, span: Span) -> Option<&Source> {
        let after = self.files.partition_point(|file| file.source.start() <= span.start);
        after.checked_sub(1).map(|at| &self.files[at].source)
    }

    /// What hit a limit when the prelude was run.
    pub(crate) fn exhausted(&self) -> Option<&Diagnostic> {
        self.exhausted.get()
    }

    /// Keeps what hit a limit when the prelude was run.
    pub(crate) fn set_exhausted(&self, problem: Diagnostic) {
        // All that run it at the same time hit the same limit; one of them is enough.
        let _ = self.exhausted.set(problem);
    }
}
