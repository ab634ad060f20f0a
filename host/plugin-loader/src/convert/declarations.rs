//! What a backend declares: tasks, options, target types, objects.

use super::values::model_value;
use pants_engine as engine;
use pants_model as model;
use plugin_api as api;

/// What a task declares about itself.
pub(crate) fn model_task_spec(spec: api::TaskSpec) -> engine::TaskSpec {
    engine::TaskSpec {
        type_name: spec.type_name,
        description: spec.description,
        applies_to: model_predicate(spec.applies_to),
        over: match spec.over {
            api::TargetScope::Closure => engine::TargetScope::Closure,
            api::TargetScope::Roots => engine::TargetScope::Roots,
        },
        version: spec.version,
        takes_passthrough: spec.takes_passthrough,
        injects: spec.injects,
        fingerprinted_scopes: spec.fingerprinted_scopes,
        subsystems: spec.subsystems,
        is_console: spec.is_console,
        // Only what cleans the host's own directories is.
        is_exclusive: false,
    }
}

fn model_predicate(predicate: api::Predicate) -> model::Predicate {
    let all = |parts: Vec<api::Predicate>| parts.into_iter().map(model_predicate).collect();
    match predicate {
        api::Predicate::Any => model::Predicate::Any,
        api::Predicate::Types(types) => model::Predicate::Types(types),
        api::Predicate::HasField(field) => model::Predicate::HasField(field),
        api::Predicate::HasTag(tag) => model::Predicate::HasTag(tag),
        api::Predicate::AnyOf(parts) => model::Predicate::AnyOf(all(parts)),
        api::Predicate::AllOf(parts) => model::Predicate::AllOf(all(parts)),
        api::Predicate::Not(part) => model::Predicate::Not(Box::new(model_predicate(*part))),
    }
}

/// A product that a task declares.
pub(crate) fn model_product(product: api::ProductDecl) -> engine::ProductDecl {
    engine::ProductDecl { name: product.name, version: product.version }
}

/// Where a goal stands in its phase.
pub(crate) fn model_placement(placement: api::Placement) -> engine::Placement {
    match placement {
        api::Placement::Last => engine::Placement::Last,
        api::Placement::First => engine::Placement::First,
        api::Placement::Before(goal) => engine::Placement::Before(goal),
        api::Placement::After(goal) => engine::Placement::After(goal),
        api::Placement::Replace(goal) => engine::Placement::Replace(goal),
    }
}

/// An option of a task or of a scope of its own.
pub(crate) fn model_option(option: api::OptionDecl) -> model::OptionSpec {
    model::OptionSpec {
        name: option.name,
        short: option.short,
        kind: model_option_kind(option.kind),
        default: model_value(option.default),
        help: option.help,
        is_advanced: option.is_advanced,
        is_fingerprinted: option.is_fingerprinted,
        is_daemon: option.is_daemon,
        is_recursive: option.is_recursive,
        is_verbatim: option.is_verbatim,
        minimum: None,
        exclusive_group: option.exclusive_group,
        aliases: option.aliases,
        implicit_value: option.implicit_value.map(model_value),
        deprecated: option.deprecated,
    }
}

fn model_option_kind(kind: api::OptionKind) -> model::OptionKind {
    match kind {
        api::OptionKind::Bool => model::OptionKind::Bool,
        api::OptionKind::Int => model::OptionKind::Int,
        api::OptionKind::Float => model::OptionKind::Float,
        api::OptionKind::String => model::OptionKind::String,
        api::OptionKind::Choice(choices) => model::OptionKind::Choice(choices),
        api::OptionKind::StringList => model::OptionKind::StringList,
        api::OptionKind::List(member) => model::OptionKind::List(Box::new(model_option_kind(*member))),
        api::OptionKind::ShellList => model::OptionKind::ShellList,
        api::OptionKind::Dict => model::OptionKind::Dict,
        api::OptionKind::DictWithFiles => model::OptionKind::DictWithFiles,
        api::OptionKind::File => model::OptionKind::File,
        api::OptionKind::Dir => model::OptionKind::Dir,
        api::OptionKind::Target => model::OptionKind::Target,
    }
}

