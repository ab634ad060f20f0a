//! Puts protoc for the target platform, and the `.proto` files it comes with, where the library can embed them.
//!
//! The vendored crate only knows the place in cargo's registry where it was unpacked, which does not exist where the
//! built plugin ends up.

// A build script is told its target and its output directory in the environment, and has no other way to know them.
#![allow(clippy::disallowed_methods)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    let os = std::env::var("CARGO_CFG_TARGET_OS")?;
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH")?;
    // The crate has a binary for the platform this script runs on; a plugin built for another one goes without.
    let is_native = os == std::env::consts::OS && arch == std::env::consts::ARCH;
    let protoc = if is_native { protoc_bin_vendored::protoc_bin_path().ok() } else { None };
    let include = protoc_bin_vendored::include_path()?;
    let mut protos = Vec::new();
    collect_files(&include, &mut protos)?;
    protos.sort();

    let mut code = String::from("pub(crate) static PROTOC: Option<&[u8]> = ");
    match &protoc {
        Some(path) => writeln!(code, "Some(include_bytes!({path:?}));")?,
        None => writeln!(code, "None;")?,
    }
    writeln!(code, "pub(crate) static INCLUDES: &[(&str, &[u8])] = &[")?;
    for path in &protos {
        let name = path.strip_prefix(&include)?;
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    writeln!(code, "];")?;
    std::fs::write(out_dir.join("embedded.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn collect_files(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
