//! The ABI jar of a jar: the interfaces of its classes, and nothing else.
//!
//! Dependents are compiled against it. Since it is a function of what they can see, a change of a method's body leaves
//! its bytes alone, and with them the key of every dependent's compile.

use crate::class_file::{ClassKind, interface_of};
use crate::jar::{JarEntries, JarError, read_entries};
use std::path::Path;

/// Writes the ABI jar of `classes`.
pub(crate) fn write_abi_jar(classes: &Path, abi: &Path) -> Result<(), JarError> {
    let mut entries = JarEntries::default();
    read_entries(classes, |name, bytes| {
        if !name.ends_with(".class") {
            return;
        }
        let kept = match interface_of(&bytes) {
            Ok(ClassKind::Visible(interface)) => Some(interface),
            Ok(ClassKind::Module) => Some(bytes),
            Ok(ClassKind::Hidden) => None,
            // A newer compiler may write what we do not know: all of it counts then.
            Err(error) => {
                tracing::debug!(class = name, %error, "kept whole in the ABI jar");
                Some(bytes)
            }
        };
        if let Some(bytes) = kept {
            entries.add(name, bytes);
        }
    })?;
    entries.write(abi)
}
