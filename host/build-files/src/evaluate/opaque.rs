//! Symbols of `[build-files] opaque_types`: of which nothing is known but the name.
//!
//! Nobody says whether such a symbol makes targets or objects, so it is seen by its use: a call whose value ends in a field
//! or in another text is a value, and all other calls declare a target when the file has been evaluated. What it was
//! called with is kept as text, and so is whatever is reached from it (`thing(..).with_more(a = 1)`).

use super::Evaluator;
use super::calls::Args;
use crate::fields::Given;
use crate::syntax::Span;
use crate::value::{Eval, Opaque, Value};
use std::cell::Cell;

/// The fields that an opaque target has like all others.
const KNOWN_FIELDS: [&str; 8] =
    ["name", "dependencies", "sources", "source", "tags", "description", "scope", "no_cache"];

/// A call of an opaque symbol.
pub(super) struct OpaqueCall<'a> {
    symbol: &'a str,
    span: Span,
    /// The call in the BUILD file, if this one is in the prelude.
    call_site: Option<Span>,
    given: Vec<Given<'a>>,
    is_used: &'a Cell<bool>,
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    /// Calls an opaque symbol, or what was reached from one.
    pub(super) fn call_opaque(&mut self, opaque: &'a Opaque<'a>, args: Args<'a>) -> Eval<Value<'a>> {
        if args.is_poisoned() {
            return Ok(Value::Poison);
        }
        let written = self.written(&args)?;
        let text = format!("{}({written})", opaque.text);
        if let Some(is_used) = opaque.call {
            let method = opaque.text.rsplit('.').next().unwrap_or_default();
            let call = self.opaque_calls.iter_mut().find(|call| std::ptr::eq(call.is_used, is_used));
            if let Some(call) = call {
                let value = pants_model::Value::Str(written);
                let span = args.span;
                let name = method.to_owned();
                call.given.push(Given { name, value, keyword: span, span, expr: None, loose: None });
            }
            return self.heap.opaque(&text, Some(is_used));
        }
        if self.declarations.symbols.get(opaque.text).is_none() {
            return self.heap.opaque(&text, None);
        }
        let is_used = self.heap.mark();
        let span = args.span;
        let given = self.opaque_fields(args)?;
        let call_site = self.declarations.call_site;
        self.opaque_calls.push(OpaqueCall { symbol: opaque.text, span, call_site, given, is_used });
        self.heap.opaque(&text, Some(is_used))
    }

    /// The fields that such a call gives to its target, if it turns out to make one.
    fn opaque_fields(&mut self, args: Args<'a>) -> Eval<Vec<Given<'a>>> {
        let mut fields = Vec::with_capacity(args.keywords.len());
        if !args.positional.is_empty() {
            let positional = self.heap.tuple(args.positional)?;
            let value = pants_model::Value::Str(positional.repr(self.heap)?);
            let name = "args".to_owned();
            fields.push(Given { name, value, keyword: args.span, span: args.span, expr: None, loose: None });
        }
        for keyword in args.keywords {
            if KNOWN_FIELDS.contains(&keyword.name) {
                fields.push(self.frozen(&keyword)?);
                continue;
            }
            let value = match keyword.value {
                Value::None => pants_model::Value::None,
                value => pants_model::Value::Str(value.display(self.heap)?),
            };
            let span = keyword.expr.map_or(keyword.span, |expr| expr.span);
            let (name, expr) = (keyword.name.to_owned(), keyword.expr);
            fields.push(Given { name, value, keyword: keyword.span, span, expr, loose: None });
        }
        Ok(fields)
    }

    /// Arguments as they would be written.
    fn written(&mut self, args: &Args<'a>) -> Eval<String> {
        let mut parts = args.positional.iter().map(|value| value.repr(self.heap)).collect::<Eval<Vec<_>>>()?;
        for keyword in &args.keywords {
            parts.push(format!("{}={}", keyword.name, keyword.value.repr(self.heap)?));
        }
        Ok(parts.join(", "))
    }

    /// Declares the targets of all calls that were used for nothing else.
    pub(super) fn declare_opaque_calls(&mut self) {
        for call in std::mem::take(&mut self.opaque_calls) {
            // What the prelude itself calls and keeps is a value, whether a BUILD file uses it or not.
            let is_value = call.is_used.get() || (call.span.is_in_prelude() && call.call_site.is_none());
            if let (false, Some(symbol)) = (is_value, self.declarations.symbols.target_type_symbol(call.symbol)) {
                self.declarations.call_site = call.call_site;
                self.declarations.declare_target(symbol, call.span, call.given);
                self.declarations.call_site = None;
                if let Err(fault) = self.check_reads() {
                    return self.declarations.report(*fault, call.span);
                }
            }
        }
    }
}
