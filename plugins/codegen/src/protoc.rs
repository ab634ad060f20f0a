//! protoc itself: embedded in this library for the platform it was built for, unpacked once per machine.

use plugin_api::{Context, Error, LogLevel, OptionRegistrar, OptionValue, Result, Tool};
use std::path::Path;

mod embedded {
    //! Written by build.rs.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// The scope with the options that all languages share.
pub(crate) const SCOPE: &str = "protoc";

/// The option with the runtime of generated Python.
pub(crate) const RUNTIME: &str = "runtime-targets";

/// The version of the embedded protoc, and with it the oldest runtimes its code runs with.
pub(crate) const VERSION: &str = "31.1";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    let help = "The protoc to use instead of the embedded 31.1. Generated code runs only with a runtime of the same \
                version or a newer one: 31.1 wants com.google.protobuf:protobuf-java 4.31.1 and protobuf 6.31.1 for \
                Python (which wants Python 3.10); another protoc wants others.";
    options.optional_string("path", help).advanced();
    let help = "The version of the protoc at `path`, or any text that changes when that program does: part of the key \
                under which generated code is cached. When not given, its content is.";
    options.optional_string("version", help).fingerprinted().advanced();
    let help = "More targets that generated Python depends on: what Pants 1.30 called `[gen.protoc-py] pythondeps`.";
    options.list(RUNTIME, &[], help).advanced();
    options
        .list("import-paths", &[], "More directories, relative to the build root, where imports are looked for.")
        .fingerprinted()
        .advanced();
}

/// The protoc that the user wants: the program is `{tool:protoc}/bin/protoc`, unless a path was given.
pub(crate) struct Protoc {
    /// The tool for a process.
    pub(crate) tool: Tool,
    /// The first argument of its command line.
    pub(crate) program: &'static str,
}

impl Protoc {
    /// Finds or unpacks it.
    pub(crate) fn locate(context: &Context) -> Result<Self> {
        let option = context.option_of(SCOPE, "path")?;
        let version = context.option_of(SCOPE, "version")?;
        match (option.value.as_str(), version.value.as_str()) {
            (Some(path), version) => Self::at(context, &option, path, version),
            (None, Some(wanted)) if wanted != VERSION => {
                let said = format!("{}: protoc {wanted} is not here; {VERSION} generates instead", version.source);
                let hint = format!("`[{SCOPE}] path` names a protoc of another version");
                context.log(LogLevel::Warn, format!("{said} ({hint})"))?;
                Self::embedded(context)
            }
            (None, _) => Self::embedded(context),
        }
    }

    fn at(context: &Context, option: &OptionValue, path: &str, version: Option<&str>) -> Result<Self> {
        let path = context.build_root().join(path);
        let content = std::fs::read(&path).map_err(|error| {
            let message = format!("{}: cannot read `{}`", option.source, path.display());
            Error::from(error).context(message).hint("leave the option out to use the embedded protoc")
        })?;
        let identity = match version {
            Some(version) => format!("protoc {version}"),
            None => format!("protoc {}", crate::hash(&content)),
        };
        Ok(Self { tool: Tool::new("protoc", path, identity), program: "{tool:protoc}" })
    }

    fn embedded(context: &Context) -> Result<Self> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let Some(program) = embedded::PROTOC else {
            return Err(Error::msg(format!("no protoc is embedded for {os} on {arch}"))
                .hint(format!("set `[{SCOPE}] path` to one of version {VERSION}")));
        };
        // The version is pinned exactly, so it says as much as a hash of the ten megabytes would.
        let key = format!("{VERSION}-{os}-{arch}");
        let directory = context.tool_dir("protoc", &key, |_, directory| unpack(program, directory))?;
        let tool = Tool::new("protoc", directory, format!("protoc {key}"));
        Ok(Self { tool, program: "{tool:protoc}/bin/protoc" })
    }
}

/// Writes what a distribution of protoc has: `bin/protoc`, and `include/`, where it looks by itself.
fn unpack(program: &[u8], directory: &Path) -> Result<()> {
    let binary = directory.join("bin/protoc");
    write(&binary, program)?;
    make_executable(&binary)?;
    for (name, content) in embedded::INCLUDES {
        write(&directory.join("include").join(name), content)?;
    }
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, content));
    made.map_err(|error| Error::from(error).context(format!("cannot write `{}`", path.display())))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unpacked_generates_code_that_imports_the_well_known_types() {
        let Some(program) = embedded::PROTOC else { return };
        let directory = tempfile::tempdir().expect("a temporary directory");
        unpack(program, &directory.path().join("protoc")).expect("it can be unpacked");
        let proto = "syntax = 'proto3'; import 'google/protobuf/timestamp.proto'; message A { google.protobuf.Timestamp at = 1; }";
        std::fs::write(directory.path().join("a.proto"), proto).expect("it can be written");
        let output = std::process::Command::new(directory.path().join("protoc/bin/protoc"))
            .args(["--proto_path=.", "--python_out=.", "a.proto"])
            .current_dir(directory.path())
            .output()
            .expect("protoc starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let code = std::fs::read_to_string(directory.path().join("a_pb2.py")).expect("it was generated");
        assert!(code.contains(&format!("Protobuf Python Version: 6.{VERSION}")), "{code}");
    }
}
