//! Where interpreters are looked for, and what tells one candidate from another without starting it.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// What the words of the option stand for on this machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// PATH.
    pub(super) path: String,
    /// Where pyenv is.
    pub(super) pyenv_root: Option<PathBuf>,
    /// What pex is configured to use.
    pub(super) pexrc: Vec<PathBuf>,
}

/// The directories and files that the option's entries stand for, in order, each once.
pub(super) fn places(entries: &[String], machine: &Machine, build_root: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for entry in entries {
        match entry.as_str() {
            // A relative entry of PATH means another directory everywhere.
            "<PATH>" => places.extend(machine.path.split(':').map(PathBuf::from).filter(|part| part.is_absolute())),
            "<PYENV>" => places.extend(machine.pyenv_root.as_deref().map(pyenv_versions).unwrap_or_default()),
            "<PEXRC>" => places.extend(machine.pexrc.iter().cloned()),
            entry => places.push(build_root.join(entry)),
        }
    }
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places
}

/// The `bin` directories of pyenv's versions, the newest first.
fn pyenv_versions(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<PathBuf> = entries_of(&root.join("versions"), |_| true);
    versions.sort_by_key(|path| std::cmp::Reverse(numbers(&file_name(path))));
    versions.into_iter().map(|version| version.join("bin")).collect()
}

/// The directories and interpreters that pex is configured to use: a person's own file wins over that of the machine.
pub(super) fn pexrc(home: Option<&Path>) -> Vec<PathBuf> {
    let files = home.map(|home| home.join(".pexrc")).into_iter().chain([PathBuf::from("/etc/pexrc")]);
    // Most machines have neither file.
    let mut texts = files.filter_map(|file| std::fs::read_to_string(file).ok());
    texts.find_map(|text| pex_python_path(&text)).unwrap_or_default()
}

/// `PEX_PYTHON_PATH=/opt/python/bin:/usr/bin/python3`, the last such line.
fn pex_python_path(text: &str) -> Option<Vec<PathBuf>> {
    let value = text.lines().filter_map(|line| line.trim().strip_prefix("PEX_PYTHON_PATH=")).next_back()?;
    Some(value.split(':').map(PathBuf::from).filter(|place| place.is_absolute()).collect())
}

/// What may be an interpreter in these places: `python3`, then `python3.N` from the newest down, then `python`. A place
/// is looked into when those before it are used up.
pub(super) fn candidates(places: &[PathBuf]) -> impl Iterator<Item = PathBuf> {
    // `/bin` is `/usr/bin`, and `python3` is `python3.11`: each program is asked once, by its first name.
    let mut seen = BTreeSet::new();
    let all = places.iter().flat_map(|place| candidates_of(place));
    all.filter(move |path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())))
}

fn candidates_of(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let mut found = entries_of(place, is_interpreter_name);
    found.retain(|path| path.is_file());
    found.sort_by_key(|path| preference(&file_name(path)));
    found
}

