//! What counts for the result of a task on a target: one traversal over all of it, for two visitors.
//!
//! One visitor hashes the parts, the other takes them down by name, so that "why was this done again" and the
//! fingerprint cannot disagree. The traversal destructures exhaustively: a new field of a target or an option does not
//! compile until somebody decides whether it counts.

use crate::task_spec::{GoalIdentity, PluginTag, TaskSpec};
use pants_model::{
    Address, DependencyModifier, Fingerprint, FingerprintBuilder, OptionValue, OptionValues, Target, Value,
};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The value of a part.
#[derive(Clone, Copy)]
pub(crate) enum PartValue<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// Shown by its first digits.
    Digest(&'a Fingerprint),
}

/// Takes the parts of a fingerprint one after the other.
pub(crate) trait PartVisitor {
    fn part(&mut self, name: &str, value: PartValue<'_>);
}

/// Everything about a task that counts for all of its results.
pub(crate) struct TaskParts<'a> {
    pub(crate) identity: &'a GoalIdentity,
    pub(crate) options: &'a OptionValues,
    pub(crate) passthrough: &'a [String],
    /// Parts of the author's own.
    pub(crate) extra: &'a [(String, String)],
}

/// Everything about a target that counts.
pub(crate) struct TargetParts<'a> {
    pub(crate) target: &'a Target,
    /// The digests of its sources.
    pub(crate) sources: &'a HashMap<PathBuf, Fingerprint>,
    /// The fingerprints of its direct dependencies, which contain those of theirs, if dependencies count.
    pub(crate) dependencies: &'a [(Address, Fingerprint)],
}

impl TaskParts<'_> {
    pub(crate) fn visit(&self, visitor: &mut dyn PartVisitor) {
        let Self { identity, options, passthrough, extra } = self;
        let GoalIdentity { phase: _, goal: _, scope, spec, products: _, plugin: PluginTag { name, fingerprint } } =
            identity;
        let TaskSpec {
            type_name,
            description: _,
            applies_to: _,
            over: _,
            version,
            takes_passthrough,
            injects: _,
            fingerprinted_scopes,
            subsystems: _,
            is_console: _,
            is_exclusive: _,
        } = spec;
        visitor.part("task type", PartValue::Text(type_name));
        visitor.part("task version", PartValue::Text(&version.to_string()));
        visitor.part(&format!("plugin `{name}`"), PartValue::Digest(fingerprint));
        let instances: Vec<String> = identity.instances().collect();
        for scope in std::iter::once(scope).chain(fingerprinted_scopes).chain(&instances) {
            for (name, OptionValue { value, source: _, overridden: _, is_fingerprinted, is_daemon: _ }) in
                options.scope(scope)
            {
                if *is_fingerprinted {
                    visitor.part(&format!("option `{name}` of `{scope}`"), PartValue::Text(&rendered(value)));
                }
            }
        }
        if *takes_passthrough {
            for (index, argument) in passthrough.iter().enumerate() {
                visitor.part(&format!("argument {} after `--`", index + 1), PartValue::Text(argument));
            }
        }
        for (name, value) in *extra {
            visitor.part(&format!("`{name}`"), PartValue::Text(value));
        }
    }
}

impl TargetParts<'_> {
    pub(crate) fn visit(&self, visitor: &mut dyn PartVisitor) {
        let Self { target, sources: digests, dependencies: fingerprints } = self;
        let Target {
            address,
            type_name,
            fields,
            sources,
            dependencies,
            modifiers,
            source_root,
            // Tags and descriptions say things about a target to people and predicates, not to tools.
            tags: _,
            description: _,
            location: _,
            // Where it came from does not change what it is.
            is_synthetic: _,
            derived_from: _,
        } = target;
        visitor.part("address", PartValue::Text(&address.to_string()));
        visitor.part("target type", PartValue::Text(type_name));
        for (name, value) in fields {
            visitor.part(&format!("field `{name}`"), PartValue::Text(&rendered(value)));
        }
        for source in sources {
            let digest = digests.get(source).expect("the sources of every visited target are digested first");
            visitor.part(&format!("file `{}`", shown(source)), PartValue::Digest(digest));
        }
        let declared: Vec<String> = dependencies.iter().map(ToString::to_string).collect();
        visitor.part("list of dependencies", PartValue::Text(&declared.join(" ")));
        for (address, DependencyModifier { scope, is_transitive }) in modifiers {
            let scope = scope.as_deref().unwrap_or("any scope");
            let reach = if *is_transitive { "transitive" } else { "intransitive" };
            visitor.part(&format!("kind of dependency `{address}`"), PartValue::Text(&format!("{scope}, {reach}")));
        }
        if let Some(root) = source_root {
            visitor.part("source root", PartValue::Text(root));
        }
        for (address, fingerprint) in *fingerprints {
            visitor.part(&format!("dependency `{address}`"), PartValue::Digest(fingerprint));
        }
    }

    /// The fingerprint of the target alone, as its dependers count it.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut hash = HashParts::new("target");
        self.visit(&mut hash);
        hash.finish()
    }
}

