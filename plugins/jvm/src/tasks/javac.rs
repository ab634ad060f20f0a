//! `compile.javac`: Java sources to class files, one compile per target.

pub(super) mod arguments;
mod processing;
mod size;

use super::resolve::lock_path;
use crate::abi_jar::write_abi_jar;
use crate::graph::{self, JvmGraph};
use crate::jdk::{self, Jdk};
use crate::platform::{self, Platforms};
use crate::programs::Programs;
use crate::scala;
use crate::targets::{COMPILED, NOT_COMPILED_WITH, has_java, has_scala, warn_of_fields_without_effect};
use arguments::Arguments;
use plugin_api::products::{ClasspathEntry, CompileClasspath, GeneratedSources, JvmTools, RuntimeClasspath};
use plugin_api::{
    Address, CachePolicy, Context, Error, Exit, InvalidateOptions, Job, JobState, OptionRegistrar, Planning, Predicate,
    Process, Product, ProductDecl, Result, RoundManager, Target, Task, TaskSpec, Versioned, Worker,
};
use processing::KnownProcessors;
use sha2::{Digest, Sha256};
use size::SizeEstimator;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Compiles Java, parallel along the graph, in a compiler that stays up.
///
/// A target is compiled against the ABI jars of the targets it needs, so a change that no dependent can see compiles
/// nobody again: the key of their compile stays the same.
pub(super) struct JavacCompile {
    set_up: Option<SetUp>,
    /// Everything compiled so far in the run, over all chunks.
    compiled: BTreeMap<Address, Outputs>,
}

/// What all compiles of a run share.
struct SetUp {
    graph: JvmGraph,
    jdk: Jdk,
    worker: Worker,
    platforms: Platforms,
    arguments: Arguments,
    size: SizeEstimator,
    worker_count: usize,
    captures_classpath: bool,
    processors: KnownProcessors,
}

/// What a compile leaves, relative to the build root.
#[derive(Clone, Debug)]
struct Outputs {
    classes: String,
    abi: String,
    /// The jar that says which annotation processors are among the classes, if there are any.
    processors: Option<String>,
}

impl Outputs {
    fn of(versioned: &Versioned, target: &Target) -> Self {
        let place = |name: &str| format!("{}/{name}", versioned.results_dir);
        let processors = (!processing::own_processors(target).is_empty()).then(|| place("processors.jar"));
        Self { classes: place("classes.jar"), abi: place("abi.jar"), processors }
    }

    fn exist(&self, context: &Context) -> bool {
        let mut paths = [&self.classes, &self.abi].into_iter().chain(&self.processors);
        paths.all(|path| context.absolute(path).is_file())
    }

    /// Writes down what the target is compiled against.
    fn write_classpath(&self, context: &Context, paths: &[&str]) -> Result<()> {
        let file = context.absolute(&self.classes).with_file_name("classpath.txt");
        let lines: String = paths.iter().map(|path| format!("{path}\n")).collect();
        Ok(crate::files::write(&file, lines.as_bytes())?)
    }

    /// What programs have on their classpath.
    fn runtime(&self) -> impl Iterator<Item = ClasspathEntry> {
        [&self.classes].into_iter().chain(&self.processors).map(ClasspathEntry::new)
    }
}

impl Task for JavacCompile {
    fn spec() -> TaskSpec {
        let has_sources = Predicate::HasField("sources".to_owned());
        TaskSpec::new("JavacCompile", "Compile Java with javac.")
            .applies_to(Predicate::AllOf(vec![Predicate::types(COMPILED), has_sources]))
            .fingerprinted_scope(platform::SCOPE)
            .fingerprinted_scope(graph::SCOPE)
            .fingerprinted_scope(scala::SCOPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        arguments::register_options(options);
        options
            .optional_int("worker-count", "How many compiles run at once; as many as `--jobs` allows when not given.")
            .advanced();
        options
            .choice(
                "size-estimator",
                &SizeEstimator::NAMES,
                SizeEstimator::DEFAULT,
                "How the work of a compile is guessed: the longest chain of work begins first.",
            )
            .advanced();
        options
            .bool(
                "capture-classpath",
                true,
                "Write what each target is compiled against to `classpath.txt` beside its classes, a path a line.",
            )
            .fingerprinted()
            .advanced();
        options.shell_list("jvm-options", &["-Xmx768m"], "Options for the JVMs that javac runs in.").advanced();
        Ok(())
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![CompileClasspath::declaration(), RuntimeClasspath::declaration()]
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        jdk::check(planning)?;
        platform::check(planning)?;
        arguments::check(planning)?;
        check_worker_count(planning)?;
        round.optional::<GeneratedSources>();
        round.optional::<CompileClasspath>();
        // Not used: it makes the two take turns where both are planned, so that one of them, not each, says that there
        // is no JDK.
        round.optional::<JvmTools>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self { set_up: None, compiled: BTreeMap::new() })
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let jdk = Jdk::of(context)?;
        let worker = Programs::prepare(context, &jdk)?.worker(context, &jdk, &context.list_option("jvm-options")?)?;
        let graph = JvmGraph::load(context)?;
        warn_of_fields_without_effect(context, &graph.targets, NOT_COMPILED_WITH)?;
        let arguments = Arguments::load(context)?;
        arguments.warn_of_undefined_sets(context, &graph.targets)?;
        self.set_up = Some(SetUp {
            graph,
            jdk,
            worker,
            platforms: Platforms::load(context)?,
            arguments,
            size: SizeEstimator::load(context)?,
            worker_count: worker_count(context)?,
            captures_classpath: context.flag("capture-classpath")?,
            processors: KnownProcessors::default(),
        });
        Ok(())
    }

