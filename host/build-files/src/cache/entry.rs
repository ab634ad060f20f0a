//! One stored evaluation: what a family came to, and what must still hold for that to be true.
//!
//! The content of the BUILD files and the configuration are in the key. Here stands what else evaluation saw: the names
//! beside the BUILD files, what patterns that lead further expand to, files, listings, variables.

use super::bytes::{Reader, Writer};
use super::pack::Digest;
use crate::family::{Family, Patterns, World};
use crate::globs::Wanted;
use crate::reads::{Expanded, ReadKind, RecordedRead};
use crate::source_roots::DeclaredRoot;
use crate::symbols::TargetTypeSymbol;
use crate::tree::Listing;
use pants_model::{
    Address, DependencyModifier, Diagnostic, Fingerprint, Globs, Location, Object, Severity, Target, Value,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The deepest value that is read: evaluation makes none so deep.
const DEEPEST: u32 = 100;

/// Whether an evaluation may be used again. What was found wrong is found again by evaluating, so that it is told in the
/// same words; a read that failed for another reason than that nothing was there has no lasting result.
pub(super) fn is_lasting(world: &World, family: &Family) -> bool {
    let prelude = world.prelude();
    if prelude.has_errors() || prelude.exhausted().is_some() {
        return false;
    }
    let failed = || family.reads.iter().filter(|read| read.seen.is_none());
    !family.has_errors() && failed().all(|read| holds(world, read))
}

/// The bytes of an evaluation.
pub(super) fn write(world: &World, listing: &Listing, family: &Family) -> Vec<u8> {
    let Patterns { are_beside, further } = &family.patterns;
    let mut writer = Writer::default();
    writer.option(are_beside.then_some(()), |writer, ()| writer.raw(&digest_of_names(listing).0));
    writer.items(further, |writer, expanded| {
        writer.text(&expanded.dir);
        writer.items(&expanded.sets, write_globs);
        writer.number(u64::from(expanded.wanted == Wanted::FilesAndDirs));
        writer.raw(&digest_of_expansion(world, expanded).0);
    });
    writer.items(&family.reads, write_read);
    writer.items(&family.targets, |writer, target| write_target(writer, target));
    writer.items(&family.diagnostics, write_diagnostic);
    writer.items(&family.source_roots, write_root);
    writer.into_bytes()
}

/// The family that some bytes tell of, if everything that it was made from is as it was.
pub(super) fn read(world: &World, listing: &Listing, bytes: &[u8]) -> Option<Family> {
    let mut reader = Reader::new(bytes);
    let names = reader.option(Reader::array)?;
    if names.is_some_and(|names| Digest(names) != digest_of_names(listing)) {
        return None;
    }
    let mut further = Vec::new();
    for (expanded, digest) in reader.items(read_expanded)? {
        if digest_of_expansion(world, &expanded) != digest {
            return None;
        }
        further.push(expanded);
    }
    let reads = reader.items(read_read)?;
    if !reads.iter().all(|read| holds(world, read)) {
        return None;
    }
    let mut files = Files(Vec::new());
    let targets = reader.items(|reader| read_target(reader, world, listing, &mut files).map(Arc::new))?;
    let diagnostics = reader.items(|reader| read_diagnostic(reader, &mut files))?;
    let source_roots = reader.items(|reader| read_root(reader, &mut files))?;
    let patterns = Patterns { are_beside: names.is_some(), further: further.into() };
    let mut family = Family::new(targets, diagnostics, reads, Vec::new(), source_roots);
    family.patterns = patterns;
    reader.is_at_end().then_some(family)
}

fn digest_of_names(listing: &Listing) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for name in &listing.files {
        hasher.update(name.as_bytes()).update(b"\0");
    }
    Digest::finish(&hasher)
}

fn digest_of_expansion(world: &World, expanded: &Expanded) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let expansion = expanded.expand(&world.tree);
    for names in [&expansion.files, &expansion.missing] {
        for name in names {
            hasher.update(name.as_bytes()).update(b"\0");
        }
        hasher.update(b"\0");
    }
    Digest::finish(&hasher)
}

/// Whether a read would show the same again. Patterns are asked for their expansion instead.
fn holds(world: &World, read: &RecordedRead) -> bool {
    read.kind == ReadKind::Globs || read.holds(&world.tree, &world.config.environment)
}

fn read_expanded(reader: &mut Reader<'_>) -> Option<(Expanded, Digest)> {
    let dir = reader.text()?.into();
    let sets = reader.items(read_globs)?;
    let wanted = if reader.number()? == 1 { Wanted::FilesAndDirs } else { Wanted::Files };
    Some((Expanded { dir, sets, wanted }, Digest(reader.array()?)))
}

