//! Source roots: where in a path the package, or the place on the classpath, begins.

/// Directories below which packages begin, by convention.
const CONVENTIONAL: &[&str] = &[
    "src/main/java",
    "src/main/resources",
    "src/test/java",
    "src/test/resources",
    "src/java",
    "src/resources",
    "src",
    "test/java",
    "test/resources",
    "test",
    "tests/java",
    "tests/resources",
    "tests",
];

/// A path relative to its source root: the longest leading part that ends with a conventional directory.
pub(crate) fn below_source_root(path: &str) -> &str {
    let longest = CONVENTIONAL.iter().filter_map(|root| end_of(path, root)).max();
    longest.map_or(path, |end| &path[end..])
}

/// Where the last occurrence of a directory ends in a path, its slash included.
fn end_of(path: &str, root: &str) -> Option<usize> {
    let mut end = None;
    for (start, _) in path.match_indices(root) {
        let begins = start == 0 || path.as_bytes()[start - 1] == b'/';
        let after = start + root.len();
        // Only the first: `src/java/org/src` is a package.
        if begins && path.as_bytes().get(after) == Some(&b'/') && end.is_none() {
            end = Some(after + 1);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::below_source_root;

    #[test]
    fn the_longest_conventional_root_counts() {
        let check = |path, expect| assert_eq!(below_source_root(path), expect, "{path}");
        check("src/java/com/ex/x.txt", "com/ex/x.txt");
        check("src/main/resources/conf/a.txt", "conf/a.txt");
        check("services/app/src/main/resources/a.txt", "a.txt");
        check("tests/java/com/ex/x.txt", "com/ex/x.txt");
        check("tests/data/x.txt", "data/x.txt");
        check("src/resources/org/src/x.txt", "org/src/x.txt");
        check("mysrc/x.txt", "mysrc/x.txt");
        check("x.txt", "x.txt");
    }
}
