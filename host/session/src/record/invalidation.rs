//! The invalidation report: one line for each time that a task compared a result with what counts for it.

use pants_model::{Address, Event, Fingerprint, ResultMoment};
use std::fmt::Write;

/// The columns that Pants v1 has.
const COLUMNS: &str = "invocation_id,task_name,targets_hash,target_id,cache_key_id,cache_key_hash,phase,valid\n";

/// A result that was compared.
pub(super) struct Judgement {
    scope: String,
    address: Address,
    fingerprint: Fingerprint,
    moment: ResultMoment,
    is_valid: bool,
}

impl Judgement {
    /// The comparison that an event tells of.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let Event::ResultJudged { scope, address, fingerprint, moment, is_valid } = event else { return None };
        let (scope, address) = (scope.clone(), address.clone());
        Some(Self { scope, address, fingerprint: *fingerprint, moment: *moment, is_valid: *is_valid })
    }
}

/// The report, as CSV. Results are those of single targets, so the hash of the targets is that of the key.
pub(super) fn report(run_id: &str, judgements: &[Judgement]) -> String {
    let mut text = COLUMNS.to_owned();
    for Judgement { scope, address, fingerprint, moment, is_valid } in judgements {
        let phase = match moment {
            ResultMoment::Before => "pre-check",
            ResultMoment::After => "post-check",
        };
        let (id, valid) = (field(&address.id()), if *is_valid { "True" } else { "False" });
        let short = fingerprint.short();
        writeln!(text, "{run_id},{scope},{short},{id},{id},{fingerprint},{phase},{valid}")
            .expect("writing to a string does not fail");
    }
    text
}

/// A text as one field.
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
