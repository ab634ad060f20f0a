//! `try` and `raise`.
//!
//! There are no exceptions as values: a fault may carry the name that Python has for it, and `except` asks for that name.
//! Faults without one are handled by every `except`. What hit a limit, or follows from what has been noted already, goes
//! through.

use super::{Evaluator, Flow, at};
use crate::syntax::{Expr, ExprKind, Handler, Try};
use crate::value::{Eval, Fault, FaultKind, Scope, Value, exception, fault};

/// Exceptions that are all the exceptions there are.
const ALL: [&str; 3] = ["BaseException", "Exception", "StandardError"];

/// Exceptions of one kind: whoever asks for one of them means the others, too.
const KINDS: [&[&str]; 4] = [
    &["IOError", "OSError", "EnvironmentError", "FileNotFoundError", "PermissionError"],
    &["ImportError", "ModuleNotFoundError"],
    &["KeyError", "IndexError", "LookupError"],
    &["ArithmeticError", "ZeroDivisionError", "OverflowError"],
];

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn try_block(&mut self, parts: &'a Try, scope: &'a Scope<'a>) -> Eval<Flow<'a>> {
        let result = self.handled_block(parts, scope);
        match self.block(&parts.finally, scope)? {
            Flow::Next => result,
            flow => Ok(flow),
        }
    }

    fn handled_block(&mut self, parts: &'a Try, scope: &'a Scope<'a>) -> Eval<Flow<'a>> {
        let handles_unknown = parts.handlers.iter().any(|handler| handles(handler, "NameError"));
        self.handlers_of_unknown += u32::from(handles_unknown);
        let result = self.block(&parts.body, scope);
        self.handlers_of_unknown -= u32::from(handles_unknown);
        let fault = match result {
            Ok(Flow::Next) => return self.block(&parts.otherwise, scope),
            Ok(flow) => return Ok(flow),
            Err(fault) => fault,
        };
        let handler = match &fault.kind {
            FaultKind::Limit | FaultKind::Poisoned => None,
            FaultKind::Error => parts.handlers.first(),
            FaultKind::Exception(name) => parts.handlers.iter().find(|handler| handles(handler, name)),
        };
        let Some(handler) = handler else { return Err(fault) };
        if let Some(name) = &handler.name {
            let text = self.heap.str(&fault.message)?;
            self.bind(name, text, scope)?;
        }
        self.handled.push(*fault);
        let result = self.block(&handler.body, scope);
        self.handled.pop();
        result
    }

    /// The fault that a `raise` makes.
    pub(super) fn raise(&mut self, error: Option<&'a Expr>, scope: &'a Scope<'a>) -> Eval<Box<Fault>> {
        let Some(error) = error else {
            return match self.handled.last() {
                Some(Fault { span, message, hints, kind }) => Ok(Box::new(Fault {
                    span: *span,
                    message: message.clone(),
                    hints: hints.clone(),
                    kind: kind.clone(),
                })),
                None => Err(fault("there is nothing to raise again")),
            };
        };
        let (name, args) = match &error.kind {
            ExprKind::Call(call) => (&call.function, &call.args[..]),
            _ => (error, &[][..]),
        };
        let name = match &name.kind {
            ExprKind::Name(name) | ExprKind::Attribute(_, name) => name,
            _ => return Err(at(fault("`raise` takes an exception"), error.span)),
        };
        let message = match self.exprs(args, scope)?.as_slice() {
            [] => format!("`{name}` is raised"),
            [Value::Poison, ..] => return Err(crate::value::poisoned()),
            [first, ..] => first.display(self.heap)?,
        };
        Ok(exception(name, message))
    }
}

fn handles(handler: &Handler, exception: &str) -> bool {
    let is_same_kind = |name: &str| KINDS.iter().any(|kind| kind.contains(&name) && kind.contains(&exception));
    let is_it = |name: &str| name == exception || ALL.contains(&name) || is_same_kind(name);
    handler.exceptions.is_empty() || handler.exceptions.iter().any(|name| is_it(name))
}
