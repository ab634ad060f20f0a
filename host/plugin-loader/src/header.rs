//! The header of a plugin, read from the file's bytes before anything of it runs.
//!
//! The header is a plain C struct of fixed-size fields in read-only data, so that it needs no relocation and no trust:
//! whatever its bytes are, reading them yields a header or a fault.

use crate::error::{ApiVersion, PluginFault, file_name};
use plugin_api::{FLAG_PANIC_UNWIND, MAGIC, PluginHeader};
use std::fs;
use std::io;
use std::mem::offset_of;
use std::path::Path;

/// The exported symbol of the header.
pub(crate) const HEADER_SYMBOL: &str = "PANTS_PLUGIN_HEADER";
/// The exported symbol of the root module.
pub(crate) const ROOT_SYMBOL: &str = "PANTS_PLUGIN_ROOT";

/// The size of the header of 1.0; a later minor may append fields.
const MIN_HEADER_SIZE: usize = size_of::<PluginHeader>();
/// Far beyond any header that this major will have.
#[cfg(target_os = "linux")]
const MAX_HEADER_SIZE: u64 = 64 << 10;

/// What a plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The backend id (`pants.backend.jvm`).
    pub id: String,
    /// The name of its package.
    pub name: String,
    /// The version of its package.
    pub version: String,
    /// The plugin-api it was built against.
    pub api: ApiVersion,
    /// The lowest minor of a host that can run it.
    pub min_host_minor: u32,
    /// The target triple it was built for.
    pub target: String,
    flags: u32,
    /// The bytes, to compare with those in memory after loading.
    pub bytes: Vec<u8>,
}

/// Reads the header of a file and checks that a root module is exported beside it.
pub(crate) fn read_header(path: &Path) -> Result<Header, PluginFault> {
    check_regular(path)?;
    read_exports(path)
}

/// Checks that this host can run a plugin with this header.
pub(crate) fn check_compatible(header: &Header) -> Result<(), PluginFault> {
    let host = host_api();
    if header.api.major != host.major {
        return Err(PluginFault::ApiVersion { plugin: header.api, host });
    }
    if header.min_host_minor > host.minor {
        return Err(PluginFault::HostTooOld { major: host.major, minor: header.min_host_minor, host });
    }
    if header.flags & FLAG_PANIC_UNWIND == 0 {
        return Err(PluginFault::PanicAbort);
    }
    Ok(())
}

/// The plugin-api that this host speaks.
pub(crate) fn host_api() -> ApiVersion {
    let own = PluginHeader::new("", "", "", 0);
    ApiVersion { major: own.api_major, minor: own.api_minor, patch: own.api_patch }
}

/// A pipe would block whoever opens it, and a directory or a dangling link deserves its own words.
fn check_regular(path: &Path) -> Result<(), PluginFault> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(fs::read_link(path).map_or(PluginFault::Missing, |to| PluginFault::DanglingLink { to }));
        }
        Err(error) => return Err(PluginFault::unreadable(error)),
    };
    if metadata.is_dir() {
        return Err(PluginFault::Directory);
    }
    if !metadata.is_file() {
        return Err(PluginFault::NotRegular);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn read_exports(path: &Path) -> Result<Header, PluginFault> {
    let mut object = crate::object_file::ObjectFile::open(path)?;
    let Some(symbol) = object.symbol(HEADER_SYMBOL)? else {
        return Err(PluginFault::NotAPlugin);
    };
    let bytes = object.bytes_of(&symbol, MAX_HEADER_SIZE)?.ok_or_else(|| damaged("it has no bytes in the file"))?;
    let header = parse(&bytes)?;
    let Some(root) = object.symbol(ROOT_SYMBOL)? else {
        return Err(PluginFault::BadRoot { reason: format!("it does not export `{ROOT_SYMBOL}`") });
    };
    let needed = crate::library::ROOT_SIZE as u64;
    if root.size < needed {
        return Err(PluginFault::BadRoot { reason: format!("it has {} bytes instead of {needed}", root.size) });
    }
    let start = object.bytes_of(&root, needed)?.unwrap_or_default();
    if !crate::library::is_root(&start) {
        return Err(PluginFault::BadRoot { reason: "it does not begin like one".into() });
    }
    Ok(header)
}

/// Formats other than ELF are not parsed: the header is found by its magic, and the system's loader judges the rest.
#[cfg(not(target_os = "linux"))]
fn read_exports(path: &Path) -> Result<Header, PluginFault> {
    let bytes = fs::read(path).map_err(PluginFault::unreadable)?;
    let starts = (0..bytes.len().saturating_sub(MIN_HEADER_SIZE)).filter(|at| bytes[*at..].starts_with(&MAGIC));
    let mut fault = PluginFault::NotAPlugin;
    for start in starts {
        match parse(&bytes[start..]) {
            Ok(header) => return Ok(header),
            Err(error) => fault = error,
        }
    }
    Err(fault)
}

fn parse(bytes: &[u8]) -> Result<Header, PluginFault> {
    if !bytes.starts_with(&MAGIC) {
        return Err(damaged("it does not begin with the magic bytes"));
    }
    if bytes.len() < MIN_HEADER_SIZE {
        return Err(damaged(format!("it has {} bytes instead of {MIN_HEADER_SIZE}", bytes.len())));
    }
    let size = number(bytes, offset_of!(PluginHeader, header_size)) as usize;
    if size < MIN_HEADER_SIZE || size > bytes.len() {
        return Err(damaged(format!("it says that it has {size} bytes, and {} are there", bytes.len())));
    }
    let header = Header {
        id: text(bytes, offset_of!(PluginHeader, id), |header| &header.id)?,
        name: text(bytes, offset_of!(PluginHeader, name), |header| &header.name)?,
        version: text(bytes, offset_of!(PluginHeader, version), |header| &header.version)?,
        api: ApiVersion {
            major: number(bytes, offset_of!(PluginHeader, api_major)),
            minor: number(bytes, offset_of!(PluginHeader, api_minor)),
            patch: number(bytes, offset_of!(PluginHeader, api_patch)),
        },
        min_host_minor: number(bytes, offset_of!(PluginHeader, min_host_minor)),
        target: text(bytes, offset_of!(PluginHeader, target), |header| &header.target)?,
        flags: number(bytes, offset_of!(PluginHeader, flags)),
        bytes: bytes[..size].to_vec(),
    };
    if header.id.is_empty() || !header.id.bytes().all(is_id_byte) {
        return Err(damaged(format!("`{}` is not a backend id", header.id.escape_debug())));
    }
    Ok(header)
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("a slice of four bytes"))
}

