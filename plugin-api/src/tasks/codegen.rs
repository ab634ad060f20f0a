//! Tasks that generate code.

use crate::products::GeneratedSources;
use crate::{
    Address, Context, Error, GraphView, InvalidateOptions, Job, JobState, OptionRegistrar, Planning, Predicate,
    Product, ProductDecl, Result, RoundManager, Target, Task, TaskSpec, Value, Versioned,
};
use std::path::Path;

/// What was generated from one target. Since 1.1.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The original.
    pub target: Target,
    /// The directory it went to, relative to the build root.
    pub results_dir: String,
    /// The files, relative to the build root, sorted: the sources of the synthetic target.
    pub sources: Vec<String>,
}

/// A task that turns the sources of some targets into sources of another language.
///
/// For each target, [`CodegenTask::execute_codegen`] writes files into a directory; they become a synthetic target on
/// which whoever depends on the original depends in a build.
pub trait CodegenTask: Sized + Send + Sync + 'static {
    /// The name of its type, for `--explain`.
    const TYPE_NAME: &'static str;
    /// One sentence for help.
    const DESCRIPTION: &'static str;
    /// Another version, another result.
    const VERSION: u32 = 1;
    /// The type of the targets it makes (`java_library`).
    const SYNTHETIC_TARGET_TYPE: &'static str;

    /// The targets it generates from.
    fn is_gentarget() -> Predicate;

    /// Declares options.
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

    /// Writes the generated files of a target into `results_dir`, which is relative to the build root and empty.
    fn execute_codegen(&self, context: &Context, target: &Target, results_dir: &str) -> Result<()>;

    /// Looks at all that was generated, dependencies first, before it becomes targets: leaves files out, and says which
    /// targets must not go on, and why. Since 1.1.
    fn settle(&self, context: &Context, generated: &mut [Generated]) -> Result<Vec<(Address, Error)>> {
        let _ = (context, generated);
        Ok(Vec::new())
    }

    /// What the generated code depends on, besides what the original depends on: a runtime library.
    fn synthetic_dependencies(&self, context: &Context, target: &Target) -> Result<Vec<Address>> {
        let _ = (context, target);
        Ok(Vec::new())
    }

    /// The fields of the synthetic target.
    fn synthetic_fields(&self, target: &Target) -> Vec<(String, Value)> {
        let _ = target;
        Vec::new()
    }

    /// Parts of the fingerprint besides options, sources and version: the identity of the generator.
    fn fingerprint_parts(&self, context: &Context) -> Result<Vec<(String, String)>> {
        let _ = context;
        Ok(Vec::new())
    }
}

/// A [`CodegenTask`] as a task.
pub struct Codegen<T>(T);

impl<T: CodegenTask> Task for Codegen<T> {
    fn spec() -> TaskSpec {
        TaskSpec::new(T::TYPE_NAME, T::DESCRIPTION)
            .applies_to(T::is_gentarget())
            .version(T::VERSION)
            .injects(T::SYNTHETIC_TARGET_TYPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        T::register_options(options)
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![GeneratedSources::declaration()]
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        T::prepare(planning, round)
    }

    fn new(context: &Context) -> Result<Self> {
        T::new(context).map(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let targets = Self::own_targets(context)?;
        let addresses: Vec<Address> = targets.iter().map(|target| target.address.clone()).collect();
        let extra = self.0.fingerprint_parts(context)?;
        let versioned = context.invalidated(&addresses, &InvalidateOptions { is_transitive: true, extra })?;

        let jobs: Vec<Job> = targets
            .iter()
            .map(|target| Job::for_target(format!("generate from {}", target.address), target.address.clone()))
            .collect();
        let mut outcome =
            context.parallel(&jobs, |index, context| self.generate(context, &targets[index], &versioned[index]))?;

        // What was generated is injected in the order of the targets, whatever the order of the jobs was.
        let mut settled = Vec::new();
        for (index, state) in outcome.states.iter().enumerate() {
            if matches!(state, JobState::Done) {
                settled.push(generated_from(context, &targets[index], &versioned[index].results_dir)?);
            }
        }
        for (address, error) in self.0.settle(context, &mut settled)? {
            settled.retain(|generated| generated.target.address != address);
            if let Some(index) = targets.iter().position(|target| target.address == address) {
                outcome.states[index] = JobState::Failed(error);
            }
        }
        let mut generated = GeneratedSources::default();
        for from in settled {
            let original = from.target.address.clone();
            generated.targets.entry(original).or_default().push(self.inject(context, from)?);
        }
        context.put(generated)?;
        outcome.into_result(&jobs, "code generation failed")
    }
}

impl<T: CodegenTask> Codegen<T> {
    fn generate(&self, context: &Context, target: &Target, versioned: &Versioned) -> Result<()> {
        if versioned.is_valid {
            return Ok(());
        }
        let directory = context.absolute(&versioned.results_dir);
        if directory.exists() {
            std::fs::remove_dir_all(&directory)?;
        }
        std::fs::create_dir_all(&directory)?;
        self.0.execute_codegen(context, target, &versioned.results_dir)?;
        context.mark_valid(versioned)
    }

    fn inject(&self, context: &Context, generated: Generated) -> Result<Address> {
        let Generated { target, results_dir, sources } = generated;
        let address = Address::new(&results_dir, target.address.id());
        let mut dependencies = self.0.synthetic_dependencies(context, &target)?;
        for dependency in context.dependencies(&target.address, GraphView::Declared)? {
            if !dependencies.contains(&dependency) {
                dependencies.push(dependency);
            }
        }
        let synthetic = Target {
            fields: self.0.synthetic_fields(&target),
            sources,
            tags: target.tags.clone(),
            location: target.location.clone(),
            ..Target::new(address.clone(), T::SYNTHETIC_TARGET_TYPE)
        };
        context.inject_target(synthetic, dependencies, &target.address)?;
        Ok(address)
    }
}

fn generated_from(context: &Context, target: &Target, results_dir: &str) -> Result<Generated> {
    let mut sources = Vec::new();
    list_files(&context.absolute(results_dir), results_dir, &mut sources)?;
    sources.sort();
    Ok(Generated { target: target.clone(), results_dir: results_dir.to_owned(), sources })
}

/// All files below a directory, as paths that start with `prefix`.
fn list_files(directory: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_files(&entry.path(), &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
