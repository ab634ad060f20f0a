//! Where a target names an address: found when it is needed for a message, by reading the BUILD file again.
//!
//! Evaluated values do not know where they stood, and almost none of them is ever complained about. So instead of
//! keeping a place for each, the file is parsed once more and the address is searched in the target's call.

use crate::parse::parse;
use crate::source::{Source, read_source};
use crate::syntax::{Expr, ExprKind, Module, Span};
use pants_model::{Address, Diagnostic, Target};
use std::path::Path;
use std::sync::Arc;

/// Finds places in the BUILD files of a build root. The file that was asked about last is kept, because the next question
/// is about it most of the time.
pub(crate) struct Places<'r> {
    root: &'r Path,
    /// The longest file that is read.
    longest: usize,
    last: Option<Parsed>,
}

/// A file as it was found.
struct Parsed {
    path: Arc<str>,
    /// Nothing when it cannot be read or parsed any more.
    file: Option<(Source, Module)>,
}

impl<'r> Places<'r> {
    pub(crate) fn new(root: &'r Path, longest: usize) -> Self {
        Self { root, longest, last: None }
    }

    /// An error about an address that a target names, at the place where it names it.
    ///
    /// Where the address is computed it is at the target's call; where the file has changed meanwhile, too.
    pub(crate) fn error_at_address(&mut self, target: &Target, address: &Address, message: String) -> Diagnostic {
        let place = self.file(&target.location.file);
        match place.and_then(|(source, module)| Some((source, find(source, module, target, address)?))) {
            Some((source, span)) => source.error(span, message),
            None => Diagnostic::error(target.location.clone(), message),
        }
    }

    /// A file with its tree, if it has one.
    fn file(&mut self, path: &Arc<str>) -> Option<&(Source, Module)> {
        if self.last.as_ref().is_none_or(|last| last.path != *path) {
            let text = read_source(self.root, path, self.longest).ok();
            let file = text.and_then(|text| Some((parse(&text).ok()?, text)));
            let file = file.map(|(module, text)| (Source::new(path.clone(), text), module));
            self.last = Some(Parsed { path: path.clone(), file });
        }
        self.last.as_ref()?.file.as_ref()
    }
}

fn find(source: &Source, module: &Module, target: &Target, address: &Address) -> Option<Span> {
    let start = source.offset(&target.location)?;
    let is_call = |expr: &Expr| expr.span.start == start && matches!(expr.kind, ExprKind::Call(_));
    let after = module.body.partition_point(|stmt| stmt.span.start <= start);
    let expr = module.body[after.checked_sub(1)?].find(&is_call)?;
    let ExprKind::Call(call) = &expr.kind else { return None };
    let dir = target.address.dir();
    let is_address = |expr: &Expr| matches!(&expr.kind, ExprKind::Str(text) if Address::parse(text, dir).is_ok_and(|parsed| parsed == *address));
    let literal = call.keywords.iter().find_map(|keyword| keyword.value.find(&is_address));
    let computed = || call.keywords.iter().find(|keyword| keyword.name.as_deref() == Some("dependencies"));
    Some(literal.or_else(|| computed().map(|keyword| &keyword.value)).map_or(expr.span, |expr| expr.span))
}
