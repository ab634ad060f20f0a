//! Well-known products: what the bundled backends produce, and any backend may produce or require.
//!
//! They travel as MessagePack with names and grow by fields with defaults; a version changes only on a break. Paths are
//! relative to the build root, with `/`.

use crate::{Address, Product, ProductFormat, Result};
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
    /// What to resolve (`com.puppycrawl.tools:checkstyle:10.12.4`).
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
