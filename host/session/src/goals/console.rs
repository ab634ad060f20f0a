//! What the built-in console goals share: `--sep`, `--output-file`, lines in, bytes out.

use pants_engine::{Context, Planning, RoundManager, Task, TaskError, TaskSpec, TaskType};
use pants_engine::{ProductDecl, TargetScope};
use pants_model::{Address, OptionKind, OptionSpec, Predicate, Value};
use std::sync::Arc;

/// A goal that yields lines and changes nothing.
pub(crate) trait ConsoleGoal: Send + Sync + 'static {
    /// The name of its task type, and one sentence.
    fn describe(&self) -> (&'static str, &'static str);

    /// Its options besides `--sep` and `--output-file`.
    fn options(&self) -> Vec<OptionSpec> {
        Vec::new()
    }

    /// Other roots than those of the command line.
    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        let _ = planning;
        Ok(None)
    }

    /// The products it needs.
    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        let _ = (planning, round);
        Ok(())
    }

    /// Its lines, without their ends.
    fn lines(&self, context: &Context) -> Result<Vec<String>, TaskError>;
}

/// The task type of a console goal.
pub(crate) fn task_type(goal: impl ConsoleGoal) -> Arc<dyn TaskType> {
    let (type_name, description) = goal.describe();
    let spec = TaskSpec { description: description.to_owned(), is_console: true, ..TaskSpec::new(type_name) };
    Arc::new(ConsoleType { goal: Arc::new(goal), spec })
}

struct ConsoleType<G> {
    goal: Arc<G>,
    spec: TaskSpec,
}

impl<G: ConsoleGoal> TaskType for ConsoleType<G> {
    fn spec(&self) -> &TaskSpec {
        &self.spec
    }

    fn register_options(&self) -> Result<Vec<OptionSpec>, TaskError> {
        let mut options = vec![
            OptionSpec::new(
                "sep",
                OptionKind::String,
                "\\n",
                "What to print after each line; `\\n`, `\\t` and `\\0` are understood.",
            ),
            OptionSpec::new(
                "output-file",
                OptionKind::String,
                Value::None,
                "Write to this file instead of standard output.",
            ),
        ];
        options.extend(self.goal.options());
        Ok(options)
    }

    fn product_types(&self) -> Result<Vec<ProductDecl>, TaskError> {
        Ok(Vec::new())
    }

    fn alternate_target_roots(&self, planning: &Planning<'_>) -> Result<Option<Vec<Address>>, TaskError> {
        self.goal.alternate_target_roots(planning)
    }

    fn prepare(&self, planning: &Planning<'_>, round: &mut RoundManager) -> Result<(), TaskError> {
        self.goal.prepare(planning, round)
    }

    fn construct(&self, _context: &Context) -> Result<Box<dyn Task>, TaskError> {
        Ok(Box::new(ConsoleTask(self.goal.clone())))
    }
}

struct ConsoleTask<G>(Arc<G>);

impl<G: ConsoleGoal> Task for ConsoleTask<G> {
    fn execute(&mut self, context: &Context) -> Result<(), TaskError> {
        let separator = context.option("sep").as_str().unwrap_or("\\n");
        let separator = separator.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
        let mut text = String::new();
        for line in self.0.lines(context)? {
            text.push_str(&line);
            text.push_str(&separator);
        }
        match context.option("output-file").as_str() {
            None | Some("") => {
                context.print(text.as_bytes());
                Ok(())
            }
            Some(file) => std::fs::write(context.build_root().join(file), text)
                .map_err(|error| TaskError::failed(format!("cannot write `{file}`")).caused_by(error)),
        }
    }
}

/// A flag of a built-in goal.
pub(crate) fn flag(name: &str, help: &str) -> OptionSpec {
    OptionSpec::new(name, OptionKind::Bool, false, help)
}

/// An option of a built-in goal that is one of several words.
pub(crate) fn choice(name: &str, choices: &[&str], default: &str, help: &str) -> OptionSpec {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    OptionSpec::new(name, OptionKind::Choice(choices), default, help)
}

/// Whether a flag of the goal's own scope is set.
pub(crate) fn is_set(context: &Context, name: &str) -> bool {
    context.option(name).as_bool().unwrap_or(false)
}

/// The spec of a task that works on any target.
pub(crate) fn any_target_spec(type_name: &str, description: &str) -> TaskSpec {
    TaskSpec {
        description: description.to_owned(),
        applies_to: Predicate::Any,
        over: TargetScope::Roots,
        ..TaskSpec::new(type_name)
    }
}
