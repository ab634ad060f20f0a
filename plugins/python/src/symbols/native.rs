//! C and C++ for Python's ctypes: the types load and list, so that a graph that has some can be used.
//!
//! No compiler of native code is run here yet.

use plugin_api::{FieldKind, FieldRule, ObjectType, TargetType};

/// The phases that do something with native code.
const PHASES: [&str; 2] = ["native-compile", "link"];

pub(super) fn target_types() -> Vec<TargetType> {
    let c = library("ctypes_compatible_c_library", "C sources of a library that Python loads.");
    let cpp = library("ctypes_compatible_cpp_library", "C++ sources of a library that Python loads.");
    vec![c.sources(&["*.h", "*.c"]), cpp.sources(&["*.h", "*.hpp", "*.cpp"]), external_library(), packaged_library()]
}

pub(super) fn objects() -> Vec<ObjectType> {
    let artifact = ObjectType::new("native_artifact", "The shared library that native code becomes.");
    vec![
        artifact.required_field("lib_name", FieldKind::String, "Its name, without `lib` and the extension."),
        conan_requirement(),
    ]
}

fn library(name: &str, description: &str) -> TargetType {
    TargetType::new(name, description)
        .field(
            "ctypes_native_library",
            FieldKind::Object(vec!["native_artifact".to_owned()]),
            "The shared library that it becomes.",
        )
        .field("strict_deps", FieldKind::Bool, "Compile it against its direct dependencies only.")
        .field("fatal_warnings", FieldKind::Bool, "Whether warnings of the compiler are errors.")
        .field("compiler_option_sets", FieldKind::StringList, "Names of sets of options for the compiler.")
        .field(
            "toolchain_variant",
            FieldKind::Choice(["gnu", "llvm"].map(str::to_owned).to_vec()),
            "The compilers to use.",
        )
        .missing_phases(&PHASES)
}

fn conan_requirement() -> ObjectType {
    ObjectType::new("conan_requirement", "A package of the Conan package manager.")
        .required_field("pkg_spec", FieldKind::String, "The package: `name/version@user/channel`.")
        .field("include_relpath", FieldKind::String, "Where its headers are; `include` when not given.")
        .field("lib_relpath", FieldKind::String, "Where its libraries are; `lib` when not given.")
        .field("lib_names", FieldKind::StringList, "The libraries to link with.")
        .coordinate(&["pkg_spec"])
}

fn external_library() -> TargetType {
    // Older files name packages by text alone.
    let packages = vec![FieldKind::Object(vec!["conan_requirement".to_owned()]), FieldKind::String];
    TargetType::new("external_native_library", "Native packages from elsewhere.")
        .required_field(
            "packages",
            FieldKind::ListOf(Box::new(FieldKind::OneOf(packages))),
            "The packages: `conan_requirement('lzo/2.10@twitter/stable')`.",
        )
        .third_party("packages")
        .rule(FieldRule::NonEmpty("packages".to_owned()))
        .missing_phases(&PHASES)
}

fn packaged_library() -> TargetType {
    TargetType::new("packaged_native_library", "Headers and libraries that are compiled already.")
        .sources(&[])
        .field("include_relpath", FieldKind::String, "Where the headers are, relative to the target.")
        .field("lib_relpath", FieldKind::String, "Where the libraries are, relative to the target.")
        .field("native_lib_names", FieldKind::StringList, "The libraries to link with.")
        .missing_phases(&PHASES)
}
