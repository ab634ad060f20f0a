//! Tasks that run a tool once per target.

use crate::{
    Context, Job, OptionRegistrar, Planning, Process, ProcessOutput, Result, RoundManager, Target, Task, TaskSpec,
};

/// A task that runs a plain process for each of its targets; exit code 0 is success.
pub trait SubprocessTask: Sized + Send + Sync + 'static {
    /// What the host must know; `applies_to` and `over` choose the targets.
    fn spec() -> TaskSpec;

    /// Declares options besides `--skip`.
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

    /// The process of a target; `None` when there is nothing to do for it.
    fn process(&self, context: &Context, target: &Target) -> Result<Option<Process>>;

    /// Looks at what a successful process left.
    fn finished(&self, context: &Context, target: &Target, output: &ProcessOutput) -> Result<()> {
        let _ = (context, target, output);
        Ok(())
    }
}

/// A [`SubprocessTask`] as a task.
pub struct Subprocess<T>(T);

impl<T: SubprocessTask> Task for Subprocess<T> {
    fn spec() -> TaskSpec {
        T::spec()
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.bool("skip", false, "Do nothing.");
        T::register_options(options)
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        T::prepare(planning, round)
    }

    fn new(context: &Context) -> Result<Self> {
        T::new(context).map(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        if context.flag("skip")? {
            return Ok(());
        }
        let targets = Self::own_targets(context)?;
        let spec = T::spec();
        let jobs: Vec<Job> = targets
            .iter()
            .map(|target| Job::for_target(format!("{} {}", spec.type_name, target.address), target.address.clone()))
            .collect();
        let outcome = context.parallel(&jobs, |index, context| {
            let target = &targets[index];
            match self.0.process(context, target)? {
                None => Ok(()),
                Some(process) => self.0.finished(context, target, &context.run_checked(&process)?),
            }
        })?;
        outcome.into_result(&jobs, &format!("{} failed", context.scope()))
    }
}
