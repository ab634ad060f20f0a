//! Which of several JDKs is found, and what is said when none will do.

use super::*;
use expect_test::{Expect, expect};

/// A directory with homes: each a path and the text of its `release` file; without text, a home without compiler.
fn homes(homes: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (home, version) in homes {
        let home = root.path().join(home);
        std::fs::create_dir_all(home.join("bin")).unwrap();
        if !version.is_empty() {
            std::fs::write(home.join("bin/javac"), "").unwrap();
            std::fs::write(home.join("release"), format!("IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"{version}\"\n")).unwrap();
        }
    }
    root
}

fn check(root: &tempfile::TempDir, places: Places, expect: Expect) {
    let places = Places { minimum: places.minimum.max(17), ..places };
    let shown = match find(&places) {
        Ok(jdk) => format!("{} is {}", jdk.home.display(), jdk.major),
        Err(none) => {
            let error = none.into_error(&places);
            [vec![error.message], error.causes].concat().join("\n")
        }
    };
    let root = root.path().canonicalize().unwrap();
    expect.assert_eq(&shown.replace(&*root.to_string_lossy(), "[ROOT]"));
}

#[test]
fn the_first_place_with_a_jdk_that_will_do_wins() {
    let root =
        homes(&[("configured", "21.0.1"), ("home", "17.0.2"), ("old", "11.0.3"), ("jvm/a", "17"), ("jvm/b", "25")]);
    let at = |home: &str| root.path().canonicalize().unwrap().join(home);
    let all = Places {
        configured: vec![at("configured")],
        java_home: Some(at("home")),
        system: vec![at("jvm")],
        ..Places::default()
    };
    check(&root, all.clone(), expect!["[ROOT]/configured is 21"]);
    check(&root, Places { configured: vec![], ..all.clone() }, expect!["[ROOT]/home is 17"]);
    let old = Places { configured: vec![], java_home: Some(at("old")), ..all.clone() };
    check(&root, old.clone(), expect!["[ROOT]/jvm/b is 25"]);
    check(&root, Places { maximum: Some(17), ..old }, expect!["[ROOT]/jvm/a is 17"]);
    check(&root, Places { minimum: 21, configured: vec![], ..all }, expect!["[ROOT]/jvm/b is 25"]);
}

#[cfg(unix)]
#[test]
fn the_home_of_a_compiler_on_path_is_where_its_links_end() {
    let root = homes(&[("jdk", "17.0.2")]);
    let at = |path: &str| root.path().canonicalize().unwrap().join(path);
    std::fs::create_dir(at("usr-bin")).unwrap();
    std::os::unix::fs::symlink(at("jdk/bin/javac"), at("alternatives")).unwrap();
    std::os::unix::fs::symlink(at("alternatives"), at("usr-bin/javac")).unwrap();
    let places = Places { path: vec![at("nothing"), at("usr-bin")], ..Places::default() };
    check(&root, places, expect!["[ROOT]/jdk is 17"]);
}

#[test]
fn the_message_says_what_was_searched_and_found() {
    let root = homes(&[("eight", "1.8.0_292"), ("runtime", ""), ("jvm/old", "11.0.1")]);
    let at = |path: &str| root.path().canonicalize().unwrap().join(path);
    let places = Places {
        configured: vec![at("absent"), at("runtime")],
        java_home: Some(at("eight")),
        system: vec![at("jvm")],
        ..Places::default()
    };
    check(
        &root,
        places,
        expect![[r#"
            no JDK of version 17 or later was found
            [jvm-distributions] paths: `[ROOT]/absent` is no directory
            [jvm-distributions] paths: `[ROOT]/runtime` has no `bin/javac`: it is no JDK, or only a runtime
            JAVA_HOME: `[ROOT]/eight` is version 8
            javac on PATH: nothing there
            [ROOT]/jvm: `[ROOT]/jvm/old` is version 11"#]],
    );
}

#[test]
fn versions_of_both_eras_are_read() {
    let majors = ["17", "17.0.15", "21-ea", "25.0.3+9-LTS", "1.8.0_292", "9", "x", ""].map(major_version);
    assert_eq!(majors, [Some(17), Some(17), Some(21), Some(25), Some(8), Some(9), None, None]);
}
