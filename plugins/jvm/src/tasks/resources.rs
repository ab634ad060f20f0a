//! `resources.prepare` and `resources.services`: what programs find on their classpath besides classes.

use crate::jar::JarEntries;
use plugin_api::products::{ClasspathEntry, GeneratedSources, RuntimeClasspath};
use plugin_api::{
    Address, Context, Error, InvalidateOptions, Planning, Predicate, Product, ProductDecl, Result, RoundManager,
    Target, Task, TaskSpec,
};

/// Puts the files of each `resources` target into a jar, at their paths below the source root.
pub(super) struct PrepareResources;

impl Task for PrepareResources {
    fn spec() -> TaskSpec {
        TaskSpec::new("PrepareResources", "Put resources on the classpath.")
            .applies_to(Predicate::types(&["resources"]))
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![RuntimeClasspath::declaration()]
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        round.optional::<GeneratedSources>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let is_ours = |target: &Target| target.type_name == "resources" && !target.sources.is_empty();
        make_jars(context, is_ours, |context, target| {
            let mut entries = JarEntries::default();
            for source in &target.sources {
                let bytes = std::fs::read(context.absolute(source))
                    .map_err(|error| Error::from(error).context(format!("cannot read `{source}`")))?;
                entries.add(target.below_source_root(source), bytes);
            }
            Ok(entries)
        })
    }
}

/// Writes `META-INF/services` for targets that name implementations in `services`.
pub(super) struct PrepareServices;

impl Task for PrepareServices {
    fn spec() -> TaskSpec {
        TaskSpec::new("PrepareServices", "Put service declarations on the classpath.")
            .applies_to(Predicate::HasField("services".to_owned()))
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![RuntimeClasspath::declaration()]
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let is_ours = |target: &Target| !target.field("services").to_entries().is_empty();
        make_jars(context, is_ours, |_, target| {
            let mut entries = JarEntries::default();
            for (interface, implementations) in target.field("services").to_entries() {
                let lines: String = implementations.to_strings().iter().map(|name| format!("{name}\n")).collect();
                entries.add(format!("META-INF/services/{interface}"), lines.into_bytes());
            }
            Ok(entries)
        })
    }
}

/// Makes a jar for each of some targets and puts it on the runtime classpath.
fn make_jars(
    context: &Context,
    is_ours: impl Fn(&Target) -> bool,
    entries_of: impl Fn(&Context, &Target) -> Result<JarEntries>,
) -> Result<()> {
    let targets: Vec<Target> = context.targets()?.into_iter().filter(is_ours).collect();
    let addresses: Vec<Address> = targets.iter().map(|target| target.address.clone()).collect();
    let mut classpath = RuntimeClasspath::default();
    for (target, versioned) in targets.iter().zip(context.invalidated(&addresses, &InvalidateOptions::default())?) {
        let jar = format!("{}/resources.jar", versioned.results_dir);
        if !versioned.is_valid || !context.absolute(&jar).is_file() {
            entries_of(context, target)?.write(&context.absolute(&jar))?;
            context.mark_valid(&versioned)?;
        }
        classpath.add(&target.address, [ClasspathEntry::new(jar)]);
    }
    context.put(classpath)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jar::read_entries;
    use plugin_api::Value;
    use plugin_api::testing::TestContext;

    #[test]
    fn resources_stand_at_their_paths_below_the_source_root() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("src/resources/conf")).unwrap();
        std::fs::write(root.path().join("src/resources/conf/a.txt"), "text").unwrap();
        let address = Address::new("src/resources/conf", "conf");
        let mut target = Target::new(address.clone(), "resources");
        target.sources.push("src/resources/conf/a.txt".to_owned());
        let world = TestContext::new("resources.prepare");
        world.build_root(root.path()).target(target);
        world.run::<PrepareResources>().unwrap();
        let classpath = world.produced::<RuntimeClasspath>().unwrap().unwrap();
        let mut found = Vec::new();
        let jar = root.path().join(&classpath.paths([&address])[0]);
        read_entries(&jar, |name, bytes| found.push((name, bytes))).unwrap();
        assert_eq!(found, [("conf/a.txt".to_owned(), b"text".to_vec())]);
    }

    #[test]
    fn services_become_declarations() {
        let root = tempfile::tempdir().unwrap();
        let address = Address::new("a", "a");
        let mut target = Target::new(address.clone(), "java_library");
        let services = Value::Dict(vec![("x.Service".into(), Value::strings(["x.One", "x.Two"]))]);
        target.fields.push(("services".to_owned(), services));
        let world = TestContext::new("resources.services");
        world.build_root(root.path()).target(target);
        world.run::<PrepareServices>().unwrap();
        let classpath = world.produced::<RuntimeClasspath>().unwrap().unwrap();
        let mut found = Vec::new();
        let jar = root.path().join(&classpath.paths([&address])[0]);
        read_entries(&jar, |name, bytes| found.push((name, bytes))).unwrap();
        assert_eq!(found, [("META-INF/services/x.Service".to_owned(), b"x.One\nx.Two\n".to_vec())]);
    }
}
