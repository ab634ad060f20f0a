//! `[jvm]`: the JVMs that run the user's own programs and tests. Each task that starts some has an instance of its own
//! (`[jvm.test.junit]`), which inherits what it does not say.

use plugin_api::{Context, Error, OptionRegistrar, Planning, Process, Result};

/// The subsystem.
pub(crate) const SCOPE: &str = "jvm";

/// What stands for the port in the options for debuggers.
const PORT: &str = "{debug_port}";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_options(options: &mut OptionRegistrar) {
    options.shell_list("options", &["-Xmx256m"], "Options for the JVMs that run programs and tests of the repository.");
    options.shell_list("program-args", &[], "Arguments for the program that `run` starts, before those after `--`.");
    options.bool("debug", false, "Wait for a debugger before a program or test starts.");
    options.int("debug-port", 5005, "The port on which to wait for the debugger.").advanced();
    options
        .list(
            "debug-args",
            &["-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address={debug_port}"],
            "Options that make a JVM wait for a debugger; `{debug_port}` stands for the port.",
        )
        .advanced();
}

/// What an instance of [`SCOPE`] says.
#[derive(Clone, Debug, Default)]
pub(crate) struct JvmSettings {
    /// The options that every such JVM gets.
    options: Vec<String>,
    /// The arguments that come before those of the command line.
    pub(crate) program_args: Vec<String>,
    /// Whether somebody debugs it.
    is_debugged: bool,
}

impl JvmSettings {
    /// What the task's own instance says.
    pub(crate) fn load(context: &Context) -> Result<Self> {
        let value = |name| context.subsystem_option(SCOPE, name).map(|option| option.value);
        let mut options = value("options")?.to_strings();
        let is_debugged = value("debug")?.as_bool() == Some(true);
        if is_debugged {
            let port = value("debug-port")?.as_int().unwrap_or_default().to_string();
            options.extend(value("debug-args")?.to_strings().iter().map(|option| option.replace(PORT, &port)));
        }
        Ok(Self { options, program_args: value("program-args")?.to_strings(), is_debugged })
    }

    /// Refuses what cannot be meant, before anything is built.
    pub(crate) fn check(planning: &Planning) -> Result<()> {
        let port = planning.option_value_of(&format!("{SCOPE}.{}", planning.scope()), "debug-port")?;
        match port.value.as_int() {
            Some(1..=65535) | None => Ok(()),
            Some(number) => Err(Error::msg(format!("{}: `{number}` is no port: it is 1 to 65535", port.source))),
        }
    }

    /// The options that every such JVM gets.
    pub(crate) fn options(&self) -> impl Iterator<Item = String> {
        self.options.iter().cloned()
    }

    /// Where somebody debugs a process, it really runs, for as long as that takes, and says where to connect to.
    pub(crate) fn watched(&self, mut process: Process) -> Process {
        if self.is_debugged {
            process.timeout_ms = 0;
            return process.cache(plugin_api::CachePolicy::Never).streaming();
        }
        process
    }
}
