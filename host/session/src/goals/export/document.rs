//! The document, made target by target while it is written.

use super::super::console::is_set;
use super::super::contributions::Libraries;
use super::super::patterns::source_patterns;
use super::fragment::Fragments;
use pants_build_files::Symbols;
use pants_engine::{Context, GraphView, TaskError};
use pants_model::{Address, Globs, Target};
use serde::ser::{Error, Serialize, SerializeMap, Serializer};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The version of the format: the first number changes when it does, the second when a key goes or changes its meaning,
/// the third when a key is added.
const VERSION: &str = "1.1.0";

/// The document; its keys come sorted.
pub(super) struct Document<'c> {
    context: &'c Context,
    symbols: &'c Symbols,
    fragments: Fragments,
    /// Absent when nobody asked for libraries.
    libraries: Option<Libraries>,
    /// Sorted by address.
    targets: Vec<Arc<Target>>,
    roots: HashSet<Address>,
    tells_sources: bool,
    tells_types: bool,
}

impl<'c> Document<'c> {
    pub(super) fn new(context: &'c Context, symbols: &'c Symbols) -> Result<Self, TaskError> {
        let mut targets = context.targets();
        targets.sort_by(|a, b| a.address.cmp(&b.address));
        let libraries = if is_set(context, "libraries") { Some(Libraries::of(context)?) } else { None };
        Ok(Self {
            context,
            symbols,
            fragments: Fragments::of(context)?,
            libraries,
            targets,
            roots: context.target_roots().iter().map(|target| target.address.clone()).collect(),
            tells_sources: is_set(context, "sources"),
            tells_types: is_set(context, "available-target-types"),
        })
    }

    fn target(&self, target: &Target) -> BTreeMap<&str, Json> {
        let address = target.address.to_string();
        let fragment = self.fragments.targets.get(&address);
        let dependencies = self.dependencies(target);
        let is_generated = target.derived_from.is_some();
        let said = fragment.and_then(|fragment| fragment.target_type.as_deref()).unwrap_or("SOURCE");
        let target_type = match (is_generated, said) {
            (true, "SOURCE") => "SOURCE_GENERATED",
            (true, "RESOURCE") => "RESOURCE_GENERATED",
            (_, said) => said,
        };
        let mut keys = BTreeMap::from([
            ("id", json!(target.address.id())),
            ("is_code_gen", json!(target.is_synthetic)),
            ("is_synthetic", json!(target.is_synthetic)),
            ("is_target_root", json!(self.roots.contains(&target.address))),
            ("libraries", json!(self.libraries_of(&address, &dependencies))),
            ("pants_target_type", json!(&*target.type_name)),
            ("roots", self.content_roots(&address)),
            ("scope", json!(target.field("scope").as_str().filter(|scope| !scope.is_empty()).unwrap_or("default"))),
            ("target_type", json!(target_type)),
            ("targets", json!(dependencies)),
            ("transitive", json!(true)),
        ]);
        if !target.is_synthetic {
            keys.insert("globs", globs(target, self.symbols));
        }
        if self.tells_sources {
            let sources: Vec<_> = target.sources.iter().map(|source| source.to_string_lossy()).collect();
            keys.insert("sources", json!(sources));
        }
        let own = fragment.iter().flat_map(|fragment| &fragment.keys);
        keys.extend(own.map(|(key, value)| (key.as_str(), value.clone())));
        keys
    }

    /// Those that a BUILD file names, and those that were generated from them.
    fn dependencies(&self, target: &Target) -> Vec<String> {
        let of = |view| self.context.dependencies(&target.address, view);
        let mut seen = BTreeSet::new();
        let all = of(GraphView::Declared).into_iter().chain(of(GraphView::Build));
        all.filter(|address| seen.insert(address.clone())).map(|address| address.to_string()).collect()
    }

    /// The coordinates that a target and its direct dependencies bring.
    fn libraries_of(&self, address: &String, dependencies: &[String]) -> Vec<&str> {
        let Some(libraries) = &self.libraries else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let brought = std::iter::once(address).chain(dependencies).filter_map(|target| libraries.targets.get(target));
        brought.flatten().map(String::as_str).filter(|coordinate| seen.insert(*coordinate)).collect()
    }

    fn content_roots(&self, address: &str) -> Json {
        let roots = self.fragments.targets.get(address).map(|fragment| &fragment.roots[..]).unwrap_or_default();
        let root = |directory: &str, package: &str| json!({ "source_root": self.absolute(directory), "package_prefix": package });
        roots.iter().map(|found| root(&found.directory, &found.package)).collect()
    }

    fn absolute(&self, path: &str) -> String {
        let root: &Path = self.context.build_root();
        if path.is_empty() {
            root.to_string_lossy().into_owned()
        } else {
            root.join(path).to_string_lossy().into_owned()
        }
    }

    fn library_files(&self, libraries: &Libraries) -> BTreeMap<String, BTreeMap<String, String>> {
        let absolute = |files: &BTreeMap<String, String>| {
            files.iter().map(|(kind, path)| (kind.clone(), self.absolute(path))).collect()
        };
        libraries.libraries.iter().map(|(coordinate, files)| (coordinate.clone(), absolute(files))).collect()
    }
}

/// The patterns of the sources, relative to the build root.
fn globs(target: &Target, symbols: &Symbols) -> Json {
    let Globs { include, exclude } = source_patterns(target, symbols);
    match exclude.is_empty() {
        true => json!({ "globs": include }),
        false => json!({ "globs": include, "exclude": [{ "globs": exclude }] }),
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys: BTreeMap<&str, Option<Json>> =
            self.fragments.document.iter().map(|(key, value)| (key.as_str(), Some(value.clone()))).collect();
        keys.insert("version", Some(json!(VERSION)));
        // Not made before its turn comes: it is as large as the repository.
        keys.insert("targets", None);
        if let Some(libraries) = &self.libraries {
            keys.insert("libraries", Some(json!(self.library_files(libraries))));
        }
        if self.tells_types {
            let names: BTreeSet<&str> = self.symbols.target_types().iter().map(|spec| spec.name.as_str()).collect();
            keys.insert("available_target_types", Some(json!(names)));
        }
        let mut map = serializer.serialize_map(Some(keys.len()))?;
        for (key, value) in keys {
            match value {
                Some(value) => map.serialize_entry(key, &value)?,
                None => map.serialize_entry(key, &Targets(self))?,
            }
        }
        map.end()
    }
}

/// The targets of the document.
struct Targets<'d>(&'d Document<'d>);

impl Serialize for Targets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = self.0;
        let mut map = serializer.serialize_map(Some(document.targets.len()))?;
        for target in &document.targets {
            if document.context.cancel().is_cancelled() {
                return Err(S::Error::custom("cancelled"));
            }
            map.serialize_entry(&target.address.to_string(), &document.target(target))?;
        }
        map.end()
    }
}
