//! Well-known products: what the bundled backends produce, and any backend may produce or require.
//!
//! They travel as MessagePack with names and grow by fields with defaults; a version changes only on a break. Paths are
//! relative to the build root, with `/`.

use crate::{Address, Product, ProductFormat, Result, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a JVM needs on its classpath to run each target, by target, in classpath order inside a target.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuntimeClasspath {
    /// The entries that a target itself contributes.
    pub entries: BTreeMap<Address, Vec<ClasspathEntry>>,
}

/// What a compiler needs on its classpath for each target: ABI jars of compiled targets, whole jars of third parties.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompileClasspath {
    /// The entries that a target itself contributes.
    pub entries: BTreeMap<Address, Vec<ClasspathEntry>>,
}

/// One entry of a classpath.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct ClasspathEntry {
    /// A jar or a directory, relative to the build root.
    pub path: String,
    /// The coordinate of a third-party jar (`org:name:rev`); empty otherwise.
    pub coordinate: String,
}

impl ClasspathEntry {
    /// An entry that is no third-party jar.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), coordinate: String::new() }
    }
}

macro_rules! classpath_product {
    ($type:ty, $name:literal) => {
        impl Product for $type {
            const NAME: &'static str = $name;
            const VERSION: u32 = 1;
            const FORMAT: ProductFormat = ProductFormat::Named;

            fn merge(contributions: Vec<Arc<Self>>) -> Result<Arc<Self>> {
                let mut merged = Self::default();
                for contribution in contributions {
                    for (address, entries) in &contribution.entries {
                        merged.add(address, entries.iter().cloned());
                    }
                }
                Ok(Arc::new(merged))
            }
        }

        impl $type {
            /// Appends entries of a target; one that is there already is left out.
            pub fn add(&mut self, address: &Address, entries: impl IntoIterator<Item = ClasspathEntry>) {
                let list = self.entries.entry(address.clone()).or_default();
                for entry in entries {
                    if !list.contains(&entry) {
                        list.push(entry);
                    }
                }
            }

            /// The paths of these targets in their order, each once.
            pub fn paths<'a>(&self, addresses: impl IntoIterator<Item = &'a Address>) -> Vec<String> {
                let mut paths = Vec::new();
                let mut seen = std::collections::BTreeSet::new();
                for entry in addresses.into_iter().filter_map(|address| self.entries.get(address)).flatten() {
                    if seen.insert(entry.path.as_str()) {
                        paths.push(entry.path.clone());
                    }
                }
                paths
            }
        }
    };
}

classpath_product!(RuntimeClasspath, "runtime_classpath");
classpath_product!(CompileClasspath, "compile_classpath");

/// Third-party libraries on disk: coordinate to artifact kind (`default`, `sources`) to path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResolvedLibraries {
    /// `org:name:rev` to `default` to a path relative to the build root.
    pub libraries: BTreeMap<String, BTreeMap<String, String>>,
    /// The coordinates of what each target brings, its own artifacts and what those need, by its address as text.
    /// Since 1.1.
    pub targets: BTreeMap<String, Vec<String>>,
}

impl Product for ResolvedLibraries {
    const NAME: &'static str = "resolved_libraries";
    const VERSION: u32 = 1;
    const FORMAT: ProductFormat = ProductFormat::Named;

    fn merge(contributions: Vec<Arc<Self>>) -> Result<Arc<Self>> {
        let mut merged = Self::default();
        for contribution in contributions {
            for (coordinate, artifacts) in &contribution.libraries {
                merged.libraries.entry(coordinate.clone()).or_default().extend(artifacts.clone());
            }
            for (target, coordinates) in &contribution.targets {
                merged.targets.entry(target.clone()).or_default().extend(coordinates.iter().cloned());
            }
        }
        Ok(Arc::new(merged))
    }
}

/// JVM tools, resolved by coordinate on request: a task that requires this says which with a [`JvmToolRequest`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JvmTools {
    /// The tools, each by the key of the request for it.
    pub tools: BTreeMap<String, JvmTool>,
    /// The home of the JDK that runs them.
    pub java_home: String,
    /// What that JDK is; part of keys.
    pub java_identity: String,
}

/// One resolved JVM tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JvmTool {
    /// A directory outside the repository with the jars; give it to a process as a tool.
    pub directory: String,
    /// The names of the jars in it, in classpath order.
    pub jars: Vec<String>,
    /// The class to start.
    pub main: String,
    /// What it is: coordinates and checksums; part of keys.
    pub identity: String,
}

/// What a consumer of [`JvmTools`] wants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JvmToolRequest {
    /// The name under which it looks the tool up.
    pub key: String,
    /// What to resolve (`com.puppycrawl.tools:checkstyle:10.12.4`); with a classifier behind it, that file and nothing that
    /// its module needs.
    pub coordinates: Vec<String>,
    /// The class to start.
    pub main: String,
}

