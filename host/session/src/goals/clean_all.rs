//! `clean-all`: removes everything that builds left in the repository, but what the user asked for in `dist`.

use super::console::{any_target_spec, flag};
use pants_engine::{Context, Planning, ProductDecl, RoundManager, Task, TaskError, TaskSpec, TaskType};
use pants_model::{Address, OptionSpec};
use std::path::Path;

pub(crate) struct CleanAllType(TaskSpec);

impl CleanAllType {
    pub(crate) fn new() -> Self {
        let spec = any_target_spec("Clean", "Delete the work directory, so that everything is done anew.");
        Self(TaskSpec { is_console: true, is_exclusive: true, ..spec })
    }
}

impl TaskType for CleanAllType {
    fn spec(&self) -> &TaskSpec {
        &self.0
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        Ok(vec![flag("async", "Return at once: rename the work directory, and delete it in the background.")])
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(Vec::new())
    }

    fn alternate_target_roots(&self, _planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        Ok(None)
    }

    fn prepare(&self, _planning: &Planning<'_>, _round: &mut RoundManager) -> Result<(), TaskError> {
        Ok(())
    }

    fn construct(&self, _context: &Context) -> Result<Box<dyn Task>, TaskError> {
        Ok(Box::new(CleanAll))
    }
}

struct CleanAll;

/// The locks of work directories: they stay, because runs that wait hold them open.
const LOCKS: &str = ".locks";

impl Task for CleanAll {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let workdir = context.pants_workdir();
        if !workdir.exists() {
            return Ok(());
        }
        let cannot = |error| TaskError::failed(format!("cannot clean `{}`", workdir.display())).caused_by(error);
        // Renamed first: whoever looks for a result finds it whole or not at all.
        let trash = workdir.join(format!(".trash.{}", context.run_id()));
        std::fs::create_dir(&trash).map_err(cannot)?;
        for entry in std::fs::read_dir(workdir).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let name = entry.file_name();
            if name != LOCKS && entry.path() != trash {
                std::fs::rename(entry.path(), trash.join(&name)).map_err(cannot)?;
            }
        }
        if context.option("async").as_bool() == Some(true) {
            return delete_in_background(&trash);
        }
        std::fs::remove_dir_all(&trash).map_err(cannot)
    }
}

/// A process of its own, so that this one may end.
fn delete_in_background(trash: &Path) -> Result<(), TaskError> {
    let mut command = std::process::Command::new("rm");
    command.arg("-rf").arg(trash).stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    match command.spawn() {
        Ok(_) => Ok(()),
        Err(error) => Err(TaskError::failed(format!("cannot start `rm` for `{}`", trash.display())).caused_by(error)),
    }
}
