//! `export.jvm`: what IDEs must know of JVM targets, for the document of `export`.
//!
//! It runs no tool: platforms are options, and what a JDK is stands in a file of it.

use crate::jdk::Jdk;
use crate::platform::Platforms;
use crate::scala::ScalaPlatform;
use crate::targets::{COMPILED, TESTS};
use crate::third_party::declared::Exclude;
use plugin_api::products::{ExportFragment, GeneratedSources};
use plugin_api::{
    Address, Context, GraphView, Planning, Product, ProductDecl, Result, RoundManager, Target, Task, TaskSpec,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Targets whose sources are carried along as they are.
const RESOURCES: &str = "resources";

/// Says what only this backend knows.
pub(super) struct ExportJvm;

impl Task for ExportJvm {
    fn spec() -> TaskSpec {
        // For all targets, and for none: IDEs ask for the platforms alone, too.
        TaskSpec::new("ExportJvm", "Tell IDEs of JVM targets and platforms.").console()
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![ExportFragment::declaration()]
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        // Who asks for libraries asks for generated code, too.
        if planning.option_of("export", "libraries")?.as_bool() == Some(true) {
            round.optional::<GeneratedSources>();
        }
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let platforms = Exported::load(context)?;
        let targets = context.targets()?;
        let mut fragment = ExportFragment::default();
        fragment.document.insert("jvm_platforms".to_owned(), platforms.document().to_string());
        fragment.document.insert("preferred_jvm_distributions".to_owned(), platforms.distributions().to_string());
        if targets.iter().any(|target| target.type_name.starts_with("scala_")) {
            let scala = json!({ "scala_version": platforms.scala.version(), "compiler_classpath": [] });
            fragment.document.insert("scala_platform".to_owned(), scala.to_string());
        }
        let of_tests = resources_of_tests(context, &targets)?;
        for target in &targets {
            describe(target, &platforms, &of_tests, &mut fragment)?;
        }
        context.put(fragment)
    }
}

/// The resources that tests depend on directly.
fn resources_of_tests(context: &Context, targets: &[Target]) -> Result<BTreeSet<Address>> {
    let mut resources = BTreeSet::new();
    for test in targets.iter().filter(|target| TESTS.contains(&target.type_name.as_str())) {
        resources.extend(context.dependencies(&test.address, GraphView::Declared)?);
    }
    Ok(resources)
}

fn describe(
    target: &Target,
    platforms: &Exported,
    of_tests: &BTreeSet<Address>,
    fragment: &mut ExportFragment,
) -> Result<()> {
    let type_name = target.type_name.as_str();
    let is_code = COMPILED.contains(&type_name);
    if !is_code && type_name != RESOURCES {
        return Ok(());
    }
    fragment.add_roots(target);
    let exported = fragment.target(&target.address);
    exported.target_type = match type_name {
        RESOURCES if of_tests.contains(&target.address) => "TEST_RESOURCE",
        RESOURCES => "RESOURCE",
        test if TESTS.contains(&test) => "TEST",
        _ => "",
    }
    .to_owned();
    if !is_code {
        return Ok(());
    }
    let or_default = |name: Option<&str>| Json::from(name.unwrap_or(&platforms.default));
    let mut key = |name: &str, value: Json| exported.keys.insert(name.to_owned(), value.to_string());
    key("excludes", excludes(target, &platforms.scala)?.into());
    key("platform", or_default(platforms.configured.name_of(target)));
    key("runtime_platform", or_default(platforms.configured.runtime_name_of(target)));
    Ok(())
}

/// `org:name`, or `org` for all of it.
fn excludes(target: &Target, scala: &ScalaPlatform) -> Result<Vec<String>> {
    let shown = |Exclude { org, name }| match name {
        Some(name) => format!("{org}:{name}"),
        None => org,
    };
    Ok(Exclude::of_field(target.field("excludes"), scala)?.into_iter().map(shown).collect())
}

/// The platforms as IDEs want them: each has a level, and one is the default.
struct Exported {
    /// Name, level, compiler arguments.
    platforms: Vec<(String, String, Vec<String>)>,
    default: String,
    configured: Platforms,
    scala: ScalaPlatform,
    jdk: Option<Jdk>,
}

impl Exported {
    fn load(context: &Context) -> Result<Self> {
        // Whoever has no JDK can still import the repository.
        let jdk = Jdk::of(context).ok();
        Ok(Self { scala: ScalaPlatform::load(context)?, ..Self::of(Platforms::load(context)?, jdk) })
    }

    /// Where no platform is the default, the level of the JDK is, as for the compiler.
    fn of(platforms: Platforms, jdk: Option<Jdk>) -> Self {
        let mut all = platforms.levels();
        let default = platforms.default_name().map(str::to_owned).unwrap_or_else(|| {
            let level = jdk.as_ref().map(|jdk| jdk.major.to_string()).unwrap_or_default();
            let name = format!("java{level}");
            if !all.iter().any(|(known, _, _)| *known == name) {
                all.push((name.clone(), level, Vec::new()));
            }
            name
        });
        Self { platforms: all, default, configured: platforms, scala: ScalaPlatform::default(), jdk }
    }

    fn document(&self) -> Json {
        let platforms: Map<String, Json> = self
            .platforms
            .iter()
            .map(|(name, level, args)| {
                (name.clone(), json!({ "source_level": level, "target_level": level, "args": args }))
            })
            .collect();
        json!({ "default_platform": self.default, "platforms": platforms })
    }

    /// For each platform the JDK that compiles for it; `strict` where it is of that very level.
    fn distributions(&self) -> Json {
        let Some(jdk) = &self.jdk else { return json!({}) };
        let home = jdk.home.to_string_lossy();
        let mut distributions = Map::new();
        for (name, level, _) in &self.platforms {
            let level: Option<u32> = level.parse().ok();
            let mut homes = Map::new();
            if level == Some(jdk.major) {
                homes.insert("strict".to_owned(), home.as_ref().into());
            }
            if level.is_none_or(|level| level <= jdk.major) {
                homes.insert("non_strict".to_owned(), home.as_ref().into());
            }
            if !homes.is_empty() {
                distributions.insert(name.clone(), homes.into());
            }
        }
        distributions.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Object, Value};
    use std::path::PathBuf;

    fn jdk() -> Jdk {
        Jdk { home: PathBuf::from("/jdk"), major: 21, identity: String::new() }
    }

    fn check(platforms: Platforms, jdk: Option<Jdk>, document: Json, distributions: Json) {
        let exported = Exported::of(platforms, jdk);
        assert_eq!((exported.document(), exported.distributions()), (document, distributions));
    }

    #[test]
    fn without_platforms_the_jdk_is_one() {
        let platform = json!({ "source_level": "21", "target_level": "21", "args": [] });
        check(
            Platforms::default(),
            Some(jdk()),
            json!({ "default_platform": "java21", "platforms": { "java21": platform } }),
            json!({ "java21": { "strict": "/jdk", "non_strict": "/jdk" } }),
        );
    }

    #[test]
    fn a_jdk_is_preferred_for_what_it_compiles() {
        let settings = |level: &str| Value::Dict(vec![("target".into(), level.into())]);
        let platforms = Platforms::new(&[("old", settings("1.8")), ("next", settings("23"))], Some("old"));
        let level = |level: &str| json!({ "source_level": level, "target_level": level, "args": [] });
        let document = json!({ "default_platform": "old", "platforms": { "old": level("8"), "next": level("23") } });
        check(platforms.clone(), Some(jdk()), document.clone(), json!({ "old": { "non_strict": "/jdk" } }));
        check(platforms, None, document, json!({}));
    }

    #[test]
    fn tests_and_their_resources_are_told_apart() {
        let mut fragment = ExportFragment::default();
        let exported = Exported::of(Platforms::default(), Some(jdk()));
        let target = |name: &str, type_name: &str| Target::new(Address::new("a", name), type_name);
        let of_tests = BTreeSet::from([Address::new("a", "r")]);
        for target in [target("t", "junit_tests"), target("r", "resources"), target("s", "resources")] {
            describe(&target, &exported, &of_tests, &mut fragment).unwrap();
        }
        describe(&target("x", "python_library"), &exported, &of_tests, &mut fragment).unwrap();
        let types: Vec<(&str, &str)> =
            fragment.targets.iter().map(|(name, target)| (name.as_str(), target.target_type.as_str())).collect();
        assert_eq!(types, [("a:r", "TEST_RESOURCE"), ("a:s", "RESOURCE"), ("a:t", "TEST")]);
        assert_eq!(fragment.targets["a:t"].keys["platform"], "\"java21\"");
    }

    #[test]
    fn older_names_and_the_names_of_scala_count_as_in_a_build() {
        let fields = |fields: &[(&str, &str)]| fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
        let exclude = |symbol: &str, all: &[(&str, &str)]| {
            Value::Object(Object { symbol: symbol.to_owned(), fields: fields(all), ..Object::default() })
        };
        let mut target = Target::new(Address::new("a", "t"), "junit_tests");
        target.fields = fields(&[("test_platform", "old")]);
        let excludes = [exclude("scala_exclude", &[("org", "b"), ("name", "c")]), exclude("exclude", &[("org", "a")])];
        target.fields.push(("excludes".to_owned(), Value::List(excludes.to_vec())));
        let mut fragment = ExportFragment::default();
        let exported = Exported::of(Platforms::default(), Some(jdk()));
        describe(&target, &exported, &BTreeSet::new(), &mut fragment).unwrap();
        let keys = &fragment.targets["a:t"].keys;
        assert_eq!(keys["excludes"], r#"["a","b:c_2.12"]"#);
        assert_eq!((&*keys["platform"], &*keys["runtime_platform"]), ("\"java21\"", "\"old\""));
    }
}