impl Product for JvmTools {
    const NAME: &'static str = "jvm_tools";
    const VERSION: u32 = 1;
    const FORMAT: ProductFormat = ProductFormat::Named;
}

/// A Python environment with the requirements of a set of targets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PythonEnvironments {
    /// The environment that each root target runs in.
    pub environments: BTreeMap<Address, PythonEnvironment>,
}

/// One environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PythonEnvironment {
    /// The directory of the virtual environment, absolute: a tool of processes that run on this machine.
    pub directory: String,
    /// What it holds: interpreter and locked requirements; part of keys.
    pub identity: String,
    /// The requirements, as declared.
    pub requirements: Vec<String>,
}

impl Product for PythonEnvironments {
    const NAME: &'static str = "python_environment";
    const VERSION: u32 = 1;
    const FORMAT: ProductFormat = ProductFormat::Named;

    fn merge(contributions: Vec<Arc<Self>>) -> Result<Arc<Self>> {
        let mut merged = Self::default();
        for contribution in contributions {
            merged.environments.extend(contribution.environments.clone());
        }
        Ok(Arc::new(merged))
    }
}

/// Says that generated code is in the graph: what reads sources requires it, so that generators run before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GeneratedSources {
    /// The targets that code was generated from, and the synthetic target each became.
    pub targets: BTreeMap<Address, Vec<Address>>,
}

impl Product for GeneratedSources {
    const NAME: &'static str = "generated_sources";
    const VERSION: u32 = 1;
    const FORMAT: ProductFormat = ProductFormat::Named;

    fn merge(contributions: Vec<Arc<Self>>) -> Result<Arc<Self>> {
        let mut merged = Self::default();
        for contribution in contributions {
            for (address, targets) in &contribution.targets {
                merged.targets.entry(address.clone()).or_default().extend(targets.iter().cloned());
            }
        }
        Ok(Arc::new(merged))
    }
}

/// What a backend adds to the document of `export`, with which IDEs import a repository.
///
/// The host makes the document: it knows targets, dependencies and resolved libraries. A backend has a task in the phase
/// `export` that puts this for what only it knows. Values are JSON as text. Since 1.1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportFragment {
    /// Keys of the document itself (`jvm_platforms`); objects of several backends under one key become one.
    pub document: BTreeMap<String, String>,
    /// What is said of targets, by address as text.
    pub targets: BTreeMap<String, ExportedTarget>,
}

/// What a backend says of one target in the document of `export`. Since 1.1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportedTarget {
    /// `SOURCE`, `TEST`, `RESOURCE`, `TEST_RESOURCE`; empty leaves it to others, and in the end to the host.
    pub target_type: String,
    /// The directories with its sources.
    pub roots: Vec<ContentRoot>,
    /// Other keys (`platform`).
    pub keys: BTreeMap<String, String>,
}

/// A directory with sources. Since 1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentRoot {
    /// The directory, relative to the build root.
    pub directory: String,
    /// The package that its files are in: `com.acme.app`; empty at a source root.
    pub package: String,
}

impl ExportFragment {
    /// What is said of a target. Since 1.1.
    pub fn target(&mut self, address: &Address) -> &mut ExportedTarget {
        self.targets.entry(address.to_string()).or_default()
    }

    /// Says in which directories the sources of a target stand, and what packages those are. Since 1.1.
    pub fn add_roots(&mut self, target: &Target) {
        let roots: std::collections::BTreeSet<ContentRoot> =
            target.sources.iter().map(|source| ContentRoot::of(target, source)).collect();
        self.target(&target.address).roots = roots.into_iter().collect();
    }
}

impl ContentRoot {
    fn of(target: &Target, source: &str) -> Self {
        let parent = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned()).unwrap_or_default();
        let package = parent(target.below_source_root(source)).replace('/', ".");
        Self { directory: parent(source), package }
    }
}

impl Product for ExportFragment {
    const NAME: &'static str = "export_fragment";
    const VERSION: u32 = 1;
    const FORMAT: ProductFormat = ProductFormat::Named;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directories_of_sources_are_told_with_their_packages() {
        let mut target = Target::new(Address::new("src/java/com", "com"), "java_library");
        target.sources =
            ["src/java/com/b/B.java", "src/java/com/A.java", "src/java/com/b/C.java"].map(str::to_owned).to_vec();
        let mut fragment = ExportFragment::default();
        fragment.add_roots(&target);
        let root = |directory: &str, package: &str| ContentRoot {
            directory: directory.to_owned(),
            package: package.to_owned(),
        };
        assert_eq!(
            fragment.targets["src/java/com:com"].roots,
            [root("src/java/com", "com"), root("src/java/com/b", "com.b")]
        );
    }
}
