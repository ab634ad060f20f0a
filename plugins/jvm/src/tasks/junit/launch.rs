//! The JVM of a target: where it runs, what the console is told, which variables it has.

use super::selection::{Batch, is_selector};
use crate::tasks::working_directory;
use plugin_api::tasks::TestVariables;
use plugin_api::{Context, Error, OptionRegistrar, Planning, Process, Result, Target, Value};
use std::path::Path;

/// What a target may say about how many of its tests run at once.
pub(super) const CONCURRENCY: [&str; 4] =
    ["SERIAL", "PARALLEL_CLASSES", "PARALLEL_METHODS", "PARALLEL_CLASSES_AND_METHODS"];

/// Declares the options that say how tests are run.
pub(super) fn register_options(options: &mut OptionRegistrar) {
    options
        .optional_string(
            "cwd",
            "The directory that tests run in, relative to the build root, where a target gives none.",
        )
        .fingerprinted()
        .advanced();
    options
        .bool(
            "chroot",
            false,
            "Run the tests of each target in a directory of its own, with nothing in it but the files of the `files` targets \
             that it depends on.",
        )
        .fingerprinted()
        .advanced();
    options
        .choice(
            "default-concurrency",
            &CONCURRENCY,
            CONCURRENCY[0],
            "What of a target's tests may run at once, where it gives no `concurrency`.",
        )
        .fingerprinted()
        .advanced();
    options
        .int(
            "parallel-threads",
            0,
            "How many threads run the tests of a target that gives no `threads`; 0: as it fits.",
        )
        .fingerprinted()
        .advanced();
}

/// How tests are run, where a target does not say.
#[derive(Clone, Debug, Default)]
pub(super) struct Launch {
    cwd: Option<String>,
    has_chroot: bool,
    concurrency: String,
    threads: i64,
    variables: Vec<(String, String)>,
}

/// Where the tests of a target run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Place {
    /// Relative to the build root; empty for the build root itself.
    pub(super) directory: String,
    /// What is read there: files of `files` targets.
    pub(super) files: Vec<String>,
}

impl Launch {
    /// Refuses what cannot be meant, before anything is built.
    pub(super) fn check(planning: &Planning) -> Result<()> {
        if planning.option("chroot")?.as_bool() != Some(true) {
            working_directory::check(planning, "cwd", &[])?;
        }
        let threads = planning.option_value("parallel-threads")?;
        if let Some(number @ ..0) = threads.value.as_int() {
            return Err(Error::msg(format!("{}: `{number}` is no number of threads", threads.source)));
        }
        TestVariables::from_option(&planning.option_value("extra-env-vars")?).map(drop)
    }

    pub(super) fn load(context: &Context) -> Result<Self> {
        let variables = TestVariables::from_option(&context.option_of(context.scope(), "extra-env-vars")?)?;
        Ok(Self {
            cwd: context.text_option("cwd")?,
            has_chroot: context.flag("chroot")?,
            concurrency: context.text_option("default-concurrency")?.unwrap_or_default(),
            threads: context.int_option("parallel-threads")?,
            variables: variables.values(context)?,
        })
    }

    /// Where the tests of a target run that reads these files; makes that place, if it is one of its own.
    pub(super) fn place(&self, context: &Context, target: &Target, results: &str, files: Vec<String>) -> Result<Place> {
        let (given, source) = match target.text("cwd").filter(|cwd| !cwd.is_empty()) {
            Some(cwd) => (cwd, target.location.to_string()),
            None => (self.cwd.as_deref().unwrap_or_default(), "cwd".to_owned()),
        };
        let refused = || Error::msg(format!("{source}: `{given}` is no directory of the build root"));
        let below = working_directory::relative(context.build_root(), given).ok_or_else(refused)?;
        if !self.has_chroot {
            return if context.absolute(&below).is_dir() {
                Ok(Place { directory: below, files })
            } else {
                Err(refused())
            };
        }
        let root = format!("{results}/chroot");
        let files = fill(context, &root, &files)?;
        let directory = if below.is_empty() { root } else { format!("{root}/{below}") };
        std::fs::create_dir_all(context.absolute(&directory))?;
        Ok(Place { directory, files })
    }

