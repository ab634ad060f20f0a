//! `gen.protoc` and `gen.protoc-py`: one run of protoc for each target.

use crate::command::{Generation, Language, import_paths, importable};
use crate::duplicates;
use crate::plugins::{self, Plugin};
use crate::protoc::{self, Protoc};
use crate::symbols;
use plugin_api::tasks::{CodegenTask, Generated};
use plugin_api::{
    Address, CachePolicy, Context, Error, Globs, GraphView, OptionRegistrar, Predicate, Process, Result, Target, Value,
};
use sha2::{Digest, Sha256};

const JAVA_RUNTIME: &str = "javadeps";
const PYTHON_RUNTIME: &str = "pythondeps";

/// What one task generates with, and how.
struct Generator {
    language: Language,
    protoc: Protoc,
    plugins: Vec<Plugin>,
    /// Imports are looked for in the build root, too.
    imports_from_root: bool,
    allows_empty: bool,
    allows_duplicates: bool,
}

impl Generator {
    fn from_options(context: &Context, language: Language) -> Result<Self> {
        Ok(Self {
            language,
            protoc: Protoc::locate(context)?,
            plugins: plugins::locate(context)?,
            imports_from_root: context.flag("import-from-root")?,
            allows_empty: context.flag("allow-empty")?,
            allows_duplicates: context.flag("allow-dups")?,
        })
    }

    fn settle(&self, context: &Context, generated: &mut [Generated]) -> Result<Vec<(Address, Error)>> {
        if self.allows_duplicates {
            duplicates::leave_out(context, generated)?;
            return Ok(Vec::new());
        }
        duplicates::refuse(context, generated)
    }
}

/// The options of every language.
fn register_shared_options(options: &mut OptionRegistrar) {
    let help = "Plugins of protoc to run as well, by name: `grpc-java` is the program `protoc-gen-grpc-java`. What they \
                write becomes part of what is generated.";
    options.list("protoc-plugins", &[], help).fingerprinted().advanced();
    let help = "Directories, relative to the build root, where plugins of protoc are looked for before those of PATH.";
    options.list("extra-path", &[], help).advanced();
    let help = "Let `.proto` files import each other by their paths from the build root. Everything is then generated \
                anew when any `.proto` file changes.";
    options.bool("import-from-root", false, help).advanced();
    options.bool("allow-empty", true, "Pass over targets without sources.").fingerprinted().advanced();
    let help = "Let a target generate files that a target it depends on generates, too; the latter's are used.";
    options.bool("allow-dups", false, help).fingerprinted().advanced();
}

/// Generates Java.
pub(crate) struct ProtobufGen(Generator);

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
        options.list(JAVA_RUNTIME, &[], help);
        register_shared_options(options);
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        Generator::from_options(context, Language::Java).map(Self)
    }

    fn execute_codegen(&self, context: &Context, target: &Target, results_dir: &str) -> Result<()> {
        generate(context, &self.0, target, results_dir)
    }

    fn settle(&self, context: &Context, generated: &mut [Generated]) -> Result<Vec<(Address, Error)>> {
        self.0.settle(context, generated)
    }

    fn synthetic_dependencies(&self, context: &Context, _target: &Target) -> Result<Vec<Address>> {
        runtime(context, context.scope(), JAVA_RUNTIME)
    }

    fn synthetic_fields(&self, target: &Target) -> Vec<(String, Value)> {
        kept_fields(target, &["provides", "excludes", "platform", "strict_deps", "exports", "scope"])
    }

    fn fingerprint_parts(&self, context: &Context) -> Result<Vec<(String, String)>> {
        fingerprint_parts(context, &self.0)
    }
}

/// Generates Python.
pub(crate) struct PythonProtobufGen(Generator);

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
        options.list(PYTHON_RUNTIME, &[], help);
        register_shared_options(options);
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        Generator::from_options(context, Language::Python).map(Self)
    }

    fn execute_codegen(&self, context: &Context, target: &Target, results_dir: &str) -> Result<()> {
        generate(context, &self.0, target, results_dir)
    }

    fn settle(&self, context: &Context, generated: &mut [Generated]) -> Result<Vec<(Address, Error)>> {
        self.0.settle(context, generated)
    }

    fn synthetic_dependencies(&self, context: &Context, _target: &Target) -> Result<Vec<Address>> {
        let mut addresses = runtime(context, context.scope(), PYTHON_RUNTIME)?;
        addresses.extend(runtime(context, protoc::SCOPE, protoc::RUNTIME)?);
        Ok(addresses)
    }

    fn synthetic_fields(&self, target: &Target) -> Vec<(String, Value)> {
        kept_fields(target, &["provides", "compatibility", "scope"])
    }

    fn fingerprint_parts(&self, context: &Context) -> Result<Vec<(String, String)>> {
        fingerprint_parts(context, &self.0)
    }
}

