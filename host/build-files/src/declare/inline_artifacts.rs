//! Third-party artifacts among `dependencies`, as files of 2012 to 2014 have them: `dependencies = [jar(..), ':a']`.
//!
//! Each becomes a library of its own beside the target that names it. No BUILD file declares that library, so specs such
//! as `::` do not select it; dependencies show it.

use super::target::TargetCall;
use pants_model::{Address, Object, Target, Value};
use std::collections::HashMap;
use std::sync::Arc;

impl TargetCall<'_, '_, '_> {
    /// Puts the address of a library in the place of each artifact.
    pub(super) fn replace_artifacts(&mut self, target: &Target, items: &mut [Value]) {
        // For each symbol, the number of its next library.
        let mut next: HashMap<String, usize> = HashMap::new();
        for item in items {
            if let Value::Object(object) = item
                && let Some(name) = self.library_for(object, target, &mut next)
            {
                *item = Value::Str(format!(":{name}"));
            }
        }
    }

    /// Declares the library of an artifact; gives its name, or nothing when no type of library takes such artifacts.
    fn library_for(&mut self, artifact: &Object, target: &Target, next: &mut HashMap<String, usize>) -> Option<String> {
        let (symbol, field) = self.declarations.symbols.library_of(&artifact.symbol)?;
        let next = next.entry(artifact.symbol.clone()).or_insert(1);
        let mut names = (*next..).map(|number| {
            *next = number + 1;
            format!("{}.{}.{number}", target.address.name(), artifact.symbol)
        });
        let name = names.find(|name| !self.declarations.names.contains_key(name))?;
        let mut library = Target::new(Address::new(self.declarations.reads.dir(), name.clone()), symbol.name.clone());
        library.fields.push((field.clone(), Value::List(vec![Value::Object(Box::new(artifact.clone()))])));
        // What a macro returned stands where the target does.
        let has_place = !artifact.location.file.is_empty();
        library.location = if has_place { artifact.location.clone() } else { target.location.clone() };
        library.is_synthetic = true;
        self.declarations.names.insert(name.clone(), library.location.clone());
        self.declarations.targets.push(Arc::new(library));
        Some(name)
    }
}
