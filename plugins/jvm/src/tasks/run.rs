//! `run.jvm`: a program in the user's own terminal.

use super::working_directory;
use crate::graph::{JvmGraph, Purpose};
use crate::jdk::Jdk;
use crate::jvm_options::{self, JvmSettings};
use crate::platform::Platforms;
use crate::programs;
use plugin_api::products::{GeneratedSources, RuntimeClasspath};
use plugin_api::{
    Context, Error, LogLevel, OptionRegistrar, Planning, Predicate, Process, Result, RoundManager, Target, Task,
    TaskSpec,
};

/// Ends the run with the main class of the one `jvm_binary` among the roots.
pub(super) struct JvmRun;

impl Task for JvmRun {
    fn spec() -> TaskSpec {
        TaskSpec::new("JvmRun", "Run a JVM binary.")
            .applies_to(Predicate::types(&["jvm_binary"]))
            .over_roots()
            .takes_passthrough()
            .subsystem(jvm_options::SCOPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.optional_string("main", "The class to start instead of the `main` of the target.");
        options
            .optional_string(
                "cwd",
                "The directory to run in, relative to the build root; the one of the target when no value is given. \
                 Without it: the build root.",
            )
            .implicit(OF_THE_TARGET);
        options.optional_string(
            "only-write-cmd-line",
            "Writes the command to this file, relative to the build root, and runs nothing.",
        );
        Ok(())
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        JvmSettings::check(planning)?;
        working_directory::check(planning, "cwd", &[OF_THE_TARGET])?;
        round.require::<RuntimeClasspath>();
        round.optional::<GeneratedSources>();
        Ok(())
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let roots = context.target_roots()?;
        let [target] = &roots[..] else {
            let error = Error::msg(format!("`run` takes exactly one target, and was given {}", roots.len()));
            let binaries = roots.iter().filter(|target| target.type_name == "jvm_binary");
            return Err(binaries.fold(error, |error, binary| error.hint(format!("name one: `{}`", binary.address))));
        };
        let main = match context.text_option("main")? {
            Some(main) => main,
            None => main_class(target)?.to_owned(),
        };
        let graph = JvmGraph::load(context)?;
        let place = graph.place(&target.address).ok_or_else(Error::cancelled)?;
        let closure = graph.closure(place, Purpose::Run);
        let classpath = context.product::<RuntimeClasspath>()?.unwrap_or_default();
        let entries = graph.classpath(&closure, |address| classpath.entries.get(address).map(Vec::as_slice));
        let paths: Vec<String> = entries.into_iter().map(|entry| entry.path).collect();
        let directory = directory(context, target)?;
        // Relative to where it runs.
        let paths: Vec<String> =
            paths.iter().map(|path| format!("{}{path}", working_directory::way_up(&directory))).collect();
        let settings = JvmSettings::load(context)?;
        let jdk = Jdk::of(context)?;
        let mut process = Process::new(["{tool:jdk}/bin/java"], format!("run {}", target.address))
            .args(settings.options())
            .args(Platforms::load(context)?.jvm_options(target)?)
            .args(target.field("extra_jvm_options").to_strings())
            .args(["-cp".to_owned(), paths.join(":"), main])
            .args(settings.program_args)
            .args(context.list_option("args")?)
            .args(context.passthrough().iter().cloned())
            .tool(jdk.tool())
            .local_only();
        process.working_directory = directory;
        process.env.extend(locale(context)?);
        match context.text_option("only-write-cmd-line")? {
            Some(file) => write_command(context, &process, &jdk, &file),
            None => context.set_foreground(&process),
        }
    }
}

/// The value of a bare `--cwd`: no directory is called so.
const OF_THE_TARGET: &str = "<target>";

/// Where the program runs, relative to the build root.
fn directory(context: &Context, target: &Target) -> Result<String> {
    Ok(match context.text_option("cwd")?.as_deref() {
        None => String::new(),
        Some(OF_THE_TARGET) => target.address.dir().to_owned(),
        Some(given) => working_directory::relative(context.build_root(), given).unwrap_or_default(),
    })
}

/// Writes the command that would have run, as a shell takes it, from the build root.
fn write_command(context: &Context, process: &Process, jdk: &Jdk, file: &str) -> Result<()> {
    let home = jdk.home.to_string_lossy();
    let words = process.argv.iter().map(|word| quoted(&word.replace("{tool:jdk}", &home)));
    let variables = process.env.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    let command = variables.chain(words).collect::<Vec<_>>().join(" ");
    let line = match &*process.working_directory {
        "" => format!("{command}\n"),
        directory => format!("cd {} && {command}\n", quoted(directory)),
    };
    crate::files::write_text(context, file, &line)?;
    context.log(LogLevel::Info, format!("wrote the command to {file}"))
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=+:,./@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The variable that the program needs beside those of the user: in the POSIX locale, which is also that of a user who
/// chose none, a JVM finds no file whose path is not ASCII, not even a relative one below such a directory, and no system
/// property changes that. `None` when the user chose a locale.
fn locale(context: &Context) -> Result<Option<(String, String)>> {
    // The first that is set and not empty decides.
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        match context.environment(name)?.filter(|value| !value.is_empty()) {
            None => {}
            Some(value) if value == "C" || value == "POSIX" => {
                // What the locale says about characters only, where that is enough.
                let name = if name == "LC_ALL" { name } else { "LC_CTYPE" };
                return Ok(Some((name.to_owned(), programs::LOCALE.1.to_owned())));
            }
            Some(_) => return Ok(None),
        }
    }
    Ok(Some(("LC_CTYPE".to_owned(), programs::LOCALE.1.to_owned())))
}

/// The main class of a binary.
pub(super) fn main_class(target: &Target) -> Result<&str> {
    target.text("main").filter(|main| !main.is_empty()).ok_or_else(|| {
        Error::msg(format!("{}: the binary `{}` has no main class", target.location, target.address))
            .hint("give it one: main='com.example.Main'")
            .failed_targets([target.address.clone()])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{add_target, world};
    use plugin_api::products::ClasspathEntry;
    use plugin_api::testing::TestContext;
    use plugin_api::{Address, Value};

    /// A binary and its library on the classpath.
    fn binary(root: &tempfile::TempDir, fields: &[(&str, Value)]) -> (TestContext, Address) {
        let world = world("run.jvm", root.path());
        let library = add_target(&world, root.path(), "java_library", "lib", &[], &[]);
        let address = Address::new("src/java", "app");
        let mut target = Target::new(address.clone(), "jvm_binary");
        target.dependencies.push(library.clone());
        target.fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        world.target(target).roots(std::slice::from_ref(&address));
        let mut classpath = RuntimeClasspath::default();
        classpath.add(&library, [ClasspathEntry::new("lib/classes.jar")]);
        world.product("compile.javac", classpath).unwrap();
        world.option_of("jvm.run.jvm", "program-args", ["one"]).option("args", ["two"]);
        (world, address)
    }

    #[test]
    fn the_run_ends_with_the_main_class() {
        let root = tempfile::tempdir().unwrap();
        let (world, _) = binary(&root, &[("main", "a.Main".into()), ("extra_jvm_options", Value::strings(["-ea"]))]);
        world.passthrough(&["two words"]);
        world.run::<JvmRun>().unwrap();
        let process = world.foreground().unwrap();
        let expected =
            ["{tool:jdk}/bin/java", "-Xmx256m", "-ea", "-cp", "lib/classes.jar", "a.Main", "one", "two", "two words"];
        assert_eq!(process.argv, expected);
    }

    #[test]
    fn only_a_user_without_a_locale_gets_one() {
        let check = |variables: &[(&str, &str)], expected: &[(&str, &str)]| {
            let root = tempfile::tempdir().unwrap();
            let (world, _) = binary(&root, &[("main", "a.Main".into())]);
            for (name, value) in variables {
                world.environment(name, value);
            }
            world.run::<JvmRun>().unwrap();
            let process = world.foreground().unwrap();
            let given: Vec<_> = process.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(given, expected, "{variables:?}");
        };
        check(&[], &[("LC_CTYPE", "C.UTF-8")]);
        check(&[("LANG", "C"), ("LC_ALL", "")], &[("LC_CTYPE", "C.UTF-8")]);
        check(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "POSIX")], &[("LC_ALL", "C.UTF-8")]);
        check(&[("LANG", "C"), ("LC_CTYPE", "de_DE.UTF-8")], &[]);
        check(&[("LANG", "de_DE.ISO-8859-1")], &[]);
    }

    #[test]
    fn a_program_runs_where_it_is_said_to() {
        let check = |cwd: &str, directory: &str, classpath: &str| {
            let root = tempfile::tempdir().unwrap();
            let (world, _) = binary(&root, &[("main", "a.Main".into())]);
            std::fs::create_dir_all(root.path().join("data/x")).unwrap();
            world.option("cwd", cwd);
            world.run::<JvmRun>().unwrap();
            let process = world.foreground().unwrap();
            assert_eq!((&*process.working_directory, &*process.argv[3]), (directory, classpath));
        };
        check("", "", "lib/classes.jar");
        check("data/./x/", "data/x", "../../lib/classes.jar");
        check(OF_THE_TARGET, "src/java", "../../lib/classes.jar");
    }

    #[test]
    fn a_directory_that_is_none_is_refused_before_anything_is_built() {
        let check = |cwd: &str, expect: &str| {
            let root = tempfile::tempdir().unwrap();
            let (world, _) = binary(&root, &[("main", "a.Main".into())]);
            world.option("cwd", cwd);
            assert_eq!(world.plan::<JvmRun>().unwrap_err().message, expect);
        };
        check("nowhere", "test: `nowhere` is no directory");
        check("..", "test: `..` is not in the build root");
    }

    #[test]
    fn the_command_may_be_written_instead() {
        let root = tempfile::tempdir().unwrap();
        let (world, _) = binary(&root, &[("main", "a.Main".into())]);
        world.passthrough(&["it's"]).option("only-write-cmd-line", "out/cmd");
        world.run::<JvmRun>().unwrap();
        assert!(world.foreground().is_none());
        let written = std::fs::read_to_string(root.path().join("out/cmd")).unwrap();
        assert!(written.starts_with("LC_CTYPE=C.UTF-8 /") && !written.contains("{tool"), "{written}");
        let arguments = r"/bin/java -Xmx256m -cp lib/classes.jar a.Main one two 'it'\''s'";
        assert!(written.trim_end().ends_with(arguments), "{written}");
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let (world, address) = binary(&root, &[]);
        let error = world.run::<JvmRun>().unwrap_err();
        assert!(error.message.ends_with("the binary `src/java:app` has no main class"), "{}", error.message);
        world.roots(&[address, Address::new("src/java", "lib")]);
        let error = world.run::<JvmRun>().unwrap_err();
        assert_eq!(error.message, "`run` takes exactly one target, and was given 2");
        assert_eq!(error.hints, ["name one: `src/java:app`"]);
    }
}
