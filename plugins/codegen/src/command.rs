//! The command line of protoc, as a pure function of what is to be generated.

use plugin_api::Target;
use std::collections::BTreeSet;

/// A language that protoc generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// `--java_out`
    Java,
    /// `--python_out`
    Python,
}

impl Language {
    fn flag(self) -> &'static str {
        match self {
            Self::Java => "--java_out",
            Self::Python => "--python_out",
        }
    }
}

/// What one run of protoc generates, all paths relative to the build root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    /// The language.
    pub(crate) language: Language,
    /// The `.proto` files to generate code for.
    pub(crate) sources: Vec<String>,
    /// Where imports are looked for, in order.
    pub(crate) import_paths: Vec<String>,
    /// The directory that the code goes to; it exists.
    pub(crate) output: String,
}

impl Generation {
    /// The arguments after the program's name.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let paths = self.import_paths.iter().map(|path| format!("--proto_path={}", or_dot(path)));
        let output = std::iter::once(format!("{}={}", self.language.flag(), self.output));
        paths.chain(output).chain(self.sources.iter().cloned()).collect()
    }
}

/// Where the imports of a target are looked for: its own source roots first, then those of the targets it depends on,
/// then what its `import_paths` and the user add.
pub(crate) fn import_paths(target: &Target, closure: &[Target], extra: &[String]) -> Vec<String> {
    let others = closure.iter().filter(|other| other.address != target.address);
    let roots = std::iter::once(target)
        .chain(others)
        .flat_map(|target| target.sources.iter().map(move |source| target.source_root(source).to_owned()));
    let mut seen = BTreeSet::new();
    roots
        .chain(target.field("import_paths").to_strings())
        .chain(extra.iter().cloned())
        .filter(|path| seen.insert(path.clone()))
        .collect()
}

fn or_dot(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{Address, Value};

    fn target(directory: &str, sources: &[&str]) -> Target {
        let mut target = Target::new(Address::new(directory, "t"), "java_protobuf_library");
        target.sources = sources.iter().map(|source| format!("{directory}/{source}")).collect();
        target
    }

    #[test]
    fn a_command_names_roots_output_and_sources_in_this_order() {
        let generation = Generation {
            language: Language::Python,
            sources: vec!["src/protobuf/acme/a.proto".to_owned()],
            import_paths: vec!["src/protobuf".to_owned(), String::new()],
            output: ".pants.d/gen/protoc-py/t".to_owned(),
        };
        assert_eq!(
            generation.arguments(),
            [
                "--proto_path=src/protobuf",
                "--proto_path=.",
                "--python_out=.pants.d/gen/protoc-py/t",
                "src/protobuf/acme/a.proto"
            ]
        );
    }

    #[test]
    fn imports_are_looked_for_near_first_and_once() {
        let mut own = target("src/protobuf/acme", &["a.proto", "b.proto"]);
        own.fields.push(("import_paths".to_owned(), Value::strings(["vendor/proto"])));
        let closure = [target("src/protobuf/base", &["c.proto"]), target("lib", &["d.proto"]), own.clone()];
        let extra = ["lib".to_owned(), "more".to_owned()];
        assert_eq!(import_paths(&own, &closure, &extra), ["src/protobuf", "lib", "vendor/proto", "more"]);
    }
}
