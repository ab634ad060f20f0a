//! What a person may have meant by a flag or a word that means nothing.
//!
//! Nothing here walks a tree: a typo is answered at once, however large the repository is.

use super::flags::{Polarity, find};
use super::{HelpKind, LocalPaths, RESERVED_WORDS, old_goals};
use crate::error::{FlagAdvice, OptionsError};
use crate::names::qualified;
use crate::scopes::{Scopes, outer_scopes};
use crate::suggest::{MOST, closest_within};
use crate::value::is_list;
use pants_model::ScopeSpec;
use std::cell::OnceCell;

/// What asks for the manual page, behind `help` alone.
const MANUAL: &str = "--man";

/// What is known when a mistake is found.
pub(super) struct Scene<'a> {
    pub(super) scopes: &'a Scopes<'a>,
    pub(super) paths: &'a LocalPaths<'a>,
    /// Every scope that the command line names, before or after the mistake.
    pub(super) mentioned: &'a [&'a str],
    /// How many letters of a word may be wrong.
    pub(super) distance: usize,
    /// All flags, from the first mistake on.
    pub(super) flags: OnceCell<Vec<(String, String)>>,
}

impl Scene<'_> {
    /// A flag without its value, after a goal of this scope, that no option has; `earlier` mistakes were found before.
    pub(super) fn unknown_flag(&self, typed: &str, current: &str, earlier: usize) -> OptionsError {
        // Who makes more mistakes than this mistyped nothing, and would wait for the answer.
        const ADVISED: usize = 20;
        let is_advised = earlier < ADVISED;
        let advice = is_advised.then(|| self.advice(typed, current)).flatten();
        let suggestions = if is_advised && advice.is_none() { self.similar_flags(typed, current) } else { Vec::new() };
        OptionsError::UnknownOption { flag: typed.to_owned(), scope: current.to_owned(), suggestions, advice }
    }

    /// What to do about a flag that is no slip of the fingers, but a habit from elsewhere.
    fn advice(&self, typed: &str, current: &str) -> Option<FlagAdvice> {
        let Some(name) = typed.strip_prefix("--") else { return self.advice_on_letters(typed, current) };
        if typed == MANUAL {
            return Some(FlagAdvice::OnlyWithHelp);
        }
        let mut takers = self.mentioned_scopes().filter_map(|scope| {
            let (_, declared, polarity) = find(name, scope, self.scopes).filter(|(owner, ..)| *owner == scope)?;
            let negation = if polarity == Polarity::Negated { "no-" } else { "" };
            Some((scope, format!("--{negation}{}", qualified(scope, &declared.spec.name))))
        });
        let (scope, qualified) = takers.next().filter(|_| takers.next().is_none())?;
        Some(FlagAdvice::OfOtherScope { scope: scope.to_owned(), qualified })
    }

    /// `-qx`, `-Dkey`, `-level`.
    fn advice_on_letters(&self, typed: &str, current: &str) -> Option<FlagAdvice> {
        let letters = typed.strip_prefix('-')?;
        let is_help = HelpKind::of_word(&format!("-{typed}")).is_some();
        if is_help || find(letters, current, self.scopes).is_some() {
            return Some(FlagAdvice::TwoDashes);
        }
        let is_flag = |letter: char| self.scopes.short(current, letter).is_some();
        if letters.chars().count() < 2 {
            return None;
        }
        if letters.chars().all(is_flag) {
            return Some(FlagAdvice::Apart(letters.chars().map(|letter| format!("-{letter}")).collect()));
        }
        let is_foreign = letters.starts_with(|first: char| first.is_ascii_uppercase());
        is_foreign.then(|| self.taker_of_options()).flatten().map(|taker| FlagAdvice::OfOtherProgram { taker })
    }

    /// The flag of the list that is called just `options`: it takes those of another program.
    fn taker_of_options(&self) -> Option<String> {
        let takes_options =
            |scope: &&ScopeSpec| scope.options.iter().any(|option| option.name == "options" && is_list(&option.kind));
        let takers =
            self.scopes.all().filter(takes_options).map(|scope| format!("--{}", qualified(&scope.name, "options")));
        takers.min_by_key(|flag| (flag.len(), flag.clone()))
    }

    /// The scopes that the command line names, and for a phase those of its goals.
    fn mentioned_scopes(&self) -> impl Iterator<Item = &str> {
        let is_mentioned =
            |scope: &str| self.mentioned.iter().any(|have| *have == scope || outer_scopes(scope).contains(have));
        self.scopes.all().map(|scope| scope.name.as_str()).filter(move |scope| !scope.is_empty() && is_mentioned(scope))
    }

    /// Flags spelled like the typed one: first those that can be meant here, as they stand or without their scope; then any.
    fn similar_flags(&self, typed: &str, current: &str) -> Vec<String> {
        let begun = self.scopes.all().map(|scope| prefix(&scope.name)).filter(|scope| bare(typed).starts_with(scope));
        let here: Vec<String> = self.mentioned_scopes().map(prefix).chain(begun).collect();
        let is_here = |qualified: &str| here.iter().any(|scope| bare(qualified).starts_with(scope));
        let all = self.flags.get_or_init(|| self.scopes.flags());
        let (nearby, elsewhere): (Vec<_>, Vec<_>) =
            all.iter().partition(|(name, qualified)| name == qualified || is_here(qualified));
        let own = self.scopes.options(current).into_iter().map(|declared| format!("--{}", declared.spec.name));
        let own: Vec<String> = own.collect();

        let near = |flags: Vec<&String>| closest_within(self.distance, typed, flags.into_iter().map(String::as_str));
        let whole = |flags: &[&(String, String)], own: &[String]| {
            near(flags.iter().map(|(_, qualified)| qualified).chain(own).collect())
        };
        let named = |flags: &[&(String, String)]| {
            let names = near(flags.iter().map(|(name, _)| name).collect());
            let named = flags.iter().filter(|(name, _)| names.contains(name)).map(|(_, qualified)| qualified.clone());
            named.take(MOST).collect()
        };
        let tiers: [&dyn Fn() -> Vec<String>; 4] =
            [&|| whole(&nearby, &own), &|| named(&nearby), &|| whole(&elsewhere, &[]), &|| named(&elsewhere)];
        tiers.iter().map(|tier| tier()).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// A word in the place of a goal that is none; `is_first`: no goal stands before it.
    pub(super) fn unknown_word(&self, word: &str, is_first: bool) -> OptionsError {
        let word = word.to_owned();
        let goals = closest_within(self.distance, &word, self.scopes.goals());
        if RESERVED_WORDS.contains(&word.as_str()) {
            OptionsError::NotFirst { word }
        } else if old_goals::has(&word) {
            OptionsError::GoalWithoutTask { word, types: Vec::new() }
        } else if is_first {
            OptionsError::UnknownGoal { word, suggestions: goals }
        } else {
            let names = self.paths.directories();
            let paths = closest_within(self.distance, &word, names.iter().map(String::as_str));
            OptionsError::UnknownWord { word, goals, paths }
        }
    }

    /// A word that help is asked about and that is no scope.
    pub(super) fn unknown_scope(&self, word: &str) -> OptionsError {
        if old_goals::has(word) {
            return OptionsError::GoalWithoutTask { word: word.to_owned(), types: Vec::new() };
        }
        let known = || self.scopes.all().map(|scope| scope.name.as_str());
        let suggestions = closest_within(self.distance, word, known());
        let inner_of = |outer: &str| {
            let is_inner = |scope: &&str| scope.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
            known().filter(is_inner).map(str::to_owned).collect::<Vec<_>>()
        };
        let around =
            std::iter::once(word).chain(outer_scopes(word).into_iter().rev().filter(|outer| !outer.is_empty()));
        let inner = around.map(inner_of).find(|inner| !inner.is_empty()).unwrap_or_default();
        OptionsError::UnknownScope { word: word.to_owned(), suggestions, inner }
    }
}

/// What the qualified flags of a scope begin with, without dashes and negation.
fn prefix(scope: &str) -> String {
    format!("{}-", scope.replace('.', "-"))
}

/// A long flag without dashes and negation.
fn bare(flag: &str) -> &str {
    let name = flag.trim_start_matches('-');
    name.strip_prefix("no-").unwrap_or(name)
}
