//! The symbols that this backend adds to BUILD files.

mod objects;
mod targets;

mod eggs;
mod native;
mod pants_requirement;
mod requirements_file;

use plugin_api::{Location, Object, Registrar, Value};

/// Registers target types, objects and macros.
pub(crate) fn register(registrar: &mut Registrar) {
    for target_type in targets::target_types().into_iter().chain(native::target_types()) {
        registrar.target_type(target_type);
    }
    for object in objects::objects().into_iter().chain(native::objects()) {
        registrar.object(object);
    }
    requirements_file::register(registrar);
    pants_requirement::register(registrar);
    eggs::register(registrar);
}

/// A `python_requirement` that a macro makes.
fn requirement(text: String, location: Location, more: &[(&str, Value)]) -> Value {
    let mut fields = vec![("requirement".to_owned(), Value::from(text))];
    fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(Object { symbol: "python_requirement".to_owned(), fields, location })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::{FieldDecl, FieldRule};

    fn check(symbol: &str, fields: &[FieldDecl], rules: &[FieldRule]) {
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{symbol} has a field twice");
        for rule in rules {
            let rule = format!("{rule:?}");
            let named = rule.split('"').skip(1).step_by(2);
            let unknown: Vec<&str> = named.filter(|name| *name != "sources" && !names.contains(name)).collect();
            assert!(unknown.is_empty(), "{symbol}: {rule} is about fields that it does not have");
        }
    }

    #[test]
    fn every_field_is_there_once_and_rules_are_about_fields() {
        for target_type in targets::target_types().into_iter().chain(native::target_types()) {
            check(&target_type.name, &target_type.fields, &target_type.rules);
        }
        for object in objects::objects().into_iter().chain(native::objects()) {
            check(&object.name, &object.fields, &object.rules);
        }
    }

    #[test]
    fn what_targets_say_is_no_keyword_of_setup_py() {
        let setup = objects::objects().into_iter().find(|object| object.name == "setup_py").expect("it is registered");
        for keyword in ["packages", "package_dir", "package_data", "data_files"] {
            assert!(setup.fields.iter().all(|field| field.name != keyword), "{keyword}");
        }
    }
}
