//! `pants_requirement()`: a requirement on Pants v1 itself, for plugins that were written for it.

use super::requirement;
use plugin_api::{Error, Location, MacroContext, Registrar, Result, Value, named_arguments};

/// The project that all of them belong to.
const PANTS: &str = "pantsbuild.pants";

pub(super) fn register(registrar: &mut Registrar) {
    registrar.build_macro(
        "pants_requirement",
        "Makes a python_requirement_library for Pants v1 itself, or for one of its distributions.",
        |context, args, kwargs| {
            let call = Call::parse(args, kwargs)?;
            create(context, call)?;
            Ok(Value::None)
        },
    );
}

fn create(context: &MacroContext, call: Call) -> Result<()> {
    let directory = context.rel_path()?;
    let last = directory.rsplit('/').next().unwrap_or_default().to_owned();
    let name = call.name.or_else(|| call.dist.clone()).unwrap_or(last);
    // The older release of Pants is what its plugins run with; this program is none that they could import.
    let text = format!("{}>=1,<2", call.dist.as_deref().unwrap_or(PANTS));
    context.create_target(
        "python_requirement_library",
        vec![
            ("name".to_owned(), Value::from(name)),
            ("requirements".to_owned(), Value::List(vec![requirement(text, Location::default(), &[])])),
        ],
    )
}

/// The arguments of `pants_requirement(name=None, dist=None)`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Call {
    name: Option<String>,
    dist: Option<String>,
}

impl Call {
    fn parse(args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Self> {
        let mut call = Self::default();
        for (name, value) in named_arguments("pants_requirement", &["name", "dist"], args, kwargs)? {
            match (name.as_str(), value) {
                ("name" | "dist", Value::None) => {}
                ("name", Value::Str(text)) => call.name = Some(text),
                ("dist", Value::Str(text)) => call.dist = Some(text),
                ("name" | "dist", _) => return Err(Error::msg(format!("`{name}` must be a string"))),
                (name, _) => return Err(Error::msg(format!("`pants_requirement` has no parameter `{name}`"))),
            }
        }
        let is_pants =
            |dist: &String| dist == PANTS || dist.strip_prefix(PANTS).is_some_and(|rest| rest.starts_with('.'));
        match call.dist.as_ref().filter(|dist| !is_pants(dist)) {
            Some(dist) => Err(Error::msg(format!("`pants_requirement` is for distributions of {PANTS}, not `{dist}`"))),
            None => Ok(call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kwargs: &[(&str, &str)], expect: Result<(Option<&str>, Option<&str>), &str>) {
        let kwargs = kwargs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let got = Call::parse(Vec::new(), kwargs).map(|call| (call.name, call.dist)).map_err(|error| error.message);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        assert_eq!(got, expect.map(|(name, dist)| (owned(name), owned(dist))).map_err(str::to_owned));
    }

    #[test]
    fn only_distributions_of_pants_are_meant() {
        check(&[], Ok((None, None)));
        check(&[("name", "pants")], Ok((Some("pants"), None)));
        check(&[("dist", "pantsbuild.pants.contrib.go")], Ok((None, Some("pantsbuild.pants.contrib.go"))));
        check(
            &[("dist", "pantsbuild.pantsy")],
            Err("`pants_requirement` is for distributions of pantsbuild.pants, not `pantsbuild.pantsy`"),
        );
        check(&[("version", "1")], Err("`pants_requirement` has no parameter `version`"));
    }
}
