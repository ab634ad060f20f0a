//! `source_root()` and `maven_layout()`, with which BUILD files said where source roots are before options did.

use super::calls::{Args, text};
use super::{Evaluator, at};
use crate::value::{Eval, Value, fault};

/// The directories of a Maven project that `maven_layout()` declares.
const MAVEN_ROOTS: [&str; 11] = [
    "src/main/antlr",
    "src/main/java",
    "src/main/protobuf",
    "src/main/python",
    "src/main/resources",
    "src/main/scala",
    "src/main/thrift",
    "src/test/java",
    "src/test/python",
    "src/test/resources",
    "src/test/scala",
];

/// Whether a function is called though some of its arguments could not be evaluated: a type that nobody knows does not
/// make a source root another one.
pub(super) fn takes_poison(builtin: &str) -> bool {
    matches!(builtin, "source_root" | "source_root.here")
}

impl<'a> Evaluator<'a, '_, '_, '_> {
    /// `source_root('src/java', java_library, ..)`.
    pub(super) fn source_root(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let [dir, types @ ..] = args.between(1, usize::MAX)? else { return Ok(Value::None) };
        let dir = text(*dir).map_err(|fault| at(fault, args.place_of(0)))?;
        let types = self.root_types(types, args, 1)?;
        self.declarations.declare_source_root(dir, &types, args.span)?;
        Ok(Value::None)
    }

    /// `source_root.here(java_library, ..)`.
    pub(super) fn source_root_here(&mut self, args: &Args<'a>) -> Eval<Value<'a>> {
        let types = self.root_types(args.between(0, usize::MAX)?, args, 0)?;
        self.declarations.declare_source_root("", &types, args.span)?;
        Ok(Value::None)
    }

    /// `maven_layout()`, `maven_layout('project')`.
    pub(super) fn maven_layout(&mut self, mut args: Args<'a>) -> Eval<Value<'a>> {
        let basedir = args.take("basedir");
        let base = match args.between(0, 1)?.first().copied().or(basedir) {
            Some(base) => text(base)?,
            None => "",
        };
        for root in MAVEN_ROOTS {
            let root = if base.is_empty() { root.to_owned() } else { format!("{base}/{root}") };
            self.declarations.declare_source_root(&root, &[], args.span)?;
        }
        Ok(Value::None)
    }

    /// The names of types; none when one of them is not known, because any might be meant then.
    fn root_types(&mut self, types: &[Value<'a>], args: &Args<'a>, first: usize) -> Eval<Vec<&'a str>> {
        let mut names = Vec::with_capacity(types.len());
        for (index, value) in types.iter().enumerate() {
            match value {
                Value::Symbol(name) => names.push(*name),
                Value::Opaque(opaque) => names.push(opaque.use_as_value()),
                Value::Poison => return Ok(Vec::new()),
                other => {
                    let problem = fault(format!("a source root is for target types, not {}", other.kind()));
                    return Err(at(problem, args.place_of(first + index)));
                }
            }
        }
        Ok(names)
    }
}
