//! The symbols that this backend adds to BUILD files.

use plugin_api::{FieldKind, Registrar, TargetType};

/// The target type from which Java is generated.
pub(crate) const JAVA: &str = "java_protobuf_library";
/// The target type from which Python is generated.
pub(crate) const PYTHON: &str = "python_protobuf_library";

/// Registers the target types.
pub(crate) fn register(registrar: &mut Registrar) {
    let java = library(JAVA, "Protocol buffers for Java: those who depend on it get generated classes.");
    registrar.target_type(java.injects_dependency("3rdparty/jvm:protobuf-java"));
    let python = library(PYTHON, "Protocol buffers for Python: those who depend on it get generated modules.");
    registrar.target_type(python.injects_dependency("3rdparty/python:protobuf"));
}

fn library(name: &str, description: &str) -> TargetType {
    let import_paths = "More directories, relative to the build root, where imports are looked for.";
    TargetType::new(name, description)
        .sources(&["*.proto"])
        .field("import_paths", FieldKind::StringList, import_paths)
        .field("provides", FieldKind::Any, "How it is published. Accepted; nothing is published yet.")
}
