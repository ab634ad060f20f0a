//! Third-party jars: what BUILD files declare, the lock file that pins it, and Coursier, which resolves it.

pub(crate) mod declared;
pub(crate) mod jar_directory;
pub(crate) mod lock;
pub(crate) mod resolver;
