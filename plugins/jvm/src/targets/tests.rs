//! That what has no effect is said.

use super::*;
use plugin_api::testing::TestContext;
use plugin_api::{Address, Value};

#[test]
fn fields_without_effect_are_not_silent() {
    let targets: Vec<Target> = ["a", "b", "c"]
        .map(|name| {
            let mut target = Target::new(Address::new("x", name), "java_library");
            target.fields.push(("javac_plugins".to_owned(), Value::strings(["p"])));
            target
        })
        .into();
    let world = TestContext::new("compile.javac");
    warn_of_fields_without_effect(&world.context().unwrap(), &targets, NOT_COMPILED_WITH).unwrap();
    assert_eq!(world.logs(), ["2: : `javac_plugins` has no effect (`x:a` and 2 more)"]);
}
