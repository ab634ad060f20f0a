//! Our Java programs: compiled once for each JDK, from sources that this crate carries.

use crate::jar::JarEntries;
use crate::jdk::Jdk;
use plugin_api::{Context, Error, Process, Result, Tool, Worker};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// A source file: its path and its text.
pub(crate) type Source = (&'static str, &'static str);

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../java/", $path)))),*]
    };
}

const SOURCES: &[Source] = sources![
    "pants/jvm/fetch/Download.java",
    "pants/jvm/fetch/Hash.java",
    "pants/jvm/fetch/Network.java",
    "pants/jvm/fetch/Script.java",
    "pants/jvm/worker/ClassJar.java",
    "pants/jvm/worker/Command.java",
    "pants/jvm/worker/Frames.java",
    "pants/jvm/worker/Javac.java",
    "pants/jvm/worker/Worker.java",
];

/// The programs that need Coursier on their class path.
pub(crate) const RESOLVER_SOURCES: &[Source] =
    sources!["pants/jvm/resolve/JarStore.java", "pants/jvm/resolve/Main.java", "pants/jvm/resolve/Resolver.java",];

/// Variables of every JVM of ours: without a locale, it takes a file called `Ä.java` for none.
pub(crate) const LOCALE: (&str, &str) = ("LC_ALL", "C.UTF-8");

/// The jar in the directory of a compiled program.
pub(crate) const JAR: &str = "programs.jar";

/// Variables of the user that programs of ours which use the network need.
pub(crate) const NETWORK_VARIABLES: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "HOME",
    "COURSIER_CREDENTIALS",
    "COURSIER_MIRRORS",
    "COURSIER_CONFIG_DIR",
    "JAVA_TOOL_OPTIONS",
];

/// The worker and the downloader, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The directory with [`JAR`].
    pub(crate) directory: PathBuf,
    /// What they are; part of keys.
    pub(crate) identity: String,
}

impl Programs {
    /// Compiles them, unless that was done.
    pub(crate) fn prepare(context: &Context, jdk: &Jdk) -> Result<Self> {
        let identity = identity(SOURCES, &[&jdk.identity]);
        let fill = |context: &Context, directory: &Path| compile(context, jdk, SOURCES, &[], directory);
        let directory = context.tool_dir("jvm-programs", &identity, fill)?;
        Ok(Self { directory, identity })
    }

    /// The programs as a tool of processes: `{tool:jvm-programs}/programs.jar`.
    pub(crate) fn tool(&self) -> Tool {
        Tool::new("jvm-programs", &self.directory, &self.identity)
    }

    /// The compile worker: how it is started.
    pub(crate) fn worker(&self, context: &Context, jdk: &Jdk, jvm_options: &[String]) -> Result<Worker> {
        let archive = self.archive(context, jdk)?;
        let mut argv = vec!["{tool:jdk}/bin/java".to_owned()];
        argv.extend(WORKER_OPTIONS.iter().map(|option| (*option).to_owned()));
        argv.extend(jvm_options.iter().cloned());
        let mut tools = vec![jdk.tool(), self.tool()];
        if let Some(archive) = archive {
            argv.push("-XX:SharedArchiveFile={tool:jvm-archive}/worker.jsa".to_owned());
            tools.push(archive);
        }
        argv.extend(["-cp", "{tool:jvm-programs}/programs.jar", "pants.jvm.worker.Worker"].map(str::to_owned));
        let env = [LOCALE].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Ok(Worker { argv, env, tools })
    }

    /// The compiler's own classes, loaded and linked: saves a third of a cold start. `None` where this JDK makes none.
    fn archive(&self, context: &Context, jdk: &Jdk) -> Result<Option<Tool>> {
        // The archive remembers the path of the jar, so the jar must be in its place before.
        let fill = |context: &Context, directory: &Path| self.make_archive(context, jdk, directory);
        let directory = context.tool_dir("jvm-archive", &self.identity, fill)?;
        let exists = directory.join("worker.jsa").is_file();
        Ok(exists.then(|| Tool::new("jvm-archive", directory, &self.identity)))
    }

    fn make_archive(&self, context: &Context, jdk: &Jdk, directory: &Path) -> Result<()> {
        let source = directory.join("Warm.java");
        std::fs::write(&source, WARM_UP)?;
        let archive = format!("-XX:ArchiveClassesAtExit={}", directory.join("worker.jsa").display());
        let process = Process::new(["{tool:jdk}/bin/java"], "prepare the compile worker")
            .args(WORKER_OPTIONS.iter().copied())
            .args([&*archive, "-cp", "{tool:jvm-programs}/programs.jar", "pants.jvm.worker.Worker", "javac"])
            .args(["-d".to_owned(), path_text(&directory.join("warm.jar"))?, "-proc:none".to_owned()])
            .args(["--".to_owned(), path_text(&source)?])
            .env(LOCALE.0, LOCALE.1)
            .tool(jdk.tool())
            .tool(self.tool())
            .local_only();
        let output = context.run(&process)?;
        if !output.is_success() {
            tracing::debug!(output = output.stderr_text(), "no class data archive was made; workers start without");
            std::fs::remove_file(directory.join("worker.jsa")).ok();
        }
        Ok(())
    }
}

