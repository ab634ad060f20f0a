//! Registers what loaded plugins bring: all of it, or nothing.
//!
//! Every backend registers into a scratch of its own, and the scratches are merged into copies of what the host has;
//! the copies take the place of the originals when nothing failed. So half a plugin is never registered, and neither
//! are the plugins before one that fails.

use crate::adapters::{self, Registration};
use crate::error::{LoadError, Owner, PluginFault};
use crate::load::{LoadedPlugins, Plugin};
use pants_build_files::{SymbolConflict, Symbols};
use pants_engine::{PluginTag, RegisterError, Registry};
use pants_model::ScopeSpec;

impl LoadedPlugins {
    /// Registers all plugins, in their order, and returns the option scopes that belong to no task.
    pub fn register(&self, registry: &mut Registry, symbols: &mut Symbols) -> Result<Vec<ScopeSpec>, LoadError> {
        let mut merge =
            Merge { plugins: &self.plugins, registry: registry.clone(), symbols: symbols.clone(), scopes: Vec::new() };
        for plugin in &self.plugins {
            let tag = PluginTag { name: plugin.id.clone(), fingerprint: plugin.sha256 };
            let registration = adapters::collect(plugin.module, &tag);
            merge.add(plugin, registration.map_err(|fault| LoadError::plugin(&plugin.path, fault))?)?;
        }
        let Merge { plugins: _, registry: merged_registry, symbols: merged_symbols, scopes } = merge;
        *registry = merged_registry;
        *symbols = merged_symbols;
        Ok(scopes)
    }
}

struct Merge<'a> {
    plugins: &'a [Plugin],
    registry: Registry,
    symbols: Symbols,
    scopes: Vec<ScopeSpec>,
}

impl Merge<'_> {
    fn add(&mut self, plugin: &Plugin, registration: Registration) -> Result<(), LoadError> {
        let Registration { phases, goals, target_types, objects, macros, scopes, phase_options } = registration;
        phases.into_iter().for_each(|phase| self.registry.add_phase(phase));
        for (phase, options) in phase_options {
            let added = self.registry.add_phase_options(&phase, options, &plugin.id);
            added.map_err(|error| self.register_error(plugin, error))?;
        }
        for goal in goals {
            self.registry.install(goal).map_err(|error| self.register_error(plugin, error))?;
        }
        for spec in target_types {
            self.symbols.add_target_type(spec).map_err(|conflict| self.symbol_conflict(plugin, conflict))?;
        }
        for spec in objects {
            self.symbols.add_object(spec).map_err(|conflict| self.symbol_conflict(plugin, conflict))?;
        }
        for symbol in macros {
            let added = self.symbols.add_macro(&symbol.name, &symbol.description, &plugin.id, symbol.body);
            added.map_err(|conflict| self.symbol_conflict(plugin, conflict))?;
        }
        scopes.into_iter().try_for_each(|scope| self.add_scope(plugin, scope))
    }

    fn add_scope(&mut self, plugin: &Plugin, scope: ScopeSpec) -> Result<(), LoadError> {
        match self.scopes.iter().find(|known| known.name == scope.name) {
            Some(known) => Err(self.conflict(plugin, format!("the option scope `{}`", scope.name), &known.backend)),
            None => {
                self.scopes.push(scope);
                Ok(())
            }
        }
    }

    fn register_error(&self, plugin: &Plugin, error: RegisterError) -> LoadError {
        match error {
            RegisterError::DuplicateGoal { phase, goal, first, second: _ } => {
                self.conflict(plugin, format!("the goal `{goal}` of the phase `{phase}`"), &first)
            }
            error => LoadError::plugin(&plugin.path, PluginFault::Rejected { message: error.to_string() }),
        }
    }

    fn symbol_conflict(&self, plugin: &Plugin, conflict: SymbolConflict) -> LoadError {
        self.conflict(plugin, format!("the BUILD symbol `{}`", conflict.name), &conflict.first)
    }

    /// A conflict knows backend ids; the user gets the files.
    fn conflict(&self, second: &Plugin, what: String, first: &str) -> LoadError {
        let owner = self.plugins.iter().find(|plugin| plugin.id == first);
        let first = owner.map_or(Owner::Host, |plugin| Owner::Plugin(plugin.path.clone()));
        LoadError::Conflict { what, first, second: second.path.clone() }
    }
}
