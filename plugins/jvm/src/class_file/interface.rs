//! The interface of a class: which of its parts stay, and how they are written.

use super::ClassFileError;
use super::cursor::Cursor;
use super::pool::{ConstantPool, PoolWriter};

const PRIVATE: u16 = 0x0002;
const BRIDGE: u16 = 0x0040;
const SYNTHETIC: u16 = 0x1000;
const MODULE: u16 = 0x8000;

/// What a class is to those who compile against its jar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClassKind {
    /// They can name it; here are the bytes of its interface.
    Visible(Vec<u8>),
    /// A local or anonymous class: nobody outside its body can name it.
    Hidden,
    /// A `module-info`: all of it is interface.
    Module,
}

/// Reduces a class file to its interface.
pub(crate) fn interface_of(bytes: &[u8]) -> Result<ClassKind, ClassFileError> {
    let class = Class::read(bytes)?;
    if class.flags & MODULE != 0 {
        return Ok(ClassKind::Module);
    }
    if class.is_local()? {
        return Ok(ClassKind::Hidden);
    }
    Ok(ClassKind::Visible(class.write_interface()?))
}

/// A class file, taken apart as far as the interface needs it.
struct Class<'a> {
    /// The magic number and the version.
    head: &'a [u8],
    pool: ConstantPool<'a>,
    flags: u16,
    this: u16,
    parent: u16,
    interfaces: Vec<u16>,
    fields: Vec<Member<'a>>,
    methods: Vec<Member<'a>>,
    attributes: Vec<Attribute<'a>>,
}

/// A field or a method.
struct Member<'a> {
    flags: u16,
    name: u16,
    descriptor: u16,
    attributes: Vec<Attribute<'a>>,
}

/// An attribute with its bytes, not looked into.
struct Attribute<'a> {
    name: u16,
    bytes: &'a [u8],
}

/// One entry of `InnerClasses`.
#[derive(Clone, Copy)]
struct InnerClass {
    inner: u16,
    outer: u16,
    name: u16,
    flags: u16,
}

impl<'a> Class<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, ClassFileError> {
        let mut cursor = Cursor::new(bytes);
        let head = cursor.take(8).map_err(|_| ClassFileError::NoMagic)?;
        if !head.starts_with(&[0xCA, 0xFE, 0xBA, 0xBE]) {
            return Err(ClassFileError::NoMagic);
        }
        Ok(Self {
            head,
            pool: ConstantPool::read(&mut cursor)?,
            flags: cursor.u16()?,
            this: cursor.u16()?,
            parent: cursor.u16()?,
            interfaces: cursor.u16_list()?,
            fields: read_members(&mut cursor)?,
            methods: read_members(&mut cursor)?,
            attributes: read_attributes(&mut cursor)?,
        })
    }

    fn attribute(&self, name: &str) -> Result<Option<&'a [u8]>, ClassFileError> {
        for attribute in &self.attributes {
            if self.pool.text(attribute.name)? == name.as_bytes() {
                return Ok(Some(attribute.bytes));
            }
        }
        Ok(None)
    }

    fn inner_classes(&self) -> Result<Vec<InnerClass>, ClassFileError> {
        let Some(bytes) = self.attribute("InnerClasses")? else { return Ok(Vec::new()) };
        let mut cursor = Cursor::new(bytes);
        (0..cursor.u16()?)
            .map(|_| {
                Ok(InnerClass { inner: cursor.u16()?, outer: cursor.u16()?, name: cursor.u16()?, flags: cursor.u16()? })
            })
            .collect()
    }

    /// Whether it stands inside a body.
    fn is_local(&self) -> Result<bool, ClassFileError> {
        if self.attribute("EnclosingMethod")?.is_some() {
            return Ok(true);
        }
        let this = self.pool.class_name(self.this)?;
        for entry in self.inner_classes()? {
            if self.pool.class_name(entry.inner)? == this {
                return Ok(entry.outer == 0);
            }
        }
        Ok(false)
    }

    fn write_interface(&self) -> Result<Vec<u8>, ClassFileError> {
        let mut writer = Writer { class: self, pool: PoolWriter::new(&self.pool) };
        let mut body = Vec::new();
        put(&mut body, self.flags);
        put(&mut body, writer.pool.place(self.this)?);
        put(&mut body, writer.pool.place(self.parent)?);
        put(&mut body, count(&self.interfaces));
        for interface in &self.interfaces {
            put(&mut body, writer.pool.place(*interface)?);
        }
        writer.members(&self.fields, &mut body)?;
        writer.members(&self.methods, &mut body)?;
        let mut attributes = writer.attributes(&self.attributes)?;
        attributes.extend(writer.permitted_subclasses()?);
        // Last: it lists the classes that everything before it has named.
        attributes.extend(writer.inner_classes()?);
        put_attributes(&mut body, &attributes);
        let mut bytes = self.head.to_vec();
        bytes.extend(writer.pool.into_bytes());
        bytes.extend(body);
        Ok(bytes)
    }
}