fn entries_of(directory: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    // A place that does not exist, or may not be read, holds no interpreter; the message lists all places.
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let wanted = entries.flatten().filter(|entry| is_wanted(&entry.file_name().to_string_lossy()));
    wanted.map(|entry| entry.path()).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_interpreter_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("python") else { return false };
    matches!(rest, "" | "3")
        || rest.strip_prefix("3.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit()))
}

fn preference(name: &str) -> (u8, std::cmp::Reverse<Vec<u32>>) {
    let rank = match name {
        "python3" => 0,
        "python" => 2,
        _ => 1,
    };
    (rank, std::cmp::Reverse(numbers(name)))
}

/// The numbers in a name, for ordering: `python3.11` is `[3, 11]`.
fn numbers(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

/// Text that changes when a candidate may have become another interpreter.
///
/// For a program that is its file. A script is a version manager's shim: what it starts depends on files that name
/// versions, in the directories above the build root and beside the shims, and on variables.
pub(super) fn identity(
    candidate: &Path,
    build_root: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> std::io::Result<String> {
    let real = candidate.canonicalize()?;
    let metadata = real.metadata()?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).map(|age| age.as_nanos()).unwrap_or_default();
    let mut identity = format!("{} {} {modified}", real.display(), metadata.len());
    if !is_script(&real)? {
        return Ok(identity);
    }
    for name in ["PYENV_VERSION", "ASDF_PYTHON_VERSION", "MISE_PYTHON_VERSION"] {
        identity.push_str(&format!("\n{name}={}", variable(name).unwrap_or_default()));
    }
    let home = variable("HOME").map(PathBuf::from);
    for file in selecting_files(candidate, build_root, home.as_deref()) {
        if let Ok(text) = std::fs::read_to_string(&file) {
            identity.push_str(&format!("\n{}: {text}", file.display()));
        }
    }
    Ok(identity)
}

fn selecting_files(shim: &Path, build_root: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for directory in build_root.ancestors().chain(home) {
        files.extend([".python-version", ".tool-versions", "mise.toml", ".mise.toml"].map(|name| directory.join(name)));
    }
    files.extend(shim.parent().and_then(Path::parent).map(|root| root.join("version")));
    files.extend(home.map(|home| home.join(".config/mise/config.toml")));
    files
}

fn is_script(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(2).read_to_end(&mut start)?;
    Ok(start == b"#!")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(paths: &[PathBuf], root: &Path) -> Vec<String> {
        paths.iter().map(|path| path.strip_prefix(root).unwrap_or(path).display().to_string()).collect()
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn entries_stand_for_places_in_their_order() {
        let root = tempfile::tempdir().expect("a temporary directory");
        write(root.path(), "pyenv/versions/3.9.1/bin/python3", "");
        write(root.path(), "pyenv/versions/3.11.2/bin/python3", "");
        let entries = ["tools/python3", "<PYENV>", "<PEXRC>", "<PATH>"].map(str::to_owned);
        let machine = Machine {
            path: "/usr/bin::bin:/bin:/usr/bin".to_owned(),
            pyenv_root: Some(root.path().join("pyenv")),
            pexrc: vec![root.path().join("pex")],
        };
        let places = places(&entries, &machine, root.path());
        assert_eq!(
            strings(&places, root.path()),
            ["tools/python3", "pyenv/versions/3.11.2/bin", "pyenv/versions/3.9.1/bin", "pex", "/usr/bin", "/bin"]
        );
    }

    #[test]
    fn pex_is_configured_by_lines_of_which_the_last_counts() {
        let home = tempfile::tempdir().expect("a temporary directory");
        write(
            home.path(),
            ".pexrc",
            "PEX_VERBOSE=1\nPEX_PYTHON_PATH=/old\n PEX_PYTHON_PATH=/opt/bin:rel:/usr/bin/python3\n",
        );
        assert_eq!(pexrc(Some(home.path())), [PathBuf::from("/opt/bin"), PathBuf::from("/usr/bin/python3")]);
        assert_eq!(pex_python_path("PEX_VERBOSE=1\n"), None);
    }

    #[test]
    fn the_default_interpreter_of_a_place_comes_first_then_the_newest() {
        let root = tempfile::tempdir().expect("a temporary directory");
        for name in ["python", "python3", "python3.9", "python3.12", "python3-config", "python2", "pythonw", "python3."]
        {
            write(root.path(), &format!("bin/{name}"), "");
        }
        write(root.path(), "special", "");
        let places = ["missing", "special", "bin"].map(|place| root.path().join(place));
        let found: Vec<PathBuf> = candidates(&places).collect();
        assert_eq!(
            strings(&found, root.path()),
            ["special", "bin/python3", "bin/python3.12", "bin/python3.9", "bin/python"]
        );
    }

    #[test]
    fn a_shim_is_another_one_when_a_file_selects_another_version_and_a_program_is_not() {
        let root = tempfile::tempdir().expect("a temporary directory");
        write(root.path(), "pyenv/shims/python3", "#!/bin/sh\n");
        write(root.path(), "pyenv/real/python3", "\x7fELF");
        write(root.path(), "pyenv/version", "3.11.7");
        let of = |path: &str, variable: Option<&str>| {
            let build_root = root.path().join("repo");
            let value = |name: &str| variable.filter(|_| name == "PYENV_VERSION").map(str::to_owned);
            identity(&root.path().join(path), &build_root, value).expect("it is there")
        };
        let (shim, program) = (of("pyenv/shims/python3", None), of("pyenv/real/python3", None));
        assert_ne!(shim, of("pyenv/shims/python3", Some("3.9.1")));
        write(root.path(), "repo/.python-version", "3.9.1");
        assert_ne!(shim, of("pyenv/shims/python3", None));
        assert_eq!(program, of("pyenv/real/python3", Some("3.9.1")));
    }
}
