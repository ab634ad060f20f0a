//! `gen.protoc` and `gen.protoc-py`: one run of protoc for each target.

use crate::command::{Generation, Language, import_paths, importable};
use crate::protoc::{self, Protoc};
use crate::symbols;
use plugin_api::tasks::CodegenTask;
use plugin_api::{
    Address, CachePolicy, Context, Error, GraphView, OptionRegistrar, Predicate, Process, Result, Target, Value,
};
use sha2::{Digest, Sha256};

const JAVA_RUNTIME: &str = "javadeps";
const PYTHON_RUNTIME: &str = "pythondeps";

/// Generates Java.
pub(crate) struct ProtobufGen(Protoc);

impl CodegenTask for ProtobufGen {
    const TYPE_NAME: &'static str = "ProtobufGen";
    const DESCRIPTION: &'static str = "Generate Java from protocol buffers.";
    const SYNTHETIC_TARGET_TYPE: &'static str = "java_library";

    fn is_gentarget() -> Predicate {
        Predicate::types(&[symbols::JAVA])
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let help = "More targets that generated Java depends on. The runtime com.google.protobuf:protobuf-java belongs \
                    here unless it is `3rdparty/jvm:protobuf-java`, which counts when it exists; the embedded protoc \
                    wants 4.31.1 or a later 4.x.";
        options.list(JAVA_RUNTIME, &[], help).fingerprinted();
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        Protoc::locate(context).map(Self)
    }

    fn execute_codegen(&self, context: &Context, target: &Target, results_dir: &str) -> Result<()> {
        generate(context, &self.0, Language::Java, target, results_dir)
    }

    fn synthetic_dependencies(&self, context: &Context, _target: &Target) -> Result<Vec<Address>> {
        runtime(context, JAVA_RUNTIME)
    }

    fn synthetic_fields(&self, target: &Target) -> Vec<(String, Value)> {
        kept_fields(target, &["provides", "excludes", "platform", "strict_deps", "exports", "scope"])
    }

    fn fingerprint_parts(&self, context: &Context) -> Result<Vec<(String, String)>> {
        fingerprint_parts(context, &self.0)
    }
}

/// Generates Python.
pub(crate) struct PythonProtobufGen(Protoc);

impl CodegenTask for PythonProtobufGen {
    const TYPE_NAME: &'static str = "PythonProtobufGen";
    const DESCRIPTION: &'static str = "Generate Python from protocol buffers.";
    const SYNTHETIC_TARGET_TYPE: &'static str = "python_library";

    fn is_gentarget() -> Predicate {
        Predicate::types(&[symbols::PYTHON])
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let help = "More targets that generated Python depends on. The runtime protobuf belongs here unless it is \
                    `3rdparty/python:protobuf`, which counts when it exists; the embedded protoc wants 6.31.1 or a \
                    later 7.x, which wants Python 3.10.";
        options.list(PYTHON_RUNTIME, &[], help).fingerprinted();
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        Protoc::locate(context).map(Self)
    }

    fn execute_codegen(&self, context: &Context, target: &Target, results_dir: &str) -> Result<()> {
        generate(context, &self.0, Language::Python, target, results_dir)
    }

    fn synthetic_dependencies(&self, context: &Context, _target: &Target) -> Result<Vec<Address>> {
        runtime(context, PYTHON_RUNTIME)
    }

    fn synthetic_fields(&self, target: &Target) -> Vec<(String, Value)> {
        kept_fields(target, &["provides", "compatibility", "scope"])
    }

    fn fingerprint_parts(&self, context: &Context) -> Result<Vec<(String, String)>> {
        fingerprint_parts(context, &self.0)
    }
}

/// The targets that one of the options names. The conventional ones are injected by the target types.
fn runtime(context: &Context, option: &str) -> Result<Vec<Address>> {
    let specs = context.list_option(option)?;
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    context.resolve(&specs).map_err(|error| error.context(format!("[{}] {option}", context.scope())))
}

/// What is said of the original and holds for what was generated from it.
fn kept_fields(target: &Target, names: &[&str]) -> Vec<(String, Value)> {
    target.fields.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
}

fn fingerprint_parts(context: &Context, protoc: &Protoc) -> Result<Vec<(String, String)>> {
    let mut directories = context.option_of(protoc::SCOPE, "import-paths")?.value.to_strings();
    let option = directories.join(":");
    directories.extend(context.targets()?.iter().flat_map(|target| target.field("import_paths").to_strings()));
    // What they hold belongs to no target, and yet decides what is generated.
    let mut content = Sha256::new();
    for file in importable(context.build_root(), &directories)? {
        content.update(format!("{file}\n"));
        content.update(Sha256::digest(std::fs::read(context.absolute(&file))?));
    }
    Ok(vec![
        ("protoc".to_owned(), protoc.tool.identity.clone()),
        ("import paths".to_owned(), option),
        ("the files of import paths".to_owned(), hex::encode(content.finalize())),
    ])
}

fn generate(context: &Context, protoc: &Protoc, language: Language, target: &Target, results_dir: &str) -> Result<()> {
    if target.sources.is_empty() {
        return Ok(());
    }
    let closure = context.closure(std::slice::from_ref(&target.address), GraphView::Declared)?;
    let protos: Vec<Target> = closure
        .into_iter()
        .filter(|other| [symbols::JAVA, symbols::PYTHON].contains(&other.type_name.as_str()))
        .collect();
    let extra = context.option_of(protoc::SCOPE, "import-paths")?.value.to_strings();
    let generation = Generation {
        language,
        sources: target.sources.clone(),
        import_paths: import_paths(target, &protos, &extra),
        output: results_dir.to_owned(),
    };
    let directories: Vec<String> = target.field("import_paths").to_strings().into_iter().chain(extra).collect();
    let process = process(protoc, &generation, target, &protos).inputs(importable(context.build_root(), &directories)?);
    let output = context.run(&process)?;
    if output.is_success() {
        return Ok(());
    }
    // protoc's own words begin with file, line and column: they stand as they are.
    let printed = output.stderr_text();
    if !printed.is_empty() {
        context.tool_output(&printed)?;
    }
    let error = Error::msg(format!("protoc {}", output.describe_exit()));
    if target.field("imports").is_none() {
        return Err(error);
    }
    Err(error.hint(format!("{}: .proto files in the jars of `imports` are not read yet", target.location)))
}

fn process(protoc: &Protoc, generation: &Generation, target: &Target, protos: &[Target]) -> Process {
    let inputs = protos.iter().flat_map(|target| target.sources.iter().cloned());
    Process::new([protoc.program], format!("protoc {}", target.address))
        .args(generation.arguments())
        .tool(protoc.tool.clone())
        .inputs(inputs)
        // protoc wants its output directory to be there: a trailing slash asks for that.
        .outputs([format!("{}/", generation.output)])
        .cache(CachePolicy::Success)
}

#[cfg(test)]
mod tests;
