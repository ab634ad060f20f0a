//! Names of the prelude in BUILD files, and calls from a BUILD file into it.
//!
//! The prelude is run when a BUILD file uses a name of it for the first time, in a scope of its own on the heap of that
//! file. While one of its functions runs, the call in the BUILD file is known: what is declared is declared there.

use super::Evaluator;
use crate::prelude::Prelude;
use crate::syntax::Span;
use crate::value::{Eval, Fault, Function, Scope, Value, fault};
use pants_model::Diagnostic;

/// How many levels of a BUILD file do not matter to a prelude that goes too deep.
const NEAR_THE_TOP: u32 = 100;

impl<'a> Evaluator<'a, '_, '_, '_> {
    /// What a name of the prelude stands for.
    pub(super) fn prelude_value(&mut self, name: &str) -> Eval<Option<Value<'a>>> {
        if !self.prelude.is_some_and(|prelude| prelude.defines(name)) {
            return Ok(None);
        }
        let scope = match self.prelude_scope {
            Some(scope) => scope,
            None => self.run_prelude()?,
        };
        let value = scope.names.borrow().get(name).copied();
        Ok(value)
    }

    /// Runs the prelude within limits of its own: what this BUILD file did before must not make it look endless, least of
    /// all to the other BUILD files. Where it hits a limit, none of its names has a value.
    fn run_prelude(&mut self) -> Eval<&'a Scope<'a>> {
        let scope = self.heap.scope(None)?;
        // What it uses itself is there as far as it has been run.
        self.prelude_scope = Some(scope);
        let Some(prelude) = self.prelude else { return Ok(scope) };
        let problem = match prelude.exhausted() {
            Some(problem) => Some(problem.clone()),
            None => self.heap.apart(self.setting.limits, || self.run_prelude_files(prelude, scope)),
        };
        if let Some(problem) = problem {
            self.declarations.diagnostics.push(problem);
            scope.names.borrow_mut().extend(prelude.names().map(|name| (name, Value::Poison)));
        }
        Ok(scope)
    }

    /// Gives what hit a limit.
    fn run_prelude_files(&mut self, prelude: &'a Prelude, scope: &'a Scope<'a>) -> Option<Diagnostic> {
        let fault = prelude.files().iter().find_map(|file| self.statements(&file.module.body, scope).err())?;
        let Fault { span, message, hints, .. } = *fault;
        let mut problem = self.declarations.error(span.unwrap_or_default(), message);
        problem.hints.extend(hints);
        // Who asks from deep inside may be why it is too deep.
        if self.setting.limits.depth - self.depth < NEAR_THE_TOP {
            prelude.set_exhausted(problem.clone());
        }
        Some(problem)
    }

    /// Runs a function for a call that stands here, and knows the call if it leads from the BUILD file into the prelude.
    pub(super) fn with_call_site<T>(
        &mut self,
        function: &Function<'a>,
        call: Span,
        run: impl FnOnce(&mut Self) -> Eval<T>,
    ) -> Eval<T> {
        let enters = function.definition.span.is_in_prelude() && !call.is_in_prelude();
        if !enters || self.declarations.call_site.is_some() {
            return run(self);
        }
        self.declarations.call_site = Some(call);
        let result = run(self).map_err(|mut fault| {
            let hint = fault.span.and_then(|span| self.declarations.hint_of_caller(span));
            fault.hints.extend(hint);
            fault
        });
        self.declarations.call_site = None;
        result
    }

    /// Refuses a call of a type or macro that the prelude makes for nobody.
    pub(super) fn check_place_of_call(&self, name: &str, call: Span) -> Eval<()> {
        if call.is_in_prelude() && self.declarations.call_site.is_none() {
            return Err(fault(format!("`{name}` is called by the prelude itself, and not for a BUILD file"))
                .hint("a prelude declares targets inside of functions, which BUILD files call"));
        }
        Ok(())
    }
}
