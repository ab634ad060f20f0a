//! Protocol buffers: for Java and Python, for gRPC, and for Square's Wire.

use super::{GEN, base};
use plugin_api::{FieldKind, TargetType};

/// The target type from which Java is generated.
pub(crate) const JAVA: &str = "java_protobuf_library";
/// The target type from which Python is generated.
pub(crate) const PYTHON: &str = "python_protobuf_library";

pub(super) fn target_types() -> Vec<TargetType> {
    vec![
        java(),
        with_import_paths(base::python(TargetType::new(
            PYTHON,
            "Protocol buffers for Python: those who depend on it get generated modules.",
        )))
        .injects_dependency("3rdparty/python:protobuf"),
        base::python(TargetType::new("python_grpcio_library", "Protocol buffers with gRPC services, for Python."))
            .sources(&["*.proto"])
            .missing_phases(&[GEN]),
        wire(),
    ]
}

fn java() -> TargetType {
    let java = TargetType::new(JAVA, "Protocol buffers for Java: those who depend on it get generated classes.");
    with_import_paths(base::jvm(java))
        .field(
            "imports",
            FieldKind::AddressList,
            "Jars with .proto files that its own import. They are on the classpath; what they hold is not imported yet.",
        )
        // Where Pants v1 expected the runtime, and where most repositories have it.
        .injects_dependency("3rdparty:protobuf-java")
        .injects_dependency("3rdparty/jvm:protobuf-java")
}

fn with_import_paths(target_type: TargetType) -> TargetType {
    let import_paths = "More directories, relative to the build root, where imports are looked for.";
    target_type.sources(&["*.proto"]).field("import_paths", FieldKind::StringList, import_paths)
}

fn wire() -> TargetType {
    base::jvm(TargetType::new("java_wire_library", "Protocol buffers for Java, by the Wire compiler."))
        .sources(&["*.proto"])
        .field("roots", FieldKind::StringList, "The messages to generate; all when not given.")
        .field("registry_class", FieldKind::String, "The class to make that lists all extensions.")
        .field("service_writer", FieldKind::String, "The class that writes services.")
        .field("service_writer_options", FieldKind::StringList, "Its options.")
        .field("enum_options", FieldKind::StringList, "The options of enums to generate.")
        .field("no_options", FieldKind::Bool, "Whether options are left out.")
        .field("ordered_sources", FieldKind::Bool, "Whether sources go to the compiler in the order they are given.")
        .missing_phases(&[GEN])
}
