//! Source roots: where in a path packages, modules and imports begin.

/// The source root of a file by convention, wherever in the repository it stands; `None` when nothing looks like one.
///
/// `src/python`, `src/main/java`, `src/test/resources`, `test/scala` or `tests/java`, for instance; where none of those
/// is, `src`, `test` or `tests` alone. Of several, the outermost counts: `src/python/acme/tests/python/a.py` is
/// the module `acme.tests.python.a`. [`Target::source_root`](crate::Target::source_root) also knows generated targets.
pub fn source_root(file: &str) -> Option<&str> {
    let parts: Vec<&str> = file.split('/').collect();
    let (_, directories) = parts.split_last()?;
    let starts = 0..directories.len();
    let root = starts.clone().find_map(|start| with_contents(&directories[start..]).map(|count| start + count));
    let root = root.or_else(|| starts.clone().find(|&at| is_outer(directories[at])).map(|at| at + 1))?;
    let length: usize = directories[..root].iter().map(|part| part.len() + 1).sum();
    Some(&file[..length - 1])
}

/// How many of these directories make a root that is named after what it holds.
fn with_contents(directories: &[&str]) -> Option<usize> {
    match directories {
        ["src", "main" | "test", contents, ..] if is_contents(contents) => Some(3),
        [outer, contents, ..] if is_outer(outer) && is_contents(contents) => Some(2),
        _ => None,
    }
}

/// Whether a directory is named after what it holds.
fn is_contents(directory: &str) -> bool {
    matches!(directory, "antlr" | "avro" | "groovy" | "java" | "jvm" | "kotlin" | "proto" | "protobuf" | "thrift")
        || matches!(directory, "py" | "python" | "resources" | "scala")
}

fn is_outer(directory: &str) -> bool {
    ["src", "test", "tests"].contains(&directory)
}

#[cfg(test)]
mod tests {
    use super::source_root;

    #[test]
    fn the_outermost_conventional_directory_is_the_root() {
        let check = |path, expect| assert_eq!(source_root(path), expect, "{path}");
        check("src/java/com/acme/A.java", Some("src/java"));
        check("src/main/resources/conf/a.txt", Some("src/main/resources"));
        check("services/app/src/test/scala/a.scala", Some("services/app/src/test/scala"));
        check("tests/python/acme/test_a.py", Some("tests/python"));
        check("src/python/a.py", Some("src/python"));
        check("src/acme/a.py", Some("src"));
        check("tests/data/a.txt", Some("tests"));
        check("src/main/acme/a.py", Some("src"));
        // What is below a root are packages, whatever they are called.
        check("src/python/acme/tests/test_a.py", Some("src/python"));
        check("src/python/acme/tests/python/test_a.py", Some("src/python"));
        check("src/resources/org/src/a.txt", Some("src/resources"));
        // A root that says what it holds counts more than one that does not.
        check("tests/projects/a/src/java/A.java", Some("tests/projects/a/src/java"));
        check("mysrc/acme/a.py", None);
        check("a.py", None);
        check("src", None);
        check("", None);
    }
}
