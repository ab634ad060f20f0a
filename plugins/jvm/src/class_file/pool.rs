//! The constant pool: read from the original, written anew with what is used.

use super::ClassFileError;
use super::cursor::Cursor;
use std::collections::HashMap;

/// One constant of the original; the others it names are indices into the same pool.
#[derive(Clone, Copy, Debug)]
enum Constant<'a> {
    /// Index 0, and the second half of a long or a double.
    Unusable,
    /// Text, in Java's own UTF-8.
    Utf8(&'a [u8]),
    /// A number: its tag and its bytes.
    Number(u8, &'a [u8]),
    /// A class, string, method type, module or package: its tag and the text it names.
    Named(u8, u16),
    /// A member, a name and type, a dynamic constant, a method handle: occurs in bodies only.
    OfBodies,
}

/// The constants of a class file.
#[derive(Debug)]
pub(super) struct ConstantPool<'a> {
    constants: Vec<Constant<'a>>,
}

const CLASS: u8 = 7;

impl<'a> ConstantPool<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ClassFileError> {
        let count = usize::from(cursor.u16()?);
        let mut constants = vec![Constant::Unusable];
        while constants.len() < count {
            let tag = cursor.u8()?;
            constants.push(match tag {
                1 => {
                    let length = cursor.u16()?;
                    Constant::Utf8(cursor.take(usize::from(length))?)
                }
                3 | 4 => Constant::Number(tag, cursor.take(4)?),
                5 | 6 => Constant::Number(tag, cursor.take(8)?),
                7 | 8 | 16 | 19 | 20 => Constant::Named(tag, cursor.u16()?),
                9..=12 | 17 | 18 => cursor.take(4).map(|_| Constant::OfBodies)?,
                15 => cursor.take(3).map(|_| Constant::OfBodies)?,
                tag => return Err(ClassFileError::UnknownTag { what: "constant", tag }),
            });
            if matches!(tag, 5 | 6) {
                constants.push(Constant::Unusable);
            }
        }
        Ok(Self { constants })
    }

    fn get(&self, index: u16) -> Result<Constant<'a>, ClassFileError> {
        self.constants.get(usize::from(index)).copied().ok_or(ClassFileError::BadConstant(index))
    }

    /// The text at an index.
    pub(super) fn text(&self, index: u16) -> Result<&'a [u8], ClassFileError> {
        match self.get(index)? {
            Constant::Utf8(text) => Ok(text),
            _ => Err(ClassFileError::BadConstant(index)),
        }
    }

    /// The internal name (`java/lang/Object`) of the class at an index.
    pub(super) fn class_name(&self, index: u16) -> Result<&'a [u8], ClassFileError> {
        match self.get(index)? {
            Constant::Named(CLASS, name) => self.text(name),
            _ => Err(ClassFileError::BadConstant(index)),
        }
    }
}

/// The constants of the new class file, in the order of their first use.
#[derive(Debug)]
pub(super) struct PoolWriter<'p, 'a> {
    original: &'p ConstantPool<'a>,
    bytes: Vec<u8>,
    count: u16,
    places: HashMap<Vec<u8>, u16>,
    classes: Vec<&'a [u8]>,
}

impl<'p, 'a> PoolWriter<'p, 'a> {
    pub(super) fn new(original: &'p ConstantPool<'a>) -> Self {
        Self { original, bytes: Vec::new(), count: 1, places: HashMap::new(), classes: Vec::new() }
    }

    /// The new index of the constant at an old index; 0 stays 0, which means none.
    pub(super) fn place(&mut self, index: u16) -> Result<u16, ClassFileError> {
        if index == 0 {
            return Ok(0);
        }
        let mut entry = Vec::new();
        match self.original.get(index)? {
            Constant::Unusable | Constant::OfBodies => return Err(ClassFileError::BadConstant(index)),
            Constant::Utf8(text) => return Ok(self.place_text(text)),
            Constant::Number(tag, bytes) => {
                entry.push(tag);
                entry.extend(bytes);
            }
            Constant::Named(tag, text) => {
                let text = self.original.text(text)?;
                if tag == CLASS {
                    self.classes.push(text);
                }
                entry.push(tag);
                entry.extend(self.place_text(text).to_be_bytes());
            }
        }
        let is_wide = matches!(entry[0], 5 | 6);
        Ok(self.intern(entry, if is_wide { 2 } else { 1 }))
    }

    /// The new index of a text.
    pub(super) fn place_text(&mut self, text: &[u8]) -> u16 {
        let mut entry = vec![1];
        let length = u16::try_from(text.len()).expect("it came out of a constant, or is one of our own short names");
        entry.extend(length.to_be_bytes());
        entry.extend(text);
        self.intern(entry, 1)
    }

    /// The internal names of all classes placed so far.
    pub(super) fn classes(&self) -> &[&'a [u8]] {
        &self.classes
    }

    fn intern(&mut self, entry: Vec<u8>, slots: u16) -> u16 {
        if let Some(place) = self.places.get(&entry) {
            return *place;
        }
        let place = self.count;
        self.count += slots;
        self.bytes.extend(&entry);
        self.places.insert(entry, place);
        place
    }

    /// The pool as a class file holds it: a count, then the constants.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.count.to_be_bytes().to_vec();
        bytes.extend(self.bytes);
        bytes
    }
}
