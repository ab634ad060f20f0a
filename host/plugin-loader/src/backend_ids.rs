//! The backend ids of the Pants v1 years, and what became of them.
//!
//! Knows names only. A repository that was left behind lists ids that were one backend per tool; ours are three, and
//! what used to be a backend of its own may be built into the host.

/// The backends that come with the host, and load when pants.toml does not say otherwise.
pub const BUNDLED_BACKENDS: [&str; 3] = [JVM, PYTHON, CODEGEN];

const JVM: &str = "pants.backend.jvm";
const PYTHON: &str = "pants.backend.python";
const CODEGEN: &str = "pants.backend.codegen";

/// What an id in `backend_packages` stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackendRef<'a> {
    /// A plugin must provide this id.
    Plugin(&'a str),
    /// The host provides it; nothing to load.
    BuiltIn,
    /// It existed once; here its goals are missing.
    Unsupported,
}

/// Whether the host knows an id, today's or one of the Pants v1 years, and has what it stands for.
pub fn is_known_backend(id: &str) -> bool {
    match resolve(id) {
        BackendRef::Plugin(ours) => BUNDLED_BACKENDS.contains(&ours),
        BackendRef::BuiltIn => true,
        BackendRef::Unsupported => false,
    }
}

/// What became of an id; an id that never was a Pants backend is a plugin's.
pub(crate) fn resolve(id: &str) -> BackendRef<'_> {
    if BUILT_IN.contains(&id) {
        return BackendRef::BuiltIn;
    }
    if let Some((_, ours)) = RENAMED.iter().find(|(old, _)| *old == id) {
        return BackendRef::Plugin(ours);
    }
    let is_contributed = UNSUPPORTED_BELOW.iter().any(|prefix| id.starts_with(prefix));
    if UNSUPPORTED.contains(&id) || is_contributed {
        return BackendRef::Unsupported;
    }
    BackendRef::Plugin(id)
}

const BUILT_IN: [&str; 8] = [
    "pants.build_graph",
    "pants.cache",
    "pants.core",
    "pants.core_tasks",
    "pants.backend.core",
    "pants.backend.graph_info",
    "pants.backend.project_info",
    "pants.rules.core",
];

const RENAMED: [(&str, &str); 5] = [
    ("pants.backend.codegen.protobuf.java", CODEGEN),
    ("pants.backend.codegen.protobuf.python", CODEGEN),
    ("pants.backend.codegen.grpcio.python", CODEGEN),
    ("pants.backend.codegen.thrift.java", CODEGEN),
    ("pants.backend.codegen.thrift.python", CODEGEN),
];

/// What the ids of contributed backends begin with, and those that Pants had for its own repository.
const UNSUPPORTED_BELOW: [&str; 2] = ["pants.contrib.", "internal_backend."];

const UNSUPPORTED: [&str; 20] = [
    "pants.backend.android",
    "pants.backend.authentication",
    "pants.backend.awslambda.python",
    "pants.backend.codegen.antlr.java",
    "pants.backend.codegen.antlr.python",
    "pants.backend.codegen.jaxb",
    "pants.backend.codegen.ragel.java",
    "pants.backend.codegen.wire.java",
    "pants.backend.docgen",
    "pants.backend.maven_layout",
    "pants.backend.native",
    "pants.backend.python.lint.bandit",
    "pants.backend.python.lint.black",
    "pants.backend.python.lint.docformatter",
    "pants.backend.python.lint.flake8",
    "pants.backend.python.lint.isort",
    "pants.backend.python.lint.pylint",
    "pants.backend.python.typecheck.mypy",
    "pants.backend.pants_info",
    "pants.backend.python_old",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_ids_lead_to_ours_or_to_a_warning() {
        assert_eq!(resolve("pants.backend.jvm"), BackendRef::Plugin(JVM));
        assert_eq!(resolve("pants.backend.codegen.thrift.java"), BackendRef::Plugin(CODEGEN));
        assert_eq!(resolve("pants.backend.project_info"), BackendRef::BuiltIn);
        assert_eq!(resolve("pants.backend.docgen"), BackendRef::Unsupported);
        assert_eq!(resolve("pants.contrib.scrooge"), BackendRef::Unsupported);
        assert_eq!(resolve("example.acme"), BackendRef::Plugin("example.acme"));
        assert!(is_known_backend("pants.backend.jvm") && is_known_backend("pants.backend.codegen.thrift.java"));
        assert!(!is_known_backend("pants.backend.docgen") && !is_known_backend("example.acme"));
    }
}
