//! The code generation backend: Java and Python from protocol buffers.
//!
//! It brings protoc ([`protoc`]), finds plugins of it ([`plugins`]), writes its command lines ([`command`]) and turns what
//! comes out into `java_library` and `python_library` targets ([`tasks`]), each file once ([`duplicates`]). It knows the
//! names of those types and nothing else of the backends that compile and run them.

mod symbols;

mod command;
mod duplicates;
mod plugins;
mod protoc;

mod export;
mod tasks;

use plugin_api::tasks::Codegen;
use plugin_api::{Backend, Registrar, Result, export_backend};

/// The backend `pants.backend.codegen`.
pub struct CodegenBackend;

impl Backend for CodegenBackend {
    fn register(registrar: &mut Registrar) -> Result<()> {
        registrar.phase("gen", "Generate code.");
        registrar.phase("export", "Print what IDEs must know of the targets, as JSON.");
        symbols::register(registrar);
        registrar.scope(protoc::SCOPE, "The protocol buffer compiler.", protoc::register_options);
        registrar.task::<Codegen<tasks::ProtobufGen>>("protoc").install("gen");
        registrar.task::<Codegen<tasks::PythonProtobufGen>>("protoc-py").install("gen");
        registrar.task::<export::ExportCodegen>("codegen").install("export");
        Ok(())
    }
}

fn hash(content: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(content))
}

export_backend!(CodegenBackend, id = "pants.backend.codegen");
