//! What documents look like on the wire, as lines of text: `TaskSpec.version: u32`, `Exit::Code(i32)`.
//!
//! Nobody writes these lines. A deserializer that has no input asks each type for what it would read: it offers every
//! field, and one variant of an enum after the other, and writes down what is taken. So a line changes exactly when the
//! encoding does.

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::collections::{BTreeMap, BTreeSet};

/// The types that were met.
#[derive(Default)]
pub struct Shapes {
    /// Of each struct its fields, of each enum its variants, with what they hold.
    pub types: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields of structs that are offered; absent means all.
    offered: Option<BTreeMap<String, BTreeSet<String>>>,
    /// How often each variant was offered.
    turns: BTreeMap<(&'static str, &'static str), u32>,
}

/// How many readings without anything new show that there is nothing new: an enum inside an enum has its turn only when
/// the outer one offers the right variant.
const IDLE_READINGS: u32 = 200;

impl Shapes {
    /// Offers only fields that stand in these lines: what an older side sends.
    pub fn offering(lines: &BTreeSet<String>) -> Self {
        let mut offered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in lines {
            if let Some((name, field)) = line.split_once(": ").and_then(|(field, _)| field.split_once('.')) {
                offered.entry(name.to_owned()).or_default().insert(field.to_owned());
            }
        }
        Self { offered: Some(offered), ..Self::default() }
    }

    /// Writes down a type, and all types that it holds.
    pub fn add<T: DeserializeOwned>(&mut self) -> Result<(), Error> {
        let mut idle = 0;
        while idle < IDLE_READINGS {
            let before = self.count();
            T::deserialize(Reader { shapes: self, kind: &mut String::new() })?;
            idle = if self.count() == before { idle + 1 } else { 0 };
        }
        Ok(())
    }

    /// One line a field or variant, sorted.
    pub fn lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for (name, parts) in &self.types {
            for (part, kind) in parts {
                lines.insert(match part.strip_prefix("::") {
                    Some(_) => format!("{name}{part}{kind}"),
                    None => format!("{name}.{part}: {kind}"),
                });
            }
        }
        lines
    }

    fn count(&self) -> usize {
        self.types.values().map(BTreeMap::len).sum()
    }

    fn set(&mut self, name: &str, part: &str, kind: String) {
        self.types.entry(name.to_owned()).or_default().insert(part.to_owned(), kind);
    }

    fn is_offered(&self, name: &str, field: &str) -> bool {
        let known = self.offered.as_ref().map(|offered| offered.get(name));
        known.is_none_or(|fields| fields.is_none_or(|fields| fields.contains(field)))
    }
}

/// Answers one question, and says in `kind` what was asked for.
struct Reader<'a> {
    shapes: &'a mut Shapes,
    kind: &'a mut String,
}

/// Answers with a value that says nothing.
macro_rules! plain {
    ($($method:ident $visit:ident $kind:literal $value:expr;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            $kind.clone_into(self.kind);
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    plain! {
        deserialize_bool visit_bool "bool" true;
        deserialize_i8 visit_i8 "i8" 1;
        deserialize_i16 visit_i16 "i16" 1;
        deserialize_i32 visit_i32 "i32" 1;
        deserialize_i64 visit_i64 "i64" 1;
        deserialize_u8 visit_u8 "u8" 1;
        deserialize_u16 visit_u16 "u16" 1;
        deserialize_u32 visit_u32 "u32" 1;
        deserialize_u64 visit_u64 "u64" 1;
        deserialize_f32 visit_f32 "f32" 1.0;
        deserialize_f64 visit_f64 "f64" 1.0;
        deserialize_char visit_char "char" 'x';
        deserialize_str visit_str "text" "x";
        deserialize_string visit_str "text" "x";
        deserialize_bytes visit_bytes "bytes" b"x";
        deserialize_byte_buf visit_bytes "bytes" b"x";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value = visitor.visit_some(Reader { shapes: self.shapes, kind: self.kind });
        *self.kind = format!("optional {}", self.kind);
        value
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        "nothing".clone_into(self.kind);
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut kinds = Vec::new();
        let value = visitor.visit_seq(Items { shapes: self.shapes, kinds: &mut kinds, left: 1 })?;
        *self.kind = format!("list of {}", kinds.join(", "));
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let mut kinds = Vec::new();
        let value = visitor.visit_seq(Items { shapes: self.shapes, kinds: &mut kinds, left: len })?;
        *self.kind = format!("({})", kinds.join(", "));
        Ok(value)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut kinds = Vec::new();
        let value = visitor.visit_map(Items { shapes: self.shapes, kinds: &mut kinds, left: 1 })?;
        *self.kind = format!("map of {}", kinds.join(" to "));
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        name.clone_into(self.kind);
        let fields: Vec<_> = fields.iter().copied().filter(|field| self.shapes.is_offered(name, field)).collect();
        visitor.visit_map(Fields { shapes: self.shapes, name: name.to_owned(), fields, next: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        name.clone_into(self.kind);
        let turns = |variant: &&&'static str| self.shapes.turns.get(&(name, **variant)).copied().unwrap_or_default();
        let next = variants.iter().min_by_key(turns);
        let variant = *next.ok_or_else(|| de::Error::custom("an enum without variants"))?;
        // Before what it holds is asked for: that may be the enum again, and then another variant has its turn.
        *self.shapes.turns.entry((name, variant)).or_default() += 1;
        self.shapes.types.entry(name.to_owned()).or_default().entry(format!("::{variant}")).or_default();
        visitor.visit_enum(Variant { shapes: self.shapes, name, variant })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(de::Error::custom("a type of the wire must say what it reads"))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

/// The items of a list or tuple, or the one entry of a map.
struct Items<'a> {
    shapes: &'a mut Shapes,
    kinds: &'a mut Vec<String>,
    left: usize,
}

impl Items<'_> {
    fn item<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let mut kind = String::new();
        let value = seed.deserialize(Reader { shapes: self.shapes, kind: &mut kind })?;
        self.kinds.push(kind);
        Ok(value)
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.item(seed).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.item(seed)
    }
}

/// The fields of a struct or of a variant.
struct Fields<'a> {
    shapes: &'a mut Shapes,
    name: String,
    fields: Vec<&'static str>,
    next: usize,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.fields.get(self.next) else { return Ok(None) };
        let key: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let mut kind = String::new();
        let value = seed.deserialize(Reader { shapes: self.shapes, kind: &mut kind })?;
        self.shapes.set(&self.name, self.fields[self.next], kind);
        self.next += 1;
        Ok(value)
    }
}

/// One variant of an enum.
struct Variant<'a> {
    shapes: &'a mut Shapes,
    name: &'static str,
    variant: &'static str,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = Variant<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let variant: StrDeserializer<'_, Error> = self.variant.into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let mut kind = String::new();
        let value = seed.deserialize(Reader { shapes: self.shapes, kind: &mut kind })?;
        self.shapes.set(self.name, &format!("::{}", self.variant), format!("({kind})"));
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let mut kinds = Vec::new();
        let value = visitor.visit_seq(Items { shapes: self.shapes, kinds: &mut kinds, left: len })?;
        self.shapes.set(self.name, &format!("::{}", self.variant), format!("({})", kinds.join(", ")));
        Ok(value)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let name = format!("{}::{}", self.name, self.variant);
        visitor.visit_map(Fields { shapes: self.shapes, name, fields: fields.to_vec(), next: 0 })
    }
}