fn read_members<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<Member<'a>>, ClassFileError> {
    (0..cursor.u16()?)
        .map(|_| {
            Ok(Member {
                flags: cursor.u16()?,
                name: cursor.u16()?,
                descriptor: cursor.u16()?,
                attributes: read_attributes(cursor)?,
            })
        })
        .collect()
}

fn read_attributes<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<Attribute<'a>>, ClassFileError> {
    (0..cursor.u16()?)
        .map(|_| {
            let name = cursor.u16()?;
            let length = cursor.u32()?;
            Ok(Attribute { name, bytes: cursor.take(length as usize)? })
        })
        .collect()
}

/// Writes the parts of one class, all with indices of the new pool.
struct Writer<'c, 'a> {
    class: &'c Class<'a>,
    pool: PoolWriter<'c, 'a>,
}

impl Writer<'_, '_> {
    fn members(&mut self, members: &[Member<'_>], out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        let mut kept = Vec::new();
        for member in members {
            if self.is_visible(member)? {
                kept.push(member);
            }
        }
        put(out, count(&kept));
        for member in kept {
            put(out, member.flags);
            put(out, self.pool.place(member.name)?);
            put(out, self.pool.place(member.descriptor)?);
            let attributes = self.attributes(&member.attributes)?;
            put_attributes(out, &attributes);
        }
        Ok(())
    }

    /// Whether others can see a member. Bridges are synthetic, but javac looks at them.
    fn is_visible(&self, member: &Member<'_>) -> Result<bool, ClassFileError> {
        let is_invented = member.flags & SYNTHETIC != 0 && member.flags & BRIDGE == 0;
        let is_initializer = self.class.pool.text(member.name)? == b"<clinit>";
        Ok(member.flags & PRIVATE == 0 && !is_invented && !is_initializer)
    }

    /// The attributes that belong to the interface, written anew, in their order.
    fn attributes(&mut self, attributes: &[Attribute<'_>]) -> Result<Vec<Vec<u8>>, ClassFileError> {
        let mut written = Vec::new();
        for attribute in attributes {
            let name = self.class.pool.text(attribute.name)?;
            if let Some(content) = self.attribute_content(name, attribute.bytes)? {
                written.push(self.attribute(name, &content));
            }
        }
        Ok(written)
    }

    fn attribute(&mut self, name: &[u8], content: &[u8]) -> Vec<u8> {
        let mut bytes = self.pool.place_text(name).to_be_bytes().to_vec();
        let length = u32::try_from(content.len()).expect("the original's length was a u32, and this is no longer");
        bytes.extend(length.to_be_bytes());
        bytes.extend(content);
        bytes
    }

    /// What stays of an attribute; `None` when nothing of it is visible to others.
    fn attribute_content(&mut self, name: &[u8], bytes: &[u8]) -> Result<Option<Vec<u8>>, ClassFileError> {
        let mut cursor = Cursor::new(bytes);
        let mut out = Vec::new();
        match name {
            b"Deprecated" => {}
            b"Signature" | b"ConstantValue" => self.index(&mut cursor, &mut out)?,
            b"Exceptions" => self.indices(&mut cursor, &mut out)?,
            b"MethodParameters" => {
                let parameters = cursor.u8()?;
                out.push(parameters);
                for _ in 0..parameters {
                    self.index(&mut cursor, &mut out)?;
                    put(&mut out, cursor.u16()?);
                }
            }
            b"AnnotationDefault" => self.element_value(&mut cursor, &mut out)?,
            b"RuntimeVisibleAnnotations" | b"RuntimeInvisibleAnnotations" => self.annotations(&mut cursor, &mut out)?,
            b"RuntimeVisibleParameterAnnotations" | b"RuntimeInvisibleParameterAnnotations" => {
                let parameters = cursor.u8()?;
                out.push(parameters);
                for _ in 0..parameters {
                    self.annotations(&mut cursor, &mut out)?;
                }
            }
            b"RuntimeVisibleTypeAnnotations" | b"RuntimeInvisibleTypeAnnotations" => {
                return self.type_annotations(&mut cursor);
            }
            b"Record" => self.record(&mut cursor, &mut out)?,
            _ => return Ok(None),
        }
        Ok(Some(out))
    }

    fn index(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        put(out, self.pool.place(cursor.u16()?)?);
        Ok(())
    }

    fn indices(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        let indices = cursor.u16()?;
        put(out, indices);
        for _ in 0..indices {
            self.index(cursor, out)?;
        }
        Ok(())
    }

    fn record(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        let components = cursor.u16()?;
        put(out, components);
        for _ in 0..components {
            self.index(cursor, out)?;
            self.index(cursor, out)?;
            // The attributes of a component borrow nothing but the bytes of this one.
            let attributes = read_attributes(cursor)?;
            let written = self.attributes(&attributes)?;
            put_attributes(out, &written);
        }
        Ok(())
    }

    fn annotations(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        let annotations = cursor.u16()?;
        put(out, annotations);
        for _ in 0..annotations {
            self.annotation(cursor, out)?;
        }
        Ok(())
    }

    fn annotation(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        self.index(cursor, out)?;
        let elements = cursor.u16()?;
        put(out, elements);
        for _ in 0..elements {
            self.index(cursor, out)?;
            self.element_value(cursor, out)?;
        }
        Ok(())
    }

    fn element_value(&mut self, cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ClassFileError> {
        let tag = cursor.u8()?;
        out.push(tag);
        match tag {
            b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z' | b's' | b'c' => self.index(cursor, out),
            b'e' => {
                self.index(cursor, out)?;
                self.index(cursor, out)
            }
            b'@' => self.annotation(cursor, out),
            b'[' => {
                let values = cursor.u16()?;
                put(out, values);
                (0..values).try_for_each(|_| self.element_value(cursor, out))
            }
            tag => Err(ClassFileError::UnknownTag { what: "annotation value", tag }),
        }
    }

    /// Type annotations outside bodies; those inside stand in the `Code` attribute, which goes as a whole.
    fn type_annotations(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<Vec<u8>>, ClassFileError> {
        let annotations = cursor.u16()?;
        let mut out = Vec::new();
        put(&mut out, annotations);
        for _ in 0..annotations {
            let target = cursor.u8()?;
            out.push(target);
            let length = match target {
                0x00 | 0x01 | 0x16 => 1,
                0x10..=0x12 | 0x17 => 2,
                0x13..=0x15 => 0,
                tag => return Err(ClassFileError::UnknownTag { what: "type annotation", tag }),
            };
            out.extend(cursor.take(length)?);
            let path = cursor.u8()?;
            out.push(path);
            out.extend(cursor.take(2 * usize::from(path))?);
            self.annotation(cursor, &mut out)?;
        }
        Ok(Some(out))
    }

    /// The subclasses of a sealed class that others can name: an enum permits its anonymous constants too.
    fn permitted_subclasses(&mut self) -> Result<Option<Vec<u8>>, ClassFileError> {
        let Some(bytes) = self.class.attribute("PermittedSubclasses")? else { return Ok(None) };
        let local = self.local_classes()?;
        let mut named = Vec::new();
        for index in Cursor::new(bytes).u16_list()? {
            if !local.contains(&self.class.pool.class_name(index)?) {
                named.push(index);
            }
        }
        if named.is_empty() {
            return Ok(None);
        }
        let mut out = Vec::new();
        put(&mut out, count(&named));
        for index in named {
            put(&mut out, self.pool.place(index)?);
        }
        Ok(Some(self.attribute(b"PermittedSubclasses", &out)))
    }

    fn local_classes(&self) -> Result<Vec<&[u8]>, ClassFileError> {
        let mut local = Vec::new();
        for entry in self.class.inner_classes()? {
            if entry.outer == 0 {
                local.push(self.class.pool.class_name(entry.inner)?);
            }
        }
        Ok(local)
    }

    /// The entries for the class itself, its member classes and the classes that its interface names. The compiler lists
    /// those too that only bodies name, in an order that bodies influence; so these are sorted by name.
    fn inner_classes(&mut self) -> Result<Option<Vec<u8>>, ClassFileError> {
        let pool = &self.class.pool;
        let this = pool.class_name(self.class.this)?;
        let mut kept = Vec::new();
        for entry in self.class.inner_classes()? {
            if entry.outer == 0 {
                continue;
            }
            let (inner, outer) = (pool.class_name(entry.inner)?, pool.class_name(entry.outer)?);
            if inner == this || outer == this || self.pool.classes().contains(&inner) {
                kept.push((inner, entry));
            }
        }
        kept.sort_by_key(|(inner, _)| *inner);
        if kept.is_empty() {
            return Ok(None);
        }
        let mut out = Vec::new();
        put(&mut out, count(&kept));
        for (_, entry) in kept {
            put(&mut out, self.pool.place(entry.inner)?);
            put(&mut out, self.pool.place(entry.outer)?);
            put(&mut out, self.pool.place(entry.name)?);
            put(&mut out, entry.flags);
        }
        Ok(Some(self.attribute(b"InnerClasses", &out)))
    }
}

fn put(out: &mut Vec<u8>, value: u16) {
    out.extend(value.to_be_bytes());
}

fn put_attributes(out: &mut Vec<u8>, attributes: &[Vec<u8>]) {
    put(out, count(attributes));
    out.extend(attributes.concat());
}

fn count<T>(items: &[T]) -> u16 {
    u16::try_from(items.len()).expect("it is a selection of items that a u16 counted")
}
