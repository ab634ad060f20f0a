//! `egg(..)` of 2012 to 2015: a requirement that is taken from the name of a pre-built egg.
//!
//! Nothing installs eggs any more; what is left of one is the project and the version that it was.

use super::requirement;
use plugin_api::{Error, Globs, Location, MacroContext, Registrar, Result, Value, named_arguments};
use std::collections::BTreeSet;

pub(super) fn register(registrar: &mut Registrar) {
    for name in ["egg", "PythonEgg"] {
        registrar.build_macro(
            name,
            "What a pre-built egg was, as a requirement; with a name, the address of a python_requirement_library for it.",
            move |context, args, kwargs| create(context, &Call::parse(name, args, kwargs)?),
        );
    }
}

fn create(context: &MacroContext, call: &Call) -> Result<Value> {
    let mut eggs = context.glob(&Globs { include: vec![call.glob.clone()], exclude: Vec::new() })?;
    if eggs.is_empty() {
        // Who does not keep the eggs any more still has their name.
        eggs.push(call.glob.clone());
    }
    let eggs: BTreeSet<(String, Option<String>)> = eggs.iter().filter_map(|egg| project(egg)).collect();
    let mut eggs = eggs.into_iter();
    let (Some((project, version)), None) = (eggs.next(), eggs.next()) else {
        return Err(Error::msg(format!("`{}` is not the name of one egg", call.glob)));
    };
    let text = version.map_or_else(|| project.clone(), |version| format!("{project}=={version}"));
    let requirement = requirement(text, Location::default(), &[]);
    let Some(name) = call.name.clone() else { return Ok(requirement) };
    let address = Value::from(format!(":{name}"));
    context.create_target(
        "python_requirement_library",
        vec![("name".to_owned(), Value::from(name)), ("requirements".to_owned(), Value::List(vec![requirement]))],
    )?;
    Ok(address)
}

/// Project and version of `dir/PyYAML-3.10-py2.6-linux-x86_64.egg`; there is no version where a pattern stands for it.
fn project(egg: &str) -> Option<(String, Option<String>)> {
    let file = egg.rsplit('/').next().unwrap_or(egg);
    let stem = file.strip_suffix(".egg")?;
    let mut parts = stem.split('-');
    let project = parts.next().filter(|project| !project.is_empty() && !is_pattern(project))?;
    let version = parts.next().filter(|version| !is_pattern(version));
    Some((project.replace('_', "-"), version.map(|version| version.replace('_', "-"))))
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The arguments of `egg(glob, name=None)`.
#[derive(Debug, Default)]
struct Call {
    glob: String,
    name: Option<String>,
}

impl Call {
    fn parse(symbol: &str, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Self> {
        let mut call = Self::default();
        for (name, value) in named_arguments(symbol, &["glob", "name"], args, kwargs)? {
            match (name.as_str(), value) {
                ("glob", Value::Str(text)) => call.glob = text,
                ("name", Value::None) => {}
                ("name", Value::Str(text)) => call.name = Some(text),
                ("glob" | "name", _) => return Err(Error::msg(format!("`{name}` must be a string"))),
                (name, _) => return Err(Error::msg(format!("`{symbol}` has no parameter `{name}`"))),
            }
        }
        if call.glob.is_empty() {
            return Err(Error::msg(format!("`{symbol}` needs `glob`")));
        }
        Ok(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(egg: &str, expect: Option<(&str, Option<&str>)>) {
        let expect = expect.map(|(project, version)| (project.to_owned(), version.map(str::to_owned)));
        assert_eq!(project(egg), expect, "{egg}");
    }

    #[test]
    fn an_egg_is_named_after_its_project() {
        check("py-1.4.5-py2.6.egg", Some(("py", Some("1.4.5"))));
        check("eggs/antlr_python_runtime-3.1.3-py2.6.egg", Some(("antlr-python-runtime", Some("3.1.3"))));
        check("coverage-*.egg", Some(("coverage", None)));
        check("*.egg", None);
        check("py-1.4.5.tar.gz", None);
    }
}
