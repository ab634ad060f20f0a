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
    targets::register(registrar);
    native::register(registrar);
    objects::register(registrar);
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
