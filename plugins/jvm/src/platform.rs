//! Platforms: the level of Java that a target is compiled for, from `[jvm-platform]`.

use plugin_api::{Context, Error, FieldRule, OptionKind, OptionRegistrar, Planning, Result, Target, Value};

/// The option scope of platforms.
pub(crate) const SCOPE: &str = "jvm-platform";

/// The option that defines them.
const PLATFORMS: &str = "platforms";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options
        .option(
            PLATFORMS,
            OptionKind::Dict,
            Value::Dict(Vec::new()),
            "Levels of Java by name: `{ java11 = { target = \"11\", args = [], jvm_options = [] } }`.",
        )
        .fingerprinted();
    options.optional_string("default-platform", "The platform of targets that give none.").fingerprinted();
    options.optional_string(
        "default-runtime-platform",
        "The platform whose `jvm_options` programs and tests get that give no `runtime_platform`; their own platform when \
         not given. It chooses no JDK.",
    );
}

/// Refuses defaults that are not defined, before anything is built.
pub(crate) fn check(planning: &Planning) -> Result<()> {
    let platforms = planning.option_of(SCOPE, PLATFORMS)?.to_entries();
    for option in ["default-platform", "default-runtime-platform"] {
        let given = planning.option_value_of(SCOPE, option)?;
        let Some(name) = given.value.as_str().filter(|name| !name.is_empty()) else { continue };
        if !platforms.iter().any(|(known, _)| known == name) {
            return Err(with_defined(
                Error::msg(format!("{}: the platform `{name}` is not defined", given.source)),
                &platforms,
            ));
        }
    }
    Ok(())
}

/// An error about a platform, with those that are defined.
fn with_defined(error: Error, platforms: &[(String, Value)]) -> Error {
    let known: Vec<String> = platforms.iter().map(|(known, _)| format!("`{known}`")).collect();
    match &*known {
        [] => error.hint("no platforms are defined; set `[jvm-platform] platforms`"),
        known => error.hint(format!("`[jvm-platform] platforms` defines {}", known.join(", "))),
    }
}

/// A field names a platform that is defined, if any is: repositories that define none name them all the same.
pub(crate) fn rule(field: &str) -> FieldRule {
    FieldRule::KeyOfOption { field: field.to_owned(), scope: SCOPE.to_owned(), option: PLATFORMS.to_owned() }
}

/// What the options of [`SCOPE`] say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Platforms {
    platforms: Vec<(String, Value)>,
    default: Option<String>,
    default_runtime: Option<String>,
}

impl Platforms {
    /// What the options say.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let name = |option| {
            let given = context.option_of(SCOPE, option)?.value;
            Ok::<_, Error>(given.as_str().filter(|name| !name.is_empty()).map(str::to_owned))
        };
        Ok(Self {
            platforms: context.option_of(SCOPE, PLATFORMS)?.value.to_entries(),
            default: name("default-platform")?,
            default_runtime: name("default-runtime-platform")?,
        })
    }

    /// The platforms by name, each with its level and its compiler arguments; those without a level are left out.
    pub(crate) fn levels(&self) -> Vec<(String, String, Vec<String>)> {
        let described = self.platforms.iter().filter_map(|(name, settings)| {
            let settings = Settings(settings.to_entries());
            Some((name.clone(), settings.level()?, settings.texts("args")))
        });
        described.collect()
    }

    /// The platform of targets that give none, where there is one.
    pub(crate) fn default_name(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// The platform that a target is compiled for, where it or the options name one.
    pub(crate) fn name_of<'a>(&'a self, target: &'a Target) -> Option<&'a str> {
        given(target, "platform").or(self.default.as_deref())
    }

    /// The platform that a target runs on: its `runtime_platform`, the default one, or that it is compiled for.
    pub(crate) fn runtime_name_of<'a>(&'a self, target: &'a Target) -> Option<&'a str> {
        let own = given(target, "runtime_platform").or_else(|| given(target, "test_platform"));
        own.or(self.default_runtime.as_deref()).or_else(|| self.name_of(target))
    }

    /// The options for the JVM that runs a target: those of its `runtime_platform`, or else of its platform.
    pub(crate) fn jvm_options(&self, target: &Target) -> Result<Vec<String>> {
        let Some(name) = self.runtime_name_of(target) else { return Ok(Vec::new()) };
        Ok(self.settings(name, target)?.texts("jvm_options"))
    }

    /// The level of Java of the platform that a target runs on, as the version of a JDK.
    pub(crate) fn runtime_level(&self, target: &Target) -> Result<Option<u32>> {
        let Some(name) = self.runtime_name_of(target) else { return Ok(None) };
        Ok(self.settings(name, target)?.level().and_then(|level| level.parse().ok()))
    }

    fn settings(&self, name: &str, target: &Target) -> Result<Settings> {
        let platform = self.platforms.iter().find(|(known, _)| known == name);
        platform.map(|(_, platform)| Settings(platform.to_entries())).ok_or_else(|| self.undefined(name, target))
    }

    /// The compiler options of a target: none where no platform is meant, so that the JDK's own level holds.
    pub(crate) fn compiler_options(&self, target: &Target) -> Result<Vec<String>> {
        let Some(name) = self.name_of(target) else { return Ok(Vec::new()) };
        let settings = self.settings(name, target)?;
        let mut options = Vec::new();
        if let Some(level) = settings.level() {
            options.extend(["--release".to_owned(), level]);
        }
        options.extend(settings.texts("args"));
        Ok(options)
    }

    fn undefined(&self, name: &str, target: &Target) -> Error {
        let error = Error::msg(format!(
            "{}: the platform `{name}` of target `{}` is not defined",
            target.location, target.address
        ))
        .failed_targets([target.address.clone()]);
        with_defined(error, &self.platforms)
    }
}

