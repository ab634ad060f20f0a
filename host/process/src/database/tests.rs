//! A broken index is replaced, a hopeless one done without.

use super::*;

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("CREATE TABLE IF NOT EXISTS entries (name TEXT PRIMARY KEY)")
}

fn insert(database: &Database, name: &str) -> Option<usize> {
    database.with(|connection| connection.execute("INSERT OR REPLACE INTO entries VALUES (?1)", [name]))
}

fn count(database: &Database) -> Option<i64> {
    database.with(|connection| connection.query_row("SELECT count(*) FROM entries", [], |row| row.get(0)))
}

#[test]
fn two_users_see_each_other() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let open = || Database::new(directory.path().join("index.sqlite"), prepare);
    let (one, other) = (open(), open());
    assert_eq!((insert(&one, "a"), insert(&other, "b")), (Some(1), Some(1)));
    assert_eq!((count(&one), count(&other), count(&open())), (Some(2), Some(2), Some(2)));
}

#[test]
fn nothing_is_opened_before_it_is_needed() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("index.sqlite");
    let database = Database::new(path.clone(), prepare);
    assert!(!path.exists());
    assert_eq!((insert(&database, "a"), path.exists()), (Some(1), true));
}

#[test]
fn a_file_that_is_no_database_is_replaced() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let path = directory.path().join("index.sqlite");
    fs::write(&path, "this was a database once, before the disk lost it ".repeat(100)).expect("the file is ours");
    let database = Database::new(path, prepare);
    assert_eq!(insert(&database, "a"), Some(1));
}

#[test]
fn an_unusable_path_means_no_index() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let database = Database::new(directory.path().join("missing/index.sqlite"), prepare);
    assert_eq!((insert(&database, "a"), count(&database)), (None, None));
}

#[test]
fn an_index_that_breaks_later_is_given_up() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let database = Database::new(directory.path().join("index.sqlite"), prepare);
    assert_eq!(database.with(|connection| connection.execute_batch("DROP TABLE entries")), Some(()));
    assert_eq!(insert(&database, "a"), None);
    assert_eq!(database.with(|_| Ok(())), None);
}

#[test]
fn a_new_file_is_opened_by_many_at_once() {
    let directory = tempfile::tempdir().expect("tests have a temporary directory");
    let open = || Database::new(directory.path().join("index.sqlite"), prepare);
    std::thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || assert_eq!(insert(&open(), &number.to_string()), Some(1)));
        }
    });
    assert_eq!(count(&open()), Some(8));
}
