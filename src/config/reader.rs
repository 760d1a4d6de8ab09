//! Reads a tree from any format that serde knows.
//!
//! Stops at a fixed number of values, so that a small file of aliases cannot grow into a large one.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess as _, Visitor};

use super::scalar::Scalar;
use super::tree::{Content, Entry, Node};

/// The most values that a file may hold, aliases expanded.
const BUDGET: usize = 50_000;

/// Reads a tree from any format and counts its values.
pub(crate) struct Reader(Cell<usize>);

impl Reader {
    pub(crate) fn new() -> Self {
        Self(Cell::new(BUDGET))
    }

    pub(crate) fn seed(&self) -> Seed<'_> {
        Seed(&self.0)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Seed<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| de::Error::custom("there are too many values"))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Boolean(value)).into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Integer(value)).into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Content::Scalar(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer)).into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Float(value as f64)).into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Float(value as f64)).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Float(value)).into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Content::Scalar(Scalar::Text(value.to_owned())).into())
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::null())
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::null())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Content::Sequence(items).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key_seed(self)? {
            entries.push(Entry { key, value: access.next_value_seed(self)? });
        }
        Ok(Content::Mapping(entries).into())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Node, A::Error> {
        let (tag, variant) = access.variant::<String>()?;
        let value = variant.newtype_variant_seed(self)?;
        Ok(Content::Tagged(tag, Box::new(value)).into())
    }
}
