//! Annotation processing: which processors a compile runs, and where the compiler finds them.
//!
//! A compile runs the processors of the `annotation_processor` targets and third-party jars that it sees. Where there are
//! none, processing is off: the search for processors costs more than a small compile. Classpaths hold interfaces only, so
//! processors of the repository come on a path of their own, with all they need to run, and with the whole jars of what the
//! target sees: a processor may look into them. Such a target is therefore compiled again when a body there changes.

use super::Compile;
use crate::graph::Purpose;
use crate::jar::{self, JarEntries};
use plugin_api::products::ClasspathEntry;
use plugin_api::{Context, Result, Target};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// How a jar says that it has annotation processors.
const PROCESSORS: &str = "META-INF/services/javax.annotation.processing.Processor";

/// Whether third-party jars bring annotation processors, by path.
#[derive(Default)]
pub(super) struct KnownProcessors(Mutex<BTreeMap<String, bool>>);

/// How one compile processes annotations.
pub(super) struct Processing {
    /// Options for javac.
    pub(super) options: Vec<String>,
    /// What the compiler loads processors from, if that is not the classpath alone.
    pub(super) path: Vec<String>,
}

/// The classes of the annotation processors among a target's own.
pub(super) fn own_processors(target: &Target) -> Vec<String> {
    if target.type_name == "annotation_processor" { target.field("processors").to_strings() } else { Vec::new() }
}

/// Writes the jar that says which processors a target has.
pub(super) fn write_declaration(target: &Target, jar: &Path) -> Result<()> {
    let lines: String = own_processors(target).iter().map(|name| format!("{name}\n")).collect();
    let mut entries = JarEntries::default();
    entries.add(PROCESSORS, lines.into_bytes());
    Ok(entries.write(jar)?)
}

impl KnownProcessors {
    fn are_in(&self, context: &Context, entry: &ClasspathEntry) -> Result<bool> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&entry.path) {
            return Ok(*known);
        }
        let found = jar::has_entry(&context.absolute(&entry.path), PROCESSORS)?;
        known.insert(entry.path.clone(), found);
        Ok(found)
    }
}

impl Compile<'_> {
    /// How a target is compiled against a classpath.
    pub(super) fn processing(
        &self,
        context: &Context,
        place: usize,
        closure: &[usize],
        classpath: &[ClasspathEntry],
    ) -> Result<Processing> {
        let mut path = self.own_processor_path(place, closure);
        let mut third_party_processors = false;
        for entry in classpath.iter().filter(|entry| !entry.coordinate.is_empty()) {
            third_party_processors |= self.set_up.processors.are_in(context, entry)?;
        }
        let mut options = Vec::new();
        if path.is_empty() && !third_party_processors {
            options.push("-proc:none".to_owned());
            return Ok(Processing { options, path });
        }
        // Since 21 there is an option for it, and since 23 it is needed.
        options.extend((self.set_up.jdk.major >= 21).then(|| "-proc:full".to_owned()));
        if !path.is_empty() {
            // Processors also load classes and resources of the libraries that a target sees; and with a path of its own,
            // the compiler does not look for processors on the classpath.
            path.extend(self.whole_jars(closure.iter().copied().filter(|other| *other != place)));
            let mut seen = BTreeSet::new();
            path.retain(|entry| seen.insert(entry.clone()));
            options.extend(["-processorpath".to_owned(), path.join(":")]);
        }
        Ok(Processing { options, path })
    }

    /// The `annotation_processor` targets that a target sees, with all they need to run.
    fn own_processor_path(&self, place: usize, closure: &[usize]) -> Vec<String> {
        let graph = &self.set_up.graph;
        let is_processor = |other: &usize| *other != place && !own_processors(&graph.targets[*other]).is_empty();
        let processors = closure.iter().copied().filter(is_processor);
        processors.flat_map(|processor| self.whole_jars(graph.closure(processor, Purpose::Run))).collect()
    }

    /// What some targets contribute to the classpath of a program.
    fn whole_jars(&self, places: impl IntoIterator<Item = usize>) -> Vec<String> {
        let graph = &self.set_up.graph;
        let places: Vec<usize> = places.into_iter().collect();
        let runtime: BTreeMap<_, Vec<ClasspathEntry>> = places
            .iter()
            .filter_map(|place| self.compiled.get_key_value(&graph.targets[*place].address))
            .map(|(address, outputs)| (address, outputs.runtime().collect()))
            .collect();
        let entries = graph.classpath(&places, |address| match runtime.get(address) {
            Some(entries) => Some(entries),
            None => self.external.entries.get(address).map(Vec::as_slice),
        });
        entries.into_iter().map(|entry| entry.path).collect()
    }
}
