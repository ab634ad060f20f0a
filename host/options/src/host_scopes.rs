//! The scopes of the host besides the global one: what it can be told about one part of it.

use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};

/// The scopes of the host besides the global one.
pub fn host_scopes() -> Vec<ScopeSpec> {
    vec![build_files_scope()]
}

/// How BUILD files are read.
fn build_files_scope() -> ScopeSpec {
    let opaque_types = OptionSpec {
        is_advanced: true,
        ..OptionSpec::new(
            "opaque-types",
            OptionKind::StringList,
            Value::List(Vec::new()),
            "Symbols of plugins that are not here: targets of these types are loaded, and nothing can be done with them.",
        )
    };
    ScopeSpec {
        name: "build-files".to_owned(),
        description: "How BUILD files are read.".to_owned(),
        options: vec![opaque_types],
        is_goal: false,
        backend: String::new(),
    }
}
