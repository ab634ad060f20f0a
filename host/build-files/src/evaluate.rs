//! The evaluator: runs the tree of one BUILD file.
//!
//! A plain walk over the tree. Steps, depth and memory are limited, so a hostile or endless file ends in an error that
//! names it. It reads nothing itself: calls of symbols and reads go to [`Declarations`].
//!
//! An error ends the statement it is in. The next statement of the file is still evaluated, so that one bad target does
//! not hide the others. What the failed statement would have assigned is [`Value::Poison`] from then on, as is a name that
//! nobody knows: what needs such a value fails without another word.

mod builtins;
mod calls;
mod classes;
mod exceptions;
mod expressions;
mod methods;
mod modules;
mod objects;
mod opaque;
mod operators;
mod prelude;
mod source_roots;

use crate::config::{EvaluateLimits, ImportsPolicy};
use crate::declare::Declarations;
use crate::prelude::Prelude;
use crate::syntax::{Expr, ExprKind, Module, Name, Span, Stmt, StmtKind};
use crate::value::{
    Eval, Fault, FaultKind, Function, Heap, Module as PythonModule, Scope, Value, fault, limit_fault, poisoned,
};
use opaque::OpaqueCall;
use std::path::Path;

/// What an evaluation is told besides the tree.
pub(crate) struct Setting<'s> {
    pub limits: EvaluateLimits,
    pub imports: ImportsPolicy,
    pub pants_version: &'s str,
    pub build_root: &'s Path,
    /// The BUILD file, relative to the build root.
    pub path: &'s str,
}

/// Evaluates a file. What it declares and what is wrong with it goes to `declarations`.
pub(crate) fn evaluate(module: &Module, setting: &Setting<'_>, declarations: &mut Declarations<'_>) {
    let heap = Heap::new(setting.limits);
    let prelude = declarations.prelude;
    run(&heap, module, prelude, setting, declarations);
}

/// Apart from [`evaluate`], because the heap must live longer than what is on it.
fn run<'a>(
    heap: &'a Heap<'a>,
    module: &'a Module,
    prelude: Option<&'a Prelude>,
    setting: &Setting<'_>,
    declarations: &mut Declarations<'_>,
) {
    let mut evaluator = Evaluator {
        heap,
        setting,
        declarations,
        prelude,
        prelude_scope: None,
        statement_callee: None,
        depth: setting.limits.depth,
        opaque_calls: Vec::new(),
        handled: Vec::new(),
        handlers_of_unknown: 0,
    };
    let Ok(scope) = heap.scope(None) else { return };
    if let Err(fault) = evaluator.statements(&module.body, scope) {
        evaluator.declarations.report(*fault, Span::default());
    }
    evaluator.declare_opaque_calls();
}

/// How a statement ended.
#[derive(Clone, Copy)]
enum Flow<'a> {
    Next,
    Break,
    Continue,
    Return(Value<'a>),
}

struct Evaluator<'a, 'e, 's, 'w> {
    heap: &'a Heap<'a>,
    setting: &'e Setting<'s>,
    declarations: &'e mut Declarations<'w>,
    prelude: Option<&'a Prelude>,
    /// The names of the prelude, when it has been run.
    prelude_scope: Option<&'a Scope<'a>>,
    /// The name that the current statement calls, and does nothing with what that gives.
    statement_callee: Option<Span>,
    /// How many levels are left.
    depth: u32,
    /// The calls of opaque symbols so far.
    opaque_calls: Vec<OpaqueCall<'a>>,
    /// What is being handled by `except`, for a `raise` that names nothing.
    handled: Vec<Fault>,
    /// How many `try` around here would handle a name that nobody knows.
    handlers_of_unknown: u32,
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    /// Counts work before it is done.
    fn count(&mut self, steps: usize) -> Eval<()> {
        self.heap.count(steps)
    }

    /// The statements of a file, one after the other whatever happens; only a limit ends them.
    fn statements(&mut self, body: &'a [Stmt], scope: &'a Scope<'a>) -> Eval<()> {
        for stmt in body {
            let Err(fault) = self.stmt(stmt, scope) else { continue };
            if fault.is_limit() {
                return Err(fault);
            }
            self.declarations.report(*fault, stmt.span);
            stmt.each_bound_name(&mut |name| {
                scope.names.borrow_mut().insert(name, Value::Poison);
            });
        }
        Ok(())
    }

