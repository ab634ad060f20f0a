//! Thrift: for Java and Scala, by Apache's compiler or Scrooge, and for Python.

use super::{GEN, base};
use plugin_api::{FieldKind, TargetType};

pub(super) fn target_types() -> Vec<TargetType> {
    vec![
        java(),
        base::old_python(TargetType::new("python_thrift_library", "Thrift files for Python."))
            .sources(&["*.thrift"])
            .field("thrift_version", FieldKind::String, "Accepted from older BUILD files; has no effect.")
            .field("thrift_library", FieldKind::String, "Accepted from older BUILD files; has no effect.")
            .missing_phases(&[GEN]),
    ]
}

fn java() -> TargetType {
    base::jvm(TargetType::new("java_thrift_library", "Thrift files for Java or Scala."))
        .sources(&["*.thrift"])
        .field("compiler", choice(&["thrift", "scrooge", "scrooge-legacy"]), "The compiler that generates from it.")
        .field("language", FieldKind::String, "What is generated: `java`, `scala` or `android`.")
        .field("rpc_style", choice(&["sync", "finagle", "ostrich"]), "The style of services, in older BUILD files.")
        .field("namespace_map", FieldKind::Dict, "Other names for namespaces, by the name they have.")
        .field("thrift_linter_strict", FieldKind::Bool, "Whether warnings of the linter are errors.")
        .field("default_java_namespace", FieldKind::String, "The Java package of files that name none.")
        .field("include_paths", FieldKind::StringList, "More directories where includes are looked for.")
        .field("compiler_args", FieldKind::StringList, "More arguments of the compiler.")
        .missing_phases(&[GEN])
}

fn choice(choices: &[&str]) -> FieldKind {
    FieldKind::Choice(choices.iter().map(|choice| (*choice).to_owned()).collect())
}
