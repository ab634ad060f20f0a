//! Platforms: the level of Java that a target is compiled for, from `[jvm-platform]`.

use plugin_api::{Error, OptionKind, OptionRegistrar, Result, Target, Value};

/// The option scope of platforms.
pub(crate) const SCOPE: &str = "jvm-platform";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options
        .option(
            "platforms",
            OptionKind::Dict,
            Value::Dict(Vec::new()),
            "Levels of Java by name: `{ java11 = { target = \"11\", args = [], jvm_options = [] } }`.",
        )
        .fingerprinted();
    options.optional_string("default-platform", "The platform of targets that give none.").fingerprinted();
    options.optional_string("default-runtime-platform", "The platform that programs and tests run on.").fingerprinted();
}

/// What the options of [`SCOPE`] say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Platforms {
    platforms: Vec<(String, Value)>,
    default: Option<String>,
}

impl Platforms {
    /// From the values of the options.
    pub(crate) fn new(platforms: &Value, default: Option<&str>) -> Self {
        let default = default.filter(|name| !name.is_empty()).map(str::to_owned);
        Self { platforms: platforms.to_entries(), default }
    }

    /// The compiler options of a target: none where no platform is meant, so that the JDK's own level holds.
    pub(crate) fn compiler_options(&self, target: &Target) -> Result<Vec<String>> {
        let Some(name) = target.text("platform").filter(|name| !name.is_empty()).or(self.default.as_deref()) else {
            return Ok(Vec::new());
        };
        let Some((_, platform)) = self.platforms.iter().find(|(known, _)| known == name) else {
            return Err(self.undefined(name, target));
        };
        let settings = platform.to_entries();
        let setting = |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let mut options = Vec::new();
        if let Some(level) = setting("target").or(setting("source")).and_then(level) {
            options.extend(["--release".to_owned(), level]);
        }
        options.extend(setting("args").map(Value::to_strings).unwrap_or_default());
        Ok(options)
    }

    fn undefined(&self, name: &str, target: &Target) -> Error {
        let known: Vec<String> = self.platforms.iter().map(|(known, _)| format!("`{known}`")).collect();
        let error = Error::msg(format!(
            "{}: the platform `{name}` of target `{}` is not defined",
            target.location, target.address
        ))
        .failed_targets([target.address.clone()]);
        match &*known {
            [] => error.hint("no platforms are defined; set `[jvm-platform] platforms`"),
            known => error.hint(format!("`[jvm-platform] platforms` defines {}", known.join(", "))),
        }
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
            Value::Dict(vec![("target".into(), target), ("args".into(), Value::strings(["-Xlint:none"]))])
        };
        let all =
            Value::Dict(vec![("java8".into(), settings("1.8".into())), ("java11".into(), settings(Value::Int(11)))]);
        Platforms::new(&all, Some("java8"))
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
    fn an_undefined_platform_is_named_with_those_that_are() {
        let error = platforms().compiler_options(&target("java7")).unwrap_err();
        assert!(error.message.ends_with("the platform `java7` of target `a:b` is not defined"), "{}", error.message);
        assert_eq!(error.hints, ["`[jvm-platform] platforms` defines `java8`, `java11`"]);
    }
}
