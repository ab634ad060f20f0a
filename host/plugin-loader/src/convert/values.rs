//! Values, addresses and targets.

use pants_model as model;
use plugin_api as api;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A value for a plugin.
pub(crate) fn wire_value(value: &model::Value) -> api::Value {
    match value {
        model::Value::None => api::Value::None,
        model::Value::Bool(value) => api::Value::Bool(*value),
        model::Value::Int(value) => api::Value::Int(*value),
        model::Value::Float(value) => api::Value::Float(*value),
        model::Value::Str(text) => api::Value::Str(text.clone()),
        model::Value::Bytes(bytes) => api::Value::Bytes(bytes.clone()),
        model::Value::List(items) => api::Value::List(items.iter().map(wire_value).collect()),
        model::Value::Dict(entries) => {
            api::Value::Dict(entries.iter().map(|(key, value)| (wire_value(key), wire_value(value))).collect())
        }
        model::Value::Object(object) => {
            let model::Object { symbol, fields, location } = &**object;
            let fields = fields.iter().map(|(name, value)| (name.clone(), wire_value(value))).collect();
            api::Value::Object(api::Object { symbol: symbol.clone(), fields, location: wire_location(location) })
        }
        model::Value::Globs(globs) => {
            let model::Globs { include, exclude } = &**globs;
            api::Value::Globs(api::Globs { include: include.clone(), exclude: exclude.clone() })
        }
    }
}

/// A value of a plugin.
pub(crate) fn model_value(value: api::Value) -> model::Value {
    match value {
        api::Value::None => model::Value::None,
        api::Value::Bool(value) => model::Value::Bool(value),
        api::Value::Int(value) => model::Value::Int(value),
        api::Value::Float(value) => model::Value::Float(value),
        api::Value::Str(text) => model::Value::Str(text),
        api::Value::Bytes(bytes) => model::Value::Bytes(bytes),
        api::Value::List(items) => model::Value::List(items.into_iter().map(model_value).collect()),
        api::Value::Dict(entries) => {
            model::Value::Dict(entries.into_iter().map(|(key, value)| (model_value(key), model_value(value))).collect())
        }
        api::Value::Object(object) => model::Value::Object(Box::new(model::Object {
            symbol: object.symbol,
            fields: object.fields.into_iter().map(|(name, value)| (name, model_value(value))).collect(),
            location: model_location(object.location),
        })),
        api::Value::Globs(globs) => model::Value::Globs(Box::new(model_globs(globs))),
    }
}

/// A file set of a plugin.
pub(crate) fn model_globs(globs: api::Globs) -> model::Globs {
    model::Globs { include: globs.include, exclude: globs.exclude }
}

fn wire_location(location: &model::Location) -> api::Location {
    let model::Location { file, line, column } = location;
    api::Location { file: file.to_string(), line: *line, column: *column }
}

fn model_location(location: api::Location) -> model::Location {
    model::Location { file: location.file.into(), line: location.line, column: location.column }
}

/// The value of an option with its origin in the user's words.
pub(crate) fn wire_option_value(option: &model::OptionValue) -> api::OptionValue {
    let model::OptionValue { value, source, overridden: _, is_fingerprinted: _, is_daemon: _ } = option;
    api::OptionValue { value: wire_value(value), source: source.to_string(), rank: wire_rank(option.rank()) }
}

fn wire_rank(rank: model::OptionRank) -> api::OptionRank {
    match rank {
        model::OptionRank::None => api::OptionRank::None,
        model::OptionRank::Hardcoded => api::OptionRank::Hardcoded,
        model::OptionRank::ConfigDefault => api::OptionRank::ConfigDefault,
        model::OptionRank::Config => api::OptionRank::Config,
        model::OptionRank::Environment => api::OptionRank::Environment,
        model::OptionRank::Flag => api::OptionRank::Flag,
    }
}

/// An address for a plugin.
pub(crate) fn wire_address(address: &model::Address) -> api::Address {
    api::Address::new(address.dir(), address.name())
}

/// Addresses for a plugin.
pub(crate) fn wire_addresses<'a>(addresses: impl IntoIterator<Item = &'a model::Address>) -> Vec<api::Address> {
    addresses.into_iter().map(wire_address).collect()
}

/// An address of a plugin.
pub(crate) fn model_address(address: &api::Address) -> model::Address {
    model::Address::new(address.dir(), address.name())
}

/// Addresses of a plugin.
pub(crate) fn model_addresses<'a>(addresses: impl IntoIterator<Item = &'a api::Address>) -> Vec<model::Address> {
    addresses.into_iter().map(model_address).collect()
}

