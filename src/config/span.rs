//! Where each value stands in the text.
//!
//! Owns the way from a text to the bytes, lines and columns of its values: for YAML by the lossless
//! parser, for JSON by a scanner of its own. Takes only texts that were read strictly before, and
//! where the two readings differ in shape, the places below stay those of the section above.

use std::ops::Range;
use std::str::FromStr as _;

use yaml_edit::{YamlFile, YamlNode};

use super::origin::Position;
use super::tree::{Content, Node};

/// The bytes of a value and of what is inside it.
#[derive(Debug)]
pub(crate) struct Span {
    range: Range<usize>,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Leaf,
    /// A name for a value that stands elsewhere.
    Alias,
    Sequence(Vec<Span>),
    Mapping(Vec<(Option<Range<usize>>, Option<Span>)>),
}

impl Span {
    /// The spans of a YAML text.
    pub(crate) fn of_yaml(text: &str) -> Option<Self> {
        let document = YamlFile::from_str(text).ok()?.document()?;
        let root = if let Some(mapping) = document.as_mapping() {
            YamlNode::Mapping(mapping)
        } else if let Some(sequence) = document.as_sequence() {
            YamlNode::Sequence(sequence)
        } else {
            YamlNode::Scalar(document.as_scalar()?)
        };
        Some(Self::of_node(&root))
    }

    fn of_node(node: &YamlNode) -> Self {
        let range = bytes(node);
        let inner = match node {
            YamlNode::Scalar(_) => Inner::Leaf,
            YamlNode::Alias(_) => Inner::Alias,
            YamlNode::Mapping(mapping) => Self::of_mapping(mapping),
            YamlNode::Sequence(sequence) => {
                Inner::Sequence(sequence.values().map(|item| Self::of_node(&item)).collect())
            }
            YamlNode::TaggedNode(tagged) => match (tagged.as_mapping(), tagged.as_sequence()) {
                (Some(mapping), _) => Self::of_mapping(&mapping),
                (None, Some(sequence)) => Inner::Sequence(sequence.values().map(|item| Self::of_node(&item)).collect()),
                (None, None) => Inner::Leaf,
            },
        };
        Self { range, inner }
    }

    fn of_mapping(mapping: &yaml_edit::Mapping) -> Inner {
        Inner::Mapping(
            mapping
                .entries()
                .map(|entry| (entry.key_node().as_ref().map(bytes), entry.value_node().as_ref().map(Self::of_node)))
                .collect(),
        )
    }

    /// The spans of a JSON text.
    pub(crate) fn of_json(text: &str) -> Option<Self> {
        JsonScanner { bytes: text.as_bytes(), at: 0 }.value()
    }
}

fn bytes(node: &YamlNode) -> Range<usize> {
    let range = node.byte_range();
    range.start as usize..range.end as usize
}

/// Steps through JSON that is known to be valid.
struct JsonScanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl JsonScanner<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Skips `wanted` when it comes next.
    fn skip(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Option<Span> {
        let first = self.peek()?;
        let start = self.at;
        let inner = match first {
            b'{' => {
                self.at += 1;
                let mut entries = Vec::new();
                while !self.skip(b'}') {
                    self.skip(b',');
                    self.peek()?;
                    let key = self.token();
                    self.skip(b':');
                    entries.push((Some(key), Some(self.value()?)));
                }
                Inner::Mapping(entries)
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.skip(b']') {
                    self.skip(b',');
                    items.push(self.value()?);
                }
                Inner::Sequence(items)
            }
            _ => {
                self.token();
                Inner::Leaf
            }
        };
        Some(Span { range: start..self.at, inner })
    }

    /// A text, a number or a word.
    fn token(&mut self) -> Range<usize> {
        let start = self.at;
        if self.bytes.get(start) == Some(&b'"') {
            self.at += 1;
            while let Some(&byte) = self.bytes.get(self.at) {
                self.at += if byte == b'\\' { 2 } else { 1 };
                if byte == b'"' {
                    break;
                }
            }
        } else {
            while self.bytes.get(self.at).is_some_and(|byte| !byte.is_ascii_whitespace() && !b",]}:".contains(byte)) {
                self.at += 1;
            }
        }
        start..self.at.min(self.bytes.len())
    }
}

/// Turns bytes into lines and columns, quickly however long the lines are.
pub(crate) struct LineIndex<'a> {
    text: &'a [u8],
    /// Where each line starts.
    starts: Vec<usize>,
    /// Characters before every 256th byte.
    counts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.as_bytes();
        let mut starts = vec![0];
        starts.extend(text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(index, _)| index + 1));
        let mut counts = vec![0];
        let mut total = 0;
        for block in text.chunks(256) {
            total += characters(block);
            counts.push(total);
        }
        Self { text, starts, counts }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.before(offset) - self.before(self.starts[line - 1]) + 1;
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Position { line: number(line), column: number(column) }
    }

    fn before(&self, offset: usize) -> usize {
        self.counts[offset / 256] + characters(&self.text[offset / 256 * 256..offset])
    }
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

/// Gives every value of the tree its place.
pub(crate) fn locate(node: &mut Node, span: &Span, lines: &LineIndex<'_>) {
    node.position = lines.position(span.range.start);
    node.span = Some(span.range.clone()).filter(|range| !range.is_empty() && !matches!(span.inner, Inner::Alias));
    let position = node.position;
    match (&mut node.content, &span.inner) {
        (Content::Mapping(entries), Inner::Mapping(spans)) if entries.len() == spans.len() => {
            for (entry, (key, value)) in entries.iter_mut().zip(spans) {
                entry.key.position = key.as_ref().map_or(position, |key| lines.position(key.start));
                entry.key.span.clone_from(key);
                match value {
                    // An omitted value stands where its key does.
                    Some(value) if !value.range.is_empty() => locate(&mut entry.value, value, lines),
                    _ => inherit(&mut entry.value, entry.key.position),
                }
            }
        }
        (Content::Sequence(items), Inner::Sequence(spans)) if items.len() == spans.len() => {
            items.iter_mut().zip(spans).for_each(|(item, span)| locate(item, span, lines));
        }
        (Content::Tagged(_, inner), _) => {
            locate(inner, span, lines);
            // The bytes hold the tag as well.
            inner.span = None;
        }
        (Content::Scalar(_), _) => {}
        _ => children(node, position),
    }
}

fn inherit(node: &mut Node, position: Position) {
    node.position = position;
    node.span = None;
    children(node, position);
}

fn children(node: &mut Node, position: Position) {
    match &mut node.content {
        Content::Mapping(entries) => entries.iter_mut().for_each(|entry| {
            inherit(&mut entry.key, position);
            inherit(&mut entry.value, position);
        }),
        Content::Sequence(items) => items.iter_mut().for_each(|item| inherit(item, position)),
        Content::Tagged(_, inner) => inherit(inner, position),
        Content::Scalar(_) => {}
    }
}
