//! What a `python_binary` starts.

use crate::sources::module_name;
use plugin_api::{Error, Result, Target};

/// Where a program begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EntryPoint {
    /// A module that is run as `__main__`.
    Module(String),
    /// A function of a module; its result is the exit code.
    Function(String, String),
}

/// The entry point that a target names, or the module that is its only source.
pub(crate) fn entry_point(target: &Target) -> Result<EntryPoint> {
    let location = &target.location;
    if let Some(text) = target.text("entry_point").filter(|text| !text.is_empty()) {
        let (module, function) = match text.split_once(':') {
            Some((module, function)) => (module, Some(function)),
            None => (text, None),
        };
        if !std::iter::once(module).chain(function).all(is_dotted_name) {
            let message = format!("{location}: `{text}` is not an entry point");
            return Err(Error::msg(message).hint("write `package.module` or `package.module:function`"));
        }
        let module = module.to_owned();
        return Ok(
            function.map_or(EntryPoint::Module(module.clone()), |name| EntryPoint::Function(module, name.to_owned()))
        );
    }
    match own_sources(target).as_slice() {
        [source] => module_name(target, source).map(EntryPoint::Module).ok_or_else(|| {
            Error::msg(format!("{location}: the source `{source}` of `{}` is no Python module", target.address))
        }),
        sources => {
            let (address, count) = (&target.address, sources.len());
            let message = format!("{location}: `{address}` has {count} sources and no `entry_point`");
            Err(Error::msg(message).hint("a `python_binary` must specify either a single source or `entry_point`"))
        }
    }
}

/// The sources of a program without the data files that the same target brings along, unless there are only those.
fn own_sources(target: &Target) -> Vec<&str> {
    let sources = || target.sources.iter().map(String::as_str);
    let modules: Vec<&str> = sources().filter(|source| source.ends_with(".py")).collect();
    if modules.is_empty() { sources().collect() } else { modules }
}

fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        !part.starts_with(|c: char| c.is_ascii_digit())
            && !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Address, Location, Value};

    fn check(entry: Option<&str>, sources: &[&str], expect: Result<EntryPoint, &str>) {
        let mut target = Target::new(Address::new("src/python/acme/app", "app"), "python_binary");
        target.location = Location { file: "src/python/acme/app/BUILD".to_owned(), line: 3, column: 0 };
        target.sources = sources.iter().map(|source| format!("src/python/acme/app/{source}")).collect();
        target.fields.extend(entry.map(|entry| ("entry_point".to_owned(), Value::from(entry))));
        let got = entry_point(&target).map_err(|error| error.message);
        assert_eq!(got, expect.map_err(str::to_owned));
    }

    #[test]
    fn a_binary_starts_at_its_entry_point_or_its_only_source() {
        let module = |name: &str| Ok(EntryPoint::Module(name.to_owned()));
        check(Some("acme.app.main"), &[], module("acme.app.main"));
        check(Some("acme.app:main"), &["a.py"], Ok(EntryPoint::Function("acme.app".to_owned(), "main".to_owned())));
        check(None, &["main.py"], module("acme.app.main"));
        check(None, &["__main__.py"], module("acme.app"));
        check(None, &["data.txt", "main.py"], module("acme.app.main"));
    }

    #[test]
    fn a_binary_without_a_beginning_says_where_it_stands() {
        let at = "src/python/acme/app/BUILD:3:";
        check(
            None,
            &["a.py", "b.py"],
            Err(&format!("{at} `src/python/acme/app:app` has 2 sources and no `entry_point`")),
        );
        check(
            None,
            &["a.txt"],
            Err(&format!(
                "{at} the source `src/python/acme/app/a.txt` of `src/python/acme/app:app` is no Python module"
            )),
        );
        check(Some("a-b"), &[], Err(&format!("{at} `a-b` is not an entry point")));
        check(Some("a:b:c"), &[], Err(&format!("{at} `a:b:c` is not an entry point")));
    }
}
