//! Plugins of protoc: programs of the user's that generate more from the same `.proto` files.

use plugin_api::{Context, Error, OptionValue, Process, Result, Tool};
use std::path::{Path, PathBuf};

/// A program `protoc-gen-NAME`: what it is called decides what protoc calls its output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plugin {
    /// The `NAME` of the program.
    name: String,
    tool: Tool,
}

impl Plugin {
    /// What is part of the key of what it generates.
    pub(crate) fn identity(&self) -> String {
        format!("{} {}", self.name, self.tool.identity)
    }

    /// Adds it to a run of protoc.
    pub(crate) fn added_to(&self, process: Process, output: &str) -> Process {
        let Self { name, tool } = self;
        process
            .args([format!("--plugin=protoc-gen-{name}={{tool:{}}}", tool.name), format!("--{name}_out={output}")])
            .tool(tool.clone())
            // It may be a script, and may start programs.
            .passthrough_env(&["HOME", "PATH"])
            .local_only()
    }
}

/// The plugins that an option of the task names, found in `extra-path` and PATH.
pub(crate) fn locate(context: &Context) -> Result<Vec<Plugin>> {
    let names = context.option_of(context.scope(), "protoc-plugins")?;
    let own = context.list_option("extra-path")?.into_iter().map(|directory| context.build_root().join(directory));
    let path = context.environment("PATH")?.unwrap_or_default();
    let directories: Vec<PathBuf> = own.chain(path.split(':').map(PathBuf::from)).filter(|d| d.is_absolute()).collect();
    names.value.to_strings().iter().map(|name| find(&names, name, &directories)).collect()
}

fn find(option: &OptionValue, name: &str, directories: &[PathBuf]) -> Result<Plugin> {
    // Pants v1 asked for the longer name, although its help spoke of the shorter.
    for name in [format!("{name}_protobuf"), name.to_owned()] {
        let program = format!("protoc-gen-{name}");
        if let Some(path) = directories.iter().map(|directory| directory.join(&program)).find(|path| path.is_file()) {
            return Ok(Plugin { tool: Tool::new(&program, &path, identity(&path)?), name });
        }
    }
    Err(Error::msg(format!("{}: there is no program `protoc-gen-{name}`", option.source))
        .hint("it is looked for in the directories of `extra_path`, then in those of PATH"))
}

fn identity(path: &Path) -> Result<String> {
    let content = std::fs::read(path);
    let content = content.map_err(|error| Error::from(error).context(format!("cannot read `{}`", path.display())))?;
    Ok(crate::hash(&content))
}