/// A field of a target that names a platform.
fn given<'t>(target: &'t Target, field: &str) -> Option<&'t str> {
    target.text(field).filter(|name| !name.is_empty())
}

/// What is said of one platform.
struct Settings(Vec<(String, Value)>);

impl Settings {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.get(name).map(Value::to_strings).unwrap_or_default()
    }

    /// The level of Java.
    fn level(&self) -> Option<String> {
        self.get("target").or_else(|| self.get("source")).and_then(level)
    }
}

#[cfg(test)]
impl Platforms {
    /// Platforms by name with their settings.
    pub(crate) fn new(platforms: &[(&str, Value)], default: Option<&str>) -> Self {
        let platforms = platforms.iter().map(|(name, settings)| ((*name).to_owned(), settings.clone())).collect();
        Self { platforms, default: default.map(str::to_owned), default_runtime: None }
    }
}

/// `8`, `"8"` and `"1.8"` are 8.
fn level(value: &Value) -> Option<String> {
    let text = match value {
        Value::Int(level) => level.to_string(),
        Value::Str(text) => text.clone(),
        _ => return None,
    };
    Some(text.strip_prefix("1.").unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Address;

    fn platforms() -> Platforms {
        let settings = |target: Value| {
            let jvm_options = Value::strings([format!("-Dlevel={target:?}")]);
            Value::Dict(vec![
                ("target".into(), target),
                ("args".into(), Value::strings(["-Xlint:none"])),
                ("jvm_options".into(), jvm_options),
            ])
        };
        Platforms {
            platforms: vec![
                ("java8".to_owned(), settings("1.8".into())),
                ("java11".to_owned(), settings(Value::Int(11))),
            ],
            default: Some("java8".to_owned()),
            default_runtime: None,
        }
    }

    fn target(platform: &str) -> Target {
        let mut target = Target::new(Address::new("a", "b"), "java_library");
        target.fields.push(("platform".to_owned(), platform.into()));
        target
    }

    #[test]
    fn a_platform_becomes_a_release() {
        assert_eq!(platforms().compiler_options(&target("")).unwrap(), ["--release", "8", "-Xlint:none"]);
        assert_eq!(platforms().compiler_options(&target("java11")).unwrap(), ["--release", "11", "-Xlint:none"]);
        assert!(Platforms::default().compiler_options(&target("")).unwrap().is_empty());
    }

    #[test]
    fn a_program_runs_with_the_options_of_its_runtime_platform() {
        let check = |default_runtime: Option<&str>, field: &str, expect: &str| {
            let mut target = target("");
            target.fields = vec![(field.to_owned(), "java11".into())];
            let platforms = Platforms { default_runtime: default_runtime.map(str::to_owned), ..platforms() };
            assert_eq!(platforms.jvm_options(&target).unwrap(), [expect]);
        };
        let (java8, java11) = ("-Dlevel=Str(\"1.8\")", "-Dlevel=Int(11)");
        check(None, "", java8);
        check(None, "platform", java11);
        check(Some("java8"), "platform", java8);
        check(Some("java8"), "runtime_platform", java11);
        check(Some("java8"), "test_platform", java11);
        assert!(Platforms::default().jvm_options(&target("")).unwrap().is_empty());
    }

    #[test]
    fn an_undefined_platform_is_named_with_those_that_are() {
        let check = |platforms: Platforms, platform: &str, hint: &str| {
            let error = platforms.compiler_options(&target(platform)).unwrap_err();
            assert!(
                error.message.ends_with("the platform `java7` of target `a:b` is not defined"),
                "{}",
                error.message
            );
            assert_eq!(error.hints, [hint]);
        };
        // Where platforms are defined, no other gets past the BUILD files; the default one may be any.
        let default = Platforms { default: Some("java7".to_owned()), ..platforms() };
        check(default, "", "`[jvm-platform] platforms` defines `java8`, `java11`");
        check(Platforms::default(), "java7", "no platforms are defined; set `[jvm-platform] platforms`");
    }
}
