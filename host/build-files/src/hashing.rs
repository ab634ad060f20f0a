//! Maps for the many directories and addresses of a repository. Their keys are long and share their start, so hashing them
//! with the standard hasher takes longer than all else that a look-up does.

use std::collections::{HashMap, HashSet};

/// A map with a fast hasher, seeded anew in each process.
pub(crate) type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A set with a fast hasher, seeded anew in each process.
pub(crate) type FastSet<K> = HashSet<K, foldhash::fast::RandomState>;
