//! JUnit's reports: one file per engine becomes one file per target.

use crate::xml::Element;
use plugin_api::{Error, Result};
use std::path::Path;

/// Puts the suites of all `TEST-*.xml` of a directory that hold tests into one report; answers whether there were any.
pub(super) fn merge(directory: &Path, report: &Path) -> Result<bool> {
    let mut suites = Vec::new();
    for path in report_files(directory)? {
        let text = std::fs::read_to_string(&path)?;
        let root = Element::parse(&text)
            .map_err(|error| Error::from(error).context(format!("`{}` is no report of JUnit", path.display())))?;
        if root.attribute("tests") != "0" {
            suites.push(without_declaration(&text).trim().to_owned());
        }
    }
    if suites.is_empty() {
        return Ok(false);
    }
    let text =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{}\n</testsuites>\n", suites.join("\n"));
    crate::jar::write_atomically(report, |file| std::io::Write::write_all(file, text.as_bytes()))?;
    Ok(true)
}

fn report_files(directory: &Path) -> Result<Vec<std::path::PathBuf>> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The document without `<?xml ...?>`, which may stand at the top only.
fn without_declaration(text: &str) -> &str {
    match text.trim_start().strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(rest, |(_, rest)| rest),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_suites_with_tests_are_put_together() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(root.path().join(name), text).unwrap();
        write("TEST-b.xml", "<?xml version=\"1.0\"?>\n<testsuite name='b' tests='1'/>\n");
        write("TEST-a.xml", "<testsuite name='a' tests='2'><testcase name='x'/></testsuite>");
        write("TEST-c.xml", "<testsuite name='c' tests='0'/>");
        let report = root.path().join("out/all.xml");
        assert!(merge(root.path(), &report).unwrap());
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
            <testsuite name='a' tests='2'><testcase name='x'/></testsuite>
            <testsuite name='b' tests='1'/>
            </testsuites>
        "#]]
        .assert_eq(&std::fs::read_to_string(&report).unwrap());
    }

    #[test]
    fn no_tests_are_no_report() {
        let root = tempfile::tempdir().unwrap();
        assert!(!merge(root.path(), &root.path().join("all.xml")).unwrap());
        assert!(!merge(&root.path().join("absent"), &root.path().join("all.xml")).unwrap());
    }
}
