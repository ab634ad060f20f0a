//! The lock file: which versions the declared jars came to, what needs what, and the SHA-256 of every file.
//!
//! It holds no URL of a repository: what it pins is content, wherever that is fetched from. It fits a run when it covers
//! every jar that the run declares, so runs on parts of the repository share one file. Libraries that one
//! `managed_jar_dependencies` target manages are resolved by themselves, so they have a section of their own.

use super::declared::{Exclude, Jar};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The format, raised when an older reader would misunderstand it.
const VERSION: u32 = 1;

/// The content of a lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LockFile {
    version: u32,
    /// The jars that nothing manages.
    #[serde(flatten)]
    unmanaged: LockedGroup,
    /// The others, by the address of what manages them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    managed: BTreeMap<String, LockedGroup>,
}

/// Jars that were resolved together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LockedGroup {
    /// The versions that were pinned, sorted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) pins: BTreeSet<String>,
    /// The declarations it was made for, sorted.
    pub(crate) declared: BTreeSet<String>,
    /// What they came to, by `org:name:version`, with `:classifier` and `@type` where they are not the usual ones.
    pub(crate) artifacts: BTreeMap<String, LockedArtifact>,
}

/// One version of one module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LockedArtifact {
    /// Its files: one as a rule, none for what only leads to others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<LockedFile>,
    /// What it needs, by key.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) needs: BTreeSet<String>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct LockedFile {
    /// The SHA-256 of its content, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Its classifier.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) classifier: String,
    /// Its extension.
    #[serde(default = "jar_extension", skip_serializing_if = "is_jar_extension")]
    pub(crate) ext: String,
    /// Where its declaration says that it is; empty for what comes from a repository.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) url: String,
}

fn jar_extension() -> String {
    "jar".to_owned()
}

fn is_jar_extension(ext: &str) -> bool {
    ext == "jar"
}

/// A file with its place: what a classpath is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PlacedFile {
    /// `org:name:version`, and more where needed: the key of its artifact.
    pub(crate) key: String,
    /// `org:name:version`.
    pub(crate) coordinate: String,
    /// Its place in a repository and in the directory of jars: `org/name/version/name-version.jar`.
    pub(crate) path: String,
    /// The file itself.
    pub(crate) file: LockedFile,
}

/// What a text lacks to be a lock file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    /// It is no JSON of our shape.
    #[error("it is no lock file of this backend")]
    Syntax(#[from] serde_json::Error),
    /// It was written by a newer version.
    #[error("it has format {0}, and this version of the backend reads format {VERSION}")]
    TooNew(u32),
    /// It names a file that would stand outside the directory of jars, or is no artifact.
    #[error("`{0}` is no artifact")]
    NoArtifact(String),
}

/// A key, taken apart.
struct Key<'a> {
    module: &'a str,
    version: &'a str,
    classifier: &'a str,
    kind: &'a str,
}

impl<'a> Key<'a> {
    fn parse(key: &'a str) -> Option<Self> {
        let (key, kind) = key.split_once('@').unwrap_or((key, "jar"));
        let (org, rest) = key.split_once(':')?;
        let (name, rest) = rest.split_once(':')?;
        let (version, classifier) = rest.split_once(':').unwrap_or((rest, ""));
        Some(Self { module: &key[..=org.len() + name.len()], version, classifier, kind })
    }
}

impl LockFile {
    /// A lock file of groups by what manages them, which is empty for what nothing manages.
    pub(crate) fn new(mut groups: BTreeMap<String, LockedGroup>) -> Self {
        let unmanaged = groups.remove("").unwrap_or_default();
        Self { version: VERSION, unmanaged, managed: groups }
    }

    /// The jars that something manages, or that nothing does.
    pub(crate) fn group(&self, manager: &str) -> Option<&LockedGroup> {
        if manager.is_empty() { Some(&self.unmanaged) } else { self.managed.get(manager) }
    }

