//! Opens a plugin's library and checks that both sides mean the same by every type: the only unsafe code of the host's
//! side of the boundary.
//!
//! `RTLD_NOW`, because a symbol that is missing would otherwise kill the process when it is first called; `RTLD_LOCAL`,
//! because plugins must not see each other. A library is never closed: its statics, thread-locals and vtables are
//! referred to from everywhere.
#![expect(unsafe_code, reason = "a dylib is code that nobody but the loader can vouch for")]

use crate::error::PluginFault;
use crate::header::{HEADER_SYMBOL, Header, ROOT_SYMBOL};
use abi_stable::StableAbi;
use abi_stable::abi_stability::abi_checking::{
    AbiInstabilityErrors, CheckingGlobals, check_layout_compatibility_with_globals,
};
use abi_stable::library::{AbiHeaderRef, LibraryError};
use abi_stable::type_layout::{TLFieldOrFunction, TypeLayout};
use plugin_api::abi::BackendModule_Ref;
use std::mem::ManuallyDrop;
use std::path::Path;

/// The size of the exported root.
#[cfg(target_os = "linux")]
pub(crate) const ROOT_SIZE: usize = size_of::<abi_stable::library::LibHeader>();

/// Whether bytes begin like a root module of the abi_stable that this host uses.
#[cfg(target_os = "linux")]
pub(crate) fn is_root(bytes: &[u8]) -> bool {
    bytes.starts_with(&abi_stable::library::AbiHeader::VALUE.magic_string)
}

/// Opens the private copy of a plugin and returns its module.
///
/// The caller has accepted the file's checksum and read `header` from the same bytes.
pub(crate) fn open(copy: &Path, header: &Header) -> Result<BackendModule_Ref, PluginFault> {
    let library = open_library(copy)?;
    check_header(&library, header)?;
    root_module(&library)
}

#[cfg(unix)]
type Library = libloading::os::unix::Library;
#[cfg(not(unix))]
type Library = libloading::Library;

/// The handle is never dropped, so the library stays for the life of the process.
fn open_library(copy: &Path) -> Result<ManuallyDrop<Library>, PluginFault> {
    let refused = |error: libloading::Error| PluginFault::Refused { reason: reason_of(&error, copy) };
    // SAFETY: this runs the constructors of a file whose checksum the user trusts; nothing less dangerous can load it.
    #[cfg(unix)]
    let library = unsafe {
        use libloading::os::unix::{RTLD_LOCAL, RTLD_NOW};
        Library::open(Some(copy), RTLD_NOW | RTLD_LOCAL)
    };
    // SAFETY: as above.
    #[cfg(not(unix))]
    let library = unsafe { Library::new(copy) };
    library.map(ManuallyDrop::new).map_err(refused)
}

/// The words of the system's loader, which begin with the path of a copy that the user has never seen.
fn reason_of(error: &libloading::Error, copy: &Path) -> String {
    let text = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let text = text.strip_prefix(&*copy.to_string_lossy()).unwrap_or(&text);
    first_line(text.trim_start_matches(": "))
}

/// The bytes in memory must be those that were judged in the file.
fn check_header(library: &Library, header: &Header) -> Result<(), PluginFault> {
    let address = symbol_address(library, HEADER_SYMBOL).ok_or(PluginFault::NotAPlugin)?;
    // SAFETY: the symbol is a datum of at least as many bytes: its size was read from the symbol table of this file.
    let bytes = unsafe { std::slice::from_raw_parts(address.cast::<u8>(), header.bytes.len()) };
    if bytes == header.bytes {
        Ok(())
    } else {
        Err(PluginFault::BadHeader { reason: "it is another one in memory than in the file".into() })
    }
}

fn root_module(library: &Library) -> Result<BackendModule_Ref, PluginFault> {
    let bad_root = |error: LibraryError| PluginFault::BadRoot {
        reason: match error {
            LibraryError::InvalidAbiHeader(_) => "it was made with another version of abi_stable".to_owned(),
            error => first_line(&error.to_string()),
        },
    };
    let address = symbol_address(library, ROOT_SYMBOL)
        .ok_or_else(|| PluginFault::BadRoot { reason: format!("it does not export `{ROOT_SYMBOL}`") })?;
    // SAFETY: the symbol is a datum with the size and the first bytes of a `LibHeader` (checked in the file's bytes),
    // and `AbiHeaderRef` is a transparent reference to its start, valid because the library is never closed.
    let root = unsafe { std::mem::transmute::<*const (), AbiHeaderRef>(address) };
    let root = root.upgrade().map_err(bad_root)?;
    let layout = root.layout().ok_or_else(|| PluginFault::BadRoot { reason: "it describes no layout".into() })?;
    check_layout(layout)?;
    // SAFETY: one of both sides has every field that the other one knows, in the same place.
    unsafe { root.init_root_module_with_unchecked_layout::<BackendModule_Ref>() }.map_err(bad_root)
}

/// A plugin of an older minor has a prefix of our fields, one of a newer minor has ours as a prefix.
///
/// The check knows one direction, and its global state makes the verdict on a plugin depend on those loaded before; so
/// both directions are asked, each with a state of its own. Accessors look at the creator's field mask at run time.
fn check_layout(theirs: &'static TypeLayout) -> Result<(), PluginFault> {
    let ours = <BackendModule_Ref as StableAbi>::LAYOUT;
    let check = |interface, implementation| {
        check_layout_compatibility_with_globals(interface, implementation, &CheckingGlobals::new())
    };
    if check(ours, theirs).is_ok() {
        return Ok(());
    }
    check(theirs, ours).map_err(|errors| PluginFault::Layout { type_name: differing_type(&errors) })
}

/// The full text of a difference fills pages; the type of plugin-api that differs itself, and not only in what it is
/// made of, is enough to act on.
fn differing_type(errors: &AbiInstabilityErrors) -> String {
    let differing = errors.errors.iter().filter(|error| !error.errs.is_empty());
    let mut layouts = differing.filter_map(|error| match &error.stack_trace.last()?.found {
        TLFieldOrFunction::Field(field) => Some(field.layout()),
        TLFieldOrFunction::Function(_) => None,
    });
    let own = layouts.find(|layout| layout.package() == "plugin-api");
    own.unwrap_or(errors.implementation).full_type().to_string()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches(['.', ':']).to_owned()
}

fn symbol_address(library: &Library, name: &str) -> Option<*const ()> {
    // SAFETY: the symbol is only asked for its address; what it points to is judged by the callers.
    let symbol = unsafe { library.get::<*const ()>(name.as_bytes()) }.ok()?;
    Some(*symbol)
}
