//! Tasks that print.

use crate::{Context, Error, OptionRegistrar, Planning, Result, RoundManager, Task, TaskSpec};

/// A task that yields lines for standard output and changes nothing.
pub trait ConsoleTask: Sized + Send + 'static {
    /// What the host must know; it is made a console task.
    fn spec() -> TaskSpec;

    /// Declares options besides `--sep` and `--output-file`.
    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// Says which products it needs.
    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        let _ = (planning, round);
        Ok(())
    }

    /// Makes the instance.
    fn new(context: &Context) -> Result<Self>;

    /// Yields its lines, one [`Lines::line`] each.
    fn console_output(&mut self, context: &Context, lines: &mut Lines) -> Result<()>;
}

/// Takes the lines of a console task.
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    separator: String,
}

impl Lines {
    /// One line, without its end.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push_str(&self.separator);
    }
}

/// A [`ConsoleTask`] as a task.
pub struct Console<T>(T);

impl<T: ConsoleTask> Task for Console<T> {
    fn spec() -> TaskSpec {
        T::spec().console()
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.string("sep", "\\n", "What to print after each line; `\\n`, `\\t` and `\\0` are understood.");
        options.optional_string("output-file", "Write to this file instead of standard output.");
        T::register_options(options)
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        T::prepare(planning, round)
    }

    fn new(context: &Context) -> Result<Self> {
        T::new(context).map(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let separator = context.option("sep")?.as_str().unwrap_or("\\n").to_owned();
        let separator = separator.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
        let mut lines = Lines { text: String::new(), separator };
        self.0.console_output(context, &mut lines)?;
        match context.text_option("output-file")? {
            None => context.print(&lines.text),
            Some(file) => std::fs::write(context.absolute(&file), &lines.text)
                .map_err(|error| Error::from(error).context(format!("cannot write `{file}`"))),
        }
    }
}
