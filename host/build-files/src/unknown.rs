//! Names that BUILD files use and nobody knows: noted where they are met, told of once for a whole run.
//!
//! A repository that was written for other plugins uses the same few names in thousands of files. One error for each use
//! would bury everything else, so each directory notes them as data, and the run makes one error of all.

use crate::suggest::suggest;
use pants_model::{Diagnostic, Location};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// For how many names the most similar known one is looked for.
const MOST_SUGGESTIONS: usize = 200;

/// A name that nobody knows, as one directory uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownSymbol {
    pub name: Arc<str>,
    /// How many times it was met.
    pub count: usize,
    /// Whether a call of it stood by itself somewhere, as calls that declare targets do.
    pub is_statement: bool,
    /// Where it was met first.
    pub location: Location,
    /// The line there, as diagnostics show it.
    pub excerpt: Option<String>,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is called, and nothing is done with what that gives.
    Statement,
    /// As a value, or as what makes one.
    Value,
}

/// The names that nobody knows, as they are met.
#[derive(Debug, Default)]
pub(crate) struct UnknownSymbols {
    symbols: Vec<UnknownSymbol>,
    by_name: HashMap<Arc<str>, usize>,
}

impl UnknownSymbols {
    /// Notes one more use of a name; `place` is asked for its first one.
    pub(crate) fn note(&mut self, name: &str, use_: Use, place: impl FnOnce() -> Diagnostic) {
        let is_statement = use_ == Use::Statement;
        if let Some(at) = self.by_name.get(name) {
            self.symbols[*at].count += 1;
            self.symbols[*at].is_statement |= is_statement;
            return;
        }
        let Diagnostic { location, excerpt, .. } = place();
        let name: Arc<str> = name.into();
        self.by_name.insert(name.clone(), self.symbols.len());
        let location = location.unwrap_or_default();
        self.symbols.push(UnknownSymbol { name, count: 1, is_statement, location, excerpt });
    }

    /// All of them, in the order in which they were met.
    pub(crate) fn into_symbols(self) -> Vec<UnknownSymbol> {
        self.symbols
    }
}

/// The one error about all of them; nothing when there are none.
pub(crate) fn describe<'u>(unknown: impl IntoIterator<Item = &'u UnknownSymbol>, known: &[&str]) -> Option<Diagnostic> {
    let symbols = merge(unknown);
    // Who gets more names wrong than anybody reads is not helped by knowing what each looks like.
    let suggest = |(at, symbol): (usize, &UnknownSymbol)| {
        if at < MOST_SUGGESTIONS { suggest(&symbol.name, known.iter().copied()) } else { None }
    };
    let similar: Vec<Option<&str>> = symbols.iter().enumerate().map(suggest).collect();
    let strange = symbols.iter().zip(&similar).filter(|(_, similar)| similar.is_none()).map(|(symbol, _)| symbol);
    let (types, values): (Vec<_>, Vec<_>) = strange.partition(|symbol| symbol.is_statement);
    let mut diagnostic = match &symbols[..] {
        [] => return None,
        [only] => describe_one(only, similar[0]),
        _ => describe_many(&symbols, &similar),
    };
    if !types.is_empty() {
        let names: Vec<String> = types.iter().map(|symbol| format!("\"{}\"", symbol.name)).collect();
        diagnostic.hints.push(format!(
            "if a plugin defined {}, `opaque_types = [{}]` in `[build-files]` loads the targets without it",
            if types.len() == 1 { "it" } else { "these types" },
            names.join(", "),
        ));
    }
    if !types.is_empty() || !values.is_empty() {
        let names: Vec<String> = values.iter().map(|symbol| format!("`{}`", symbol.name)).collect();
        let what = match (&symbols[..], &names[..]) {
            ([_], _) => "it".to_owned(),
            (_, []) => "them, too".to_owned(),
            (_, names) => names.join(", "),
        };
        diagnostic.hints.push(format!("a file of `build_file_prelude_globs` can define {what}"));
    }
    Some(diagnostic)
}

fn describe_one(symbol: &UnknownSymbol, similar: Option<&str>) -> Diagnostic {
    let mut message = format!("`{}` is not defined", symbol.name);
    if symbol.count > 1 {
        message.push_str(&format!("; it is used {} times, first here", symbol.count));
    }
    let mut diagnostic = Diagnostic::error(symbol.location.clone(), message);
    diagnostic.excerpt.clone_from(&symbol.excerpt);
    diagnostic.hints.extend(similar.map(|similar| format!("did you mean `{similar}`?")));
    diagnostic
}

fn describe_many(symbols: &[UnknownSymbol], similar: &[Option<&str>]) -> Diagnostic {
    let mut message = format!("BUILD files use {} symbols that are not defined", symbols.len());
    for (symbol, similar) in symbols.iter().zip(similar) {
        let times = if symbol.count == 1 { "once, at" } else { "times, first at" };
        let count = if symbol.count == 1 { String::new() } else { format!("{} ", symbol.count) };
        message.push_str(&format!("\n  `{}`: {count}{times} {}", symbol.name, symbol.location));
        if let Some(similar) = similar {
            message.push_str(&format!(" (did you mean `{similar}`?)"));
        }
    }
    Diagnostic::error_without_place(message)
}

/// Each name once, by falling count, then by name.
fn merge<'u>(unknown: impl IntoIterator<Item = &'u UnknownSymbol>) -> Vec<UnknownSymbol> {
    let place = |symbol: &UnknownSymbol| {
        let Location { file, line, column } = &symbol.location;
        (file.clone(), *line, *column)
    };
    let mut by_name: BTreeMap<&str, UnknownSymbol> = BTreeMap::new();
    for symbol in unknown {
        let Some(merged) = by_name.get_mut(&*symbol.name) else {
            by_name.insert(&symbol.name, symbol.clone());
            continue;
        };
        let (count, is_statement) = (merged.count + symbol.count, merged.is_statement || symbol.is_statement);
        if place(symbol) < place(merged) {
            *merged = symbol.clone();
        }
        (merged.count, merged.is_statement) = (count, is_statement);
    }
    let mut symbols: Vec<UnknownSymbol> = by_name.into_values().collect();
    symbols.sort_by_key(|symbol| std::cmp::Reverse(symbol.count));
    symbols
}
