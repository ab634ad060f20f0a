//! The header of a plugin: a plain C struct that the host reads from the file's bytes before it opens the library.

/// What a plugin says about itself before any of its code runs.
#[repr(C)]
pub struct PluginHeader {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// The size of this struct in bytes; a later minor may append fields.
    pub header_size: u32,
    /// The API the plugin was built against.
    pub api_major: u32,
    /// Its minor.
    pub api_minor: u32,
    /// Its patch.
    pub api_patch: u32,
    /// The lowest minor of a host that can run the plugin.
    pub min_host_minor: u32,
    /// [`FLAG_PANIC_UNWIND`] and [`FLAG_DEBUG_ASSERTIONS`].
    pub flags: u32,
    /// The backend id (`pants.backend.jvm`), NUL-padded.
    pub id: [u8; 128],
    /// The package name, NUL-padded.
    pub name: [u8; 64],
    /// The package version, NUL-padded.
    pub version: [u8; 32],
    /// `rustc -V`, NUL-padded.
    pub rustc: [u8; 64],
    /// The target triple, NUL-padded.
    pub target: [u8; 64],
}

/// The first bytes of every header.
pub const MAGIC: [u8; 8] = *b"PANTSPLG";
/// Panics unwind, so that the boundary can contain them.
pub const FLAG_PANIC_UNWIND: u32 = 1;
/// Built with debug assertions.
pub const FLAG_DEBUG_ASSERTIONS: u32 = 2;

const fn fixed<const N: usize>(text: &str) -> [u8; N] {
    let bytes = text.as_bytes();
    let mut out = [0; N];
    let mut index = 0;
    while index < bytes.len() && index < N - 1 {
        out[index] = bytes[index];
        index += 1;
    }
    out
}

const fn number(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut value = 0;
    let mut index = 0;
    while index < bytes.len() {
        value = value * 10 + (bytes[index] - b'0') as u32;
        index += 1;
    }
    value
}

impl PluginHeader {
    /// The header of a plugin with an id, a package name and a package version, built against this crate.
    pub const fn new(id: &str, name: &str, version: &str, min_host_minor: u32) -> Self {
        Self {
            magic: MAGIC,
            header_size: size_of::<Self>() as u32,
            api_major: number(env!("CARGO_PKG_VERSION_MAJOR")),
            api_minor: number(env!("CARGO_PKG_VERSION_MINOR")),
            api_patch: number(env!("CARGO_PKG_VERSION_PATCH")),
            min_host_minor,
            flags: (cfg!(panic = "unwind") as u32 * FLAG_PANIC_UNWIND)
                | (cfg!(debug_assertions) as u32 * FLAG_DEBUG_ASSERTIONS),
            id: fixed(id),
            name: fixed(name),
            version: fixed(version),
            rustc: fixed(env!("PLUGIN_API_RUSTC")),
            target: fixed(env!("PLUGIN_API_TARGET")),
        }
    }
}
