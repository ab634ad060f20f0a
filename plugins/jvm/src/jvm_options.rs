//! `[jvm]`: options for the JVMs that run the user's own programs and tests.

use plugin_api::{Context, OptionRegistrar, Result};

/// The option scope.
pub(crate) const SCOPE: &str = "jvm";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options.list("options", &["-Xmx256m"], "Options for the JVMs that run programs and tests of the repository.");
    options.list("program-args", &[], "Arguments for the program that `run` starts, before those after `--`.");
    options.bool("debug", false, "Wait for a debugger before a program or test starts.");
    options.int("debug-port", 5005, "The port on which to wait for the debugger.").advanced();
}

/// The options that every such JVM gets.
pub(crate) fn configured(context: &Context) -> Result<Vec<String>> {
    let value = |name| context.option_of(SCOPE, name).map(|option| option.value);
    let mut options = value("options")?.to_strings();
    if value("debug")?.as_bool() == Some(true) {
        let port = value("debug-port")?.as_int().unwrap_or(5005);
        options.push(format!("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address={port}"));
    }
    Ok(options)
}

/// The arguments that come before those of the command line.
pub(crate) fn program_arguments(context: &Context) -> Result<Vec<String>> {
    Ok(context.option_of(SCOPE, "program-args")?.value.to_strings())
}
