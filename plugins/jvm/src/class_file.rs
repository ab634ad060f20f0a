//! Reads a class file and writes its interface: what a compiler needs to compile against it, and nothing else.
//!
//! Bodies, private members, debug information and everything else that dependents cannot see are left out, and the
//! constant pool is written anew in the order of first use. So two class files with the same interface give the same
//! bytes, whatever their bodies are, and a digest over them is what dependents must be compiled again for.
//!
//! It knows the format of JVMS chapter 4. It does not know jars, targets or tasks.

mod cursor;
mod interface;
mod pool;

pub(crate) use interface::{ClassKind, interface_of};

/// Why bytes are not a class file that we understand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClassFileError {
    /// The file ends in the middle of something.
    #[error("it ends at byte {0}, in the middle of something")]
    Truncated(usize),
    /// It does not begin with `CAFEBABE`.
    #[error("it is no class file")]
    NoMagic,
    /// An index into the constant pool leads nowhere, or to another kind of constant.
    #[error("the constant {0} is missing or of another kind")]
    BadConstant(u16),
    /// A tag that the format does not define.
    #[error("the {what} tag {tag} is not known")]
    UnknownTag {
        /// What carries the tag.
        what: &'static str,
        /// The tag.
        tag: u8,
    },
}

#[cfg(test)]
mod tests;
