//! The objects of this backend: a requirement, and the metadata of a project that is published.

use plugin_api::{FieldKind, FieldRule, ObjectType};

/// The objects that say how a library is published.
pub(super) const ARTIFACTS: [&str; 2] = ["setup_py", "python_artifact"];

pub(super) fn objects() -> Vec<ObjectType> {
    vec![
        requirement(),
        artifact(ARTIFACTS[0], "The metadata of a Python project, as `setuptools.setup` takes it."),
        artifact(ARTIFACTS[1], "Another name of `setup_py`."),
    ]
}

fn requirement() -> ObjectType {
    let ignored = "Accepted from older BUILD files; has no effect.";
    ObjectType::new("python_requirement", "A requirement on a PyPI package.")
        .required_field("requirement", FieldKind::String, "The requirement: `x==1 ; python_version < '4'`.")
        .field("name", FieldKind::String, ignored)
        .field("repository", FieldKind::String, "Where it was found, in older BUILD files; set `[python-repos] repos`.")
        .field("version_filter", FieldKind::Any, ignored)
        .field("use_2to3", FieldKind::Bool, ignored)
        .field("compatibility", FieldKind::StringList, ignored)
        .field("exclusives", FieldKind::Dict, ignored)
        .field("dynamic", FieldKind::Bool, ignored)
        .field("modules", FieldKind::StringList, "The modules that it provides, where they are not named like it.")
        .rule(FieldRule::NonEmpty("requirement".to_owned()))
        .coordinate(&["requirement"])
}

/// Keywords of `setuptools.setup`. It takes any at all; whatever wraps it, and old plugins of it, add few.
///
/// `packages`, `package_dir`, `package_data` and `data_files` are missing: those are what targets say.
const TEXTS: [&str; 14] = [
    "description",
    "long_description",
    "long_description_content_type",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "url",
    "download_url",
    "license",
    "license_file",
    "python_requires",
    "test_suite",
    "test_loader",
];
const LISTS: [&str; 13] = [
    "classifiers",
    "keywords",
    "platforms",
    "license_files",
    "namespace_packages",
    "scripts",
    "install_requires",
    "setup_requires",
    "dependency_links",
    "requires",
    "provides",
    "obsoletes",
    "eager_resources",
];
const OTHERS: [&str; 23] = [
    "zip_safe",
    "tests_require",
    "extras_require",
    "entry_points",
    "project_urls",
    "include_package_data",
    "exclude_package_data",
    "py_modules",
    "ext_modules",
    "ext_package",
    "cffi_modules",
    "headers",
    "libraries",
    "include_dirs",
    "cmdclass",
    "command_options",
    "command_packages",
    "options",
    "distclass",
    "use_2to3",
    "use_2to3_fixers",
    "convert_2to3_doctests",
    "use_scm_version",
];

fn artifact(name: &str, description: &str) -> ObjectType {
    let of_setup = "As `setuptools.setup` takes it.";
    let mut object = ObjectType::new(name, description)
        .required_field("name", FieldKind::String, "The name of the project.")
        .required_field("version", FieldKind::String, "Its version.");
    for (keywords, kind) in
        [(&TEXTS[..], FieldKind::String), (&LISTS[..], FieldKind::StringList), (&OTHERS[..], FieldKind::Any)]
    {
        object = keywords.iter().fold(object, |object, keyword| object.field(keyword, kind.clone(), of_setup));
    }
    object
        .field("binaries", FieldKind::Dict, "Its commands: `setup_py(..).with_binaries(command=':binary')`.")
        .coordinate(&["name", "version"])
        .rule(FieldRule::NonEmpty("name".to_owned()))
        .rule(FieldRule::NonEmpty("version".to_owned()))
}
