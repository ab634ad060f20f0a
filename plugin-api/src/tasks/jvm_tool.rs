//! Tasks that run a JVM tool named by coordinates.

use crate::products::{JvmTool, JvmToolRequest, JvmTools};
use crate::{
    CachePolicy, Context, Error, Job, OptionRegistrar, Planning, Process, ProcessOutput, Result, RoundManager, Target,
    Task, TaskSpec, Tool,
};

/// A task that runs a JVM tool for each of its targets. The jvm backend resolves the tool's jars.
pub trait JvmToolTask: Sized + Send + Sync + 'static {
    /// What the host must know; `applies_to` and `over` choose the targets.
    fn spec() -> TaskSpec;

    /// The tool: its coordinates and the class to start. The option `--coordinates` overrides the coordinates.
    fn tool() -> JvmToolRequest;

    /// Declares options besides `--skip` and `--coordinates`.
    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// Says which products it needs besides the tool.
    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        let _ = (planning, round);
        Ok(())
    }

    /// Makes the instance.
    fn new(context: &Context) -> Result<Self>;

    /// How the tool is called for a target; `None` when there is nothing to do for it.
    fn invocation(&self, context: &Context, target: &Target) -> Result<Option<JvmInvocation>>;

    /// Looks at what a successful call left.
    fn finished(&self, context: &Context, target: &Target, output: &ProcessOutput) -> Result<()> {
        let _ = (context, target, output);
        Ok(())
    }
}

/// One call of a JVM tool. Paths are relative to the build root.
#[derive(Clone, Debug, Default)]
pub struct JvmInvocation {
    /// The arguments of the main class.
    pub args: Vec<String>,
    /// The arguments of the JVM.
    pub jvm_options: Vec<String>,
    /// What it reads.
    pub inputs: Vec<String>,
    /// What it writes.
    pub output_paths: Vec<String>,
    /// Whether the result may be stored.
    pub cache: CachePolicy,
    /// What it does, as a phrase.
    pub description: String,
}

/// A [`JvmToolTask`] as a task.
pub struct JvmTooled<T>(T);

impl<T: JvmToolTask> Task for JvmTooled<T> {
    fn spec() -> TaskSpec {
        T::spec()
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.bool("skip", false, "Do nothing.");
        options
            .list("coordinates", &[], "The tool to run, as `org:name:rev`, instead of the one it comes with.")
            .fingerprinted();
        T::register_options(options)
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        let mut request = T::tool();
        let coordinates = planning.option("coordinates")?.to_strings();
        if !coordinates.is_empty() {
            request.coordinates = coordinates;
        }
        round.require_with::<JvmTools>(&request)?;
        T::prepare(planning, round)
    }

    fn new(context: &Context) -> Result<Self> {
        T::new(context).map(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        if context.flag("skip")? {
            return Ok(());
        }
        let tools = context.product::<JvmTools>()?.ok_or_else(|| Error::msg("the JVM tools were not resolved"))?;
        let key = T::tool().key;
        let tool = tools.tools.get(&key).ok_or_else(|| Error::msg(format!("the JVM tool `{key}` was not resolved")))?;
        let spec = T::spec();
        let targets = Self::own_targets(context)?;
        let jobs: Vec<Job> = targets
            .iter()
            .map(|target| Job::for_target(format!("{} {}", spec.type_name, target.address), target.address.clone()))
            .collect();
        let outcome = context.parallel(&jobs, |index, context| {
            let target = &targets[index];
            let Some(invocation) = self.0.invocation(context, target)? else { return Ok(()) };
            let process = jvm_tool_process(&tools, &key, tool, invocation);
            self.0.finished(context, target, &context.run_checked(&process)?)
        })?;
        outcome.into_result(&jobs, &format!("{} failed", context.scope()))
    }
}

/// The process of one call of a resolved JVM tool.
pub fn jvm_tool_process(tools: &JvmTools, key: &str, tool: &JvmTool, invocation: JvmInvocation) -> Process {
    let classpath: Vec<String> = tool.jars.iter().map(|jar| format!("{{tool:{key}}}/{jar}")).collect();
    Process::new(["{tool:jdk}/bin/java"], invocation.description)
        .args(invocation.jvm_options)
        .args(["-cp".to_owned(), classpath.join(":"), tool.main.clone()])
        .args(invocation.args)
        .env("LC_ALL", "C.UTF-8")
        .inputs(invocation.inputs)
        .outputs(invocation.output_paths)
        .cache(invocation.cache)
        .tool(Tool::new("jdk", &tools.java_home, &tools.java_identity))
        .tool(Tool::new(key, &tool.directory, &tool.identity))
}