    /// Reads the text of a lock file.
    pub(crate) fn parse(text: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Format {
            version: u32,
        }
        let Format { version } = serde_json::from_str(text)?;
        if version > VERSION {
            return Err(LockError::TooNew(version));
        }
        let lock: Self = serde_json::from_str(text)?;
        let groups = std::iter::once(&lock.unmanaged).chain(lock.managed.values());
        let mut artifacts = groups.flat_map(|group| &group.artifacts);
        match artifacts.find(|(key, artifact)| !names_files_only(key, artifact)) {
            Some((key, _)) => Err(LockError::NoArtifact(key.clone())),
            None => Ok(lock),
        }
    }

    /// The text of the file, ending with a newline.
    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("maps with text keys always serialize");
        text.push('\n');
        text
    }
}

impl LockedGroup {
    /// Whether it was made for these jars under these pins, and perhaps for other jars.
    pub(crate) fn covers(&self, jars: &[Jar], pins: &BTreeSet<String>) -> bool {
        let covers = |jar: &Jar| self.declared.contains(&jar.declaration()) && self.root_of(jar).is_some();
        self.pins == *pins && jars.iter().all(covers)
    }

    /// The key of what a declared jar came to.
    pub(crate) fn root_of(&self, jar: &Jar) -> Option<&str> {
        let has_url = |artifact: &LockedArtifact| artifact.files.iter().any(|file| !file.url.is_empty());
        let with_url = self.root_among(jar, has_url);
        match jar.url {
            Some(_) => with_url,
            // A file of its own stands for what repositories have only where they have nothing.
            None => self.root_among(jar, |artifact| !has_url(artifact)).or(with_url),
        }
    }

    fn root_among(&self, jar: &Jar, is_wanted: impl Fn(&LockedArtifact) -> bool) -> Option<&str> {
        let module = jar.module();
        let wanted_kind = if jar.ext.is_empty() { "jar" } else { &jar.ext };
        let mut fallback = None;
        for (key, artifact) in self.artifacts.range(format!("{module}:")..) {
            let parsed = Key::parse(key)?;
            if parsed.module != module {
                break;
            }
            if parsed.classifier != jar.classifier || !is_wanted(artifact) {
                continue;
            }
            if parsed.kind == wanted_kind {
                return Some(key);
            }
            // A module whose own POM names another type, such as `bundle`.
            if jar.ext.is_empty() {
                fallback = Some(&**key);
            }
        }
        fallback
    }

    /// The files that a declared jar brings: its own first, then what it needs, nearest first; each once.
    pub(crate) fn files_of(&self, jar: &Jar) -> Vec<PlacedFile> {
        let Some(root) = self.root_of(jar) else { return Vec::new() };
        let mut keys = vec![root];
        let mut next = 0;
        while next < keys.len() && !jar.is_intransitive {
            if let Some(artifact) = self.artifacts.get(keys[next]) {
                for needed in &artifact.needs {
                    let is_excluded = jar.excludes.iter().any(|exclude: &Exclude| exclude.matches(needed));
                    if !is_excluded && !keys.contains(&&**needed) {
                        keys.push(needed);
                    }
                }
            }
            next += 1;
        }
        keys.into_iter().flat_map(|key| self.placed(key)).collect()
    }

    /// The files of an artifact.
    fn placed(&self, key: &str) -> Vec<PlacedFile> {
        let (Some(artifact), Some(parsed)) = (self.artifacts.get(key), Key::parse(key)) else { return Vec::new() };
        let coordinate = format!("{}:{}", parsed.module, parsed.version);
        let place = |file: &LockedFile| PlacedFile {
            key: key.to_owned(),
            coordinate: coordinate.clone(),
            path: repository_path(&coordinate, file),
            file: file.clone(),
        };
        artifact.files.iter().map(place).collect()
    }
}

