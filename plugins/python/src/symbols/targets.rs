//! The target types of this backend, with the fields that Pants v1 gave them from 2012 to 2020.
//!
//! What a type or field is there for only so that old BUILD files load says so in its description.

use super::objects::ARTIFACTS;
use plugin_api::{FieldKind, FieldRule, TargetType};

/// What is said of a field that is read and then forgotten.
const WITHOUT_EFFECT: &str = "Accepted from older BUILD files; has no effect.";

pub(super) fn target_types() -> Vec<TargetType> {
    vec![
        library(),
        tests(),
        TargetType::new("python_test_suite", "A group of tests under one name, in older BUILD files.").field(
            "exclusives",
            FieldKind::Dict,
            WITHOUT_EFFECT,
        ),
        binary(),
        app(),
        distribution("python_dist", "A Python project with a setup.py of its own, which may have native code."),
        distribution("python_distribution", "Another name of `python_dist`."),
        requirement_library(),
        unpacked_wheels(),
    ]
}

/// The fields of everything with Python sources.
fn python(target_type: TargetType) -> TargetType {
    target_type
        .field("compatibility", FieldKind::StringList, "What an interpreter must be, besides the option; alternatives.")
        .field(
            "provides",
            FieldKind::Object(ARTIFACTS.map(str::to_owned).to_vec()),
            "How it is published. Kept and shown; nothing is published yet.",
        )
        .source_field("resources", "Files that its code reads: an older way to depend on a `resources` target.")
        .field("resource_targets", FieldKind::AddressList, "Resources of it: an older way to depend on them.")
        .field("exclusives", FieldKind::Dict, WITHOUT_EFFECT)
}

fn library() -> TargetType {
    python(TargetType::new("python_library", "Python code that others import."))
        .sources(&["*.py", "!test_*.py", "!*_test.py", "!conftest.py"])
        .field("module", FieldKind::String, WITHOUT_EFFECT)
        .missing_phases(&["repl", "setup-py"])
}

fn tests() -> TargetType {
    python(TargetType::new("python_tests", "Python tests for pytest."))
        .sources(&["test_*.py", "*_test.py", "conftest.py"])
        .field("timeout", FieldKind::Int, "Seconds after which the tests are killed.")
        .field("coverage", FieldKind::StringList, "Packages whose coverage `--test-pytest-coverage=auto` measures.")
        .field("soft_dependencies", FieldKind::Bool, WITHOUT_EFFECT)
        .field("entry_point", FieldKind::String, WITHOUT_EFFECT)
        .missing_phases(&["repl"])
}

fn binary() -> TargetType {
    python(TargetType::new("python_binary", "A Python program: runs, and becomes a .pex."))
        .sources(&[])
        .max_sources(1)
        .field("entry_point", FieldKind::String, "`package.module` or `package.module:function`; else the only source.")
        .field("shebang", FieldKind::String, "The first line of the .pex; `/usr/bin/env python3` when not given.")
        .field(
            "inherit_path",
            FieldKind::OneOf(vec![FieldKind::Bool, FieldKind::Choice(INHERIT_PATH.map(str::to_owned).to_vec())]),
            "Whether the .pex sees the interpreter's packages: `prefer`, `fallback`, `false`.",
        )
        .field("ignore_errors", FieldKind::Bool, "Whether the .pex starts although requirements are missing.")
        .field("emit_warnings", FieldKind::Bool, "Whether the .pex prints warnings of its runtime.")
        .field("platforms", FieldKind::StringList, "Only `current` is supported.")
        .field("zip_safe", FieldKind::Bool, WITHOUT_EFFECT)
        .field("always_write_cache", FieldKind::Bool, WITHOUT_EFFECT)
        .field("repositories", FieldKind::StringList, WITHOUT_EFFECT)
        .field("indices", FieldKind::StringList, WITHOUT_EFFECT)
        .field("allow_pypi", FieldKind::Bool, WITHOUT_EFFECT)
        .field("interpreters", FieldKind::StringList, WITHOUT_EFFECT)
        .rule(FieldRule::AtLeastOneOf(["sources", "entry_point"].map(str::to_owned).to_vec()))
        .missing_phases(&["repl"])
}

/// What `inherit_path` may be; BUILD files also write `True` and `False`.
const INHERIT_PATH: [&str; 3] = ["false", "fallback", "prefer"];

fn app() -> TargetType {
    let archives = ["zip", "tar", "tgz", "tbz2", "jar"].map(str::to_owned).to_vec();
    TargetType::new("python_app", "A Python program together with the files it needs beside it.")
        .field("binary", FieldKind::Address, "The `python_binary`; else the only one among its dependencies.")
        .field("bundles", FieldKind::ObjectList(vec!["bundle".to_owned()]), "The files beside it.")
        .field("basename", FieldKind::String, "The name of its bundle, when it is not that of the target.")
        .field("archive", FieldKind::Choice(archives), "The kind of archive to make of its bundle.")
        .rule(FieldRule::NotTheName("basename".to_owned()))
        .missing_phases(&["bundle"])
}

fn distribution(name: &str, description: &str) -> TargetType {
    python(TargetType::new(name, description))
        .sources(&["*.py"])
        .field("setup_requires", FieldKind::StringList, "What its setup.py imports, as requirements or addresses.")
        .missing_phases(&["binary", "pyprep", "setup-py"])
}

fn requirement_library() -> TargetType {
    TargetType::new("python_requirement_library", "Requirements on PyPI packages.")
        .required_field(
            "requirements",
            FieldKind::ObjectList(vec!["python_requirement".to_owned()]),
            "The requirements: `python_requirement('x==1')`.",
        )
        .third_party("requirements")
}

fn unpacked_wheels() -> TargetType {
    TargetType::new("unpacked_whls", "Files out of wheels: headers and libraries for native code.")
        .required_field("module_name", FieldKind::String, "The module that the files belong to.")
        .required_field("libraries", FieldKind::AddressList, "The `python_requirement_library` targets to unpack.")
        .field("include_patterns", FieldKind::StringList, "Which files.")
        .field("exclude_patterns", FieldKind::StringList, "Which of those are left out.")
        .field("compatibility", FieldKind::StringList, "What an interpreter must be to choose the wheels for.")
        .field("within_data_subdir", FieldKind::Any, "The directory of the wheel's data that the patterns begin in.")
        .rule(FieldRule::NonEmpty("libraries".to_owned()))
        .missing_phases(&["unpack-wheels", "native-compile"])
}
