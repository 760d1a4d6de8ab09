//! The content of a file as a tree: read strictly, duplicates kept, every value with its place.
//!
//! Owns lookup and the comparison of two trees, which is how an edit is proved to have touched
//! nothing else. One tree serves YAML and JSON.

use std::collections::HashMap;
use std::ops::Range;

use super::origin::Position;
use super::scalar::Scalar;

/// One value of the file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) content: Content,
    /// Where it starts.
    pub(crate) position: Position,
    /// Its bytes; nothing when it stands elsewhere (behind an alias) or nowhere (an omitted value).
    pub(crate) span: Option<Range<usize>>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
    Tagged(String, Box<Node>),
}

/// One key with its value; keys can occur twice.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
}

impl From<Content> for Node {
    fn from(content: Content) -> Self {
        Self { content, position: Position::START, span: None }
    }
}

impl Node {
    pub(crate) fn null() -> Self {
        Content::Scalar(Scalar::Null).into()
    }

    /// The value without its tag.
    pub(crate) fn untagged(&self) -> &Self {
        match &self.content {
            Content::Tagged(_, inner) => inner.untagged(),
            _ => self,
        }
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.untagged().content {
            Content::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Its entries, when it is a section; an empty value is a section without entries.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.untagged().content {
            Content::Mapping(entries) => Some(entries),
            Content::Scalar(Scalar::Null) => Some(&[]),
            _ => None,
        }
    }

    /// The text of a key, as dotted paths spell it.
    pub(crate) fn key_text(&self) -> String {
        self.as_scalar().map(Scalar::to_string).unwrap_or_else(|| "?".to_owned())
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.untagged().content {
            Content::Scalar(scalar) => scalar.kind(),
            Content::Sequence(_) => "a list",
            _ => "a section",
        }
    }

    /// The value directly below, without regard to merge keys.
    pub(crate) fn own_child(&self, name: &str) -> Option<&Self> {
        match &self.untagged().content {
            Content::Mapping(entries) => {
                entries.iter().find(|entry| entry.key.key_text() == name).map(|entry| &entry.value)
            }
            Content::Sequence(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        }
    }

    fn child(&self, name: &str) -> Option<&Self> {
        self.own_child(name).or_else(|| {
            // The framework's reader of YAML honours merge keys, so they decide here as well.
            let merged = self.own_child("<<")?.untagged();
            match &merged.content {
                Content::Mapping(_) => merged.child(name),
                Content::Sequence(sources) => sources.iter().find_map(|source| source.child(name)),
                _ => None,
            }
        })
    }

    /// The value at a path.
    pub(crate) fn find(&self, segments: &[impl AsRef<str>]) -> Option<&Self> {
        segments.iter().try_fold(self, |node, segment| node.child(segment.as_ref()))
    }

    /// Whether both hold the same values, whatever their order and places.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Scalar(left), Content::Scalar(right)) => left == right,
            (Content::Sequence(left), Content::Sequence(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same_as(right))
            }
            (Content::Tagged(left_tag, left), Content::Tagged(right_tag, right)) => {
                left_tag == right_tag && left.same_as(right)
            }
            (Content::Mapping(left), Content::Mapping(right)) => {
                left.len() == right.len()
                    && left.iter().enumerate().all(|(index, entry)| {
                        let at_index = right.get(index).filter(|other| other.key.same_as(&entry.key));
                        at_index
                            .or_else(|| right.iter().find(|other| other.key.same_as(&entry.key)))
                            .is_some_and(|other| other.value.same_as(&entry.value))
                    })
            }
            // A section that lost its last entry is an omitted value or `{}`.
            (Content::Mapping(entries), Content::Scalar(Scalar::Null))
            | (Content::Scalar(Scalar::Null), Content::Mapping(entries)) => entries.is_empty(),
            _ => false,
        }
    }

    /// Sets the value at a path, making sections on the way; says what is in the way otherwise.
    pub(crate) fn put(&mut self, segments: &[String], value: Scalar) -> Result<(), String> {
        if matches!(self.content, Content::Tagged(..)) {
            if segments.is_empty() && self.as_scalar().is_some() {
                *self = Content::Scalar(value).into();
                return Ok(());
            }
            return Err("it has a tag".to_owned());
        }
        let Some((name, rest)) = segments.split_first() else {
            if self.as_scalar().is_none() {
                return Err(format!("it is {}, not a single value", self.kind()));
            }
            *self = Content::Scalar(value).into();
            return Ok(());
        };
        if matches!(self.content, Content::Scalar(Scalar::Null)) {
            self.content = Content::Mapping(Vec::new());
        }
        match &mut self.content {
            Content::Mapping(entries) => match entries.iter_mut().find(|entry| entry.key.key_text() == *name) {
                Some(entry) => entry.value.put(rest, value),
                None => {
                    let mut child = Self::null();
                    child.put(rest, value)?;
                    entries.push(Entry { key: Content::Scalar(Scalar::Text(name.clone())).into(), value: child });
                    Ok(())
                }
            },
            Content::Sequence(items) => match name.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                Some(item) => item.put(rest, value),
                None => Err(format!("the list has no item `{name}`")),
            },
            _ => Err(format!("the value above `{name}` is {}, not a section", self.kind())),
        }
    }

    /// Removes the value at a path; whether there was one.
    pub(crate) fn take(&mut self, segments: &[String]) -> bool {
        match (&mut self.content, segments) {
            (Content::Mapping(entries), [name]) => {
                let before = entries.len();
                entries.retain(|entry| entry.key.key_text() != *name);
                entries.len() < before
            }
            (Content::Mapping(entries), [name, rest @ ..]) => entries
                .iter_mut()
                .find(|entry| entry.key.key_text() == *name)
                .is_some_and(|entry| entry.value.take(rest)),
            (Content::Sequence(items), [name, rest @ ..]) if !rest.is_empty() => {
                name.parse::<usize>().ok().and_then(|index| items.get_mut(index)).is_some_and(|item| item.take(rest))
            }
            _ => false,
        }
    }

    /// Every second occurrence of a key in one section: its path, its place, the place of the first.
    pub(crate) fn duplicates(&self) -> Vec<(String, Position, Position)> {
        let mut found = Vec::new();
        self.collect_duplicates("", &mut found);
        found
    }

    fn collect_duplicates(&self, path: &str, found: &mut Vec<(String, Position, Position)>) {
        match &self.untagged().content {
            Content::Mapping(entries) => {
                let mut seen = HashMap::new();
                for entry in entries {
                    let name = entry.key.key_text();
                    let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    if let Some(first) = seen.insert(name, entry.key.position) {
                        found.push((below.clone(), entry.key.position, first));
                    }
                    entry.value.collect_duplicates(&below, found);
                }
            }
            Content::Sequence(items) => items.iter().for_each(|item| item.collect_duplicates(path, found)),
            _ => {}
        }
    }

    /// The tree as JSON, merge keys left as they are.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.untagged().content {
            Content::Scalar(scalar) => serde_json::to_value(scalar).unwrap_or_default(),
            Content::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Content::Mapping(entries) => serde_json::Value::Object(
                entries.iter().map(|entry| (entry.key.key_text(), entry.value.to_json())).collect(),
            ),
            Content::Tagged(..) => serde_json::Value::Null,
        }
    }
}
