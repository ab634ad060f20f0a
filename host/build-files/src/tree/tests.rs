//! What the tree shows and hides.

use super::*;
use crate::fixture::Fixture;
use expect_test::{Expect, expect};

/// Lists every directory of a fixture after `prepare` has had its way with it.
fn check(fixture: &str, prepare: impl FnOnce(&Path), expect: Expect) {
    let fixture = Fixture::new(fixture);
    prepare(fixture.root());
    let (tree, warnings) = Tree::new(&fixture.config());
    let mut out = String::new();
    let listings = tree.walk("").expect("the build root can be listed");
    for warning in warnings.iter().chain(listings.iter().flat_map(|listing| &listing.warnings)) {
        out.push_str(&format!("warning: {warning}\n"));
    }
    for listing in &listings {
        for file in &listing.files {
            let mark = if listing.build_files.contains(file) { " (BUILD file)" } else { "" };
            out.push_str(&format!("{}{mark}\n", join(&listing.dir, file)));
        }
    }
    expect.assert_eq(&out);
}

#[test]
fn ignored_and_own_directories_do_not_exist() {
    let fixture = "
//- .gitignore
*.class
/out/
//- a/BUILD
//- a/A.java
//- a/A.class
//- a/.hidden/BUILD
//- out/BUILD
//- b/out/BUILD
//- dist/BUILD
//- .pants.d/BUILD
//- node_modules/x/BUILD
//- BUILD.tools
//- BUILDER
";
    check(
        fixture,
        |_| (),
        expect![[r#"
        .gitignore
        BUILD.tools (BUILD file)
        BUILDER
        a/A.java
        a/BUILD (BUILD file)
        b/out/BUILD (BUILD file)
        node_modules/x/BUILD
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_circles_and_not_out() {
    use std::os::unix::fs::symlink;
    let prepare = |root: &Path| {
        symlink("..", root.join("a/loop")).unwrap();
        symlink("../b", root.join("a/to_b")).unwrap();
        symlink("../a", root.join("b/to_a")).unwrap();
        symlink("/", root.join("a/out")).unwrap();
        symlink("nowhere", root.join("a/dangling")).unwrap();
        symlink("A.java", root.join("a/B.java")).unwrap();
    };
    check(
        "//- a/A.java\n//- b/BUILD\n",
        prepare,
        expect![[r#"
        a/A.java
        a/B.java
        a/to_b/BUILD (BUILD file)
        b/BUILD (BUILD file)
        b/to_a/A.java
        b/to_a/B.java
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_are_named() {
    use std::os::unix::ffi::OsStrExt;
    let prepare = |root: &Path| fs::write(root.join("a").join(OsStr::from_bytes(b"\xffx.java")), "").unwrap();
    check(
        "//- a/A.java\n",
        prepare,
        expect![[r#"
        warning: `a/\xffx.java` is left out, because its name is not UTF-8
        a/A.java
    "#]],
    );
}

#[test]
fn a_directory_that_is_not_there_says_why() {
    let fixture = Fixture::new("//- dist/x/BUILD\n//- a/BUILD\n");
    let (tree, _) = Tree::new(&fixture.config());
    assert!(matches!(tree.listing("nope"), Err(NoListing::Missing)));
    assert!(matches!(tree.listing("a/BUILD"), Err(NoListing::Missing)));
    assert!(matches!(tree.listing("dist/x"), Err(NoListing::Ignored)));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_a_build_file_is_named() {
    use std::os::unix::fs::symlink;
    let prepare = |root: &Path| {
        symlink("nowhere", root.join("a/BUILD.gone")).unwrap();
        symlink("/dev/null", root.join("a/BUILD.null")).unwrap();
        symlink("BUILD.loop", root.join("a/BUILD.loop")).unwrap();
        symlink("nowhere", root.join("a/gone.java")).unwrap();
        fs::create_dir(root.join("a/BUILD.dir")).unwrap();
    };
    check(
        "//- a/BUILD/x.txt\n//- a/B.java\n",
        prepare,
        expect![[r#"
            warning: `a/BUILD.gone` is left out: it is a link to nothing
            warning: `a/BUILD.loop` is left out: Too many levels of symbolic links (os error 40)
            warning: `a/BUILD.null` is left out: it is neither a file nor a directory
            a/B.java
            a/BUILD/x.txt
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn directories_that_are_all_linked_to_each_other_have_an_end() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new("//- d0/BUILD\n");
    for one in 0..9 {
        fs::create_dir_all(fixture.root().join(format!("d{one}"))).unwrap();
        for other in 0..9 {
            symlink(format!("../d{other}"), fixture.root().join(format!("d{one}/to{other}"))).unwrap();
        }
    }
    let (tree, _) = Tree::new(&fixture.config());
    let listings = tree.walk("").expect("the build root can be listed");
    // 9 directories, and ways of one to three links from each to the others.
    assert_eq!(listings.len(), 1 + 9 + 9 * 8 + 9 * 8 * 7 + 9 * 8 * 7 * 6);
}

#[test]
fn build_files_are_ignored_by_directory_and_by_name() {
    let fixture = Fixture::new(
        "//- BUILD\n//- BUILD.bazel\n//- a/BUILD.bazel\n//- skipped/BUILD\n//- skipped/kept/BUILD\n//- b/x/BUILD\n//- b/y/BUILD\n",
    );
    let mut config = fixture.config();
    config.build_ignore = ["BUILD.bazel", "/skipped", "b/*", "!b/y"].map(str::to_owned).to_vec();
    let (tree, _) = Tree::new(&config);
    let listings = tree.walk("").expect("the build root can be listed");
    let found: Vec<String> =
        listings.iter().flat_map(|listing| listing.build_files.iter().map(|name| join(&listing.dir, name))).collect();
    assert_eq!(found, ["BUILD", "b/y/BUILD"]);
}

#[test]
fn later_patterns_take_earlier_ones_back() {
    let fixture =
        Fixture::new("//- a/x.tmp\n//- a/keep.tmp\n//- out/x\n//- dist/x\n//- a/.gitignore\n*.java\n//- a/A.java\n");
    std::fs::write(fixture.root().join(".gitignore"), b"# caf\xe9\n*.tmp\n!keep.tmp\n/out/\n").unwrap();
    let mut config = fixture.config();
    config.pants_ignore.push("!/out/".to_owned());
    let (tree, warnings) = Tree::new(&config);
    assert_eq!(warnings, []);
    let listings = tree.walk("").expect("the build root can be listed");
    let found: Vec<String> =
        listings.iter().flat_map(|listing| listing.files.iter().map(|name| join(&listing.dir, name))).collect();
    assert_eq!(found, [".gitignore", "a/.gitignore", "a/A.java", "a/keep.tmp", "out/x"]);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_too_long_is_named() {
    let fixture = Fixture::new("//- a/BUILD\n");
    let (tree, _) = Tree::new(&fixture.config());
    let long = vec!["d".repeat(200); 30].join("/");
    assert!(matches!(tree.listing(&long), Err(NoListing::Unreadable(_))));
    assert!(matches!(tree.listing("a\0b"), Err(NoListing::Unreadable(_))));
}

#[cfg(unix)]
#[test]
fn a_link_that_is_not_followed_is_not_followed_when_it_is_named() {
    use std::os::unix::fs::symlink;
    let fixture = Fixture::new("//- a/BUILD\n//- b/BUILD\n");
    symlink("..", fixture.root().join("a/up")).unwrap();
    symlink("/usr", fixture.root().join("a/out")).unwrap();
    symlink("../b", fixture.root().join("a/b")).unwrap();
    let (tree, _) = Tree::new(&fixture.config());
    for dir in ["a/up", "a/up/b", "a/out", "a/out/bin"] {
        assert!(matches!(tree.listing(dir), Err(NoListing::StrangeLink)), "{dir}");
    }
    assert!(tree.listing("a/b").is_ok_and(|listing| listing.build_files.len() == 1));
}

#[cfg(unix)]
#[test]
fn directories_that_no_address_can_name_have_no_build_files() {
    check(
        "//- a:b/BUILD\n//- c/x:y/d/BUILD\n//- c/x:y/d/x.txt\n",
        |root| {
            fs::create_dir(root.join("new\nline")).unwrap();
            fs::write(root.join("new\nline/BUILD"), "").unwrap();
        },
        expect![[r#"
            warning: the BUILD files of `a:b` are left out: no address can name a directory with a colon or control character
            warning: the BUILD files of `c/x:y/d` are left out: no address can name a directory with a colon or control character
            warning: the BUILD files of `new\nline` are left out: no address can name a directory with a colon or control character
            a:b/BUILD
            c/x:y/d/BUILD
            c/x:y/d/x.txt
            new
            line/BUILD
        "#]],
    );
}
