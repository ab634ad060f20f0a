//! `migrate-config`: from the `pants.ini` of the Pants v1 years to the `pants.toml` that means the same.
//!
//! Sections, keys and comments keep their order; Python literals become TOML where an option reads both to the same
//! value, which is tried and not guessed: a value that TOML cannot say stays the text that it was. What has no effect
//! here stays as a comment, with the reason. Reads no file and writes none.

mod document;
mod layout;
mod pieces;
mod toml_text;

use crate::config::{ConfigText, MAX_DEPTH, MAX_EXPANDED, config_error, ini, signs_before};
use crate::error::{ConfigProblem, OptionsError};
use crate::global::with_global;
use crate::legacy;
use crate::names::{DEFAULT_SECTION, GLOBAL_SECTION, key_of, option_of_key};
use crate::scopes::Scopes;
use document::{Document, Section, Setting};
use pants_model::{OptionSpec, ScopeSpec};
use std::collections::BTreeSet;

/// A config file in the language of today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The text of the `pants.toml`.
    pub toml: String,
    /// What was not carried over as it stood, one line each, with its place.
    pub notes: Vec<String>,
}

/// Writes the `pants.toml` that means what this text of a `pants.ini` means; `name` is for messages.
///
/// Knows no scope of any backend: sections that nobody reads stay as they are.
pub fn migrate_config(text: &str, name: &str) -> Result<Migrated, OptionsError> {
    let specs = with_global(&[]);
    migrate(text, name, &Known { scopes: &Scopes::new(&specs), is_complete: false, idle_item: &|_, _| None })
}

/// The same with everything known that may be named: sections and keys that nobody reads become comments, and so do items
/// of the lists of global options, of which `idle_item` says why they have no effect, backends that there are not for example.
pub fn migrate_config_for(
    text: &str,
    name: &str,
    scopes: &[ScopeSpec],
    idle_item: &IdleItem<'_>,
) -> Result<Migrated, OptionsError> {
    let specs = with_global(scopes);
    migrate(text, name, &Known { scopes: &Scopes::new(&specs), is_complete: true, idle_item })
}

/// Why an item of the list that a global option is has no effect, if it has none.
pub type IdleItem<'a> = dyn Fn(&str, &str) -> Option<&'static str> + 'a;

/// What is known of the options that will be read from the file.
struct Known<'a> {
    scopes: &'a Scopes<'a>,
    /// Whether there are no other scopes.
    is_complete: bool,
    idle_item: &'a IdleItem<'a>,
}

impl<'a> Known<'a> {
    /// The options that a key sets: those of all scopes, when it stands in `[DEFAULT]`.
    fn options(&self, section: &str, key: &str) -> Vec<&'a OptionSpec> {
        let name = option_of_key(key);
        let option = |scope: &str| self.scopes.option(scope, &name).map(|declared| declared.spec);
        match section {
            DEFAULT_SECTION => self.scopes.all().filter_map(|scope| option(&scope.name)).collect(),
            GLOBAL_SECTION => option("").into_iter().collect(),
            scope => option(scope).into_iter().collect(),
        }
    }

    /// Whether a section belongs to nobody.
    fn is_nobodys(&self, section: &str) -> bool {
        let is_scope = section == DEFAULT_SECTION || section == GLOBAL_SECTION || self.scopes.get(section).is_some();
        self.is_complete && !is_scope
    }

    /// What the scope of a section is called now.
    fn newest_name<'s>(&self, section: &'s str) -> &'s str
    where
        'a: 's,
    {
        self.scopes.get(section).map_or(section, |scope| &scope.name)
    }

    /// Why an item of a list has no effect.
    fn idle_item(&self, section: &str, key: &str, item: &str) -> Option<&'static str> {
        let is_global = matches!(section, DEFAULT_SECTION | GLOBAL_SECTION);
        is_global.then(|| (self.idle_item)(&option_of_key(key), item)).flatten()
    }

    /// Why a key has no effect.
    fn idle(&self, section: &str, key: &str) -> Option<String> {
        let is_known = self.is_complete || section == GLOBAL_SECTION;
        if section == DEFAULT_SECTION || !is_known || !self.options(section, key).is_empty() {
            return None;
        }
        let option = option_of_key(key);
        let Some(release) = legacy::last_release(section, &option) else {
            return Some("nobody reads this here".to_owned());
        };
        let instead = legacy::equivalent(section, &option)
            .filter(|(section, option)| !self.options(section, option).is_empty())
            .map(|(section, option)| format!("; `[{section}] {}` is read here", key_of(&option)));
        Some(format!("an option of Pants up to {release}, without effect here{}", instead.unwrap_or_default()))
    }
}

