//! What the built-in console goals share: their options, and the task around them.

use super::output::{FileSink, Format, Layout, Output, Shape, Sink, StandardOutput, Stop, unescape};
use pants_engine::{Context, Planning, RoundManager, Task, TaskError, TaskSpec, TaskType};
use pants_engine::{ProductDecl, TargetScope};
use pants_model::{Address, LogLevel, OptionKind, OptionSpec, Predicate, Value};
use std::sync::Arc;

/// A goal that prints and changes nothing.
pub(crate) trait ConsoleGoal: Send + Sync + 'static {
    /// The name of its task type, and one sentence.
    fn describe(&self) -> (&'static str, &'static str);

    /// Its options besides those that every console goal has.
    fn options(&self) -> Vec<OptionSpec> {
        Vec::new()
    }

    /// The formats it prints in, the usual one first.
    fn formats(&self) -> &'static [Format] {
        &[Format::Text, Format::Json]
    }

    /// What its JSON document is.
    fn shape(&self, context: &Context) -> Shape {
        let _ = context;
        Shape::Array
    }

    /// Whether it says nothing without targets.
    fn needs_targets(&self) -> bool {
        true
    }

    /// Whether it hands on the arguments after `--`.
    fn takes_passthrough(&self) -> bool {
        false
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

    /// Writes its rows, as it finds them.
    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop>;
}

/// The task type of a console goal.
pub(crate) fn task_type(goal: impl ConsoleGoal) -> Arc<dyn TaskType> {
    let (type_name, description) = goal.describe();
    let spec = TaskSpec {
        description: description.to_owned(),
        is_console: true,
        takes_passthrough: goal.takes_passthrough(),
        ..TaskSpec::new(type_name)
    };
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
        let formats: Vec<&str> = self.goal.formats().iter().map(|format| format.name()).collect();
        let mut options = vec![
            text(
                "sep",
                "\\n",
                "What to print after each row of text; `\\n`, `\\t`, `\\r`, `\\0` and `\\\\` are understood.",
            ),
            output_file_option(),
            choice("output-format", &formats, formats[0], "How to print."),
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
        let goal = &*self.0;
        if goal.needs_targets() && context.root_addresses().is_empty() && !may_be_none(context) {
            context.log(LogLevel::Warn, "there are no targets to answer about (`::` means all of them)");
        }
        let typed = text_option(context, "output-format");
        let format = goal.formats().iter().copied().find(|format| Some(format.name()) == typed.as_deref());
        let layout = Layout {
            format: format.unwrap_or(goal.formats()[0]),
            shape: goal.shape(context),
            separator: unescape(&text_option(context, "sep").unwrap_or_default()),
        };
        let mut output = Output::new(sink(context)?, context.cancel().clone(), layout);
        match goal.write(context, &mut output).and_then(|()| output.finish()) {
            Err(Stop::Failed(error)) => Err(*error),
            Ok(()) | Err(Stop::Unread) => Ok(()),
        }
    }
}

/// Options that choose targets, by scope and name: whoever gives one may find that there are none.
const CHOOSERS: [(&str, &str); 6] = [
    ("changed", "parent"),
    ("changed", "diffspec"),
    ("", "spec-file"),
    ("", "owner-of"),
    ("", "tag"),
    ("", "exclude-target-regexp"),
];

/// Whether it is an answer, and no slip, that there are no targets.
fn may_be_none(context: &Context) -> bool {
    // A file of the command line that nobody owns was passed over, as that option says.
    let is_ownerless = context.options().value("", "owners-not-found-behavior").as_str() == Some("ignore");
    is_ownerless
        || CHOOSERS.iter().any(|(scope, name)| {
            let value = context.options().value(scope, name);
            value.as_str().is_some_and(|text| !text.is_empty()) || !value.as_strings().is_empty()
        })
}

/// The option that says where a goal prints to.
pub(crate) fn output_file_option() -> OptionSpec {
    text("output-file", Value::None, "Write to this file, relative to the build root, instead of standard output.")
}

/// Where a goal prints to, as that option says.
pub(crate) fn sink(context: &Context) -> Result<Box<dyn Sink>, TaskError> {
    Ok(match text_option(context, "output-file") {
        None => Box::new(StandardOutput(context.clone())),
        Some(file) => Box::new(FileSink::create(&file, context.build_root())?),
    })
}

/// The width that the client's shell asks for, in columns; `None` when it does not say.
pub(crate) fn columns(context: &Context) -> Option<usize> {
    let columns = context.workspace().environment("COLUMNS")?.to_str()?.parse().ok()?;
    Some(columns).filter(|columns| *columns > 0)
}

/// An option of a built-in goal that is text.
pub(crate) fn text(name: &str, default: impl Into<Value>, help: &str) -> OptionSpec {
    OptionSpec::new(name, OptionKind::String, default, help)
}

/// What an option of the goal's own scope says; `None` when it says nothing.
pub(crate) fn text_option(context: &Context, name: &str) -> Option<String> {
    context.option(name).as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The target types of which this repository knows no more than the name.
pub(crate) fn opaque_types(context: &Context) -> Vec<&str> {
    context.options().value("build-files", "opaque-types").as_strings()
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
