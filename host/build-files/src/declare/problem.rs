//! What is wrong inside one call, and where exactly.

use crate::fields::{Given, WrongValue};
use crate::suggest::suggest;
use crate::syntax::{Expr, ExprKind, Span};
use crate::value::{Fault, FaultKind};

/// Something wrong inside a call that does not hide what else is wrong there.
pub(super) struct Problem {
    pub span: Span,
    pub message: String,
    pub hints: Vec<String>,
}

impl From<Problem> for Box<Fault> {
    fn from(Problem { span, message, hints }: Problem) -> Self {
        Box::new(Fault { span: Some(span), message, hints, kind: FaultKind::Error })
    }
}

/// Where a text of a list stands.
pub(super) fn place_of_text(given: &Given<'_>, text: &str) -> Span {
    let is_it =
        |expr: &Expr| matches!(&expr.kind, ExprKind::Str(own) if **own == *text || own.strip_prefix('!') == Some(text));
    given.expr.and_then(|expr| expr.find(&is_it)).map_or(given.span, |expr| expr.span)
}

/// Where a wrong value, or the wrong item of it, stands.
pub(super) fn place(wrong: WrongValue, given: &Given<'_>) -> Problem {
    let span = wrong.item.map_or(given.span, |item| given.item_span(item));
    Problem { span, message: wrong.message, hints: wrong.hint.into_iter().collect() }
}

/// The complaint about a keyword that a symbol does not have.
pub(super) fn unknown_keyword(symbol: &str, given: &Given<'_>, known: &[&str]) -> Problem {
    let mut hints = Vec::new();
    if let Some(name) = suggest(&given.name, known.iter().copied()) {
        hints.push(format!("did you mean `{name}`?"));
    }
    hints.push(format!("`{symbol}` takes {}", known.join(", ")));
    Problem { span: given.keyword, message: format!("`{symbol}` has no field `{}`", given.name), hints }
}
