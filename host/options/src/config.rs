//! Config files: TOML, or the ini of older days, read into sections whose every key knows its line.
//!
//! A table is a section when its dotted name is a scope, and a dict when it is the value of an option; only the one
//! who knows the scopes can tell, so a file is kept as a tree and asked by name. `[a.b]` and `["a.b"]` are one section.

pub(crate) mod ini;
mod interpolate;
mod text;
pub(crate) mod toml_tree;

pub(crate) use interpolate::{MAX_DEPTH, MAX_EXPANDED, signs_before};
pub(crate) use text::ConfigText;

use crate::error::{ConfigPlace, ConfigProblem, OptionsError};
use crate::names::{DEFAULT_SECTION, GLOBAL_SECTION};
use crate::value::Raw;
use pants_model::{OptionSource, ScopeSpec, Value};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

/// The config files of one invocation, in the order in which later ones win.
#[derive(Clone, Debug, Default)]
pub struct ConfigFiles {
    files: Vec<ConfigFile>,
    /// Variables of `%(name)s` that no file defines, such as `buildroot`.
    seeds: BTreeMap<String, String>,
}

/// One config file.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    path: PathBuf,
    text: ConfigText,
    /// Everything in it.
    pub(crate) root: Table,
    /// What is odd about which bytes, and no error.
    oddities: Vec<Fault>,
    /// Every table of it by its dotted name, however its header is written.
    sections: HashMap<String, Vec<Table>>,
}

/// A table, its entries in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The bytes of the key in the file.
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) value: Node,
}

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Anything but a table.
    Plain(Value),
    /// A section, a dict, or an edit (`key.add`).
    Table(Table),
}

/// What a config file gives for an option, and where.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) raw: Raw,
    pub(crate) source: OptionSource,
    pub(crate) place: ConfigPlace,
}

impl ConfigFiles {
    pub(crate) fn new(seeds: BTreeMap<String, String>) -> Self {
        Self { files: Vec::new(), seeds }
    }

    /// Defines a variable of `%(name)s`.
    pub(crate) fn seed(&mut self, name: &str, value: String) {
        self.seeds.insert(name.to_owned(), value);
    }

    /// Reads a file and puts it after the others.
    pub(crate) fn read(&mut self, name: &str, path: &Path) -> Result<(), OptionsError> {
        let bytes = std::fs::read(path).map_err(|source| OptionsError::ConfigRead { file: name.to_owned(), source })?;
        let text = String::from_utf8(bytes).map_err(|error| not_unicode(name, &error))?;
        self.add(name, path, text)
    }

    pub(crate) fn add(&mut self, name: &str, path: &Path, text: String) -> Result<(), OptionsError> {
        let text = ConfigText::new(name, text);
        let (root, oddities) = parse_by_name(path, text.as_str())
            .map_err(|(span, message)| config_error(text.place(&span), ConfigProblem::Syntax(message)))?;
        let mut sections = HashMap::new();
        root.collect_sections("", &mut sections);
        self.files.push(ConfigFile { path: path.to_path_buf(), text, root, oddities, sections });
        Ok(())
    }

    /// The paths of the files that were read.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Whether a section may belong to none of these scopes.
    pub fn has_section_beside(&self, scopes: &[ScopeSpec]) -> bool {
        let is_known = |name: &str| {
            name == DEFAULT_SECTION || name == GLOBAL_SECTION || scopes.iter().any(|scope| scope.name == name)
        };
        self.files.iter().flat_map(|file| file.sections.keys()).any(|name| !is_known(name))
    }

    pub(crate) fn files(&self) -> &[ConfigFile] {
        &self.files
    }

    /// Where a value stands that came from one of the files.
    pub(crate) fn place_of(&self, source: &OptionSource) -> Option<ConfigPlace> {
        let OptionSource::Config { file, line, section, key } = source else { return None };
        let file = self.files.iter().find(|have| *have.text.file == **file)?;
        let entries = file.sections(section).iter().flat_map(|table| &table.entries);
        let places = entries.filter(|entry| entry.key == *key).map(|entry| file.place(entry));
        places.into_iter().find(|place| place.line == *line)
    }

    /// Whether a file has a section of this name.
    pub(crate) fn has_section(&self, name: &str) -> bool {
        self.files.iter().any(|file| !file.sections(name).is_empty())
    }

