//! `export.codegen`: where the sources stand that code is generated from, for the document of `export`.

use crate::symbols;
use plugin_api::products::ExportFragment;
use plugin_api::{Context, Predicate, Product, ProductDecl, Result, Task, TaskSpec};

/// Says what only this backend knows.
pub(crate) struct ExportCodegen;

impl Task for ExportCodegen {
    fn spec() -> TaskSpec {
        TaskSpec::new("ExportCodegen", "Tell IDEs of targets that code is generated from.")
            .applies_to(Predicate::Types(symbols::type_names()))
            .console()
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![ExportFragment::declaration()]
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let mut fragment = ExportFragment::default();
        for target in Self::own_targets(context)? {
            fragment.add_roots(&target);
        }
        context.put(fragment)
    }
}
