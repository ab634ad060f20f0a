//! The register, told of what happens by hand.

use super::*;

fn name(text: &str) -> Arc<str> {
    text.into()
}

/// A register in which these directories are armed, each with a watch of its own.
fn armed(names: &[&str]) -> Directories {
    let mut directories = Directories::default();
    for text in names {
        directories.ask(&name(text));
    }
    for (text, id) in directories.next(usize::MAX).into_iter().zip(1..) {
        directories.armed(&text, WatchId(id));
    }
    directories
}

fn pending(directories: &mut Directories) -> Vec<String> {
    directories.next(usize::MAX).iter().map(ToString::to_string).collect()
}

#[test]
fn those_above_a_directory_are_asked_for_first_and_each_once() {
    let mut directories = Directories::default();
    directories.ask(&name("a/b/c"));
    directories.ask(&name("a/b"));
    directories.ask(&name("a/d"));
    assert_eq!(pending(&mut directories), ["", "a", "a/b", "a/b/c", "a/d"]);
    assert_eq!(directories.unwatched().len(), 5);
}

#[test]
fn a_name_that_goes_away_takes_those_below_it_along_and_no_others() {
    let mut directories = armed(&["a", "a-b", "a/b", "a/b/c", "a0", "b"]);
    let (names, released) = directories.gone("a");
    assert_eq!(names, [name("a"), name("a/b"), name("a/b/c")]);
    assert_eq!(released.len(), 3);
    assert_eq!(directories.watched(), 4);
    assert_eq!(pending(&mut directories), ["a", "a/b", "a/b/c"]);
}

#[test]
fn a_missing_directory_is_looked_for_again_when_its_name_appears_or_its_parent_is_armed_anew() {
    let mut directories = armed(&["a", "a/b"]);
    directories.gone("a");
    pending(&mut directories);
    for missing in ["a", "a/b"] {
        directories.not_armed(&name(missing), Standing::Missing);
    }
    assert!(directories.unwatched().is_empty());
    directories.appeared("a/b/x");
    assert!(directories.is_settled());
    directories.ask(&name("a"));
    assert_eq!(pending(&mut directories), ["a"]);
    directories.armed(&name("a"), WatchId(9));
    assert_eq!(pending(&mut directories), ["a/b"]);
}

#[test]
fn a_directory_with_two_names_keeps_its_watch_until_both_are_gone() {
    let mut directories = armed(&["a", "b"]);
    let watch = WatchId(2);
    directories.gone("b");
    pending(&mut directories);
    directories.armed(&name("b"), watch);
    assert_eq!(directories.names(watch).collect::<Vec<_>>(), [&name("a"), &name("b")]);
    assert_eq!(directories.gone("a").1, []);
    assert_eq!(directories.names(watch).collect::<Vec<_>>(), [&name("b")]);
    assert_eq!(directories.gone("b").1, [watch]);
    assert_eq!(directories.names(watch).count(), 0);
}

#[test]
fn after_a_doubt_a_directory_keeps_its_watch_or_gives_it_back() {
    let mut directories = armed(&["a"]);
    directories.doubt_all();
    assert_eq!(pending(&mut directories), ["", "a"]);
    assert_eq!(directories.names(WatchId(2)).count(), 1, "its events still come");
    assert_eq!(directories.armed(&name(""), WatchId(1)), None);
    assert_eq!(directories.armed(&name("a"), WatchId(7)), Some(WatchId(2)));
    assert_eq!(directories.names(WatchId(2)).count(), 0);
    assert!(directories.unwatched().is_empty());
}

#[test]
fn names_of_directories_that_are_gone_are_not_kept_without_bound() {
    let mut directories = armed(&[""]);
    for index in 0..=MOST_MISSING {
        let gone = name(&format!("d{index}"));
        directories.ask(&gone);
        directories.next(1);
        directories.not_armed(&gone, Standing::Missing);
    }
    assert_eq!(directories.standings.len(), 1);
}
