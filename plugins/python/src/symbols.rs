//! The symbols that this backend adds to BUILD files.

use crate::requirements::{FileEntry, parse_file};
use plugin_api::{
    Error, FieldKind, Globs, Location, MacroContext, Object, ObjectType, Registrar, Result, TargetType, Value,
};
use std::collections::BTreeMap;

/// Registers target types, objects and macros.
pub(crate) fn register(registrar: &mut Registrar) {
    registrar.target_type(library());
    registrar.target_type(tests());
    registrar.target_type(binary());
    registrar.target_type(
        TargetType::new("python_requirement_library", "Requirements on PyPI packages.")
            .required_field(
                "requirements",
                FieldKind::ObjectList(vec!["python_requirement".to_owned()]),
                "The requirements: `python_requirement('x==1')`.",
            )
            .third_party("requirements"),
    );
    registrar.object(requirement_object());
    registrar.build_macro(
        "python_requirements",
        "Makes a python_requirement_library for each project that a requirements.txt names.",
        python_requirements,
    );
}

fn with_common_fields(target_type: TargetType) -> TargetType {
    target_type
        .field("compatibility", FieldKind::StringList, "What an interpreter must be, besides the option; alternatives.")
        .field("provides", FieldKind::Any, "How it is published. Accepted; nothing is published yet.")
}

fn library() -> TargetType {
    with_common_fields(TargetType::new("python_library", "Python code that others import.").sources(&[
        "*.py",
        "!test_*.py",
        "!*_test.py",
        "!conftest.py",
    ]))
}

fn tests() -> TargetType {
    with_common_fields(TargetType::new("python_tests", "Python tests for pytest.").sources(&[
        "test_*.py",
        "*_test.py",
        "conftest.py",
    ]))
    .field("timeout", FieldKind::Int, "Seconds after which the tests are killed.")
    .field(
        "coverage",
        FieldKind::StringList,
        "Packages whose coverage is measured. Accepted; nothing is measured yet.",
    )
}

fn binary() -> TargetType {
    let ignored = "Accepted from older BUILD files; has no effect.";
    with_common_fields(TargetType::new("python_binary", "A Python program: runs, and becomes a .pex.").sources(&[]))
        .max_sources(1)
        .field("entry_point", FieldKind::String, "`package.module` or `package.module:function`; else the only source.")
        .field("shebang", FieldKind::String, "The first line of the .pex; `/usr/bin/env python3` when not given.")
        .field(
            "inherit_path",
            FieldKind::Any,
            "Whether the .pex sees the interpreter's packages: `prefer`, `fallback`, `false`.",
        )
        .field("ignore_errors", FieldKind::Bool, "Whether the .pex starts although requirements are missing.")
        .field("emit_warnings", FieldKind::Bool, "Whether the .pex prints warnings of its runtime.")
        .field("platforms", FieldKind::StringList, "Only `current` is supported.")
        .field("zip_safe", FieldKind::Bool, ignored)
        .field("always_write_cache", FieldKind::Bool, ignored)
        .field("repositories", FieldKind::StringList, ignored)
}

fn requirement_object() -> ObjectType {
    let ignored = "Accepted from older BUILD files; has no effect.";
    ObjectType::new("python_requirement", "A requirement on a PyPI package.")
        .required_field("requirement", FieldKind::String, "The requirement: `x==1 ; python_version < '4'`.")
        .field("name", FieldKind::String, ignored)
        .field("repository", FieldKind::String, ignored)
        .field("use_2to3", FieldKind::Bool, ignored)
        .field("compatibility", FieldKind::StringList, ignored)
        .field("modules", FieldKind::StringList, "The modules that it provides, where they are not named like it.")
        .coordinate(&["requirement"])
}

/// The requirements on each project, with the places where they stand.
type Projects = BTreeMap<String, Vec<(String, Location)>>;

/// One library for each project of the file, and a `files` target with the file itself, so that whoever asks what a
/// change of the file reaches gets an answer.
fn python_requirements(context: &MacroContext, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Value> {
    let call = Call::parse(args, kwargs)?;
    let mut projects = Projects::new();
    let mut files = Vec::new();
    collect(context, &included("", &call.file), &mut projects, &mut files)?;
    let file_target = call.file.replace('/', "_");
    context.create_target(
        "files",
        vec![
            ("name".to_owned(), Value::from(file_target.as_str())),
            ("sources".to_owned(), Value::Globs(Globs { include: files, exclude: Vec::new() })),
        ],
    )?;
    for (name, texts) in projects {
        let modules = call.modules.get(&name.to_lowercase());
        let requirements = texts.into_iter().map(|(text, place)| requirement(text, place, modules)).collect();
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

fn requirement(text: String, location: Location, modules: Option<&Vec<String>>) -> Value {
    let mut fields = vec![("requirement".to_owned(), Value::from(text))];
    fields.extend(modules.map(|modules| ("modules".to_owned(), Value::from(modules.clone()))));
    Value::Object(Object { symbol: "python_requirement".to_owned(), fields, location })
}

/// The requirements of a file and of those it includes, by project, in the order of the lines.
fn collect(context: &MacroContext, file: &str, projects: &mut Projects, files: &mut Vec<String>) -> Result<()> {
    if files.iter().any(|known| known == file) {
        return Ok(());
    }
    files.push(file.to_owned());
    let content = context.read_file(file)?;
    let place = match context.rel_path()? {
        directory if directory.is_empty() => file.to_owned(),
        directory => format!("{directory}/{file}"),
    };
    for entry in parse_file(&content).map_err(|reason| Error::msg(format!("{place}:{reason}")))? {
        match entry {
            FileEntry::Requirement { name, text, line } => {
                let same = projects.keys().find(|known| known.eq_ignore_ascii_case(&name)).cloned();
                let place = Location { file: place.clone(), line, column: 0 };
                projects.entry(same.unwrap_or(name)).or_default().push((text, place));
            }
            FileEntry::Include(other) => collect(context, &included(file, &other), projects, files)?,
        }
    }
    Ok(())
}

/// The file that another includes, in its one spelling: files that include each other under ever other names would
/// never end.
fn included(by: &str, file: &str) -> String {
    let mut parts: Vec<&str> = by.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The arguments of `python_requirements(requirements_relpath='requirements.txt', module_mapping={})`.
struct Call {
    file: String,
    /// Project in lower case, to its modules.
    modules: BTreeMap<String, Vec<String>>,
}

impl Call {
    fn parse(args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Self> {
        let mut call = Self { file: "requirements.txt".to_owned(), modules: BTreeMap::new() };
        let named = ["requirements_relpath", "module_mapping"].map(str::to_owned).into_iter().zip(args);
        for (name, value) in named.chain(kwargs) {
            match (name.as_str(), &value) {
                ("requirements_relpath", Value::Str(file)) => call.file = file.clone(),
                ("module_mapping", Value::Dict(_)) => {
                    let entries = value.to_entries().into_iter();
                    call.modules = entries.map(|(name, modules)| (name.to_lowercase(), modules.to_strings())).collect();
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
    fn an_included_file_has_one_name() {
        assert_eq!(included("requirements.txt", "./requirements.txt"), "requirements.txt");
        assert_eq!(included("a/b.txt", "../c/./d.txt"), "c/d.txt");
        assert_eq!(included("b.txt", "../../d.txt"), "../../d.txt");
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
