//! Where things are put: the work directory on another disk, the caches, names in config files.

use super::{GEN, count, generate, repository, set_config};
use std::path::PathBuf;

fn elsewhere(repository: &crate::support::Repository, name: &str) -> PathBuf {
    repository.home().parent().expect("it has one").join(name)
}

#[test]
fn the_work_directory_is_a_link_to_another_disk() {
    let repository = repository("");
    let base = elsewhere(&repository, "disk");
    let config = |base: &str| format!("[GLOBAL]\npants_physical_workdir_base = {base:?}\n");
    set_config(&repository, &config(&base.to_string_lossy()));
    generate(&repository, &[]);
    let workdir = repository.root().join(".pants.d");
    let target = std::fs::read_link(&workdir).expect("it is a link");
    assert!(target.starts_with(&base) && target.join("gen/protoc").is_dir(), "{}", target.display());
    generate(&repository, &["--cache-ignore"]);
    assert_eq!(count(&repository), 1, "the result is found there");

    let other = elsewhere(&repository, "other-disk");
    set_config(&repository, &config(&other.to_string_lossy()));
    generate(&repository, &[]);
    assert!(std::fs::read_link(&workdir).expect("it is a link").starts_with(&other));

    std::fs::remove_file(&workdir).expect("it is a link");
    set_config(&repository, "");
    generate(&repository, &[]);
    set_config(&repository, &config(&base.to_string_lossy()));
    let told = repository.run(&GEN).failure(1);
    assert!(told.contains("pants.toml:2") && told.contains("it is a directory already"), "{told}");
    assert!(told.contains("hint: remove `[ROOT]/.pants.d`"), "{told}");
    assert!(workdir.join("gen").is_dir(), "nothing was removed");
}

#[test]
fn caches_are_where_the_options_say() {
    let repository = repository("");
    generate(&repository, &["--pants-bootstrapdir=~/mine"]);
    assert!(repository.home().join("mine/content").is_dir());
    assert!(!repository.home().join("cache").exists());
    generate(&repository, &["--pants-bootstrapdir=~/mine", "--local-store-dir=store", "--cache-read"]);
    assert!(repository.exists("store"), "the store of its own wins");
}

#[test]
fn directories_of_the_user_have_names_in_config_files() {
    let shown = |global: &str| {
        let config = format!("[GLOBAL]\n{global}logdir = \"%(pants_configdir)s/logs\"\n");
        let repository = repository(&config);
        let _ = repository.run(&["list", "odd"]).success();
        (repository.exists("conf/logs/pants.log"), repository.home().join(".config/pants/logs/pants.log").exists())
    };
    assert_eq!(shown(""), (false, true));
    assert_eq!(shown("pants_configdir = \"conf\"\n"), (true, false));
}