/// A target for a plugin.
pub(crate) fn wire_target(target: &model::Target) -> Result<api::Target, api::Error> {
    let model::Target {
        address,
        type_name,
        fields,
        sources,
        dependencies,
        modifiers,
        tags,
        description,
        source_root,
        location,
        is_synthetic,
        derived_from,
    } = target;
    Ok(api::Target {
        address: wire_address(address),
        type_name: type_name.to_string(),
        fields: fields.iter().map(|(name, value)| (name.to_string(), wire_value(value))).collect(),
        sources: wire_paths(sources)?,
        dependencies: wire_addresses(dependencies),
        modifiers: modifiers.iter().map(wire_modifier).collect(),
        tags: tags.clone(),
        description: description.clone(),
        declared_source_root: source_root.as_deref().map(str::to_owned),
        location: wire_location(location),
        is_synthetic: *is_synthetic,
        derived_from: derived_from.as_ref().map(wire_address),
    })
}

fn wire_modifier(
    (address, modifier): &(model::Address, model::DependencyModifier),
) -> (api::Address, api::DependencyModifier) {
    let model::DependencyModifier { scope, is_transitive } = modifier;
    (wire_address(address), api::DependencyModifier { scope: scope.clone(), is_transitive: *is_transitive })
}

fn model_modifier(
    (address, modifier): (api::Address, api::DependencyModifier),
) -> (model::Address, model::DependencyModifier) {
    let api::DependencyModifier { scope, is_transitive } = modifier;
    (model_address(&address), model::DependencyModifier { scope, is_transitive })
}

/// Targets for a plugin.
pub(crate) fn wire_targets<'a>(
    targets: impl IntoIterator<Item = &'a Arc<model::Target>>,
) -> Result<Vec<api::Target>, api::Error> {
    targets.into_iter().map(|target| wire_target(target)).collect()
}

/// A target that a plugin injects; whose it is, and that it is synthetic, is the engine's to say.
pub(crate) fn model_target(target: api::Target) -> model::Target {
    model::Target {
        address: model_address(&target.address),
        type_name: target.type_name.into(),
        fields: target.fields.into_iter().map(|(name, value)| (name.into(), model_value(value))).collect(),
        sources: target.sources.into_iter().map(PathBuf::from).collect(),
        dependencies: model_addresses(&target.dependencies),
        modifiers: target.modifiers.into_iter().map(model_modifier).collect(),
        tags: target.tags,
        description: target.description,
        source_root: target.declared_source_root.map(Into::into),
        location: model_location(target.location),
        is_synthetic: target.is_synthetic,
        derived_from: target.derived_from.as_ref().map(model_address),
    }
}

/// A path as text with `/`; what is no UTF-8 cannot cross.
pub(crate) fn wire_path(path: &Path) -> Result<String, api::Error> {
    let text = path.to_str().ok_or_else(|| {
        api::Error::msg(format!("the path `{}` is no UTF-8, so a plugin cannot be told about it", path.display()))
    })?;
    Ok(if std::path::MAIN_SEPARATOR == '/' { text.to_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") })
}

/// Paths as texts.
pub(crate) fn wire_paths(paths: &[PathBuf]) -> Result<Vec<String>, api::Error> {
    paths.iter().map(|path| wire_path(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_the_way_to_a_plugin_and_back() {
        let location = model::Location { file: "src/BUILD".into(), line: 3, column: 7 };
        let object = model::Object {
            symbol: "jar".into(),
            fields: vec![("org".into(), "org.example".into()), ("rev".into(), 1.into())],
            location,
        };
        let globs = model::Globs { include: vec!["*.java".into()], exclude: vec!["Bad.java".into()] };
        let value = model::Value::List(vec![
            model::Value::None,
            true.into(),
            7.into(),
            model::Value::Float(0.5),
            "text".into(),
            model::Value::Bytes(vec![0, 255]),
            model::Value::Dict(vec![(1.into(), "one".into())]),
            model::Value::Object(Box::new(object)),
            model::Value::Globs(Box::new(globs)),
        ]);
        assert_eq!(model_value(wire_value(&value)), value);
    }

    #[test]
    fn a_target_survives_the_way_to_a_plugin_and_back() {
        let mut target = model::Target::new(model::Address::new("src/app", "app"), "java_library");
        target.fields.push(("platform".into(), "java8".into()));
        target.sources.push("src/app/App.java".into());
        target.dependencies.push(model::Address::new("", "root"));
        target.tags.push("slow".into());
        target.description = Some("The app.".into());
        target.derived_from = Some(model::Address::new("idl", "idl"));
        assert_eq!(model_target(wire_target(&target).unwrap()), target);
    }
}
