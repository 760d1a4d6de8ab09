//! Changes to a YAML text that leave the rest of it alone.
//!
//! Owns two ways to change: putting a new word in place of an old one, byte by byte, and the lossless
//! editor for everything else. Neither is trusted: the caller reads the outcome strictly.

use std::str::FromStr as _;

use yaml_edit::path::YamlPath as _;
use yaml_edit::{Document, ScalarValue, YamlFile};

use super::scalar::{Quotes, Scalar};
use super::tree::{Content, Node};

/// Puts the value where the old one stands, in the old one's quotes; nothing when the old one is no
/// word of one line.
pub(crate) fn replace(body: &str, tree: &Node, segments: &[String], value: &Scalar) -> Option<String> {
    let node = segments.iter().try_fold(tree, |node, name| node.own_child(name))?;
    let span = node.span.clone().filter(|_| matches!(node.content, Content::Scalar(_)))?;
    let old = body.get(span.clone())?;
    let quotes = match old.as_bytes().first()? {
        b'"' => Quotes::Double,
        b'\'' => Quotes::Single,
        b'|' | b'>' | b'&' | b'*' | b'!' => return None,
        // A number that becomes a text was meant as one and gets the quotes that it lacked.
        _ if matches!(node.as_scalar(), Some(Scalar::Text(_))) => Quotes::Plain,
        _ => Quotes::Double,
    };
    if old.contains(['\n', '\r']) {
        return None;
    }
    Some(format!("{}{}{}", &body[..span.start], value.to_yaml(quotes), &body[span.end..]))
}

/// Sets the value by the lossless editor; says what is in the way otherwise.
pub(crate) fn set(body: &str, tree: &Node, segments: &[String], value: &Scalar) -> Result<String, String> {
    edit(body, |document| {
        let path = editor_path(tree, segments);
        let outcome = match value {
            Scalar::Text(text) => document.try_set_path(&path, ScalarValue::double_quoted(text.as_str())),
            Scalar::Integer(number) => document.try_set_path(&path, *number),
            Scalar::Float(number) => document.try_set_path(&path, *number),
            Scalar::Boolean(flag) => document.try_set_path(&path, *flag),
            Scalar::Null => document.try_set_path(&path, ScalarValue::null()),
        };
        outcome.map_err(|error| error.to_string())
    })
}

/// Removes the value by the lossless editor.
pub(crate) fn unset(body: &str, tree: &Node, segments: &[String]) -> Result<String, String> {
    edit(body, |document| {
        document.try_remove_path(&editor_path(tree, segments)).map(drop).map_err(|error| error.to_string())
    })
}

/// The path as the editor reads it: digits are an index in a list, and a name anywhere else.
fn editor_path(tree: &Node, segments: &[String]) -> String {
    let mut node = Some(tree);
    let mut path = Vec::new();
    for name in segments {
        let in_list = node.is_some_and(|node| matches!(node.untagged().content, Content::Sequence(_)));
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        path.push(if is_number && !in_list { format!("\\{name}") } else { name.clone() });
        node = node.and_then(|node| node.own_child(name));
    }
    path.join(".")
}

fn edit(body: &str, change: impl FnOnce(&Document) -> Result<(), String>) -> Result<String, String> {
    // The editor's own words could repeat parts of the file.
    let file = YamlFile::from_str(body).map_err(|_| "its layout is too unusual".to_owned())?;
    change(&file.ensure_document())?;
    let mut text = file.to_string();
    // A text without content gets its final line break; any other keeps what it had.
    if (body.trim().is_empty() || body.ends_with('\n')) && !text.ends_with('\n') {
        text.push_str(if body.ends_with("\r\n") { "\r\n" } else { "\n" });
    }
    Ok(text)
}
