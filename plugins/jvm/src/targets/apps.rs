//! Programs: `jvm_binary`, `jvm_app`, and the rules for what goes into their jars.

use super::compiled::{compiled, with_scalac};
use super::maven::excludes;
use crate::platform;
use plugin_api::{FieldKind, FieldRule, ObjectType, Registrar, TargetType};

pub(super) fn register(registrar: &mut Registrar) {
    registrar.target_type(jvm_binary());
    registrar.target_type(jvm_app());
    register_jar_rules(registrar);
    register_shading(registrar);
}

fn jvm_binary() -> TargetType {
    with_scalac(compiled(TargetType::new("jvm_binary", "A program: a main class with all it needs.")))
        .sources(&[])
        .max_sources(1)
        .field("main", FieldKind::String, "The class whose `main` method starts it.")
        .field("basename", FieldKind::String, "The name of its jar, without `.jar`; the target's name when not given.")
        .field("deploy_excludes", excludes(), "Jars to leave out of its jar.")
        .field(
            "deploy_jar_rules",
            FieldKind::Object(JAR_RULES.map(str::to_owned).to_vec()),
            "What goes into its jar. Accepted; has no effect yet, and is warned about.",
        )
        .field("manifest_entries", FieldKind::Dict, "Entries to add to the manifest of its jar.")
        .field(
            "shading_rules",
            FieldKind::ObjectList(SHADING.iter().map(|(name, ..)| (*name).to_owned()).collect()),
            "Which of its classes get other names. Accepted; has no effect yet, and is warned about.",
        )
        .field("extra_jvm_options", FieldKind::StringList, "Options for the JVM that `run` starts.")
        .field("runtime_platform", FieldKind::String, "The platform whose `jvm_options` it runs with.")
        .rule(platform::rule("runtime_platform"))
        .field("configurations", FieldKind::StringList, "Parts of jars, in files of 2012. Accepted; has no effect.")
        .missing_phases(&["bundle"])
}

fn jvm_app() -> TargetType {
    let archives = ["zip", "tar", "tgz", "tbz2", "jar"].map(str::to_owned).to_vec();
    TargetType::new("jvm_app", "A program together with the files it needs beside it.")
        .field("binary", FieldKind::Address, "The `jvm_binary`.")
        .field("bundles", FieldKind::ObjectList(vec!["bundle".to_owned()]), "The files beside it.")
        .field("basename", FieldKind::String, "The name of its bundle, when it is not that of the target.")
        .field("archive", FieldKind::Choice(archives), "The kind of archive to make of its bundle.")
        .field("deployjar", FieldKind::Bool, "Whether its bundle holds one jar instead of a directory of jars.")
        .rule(FieldRule::NotTheName("basename".to_owned()))
        .missing_phases(&["bundle"])
}

/// The objects that are rules for a whole jar.
const JAR_RULES: [&str; 3] =
    ["jar_rules", "jar_rules.default", "jar_rules.skip_signatures_and_duplicates_concat_well_known_metadata"];

fn register_jar_rules(registrar: &mut Registrar) {
    let actions = ["SKIP", "REPLACE", "CONCAT", "CONCAT_TEXT", "FAIL"].map(str::to_owned).to_vec();
    let rules = || FieldKind::ObjectList(["Skip", "Duplicate"].map(str::to_owned).to_vec());
    let action = |help: &str| ("default_dup_action", FieldKind::Choice(actions.clone()), help.to_owned());
    let (name, kind, help) = action("What is done about an entry that comes twice, when no rule says so: `SKIP`.");
    registrar.object(
        ObjectType::new(JAR_RULES[0], "Rules for what goes into a jar, in order.")
            .field("rules", rules(), "The rules.")
            .field(name, kind.clone(), &help),
    );
    registrar.object(ObjectType::new(JAR_RULES[1], "The rules of jars that give none."));
    registrar.object(
        ObjectType::new(JAR_RULES[2], "The rules of jars that give none, and more.")
            .field(name, kind.clone(), &help)
            .field("additional_rules", rules(), "The rules after those."),
    );
    let pattern = "A regular expression that paths in jars match.";
    registrar.object(ObjectType::new("Skip", "Leaves entries out of a jar.").required_field(
        "apply_pattern",
        FieldKind::String,
        pattern,
    ));
    registrar.object(
        ObjectType::new("Duplicate", "What is done about entries that come twice: `Duplicate.CONCAT`, say.")
            .required_field("apply_pattern", FieldKind::String, pattern)
            .required_field("action", kind, "What is done."),
    );
}

/// Shading rules: name, description, and whether the pattern is of a package and it says what to shade to.
const SHADING: [(&str, &str, Pattern, Shade); 8] = [
    ("shading_relocate", "Gives classes another name.", Pattern::Classes, Shade::To),
    ("shading_exclude", "Leaves the names of classes alone.", Pattern::Classes, Shade::Nothing),
    ("shading_keep", "Keeps these classes, and what they need.", Pattern::Classes, Shade::Nothing),
    ("shading_zap", "Leaves classes out.", Pattern::Classes, Shade::Nothing),
    ("shading_relocate_package", "Gives a package another name.", Pattern::Package, Shade::To),
    ("shading_exclude_package", "Leaves the name of a package alone.", Pattern::Package, Shade::Nothing),
    ("shading_keep_package", "Keeps a package, and what it needs.", Pattern::Package, Shade::Nothing),
    ("shading_zap_package", "Leaves a package out.", Pattern::Package, Shade::Nothing),
];

/// What a shading rule is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pattern {
    Classes,
    Package,
}

/// Whether a shading rule gives new names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shade {
    Nothing,
    To,
}

fn register_shading(registrar: &mut Registrar) {
    for (name, description, pattern, shade) in SHADING {
        let mut object = ObjectType::new(name, description);
        object = match (pattern, shade) {
            (Pattern::Package, _) => object.required_field("package_name", FieldKind::String, "The package."),
            (Pattern::Classes, Shade::To) => {
                object.required_field("from_pattern", FieldKind::String, "Names of classes, with `*` and `**`.")
            }
            (Pattern::Classes, Shade::Nothing) => {
                object.required_field("pattern", FieldKind::String, "Names of classes, with `*` and `**`.")
            }
        };
        if (pattern, shade) == (Pattern::Classes, Shade::To) {
            object = object.field("shade_pattern", FieldKind::String, "The new names, with `@1` for the first `*`.");
        }
        if shade == Shade::To {
            object =
                object.field("shade_prefix", FieldKind::String, "What new names begin with: `__shaded_by_pants__.`.");
        }
        if pattern == Pattern::Package {
            object = object.field("recursive", FieldKind::Bool, "Whether it is about the packages below, too: yes.");
        }
        registrar.object(object);
    }
}
