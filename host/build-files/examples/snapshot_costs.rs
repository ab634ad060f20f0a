//! What a snapshot costs in time and memory, for a repository on disk whose targets are libraries of Java.
//!
//!     cargo run -p pants-build-files --release --example snapshot_costs -- DIR [BUILD-FILE-TO-EDIT]
//!
//! The BUILD file gets a comment, then another dependency, and then its old text again. docs/performance.md has the results.

// A program prints; the house's rule is for libraries.
#![allow(clippy::print_stdout)]

use pants_build_files::{
    AddressSpec, BuildFiles, Changes, Look, SourceRootsConfig, SpecFilters, Symbols, WorkspaceConfig,
};
use pants_model::{Address, TargetTypeSpec};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// How often each is done; the fastest counts.
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let root = fs::canonicalize(words.first().ok_or("a directory is needed")?)?;
    let before = resident()?;
    let start = Instant::now();
    let files = Arc::new(BuildFiles::new(config(&root), symbols()?));
    let problems = files.load_all();
    let graph = files.graph();
    println!("{} targets, {} problems: loaded in {:.1?}", graph.len(), problems.len(), start.elapsed());
    println!("{:.1} MB resident for it", (resident()? - before) / 1024.0);
    questions(&files);
    renewals(&files);
    if let Some(build_file) = words.get(1) {
        edits(files, &root, build_file)?;
    }
    println!("{:.1} MB resident at the end", resident()? / 1024.0);
    Ok(())
}

fn questions(files: &BuildFiles) {
    let all = [AddressSpec::Descendants(String::new())];
    let some = [AddressSpec::Descendants("src".to_owned())];
    let graph = files.graph();
    let last = graph.targets().last().expect("there are targets");
    let one = [AddressSpec::Single(last.address.clone())];
    let source: Vec<PathBuf> = last.sources.first().cloned().into_iter().collect();
    let filters = SpecFilters::default();
    measure("list ::", || files.resolve(&all, &filters).0.len());
    measure("list src::", || files.resolve(&some, &filters).0.len());
    measure("list of one", || files.resolve(&one, &filters).0.len());
    measure("owners of one", || files.owners(&source).0.len());
    measure("load_all", || files.load_all().len());
}

fn renewals(files: &Arc<BuildFiles>) {
    let environment = files.environment();
    let other = Arc::new(BTreeMap::from([("WINDOWID".into(), "7".into())]));
    let graph = files.graph();
    let last = graph.targets().last().expect("there are targets");
    let of_source = told(last.sources.first().map_or(Path::new("x"), PathBuf::as_path));
    let of_build = told(Path::new(&*last.location.file));
    let everywhere = Changes { look: Look::Everywhere, ..Changes::default() };
    measure("renewed after nothing", || files.renewed(&Changes::default(), &environment));
    measure("renewed for another environment", || files.renewed(&Changes::default(), &other));
    measure("renewed after a source was written", || files.renewed(&of_source, &environment));
    measure("renewed after a BUILD file was written as it was", || files.renewed(&of_build, &environment));
    measure("renewed by looking everywhere", || files.renewed(&everywhere, &environment));
}

/// Each edit makes a snapshot of which the run after it asks for everything.
fn edits(mut files: Arc<BuildFiles>, root: &Path, build_file: &str) -> Result<(), Box<dyn Error>> {
    let path = root.join(build_file);
    let text = fs::read_to_string(&path)?;
    let dependencies = "dependencies=[";
    let commented = format!("# A comment.\n{text}");
    let graph = files.graph();
    let any: &Address = &graph.targets().next().expect("there are targets").address;
    let with_dependency = text.replacen(dependencies, &format!("{dependencies}\"{any}\", "), 1);
    let all = [AddressSpec::Descendants(String::new())];
    for (name, text) in [("a comment", &commented), ("a dependency", &with_dependency), ("the old text", &text)] {
        fs::write(&path, text)?;
        let start = Instant::now();
        files = files.renewed(&told(Path::new(build_file)), &files.environment());
        let renewed = start.elapsed();
        let (addresses, problems) = files.resolve(&all, &SpecFilters::default());
        let (count, asked) = (addresses.len(), start.elapsed());
        println!("{name}: renewed in {renewed:.1?}, {count} targets and {} problems after {asked:.1?}", problems.len());
    }
    Ok(())
}

fn told(path: &Path) -> Changes {
    Changes { paths: [path.to_owned()].into(), look: Look::Nothing }
}

fn measure<T>(name: &str, mut run: impl FnMut() -> T) {
    let fastest = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let result = run();
        let took = start.elapsed();
        drop(result);
        took
    });
    println!("{name}: {:.1?}", fastest.min().unwrap_or_default());
}

fn config(root: &Path) -> WorkspaceConfig {
    let mut config = WorkspaceConfig::new(root);
    let patterns = ["src/*", "tests/*"].map(str::to_owned).to_vec();
    config.source_roots = SourceRootsConfig { root_patterns: Some(patterns), ..SourceRootsConfig::default() };
    config
}

fn symbols() -> Result<Arc<Symbols>, Box<dyn Error>> {
    let mut symbols = Symbols::new();
    for name in ["java_library", "junit_tests", "scala_library"] {
        symbols.add_target_type(TargetTypeSpec {
            name: name.to_owned(),
            default_sources: Some(vec!["*.java".to_owned()]),
            backend: "measure".to_owned(),
            ..TargetTypeSpec::default()
        })?;
    }
    Ok(Arc::new(symbols))
}

/// The resident memory of this process, in kB.
fn resident() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the system does not say")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