/// A target type of a backend.
pub(crate) fn model_target_type(target_type: api::TargetType, backend: &str) -> model::TargetTypeSpec {
    let mut otherwise = target_type.default_targets;
    let injected_dependencies = target_type.injected_dependencies.into_iter().map(|address| {
        let place = otherwise.iter().position(|(injected, _)| *injected == address);
        let otherwise = place.map(|place| model_default_target(otherwise.swap_remove(place).1));
        model::InjectedDependency { address, otherwise }
    });
    model::TargetTypeSpec {
        injected_dependencies: injected_dependencies.collect(),
        name: target_type.name,
        description: target_type.description,
        fields: target_type.fields.into_iter().map(model_field).collect(),
        default_sources: target_type.default_sources,
        max_sources: target_type.max_sources.map(|count| count as usize),
        source_fields: target_type.source_fields,
        third_party_field: target_type.third_party_field,
        rules: target_type.rules.into_iter().map(model_rule).collect(),
        missing_phases: target_type.missing_phases,
        // Only the repository can say of a symbol that nothing more is known of it.
        is_opaque: false,
        backend: backend.to_owned(),
    }
}

fn model_default_target(target: api::DefaultTarget) -> model::DefaultTarget {
    model::DefaultTarget {
        address: target.address,
        type_name: target.type_name,
        fields: target.fields.into_iter().map(|(name, value)| (name, model_value(value))).collect(),
    }
}

fn model_rule(rule: api::FieldRule) -> model::FieldRule {
    match rule {
        api::FieldRule::NonEmpty(field) => model::FieldRule::NonEmpty(field),
        api::FieldRule::AtLeastOneOf(fields) => model::FieldRule::AtLeastOneOf(fields),
        api::FieldRule::AtMostOneOf(fields) => model::FieldRule::AtMostOneOf(fields),
        api::FieldRule::ExactlyOneOf(fields) => model::FieldRule::ExactlyOneOf(fields),
        api::FieldRule::AmongDependencies(field) => model::FieldRule::AmongDependencies(field),
        api::FieldRule::NotTheName(field) => model::FieldRule::NotTheName(field),
        api::FieldRule::KeyOfOption { field, scope, option } => model::FieldRule::KeyOfOption { field, scope, option },
    }
}

/// An object symbol of a backend.
pub(crate) fn model_object_type(object: api::ObjectType, backend: &str) -> model::ObjectSpec {
    model::ObjectSpec {
        name: object.name,
        description: object.description,
        fields: object.fields.into_iter().map(model_field).collect(),
        coordinate: object.coordinate,
        rules: object.rules.into_iter().map(model_rule).collect(),
        backend: backend.to_owned(),
    }
}

fn model_field(field: api::FieldDecl) -> model::FieldSpec {
    model::FieldSpec {
        name: field.name,
        kind: model_kind(field.kind),
        is_required: field.is_required,
        default: model_value(field.default),
        help: field.help,
    }
}

fn model_kind(kind: api::FieldKind) -> model::FieldKind {
    match kind {
        api::FieldKind::Any => model::FieldKind::Any,
        api::FieldKind::Bool => model::FieldKind::Bool,
        api::FieldKind::Int => model::FieldKind::Int,
        api::FieldKind::String => model::FieldKind::String,
        api::FieldKind::Choice(choices) => model::FieldKind::Choice(choices),
        api::FieldKind::StringList => model::FieldKind::StringList,
        api::FieldKind::Dict => model::FieldKind::Dict,
        api::FieldKind::Object(symbols) => model::FieldKind::Object(symbols),
        api::FieldKind::ObjectList(symbols) => model::FieldKind::ObjectList(symbols),
        api::FieldKind::Address => model::FieldKind::Address,
        api::FieldKind::AddressList => model::FieldKind::AddressList,
        api::FieldKind::OneOf(kinds) => model::FieldKind::OneOf(kinds.into_iter().map(model_kind).collect()),
        api::FieldKind::ListOf(kind) => model::FieldKind::ListOf(Box::new(model_kind(*kind))),
    }
}