fn migrate(text: &str, name: &str, known: &Known<'_>) -> Result<Migrated, OptionsError> {
    let text = ConfigText::new(name, text.to_owned());
    let items = ini::items(text.as_str())
        .map_err(|(span, message)| config_error(text.place(&span), ConfigProblem::Syntax(message)))?;
    let mut document = Document::new(items);
    document.sections.iter_mut().for_each(|section| mark_idle(section, known));
    let writer = Writer { document: &document, known, variables: variables(text.as_str()) };
    let mut notes = Vec::new();
    for section in &document.sections {
        for setting in &section.settings {
            let place = format!("{name}:{}: ", text.line(setting.option.span.start));
            let key = format!("`[{}] {}`", section.name, setting.option.key);
            notes.extend(setting.idle.iter().map(|reason| format!("{place}{key} is a comment: {reason}")));
            let items = writer.idle_items(section, setting).into_iter();
            notes.extend(items.map(|reason| format!("{place}of {key} some items are comments: {reason}")));
        }
    }
    let toml = writer.write();
    Ok(Migrated { toml, notes })
}

/// Marks what has no effect, and what a later key overrides.
fn mark_idle(section: &mut Section<'_>, known: &Known<'_>) {
    for index in 0..section.settings.len() {
        let reason = if section.is_last(index) {
            known.idle(&section.name, &section.settings[index].option.key)
        } else {
            Some("it stands below a second time, and the last one counts".to_owned())
        };
        section.settings[index].idle = reason;
    }
}

/// The names that stand in `%(name)s` anywhere, as keys.
fn variables(text: &str) -> BTreeSet<String> {
    let after = text.split("%(").skip(1);
    after.filter_map(|rest| rest.split_once(")s")).map(|(name, _)| key_of(&name.to_lowercase())).collect()
}

/// A text in which a setting stands for its variable.
fn replace_variable(text: &str, setting: &Setting<'_>) -> String {
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("%(") {
        let (before, variable) = (&rest[..start], &rest[start + 2..]);
        let signs = signs_before(before);
        match variable.split_once(")s") {
            Some((name, after))
                if signs.is_multiple_of(2) && key_of(&name.to_lowercase()) == key_of(&setting.option.key) =>
            {
                replaced.push_str(&before[..before.len() - signs / 2]);
                replaced.push_str(&setting.value);
                rest = after;
            }
            _ => {
                replaced.push_str(&rest[..start + 2]);
                rest = variable;
            }
        }
    }
    replaced + rest
}

/// Writes a document as TOML.
struct Writer<'a> {
    document: &'a Document<'a>,
    known: &'a Known<'a>,
    /// Keys that other values take over as text.
    variables: BTreeSet<String>,
}

