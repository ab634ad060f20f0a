//! `python_requirements()`: a target for each project that a requirements.txt names.

use super::requirement;
use crate::requirements::{FileEntry, normalize_name, parse_file};
use plugin_api::{Error, Location, MacroContext, Registrar, Result, Value, named_arguments};
use std::collections::BTreeMap;

pub(super) fn register(registrar: &mut Registrar) {
    registrar.build_macro(
        "python_requirements",
        "Makes a python_requirement_library for each project that a requirements.txt names. Options for pip in the file, \
         `-r` too, are passed over: `[python-repos]` and `[python-setup]` say such things.",
        python_requirements,
    );
}

/// What a file says.
#[derive(Default)]
struct Requirements {
    /// The requirements on each project, with the places where they stand.
    projects: BTreeMap<String, Vec<(String, Location)>>,
    /// The one place besides the index where packages are looked for.
    repository: Option<String>,
}

/// One library for each project of the file, and a `files` target with the file itself, so that whoever asks what a
/// change of the file reaches gets an answer.
fn python_requirements(context: &MacroContext, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Value> {
    let call = Call::parse(args, kwargs)?;
    let found = read(context, &call.file)?;
    let file_target = call.file.replace('/', "_");
    context.create_target(
        "files",
        vec![
            ("name".to_owned(), Value::from(file_target.as_str())),
            ("sources".to_owned(), Value::strings([call.file.as_str()])),
        ],
    )?;
    for (name, texts) in found.projects {
        let modules = call.modules.get(&normalize_name(&name)).map(|modules| ("modules", Value::from(modules.clone())));
        let repository = found.repository.as_deref().map(|repository| ("repository", Value::from(repository)));
        let more: Vec<(&str, Value)> = repository.into_iter().chain(modules).collect();
        let requirements = texts.into_iter().map(|(text, place)| requirement(text, place, &more)).collect();
        context.create_target(
            "python_requirement_library",
            vec![
                ("name".to_owned(), Value::from(name)),
                ("requirements".to_owned(), Value::List(requirements)),
                ("dependencies".to_owned(), Value::strings([format!(":{file_target}")])),
            ],
        )?;
    }
    Ok(Value::None)
}

/// The requirements of a file by project, in the order of the lines.
///
/// Files that it includes are not read, as they never were: BUILD files call the macro for each of them.
fn read(context: &MacroContext, file: &str) -> Result<Requirements> {
    let content = context.read_file(file)?;
    let place = match context.rel_path()? {
        directory if directory.is_empty() => file.to_owned(),
        directory => format!("{directory}/{file}"),
    };
    let mut found = Requirements::default();
    for entry in parse_file(&content).map_err(|reason| Error::msg(format!("{place}:{reason}")))? {
        match entry {
            FileEntry::Requirement { name, text, line } => {
                let name = target_name(&name);
                let same = found.projects.keys().find(|known| known.eq_ignore_ascii_case(&name)).cloned();
                let place = Location { file: place.clone(), line, column: 0 };
                found.projects.entry(same.unwrap_or(name)).or_default().push((text, place));
            }
            FileEntry::FindLinks { place: links, line } => {
                if found.repository.as_ref().is_some_and(|known| *known != links) {
                    return Err(Error::msg(format!("{place}:{line}: only one `--find-links` is supported"))
                        .hint("set `[python-repos] repos`"));
                }
                found.repository = Some(links);
            }
        }
    }
    Ok(found)
}

/// The name of the target for a project, as setuptools made it: what may not stand in the name of a distribution
/// becomes a dash.
fn target_name(project: &str) -> String {
    let mut name = String::with_capacity(project.len());
    for c in project.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '.' => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name
}

/// The arguments of `python_requirements(requirements_relpath='requirements.txt', module_mapping={})`.
struct Call {
    file: String,
    /// The modules of projects, by normal name.
    modules: BTreeMap<String, Vec<String>>,
}

impl Call {
    fn parse(args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Self> {
        let mut call = Self { file: "requirements.txt".to_owned(), modules: BTreeMap::new() };
        let names = ["requirements_relpath", "module_mapping"];
        for (name, value) in named_arguments("python_requirements", &names, args, kwargs)? {
            match (name.as_str(), &value) {
                ("requirements_relpath", Value::Str(file)) => call.file = file.trim_start_matches("./").to_owned(),
                ("module_mapping", Value::Dict(_)) => {
                    let entries = value.to_entries().into_iter();
                    call.modules =
                        entries.map(|(name, modules)| (normalize_name(&name), modules.to_strings())).collect();
                }
                ("requirements_relpath", _) => return Err(Error::msg("`requirements_relpath` must be a string")),
                ("module_mapping", _) => return Err(Error::msg("`module_mapping` must be a dict")),
                (name, _) => return Err(Error::msg(format!("`python_requirements` has no parameter `{name}`"))),
            }
        }
        Ok(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &[Value], kwargs: &[(&str, Value)], expect: Result<(&str, usize), &str>) {
        let kwargs = kwargs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let got = Call::parse(args.to_vec(), kwargs).map(|call| (call.file, call.modules.len()));
        let expect = expect.map(|(file, count)| (file.to_owned(), count)).map_err(str::to_owned);
        assert_eq!(got.map_err(|error| error.message), expect);
    }

    #[test]
    fn a_target_is_named_after_its_project_the_way_setuptools_did() {
        assert_eq!(target_name("py_zipkin"), "py-zipkin");
        assert_eq!(target_name("Twitter.common__x-_y"), "Twitter.common-x-y");
    }

    #[test]
    fn the_macro_takes_what_pants_v1_gave_it() {
        let mapping = Value::Dict(vec![(Value::from("PyYAML"), Value::strings(["yaml"]))]);
        check(&[], &[], Ok(("requirements.txt", 0)));
        check(&[Value::from("a/b.txt")], &[("module_mapping", mapping)], Ok(("a/b.txt", 1)));
        check(&[], &[("requirements_relpath", Value::Int(1))], Err("`requirements_relpath` must be a string"));
        check(&[], &[("file", Value::Int(1))], Err("`python_requirements` has no parameter `file`"));
    }
}