    /// What the console is told.
    pub(super) fn arguments(
        &self,
        target: &Target,
        batch: &Batch,
        paths: &Paths,
        passthrough: &[String],
    ) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["--disable-banner", "--disable-ansi-colors", "--details=summary"].map(str::to_owned).to_vec();
        arguments.push(format!("--reports-dir={}", paths.reports));
        arguments.extend(self.concurrency_of(target).into_iter().map(|setting| format!("--config=junit.{setting}")));
        // The console takes selectors or a scan, not both.
        let scan = || format!("--scan-classpath={}", paths.classes);
        match batch {
            Batch::Selectors(selectors) => arguments.extend(selectors.iter().cloned()),
            _ if passthrough.iter().any(|argument| is_selector(argument)) => {}
            Batch::All => {
                arguments.push(scan());
                // All classes of the target's own jar, not only those whose names end in `Test`: its sources say what it
                // is. The console joins patterns with `or`, so those of the user would mean nothing beside this one.
                if !passthrough.iter().any(|argument| names_classes(argument)) {
                    arguments.push("--include-classname=.*".to_owned());
                }
            }
            Batch::Classes(classes) => {
                arguments.push(scan());
                let pattern = |class: &String| format!(r"--include-classname=\Q{class}\E(\$.*)?");
                arguments.extend(classes.iter().map(pattern));
            }
        }
        arguments.extend(passthrough.iter().cloned());
        arguments
    }

    /// The settings of the engines that say what runs at once.
    fn concurrency_of(&self, target: &Target) -> Vec<String> {
        let (classes, methods) = match target.text("concurrency").unwrap_or(&self.concurrency) {
            "PARALLEL_CLASSES" => (true, false),
            "PARALLEL_METHODS" => (false, true),
            "PARALLEL_CLASSES_AND_METHODS" => (true, true),
            _ => return Vec::new(),
        };
        let mode = |is_concurrent| if is_concurrent { "concurrent" } else { "same_thread" };
        let (jupiter, vintage) = ("jupiter.execution.parallel", "vintage.execution.parallel");
        let mut settings = vec![
            format!("{jupiter}.enabled=true"),
            format!("{jupiter}.mode.classes.default={}", mode(classes)),
            format!("{jupiter}.mode.default={}", mode(methods)),
            format!("{vintage}.enabled=true"),
            format!("{vintage}.classes={classes}"),
            format!("{vintage}.methods={methods}"),
        ];
        let threads = target.field("threads").as_int().unwrap_or(self.threads);
        if threads > 0 {
            settings.push(format!("{jupiter}.config.strategy=fixed"));
            settings.push(format!("{jupiter}.config.fixed.parallelism={threads}"));
            settings.push(format!("{vintage}.pool-size={threads}"));
        }
        settings
    }

    /// Gives a process its variables: those of the options, then those of the target.
    pub(super) fn with_variables(&self, target: &Target, mut process: Process) -> Result<Process> {
        for (name, value) in &self.variables {
            process = process.env(name, value);
        }
        for (name, value) in target.field("extra_env_vars").to_entries() {
            match value {
                Value::None => drop(process.env.remove(&name)),
                Value::Str(text) => process = process.env(name, text),
                Value::Int(number) => process = process.env(name, number.to_string()),
                _ => {
                    let message = format!("{}: `extra_env_vars`: `{name}` must be text", target.location);
                    return Err(Error::msg(message));
                }
            }
        }
        Ok(process)
    }
}

/// The paths of a JVM, as it sees them from where it runs.
pub(super) struct Paths {
    pub(super) reports: String,
    pub(super) classes: String,
}

/// The words of a command that runs in a directory. The process itself runs in the build root: its outputs are elsewhere.
pub(super) fn in_directory(directory: &str) -> Vec<String> {
    if directory.is_empty() {
        return Vec::new();
    }
    ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", directory].map(str::to_owned).to_vec()
}

/// Copies files into a new directory, at their own paths; answers where they are.
fn fill(context: &Context, root: &str, files: &[String]) -> Result<Vec<String>> {
    super::remove_directory(context, root)?;
    let copy = |file: &String| {
        let copy = format!("{root}/{file}");
        let (from, to) = (context.absolute(file), context.absolute(&copy));
        std::fs::create_dir_all(to.parent().unwrap_or(Path::new("")))
            .and_then(|()| std::fs::copy(&from, &to))
            .map_err(|error| Error::from(error).context(format!("cannot copy `{file}`")))?;
        Ok(copy)
    };
    files.iter().map(copy).collect()
}

/// Whether an argument is the console's option for the names of classes to include, in any of its spellings.
fn names_classes(argument: &str) -> bool {
    let is_long = argument.split('=').next() == Some("--include-classname");
    is_long || (argument.starts_with("-n") && !argument.starts_with("--"))
}
