//! Where a target names an address: found when it is needed for a message, by reading the BUILD file again.
//!
//! Evaluated values do not know where they stood, and almost none of them is ever complained about. So instead of
//! keeping a place for each, the file is parsed once more and the address is searched in the target's call.

use crate::parse::parse;
use crate::source::Source;
use crate::syntax::{ExprKind, Span};
use pants_model::{Address, Diagnostic, Target};
use std::fs;
use std::path::Path;

/// An error about an address that a target names, at the place where it names it.
///
/// Where the address is computed it is at the target's call; where the file has changed meanwhile, too.
pub(crate) fn error_at_address(root: &Path, target: &Target, address: &Address, message: String) -> Diagnostic {
    let Ok(text) = fs::read_to_string(root.join(&*target.location.file)) else {
        return Diagnostic::error(target.location.clone(), message);
    };
    let source = Source::new(target.location.file.clone(), text);
    match find(&source, target, address) {
        Some(span) => source.error(span, message),
        None => Diagnostic::error(target.location.clone(), message),
    }
}

fn find(source: &Source, target: &Target, address: &Address) -> Option<Span> {
    let start = source.offset(&target.location)?;
    let module = parse(&source.text).ok()?;
    let is_call = |expr: &crate::syntax::Expr| expr.span.start == start && matches!(expr.kind, ExprKind::Call(_));
    let expr = module.body.iter().find_map(|stmt| stmt.find(&is_call))?;
    let ExprKind::Call(call) = &expr.kind else { return None };
    let dir = target.address.dir();
    let is_address = |expr: &crate::syntax::Expr| matches!(&expr.kind, ExprKind::Str(text) if Address::parse(text, dir).is_ok_and(|parsed| parsed == *address));
    let literal = call.keywords.iter().find_map(|keyword| keyword.value.find(&is_address));
    let computed = || call.keywords.iter().find(|keyword| keyword.name.as_deref() == Some("dependencies"));
    Some(literal.or_else(|| computed().map(|keyword| &keyword.value)).map_or(expr.span, |expr| expr.span))
}