fn write_read(writer: &mut Writer, read: &RecordedRead) {
    let RecordedRead { kind, name, seen } = read;
    writer.number(match kind {
        ReadKind::File => 0,
        ReadKind::Existence => 1,
        ReadKind::Directory => 2,
        ReadKind::Globs => 3,
        ReadKind::Environment => 4,
    });
    writer.text(name);
    writer.option(seen.as_ref(), |writer, seen| writer.raw(seen.as_bytes()));
}

fn read_read(reader: &mut Reader<'_>) -> Option<RecordedRead> {
    let kind = match reader.number()? {
        0 => ReadKind::File,
        1 => ReadKind::Existence,
        2 => ReadKind::Directory,
        3 => ReadKind::Globs,
        4 => ReadKind::Environment,
        _ => return None,
    };
    let name = reader.owned()?;
    let seen = reader.option(|reader| reader.array().map(Fingerprint::from_bytes))?;
    Some(RecordedRead { kind, name, seen })
}

fn write_target(writer: &mut Writer, target: &Target) {
    // A new field does not compile until somebody decides how it is stored. Source roots are found when targets are
    // loaded.
    let Target {
        address,
        type_name,
        fields,
        sources,
        dependencies,
        modifiers,
        tags,
        description,
        source_root: _,
        location,
        is_synthetic,
        derived_from,
    } = target;
    writer.text(type_name);
    writer.text(address.name());
    write_location(writer, location);
    writer.items(dependencies, write_address);
    writer.items(modifiers, |writer, (address, modifier)| {
        let DependencyModifier { scope, is_transitive } = modifier;
        write_address(writer, address);
        writer.option(scope.as_deref(), Writer::text);
        writer.number(u64::from(*is_transitive));
    });
    writer.items(sources, |writer, path| {
        let path = path.as_os_str().as_encoded_bytes();
        let below = path.strip_prefix(address.dir().as_bytes()).unwrap_or(path);
        writer.bytes(below.strip_prefix(b"/").unwrap_or(below));
    });
    writer.texts(tags);
    writer.option(description.as_deref(), Writer::text);
    writer.items(fields, |writer, (name, value)| {
        writer.text(name);
        write_value(writer, value);
    });
    writer.number(u64::from(*is_synthetic));
    writer.option(derived_from.as_ref(), write_address);
}

fn read_target(reader: &mut Reader<'_>, world: &World, listing: &Listing, files: &mut Files) -> Option<Target> {
    let symbol = world.symbols.target_type_symbol(reader.text()?)?;
    let dir = Path::new(&*listing.dir);
    let mut target = Target::new(Address::new(&listing.dir, reader.text()?), symbol.name.clone());
    target.location = read_location(reader, files)?;
    target.dependencies = reader.items(read_address)?;
    target.modifiers = reader.items(|reader| {
        let address = read_address(reader)?;
        let scope = reader.option(Reader::owned)?;
        Some((address, DependencyModifier { scope, is_transitive: reader.number()? == 1 }))
    })?;
    target.sources = reader.items(|reader| Some(source(dir, reader.text()?)))?;
    target.tags = reader.items(Reader::owned)?;
    target.description = reader.option(Reader::owned)?;
    target.fields =
        reader.items(|reader| Some((shared(&symbol, reader.text()?), read_value(reader, files, DEEPEST)?)))?;
    target.is_synthetic = reader.number()? == 1;
    target.derived_from = reader.option(read_address)?;
    Some(target)
}

fn source(dir: &Path, below: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(dir.as_os_str().len() + 1 + below.len());
    path.push(dir);
    path.push(below);
    path
}

/// The name of a field, in the form that all targets of its type share.
fn shared(symbol: &TargetTypeSymbol<'_>, name: &str) -> Arc<str> {
    let common = [&symbol.common.sources, &symbol.common.scope, &symbol.common.no_cache];
    let mut known = common.into_iter().chain(symbol.field_names);
    known.find(|known| ***known == *name).cloned().unwrap_or_else(|| name.into())
}

fn write_address(writer: &mut Writer, address: &Address) {
    writer.text(address.dir());
    writer.text(address.name());
}

fn read_address(reader: &mut Reader<'_>) -> Option<Address> {
    Some(Address::new(reader.text()?, reader.text()?))
}

fn write_globs(writer: &mut Writer, globs: &Globs) {
    let Globs { include, exclude } = globs;
    writer.texts(include);
    writer.texts(exclude);
}

