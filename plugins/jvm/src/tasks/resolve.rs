//! `resolve.coursier`: third-party jars onto classpaths.

use crate::files;
use crate::jdk::Jdk;
use crate::scala::{self, ScalaPlatform};
use crate::targets::on_classpath;
use crate::third_party::jar_directory::JarDirectory;
use crate::third_party::lock::{LockFile, LockedGroup, PlacedFile};
use crate::third_party::managed::{self, Groups, ManagedGroup, Management};
use crate::third_party::report;
use crate::third_party::resolver::{self, Resolver};
use crate::third_party::together::resolve_together;
use plugin_api::products::{
    ClasspathEntry, CompileClasspath, GeneratedSources, JvmTools, ResolvedLibraries, RuntimeClasspath,
};
use plugin_api::{
    Address, Context, Error, LogLevel, OptionRegistrar, Planning, Product, ProductDecl, Result, RoundManager, Task,
    TaskSpec,
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
            .applies_to(on_classpath())
            .fingerprinted_scope(resolver::SCOPE)
            .fingerprinted_scope(managed::SCOPE)
            .fingerprinted_scope(scala::SCOPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.string(
            "lockfile",
            "3rdparty/jvm.lock.json",
            "The lock file, relative to the build root; commit it. Empty: none, every clean build resolves anew.",
        );
        options.bool("report", false, "Write down for each library which jars it came to, and which jar needs which.");
        resolver::register_task_options(options);
        Ok(())
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![CompileClasspath::declaration(), RuntimeClasspath::declaration(), ResolvedLibraries::declaration()]
    }

    fn prepare(_planning: &Planning, round: &mut RoundManager) -> Result<()> {
        // Generated code depends on runtime libraries that nobody declared.
        round.optional::<GeneratedSources>();
        // Not used: it makes the two take turns where both are planned, so that one of them, not each, says that no
        // repository can be reached.
        round.optional::<JvmTools>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let scala = ScalaPlatform::load(context)?;
        let mut management = Management::load(context, &scala)?;
        let declared = management.groups(&context.targets()?)?;
        let products =
            if declared.is_empty() { ThirdParty::default() } else { resolve(context, &mut management, &declared)? };
        let targets = products.brought();
        context.put(CompileClasspath { entries: products.entries.clone() })?;
        context.put(RuntimeClasspath { entries: products.entries })?;
        context.put(ResolvedLibraries { libraries: products.libraries, targets })
    }
}

/// What the products hold.
#[derive(Default)]
struct ThirdParty {
    entries: BTreeMap<Address, Vec<ClasspathEntry>>,
    libraries: BTreeMap<String, BTreeMap<String, String>>,
}

impl ThirdParty {
    /// The coordinates of the jars that each target brings.
    fn brought(&self) -> BTreeMap<String, Vec<String>> {
        let coordinates = |entries: &[ClasspathEntry]| entries.iter().map(|entry| entry.coordinate.clone()).collect();
        self.entries.iter().map(|(address, entries)| (address.to_string(), coordinates(entries))).collect()
    }
}

fn resolve(context: &Context, management: &mut Management<'_>, declared: &Groups) -> Result<ThirdParty> {
    for jar in declared.values().flat_map(ManagedGroup::jars) {
        let check = jar.url.as_ref().map_or(Ok(()), |url| url.check(context));
        check.map_err(|error| error.context(format!("{}: jar `{}`", jar.location, jar.module())))?;
    }
    let lock_path = lock_path(context)?;
    let directory = context.absolute(context.workdir()).join("jars");
    let mut jars = JarDirectory::open(directory);
    let lock = match read_lock(context, &lock_path)?.filter(|lock| covers(lock, declared)) {
        Some(lock) => lock,
        None => resolve_anew(context, management, declared, &lock_path, jars.directory())?,
    };
    let files: BTreeSet<PlacedFile> = libraries(declared, &lock).flat_map(|(_, files)| files).collect();
    let files: Vec<PlacedFile> = files.into_iter().collect();
    let missing = jars.missing(&files);
    if !missing.is_empty() {
        let _shown = context.workunit(format!("put {} third-party jars in place", missing.len()))?;
        let jdk = Jdk::of(context)?;
        Resolver::prepare(context, &jdk)?.fetch(&missing, &jars)?;
        let still_missing = jars.missing(&files);
        if let Some(file) = still_missing.first() {
            return Err(Error::msg(format!("jar `{}` was fetched but is not in its place", file.key)));
        }
    }
    jars.save()?;
    if context.flag("report")? {
        write_report(context, declared, &lock)?;
    }
    Ok(products(context, declared, &lock))
}

