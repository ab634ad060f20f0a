//! Whether every section and key of the config files means something.

use crate::config::{ConfigFile, ConfigFiles, Entry, Node, Table, config_error};
use crate::error::{ConfigProblem, OptionsError};
use crate::legacy::{self, IdleKey};
use crate::names::{DEFAULT_SECTION, key_of, option_of_key, qualified, scope_of_section, section_of};
use crate::scopes::Scopes;
use crate::suggest::closest;
use pants_model::ScopeSpec;

/// A scope of a backend that exists and is not enabled: its config section is not wrong, only idle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisabledScope {
    /// The scope's name.
    pub name: String,
    /// The backend that would register it.
    pub backend: String,
    /// The flags that set its options, wherever they stand, with their dashes.
    pub flags: Vec<String>,
}

impl DisabledScope {
    /// What a backend that is not enabled would register.
    pub fn of(scope: &ScopeSpec) -> Self {
        let names = scope.options.iter().flat_map(|option| std::iter::once(&option.name).chain(&option.aliases));
        let flags = names.map(|name| qualified(&scope.name, name));
        let flags = flags.flat_map(|flag| [format!("--{flag}"), format!("--no-{flag}")]).collect();
        Self { name: scope.name.clone(), backend: scope.backend.clone(), flags }
    }

    /// The backend that a flag, as typed without its value, waits for.
    pub(crate) fn backend_of_flag<'d>(disabled: &'d [Self], flag: &str) -> Option<&'d str> {
        let has_flag = |scope: &&Self| scope.flags.iter().any(|have| have == flag);
        disabled.iter().find(has_flag).map(|scope| scope.backend.as_str())
    }
}

/// What was found in all files.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) errors: Vec<OptionsError>,
    pub(crate) warnings: Vec<String>,
    /// What only Pants v1 knew.
    pub(crate) idle: Vec<IdleKey>,
}

/// Looks at every section and key.
pub(crate) fn verify(config: &ConfigFiles, scopes: &Scopes<'_>, disabled: &[DisabledScope]) -> Verdict {
    let mut verdict = Verdict::default();
    for file in config.files() {
        verdict.warnings.extend(file.oddities());
        let mut verifier = Verifier { file, scopes, disabled, verdict: &mut verdict };
        for entry in &file.root.entries {
            match &entry.value {
                Node::Table(table) => verifier.section(&entry.key, entry, table),
                Node::Plain(_) => verifier.error(entry, ConfigProblem::OutsideSection(entry.key.clone())),
            }
        }
    }
    verdict
}

struct Verifier<'a> {
    file: &'a ConfigFile,
    scopes: &'a Scopes<'a>,
    disabled: &'a [DisabledScope],
    verdict: &'a mut Verdict,
}

impl Verifier<'_> {
    fn section(&mut self, name: &str, header: &Entry, table: &Table) {
        if name == DEFAULT_SECTION {
            return;
        }
        if let Some(disabled) = self.disabled.iter().find(|disabled| disabled.name == name) {
            let place = self.file.place(header);
            self.verdict.warnings.push(format!(
                "{}:{}: the section `[{name}]` has no effect: its backend `{}` is not enabled; `backend_packages` in `[GLOBAL]` enables it",
                place.file, place.line, disabled.backend
            ));
            return;
        }
        let scope = scope_of_section(name);
        let is_known = self.scopes.get(scope).is_some() && !name.is_empty();
        if !is_known && !self.is_outer(name) && !legacy::has_scope(name) && !legacy::has_scopes_in(name) {
            return self.error(header, self.unknown_section(name));
        }
        for entry in &table.entries {
            let option = option_of_key(&entry.key);
            if is_known && self.scopes.option(scope, &option).is_some() {
                continue;
            }
            if legacy::is_silent(name, &option) {
                continue;
            }
            match (legacy::last_release(name, &option), &entry.value) {
                (Some(release), _) => self.idle(entry, name, release),
                (None, Node::Table(inner)) if !inner.is_edit() && !scope.is_empty() => {
                    self.section(&format!("{name}.{}", entry.key), entry, inner);
                }
                _ => self.error(entry, self.unknown_key(name, scope, &entry.key)),
            }
        }
    }

    /// Whether a section is the outer part of a scope's or disabled scope's name.
    fn is_outer(&self, name: &str) -> bool {
        let is_inside = |scope: &str| scope.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.scopes.all().any(|scope| is_inside(&scope.name))
            || self.disabled.iter().any(|disabled| is_inside(&disabled.name))
    }

    fn error(&mut self, entry: &Entry, problem: ConfigProblem) {
        self.verdict.errors.push(config_error(self.file.place(entry), problem));
    }

    fn idle(&mut self, entry: &Entry, section: &str, last_release: &'static str) {
        self.verdict.idle.push(IdleKey {
            place: self.file.place(entry),
            section: section.to_owned(),
            key: entry.key.clone(),
            last_release,
            instead: legacy::equivalent(section, &option_of_key(&entry.key))
                .filter(|(section, option)| self.has_option(section, option))
                .map(|(section, option)| format!("[{section}] {}", key_of(&option))),
        });
    }

    /// Whether somebody reads an option.
    fn has_option(&self, section: &str, option: &str) -> bool {
        self.scopes.option(scope_of_section(section), option).is_some()
    }

    fn unknown_section(&self, section: &str) -> ConfigProblem {
        let known = self.scopes.all().map(|scope| section_of(&scope.name)).chain([DEFAULT_SECTION]);
        ConfigProblem::UnknownSection { section: section.to_owned(), suggestions: closest(section, known) }
    }

    fn unknown_key(&self, section: &str, scope: &str, key: &str) -> ConfigProblem {
        let known: Vec<String> =
            self.scopes.options(scope).iter().map(|declared| key_of(&declared.spec.name)).collect();
        let suggestions = closest(&key_of(key), known.iter().map(String::as_str));
        ConfigProblem::UnknownKey { section: section.to_owned(), key: key.to_owned(), suggestions }
    }
}
