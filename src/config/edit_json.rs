//! Changes to a JSON text that leave the rest of it alone.
//!
//! Owns the splicing of members: order, indentation and the spelling of every other value stay as
//! they are. The caller reads the outcome strictly.

use std::ops::Range;

use super::scalar::Scalar;
use super::tree::{Content, Entry, Node};

/// Sets the value, making objects on the way; says what is in the way otherwise.
pub(crate) fn set(body: &str, tree: &Node, segments: &[String], value: &Scalar) -> Result<String, String> {
    let literal = value.to_json().ok_or_else(|| "JSON has no such number".to_owned())?;
    if body.trim().is_empty() {
        return Ok(format!("{}\n", nested(segments, &literal, "", &Style::default())));
    }
    let style = Style::of(body);
    let mut node = tree;
    for (depth, name) in segments.iter().enumerate() {
        match node.own_child(name) {
            Some(child) => node = child,
            None => return insert(body, node, &segments[depth..], &literal, &style),
        }
    }
    let span = span_of(node)?;
    Ok(format!("{}{literal}{}", &body[..span.start], &body[span.end..]))
}

/// Removes the member with its comma.
pub(crate) fn unset(body: &str, tree: &Node, segments: &[String]) -> Result<String, String> {
    let absent = || "there is no such value".to_owned();
    let (name, above) = segments.split_last().ok_or_else(absent)?;
    let parent = above.iter().try_fold(tree, |node, name| node.own_child(name)).ok_or_else(absent)?;
    let Content::Mapping(entries) = &parent.content else { return Err(absent()) };
    let index = entries.iter().position(|entry| entry.key.key_text() == *name).ok_or_else(absent)?;
    let removed = match (index.checked_sub(1), entries.get(index + 1)) {
        (_, Some(next)) => span_of(&entries[index].key)?.start..span_of(&next.key)?.start,
        (Some(previous), None) => span_of(&entries[previous].value)?.end..span_of(&entries[index].value)?.end,
        (None, None) => {
            let whole = span_of(parent)?;
            whole.start + 1..whole.end - 1
        }
    };
    Ok(format!("{}{}", &body[..removed.start], &body[removed.end..]))
}

fn insert(body: &str, parent: &Node, segments: &[String], literal: &str, style: &Style) -> Result<String, String> {
    let span = span_of(parent)?;
    let base = line_indent(body, span.start);
    let (at, text) = match &parent.content {
        Content::Mapping(entries) => match entries.last() {
            Some(last) => after_last(body, span, last, segments, literal, style)?,
            None => (span, nested(segments, literal, base, style)),
        },
        Content::Scalar(Scalar::Null) => (span, nested(segments, literal, base, style)),
        _ => return Err(format!("the value above `{}` is no object", segments[0])),
    };
    Ok(format!("{}{text}{}", &body[..at.start], &body[at.end..]))
}

/// A new member behind the last one, with the blanks that the last one has.
fn after_last(
    body: &str,
    parent: Range<usize>,
    last: &Entry,
    segments: &[String],
    literal: &str,
    style: &Style,
) -> Result<(Range<usize>, String), String> {
    let (key, value) = (span_of(&last.key)?, span_of(&last.value)?);
    let before_key = &body[parent.start + 1..key.start];
    let blanks = &before_key[before_key.trim_end().len()..];
    // Empty lines between members are not repeated.
    let blanks = blanks
        .rfind('\n')
        .map_or(blanks, |at| if blanks[..at].ends_with('\r') { &blanks[at - 1..] } else { &blanks[at..] });
    let indent = blanks.trim_start_matches(['\r', '\n']);
    let inner = if blanks.contains('\n') { style.clone() } else { Style { unit: None, ..style.clone() } };
    let colon = &body[key.end..value.start];
    let member = member(&segments[0], colon, &rest(&segments[1..], literal, indent, &inner));
    Ok((value.end..value.end, format!(",{blanks}{member}")))
}

fn rest(segments: &[String], literal: &str, indent: &str, style: &Style) -> String {
    if segments.is_empty() { literal.to_owned() } else { nested(segments, literal, indent, style) }
}

/// Objects in each other down to the value.
fn nested(segments: &[String], literal: &str, indent: &str, style: &Style) -> String {
    let Some((name, below)) = segments.split_first() else { return literal.to_owned() };
    match &style.unit {
        Some(unit) => {
            let deeper = format!("{indent}{unit}");
            let end = style.line_end;
            format!("{{{end}{deeper}{}{end}{indent}}}", member(name, ": ", &nested(below, literal, &deeper, style)))
        }
        None => format!("{{{}}}", member(name, ": ", &nested(below, literal, indent, style))),
    }
}

fn member(name: &str, colon: &str, value: &str) -> String {
    // The names of a dotted path need no escapes.
    format!("\"{name}\"{colon}{value}")
}

/// How the file is laid out.
#[derive(Debug, Clone)]
struct Style {
    /// One step of indentation; nothing when the objects are on one line.
    unit: Option<String>,
    line_end: &'static str,
}

impl Default for Style {
    fn default() -> Self {
        Self { unit: Some("  ".to_owned()), line_end: "\n" }
    }
}

impl Style {
    fn of(body: &str) -> Self {
        let line_end = if body.contains("\r\n") { "\r\n" } else { "\n" };
        let indented = body.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
        let unit = indented.map_or("  ", |line| &line[..line.len() - line.trim_start().len()]);
        Self { unit: Some(unit.to_owned()), line_end }
    }
}

/// The blanks at the start of the line that holds a byte.
fn line_indent(body: &str, at: usize) -> &str {
    let line = &body[body[..at].rfind('\n').map_or(0, |newline| newline + 1)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn span_of(node: &Node) -> Result<Range<usize>, String> {
    node.span.clone().ok_or_else(|| "its place is unknown".to_owned())
}