/// The targets that one of the options names. The conventional ones are injected by the target types.
fn runtime(context: &Context, scope: &str, name: &str) -> Result<Vec<Address>> {
    let option = context.option_of(scope, name)?;
    let specs = option.value.to_strings();
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    context.resolve(&specs).map_err(|error| error.context(option.source))
}

/// What is said of the original and holds for what was generated from it.
fn kept_fields(target: &Target, names: &[&str]) -> Vec<(String, Value)> {
    target.fields.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
}

fn fingerprint_parts(context: &Context, generator: &Generator) -> Result<Vec<(String, String)>> {
    let mut directories = context.option_of(protoc::SCOPE, "import-paths")?.value.to_strings();
    let option = directories.join(":");
    directories.extend(context.targets()?.iter().flat_map(|target| target.field("import_paths").to_strings()));
    // What they hold belongs to no target, and yet decides what is generated.
    let mut content = Sha256::new();
    for file in readable(context, generator, &directories)? {
        content.update(format!("{file}\n"));
        content.update(Sha256::digest(std::fs::read(context.absolute(&file))?));
    }
    let plugins: Vec<String> = generator.plugins.iter().map(Plugin::identity).collect();
    Ok(vec![
        ("protoc".to_owned(), generator.protoc.tool.identity.clone()),
        ("plugins of protoc".to_owned(), plugins.join(", ")),
        ("imports from the build root".to_owned(), generator.imports_from_root.to_string()),
        ("import paths".to_owned(), option),
        ("the files of import paths".to_owned(), hex::encode(content.finalize())),
    ])
}

/// The `.proto` files that imports may name although no target that is depended on has them.
fn readable(context: &Context, generator: &Generator, directories: &[String]) -> Result<Vec<String>> {
    let mut files = importable(context.build_root(), directories)?;
    if generator.imports_from_root {
        let all = Globs { include: vec!["**/*.proto".to_owned()], ..Globs::default() };
        files.extend(context.glob("", &all)?);
        files.sort();
        files.dedup();
    }
    Ok(files)
}

fn generate(context: &Context, generator: &Generator, target: &Target, results_dir: &str) -> Result<()> {
    if target.sources.is_empty() {
        if generator.allows_empty {
            return Ok(());
        }
        return Err(Error::msg(format!("{}: `{}` has no sources", target.location, target.address))
            .hint(format!("`[{}] allow_empty` passes over such targets", context.scope())));
    }
    let closure = context.closure(std::slice::from_ref(&target.address), GraphView::Declared)?;
    let protos: Vec<Target> = closure
        .into_iter()
        .filter(|other| [symbols::JAVA, symbols::PYTHON].contains(&other.type_name.as_str()))
        .collect();
    let extra = context.option_of(protoc::SCOPE, "import-paths")?.value.to_strings();
    let directories: Vec<String> = target.field("import_paths").to_strings().into_iter().chain(extra.clone()).collect();
    let mut import_paths = import_paths(target, &protos, &extra);
    if generator.imports_from_root && !import_paths.iter().any(|path| path.is_empty() || path == ".") {
        import_paths.push(String::new());
    }
    let generation = Generation {
        language: generator.language,
        sources: target.sources.clone(),
        import_paths,
        output: results_dir.to_owned(),
    };
    let process = process(generator, &generation, target, &protos);
    let output = context.run(&process.inputs(readable(context, generator, &directories)?))?;
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

fn process(generator: &Generator, generation: &Generation, target: &Target, protos: &[Target]) -> Process {
    let inputs = protos.iter().flat_map(|target| target.sources.iter().cloned());
    let process = Process::new([generator.protoc.program], format!("protoc {}", target.address))
        .tool(generator.protoc.tool.clone())
        .inputs(inputs)
        // protoc wants its output directory to be there: a trailing slash asks for that.
        .outputs([format!("{}/", generation.output)])
        .cache(CachePolicy::Success);
    let plugged =
        generator.plugins.iter().fold(process, |process, plugin| plugin.added_to(process, &generation.output));
    plugged.args(generation.arguments())
}

#[cfg(test)]
mod tests;
