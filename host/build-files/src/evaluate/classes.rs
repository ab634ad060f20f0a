//! Classes of a file: constants under one name.
//!
//! No objects are made of them, so their methods could not be called; they are refused where somebody asks for one.

use super::{Evaluator, Flow, at};
use crate::syntax::{Expr, ExprKind, Name, Stmt};
use crate::value::{Class, Eval, Scope, Value, exception, fault, poisoned};

impl<'a> Evaluator<'a, '_, '_, '_> {
    pub(super) fn class(
        &mut self,
        name: &'a Name,
        bases: &'a [Expr],
        body: &'a [Stmt],
        scope: &'a Scope<'a>,
    ) -> Eval<()> {
        let bases = self.bases(bases, scope)?;
        let inner = self.heap.scope(Some(scope))?;
        let Flow::Next = self.block(body, inner)? else { return Err(fault("this leads out of the class")) };
        for base in bases {
            let inherited = base.scope.names.borrow();
            self.count(inherited.len())?;
            self.heap.charge_values(inherited.len() * 2)?;
            let mut names = inner.names.borrow_mut();
            for (name, value) in inherited.iter() {
                names.entry(name).or_insert(*value);
            }
        }
        let class = self.heap.class(Class { name, scope: inner })?;
        self.bind(name, class, scope)
    }

    fn bases(&mut self, bases: &'a [Expr], scope: &'a Scope<'a>) -> Eval<Vec<&'a Class<'a>>> {
        let mut classes = Vec::new();
        for base in bases {
            if matches!(&base.kind, ExprKind::Name(name) if **name == *"object") {
                continue;
            }
            match self.expr(base, scope)? {
                Value::Class(class) => classes.push(class),
                Value::Poison => return Err(poisoned()),
                other => return Err(at(fault(format!("a class extends classes, not {}", other.kind())), base.span)),
            }
        }
        Ok(classes)
    }

    pub(super) fn class_attribute(&mut self, class: &'a Class<'a>, name: &str) -> Eval<Value<'a>> {
        let value = class.scope.names.borrow().get(name).copied();
        match value {
            Some(Value::Function(_)) => Err(fault(format!("`{}.{name}` is a method", class.name))
                .hint("a class of a BUILD file holds constants; a function can stand outside of it")),
            Some(value) => Ok(value),
            None if name == "__name__" => Ok(Value::Str(class.name)),
            None => Err(exception("AttributeError", format!("class `{}` has no `{name}`", class.name))),
        }
    }
}