    /// Goes one level down.
    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Eval<T>) -> Eval<T> {
        if self.depth == 0 {
            return Err(limit_fault("calls are nested too deeply").hint("does a function call itself without end?"));
        }
        self.depth -= 1;
        let result = run(self);
        self.depth += 1;
        result
    }

    fn block(&mut self, block: &'a [Stmt], scope: &'a Scope<'a>) -> Eval<Flow<'a>> {
        for stmt in block {
            match self.nested(|evaluator| evaluator.stmt(stmt, scope))? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &'a Stmt, scope: &'a Scope<'a>) -> Eval<Flow<'a>> {
        self.count(1).and_then(|()| self.stmt_kind(stmt, scope)).map_err(|fault| at(fault, stmt.span))
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt, scope: &'a Scope<'a>) -> Eval<Flow<'a>> {
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                self.statement_callee = expr.outermost_callee();
                self.expr(expr, scope)?;
            }
            StmtKind::Assign { targets, value } => {
                let value = self.expr(value, scope)?;
                for target in targets {
                    self.assign(target, value, scope)?;
                }
            }
            StmtKind::Augment { target, op, value } => self.augment(target, *op, value, scope)?,
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(target, scope)?;
                }
            }
            StmtKind::If { branches, otherwise } => {
                for (test, body) in branches {
                    if self.expr(test, scope)?.is_true() {
                        return self.block(body, scope);
                    }
                }
                return self.block(otherwise, scope);
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                let iterable = self.expr(iterable, scope)?;
                for item in self.items(iterable)? {
                    self.assign(target, item, scope)?;
                    match self.block(body, scope)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => return Ok(Flow::Next),
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
                return self.block(otherwise, scope);
            }
            StmtKind::While { test, body, otherwise } => {
                while self.expr(test, scope)?.is_true() {
                    self.count(1)?;
                    match self.block(body, scope)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => return Ok(Flow::Next),
                        flow @ Flow::Return(_) => return Ok(flow),
                    }
                }
                return self.block(otherwise, scope);
            }
            StmtKind::With { items, body } => {
                for (expr, target) in items {
                    let value = self.expr(expr, scope)?;
                    if matches!(value, Value::Poison) {
                        return Err(poisoned());
                    }
                    if !matches!(value, Value::File(_)) {
                        return Err(at(fault("`with` takes an open file"), expr.span));
                    }
                    if let Some(target) = target {
                        self.assign(target, value, scope)?;
                    }
                }
                return self.block(body, scope);
            }
            StmtKind::Function(definition) => {
                let function = self.function(definition, scope)?;
                self.bind(&definition.name, function, scope)?;
            }
            StmtKind::Class { name, bases, body } => self.class(name, bases, body, scope)?,
            StmtKind::Try(parts) => return self.try_block(parts, scope),
            StmtKind::Raise(error) => return Err(self.raise(error.as_ref(), scope)?),
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.expr(value, scope)?,
                    None => Value::None,
                }));
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Pass => {}
            StmtKind::Assert { test, message } => self.assert(test, message.as_ref(), scope)?,
            StmtKind::Import(names) => {
                for (module, alias) in names {
                    self.import(module, alias.as_ref(), stmt.span, scope)?;
                }
            }
            StmtKind::ImportFrom { module, names } => self.import_from(module, names, stmt.span, scope)?,
            StmtKind::Unsupported(what) => return Err(unsupported(what)),
        }
        Ok(Flow::Next)
    }

    fn bind(&mut self, name: &'a Name, value: Value<'a>, scope: &'a Scope<'a>) -> Eval<()> {
        if scope.names.borrow_mut().insert(name, value).is_none() {
            self.heap.charge_values(2)?;
        }
        Ok(())
    }

    fn function(&mut self, definition: &'a crate::syntax::Function, scope: &'a Scope<'a>) -> Eval<Value<'a>> {
        let default = |default: &'a Option<Expr>| default.as_ref().map(|expr| self.expr(expr, scope)).transpose();
        let defaults = definition.parameters.named.iter().map(|parameter| &parameter.default).map(default);
        let defaults = defaults.collect::<Eval<_>>()?;
        self.heap.function(Function { definition, defaults, scope })
    }

    fn assert(&mut self, test: &'a Expr, message: Option<&'a Expr>, scope: &'a Scope<'a>) -> Eval<()> {
        if self.expr(test, scope)?.is_true() {
            return Ok(());
        }
        let message = match message {
            Some(message) => self.expr(message, scope)?.display(self.heap)?,
            None => return Err(fault("this assertion does not hold")),
        };
        Err(fault(format!("this assertion does not hold: {message}")))
    }

    fn assign(&mut self, target: &'a Expr, value: Value<'a>, scope: &'a Scope<'a>) -> Eval<()> {
        match &target.kind {
            ExprKind::Name(name) => self.bind(name, value, scope),
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                self.unpack(targets, value, scope).map_err(|fault| at(fault, target.span))
            }
            ExprKind::Item(pair) => {
                let (container, index) = (self.expr(&pair.0, scope)?, self.expr(&pair.1, scope)?);
                self.set_item(container, index, value).map_err(|fault| at(fault, target.span))
            }
            _ => Err(at(fault("nothing can be assigned to this"), target.span)),
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], value: Value<'a>, scope: &'a Scope<'a>) -> Eval<()> {
        let items = self.items(value)?;
        let mut stars = targets.iter().enumerate().filter(|(_, target)| matches!(target.kind, ExprKind::Starred(_)));
        let star = stars.next().map(|(at, _)| at);
        if let Some((_, second)) = stars.next() {
            return Err(at(fault("there is one `*` already"), second.span));
        }
        let fits = match star {
            None => items.len() == targets.len(),
            Some(_) => items.len() + 1 >= targets.len(),
        };
        if !fits {
            return Err(fault(format!("{} values cannot be unpacked into {}", items.len(), targets.len())));
        }
        let mut items = items.into_iter();
        for target in targets {
            match &target.kind {
                ExprKind::Starred(inner) => {
                    let after = targets.len() - 1 - star.expect("this is it");
                    let count = items.len() - after;
                    let rest = self.heap.list(items.by_ref().take(count).collect())?;
                    self.nested(|evaluator| evaluator.assign(inner, rest, scope))?;
                }
                _ => {
                    let item = items.next().expect("the numbers were compared");
                    self.nested(|evaluator| evaluator.assign(target, item, scope))?;
                }
            }
        }
        Ok(())
    }

    fn augment(
        &mut self,
        target: &'a Expr,
        op: crate::syntax::BinaryOp,
        value: &'a Expr,
        scope: &'a Scope<'a>,
    ) -> Eval<()> {
        let old = self.expr(target, scope)?;
        let by = self.expr(value, scope)?;
        let makes_new = matches!(by, Value::Globs(_) | Value::Poison);
        if let (Value::List(list), crate::syntax::BinaryOp::Add, false) = (old, op, makes_new) {
            // `+=` changes the list itself.
            let items = self.items(by)?;
            self.heap.charge_values(items.len())?;
            list.borrow_mut().extend(items);
            return Ok(());
        }
        let new = self.binary(op, old, by)?;
        self.assign(target, new, scope)
    }

    fn delete(&mut self, target: &'a Expr, scope: &'a Scope<'a>) -> Eval<()> {
        match &target.kind {
            ExprKind::Name(name) => match scope.names.borrow_mut().remove(&**name) {
                Some(_) => Ok(()),
                None => Err(at(fault(format!("`{name}` is not defined here")), target.span)),
            },
            ExprKind::Item(pair) => {
                let (container, index) = (self.expr(&pair.0, scope)?, self.expr(&pair.1, scope)?);
                self.delete_item(container, index).map_err(|fault| at(fault, target.span))
            }
            _ => Err(at(fault("this cannot be deleted"), target.span)),
        }
    }
}

/// What stands for a value that could not be evaluated for a reason that has been noted.
fn poison_of<'a>(fault: Box<Fault>) -> Eval<Value<'a>> {
    if fault.kind == FaultKind::Poisoned { Ok(Value::Poison) } else { Err(fault) }
}

/// Gives a fault its place, unless something further inside did.
fn at(mut fault: Box<Fault>, span: Span) -> Box<Fault> {
    fault.span.get_or_insert(span);
    fault
}

fn unsupported(what: &str) -> Box<Fault> {
    fault(format!("{what} is not supported in BUILD files"))
}

/// The names that every BUILD file has besides the symbols of backends.
pub(crate) fn built_in_names() -> &'static [&'static str] {
    &builtins::NAMES
}

/// The modules that can be imported.
fn known_module(name: &str) -> Option<PythonModule<'static>> {
    Some(match name {
        "os" => PythonModule::Os,
        "os.path" => PythonModule::OsPath,
        "glob" => PythonModule::Glob,
        "io" => PythonModule::Io,
        _ => return None,
    })
}