    /// What the files give for some keys of a section, in the order of the files.
    pub(crate) fn find(&self, section: &str, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Found>, OptionsError> {
        let mut found = Vec::new();
        for file in &self.files {
            for table in file.sections(section) {
                for entry in table.entries.iter().filter(|entry| is_wanted(&entry.key)) {
                    found.push(self.found(file, section, table, entry)?);
                }
            }
        }
        Ok(found)
    }

    fn found(&self, file: &ConfigFile, section: &str, table: &Table, entry: &Entry) -> Result<Found, OptionsError> {
        let place = file.place(entry);
        let variables = interpolate::Variables {
            own: table,
            defaults: file.sections(DEFAULT_SECTION),
            others: self.files.iter().rev().flat_map(|file| file.sections(DEFAULT_SECTION)).collect(),
            seeds: &self.seeds,
        };
        let raw = interpolate::expand(&entry.key, raw_of(&entry.value), &variables)
            .map_err(|problem| config_error(place.clone(), problem))?;
        let source = OptionSource::Config {
            file: file.text.file.to_string(),
            line: place.line,
            section: section.to_owned(),
            key: entry.key.clone(),
        };
        Ok(Found { raw, source, place })
    }
}

/// A `.toml` and a `.ini` file are what they are named; any other, such as `.pants.rc`, may be either. One that is neither
/// is told what is wrong with it in the language that it looks like.
fn parse_by_name(path: &Path, text: &str) -> Result<(Table, Vec<Fault>), Fault> {
    let parse_toml = || {
        let table = toml_tree::parse(text)?;
        match table.list_of_sections() {
            Some(fault) => Err(fault),
            None => Ok((table, Vec::new())),
        }
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => parse_toml(),
        Some("ini") => ini::parse(text),
        _ => parse_toml()
            .or_else(|in_toml| ini::parse(text).map_err(|in_ini| if ini::is_likely(text) { in_ini } else { in_toml })),
    }
}

/// What is wrong or odd about which bytes of a text.
pub(crate) type Fault = (std::ops::Range<usize>, String);

impl ConfigFile {
    fn sections(&self, name: &str) -> &[Table] {
        self.sections.get(name).map_or(&[], Vec::as_slice)
    }

    /// What is odd about the file, each with its line.
    pub(crate) fn oddities(&self) -> impl Iterator<Item = String> {
        self.oddities
            .iter()
            .map(|(span, oddity)| format!("{}:{}: {oddity}", self.text.file, self.text.line(span.start)))
    }

    /// The place of a key.
    pub(crate) fn place(&self, entry: &Entry) -> ConfigPlace {
        self.text.place(&entry.span)
    }
}

impl Table {
    fn collect_sections(&self, name: &str, found: &mut HashMap<String, Vec<Table>>) {
        for entry in &self.entries {
            let Node::Table(table) = &entry.value else { continue };
            let name = if name.is_empty() { entry.key.clone() } else { format!("{name}.{}", entry.key) };
            table.collect_sections(&name, found);
            found.entry(name).or_default().push(table.clone());
        }
    }

    /// `[[jvm]]`: of a section there is one.
    fn list_of_sections(&self) -> Option<Fault> {
        let is_section = |value: &Value| matches!(value, Value::Dict(_));
        let is_list = |node: &Node| matches!(node, Node::Plain(Value::List(items)) if !items.is_empty() && items.iter().all(is_section));
        let entry = self.entries.iter().find(|entry| is_list(&entry.value))?;
        Some((entry.span.clone(), format!("this is a list of sections; write `[{}]`", entry.key)))
    }

    /// Whether the table is an edit of a list or dict: `key.add`, `key.remove`, and nothing else.
    pub(crate) fn is_edit(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|entry| matches!(entry.key.as_str(), "add" | "remove"))
    }

    pub(crate) fn to_dict(&self) -> Value {
        Value::Dict(self.entries.iter().map(|entry| (Value::Str(entry.key.clone()), entry.value.to_value())).collect())
    }
}

impl Node {
    fn to_value(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Table(table) => table.to_dict(),
        }
    }
}

pub(crate) fn raw_of(node: &Node) -> Raw {
    match node {
        Node::Plain(value) => Raw::Plain(value.clone()),
        Node::Table(table) if table.is_edit() => {
            let part = |key| table.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.to_value());
            Raw::Edit { add: part("add"), remove: part("remove") }
        }
        Node::Table(table) => Raw::Plain(table.to_dict()),
    }
}

/// A file whose bytes are no text, with the line of the first of them.
fn not_unicode(name: &str, error: &FromUtf8Error) -> OptionsError {
    let at = error.utf8_error().valid_up_to();
    let text = ConfigText::new(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
    config_error(text.place(&(at..at)), ConfigProblem::Syntax("the file is not valid UTF-8 from here on".to_owned()))
}

pub(crate) fn config_error(place: ConfigPlace, problem: ConfigProblem) -> OptionsError {
    OptionsError::Config { place: Box::new(place), problem: Box::new(problem) }
}

#[cfg(test)]
mod tests;
