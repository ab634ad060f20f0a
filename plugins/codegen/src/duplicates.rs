//! Files that a target generates although a target it depends on generates them, too.

use plugin_api::{Address, Context, Error, LogLevel, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// Refuses such files, or (where `allow-dups` is on) leaves them to the dependency.
pub(crate) fn settle(
    context: &Context,
    target: &Address,
    results_dir: &str,
    dependencies: &[&Address],
    is_allowed: bool,
) -> Result<()> {
    let own = files_below(&context.absolute(results_dir))?;
    for dependency in dependencies {
        let theirs = files_below(&context.absolute(format!("{}/{}", context.workdir(), dependency.id())))?;
        let Some(first) = own.intersection(&theirs).next() else { continue };
        let message = format!("`{target}` generates `{first}`, and so does `{dependency}`, which it depends on");
        if !is_allowed {
            return Err(Error::msg(message).hint("let one of them have the sources").hint(format!(
                "or set `[{}] allow_dups`, which leaves such files to the dependency",
                context.scope()
            )));
        }
        context.log(LogLevel::Warn, message)?;
        for file in own.intersection(&theirs) {
            let path = context.absolute(results_dir).join(file);
            if path.exists() {
                std::fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}

fn files_below(directory: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    collect(directory, "", &mut found)?;
    Ok(found)
}

fn collect(directory: &Path, prefix: &str, found: &mut BTreeSet<String>) -> Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}