/// One thread of compiling per worker: no collector threads, and no compiler that is worth its start only after minutes.
/// A JVM warns on stdout, where only the protocol is spoken, of an archive that it cannot use: a copied one, for example.
const WORKER_OPTIONS: &[&str] = &[
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xss4m",
    "-Xshare:auto",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
];

/// Makes the compiler load what it needs for usual sources.
const WARM_UP: &str = r#"
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Warm<T extends Comparable<T>> implements Iterable<T> {
    private final Map<String, List<? extends T>> map = new HashMap<>();
    enum Kind { ONE, TWO }
    record Pair<A, B>(A first, B second) {}
    sealed interface Shape permits Square {}
    static final class Square implements Shape {}
    @Override public Iterator<T> iterator() { return new Iterator<>() {
        @Override public boolean hasNext() { return false; }
        @Override public T next() { throw new NoSuchElementException("none of " + map.size()); }
    }; }
    static int weigh(Object value) throws Exception {
        try (AutoCloseable closed = () -> {}) {
            if (value instanceof String text) { return text.length(); }
            return switch (Kind.valueOf("ONE")) { case ONE -> 1; case TWO -> 2; };
        } catch (IllegalStateException failed) { return -1; }
    }
    static List<String> names(List<? super Integer> items) {
        return items.stream().map(Object::toString).filter(name -> !name.isEmpty()).collect(Collectors.toList());
    }
}
"#;

/// Text that changes when the sources, or anything else they are compiled with, change.
pub(crate) fn identity(sources: &[Source], others: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in sources.iter().flat_map(|(path, text)| [*path, *text]).chain(others.iter().copied()) {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    hex::encode(&digest.finalize()[..16])
}

/// Compiles sources into [`JAR`] in a directory.
pub(crate) fn compile(
    context: &Context,
    jdk: &Jdk,
    sources: &[Source],
    classpath: &[PathBuf],
    directory: &Path,
) -> Result<()> {
    let scratch = tempfile::tempdir_in(directory)?;
    let (source_root, classes) = (scratch.path().join("src"), scratch.path().join("classes"));
    let javac =
        ["{tool:jdk}/bin/javac", "-J-XX:+UseSerialGC", "-J-XX:TieredStopAtLevel=1", "-proc:none", "-implicit:none"];
    let mut process = Process::new(javac, "compile the JVM helpers")
        .args(["-encoding".to_owned(), "UTF-8".to_owned(), "-d".to_owned(), path_text(&classes)?])
        .args(["-cp".to_owned(), std::env::join_paths(classpath)?.to_string_lossy().into_owned()])
        .env(LOCALE.0, LOCALE.1)
        .tool(jdk.tool())
        .local_only();
    for (path, text) in sources {
        let path = source_root.join(path);
        std::fs::create_dir_all(path.parent().expect("it is below the source root"))?;
        std::fs::write(&path, text)?;
        process = process.arg(path_text(&path)?);
    }
    context.run_checked(&process)?;
    let mut entries = JarEntries::default();
    add_tree(&classes, "", &mut entries)?;
    Ok(entries.write(&directory.join(JAR))?)
}

fn add_tree(directory: &Path, prefix: &str, entries: &mut JarEntries) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_tree(&entry.path(), &format!("{name}/"), entries)?;
        } else {
            entries.add(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// A path as an argument.
pub(crate) fn path_text(path: &Path) -> Result<String> {
    let text = path.to_str().ok_or_else(|| Error::msg(format!("`{}` is no UTF-8", path.display())))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_worker_whose_archive_is_from_elsewhere_says_nothing_on_stdout() {
        let root = tempfile::tempdir().unwrap();
        let mut entries = JarEntries::default();
        add_tree(crate::test_support::worker().classes(), "", &mut entries).unwrap();
        let archive = root.path().join("worker.jsa");
        let stdout_of = |option: &str, directory: &str| {
            let jar = root.path().join(directory).join(JAR);
            entries.write(&jar).unwrap();
            let output = Command::new("java")
                .args(WORKER_OPTIONS)
                .arg(format!("-XX:{option}={}", archive.display()))
                .args(["-cp".as_ref(), jar.as_os_str(), "pants.jvm.worker.Worker".as_ref()])
                .stdin(Stdio::null())
                .output()
                .unwrap();
            std::fs::remove_file(jar).unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        stdout_of("ArchiveClassesAtExit", "there");
        assert!(archive.is_file(), "there is an archive to refuse");
        assert_eq!(stdout_of("SharedArchiveFile", "here"), "");
    }
}
