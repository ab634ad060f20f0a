//! Grammars, state machines and schemas: ANTLR, Ragel and JAXB.

use super::{GEN, base};
use plugin_api::{FieldKind, FieldRule, TargetType};

pub(super) fn target_types() -> Vec<TargetType> {
    vec![
        java_antlr(),
        base::old_python(TargetType::new("python_antlr_library", "ANTLR grammars for Python."))
            .sources(&[])
            .field("module", FieldKind::String, "The package that the generated modules are in.")
            .field("antlr_version", FieldKind::String, "The version of ANTLR; 3.1.3 when not given.")
            .missing_phases(&[GEN]),
        base::jvm(TargetType::new("java_ragel_library", "Ragel state machines for Java."))
            .sources(&[])
            .missing_phases(&[GEN]),
        base::jvm(TargetType::new("jaxb_library", "XML schemas for Java."))
            .sources(&[])
            .field("package", FieldKind::String, "The package of the classes; guessed from the path when not given.")
            .field("language", FieldKind::Choice(vec!["java".to_owned()]), "Only `java`.")
            .missing_phases(&[GEN]),
    ]
}

fn java_antlr() -> TargetType {
    let compilers = ["antlr3", "antlr4"].map(str::to_owned).to_vec();
    base::jvm(TargetType::new("java_antlr_library", "ANTLR grammars for Java."))
        .sources(&[])
        .field("compiler", FieldKind::Choice(compilers), "The version of ANTLR; `antlr3` when not given.")
        .field("package", FieldKind::String, "The package of the classes; that of the path when not given.")
        .rule(FieldRule::NonEmpty("sources".to_owned()))
        .missing_phases(&[GEN])
}
