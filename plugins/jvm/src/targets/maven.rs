//! Third-party jars: `jar_library`, what it lists, and what pins versions for many.

use plugin_api::{
    FieldKind, FieldRule, MacroContext, Object, ObjectType, Registrar, Result, TargetType, Value, named_arguments,
};

pub(super) fn register(registrar: &mut Registrar) {
    registrar.object(jar("jar", "A third-party jar by its Maven coordinates."));
    registrar.object(jar("scala_jar", "A `jar` whose name ends with the version of Scala."));
    registrar.object(exclude("exclude", "A third-party dependency to leave out."));
    registrar.object(exclude("scala_exclude", "An `exclude` whose name ends with the version of Scala."));
    registrar.target_type(jar_library());
    registrar.target_type(managed_jar_dependencies());
    registrar.target_type(unpacked_jars());
    registrar.build_macro(
        "managed_jar_libraries",
        "A `managed_jar_dependencies`, and a `jar_library` for each of its jars: `org.name`, with `.classifier` and `.ext` \
         where those are given.",
        managed_jar_libraries,
    );
}

/// The objects that are jars.
fn jar_symbols() -> Vec<String> {
    ["jar", "scala_jar"].map(str::to_owned).to_vec()
}

/// Lists of `exclude(..)` and `scala_exclude(..)`.
pub(super) fn excludes() -> FieldKind {
    FieldKind::ObjectList(["exclude", "scala_exclude"].map(str::to_owned).to_vec())
}

fn jar(name: &str, description: &str) -> ObjectType {
    ObjectType::new(name, description)
        .required_field("org", FieldKind::String, "Its Maven group.")
        .required_field("name", FieldKind::String, "Its Maven artifact.")
        .field("rev", FieldKind::String, "Its version; when not given, the managed one, or else the newest release.")
        .field("force", FieldKind::Bool, "Use exactly this version, whatever else asks for.")
        .field("ext", FieldKind::String, "The extension of its file, when it is not `jar`.")
        .field(
            "url",
            FieldKind::String,
            "Where its file is, when no repository has it: `file:` relative to the BUILD file, `http:` or `https:`. What \
             it needs is not looked up.",
        )
        .field("apidocs", FieldKind::String, "Where its documentation is. Accepted; has no effect.")
        .field("classifier", FieldKind::String, "Which of the artifacts of its version it is.")
        .field("mutable", FieldKind::Bool, "Accepted; has no effect: the lock file pins its content.")
        .field("intransitive", FieldKind::Bool, "Leave out what it depends on.")
        .field("excludes", excludes(), "What of its dependencies to leave out.")
        .field("type_", FieldKind::String, "Its type, in files of 2012 to 2014. Accepted; has no effect.")
        .field("configurations", FieldKind::StringList, "Parts of it, in files of 2012 to 2014. Accepted; no effect.")
        .field("with_sources", FieldKind::Bool, "Bring its sources, in files of 2012 to 2014. Accepted; no effect.")
        .field("with_docs", FieldKind::Bool, "Bring its documentation, in files of 2012 to 2014. Accepted; no effect.")
        .coordinate(&["org", "name", "rev"])
}

fn exclude(name: &str, description: &str) -> ObjectType {
    ObjectType::new(name, description).required_field("org", FieldKind::String, "Its Maven group.").field(
        "name",
        FieldKind::String,
        "Its Maven artifact; all of the group when not given.",
    )
}

fn jar_library() -> TargetType {
    TargetType::new("jar_library", "Third-party jars, by their coordinates.")
        .required_field("jars", FieldKind::ObjectList(jar_symbols()), "The jars.")
        // What manages versions is made of such libraries, so it is no dependency.
        .field(
            "managed_dependencies",
            FieldKind::String,
            "The `managed_jar_dependencies` with its versions; when not given, `[jar-dependency-management] \
             default_target`.",
        )
        .field("overrides", FieldKind::StringList, "Jars it replaced, in files of 2012. Accepted; has no effect.")
        .field("exclusives", FieldKind::Dict, "What it did not go together with, until 2015. Accepted; has no effect.")
        .rule(FieldRule::NonEmpty("jars".to_owned()))
        .third_party("jars")
}

fn managed_jar_dependencies() -> TargetType {
    // Libraries may be managed by what pins their versions, so they are no dependencies.
    let artifact = FieldKind::OneOf(vec![FieldKind::Object(jar_symbols()), FieldKind::String]);
    TargetType::new("managed_jar_dependencies", "Versions of third-party jars, for all libraries that it manages.")
        .field("artifacts", FieldKind::ListOf(Box::new(artifact)), "Jars with a version, or addresses of libraries.")
}

fn unpacked_jars() -> TargetType {
    TargetType::new("unpacked_jars", "Files out of third-party jars.")
        .required_field("libraries", FieldKind::AddressList, "The `jar_library` targets whose jars are unpacked.")
        .field("include_patterns", FieldKind::StringList, "Which entries to unpack.")
        .field("exclude_patterns", FieldKind::StringList, "Which entries to leave out.")
        .field("intransitive", FieldKind::Bool, "Only the jars themselves, not what they need.")
        .rule(FieldRule::NonEmpty("libraries".to_owned()))
        .missing_phases(&["unpack-jars", "gen", "compile"])
}

fn managed_jar_libraries(context: &MacroContext, args: Vec<Value>, kwargs: Vec<(String, Value)>) -> Result<Value> {
    let mut fields = named_arguments("managed_jar_libraries", &["name", "artifacts"], args, kwargs)?;
    let given = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    let rel_path = context.rel_path()?;
    let name = match given("name").as_ref().and_then(Value::as_str) {
        Some(name) => name.to_owned(),
        None => rel_path.rsplit('/').next().unwrap_or_default().to_owned(),
    };
    let libraries = crate::third_party::managed::library_names(&objects(given("artifacts").as_ref()))?;
    fields.retain(|(field, _)| field != "name");
    fields.push(("name".to_owned(), name.as_str().into()));
    context.create_target("managed_jar_dependencies", fields)?;
    for (library, jar) in libraries {
        let fields = vec![
            ("name".to_owned(), library.into()),
            ("jars".to_owned(), Value::List(vec![Value::Object(jar)])),
            ("managed_dependencies".to_owned(), format!(":{name}").into()),
        ];
        context.create_target("jar_library", fields)?;
    }
    Ok(Value::None)
}

fn objects(value: Option<&Value>) -> Vec<Object> {
    match value {
        Some(Value::Object(object)) => vec![object.clone()],
        Some(Value::List(items)) => items.iter().filter_map(Value::as_object).cloned().collect(),
        _ => Vec::new(),
    }
}
