//! The Python backend: libraries, tests with pytest, binaries as `.pex`, requirements from a package registry.
//!
//! Written against plugin-api alone, as a third party would write it. The flow of a run, and the modules in it:
//!
//! * BUILD files get their Python symbols ([`symbols`], [`requirements`]).
//! * `resolve.requirements` finds an interpreter ([`interpreter`], [`constraints`]), installs uv and pex with it
//!   ([`toolchain`], [`pins`], [`registry`]), locks each distinct set of requirements ([`lock`]) and makes an environment from each
//!   lock ([`environments`]).
//! * `test.pytest`, `binary.py` and `run.py` take an environment and the sources of a closure ([`closures`], [`sources`]).
//!
//! It names no registry, downloads no interpreter, and knows nothing of other languages: code that others generate
//! reaches it as `python_library` targets.

mod options;
mod pins;

mod closures;
mod constraints;
mod requirements;
mod sources;
mod symbols;

mod interpreter;
mod network;
mod toolchain;

mod registry;

mod lock;

mod environments;

mod entry_point;
mod files;

mod binary;
mod export;
mod pytest;
mod run;

#[cfg(test)]
mod test_support;

use plugin_api::tasks::Testing;
use plugin_api::{Backend, Registrar, Result, export_backend};
use sha2::{Digest, Sha256};

/// The backend `pants.backend.python`.
pub struct PythonBackend;

impl Backend for PythonBackend {
    fn register(registrar: &mut Registrar) -> Result<()> {
        // Phases belong to nobody: whoever needs one describes it.
        for (phase, description) in PHASES {
            registrar.phase(phase, description);
        }
        options::register(registrar);
        symbols::register(registrar);
        registrar.task::<environments::ResolveRequirements>("requirements").depends_on_phase("gen").install("resolve");
        registrar.task::<Testing<pytest::PytestRun>>("pytest").install("test");
        registrar.task::<binary::PythonBinaryCreate>("py").install("binary");
        registrar.task::<run::PythonRun>("py").install("run");
        registrar.task::<export::ExportPython>("python").install("export");
        Ok(())
    }
}

const PHASES: [(&str, &str); 6] = [
    ("gen", "Generate code."),
    ("resolve", "Resolve third-party dependencies."),
    ("test", "Run tests."),
    ("binary", "Create runnable binaries."),
    ("run", "Run a binary."),
    ("export", "Print what IDEs must know of the targets, as JSON."),
];

/// One hash of several texts; where one ends and the next begins counts.
fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    hex::encode(digest.finalize())
}

export_backend!(PythonBackend, id = "pants.backend.python");