impl Writer<'_> {
    fn write(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for section in &self.document.sections {
            lines.extend(section.comments.iter().cloned());
            let name = self.newest_name(section);
            let header = toml_text::header(name, self.is_key_too(name));
            let is_idle = section.settings.iter().all(|setting| setting.idle.is_some());
            let is_idle = is_idle && (!section.settings.is_empty() || self.known.is_nobodys(&section.name));
            lines.push(if is_idle { format!("# {header}") } else { header });
            section.settings.iter().for_each(|setting| self.setting(section, setting, &mut lines));
        }
        lines.extend(self.document.tail.iter().cloned());
        let start = lines.iter().take_while(|line| line.is_empty()).count();
        // Strings escape control characters; what is left stands in comments, where TOML allows none.
        let is_strange = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
        let mut toml = lines[start..].join("\n").trim_end().replace(is_strange, " ");
        if !toml.is_empty() {
            toml.push('\n');
        }
        toml
    }

    /// What a section is called now, unless another one means the same scope: TOML knows each name once.
    fn newest_name<'s>(&'s self, section: &'s Section<'_>) -> &'s str {
        let name = self.known.newest_name(&section.name);
        let is_another =
            |other: &&Section<'_>| other.name != section.name && self.known.newest_name(&other.name) == name;
        let is_renamed = name != section.name && !self.document.sections.iter().any(|other| is_another(&other));
        if is_renamed { name } else { &section.name }
    }

    fn setting(&self, section: &Section<'_>, setting: &Setting<'_>, lines: &mut Vec<String>) {
        lines.extend(setting.comments.iter().cloned());
        lines.extend(self.idle_items(section, setting).into_iter().map(|reason| format!("# {reason}.")));
        let written = self.assignment(section, setting);
        match &setting.idle {
            None => lines.extend(written),
            Some(reason) => {
                lines.push(format!("# {}: {reason}.", setting.option.key));
                lines.extend(
                    written.into_iter().map(|line| if line.is_empty() { "#".into() } else { format!("# {line}") }),
                );
            }
        }
    }

    /// Why items of a list become comments, each reason once.
    fn idle_items(&self, section: &Section<'_>, setting: &Setting<'_>) -> Vec<&'static str> {
        let items = layout::items(&setting.value);
        let mut reasons: Vec<&str> =
            items.iter().filter_map(|item| self.known.idle_item(&section.name, &setting.option.key, item)).collect();
        reasons.dedup();
        reasons
    }

    /// The lines of a key with its value.
    fn assignment(&self, section: &Section<'_>, setting: &Setting<'_>) -> Vec<String> {
        let key = &setting.option.key;
        let options = self.known.options(&section.name, key);
        let text = self.without_idle_variables(section, setting);
        let value = layout::Assignment {
            key,
            source: setting.source.clone().filter(|_| text == setting.value).or_else(|| Some(text.clone())),
            kinds: options.iter().map(|option| &option.kind).collect(),
            is_text: self.variables.contains(&key_of(key)) || !self.is_plain(section, &text),
            is_section_too: self.document.has_section_at(&format!("{}.{key}", section.name)),
            is_idle_item: &|item| self.known.idle_item(&section.name, key, item).is_some(),
            text,
        };
        value.lines()
    }

    /// The text of a value, where variables that become comments are replaced by what they are.
    fn without_idle_variables(&self, section: &Section<'_>, setting: &Setting<'_>) -> String {
        let mut text = setting.value.clone();
        for _ in 0..MAX_DEPTH {
            if text.len() > MAX_EXPANDED {
                // It leads back to itself, or to a text that nobody reads either: an error, whatever is written.
                return setting.value.clone();
            }
            let idle = variables(&text).into_iter().filter(|_| setting.idle.is_none()).find_map(|name| {
                // The last one counts, if any does.
                section.variable(&name).next_back().filter(|other| other.idle.is_some())
            });
            let Some(other) = idle else { break };
            text = replace_variable(&text, other);
        }
        text
    }

    /// Whether every variable in a text, and each one that these lead to, reads the same inside of a string as outside.
    fn is_plain(&self, section: &Section<'_>, text: &str) -> bool {
        let is_odd = |text: &str| text.contains(['\'', '"', '\\', '\n']) || text.contains("%%(");
        let sections = || [self.document.section(DEFAULT_SECTION), Some(section)].into_iter().flatten();
        let (mut names, mut seen) = (variables(text), BTreeSet::new());
        while let Some(name) = names.pop_first() {
            for setting in sections().flat_map(|section| section.variable(&name)) {
                if is_odd(&setting.value) {
                    return false;
                }
                names.extend(variables(&setting.value).into_iter().filter(|inner| !seen.contains(inner)));
            }
            seen.insert(name);
        }
        true
    }

    /// Whether a section lies inside of a key of another, where TOML would not tell one from the other.
    fn is_key_too(&self, section: &str) -> bool {
        let outer = section.match_indices('.').map(|(dot, _)| (&section[..dot], &section[dot + 1..]));
        let mut outer =
            outer.filter_map(|(outer, rest)| Some((self.document.section(outer)?, rest.split('.').next()?)));
        outer.any(|(outer, key)| outer.has_key(key))
    }
}

#[cfg(test)]
mod tests;
