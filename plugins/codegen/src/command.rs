//! The command line of protoc, as a pure function of what is to be generated.

use plugin_api::{Error, Result, Target};
use std::collections::BTreeSet;
use std::path::Path;

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

/// The `.proto` files below directories of the build root, sorted: what imports may read that no target has.
pub(crate) fn importable(build_root: &Path, directories: &[String]) -> Result<Vec<String>> {
    let mut found = BTreeSet::new();
    for directory in directories {
        let directory = directory.trim_end_matches('/').trim_start_matches("./");
        collect(build_root, if directory == "." { "" } else { directory }, &mut found)
            .map_err(|error| Error::from(error).context(format!("cannot read the import path `{directory}`")))?;
    }
    Ok(found.into_iter().collect())
}

fn collect(build_root: &Path, directory: &str, found: &mut BTreeSet<String>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(build_root.join(directory)) {
        Ok(entries) => entries,
        // protoc passes over it with a warning.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
        if entry.file_type()?.is_dir() {
            // Nothing is imported from `.git` and `.pants.d`.
            if !name.starts_with('.') {
                collect(build_root, &path, found)?;
            }
        } else if name.ends_with(".proto") {
            found.insert(path);
        }
    }
    Ok(())
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
    fn what_import_paths_hold_can_be_imported() {
        let root = tempfile::tempdir().expect("a temporary directory");
        for file in ["vendor/a/x.proto", "vendor/b.txt", ".git/y.proto", "z.proto"] {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            std::fs::write(path, "").expect("it can be written");
        }
        let check = |directories: &[&str], expect: &[&str]| {
            let directories: Vec<String> = directories.iter().map(|path| (*path).to_owned()).collect();
            assert_eq!(importable(root.path(), &directories).expect("it can be read"), expect);
        };
        check(&["./vendor/", "missing", "vendor"], &["vendor/a/x.proto"]);
        check(&["."], &["vendor/a/x.proto", "z.proto"]);
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
