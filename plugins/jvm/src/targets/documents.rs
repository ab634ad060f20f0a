//! Documentation pages, which belonged to `docgen` in Pants v1: JVM repositories are where they are found.

use plugin_api::{FieldKind, FieldRule, ObjectType, Registrar, TargetType};

pub(super) fn register(registrar: &mut Registrar) {
    registrar.target_type(
        TargetType::new("page", "A page of documentation.")
            .sources(&[])
            .max_sources(1)
            .field(
                "format",
                FieldKind::Choice(["md", "rst"].map(str::to_owned).to_vec()),
                "How it is written; what the name of its file says when not given.",
            )
            // Pages may link each other, so these are no dependencies.
            .field("links", FieldKind::StringList, "Other pages it links to.")
            .field("provides", FieldKind::ObjectList(vec!["wiki_artifact".to_owned()]), "The wikis it is published to.")
            .rule(FieldRule::NonEmpty("sources".to_owned()))
            .missing_phases(&["markdown", "sitegen"]),
    );
    registrar.object(
        ObjectType::new("Wiki", "A wiki that pages are published to.")
            .required_field("name", FieldKind::String, "Its name.")
            .field("url_builder", FieldKind::Any, "A function that gives the URL of a page. Accepted; has no effect."),
    );
    registrar.object(
        ObjectType::new("wiki_artifact", "A place of a page in a wiki.")
            .required_field("wiki", FieldKind::Any, "The wiki: `Wiki(..)` or the name of one.")
            .field("space", FieldKind::String, "The space of the wiki.")
            .field("title", FieldKind::String, "The title of the page there.")
            .field("parent", FieldKind::String, "The title of the page above it."),
    );
}
