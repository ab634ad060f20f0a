//! Reads what a shared library exports from the bytes of its file, before anything of it runs.
//!
//! `dlopen` already runs constructors, and a truncated library kills the process inside it. So the file is judged here
//! first: what it is, for which machine, whether all of it is there, and what it exports. Nothing is mapped, a read
//! beyond the end is an error, and every number of the file is distrusted.
//!
//! Knows the ELF format as far as that takes, and nothing about plugins.

use crate::error::{FileKind, PluginFault};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// A 64-bit little-endian ELF library for this machine, whose headers describe only bytes that exist.
#[derive(Debug)]
pub(crate) struct ObjectFile {
    file: File,
    len: u64,
    segments: Vec<Segment>,
    sections: Vec<Section>,
}

/// An exported datum.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// The size that the symbol table gives it.
    pub size: u64,
    /// Where its bytes begin in the file; `None` for memory that starts as zeros.
    offset: Option<u64>,
}

/// A part of the file that is mapped into memory.
#[derive(Debug)]
struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    file_size: u64,
}

#[derive(Debug)]
struct Section {
    kind: u32,
    offset: u64,
    size: u64,
    link: u32,
}

const FILE_HEADER_SIZE: u64 = 64;
const PROGRAM_HEADER_SIZE: u64 = 56;
const SECTION_HEADER_SIZE: u64 = 64;
const SYMBOL_SIZE: usize = 24;

const CLASS_64_BITS: u8 = 2;
const LITTLE_ENDIAN: u8 = 1;
const TYPE_OBJECT: u16 = 1;
const TYPE_EXECUTABLE: u16 = 2;
const TYPE_SHARED: u16 = 3;
const SEGMENT_LOAD: u32 = 1;
const SEGMENT_INTERPRETER: u32 = 3;
const SECTION_NO_BITS: u32 = 8;
const SECTION_DYNAMIC_SYMBOLS: u32 = 11;
const SECTION_UNDEFINED: u16 = 0;

/// A symbol table larger than this is damage, not a plugin.
const MAX_TABLE_SIZE: u64 = 64 << 20;

impl ObjectFile {
    /// Opens a regular file and checks that it is a library that this machine could load.
    pub(crate) fn open(path: &Path) -> Result<Self, PluginFault> {
        let mut file = File::open(path).map_err(PluginFault::unreadable)?;
        let len = file.metadata().map_err(PluginFault::unreadable)?.len();
        let mut start = [0; FILE_HEADER_SIZE as usize];
        let read = read_up_to(&mut file, &mut start)?;
        let start = &start[..read];
        check_format(start)?;
        if len < FILE_HEADER_SIZE {
            return Err(PluginFault::Truncated { len, needed: FILE_HEADER_SIZE });
        }
        check_machine(start)?;
        let mut object = Self { file, len, segments: Vec::new(), sections: Vec::new() };
        object.read_segments(start)?;
        object.read_sections(start)?;
        object.check_type(u16_at(start, 16))?;
        Ok(object)
    }

    /// The exported datum with this name.
    pub(crate) fn symbol(&mut self, name: &str) -> Result<Option<Symbol>, PluginFault> {
        let Some(table) = self.sections.iter().find(|section| section.kind == SECTION_DYNAMIC_SYMBOLS) else {
            return Ok(None);
        };
        let Some(strings) = self.sections.get(table.link as usize) else {
            return Ok(None);
        };
        let (table, strings) = ((table.offset, table.size), (strings.offset, strings.size));
        let table = self.read(table.0, table.1)?;
        let strings = self.read(strings.0, strings.1)?;
        let found = table.chunks_exact(SYMBOL_SIZE).find(|entry| {
            let is_defined = u16_at(entry, 6) != SECTION_UNDEFINED;
            is_defined && text_at(&strings, u32_at(entry, 0) as usize) == Some(name.as_bytes())
        });
        Ok(found.map(|entry| {
            let (address, size) = (u64_at(entry, 8), u64_at(entry, 16));
            Symbol { size, offset: self.file_offset(address, size) }
        }))
    }

    /// The first bytes of a datum, at most `limit`; `None` when the file holds no bytes for it.
    pub(crate) fn bytes_of(&mut self, symbol: &Symbol, limit: u64) -> Result<Option<Vec<u8>>, PluginFault> {
        match symbol.offset {
            Some(offset) => self.read(offset, symbol.size.min(limit)).map(Some),
            None => Ok(None),
        }
    }

    fn read_segments(&mut self, start: &[u8]) -> Result<(), PluginFault> {
        let (offset, entry_size, count) = (u64_at(start, 32), u64::from(u16_at(start, 54)), u16_at(start, 56));
        for entry in self.read_entries(offset, entry_size, u64::from(count), PROGRAM_HEADER_SIZE)? {
            let segment = Segment {
                kind: u32_at(&entry, 0),
                offset: u64_at(&entry, 8),
                address: u64_at(&entry, 16),
                file_size: u64_at(&entry, 32),
            };
            self.check_extent(segment.offset, segment.file_size)?;
            self.segments.push(segment);
        }
        Ok(())
    }

