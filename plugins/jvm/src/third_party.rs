//! Third-party jars: what BUILD files declare, what pins its versions, the lock file, and Coursier, which resolves it.

pub(crate) mod jar_directory;

pub(crate) mod url;

pub(crate) mod declared;

mod version;

pub(crate) mod managed;

pub(crate) mod lock;

pub(crate) mod resolver;

pub(crate) mod together;

pub(crate) mod report;
