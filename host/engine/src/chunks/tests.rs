//! Cutting target sets into chunks.

use super::{ChunkTarget, cut};
use expect_test::{Expect, expect};

/// One target a line, dependencies first: `name language: dependencies`; language `-` is nobody's. The members are `x`
/// and `y`.
#[track_caller]
fn check(fixture: &str, expect: Expect) {
    let lines: Vec<(&str, &str, &str)> = fixture
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (head, dependencies) = line.split_once(':').unwrap();
            let (name, language) = head.split_once(' ').unwrap();
            (name, language, dependencies)
        })
        .collect();
    let number = |name: &str| lines.iter().position(|(other, ..)| *other == name).unwrap();
    let targets: Vec<ChunkTarget> = lines
        .iter()
        .map(|(_, language, dependencies)| ChunkTarget {
            member: ["x", "y"].iter().position(|member| member == language),
            dependencies: dependencies.split_whitespace().map(number).collect(),
        })
        .collect();
    let chunks = cut(2, &targets);
    let text: String = chunks
        .iter()
        .map(|chunk| {
            let names: Vec<&str> = chunk.targets.iter().map(|target| lines[*target].0).collect();
            format!("{} {}\n", ["x", "y"][chunk.member], names.join(" "))
        })
        .collect();
    expect.assert_eq(&text);
}

#[test]
fn an_interleaved_chain_alternates() {
    check(
        "c x:\n b y: c\n a x: b",
        expect![[r#"
        x c
        y b
        x a
    "#]],
    );
}

#[test]
fn runs_are_as_long_as_they_can_be() {
    check(
        "
        a x:
        b y:
        c x: a
        d y: b
        e x: d
        f x: c e
        ",
        expect![[r#"
            x a c
            y b d
            x e f
        "#]],
    );
}

#[test]
fn targets_of_nobody_carry_dependencies_through() {
    check(
        "
        a y:
        alias -: a
        b x: alias
        free -:
        c y: free
        ",
        expect![[r#"
            y a c
            x b
        "#]],
    );
}