    fn read_sections(&mut self, start: &[u8]) -> Result<(), PluginFault> {
        let (offset, entry_size, count) = (u64_at(start, 40), u64::from(u16_at(start, 58)), u16_at(start, 60));
        for entry in self.read_entries(offset, entry_size, u64::from(count), SECTION_HEADER_SIZE)? {
            let section = Section {
                kind: u32_at(&entry, 4),
                offset: u64_at(&entry, 24),
                size: u64_at(&entry, 32),
                link: u32_at(&entry, 40),
            };
            if section.kind != SECTION_NO_BITS {
                self.check_extent(section.offset, section.size)?;
            }
            self.sections.push(section);
        }
        Ok(())
    }

    /// A library has no interpreter; a program that can be placed anywhere says that it is a library, but has one.
    fn check_type(&self, kind: u16) -> Result<(), PluginFault> {
        let has_interpreter = self.segments.iter().any(|segment| segment.kind == SEGMENT_INTERPRETER);
        let kind = match kind {
            TYPE_SHARED if !has_interpreter => return Ok(()),
            TYPE_SHARED | TYPE_EXECUTABLE => FileKind::Executable,
            TYPE_OBJECT => FileKind::ElfObject,
            _ => FileKind::Unknown,
        };
        Err(PluginFault::NotALibrary { kind })
    }

    fn read_entries(&mut self, offset: u64, size: u64, count: u64, needed: u64) -> Result<Vec<Vec<u8>>, PluginFault> {
        if count == 0 {
            return Ok(Vec::new());
        }
        if size < needed {
            return Err(PluginFault::NotALibrary { kind: FileKind::Unknown });
        }
        let table = self.read(offset, size * count)?;
        Ok(table.chunks_exact(size as usize).map(<[u8]>::to_vec).collect())
    }

    fn file_offset(&self, address: u64, size: u64) -> Option<u64> {
        let segment = self.segments.iter().find(|segment| {
            let end = segment.address.saturating_add(segment.file_size);
            segment.kind == SEGMENT_LOAD && segment.address <= address && address.saturating_add(size) <= end
        })?;
        Some(segment.offset + (address - segment.address))
    }

    fn check_extent(&self, offset: u64, size: u64) -> Result<(), PluginFault> {
        let needed = offset.saturating_add(size);
        if needed > self.len { Err(PluginFault::Truncated { len: self.len, needed }) } else { Ok(()) }
    }

    fn read(&mut self, offset: u64, size: u64) -> Result<Vec<u8>, PluginFault> {
        self.check_extent(offset, size)?;
        if size > MAX_TABLE_SIZE {
            return Err(PluginFault::NotALibrary { kind: FileKind::Unknown });
        }
        let mut bytes = vec![0; size as usize];
        self.file.seek(SeekFrom::Start(offset)).map_err(PluginFault::unreadable)?;
        self.file.read_exact(&mut bytes).map_err(PluginFault::unreadable)?;
        Ok(bytes)
    }
}

fn check_format(start: &[u8]) -> Result<(), PluginFault> {
    if start.starts_with(b"\x7fELF") && start.len() >= 20 {
        return Ok(());
    }
    Err(PluginFault::NotALibrary { kind: kind_of(start) })
}

/// What a file that is not ELF looks like from its first bytes.
fn kind_of(start: &[u8]) -> FileKind {
    const MACH_O: [[u8; 4]; 4] =
        [*b"\xcf\xfa\xed\xfe", *b"\xce\xfa\xed\xfe", *b"\xca\xfe\xba\xbe", *b"\xfe\xed\xfa\xcf"];
    let is_text = |bytes: &[u8]| bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    match start {
        [] => FileKind::Empty,
        _ if MACH_O.iter().any(|magic| start.starts_with(magic)) => FileKind::MachO,
        _ if start.starts_with(b"!<arch>\n") => FileKind::Archive,
        _ if start.starts_with(b"MZ") && !is_text(start) => FileKind::WindowsPe,
        _ if is_text(start) => FileKind::Text,
        _ => FileKind::Unknown,
    }
}

fn check_machine(start: &[u8]) -> Result<(), PluginFault> {
    let (class, order, machine) = (start[4], start[5], start[18..20].to_vec());
    let other = |found| Err(PluginFault::OtherMachine { found, needed: std::env::consts::ARCH });
    if order != LITTLE_ENDIAN {
        return other("a big-endian machine".to_owned());
    }
    let machine = machine_name(u16_at(&machine, 0));
    if class != CLASS_64_BITS {
        return other(format!("{machine}, 32 bits"));
    }
    if machine != std::env::consts::ARCH {
        return other(machine);
    }
    Ok(())
}

/// The machine as `std::env::consts::ARCH` spells it.
fn machine_name(number: u16) -> String {
    match number {
        3 => "x86".to_owned(),
        40 => "arm".to_owned(),
        62 => "x86_64".to_owned(),
        183 => "aarch64".to_owned(),
        243 => "riscv64".to_owned(),
        number => format!("machine number {number}"),
    }
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> Result<usize, PluginFault> {
    let mut bytes = Vec::with_capacity(buffer.len());
    file.take(buffer.len() as u64).read_to_end(&mut bytes).map_err(PluginFault::unreadable)?;
    buffer[..bytes.len()].copy_from_slice(&bytes);
    Ok(bytes.len())
}

/// The text that ends with a zero byte; `None` outside of the table.
fn text_at(strings: &[u8], start: usize) -> Option<&[u8]> {
    let rest = strings.get(start..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some(&rest[..end])
}

// The callers below hand in whole table entries, whose sizes were checked.

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