fn read_globs(reader: &mut Reader<'_>) -> Option<Globs> {
    Some(Globs { include: reader.items(Reader::owned)?, exclude: reader.items(Reader::owned)? })
}

fn write_value(writer: &mut Writer, value: &Value) {
    match value {
        Value::None => writer.number(0),
        Value::Bool(value) => writer.number(1 + u64::from(*value)),
        Value::Int(value) => {
            writer.number(3);
            writer.raw(&value.to_le_bytes());
        }
        Value::Float(value) => {
            writer.number(4);
            writer.raw(&value.to_bits().to_le_bytes());
        }
        Value::Str(text) => {
            writer.number(5);
            writer.text(text);
        }
        Value::Bytes(bytes) => {
            writer.number(6);
            writer.bytes(bytes);
        }
        Value::List(items) => {
            writer.number(7);
            writer.items(items, write_value);
        }
        Value::Dict(entries) => {
            writer.number(8);
            writer.items(entries, |writer, (name, value)| {
                write_value(writer, name);
                write_value(writer, value);
            });
        }
        Value::Object(object) => {
            let Object { symbol, fields, location } = &**object;
            writer.number(9);
            writer.text(symbol);
            write_location(writer, location);
            writer.items(fields, |writer, (name, value)| {
                writer.text(name);
                write_value(writer, value);
            });
        }
        Value::Globs(globs) => {
            writer.number(10);
            write_globs(writer, globs);
        }
    }
}

fn read_value(reader: &mut Reader<'_>, files: &mut Files, deepest: u32) -> Option<Value> {
    let below = deepest.checked_sub(1)?;
    Some(match reader.number()? {
        0 => Value::None,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Int(i64::from_le_bytes(reader.array()?)),
        4 => Value::Float(f64::from_bits(u64::from_le_bytes(reader.array()?))),
        5 => Value::Str(reader.owned()?),
        6 => Value::Bytes(reader.bytes()?.to_vec()),
        7 => Value::List(reader.items(|reader| read_value(reader, files, below))?),
        8 => Value::Dict(
            reader.items(|reader| Some((read_value(reader, files, below)?, read_value(reader, files, below)?)))?,
        ),
        9 => {
            let symbol = reader.owned()?;
            let location = read_location(reader, files)?;
            let fields = reader.items(|reader| Some((reader.owned()?, read_value(reader, files, below)?)))?;
            Value::Object(Box::new(Object { symbol, fields, location }))
        }
        10 => Value::Globs(Box::new(read_globs(reader)?)),
        _ => return None,
    })
}

fn write_diagnostic(writer: &mut Writer, diagnostic: &Diagnostic) {
    let Diagnostic { severity, location, message, excerpt, hints } = diagnostic;
    writer.number(u64::from(*severity == Severity::Error));
    writer.option(location.as_ref(), write_location);
    writer.text(message);
    writer.option(excerpt.as_deref(), Writer::text);
    writer.texts(hints);
}

fn read_diagnostic(reader: &mut Reader<'_>, files: &mut Files) -> Option<Diagnostic> {
    Some(Diagnostic {
        severity: if reader.number()? == 1 { Severity::Error } else { Severity::Warning },
        location: reader.option(|reader| read_location(reader, files))?,
        message: reader.owned()?,
        excerpt: reader.option(Reader::owned)?,
        hints: reader.items(Reader::owned)?,
    })
}

fn write_root(writer: &mut Writer, root: &DeclaredRoot) {
    let DeclaredRoot { dir, types, location, excerpt } = root;
    writer.text(dir);
    writer.texts(types);
    write_location(writer, location);
    writer.option(excerpt.as_deref(), Writer::text);
}

fn read_root(reader: &mut Reader<'_>, files: &mut Files) -> Option<DeclaredRoot> {
    Some(DeclaredRoot {
        dir: reader.text()?.into(),
        types: reader.items(|reader| reader.text().map(Arc::from))?,
        location: read_location(reader, files)?,
        excerpt: reader.option(Reader::owned)?,
    })
}

fn write_location(writer: &mut Writer, location: &Location) {
    let Location { file, line, column } = location;
    writer.text(file);
    writer.number(u64::from(*line));
    writer.number(u64::from(*column));
}

fn read_location(reader: &mut Reader<'_>, files: &mut Files) -> Option<Location> {
    Some(Location { file: files.shared(reader.text()?), line: reader.small()?, column: reader.small()? })
}

/// The files that places are in: few, and shared by all places of a family.
struct Files(Vec<Arc<str>>);

impl Files {
    fn shared(&mut self, file: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| ***known == *file) {
            return known.clone();
        }
        self.0.push(file.into());
        self.0[self.0.len() - 1].clone()
    }
}
