//! Java repositories of the Pants v1 years: what their BUILD files mean in a build, with the real tools.

mod classpaths;
mod options;
mod third_party;

use crate::support::{Output, Repository};

/// Runs the binary with the machine's tools.
fn run(repository: &Repository, args: &[&str]) -> Output {
    repository.pants(args).with_real_tools().run()
}
