//! A generated repository: modules in ten layers, each with three sources, depending on three modules of the layer below.

use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LAYERS: usize = 10;
const FAN: usize = 3;
const SOURCES: usize = 3;

/// A repository in a temporary directory.
pub(crate) struct Generated {
    directory: TempDir,
    root: PathBuf,
}

impl Generated {
    /// A repository with this many BUILD files.
    pub(crate) fn new(modules: usize) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let root = directory.path().join("repo");
        let per_layer = modules / LAYERS;
        for layer in 0..LAYERS {
            for module in 0..per_layer {
                write_module(&root, layer, module, per_layer);
            }
        }
        std::fs::write(root.join("pants.toml"), "").expect("pants.toml");
        Self { directory, root }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A cache directory that goes with the repository.
    pub(crate) fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
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
}

fn write_module(root: &Path, layer: usize, module: usize, per_layer: usize) {
    let directory = root.join(format!("layer{layer}/m{module}"));
    std::fs::create_dir_all(&directory).expect("a directory");
    let below = (0..FAN).map(|step| (module * 7 + step * 13) % per_layer);
    let dependencies: Vec<String> = match layer {
        0 => Vec::new(),
        _ => below.map(|module| format!("        'layer{}/m{module}',\n", layer - 1)).collect(),
    };
    let text = format!("java_library(\n    dependencies=[\n{}    ],\n)\n", unique(dependencies).concat());
    std::fs::write(directory.join("BUILD"), text).expect("a BUILD file");
    for source in 0..SOURCES {
        let text = format!("package layer{layer}.m{module};\n\nclass C{source} {{}}\n");
        std::fs::write(directory.join(format!("C{source}.java")), text).expect("a source file");
    }
}

fn unique(mut items: Vec<String>) -> Vec<String> {
    items.sort();
    items.dedup();
    items
}
