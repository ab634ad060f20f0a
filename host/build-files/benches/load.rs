//! Loading a generated repository, beside its floor: one thread that walks the tree and reads the same BUILD files.
//!
//! `cargo bench -p pants-build-files`. The ratio of the two is what counts; docs/performance.md says which is meant.

use pants_build_files::{AddressSpec, BuildFiles, Changes, Look, SpecFilters, Symbols, WorkspaceConfig};
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

const MODULES: [usize; 2] = [1_000, 10_000];

fn main() {
    divan::main();
}

/// Layers of modules with three sources each; a module depends on three of the layer below.
fn repository(modules: usize) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("benchmarks can write to the temporary directory");
    let layer_size = modules / 10;
    for module in 0..modules {
        let (layer, place) = (module / layer_size, module % layer_size);
        let dir = root.path().join(format!("src/java/org/gen/l{layer}/m{module}"));
        fs::create_dir_all(&dir).expect("the directory is ours");
        for file in 0..3 {
            fs::write(dir.join(format!("M{module}Part{file}.java")), "").expect("the directory is ours");
        }
        let mut text = format!("files(\n  name='m{module}',\n  sources=['*.java'],\n  dependencies=[\n");
        if layer > 0 {
            for step in [1, 7, 31] {
                let below = (layer - 1) * layer_size + (place + step) % layer_size;
                writeln!(text, "    'src/java/org/gen/l{}/m{below}',", layer - 1).expect("a string takes everything");
            }
        }
        text.push_str("  ],\n)\n");
        fs::write(dir.join("BUILD"), text).expect("the directory is ours");
    }
    root
}

fn walk_and_read(dir: &Path) -> usize {
    let mut bytes = 0;
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).expect("the repository is there") {
            let entry = entry.expect("the repository is there");
            if entry.file_type().expect("the repository is there").is_dir() {
                dirs.push(entry.path());
            } else if entry.file_name() == "BUILD" {
                bytes += fs::read(entry.path()).expect("the repository is there").len();
            }
        }
    }
    bytes
}

#[divan::bench(args = MODULES, sample_count = 10)]
fn floor_walk_and_read(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let repository = repository(modules);
    bencher.bench_local(|| black_box(walk_and_read(repository.path())));
}

#[divan::bench(args = MODULES, sample_count = 10)]
fn list_everything(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let repository = repository(modules);
    let symbols = Arc::new(Symbols::new());
    let everything = [AddressSpec::Descendants(String::new())];
    bencher.bench_local(|| {
        let build_files = BuildFiles::new(WorkspaceConfig::new(repository.path()), symbols.clone());
        let (addresses, diagnostics) = build_files.resolve(&everything, &SpecFilters::default());
        assert_eq!((addresses.len(), diagnostics.len()), (modules, 0));
        black_box(build_files.graph())
    });
}

/// The same with a prelude of 25 lines, of which every BUILD file uses one function.
#[divan::bench(args = MODULES, sample_count = 10)]
fn list_everything_with_a_prelude(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let repository = repository(modules);
    let mut prelude = String::from(
        "def module(name, sources, dependencies):\n  files(name=name, sources=sources, dependencies=dependencies)\n",
    );
    for number in 0..10 {
        prelude.push_str(&format!(
            "VERSION_{number} = '1.{number}'\ndef other_{number}(name, **kwargs):\n  target(name=name)\n"
        ));
    }
    fs::write(repository.path().join("prelude.py"), prelude).expect("the directory is ours");
    use_module(repository.path());
    let symbols = Arc::new(Symbols::new());
    let everything = [AddressSpec::Descendants(String::new())];
    bencher.bench_local(|| {
        let mut config = WorkspaceConfig::new(repository.path());
        config.prelude_globs = vec!["prelude.py".to_owned()];
        let build_files = BuildFiles::new(config, symbols.clone());
        let (addresses, diagnostics) = build_files.resolve(&everything, &SpecFilters::default());
        assert_eq!((addresses.len(), diagnostics.len()), (modules, 0));
        black_box(build_files.graph())
    });
}

/// Makes every BUILD file call the prelude's `module`.
fn use_module(dir: &Path) {
    for entry in fs::read_dir(dir).expect("the repository is there") {
        let path = entry.expect("the repository is there").path();
        if path.is_dir() {
            use_module(&path);
        } else if path.ends_with("BUILD") {
            let text = fs::read_to_string(&path).expect("the repository is there");
            fs::write(&path, text.replacen("files(", "module(", 1)).expect("the directory is ours");
        }
    }
}

#[divan::bench(args = MODULES, sample_count = 10)]
fn list_one(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let repository = repository(modules);
    let symbols = Arc::new(Symbols::new());
    let one = [AddressSpec::Siblings("src/java/org/gen/l0/m0".to_owned())];
    bencher.bench_local(|| {
        let build_files = BuildFiles::new(WorkspaceConfig::new(repository.path()), symbols.clone());
        black_box(build_files.resolve(&one, &SpecFilters::default()).0.len())
    });
}

/// A workspace in which everything is loaded, with its repository.
fn loaded(modules: usize) -> (tempfile::TempDir, Arc<BuildFiles>) {
    let repository = repository(modules);
    let build_files = BuildFiles::new(WorkspaceConfig::new(repository.path()), Arc::new(Symbols::new()));
    assert_eq!(build_files.load_all().len(), 0);
    (repository, Arc::new(build_files))
}

/// What a daemon does for the second `list ::`.
#[divan::bench(args = MODULES)]
fn list_everything_again(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let (_repository, build_files) = loaded(modules);
    let everything = [AddressSpec::Descendants(String::new())];
    bencher.bench_local(|| black_box(build_files.resolve(&everything, &SpecFilters::default()).0.len()));
}

/// The snapshot after a dependency was added to one BUILD file, or taken out again.
#[divan::bench(args = MODULES, sample_count = 20)]
fn renew_after_an_edit(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let (repository, mut build_files) = loaded(modules);
    let edited = Path::new("src/java/org/gen/l5").join(format!("m{}/BUILD", modules / 2));
    let path = repository.path().join(&edited);
    let text = fs::read_to_string(&path).expect("the repository is there");
    let longer = text.replacen("dependencies=[", "dependencies=['src/java/org/gen/l0/m0',", 1);
    let changes = Changes { paths: [edited].into(), look: Look::Nothing };
    let mut texts = [longer, text].into_iter().cycle();
    bencher.bench_local(|| {
        fs::write(&path, texts.next().expect("there is always another one")).expect("the directory is ours");
        build_files = build_files.renewed(&changes, &build_files.environment());
        black_box(build_files.graph().len())
    });
}

/// The snapshot after anything may have happened, and nothing did.
#[divan::bench(args = MODULES, sample_count = 10)]
fn renew_without_events(bencher: divan::Bencher<'_, '_>, modules: usize) {
    let (_repository, build_files) = loaded(modules);
    let environment = build_files.environment();
    bencher.bench_local(|| black_box(build_files.renewed(&Changes::unknown(), &environment)));
}