/// The NUL-padded text of a field; the field is named for its size.
fn text<const N: usize>(bytes: &[u8], at: usize, _field: fn(&PluginHeader) -> &[u8; N]) -> Result<String, PluginFault> {
    let field = &bytes[at..at + N];
    let end = field.iter().position(|byte| *byte == 0).ok_or_else(|| damaged("a text in it has no end"))?;
    match std::str::from_utf8(&field[..end]) {
        Ok(text) if !text.contains(char::is_control) => Ok(text.to_owned()),
        _ => Err(damaged("a text in it is not text")),
    }
}

fn damaged(reason: impl Into<String>) -> PluginFault {
    PluginFault::BadHeader { reason: reason.into() }
}

/// Whether a file of a searched directory is worth opening.
pub(crate) fn has_library_name(path: &Path) -> bool {
    file_name(path).to_string_lossy().ends_with(std::env::consts::DLL_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a good header.
    fn good() -> Vec<u8> {
        let mut bytes = Vec::from(MAGIC);
        for number in [MIN_HEADER_SIZE as u32, 1, 2, 3, 0, FLAG_PANIC_UNWIND] {
            bytes.extend(number.to_ne_bytes());
        }
        for (text, size) in [("example.acme", 128), ("acme", 64), ("0.3.1", 32), ("rustc 1.95", 64), ("here", 64)] {
            let end = bytes.len() + size;
            bytes.extend(text.as_bytes());
            bytes.resize(end, 0);
        }
        bytes
    }

    fn check(bytes: &[u8], expect: &str) {
        let got = match parse(bytes) {
            Ok(header) => format!("{} {} {} {}", header.id, header.name, header.version, header.api),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn a_header_is_read_field_by_field() {
        check(&good(), "example.acme acme 0.3.1 1.2.3");
    }

    #[test]
    fn a_longer_header_of_a_later_minor_is_read_too() {
        let mut bytes = good();
        bytes.extend([7; 16]);
        let size = bytes.len() as u32;
        bytes[8..12].copy_from_slice(&size.to_ne_bytes());
        check(&bytes, "example.acme acme 0.3.1 1.2.3");
    }

    #[test]
    fn damage_is_a_fault_with_a_reason() {
        let with = |at: usize, patch: &[u8]| {
            let mut bytes = good();
            bytes[at..at + patch.len()].copy_from_slice(patch);
            bytes
        };
        check(&with(0, b"X"), "its plugin header is damaged: it does not begin with the magic bytes");
        check(&good()[..40], "its plugin header is damaged: it has 40 bytes instead of 384");
        let size = 0xffff_u32.to_ne_bytes();
        check(&with(8, &size), "its plugin header is damaged: it says that it has 65535 bytes, and 384 are there");
        check(&with(32, b"a b"), "its plugin header is damaged: `a bmple.acme` is not a backend id");
        check(&with(32, &[b'x'; 128]), "its plugin header is damaged: a text in it has no end");
        check(&with(32, &[0xff]), "its plugin header is damaged: a text in it is not text");
    }

    #[test]
    fn compatibility_is_judged_by_major_minimum_minor_and_panic_strategy() {
        let host = host_api();
        let check = |change: &dyn Fn(&mut Header), expect: Option<&str>| {
            let mut header = parse(&good()).expect("the header of these tests is good");
            header.api = ApiVersion { minor: host.minor + 1, ..host };
            change(&mut header);
            assert_eq!(check_compatible(&header).err().map(|fault| fault.to_string()).as_deref(), expect);
        };
        check(&|_| {}, None);
        check(
            &|header| header.api = ApiVersion { major: 7, minor: 0, patch: 0 },
            Some(&format!("was built for plugin-api 7.0.0; this host speaks {host}")),
        );
        check(
            &|header| header.min_host_minor = 99,
            Some(&format!("needs a host with plugin-api {}.99 or newer; this host speaks {host}", host.major)),
        );
        check(
            &|header| header.flags = 0,
            Some("was built with `panic = \"abort\"`; a plugin needs `panic = \"unwind\"`"),
        );
    }
}
