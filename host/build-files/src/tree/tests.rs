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
