//! `binary.jvm`: a program as one jar that runs with plain `java -jar`.

use super::run::main_class;
use crate::fat_jar::FatJar;
use crate::graph::{JvmGraph, Purpose};
use crate::scala::ScalaPlatform;
use crate::targets::{NOT_PACKED_WITH, warn_of_fields_without_effect};
use crate::third_party::declared::Exclude;
use crate::third_party::jar_directory::stamp;
use plugin_api::products::{ClasspathEntry, GeneratedSources, RuntimeClasspath};
use plugin_api::{
    Address, Context, Error, InvalidateOptions, LogLevel, Planning, Predicate, Result, RoundManager, Target, Task,
    TaskSpec,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Writes `dist/<basename>.jar` for each `jvm_binary` among the roots and what they depend on: a root may be a group.
pub(super) struct BinaryCreate {
    graph: JvmGraph,
    classpath: Arc<RuntimeClasspath>,
    scala: ScalaPlatform,
}

impl Task for BinaryCreate {
    fn spec() -> TaskSpec {
        TaskSpec::new("BinaryCreate", "Create a runnable jar.").applies_to(Predicate::types(&["jvm_binary"]))
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        round.require::<RuntimeClasspath>();
        round.optional::<GeneratedSources>();
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        Ok(Self {
            graph: JvmGraph::load(context)?,
            classpath: context.product()?.unwrap_or_default(),
            scala: ScalaPlatform::load(context)?,
        })
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let binaries: Vec<Target> =
            context.targets()?.into_iter().filter(|target| target.type_name == "jvm_binary").collect();
        check_basenames(&binaries)?;
        warn_of_fields_without_effect(context, &binaries, NOT_PACKED_WITH)?;
        for target in &binaries {
            // What failed before is not among the targets; its failure was told then.
            if let Some(place) = self.graph.place(&target.address) {
                self.create(context, target, place)?;
            }
        }
        Ok(())
    }
}

impl BinaryCreate {
    fn create(&self, context: &Context, target: &Target, place: usize) -> Result<()> {
        let paths = self.paths(target, place)?;
        let options = InvalidateOptions::transitive().with("the classpath", fingerprint(context, &paths)?);
        let versioned = context.invalidated(std::slice::from_ref(&target.address), &options)?;
        let [versioned] = &versioned[..] else { return Err(Error::cancelled()) };
        let made = context.absolute(format!("{}/{}.jar", versioned.results_dir, basename(target)));
        if !versioned.is_valid || !made.is_file() {
            let _shown = context.workunit(format!("create {}.jar", basename(target)))?;
            let mut jar = FatJar::new(main_class(target)?, &manifest_entries(target)?);
            for path in &paths {
                jar.add(&context.absolute(path))?;
            }
            jar.write(&made)?;
            context.mark_valid(versioned)?;
        }
        let shown = format!("{}/{}.jar", context.dist_dir(), basename(target));
        let copy = |file: &mut std::fs::File| std::io::copy(&mut std::fs::File::open(&made)?, file).map(drop);
        crate::files::write_with(&context.absolute(&shown), copy)
            .map_err(|error| Error::from(error).context(format!("cannot write `{shown}`")))?;
        context.log(LogLevel::Info, format!("created {shown}"))
    }

    /// The runtime classpath of a binary, without what it excludes.
    fn paths(&self, target: &Target, place: usize) -> Result<Vec<String>> {
        let excludes = Exclude::of_field(target.field("deploy_excludes"), &self.scala)?;
        let closure = self.graph.closure(place, Purpose::Run);
        let entries = self.graph.classpath(&closure, |address| self.classpath.entries.get(address).map(Vec::as_slice));
        let is_kept = |entry: &ClasspathEntry| !excludes.iter().any(|exclude| exclude.matches(&entry.coordinate));
        Ok(entries.into_iter().filter(is_kept).map(|entry| entry.path).collect())
    }
}

fn basename(target: &Target) -> &str {
    target.text("basename").filter(|name| !name.is_empty()).unwrap_or(target.address.name())
}

fn manifest_entries(target: &Target) -> Result<Vec<(String, String)>> {
    let entries = target.field("manifest_entries").to_entries().into_iter();
    let checked = entries.map(|(name, value)| match value.as_str() {
        Some(text) if !format!("{name}{text}").contains(['\r', '\n']) => Ok((name, text.to_owned())),
        _ => {
            let message = format!("{}: `manifest_entries`: `{name}` must be one line of text", target.location);
            Err(Error::msg(message).failed_targets([target.address.clone()]))
        }
    });
    checked.collect()
}

fn check_basenames(binaries: &[Target]) -> Result<()> {
    let mut known: BTreeMap<&str, &Address> = BTreeMap::new();
    for target in binaries {
        let name = basename(target);
        if name.contains(['/', '\\']) || name.starts_with('.') {
            let message = format!("{}: `{name}` is no basename: it is one name without directories", target.location);
            return Err(Error::msg(message).failed_targets([target.address.clone()]));
        }
        if let Some(other) = known.insert(basename(target), &target.address) {
            let (name, address) = (basename(target), &target.address);
            return Err(Error::msg(format!("`{other}` and `{address}` both make `{name}.jar`"))
                .hint("give one of them another `basename`"));
        }
    }
    Ok(())
}

/// What is on the classpath, and in which state: options of the compiler change jars, and no target.
fn fingerprint(context: &Context, paths: &[String]) -> Result<String> {
    let mut digest = Sha256::new();
    for path in paths {
        let (size, written) = stamp(&context.absolute(path))
            .map_err(|error| Error::from(error).context(format!("cannot read `{path}`")))?;
        digest.update(format!("{path} {size} {written}\n"));
    }
    Ok(hex::encode(digest.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jar::{JarEntries, read_entries};
    use crate::test_support::{add_target, world};
    use plugin_api::Value;

    fn text(value: &str) -> Value {
        value.into()
    }

    #[test]
    fn a_binary_is_one_jar_in_dist() {
        let root = tempfile::tempdir().unwrap();
        let world = world("binary.jvm", root.path());
        let library = add_target(&world, root.path(), "java_library", "lib", &[], &[]);
        let address = Address::new("src/java", "app");
        let mut target = Target::new(address.clone(), "jvm_binary");
        target.dependencies.push(library.clone());
        target.fields = vec![("main".to_owned(), text("a.Main")), ("basename".to_owned(), text("program"))];
        world.target(target).roots(&[address]);
        let mut entries = JarEntries::default();
        entries.add("a/Main.class", vec![1]);
        entries.write(&root.path().join("lib.jar")).unwrap();
        let mut classpath = RuntimeClasspath::default();
        classpath.add(&library, [ClasspathEntry::new("lib.jar")]);
        world.product("compile.javac", classpath).unwrap();
        world.run::<BinaryCreate>().unwrap();
        let mut names = Vec::new();
        read_entries(&root.path().join("dist/program.jar"), |name, _| names.push(name)).unwrap();
        assert_eq!(names, ["META-INF/MANIFEST.MF", "a/Main.class"]);
        assert!(world.logs().iter().any(|line| line.contains("created dist/program.jar")), "{:?}", world.logs());
    }

    #[test]
    fn another_state_of_the_classpath_is_another_fingerprint() {
        let root = tempfile::tempdir().unwrap();
        let context = world("binary.jvm", root.path()).context().unwrap();
        let of = |text: &str| {
            std::fs::write(root.path().join("a.jar"), text).unwrap();
            fingerprint(&context, &["a.jar".to_owned()]).unwrap()
        };
        assert_ne!(of("compiled"), of("compiled with -g"));
    }

    #[test]
    fn a_binary_stays_in_dist_and_its_manifest_in_lines() {
        let check = |field: &str, value: Value, expect: &str| {
            let mut target = Target::new(Address::new("a", "app"), "jvm_binary");
            target.fields.push((field.to_owned(), value));
            let result = check_basenames(std::slice::from_ref(&target)).and_then(|()| manifest_entries(&target));
            assert_eq!(result.unwrap_err().message, expect);
        };
        check("basename", text("../x"), ": `../x` is no basename: it is one name without directories");
        let entries = Value::Dict(vec![(text("A"), text("b\nMain-Class: c"))]);
        check("manifest_entries", entries, ": `manifest_entries`: `A` must be one line of text");
    }

    #[test]
    fn two_binaries_of_one_name_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let world = world("binary.jvm", root.path());
        for dir in ["a", "b"] {
            world.target(Target::new(Address::new(dir, "app"), "jvm_binary"));
        }
        let error = world.run::<BinaryCreate>().unwrap_err();
        assert_eq!(error.message, "`a:app` and `b:app` both make `app.jar`");
    }
}