/// Hashes the parts.
#[derive(Clone)]
pub(crate) struct HashParts(FingerprintBuilder);

impl HashParts {
    pub(crate) fn new(kind: &str) -> Self {
        Self(FingerprintBuilder::new(kind))
    }

    pub(crate) fn finish(&self) -> Fingerprint {
        self.0.finish()
    }
}

impl PartVisitor for HashParts {
    fn part(&mut self, name: &str, value: PartValue<'_>) {
        self.0.add(name);
        match value {
            PartValue::Text(text) => self.0.add(text),
            PartValue::Digest(digest) => self.0.add_fingerprint(digest),
        };
    }
}

/// Takes the parts down by name, each value short enough to be shown.
#[derive(Clone, Default)]
pub(crate) struct RecordParts(pub(crate) Vec<(String, String)>);

impl PartVisitor for RecordParts {
    fn part(&mut self, name: &str, value: PartValue<'_>) {
        let value = match value {
            PartValue::Text(text) => clipped(text),
            PartValue::Digest(digest) => digest.short(),
        };
        self.0.push((name.to_owned(), value));
    }
}

/// Both visitors in one traversal.
#[derive(Clone)]
pub(crate) struct HashAndRecord {
    pub(crate) hash: HashParts,
    pub(crate) record: RecordParts,
}

impl PartVisitor for HashAndRecord {
    fn part(&mut self, name: &str, value: PartValue<'_>) {
        self.hash.part(name, value);
        self.record.part(name, value);
    }
}

/// A text that fits a message; a shortened one carries a hash, so that different texts stay different.
fn clipped(text: &str) -> String {
    const LIMIT: usize = 120;
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}... [{}]", &text[..end], Fingerprint::of_bytes(text.as_bytes()).short()),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// One text for each value; places in BUILD files do not count.
fn rendered(value: &Value) -> String {
    let mut text = String::new();
    render(value, &mut text);
    text
}

fn render(value: &Value, text: &mut String) {
    let list = |items: &[Value], text: &mut String| {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            render(item, text);
        }
    };
    match value {
        Value::None => text.push_str("None"),
        Value::Bool(true) => text.push_str("True"),
        Value::Bool(false) => text.push_str("False"),
        Value::Int(number) => push(text, format_args!("{number}")),
        Value::Float(number) => push(text, format_args!("{number:?}")),
        Value::Str(string) => push(text, format_args!("{string:?}")),
        Value::Bytes(bytes) => push(text, format_args!("b'{}'", bytes.escape_ascii())),
        Value::List(items) => {
            text.push('[');
            list(items, text);
            text.push(']');
        }
        Value::Dict(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                render(key, text);
                text.push_str(": ");
                render(value, text);
            }
            text.push('}');
        }
        Value::Object(object) => {
            let pants_model::Object { symbol, fields, location: _ } = &**object;
            push(text, format_args!("{symbol}("));
            for (index, (name, value)) in fields.iter().enumerate() {
                push(text, format_args!("{}{name}=", if index > 0 { ", " } else { "" }));
                render(value, text);
            }
            text.push(')');
        }
        Value::Globs(globs) => {
            let pants_model::Globs { include, exclude } = &**globs;
            push(text, format_args!("globs({include:?}, exclude={exclude:?})"));
        }
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string does not fail");
}
