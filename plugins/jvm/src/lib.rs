//! The JVM backend (`pants.backend.jvm`): third-party jars, Java, JUnit, binaries.
//!
//! It is a plugin like any other: it uses plugin-api and libraries, and nothing of the host. Three things of the outside
//! world do the work: a JDK that is found, not fetched; Coursier, which resolves third-party jars; and small Java
//! programs of ours (`java/`), compiled once for each JDK, one of which stays up as the compile worker.
#![allow(dead_code)]

mod abi_jar;
mod class_file;
mod jar;
#[cfg(test)]
mod test_worker;
