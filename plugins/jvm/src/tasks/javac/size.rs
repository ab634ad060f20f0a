//! How much work a compile is: of those that can run, the one at the head of the most work begins first.

use plugin_api::{Context, Result, Target};
use sha2::{Digest, Sha256};

/// How the work of a target is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SizeEstimator {
    Linecount,
    Filecount,
    Filesize,
    Nosize,
    Random,
}

impl SizeEstimator {
    /// The names of the ways, and which holds when none is given.
    pub(super) const NAMES: [&str; 5] = ["linecount", "filecount", "filesize", "nosize", "random"];
    pub(super) const DEFAULT: &str = "filesize";

    pub(super) fn load(context: &Context) -> Result<Self> {
        Ok(match context.text_option("size-estimator")?.as_deref() {
            Some("linecount") => Self::Linecount,
            Some("filecount") => Self::Filecount,
            Some("nosize") => Self::Nosize,
            Some("random") => Self::Random,
            _ => Self::Filesize,
        })
    }

    /// The work of a target. A file that cannot be read counts nothing: whoever needs it says so.
    pub(super) fn size(self, context: &Context, target: &Target) -> u64 {
        let sources = || target.sources.iter().map(|source| context.absolute(source));
        match self {
            Self::Nosize => 0,
            Self::Filecount => target.sources.len() as u64,
            Self::Filesize => sources().filter_map(|path| Some(std::fs::metadata(path).ok()?.len())).sum(),
            Self::Linecount => sources().filter_map(|path| std::fs::read(path).ok()).map(|text| lines(&text)).sum(),
            Self::Random => {
                let digest = Sha256::digest(format!("{} {}", context.run_id(), target.address));
                u64::from(u16::from_be_bytes([digest[0], digest[1]]))
            }
        }
    }
}

fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{add_target, world};

    #[test]
    fn work_is_guessed_from_sources() {
        let root = tempfile::tempdir().unwrap();
        let world = world("compile.javac", root.path());
        let sources = [("A.java", "12345678\n"), ("B.java", "1\n\n\n")];
        let address = add_target(&world, root.path(), "java_library", "a", &sources, &[]);
        let check = |name: &str, expect: u64| {
            let context = world.option("size-estimator", name).context().unwrap();
            let target = context.target(&address).unwrap().unwrap();
            assert_eq!(SizeEstimator::load(&context).unwrap().size(&context, &target), expect, "{name}");
        };
        check("filesize", 13);
        check("filecount", 2);
        check("linecount", 4);
        check("nosize", 0);
    }
}