    fn execute_chunk(&mut self, context: &Context, chunk: &[Address]) -> Result<()> {
        let set_up = self.set_up.as_ref().ok_or_else(|| Error::msg("javac was given targets before it was set up"))?;
        let external = context.product::<CompileClasspath>()?.unwrap_or_default();
        let places: Vec<usize> = chunk
            .iter()
            .filter_map(|address| set_up.graph.place(address))
            .filter(|place| has_java(&set_up.graph.targets[*place]) || has_scala(&set_up.graph.targets[*place]))
            .collect();
        let addresses: Vec<Address> = places.iter().map(|place| set_up.graph.targets[*place].address.clone()).collect();
        let versioned = context.invalidated(&addresses, &invalidation(context, &set_up.jdk)?)?;
        for (one, place) in versioned.iter().zip(&places) {
            let outputs = Outputs::of(one, &set_up.graph.targets[*place]);
            self.compiled.insert(one.address.clone(), outputs);
        }
        let compile = Compile { set_up, compiled: &self.compiled, external: &external };
        let result = compile.run(context, &places, &versioned)?;
        put_classpaths(context, &self.compiled, &result.done)?;
        result.failure.map_or(Ok(()), Err)
    }
}

/// Refuses numbers that cannot be meant, before anything is built.
fn check_worker_count(planning: &Planning) -> Result<()> {
    let given = planning.option_value("worker-count")?;
    match given.value.as_int() {
        Some(count @ ..1) => Err(Error::msg(format!("{}: `{count}` is no number of compiles", given.source))),
        _ => Ok(()),
    }
}

/// How many compiles run at once.
fn worker_count(context: &Context) -> Result<usize> {
    Ok(context.option("worker-count")?.as_int().and_then(|count| count.try_into().ok()).unwrap_or(usize::MAX))
}

/// The parts of a target's fingerprint that neither it nor an option holds.
fn invalidation(context: &Context, jdk: &Jdk) -> Result<InvalidateOptions> {
    // The lock file as a whole: which of its jars a run needs depends on what was asked for, and must not count.
    let lock = std::fs::read(lock_path(context)?).unwrap_or_default();
    let mut others = Sha256::new();
    for (scope, contribution) in context.contributions::<CompileClasspath>()? {
        if scope != "resolve.coursier" && scope != context.scope() {
            for (address, entries) in &contribution.entries {
                for entry in entries {
                    others.update(format!("{address} {}\n", entry.path));
                    // The directory of a result is the same for every result.
                    others.update(std::fs::read(context.absolute(&entry.path)).unwrap_or_default());
                }
            }
        }
    }
    Ok(InvalidateOptions::transitive()
        .with("the JDK", &jdk.identity)
        .with("the lock file of third-party jars", hex::encode(Sha256::digest(lock)))
        .with("what other tasks put on the classpath", hex::encode(others.finalize())))
}

/// Puts what the targets of a chunk contribute.
fn put_classpaths(context: &Context, compiled: &BTreeMap<Address, Outputs>, done: &[Address]) -> Result<()> {
    let (mut compile, mut runtime) = (CompileClasspath::default(), RuntimeClasspath::default());
    for address in done {
        if let Some(outputs) = compiled.get(address) {
            compile.add(address, [ClasspathEntry::new(&outputs.abi)]);
            runtime.add(address, outputs.runtime());
        }
    }
    context.put(compile)?;
    context.put(runtime)
}

/// The compiles of one chunk.
struct Compile<'a> {
    set_up: &'a SetUp,
    compiled: &'a BTreeMap<Address, Outputs>,
    external: &'a Arc<CompileClasspath>,
}

/// How a chunk ended.
struct ChunkResult {
    done: Vec<Address>,
    failure: Option<Error>,
}

