//! `goals`: what there is to ask for.

use super::console::{ConsoleGoal, columns};
use super::output::{Output, Shape, Stop};
use pants_engine::Context;
use pants_model::ScopeSpec;
use pants_options::{HelpKind, HelpRequest, HelpStyle, render_help};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// All scopes, known when all backends are registered.
pub(crate) type SharedScopes = Arc<OnceLock<Arc<[ScopeSpec]>>>;

pub(crate) struct Goals(pub(crate) SharedScopes);

impl ConsoleGoal for Goals {
    fn describe(&self) -> (&'static str, &'static str) {
        ("ListGoals", "List all goals with a sentence on each.")
    }

    fn needs_targets(&self) -> bool {
        false
    }

    fn shape(&self, _context: &Context) -> Shape {
        Shape::Object
    }

    fn write(&self, context: &Context, output: &mut Output) -> Result<(), Stop> {
        let Some(scopes) = self.0.get() else { return Ok(()) };
        let request = HelpRequest { kind: HelpKind::Goals, scopes: Vec::new() };
        let style = HelpStyle::plain(columns(context).unwrap_or(crate::DOCUMENT_WIDTH));
        output.line(render_help(&request, scopes, style).trim_end())?;
        let goals = scopes.iter().filter(|scope| scope.is_goal && !scope.name.contains('.'));
        let sorted: BTreeMap<&str, &str> = goals.map(|goal| (&*goal.name, &*goal.description)).collect();
        sorted.iter().try_for_each(|(name, description)| output.entry(name, description))
    }
}