/// Whether no part of a key, and nothing about its files, leads to another directory: their places are made of them.
fn names_files_only(key: &str, artifact: &LockedArtifact) -> bool {
    let is_name = |text: &str| !text.contains(['/', '\\', '\t', '\n']) && text != "..";
    Key::parse(key).is_some_and(|parsed| parsed.module.split(':').chain([parsed.version]).all(is_name))
        && artifact.files.iter().all(|file| is_name(&file.classifier) && is_name(&file.ext))
}

/// Where a Maven repository keeps a file.
fn repository_path(coordinate: &str, file: &LockedFile) -> String {
    let mut parts = coordinate.splitn(3, ':');
    let mut part = || parts.next().unwrap_or_default();
    let (org, name, version) = (part().replace('.', "/"), part(), part());
    let classifier = if file.classifier.is_empty() { String::new() } else { format!("-{}", file.classifier) };
    format!("{org}/{name}/{version}/{name}-{version}{classifier}.{}", file.ext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::third_party::url::JarUrl;
    use expect_test::expect;

    fn file(sha256: &str) -> LockedFile {
        LockedFile { sha256: sha256.to_owned(), classifier: String::new(), ext: jar_extension(), url: String::new() }
    }

    /// a needs b and c, b needs d, c is a mere list that needs d.
    fn group() -> LockedGroup {
        let artifact = |files: Vec<LockedFile>, needs: &[&str]| LockedArtifact {
            files,
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        };
        let linux = LockedFile { classifier: "linux".to_owned(), ..file("f") };
        let artifacts = [
            ("o.x:a:1", artifact(vec![file("aa")], &["o.x:b:2", "p:c:3"])),
            ("o.x:b:2", artifact(vec![file("bb")], &["p:d:4"])),
            ("p:c:3", artifact(vec![], &["p:d:4"])),
            ("p:d:4", artifact(vec![file("dd")], &[])),
            ("p:d:4:linux", artifact(vec![linux], &[])),
        ];
        let artifacts = artifacts.into_iter().map(|(key, artifact)| (key.to_owned(), artifact)).collect();
        let declared = BTreeSet::from(["o.x:a:1".to_owned(), "p:d:3".to_owned()]);
        LockedGroup { declared, artifacts, ..LockedGroup::default() }
    }

    fn lock() -> LockFile {
        LockFile::new(BTreeMap::from([(String::new(), group())]))
    }

    fn jar(coordinate: &str) -> Jar {
        Jar::parse(coordinate).unwrap()
    }

    fn paths(jar: &Jar) -> Vec<String> {
        group().files_of(jar).into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn the_text_is_readable_and_read_again() {
        let text = lock().to_text();
        assert_eq!(LockFile::parse(&text).unwrap(), lock());
        expect![[r#"
            {
              "version": 1,
              "declared": [
                "o.x:a:1",
                "p:d:3"
              ],
              "artifacts": {
                "o.x:a:1": {
                  "files": [
                    {
                      "sha256": "aa"
                    }
                  ],
                  "needs": [
                    "o.x:b:2",
                    "p:c:3"
                  ]
                },
                "o.x:b:2": {
                  "files": [
                    {
                      "sha256": "bb"
                    }
                  ],
                  "needs": [
                    "p:d:4"
                  ]
                },
                "p:c:3": {
                  "needs": [
                    "p:d:4"
                  ]
                },
                "p:d:4": {
                  "files": [
                    {
                      "sha256": "dd"
                    }
                  ]
                },
                "p:d:4:linux": {
                  "files": [
                    {
                      "sha256": "f",
                      "classifier": "linux"
                    }
                  ]
                }
              }
            }
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn a_jar_brings_what_it_needs_nearest_first() {
        assert_eq!(paths(&jar("o.x:a:1")), ["o/x/a/1/a-1.jar", "o/x/b/2/b-2.jar", "p/d/4/d-4.jar"]);
    }

    #[test]
    fn the_version_of_the_lock_stands_for_the_declared_one() {
        assert_eq!(paths(&jar("p:d:3")), ["p/d/4/d-4.jar"]);
        assert_eq!(paths(&Jar { classifier: "linux".to_owned(), ..jar("p:d:3") }), ["p/d/4/d-4-linux.jar"]);
    }

    #[test]
    fn excludes_and_intransitive_cut_edges() {
        let exclude = Exclude { org: "p".to_owned(), name: Some("d".to_owned()) };
        assert_eq!(paths(&Jar { excludes: vec![exclude], ..jar("o.x:a:1") }), ["o/x/a/1/a-1.jar", "o/x/b/2/b-2.jar"]);
        assert_eq!(paths(&Jar { is_intransitive: true, ..jar("o.x:a:1") }), ["o/x/a/1/a-1.jar"]);
    }

    #[test]
    fn it_covers_a_part_of_what_it_was_made_for_and_nothing_else() {
        let no_pins = BTreeSet::new();
        assert!(group().covers(&[jar("o.x:a:1")], &no_pins));
        assert!(!group().covers(&[jar("o.x:a:1"), jar("q:q:1")], &no_pins));
        assert!(!group().covers(&[Jar { is_forced: true, ..jar("o.x:a:1") }], &no_pins), "another declaration");
        let pins = BTreeSet::from(["p:d:5".to_owned()]);
        assert!(!group().covers(&[jar("o.x:a:1")], &pins), "another pinned version");
    }

    #[test]
    fn what_is_managed_has_a_section_of_its_own() {
        let pinned = LockedGroup { pins: BTreeSet::from(["p:d:4".to_owned()]), ..group() };
        let groups = [(String::new(), group()), ("3rdparty:managed".to_owned(), pinned.clone())];
        let lock = LockFile::new(BTreeMap::from(groups));
        let lock = LockFile::parse(&lock.to_text()).unwrap();
        assert_eq!((lock.group(""), lock.group("3rdparty:managed")), (Some(&group()), Some(&pinned)));
        assert_eq!(lock.group("other:managed"), None);
    }

    #[test]
    fn a_jar_with_a_url_is_not_the_one_of_a_repository() {
        let url = Some(JarUrl::Remote("https://host/d.jar".to_owned()));
        let with_url = Jar { url, ..jar("p:d:5") };
        let mut group = group();
        assert_eq!(group.root_of(&with_url), None);
        let file = LockedFile { url: "https://host/d.jar".to_owned(), ..file("u") };
        let artifact = LockedArtifact { files: vec![file], ..LockedArtifact::default() };
        group.artifacts.insert("p:d:5".to_owned(), artifact);
        assert_eq!(group.root_of(&with_url), Some("p:d:5"));
        assert_eq!(group.root_of(&jar("p:d:5")), Some("p:d:4"));
    }

    #[test]
    fn another_format_is_refused() {
        let newer = lock().to_text().replace("\"version\": 1", "\"version\": 2");
        let shown = |text: &str| LockFile::parse(text).unwrap_err().to_string();
        assert_eq!(shown(&newer), "it has format 2, and this version of the backend reads format 1");
        assert_eq!(shown("x"), "it is no lock file of this backend");
    }

    #[test]
    fn a_file_that_leads_elsewhere_is_refused() {
        let check = |key: &str, ext: &str| {
            let file = LockedFile { ext: ext.to_owned(), ..file("aa") };
            let artifact = LockedArtifact { files: vec![file], ..LockedArtifact::default() };
            let artifacts = BTreeMap::from([(key.to_owned(), artifact)]);
            let group = LockedGroup { artifacts, ..LockedGroup::default() };
            let lock = LockFile::new(BTreeMap::from([("a:managed".to_owned(), group)]));
            LockFile::parse(&lock.to_text()).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(check("a:b:1", "jar"), Ok(()));
        assert_eq!(check("a:..:..", "jar"), Err("`a:..:..` is no artifact".to_owned()));
        assert_eq!(check("a:b:../../1", "jar"), Err("`a:b:../../1` is no artifact".to_owned()));
        assert_eq!(check("a:b:1", "/../x"), Err("`a:b:1` is no artifact".to_owned()));
    }
}
