//! `resolve.coursier`: third-party jars onto classpaths.

use crate::jdk::Jdk;
use crate::targets::ON_CLASSPATH;
use crate::third_party::declared::{Jar, check_forced, jars_of};
use crate::third_party::links::Links;
use crate::third_party::lock::{LockFile, PlacedFile};
use crate::third_party::resolver::{self, Resolver};
use plugin_api::products::{ClasspathEntry, CompileClasspath, GeneratedSources, ResolvedLibraries, RuntimeClasspath};
use plugin_api::{
    Address, Context, Error, LogLevel, OptionRegistrar, Planning, Predicate, Product, ProductDecl, Result,
    RoundManager, Target, Task, TaskSpec,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Resolves the jars of all `jar_library` targets, once for the whole repository.
///
/// The lock file decides. Only when it does not cover what the run declares is Coursier asked, for all jars of the
/// repository, and the lock file written anew.
pub(super) struct CoursierResolve;

impl Task for CoursierResolve {
    fn spec() -> TaskSpec {
        // All JVM types, not only `jar_library`: generated code may bring the first jar of a run.
        TaskSpec::new("CoursierResolve", "Resolve third-party jars with Coursier.")
            .applies_to(Predicate::types(ON_CLASSPATH))
            .fingerprinted_scope(resolver::SCOPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.string(
            "lockfile",
            "3rdparty/jvm.lock.json",
            "The lock file, relative to the build root; commit it. Empty: none, every clean build resolves anew.",
        );
        Ok(())
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![CompileClasspath::declaration(), RuntimeClasspath::declaration(), ResolvedLibraries::declaration()]
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        // Generated code depends on runtime libraries that nobody declared.
        round.optional::<GeneratedSources>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let declared = declared_jars(&context.targets()?)?;
        let products = if declared.is_empty() { ThirdParty::default() } else { resolve(context, &declared)? };
        context.put(CompileClasspath { entries: products.entries.clone() })?;
        context.put(RuntimeClasspath { entries: products.entries })?;
        context.put(ResolvedLibraries { libraries: products.libraries })
    }
}

/// What the products hold.
#[derive(Default)]
struct ThirdParty {
    entries: BTreeMap<Address, Vec<ClasspathEntry>>,
    libraries: BTreeMap<String, BTreeMap<String, String>>,
}

/// The jars of each `jar_library` among some targets.
fn declared_jars(targets: &[Target]) -> Result<BTreeMap<Address, Vec<Jar>>> {
    let libraries = targets.iter().filter(|target| target.type_name == "jar_library");
    libraries.map(|target| Ok((target.address.clone(), jars_of(target)?))).collect()
}

fn resolve(context: &Context, declared: &BTreeMap<Address, Vec<Jar>>) -> Result<ThirdParty> {
    let wanted: Vec<Jar> = declared.values().flatten().cloned().collect();
    let lock_path = lock_path(context)?;
    let directory = context.absolute(context.workdir()).join("jars");
    let mut links = Links::open(directory);
    let lock = match read_lock(context, &lock_path)?.filter(|lock| lock.covers(&wanted)) {
        Some(lock) => lock,
        None => resolve_anew(context, &wanted, &lock_path, links.directory())?,
    };
    let files: BTreeSet<PlacedFile> = wanted.iter().flat_map(|jar| lock.files_of(jar)).collect();
    let files: Vec<PlacedFile> = files.into_iter().collect();
    let missing = links.missing(&files);
    if !missing.is_empty() {
        let _shown = context.workunit(format!("fetch {} third-party jars", missing.len()))?;
        let jdk = Jdk::of(context)?;
        Resolver::prepare(context, &jdk)?.fetch(&missing, links.directory())?;
        let still_missing = links.missing(&files);
        if let Some(file) = still_missing.first() {
            return Err(Error::msg(format!("jar `{}` was fetched but is not in its place", file.key)));
        }
    }
    links.save()?;
    Ok(products(context, declared, &lock))
}

fn products(context: &Context, declared: &BTreeMap<Address, Vec<Jar>>, lock: &LockFile) -> ThirdParty {
    let mut products = ThirdParty::default();
    let place = |file: &PlacedFile| format!("{}/jars/{}", context.workdir(), file.path);
    for (address, jars) in declared {
        let entries = products.entries.entry(address.clone()).or_default();
        for file in jars.iter().flat_map(|jar| lock.files_of(jar)) {
            let entry = ClasspathEntry { path: place(&file), coordinate: file.coordinate.clone() };
            // What is no jar is brought, but is nothing for a classpath.
            if file.file.ext == "jar" && !entries.contains(&entry) {
                entries.push(entry);
            }
            let kind = if file.file.classifier.is_empty() { "default" } else { &file.file.classifier };
            let library = products.libraries.entry(file.coordinate.clone()).or_default();
            library.insert(kind.to_owned(), place(&file));
        }
    }
    products
}

/// The lock file in the repository; without one, a private one, which a clean build does not have.
pub(super) fn lock_path(context: &Context) -> Result<PathBuf> {
    let option = context.option_of("resolve.coursier", "lockfile")?.value;
    Ok(match option.as_str().filter(|path| !path.is_empty()) {
        Some(path) => context.absolute(path),
        None => {
            // Work directories are `<all>/<phase>/<goal>`.
            let all = Path::new(context.workdir()).ancestors().nth(2).unwrap_or(Path::new(""));
            context.absolute(all.join("resolve/coursier/lock.json"))
        }
    })
}

fn read_lock(context: &Context, path: &Path) -> Result<Option<LockFile>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::from(error).context(format!("cannot read `{}`", shown(context, path)))),
    };
    let lock = LockFile::parse(&text).map_err(|error| {
        Error::from(error)
            .context(format!("{}: it cannot be used", shown(context, path)))
            .hint("delete it to resolve again")
    })?;
    Ok(Some(lock))
}

/// Asks Coursier for all jars of the repository and writes the lock file.
fn resolve_anew(context: &Context, wanted: &[Jar], lock_path: &Path, directory: &Path) -> Result<LockFile> {
    // Versions are chosen together, so that every run of the repository sees the same ones.
    let mut all: Vec<Jar> = declared_jars(&context.all_targets()?)?.into_values().flatten().collect();
    all.extend(wanted.iter().cloned());
    check_forced(&all)?;
    let _shown = context.workunit("resolve third-party jars")?;
    let jdk = Jdk::of(context)?;
    let lock = Resolver::prepare(context, &jdk)?.resolve(&all, directory)?;
    let text = lock.to_text();
    crate::jar::write_atomically(lock_path, |file| std::io::Write::write_all(file, text.as_bytes()))
        .map_err(|error| Error::from(error).context(format!("cannot write `{}`", shown(context, lock_path))))?;
    if !lock_path.starts_with(context.absolute(context.workdir())) {
        context.log(LogLevel::Info, format!("wrote the lock file {}", shown(context, lock_path)))?;
    }
    Ok(lock)
}

fn shown(context: &Context, path: &Path) -> String {
    path.strip_prefix(context.build_root()).unwrap_or(path).display().to_string()
}
