//! Scala: the version that names of cross-built jars end with. Nothing here compiles Scala.

use plugin_api::{Context, Error, Object, OptionKind, OptionRegistrar, Result, Value};

/// The option scope of Scala.
pub(crate) const SCOPE: &str = "scala";

/// The version that says that the repository has a Scala of its own.
const CUSTOM: &str = "custom";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    let versions = ["2.10", "2.11", "2.12", "2.13", CUSTOM].map(str::to_owned).to_vec();
    options
        .option(
            "version",
            OptionKind::Choice(versions),
            Value::from("2.12"),
            "The version of Scala that the names of `scala_jar`, `scala_exclude` and `scala_artifact` get as suffix.",
        )
        .fingerprinted();
    options
        .optional_string("suffix-version", "The suffix of those names where `version` is `custom`: `2.13.0-M1`, say.")
        .fingerprinted();
    options
        .bool("strict-deps", false, "Whether Scala sources see their direct dependencies and what those export only.")
        .fingerprinted();
}

/// What the options of [`SCOPE`] say.
#[derive(Clone, Debug)]
pub(crate) struct ScalaPlatform {
    version: String,
    suffix: Option<String>,
}

impl Default for ScalaPlatform {
    fn default() -> Self {
        Self { version: "2.12".to_owned(), suffix: None }
    }
}

impl ScalaPlatform {
    /// What the options say.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let text = |option| Ok::<_, Error>(context.option_of(SCOPE, option)?.value.as_str().map(str::to_owned));
        Ok(Self { version: text("version")?.unwrap_or_default(), suffix: text("suffix-version")? })
    }

    /// The version, or what is said to be one.
    pub(crate) fn version(&self) -> &str {
        if self.version == CUSTOM { self.suffix.as_deref().unwrap_or(CUSTOM) } else { &self.version }
    }

    /// The name of a jar or an exclude as repositories know it: that of `scala_jar` and `scala_exclude` ends with the
    /// version of Scala.
    pub(crate) fn name_of(&self, object: &Object, name: &str) -> Result<String> {
        if !object.symbol.starts_with("scala_") {
            return Ok(name.to_owned());
        }
        let at = |message: String| Error::msg(format!("{}: {message}", object.location));
        if self.version == CUSTOM {
            let suffix = self.suffix.as_deref().filter(|suffix| !suffix.is_empty());
            return suffix.map(|suffix| format!("{name}_{suffix}")).ok_or_else(|| {
                at(format!("`{}` needs to know the version of Scala, which is `custom`", object.symbol))
                    .hint("set `[scala] suffix_version`")
            });
        }
        if name.ends_with(&self.version) {
            return Err(at(format!(
                "`{name}` ends with the version of Scala, which `{}` appends by itself",
                object.symbol
            )));
        }
        Ok(format!("{name}_{}", self.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(symbol: &str, version: &str, suffix: Option<&str>, name: &str, expect: Result<&str, &str>) {
        let scala = ScalaPlatform { version: version.to_owned(), suffix: suffix.map(str::to_owned) };
        let object = Object { symbol: symbol.to_owned(), ..Object::default() };
        let found = scala.name_of(&object, name).map_err(|error| error.message);
        assert_eq!(found.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn names_of_scala_jars_end_with_the_version() {
        check("jar", "2.12", None, "a", Ok("a"));
        check("scala_jar", "2.12", None, "a", Ok("a_2.12"));
        check("scala_exclude", "custom", Some("2.13.0-M1"), "a", Ok("a_2.13.0-M1"));
        check(
            "scala_jar",
            "custom",
            None,
            "a",
            Err(": `scala_jar` needs to know the version of Scala, which is `custom`"),
        );
        check(
            "scala_jar",
            "2.12",
            None,
            "a_2.12",
            Err(": `a_2.12` ends with the version of Scala, which `scala_jar` appends by itself"),
        );
    }
}
