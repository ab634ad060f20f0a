//! What lines of a requirements file mean, and which are refused.

use super::*;
use plugin_api::{Object, Value};

fn check_file(content: &str, expect: &[&str]) {
    let got: Vec<String> = match parse_file(content) {
        Err(error) => vec![format!("error {error}")],
        Ok(entries) => entries
            .into_iter()
            .map(|entry| match entry {
                FileEntry::Requirement { name, text, line } => format!("{line} {name}: {text}"),
                FileEntry::FindLinks { place, line } => format!("{line} links {place}"),
            })
            .collect(),
    };
    assert_eq!(got, expect, "reading {content:?}");
}

#[test]
fn comments_blank_lines_and_hashes_are_left_out() {
    check_file(
        "# all of it\n\nrequests==2.32.3  # the client\nfoo>=1 \\\n   ,<2 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\n",
        &["3 requests: requests==2.32.3", "4 foo: foo>=1 ,<2"],
    );
}

#[test]
fn names_end_where_versions_extras_and_markers_begin() {
    check_file(
        "A.b-c[x,y]~=1\nzope.interface ; python_version < '4'\nd @ file.whl#egg=d\ne",
        &[
            "1 A.b-c: A.b-c[x,y]~=1",
            "2 zope.interface: zope.interface ; python_version < '4'",
            "3 d: d @ file.whl#egg=d",
            "4 e: e",
        ],
    );
}

#[test]
fn options_for_pip_are_passed_over() {
    check_file("a\n--index-url x\n-c c.txt\n-rd.txt\n-e .\n--pre\nb", &["1 a: a", "7 b: b"]);
    check_file("-f wheels\n--find-links=https://x/y\n-fw", &["1 links wheels", "2 links https://x/y", "3 links w"]);
}

#[test]
fn what_names_no_project_says_where_and_what_to_do_instead() {
    check_file(
        "./wheels/x.whl",
        &["error 1: `./wheels/x.whl` does not begin with the name of a project; write `name @ URL` for a URL"],
    );
}

#[test]
fn projects_are_compared_the_way_registries_do() {
    assert_eq!(normalize_name("Zope.Interface__x"), "zope-interface-x");
    assert_eq!(project_name("https://x/y"), None);
    assert_eq!(project_name("-x"), None);
}

#[test]
fn a_set_holds_each_text_once_and_remembers_who_asked_first() {
    let library = |name: &str, texts: &[&str]| {
        let mut target = Target::new(Address::new("3rdparty", name), "python_requirement_library");
        let objects = texts.iter().map(|text| {
            Value::Object(Object {
                symbol: "python_requirement".to_owned(),
                fields: vec![("requirement".to_owned(), Value::from(*text))],
                location: Location::default(),
            })
        });
        target.fields.push(("requirements".to_owned(), Value::List(objects.collect())));
        target
    };
    let targets = [library("a", &["z==1", "Py_Test >= 8"]), library("b", &["z==1", "c"])];
    let set = RequirementSet::of_targets(&targets);
    assert_eq!(set.texts().collect::<Vec<_>>(), ["Py_Test >= 8", "c", "z==1"]);
    assert_eq!(set.iter().last().map(|requirement| requirement.target.to_string()).as_deref(), Some("3rdparty:a"));
    assert!(set.mentions("py-test") && !set.mentions("pytest"));
}
