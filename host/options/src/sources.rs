//! What the sources say about each scope: looked up once, because most say nothing about most.

use crate::command_line::Flag;
use crate::config::ConfigFiles;
use crate::names::{DEFAULT_SECTION, PREFIX, section_of, variables_begin};
use crate::scopes::{Scopes, outer_scopes};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::ops::Bound;
use std::path::Path;

/// Everything that gives values.
pub(crate) struct Sources<'a> {
    pub(crate) config: &'a ConfigFiles,
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    pub(crate) flags: &'a [Flag],
    /// What paths of flags and variables are relative to.
    pub(crate) cwd: &'a Path,
    /// What paths of config files are relative to.
    pub(crate) build_root: &'a Path,
}

/// Who says something about a scope under one of its names.
pub(crate) struct Mention<'a> {
    /// The scope.
    pub(crate) scope: &'a str,
    /// What it is called: its name, or an older one.
    pub(crate) name: Cow<'a, str>,
    /// Whether a config file has a section of this name.
    pub(crate) has_section: bool,
    /// The variables that may be those of its options.
    pub(crate) variables: Vec<&'a OsStr>,
    /// The flags that set its options.
    pub(crate) flags: Vec<&'a Flag>,
}

impl Mention<'_> {
    fn is_silent(&self) -> bool {
        !self.has_section && self.variables.is_empty() && self.flags.is_empty()
    }
}

/// All mentions of scopes.
pub(crate) struct Mentions<'a> {
    by_scope: HashMap<&'a str, Vec<Mention<'a>>>,
    /// Whether a config file has a section for all scopes.
    pub(crate) has_defaults: bool,
}

impl<'a> Mentions<'a> {
    /// Looks up the mentions of these scopes.
    pub(crate) fn find(scopes: &Scopes<'a>, sources: &Sources<'a>) -> Self {
        let variables = sources.variables();
        let mut by_scope: HashMap<&str, Vec<Mention<'_>>> = HashMap::new();
        for scope in scopes.all() {
            // The newer name comes later: at equal rank it wins.
            let older = scopes.older_names(scope).into_iter().map(Cow::Owned);
            let mentions = older.chain([Cow::Borrowed(scope.name.as_str())]).map(|name| Mention {
                scope: &scope.name,
                has_section: sources.config.has_section(section_of(&name)),
                variables: variables_of(&name, &variables),
                flags: sources.flags.iter().filter(|flag| flag.scope == name).collect(),
                name,
            });
            let mentions: Vec<Mention<'_>> = mentions.filter(|mention| !mention.is_silent()).collect();
            if !mentions.is_empty() {
                by_scope.insert(&scope.name, mentions);
            }
        }
        Self { by_scope, has_defaults: sources.config.has_section(DEFAULT_SECTION) }
    }

    /// The mentions that count for a scope, from the outermost scope inwards.
    pub(crate) fn chain(&self, scope: &str) -> Vec<&Mention<'a>> {
        let inwards = outer_scopes(scope).into_iter().chain([scope]);
        inwards.filter_map(|scope| self.by_scope.get(scope)).flatten().collect()
    }

    /// Whether nobody says anything about exactly this scope.
    pub(crate) fn is_silent(&self, scope: &str) -> bool {
        !self.by_scope.contains_key(scope)
    }
}

impl<'a> Sources<'a> {
    /// The variables that may be those of options.
    fn variables(&self) -> Vec<&'a OsStr> {
        let first = (Bound::Included(OsStr::new(PREFIX)), Bound::Unbounded);
        let is_ours = |variable: &&OsStr| variable.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        let from_first = self.environment.range::<OsStr, _>(first).map(|(variable, _)| variable.as_os_str());
        from_first.take_while(is_ours).collect()
    }
}

/// Those of the variables that may be those of options of a scope of this name.
fn variables_of<'a>(name: &str, variables: &[&'a OsStr]) -> Vec<&'a OsStr> {
    if variables.is_empty() || name.is_empty() {
        return variables.to_vec();
    }
    let begin = variables_begin(name);
    variables.iter().copied().filter(|variable| variable.as_encoded_bytes().starts_with(begin.as_bytes())).collect()
}
