//! `depmap --project-info`: the document that early IDE plugins read, before there was `export`.

use crate::goals::asked::{Asked, TargetSet};
use crate::goals::contributions::Libraries;
use crate::goals::output::{Output, Stop};
use crate::goals::third_party::ThirdParty;
use pants_engine::Context;
use pants_model::Order;
use serde_json::{Map, json};

/// Writes the document; it is JSON in every format.
pub(super) fn write(context: &Context, third_party: &ThirdParty, output: &mut Output) -> Result<(), Stop> {
    let asked = Asked::of(context);
    let is_root = TargetSet::of(&asked.graph, &asked.roots);
    let mut targets = Map::new();
    for id in asked.graph.closure(&asked.roots, Order::Postorder) {
        let target = asked.target(id);
        let dependencies = asked.graph.dependencies(id).iter().map(|id| asked.address(*id).to_string());
        let libraries: Vec<String> =
            third_party.artifacts(target).iter().map(|artifact| artifact.parts.join(":")).collect();
        let document = json!({
            "id": target.address.id(),
            "pants_target_type": &*target.type_name,
            "is_target_root": is_root.contains(id),
            "is_code_gen": target.is_synthetic,
            "sources": target.sources.iter().map(|source| source.to_string_lossy()).collect::<Vec<_>>(),
            "targets": dependencies.collect::<Vec<_>>(),
            "libraries": libraries,
        });
        targets.insert(target.address.to_string(), document);
    }
    let libraries = Libraries::of(context)?.libraries;
    let mut document = Map::from_iter([("version".to_owned(), json!("1.0.0"))]);
    document.insert("targets".to_owned(), targets.into());
    document.insert("libraries".to_owned(), json!(libraries));
    if output.is_text() {
        return output.line(crate::json::pretty(&document));
    }
    document.iter().try_for_each(|(key, value)| output.entry(key, value))
}
