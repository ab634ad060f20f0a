//! The words that were goals in Pants v1: whoever types one that nobody brings here mistyped nothing.

/// Goals of Pants from 2014 to 1.30, sorted.
const OLD_GOALS: &[&str] = &[
    "analysis",
    "bash-completion",
    "bench",
    "benchmark",
    "binary",
    "bootstrap",
    "bundle",
    "bundle-create",
    "check-published-deps",
    "classmap",
    "cloc",
    "confluence",
    "deferred-sources",
    "dep-usage",
    "detect-duplicates",
    "doc",
    "eclipse",
    "ensime",
    "export-classpath",
    "export-dep-as-jar",
    "findbugs",
    "fmt",
    "gen",
    "go-env",
    "idea",
    "idea-plugin",
    "imports",
    "invalidate",
    "ivy-resolve",
    "jar",
    "javadoc",
    "jvm-platform-explain",
    "jvm-platform-validate",
    "killserver",
    "link",
    "lint",
    "list-targets",
    "login",
    "markdown",
    "native-compile",
    "ng-killall",
    "node-install",
    "outdated",
    "pathdeps",
    "provides",
    "publish",
    "py",
    "pyprep",
    "reference",
    "repl",
    "repl-dirty",
    "resolve",
    "resources",
    "run-dirty",
    "scaladoc",
    "server",
    "setup-py",
    "sitegen",
    "specs",
    "thrift-linter",
    "unpack-jars",
    "unpack-wheels",
    "validate",
    "wiki",
];

/// Whether a word was a goal of Pants v1, or a task of one (`lint.checkstyle`).
pub(crate) fn has(word: &str) -> bool {
    let goal = word.split('.').next().unwrap_or(word);
    OLD_GOALS.binary_search(&goal).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_and_their_tasks_are_known() {
        assert!(OLD_GOALS.is_sorted());
        assert!(has("lint") && has("lint.checkstyle") && has("idea") && !has("lnt") && !has(""));
    }
}
