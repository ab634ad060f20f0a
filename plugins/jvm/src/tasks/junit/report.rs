//! JUnit's reports: one file per engine becomes one file per target; and the tests in it.

use crate::xml::Element;
use plugin_api::{Error, Result};
use std::path::Path;

/// One test of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) class: String,
    pub(super) test: String,
    /// How long it took, as the report has it.
    pub(super) seconds: String,
    /// Why it failed, if it did.
    pub(super) failure: Option<String>,
    pub(super) is_skipped: bool,
}

impl Case {
    /// Its name, as `--test` takes it but for the parentheses.
    pub(super) fn name(&self) -> String {
        format!("{}#{}", self.class, self.test)
    }
}

/// The tests of a merged report; none where there is no report.
pub(super) fn cases(report: &Path) -> Result<Vec<Case>> {
    let text = match std::fs::read_to_string(report) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let case = |element: &Element| {
        let failed = element.children.iter().find(|child| ["failure", "error"].contains(&&*child.name));
        Case {
            class: element.attribute("classname").to_owned(),
            test: element.attribute("name").to_owned(),
            seconds: element.attribute("time").to_owned(),
            failure: failed.map(|failure| failure.text.trim().to_owned()),
            is_skipped: element.all("skipped").next().is_some(),
        }
    };
    Ok(Element::parse(&text)?.all_at(&["testsuite", "testcase"]).into_iter().map(case).collect())
}

/// Puts the suites of all `TEST-*.xml` of some directories that hold tests into one report; answers whether there were any.
pub(super) fn merge(directories: &[std::path::PathBuf], report: &Path) -> Result<bool> {
    let mut suites = Vec::new();
    let mut paths = Vec::new();
    for directory in directories {
        paths.extend(report_files(directory)?);
    }
    for path in paths {
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
    crate::files::write(report, text.as_bytes())?;
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
        assert!(merge(&[root.path().to_owned()], &report).unwrap());
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
        assert!(!merge(&[root.path().to_owned()], &root.path().join("all.xml")).unwrap());
        assert!(!merge(&[root.path().join("absent")], &root.path().join("all.xml")).unwrap());
    }

    #[test]
    fn tests_are_read_from_a_report() {
        let root = tempfile::tempdir().unwrap();
        let report = root.path().join("all.xml");
        let text = "<testsuites><testsuite><testcase classname='a.A' name='b()' time='0.5'><failure>why</failure></testcase>\
                    <testcase classname='a.A' name='c()' time='0'><skipped/></testcase></testsuite></testsuites>";
        std::fs::write(&report, text).unwrap();
        let found: Vec<_> = cases(&report).unwrap().into_iter().map(|case| (case.name(), case.failure)).collect();
        assert_eq!(found, [("a.A#b()".to_owned(), Some("why".to_owned())), ("a.A#c()".to_owned(), None)]);
        assert!(cases(&root.path().join("none")).unwrap().is_empty());
    }
}