impl Compile<'_> {
    fn run(&self, context: &Context, places: &[usize], versioned: &[Versioned]) -> Result<ChunkResult> {
        let graph = &self.set_up.graph;
        let (valid, invalid): (Vec<usize>, Vec<usize>) =
            (0..places.len()).partition(|i| versioned[*i].is_valid && self.outputs(places[*i]).exist(context));
        let job_of: HashMap<usize, usize> = invalid.iter().enumerate().map(|(job, i)| (places[*i], job)).collect();
        let jobs: Vec<Job> = invalid
            .iter()
            .map(|i| {
                let target = &graph.targets[places[*i]];
                let needed = graph.nearest(places[*i], |place| job_of.contains_key(&place));
                Job::for_target(format!("compile {}", target.address), target.address.clone())
                    .after(needed.iter().map(|place| job_of[place]))
                    .size(self.set_up.size.size(context, target))
            })
            .collect();
        let outcome = context.parallel_at_most(self.set_up.worker_count, &jobs, |job, context| {
            let i = invalid[job];
            self.compile(context, places[i], &versioned[i])
        })?;
        let succeeded = invalid.iter().zip(&outcome.states).filter(|(_, state)| matches!(state, JobState::Done));
        let done = valid.iter().chain(succeeded.map(|(i, _)| i)).map(|i| versioned[*i].address.clone()).collect();
        Ok(ChunkResult { done, failure: outcome.into_result(&jobs, "").err().map(summarize) })
    }

    /// What a target of the chunk leaves.
    fn outputs(&self, place: usize) -> &Outputs {
        self.compiled.get(&self.set_up.graph.targets[place].address).expect("all of the chunk were entered before")
    }

    fn compile(&self, context: &Context, place: usize, versioned: &Versioned) -> Result<()> {
        if has_scala(&self.set_up.graph.targets[place]) {
            return Err(Error::msg("it has Scala sources, and there is no Scala compiler yet"));
        }
        let outputs = self.outputs(place);
        let process = self.process(context, place, outputs)?;
        let output = context.run(&process)?;
        let said = format!("{}{}", output.stdout_text(), output.stderr_text());
        if !said.is_empty() {
            context.tool_output(&said)?;
        }
        if !output.is_success() {
            let how = match output.exit {
                Exit::Code(1) => DOES_NOT_COMPILE.to_owned(),
                _ => format!("javac {}", output.describe_exit()),
            };
            return Err(Error::msg(how));
        }
        write_abi_jar(&context.absolute(&outputs.classes), &context.absolute(&outputs.abi))?;
        if let Some(processors) = &outputs.processors {
            processing::write_declaration(&self.set_up.graph.targets[place], &context.absolute(processors))?;
        }
        context.mark_valid(versioned)
    }

    fn process(&self, context: &Context, place: usize, outputs: &Outputs) -> Result<Process> {
        let target = &self.set_up.graph.targets[place];
        let closure = self.set_up.graph.compile_closure(place);
        let classpath = self.classpath(place, &closure);
        let processing = self.processing(context, place, &closure, &classpath)?;
        let paths: Vec<&str> = classpath.iter().map(|entry| &*entry.path).collect();
        if self.set_up.captures_classpath {
            outputs.write_classpath(context, &paths)?;
        }
        let sources = target.sources.iter().filter(|source| source.ends_with(".java"));
        let process = Process::new(["javac", "-d", &outputs.classes], format!("javac {}", target.address))
            .args(["-cp".to_owned(), paths.join(":")])
            .args(self.set_up.platforms.compiler_options(target)?)
            .args(self.set_up.arguments.of(target))
            .args(processing.options)
            .arg("--")
            .args(sources.clone())
            .inputs(sources.cloned().chain(paths.into_iter().map(str::to_owned)))
            .inputs(processing.path)
            .outputs([outputs.classes.clone()])
            .worker(self.set_up.worker.clone())
            .cache(CachePolicy::Success);
        Ok(process)
    }

    fn classpath(&self, place: usize, closure: &[usize]) -> Vec<ClasspathEntry> {
        let graph = &self.set_up.graph;
        let own: BTreeMap<&Address, [ClasspathEntry; 1]> = closure
            .iter()
            .filter(|other| **other != place)
            .filter_map(|other| self.compiled.get_key_value(&graph.targets[*other].address))
            .map(|(address, outputs)| (address, [ClasspathEntry::new(&outputs.abi)]))
            .collect();
        graph.classpath(closure, |address| match own.get(address) {
            Some(entries) => Some(entries),
            None => self.external.entries.get(address).map(Vec::as_slice),
        })
    }
}

/// One error for all that failed in a chunk. What is wrong with the sources, the compiler has said already.
fn summarize(mut error: Error) -> Error {
    let names: Vec<String> = error.failed_targets.iter().map(|address| format!("`{address}`")).collect();
    error.causes.retain(|cause| !cause.ends_with(DOES_NOT_COMPILE));
    // What is left is about the compiler, not about sources.
    let is_about_sources = error.causes.is_empty();
    error.message = match &*names {
        [] => return error,
        [name] if is_about_sources => format!("{name} {DOES_NOT_COMPILE}"),
        [name] => format!("{name} cannot be compiled"),
        names if is_about_sources => format!("{} targets do not compile: {}", names.len(), names.join(", ")),
        names => format!("{} targets cannot be compiled: {}", names.len(), names.join(", ")),
    };
    error
}

const DOES_NOT_COMPILE: &str = "does not compile";

#[cfg(test)]
mod tests;
