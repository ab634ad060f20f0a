//! The JVM backend (`pants.backend.jvm`): third-party jars, Java, JUnit, binaries.
//!
//! It is a plugin like any other: it uses plugin-api and libraries, and nothing of the host. Three things of the outside
//! world do the work: a JDK that is found, not fetched; Coursier, which resolves third-party jars; and small Java
//! programs of ours (`java/`), compiled once for each JDK, one of which stays up as the compile worker.
//!
//! The modules stand in floors, each using those above it: files (`xml`, `files`, `jar`, `class_file`, `abi_jar`,
//! `fat_jar`), the outside world (`jdk`, `maven`, `programs`), what BUILD files say (`third_party`, `platform`,
//! `targets`, `jvm_options`, `graph`), and the tasks.

mod xml;

mod files;

mod jar;

mod class_file;

mod abi_jar;

mod fat_jar;

mod jdk;

mod maven;

mod programs;

mod scala;

mod third_party;

mod platform;

mod targets;

mod jvm_options;

mod graph;

mod tasks;

#[cfg(test)]
mod test_support;

use plugin_api::{Backend, Registrar, Result};

/// What this plugin adds to the host.
pub struct JvmBackend;

impl Backend for JvmBackend {
    fn register(registrar: &mut Registrar) -> Result<()> {
        registrar.scope(jdk::SCOPE, "Which JDKs to use.", jdk::register_options);
        registrar.scope(jvm_options::SCOPE, "The JVMs that run programs and tests.", jvm_options::register_options);
        registrar.scope(platform::SCOPE, "The levels of Java to compile for.", platform::register_options);
        registrar.scope(
            third_party::resolver::SCOPE,
            "The resolver of third-party jars.",
            third_party::resolver::register_options,
        );
        registrar.scope(
            third_party::managed::SCOPE,
            "Versions of third-party jars that are pinned in one place.",
            third_party::managed::register_options,
        );
        registrar.scope(
            tasks::JACOCO_SCOPE,
            "JaCoCo, which measures the coverage of tests.",
            tasks::register_jacoco_options,
        );
        let description = "Scala, of which only names of jars are known.";
        registrar.renamed_scope(scala::SCOPE, &["scala-platform"], description, scala::register_options);
        registrar.scope(graph::SCOPE, "How Java is compiled.", tasks::register_java_options);
        targets::register(registrar);
        tasks::register(registrar);
        Ok(())
    }
}

plugin_api::export_backend!(JvmBackend, id = "pants.backend.jvm");
