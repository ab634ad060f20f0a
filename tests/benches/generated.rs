//! A generated repository: `java_library` modules in ten layers, three sources each, a test module for every tenth.
//!
//! A module of layer k depends on three modules of the layer below; every other one reaches further down with one of
//! them. So the top can be asked what it needs, and the bottom who needs it, and both answers are long.

// Each of the benchmarks uses a part of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LAYERS: usize = 10;
const FAN: usize = 3;
const SOURCES: usize = 3;
/// One module in so many has tests.
const TESTED: usize = 10;

/// A repository in a temporary directory.
pub(crate) struct Generated {
    directory: TempDir,
    root: PathBuf,
    modules: usize,
    bottom: usize,
}

impl Generated {
    /// A repository with this many modules.
    pub(crate) fn new(modules: usize) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let root = directory.path().join("repo");
        let dependencies = dependencies(modules);
        let repository = Self { directory, root, modules, bottom: most_used(modules, &dependencies) };
        for (module, dependencies) in dependencies.iter().enumerate() {
            repository.write_module(module, dependencies);
        }
        repository.write("pants.toml", "[source]\nroot_patterns = [\"src/*\", \"tests/*\"]\n");
        repository
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A cache directory that goes with the repository.
    pub(crate) fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    /// Removes evaluated BUILD files from the cache directory, and leaves the copies of plugins there.
    pub(crate) fn forget_evaluations(&self) {
        let _ = std::fs::remove_dir_all(self.cache().join("pants/build-files"));
    }

    /// How many modules there are; a tenth as many targets come on top, for the tests.
    pub(crate) fn modules(&self) -> usize {
        self.modules
    }

    /// The module of the lowest layer that most others name.
    pub(crate) fn bottom(&self) -> String {
        self.sources_of(self.bottom)
    }

    /// Copies of a plugin, each with an id of its own.
    pub(crate) fn plugins(&self, plugin: &Path, count: usize) -> Vec<String> {
        let bytes = std::fs::read(plugin).unwrap_or_else(|error| panic!("{}: {error}", plugin.display()));
        let id = b"pants.backend.python\0";
        let places: Vec<usize> = (0..bytes.len() - id.len()).filter(|at| bytes[*at..].starts_with(id)).collect();
        let copy = |number: usize| {
            let mut bytes = bytes.clone();
            for place in &places {
                bytes[*place..*place + id.len() - 1].copy_from_slice(format!("bench.backend.py{number:04}").as_bytes());
            }
            let path = self.directory.path().join(format!("libplugin{number}.so"));
            std::fs::write(&path, bytes).expect("a copy of the plugin");
            path.to_string_lossy().into_owned()
        };
        (0..count).map(copy).collect()
    }

    fn write_module(&self, module: usize, dependencies: &[usize]) {
        let directory = self.sources_of(module);
        let named: Vec<String> = dependencies.iter().map(|module| self.sources_of(*module)).collect();
        self.write(&format!("{directory}/BUILD"), &library(module, "*.java", &named));
        let package = self.package_of(module).replace('/', ".");
        for source in 0..SOURCES {
            let name = if source == 0 { format!("M{module}Api") } else { format!("M{module}Part{source}") };
            let text = format!("package {package};\n\npublic final class {name} {{}}\n");
            self.write(&format!("{directory}/{name}.java"), &text);
        }
        if module.is_multiple_of(TESTED) {
            let tests = format!("tests/java/{}", self.package_of(module));
            self.write(&format!("{tests}/BUILD"), &library(module, "*Test.java", &[directory]));
            let text = format!("package {package};\n\npublic final class M{module}Test {{}}\n");
            self.write(&format!("{tests}/M{module}Test.java"), &text);
        }
    }

    fn sources_of(&self, module: usize) -> String {
        format!("src/java/{}", self.package_of(module))
    }

    fn package_of(&self, module: usize) -> String {
        format!("org/gen/l{}/m{module}", layer_of(module, self.modules))
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the root")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
}

/// The floor: one thread that walks a tree and reads its BUILD files. Gives their length.
pub(crate) fn walk_and_read(directory: &Path) -> usize {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("its type").is_dir() {
            bytes += walk_and_read(&entry.path());
        } else if entry.file_name() == "BUILD" {
            bytes += std::fs::read(entry.path()).expect("a BUILD file").len();
        }
    }
    bytes
}

fn library(module: usize, sources: &str, dependencies: &[String]) -> String {
    let mut text = format!("java_library(\n  name=\"m{module}\",\n  sources=[\"{sources}\"],\n");
    if !dependencies.is_empty() {
        let lines: String = dependencies.iter().map(|dependency| format!("    \"{dependency}\",\n")).collect();
        text.push_str(&format!("  dependencies=[\n{lines}  ],\n"));
    }
    text.push_str(")\n");
    text
}

fn layer_of(module: usize, modules: usize) -> usize {
    module * LAYERS / modules
}

/// For each module, those that it depends on, sorted.
fn dependencies(modules: usize) -> Vec<Vec<usize>> {
    let layers: Vec<Vec<usize>> =
        (0..LAYERS).map(|layer| (0..modules).filter(|module| layer_of(*module, modules) == layer).collect()).collect();
    let mut chance = Chance(1);
    (0..modules)
        .map(|module| match layer_of(module, modules) {
            0 => Vec::new(),
            layer => {
                let mut chosen = Vec::new();
                chance.add_new(&layers[layer - 1], FAN.min(layers[layer - 1].len()), &mut chosen);
                if layer > 1 && chosen.len() > 1 && chance.below(2) == 0 {
                    let lower = &layers[chance.below(layer - 1)];
                    let last = chosen.len() - 1;
                    chosen.truncate(last);
                    chance.add_new(lower, last + 1, &mut chosen);
                }
                chosen.sort_unstable();
                chosen
            }
        })
        .collect()
}

/// The module of the lowest layer that most modules name; the first of those.
fn most_used(modules: usize, dependencies: &[Vec<usize>]) -> usize {
    let mut uses = vec![0_usize; modules];
    for module in dependencies.iter().flatten() {
        uses[*module] += 1;
    }
    let lowest = (0..modules).filter(|module| layer_of(*module, modules) == 0);
    lowest.max_by_key(|module| (uses[*module], modules - module)).expect("there are modules")
}

/// Numbers without a pattern that are the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// Adds items that are not there yet until there are `count`; there must be so many.
    fn add_new(&mut self, from: &[usize], count: usize, chosen: &mut Vec<usize>) {
        while chosen.len() < count {
            let item = from[self.below(from.len())];
            if !chosen.contains(&item) {
                chosen.push(item);
            }
        }
    }
}