fn write_report(context: &Context, declared: &Groups, lock: &LockFile) -> Result<()> {
    let path = format!("{}/report.txt", context.workdir());
    let text = report::render(declared, lock);
    files::write_text(context, &path, &text)?;
    context.log(LogLevel::Info, format!("what third-party jars came to: {path}"))
}

fn covers(lock: &LockFile, declared: &Groups) -> bool {
    declared.iter().all(|(manager, group)| {
        lock.group(manager).is_some_and(|locked| locked.covers(&group.jars(), &group.pins.lines()))
    })
}

/// The libraries with the files of their jars.
fn libraries<'a>(declared: &'a Groups, lock: &'a LockFile) -> impl Iterator<Item = (&'a Address, Vec<PlacedFile>)> {
    declared.iter().flat_map(move |(manager, group)| {
        let locked = lock.group(manager);
        group.libraries.iter().map(move |(address, jars)| {
            let files_of = |locked: &LockedGroup| jars.iter().flat_map(|jar| locked.files_of(jar)).collect();
            (address, locked.map(files_of).unwrap_or_default())
        })
    })
}

fn products(context: &Context, declared: &Groups, lock: &LockFile) -> ThirdParty {
    let mut products = ThirdParty::default();
    let place = |file: &PlacedFile| format!("{}/jars/{}", context.workdir(), file.path);
    for (address, files) in libraries(declared, lock) {
        let entries = products.entries.entry(address.clone()).or_default();
        for file in files {
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
fn resolve_anew(
    context: &Context,
    management: &mut Management<'_>,
    declared: &Groups,
    lock_path: &Path,
    directory: &Path,
) -> Result<LockFile> {
    let mut all = management.sound_groups(&context.all_targets()?);
    // What was generated, or made for want of a declaration, is not among the targets of the repository.
    for (manager, group) in declared {
        let known = all
            .entry(manager.clone())
            .or_insert_with(|| ManagedGroup { pins: group.pins.clone(), ..ManagedGroup::default() });
        known.libraries.extend(group.libraries.clone());
    }
    let _shown = context.workunit("resolve third-party jars")?;
    let jdk = Jdk::of(context)?;
    let resolver = Resolver::prepare(context, &jdk)?;
    let mut locked = BTreeMap::new();
    for (manager, group) in &all {
        let wanted = declared.get(manager).map(ManagedGroup::jars).unwrap_or_default();
        locked.insert(manager.clone(), resolve_together(context, &resolver, group, &wanted, directory)?);
    }
    let lock = LockFile::new(locked);
    let text = lock.to_text();
    files::write(lock_path, text.as_bytes())
        .map_err(|error| Error::from(error).context(format!("cannot write `{}`", shown(context, lock_path))))?;
    if !lock_path.starts_with(context.absolute(context.workdir())) {
        context.log(LogLevel::Info, format!("wrote the lock file {}", shown(context, lock_path)))?;
    }
    Ok(lock)
}

fn shown(context: &Context, path: &Path) -> String {
    path.strip_prefix(context.build_root()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::world;
    use crate::third_party::declared::tests::jar_value;
    use plugin_api::testing::TestContext;
    use plugin_api::{ProcessOutput, Target, Value};
    use sha2::{Digest, Sha256};

    /// A repository with one `jar_library`, a Coursier that answers for it, and what it was asked.
    fn library(root: &Path) -> (TestContext, Address) {
        let world = world("resolve.coursier", root);
        let address = Address::new("3rdparty", "x");
        let mut target = Target::new(address.clone(), "jar_library");
        let jar = jar_value(&[("org", "a".into()), ("name", "b".into()), ("rev", "1".into())]);
        target.fields.push(("jars".to_owned(), Value::List(vec![jar])));
        crate::test_support::declare(&world, resolver::SCOPE, resolver::register_options);
        world.target(target).option_of(resolver::SCOPE, "repos", ["https://repo.test"]);
        let root = root.to_owned();
        world.fake_tool(move |process| Ok(coursier(process, &root)));
        (world, address)
    }

    /// Answers as our resolver does; other processes do nothing well.
    fn coursier(process: &plugin_api::Process, root: &Path) -> ProcessOutput {
        if !process.argv.iter().any(|argument| argument == "pants.jvm.resolve.Main") {
            // The compiler of the helpers leaves a directory.
            if let Some(at) = process.argv.iter().position(|argument| argument == "-d") {
                std::fs::create_dir_all(&process.argv[at + 1]).unwrap();
            }
            return ProcessOutput::default();
        }
        let file = root.join(".pants.d/resolve/coursier/jars/a/b/1/b-1.jar");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "content").unwrap();
        let sha256 = hex::encode(Sha256::digest("content"));
        let stdout = format!("jar\ta:b:1\ta:b\t1\t\tjar\t{sha256}\ta/b/1/b-1.jar\t\n");
        ProcessOutput { stdout: stdout.into_bytes(), ..ProcessOutput::default() }
    }

    fn questions(world: &TestContext) -> Vec<String> {
        let processes = world.processes().into_iter();
        let asked =
            processes.filter(|process| process.argv.iter().any(|argument| argument == "pants.jvm.resolve.Main"));
        asked.map(|process| String::from_utf8(process.stdin).unwrap().replace('\t', "|")).collect()
    }

    #[test]
    fn the_first_run_writes_the_lock_file_and_the_next_asks_nobody() {
        let root = tempfile::tempdir().unwrap();
        let (world, address) = library(root.path());
        world.run::<CoursierResolve>().unwrap();
        assert_eq!(questions(&world), ["repository|https://repo.test||\njar|a|b|1|||true|false|\n"]);
        let lock = std::fs::read_to_string(root.path().join("jvm.lock.json")).unwrap();
        assert!(lock.contains("\"a:b:1\"") && !lock.contains("repo.test"), "{lock}");
        let (world, _) = library(root.path());
        world.run::<CoursierResolve>().unwrap();
        assert!(world.processes().is_empty(), "no tool runs");
        let place = ".pants.d/resolve/coursier/jars/a/b/1/b-1.jar";
        assert_eq!(world.produced::<RuntimeClasspath>().unwrap().unwrap().paths([&address]), [place]);
        assert_eq!(world.produced::<CompileClasspath>().unwrap().unwrap().paths([&address]), [place]);
        let libraries = world.produced::<ResolvedLibraries>().unwrap().unwrap();
        assert_eq!(libraries.libraries["a:b:1"]["default"], place);
    }

    #[test]
    fn a_jar_that_is_gone_or_altered_is_fetched_as_it_is_locked() {
        let root = tempfile::tempdir().unwrap();
        library(root.path()).0.run::<CoursierResolve>().unwrap();
        std::fs::write(root.path().join(".pants.d/resolve/coursier/jars/a/b/1/b-1.jar"), "altered").unwrap();
        let (world, _) = library(root.path());
        world.run::<CoursierResolve>().unwrap();
        let sha256 = hex::encode(Sha256::digest("content"));
        assert_eq!(questions(&world), [format!("repository|https://repo.test||\nlocked|a:b:1|a:b|1||jar|{sha256}|\n")]);
    }

    #[test]
    fn a_lock_file_that_cannot_be_read_is_named() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("jvm.lock.json"), "x").unwrap();
        let error = library(root.path()).0.run::<CoursierResolve>().unwrap_err();
        assert_eq!(error.message, "jvm.lock.json: it cannot be used");
    }

    /// The same repository with another library, whose jar no repository has.
    fn library_beside_another(root: &Path, fields: &[(&str, Value)]) -> (TestContext, Address) {
        let (world, address) = library(root);
        let mut other = Target::new(Address::new("3rdparty", "y"), "jar_library");
        let fields = [&[("org", "c".into()), ("name", "d".into())], fields].concat();
        other.fields.push(("jars".to_owned(), Value::List(vec![jar_value(&fields)])));
        world.target(other).roots(std::slice::from_ref(&address));
        let root = root.to_owned();
        world.fake_tool(move |process| {
            let asked = String::from_utf8_lossy(&process.stdin).into_owned();
            if asked.contains("jar\tc\td\t") {
                let stdout = "missing\tc:d:1\tnot found\n".into();
                return Ok(ProcessOutput { exit: plugin_api::Exit::Code(1), stdout, ..ProcessOutput::default() });
            }
            Ok(coursier(process, &root))
        });
        (world, address)
    }

    #[test]
    fn a_jar_that_nobody_has_stands_in_the_way_of_its_users_only() {
        let root = tempfile::tempdir().unwrap();
        let (world, address) = library_beside_another(root.path(), &[("rev", "1".into())]);
        world.run::<CoursierResolve>().unwrap();
        assert_eq!(world.produced::<RuntimeClasspath>().unwrap().unwrap().paths([&address]).len(), 1);
        let left_out = "2: 3rdparty/BUILD:3:5: jar `c:d:1` cannot be fetched; it is left out";
        assert!(world.logs().contains(&left_out.to_owned()), "{:?}", world.logs());
        let (world, _) = library_beside_another(root.path(), &[("rev", "1".into())]);
        world.roots(&[Address::new("3rdparty", "y")]);
        let error = world.run::<CoursierResolve>().unwrap_err();
        assert_eq!(error.message, "3rdparty/BUILD:3:5: jar `c:d:1` cannot be fetched");
    }
}
