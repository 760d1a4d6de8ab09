//! A configuration file as it was read: its bytes, and its values with their places.
//!
//! Never changes the file. A file that cannot be read strictly is held all the same, so that the
//! commands that find or repair its problems can work with it.

use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::key::{Key, ORGANIZATION_ID};
use super::key_path::KeyPath;
use super::origin::{Origin, Position, Sourced};
use super::problem::Problem;
use super::scalar::Scalar;
use super::text::{Format, SyntaxError, parse};
use super::tree::Node;
use crate::durable;

/// The largest configuration file that is read, in bytes.
pub(crate) const SIZE_LIMIT: u64 = 1 << 20;

/// A configuration file.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    path: PathBuf,
    bytes: Vec<u8>,
    text: String,
    format: Format,
    tree: Result<Node, Problem>,
}

impl ConfigFile {
    /// Reads a file, which may be absent. What is wrong with its content is for
    /// [`ConfigFile::validate`] to say.
    pub fn load(path: &Path) -> Result<Option<Self>, ConfigError> {
        Ok(durable::read_if_present(path, SIZE_LIMIT)?.map(|bytes| Self::from_bytes(path, bytes)))
    }

    /// Takes the bytes of a file that was read by other means.
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Self {
        let format = Format::of(path);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let tree = match std::str::from_utf8(&bytes) {
            Ok(text) => parse(text, format).map_err(|error| syntax_problem(path, error)),
            Err(error) => {
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let position = super::span::LineIndex::new(&valid).position(valid.len());
                let message = "the file is not UTF-8".to_owned();
                Err(syntax_problem(path, SyntaxError { message, position }))
            }
        };
        Self { path: path.to_path_buf(), bytes, text, format, tree }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes as they were read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text; bytes that are no UTF-8 are shown by a replacement character.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The single value at a path, and its place; nothing when it is absent or has parts.
    pub fn scalar(&self, path: &KeyPath) -> Option<(Scalar, Position)> {
        let node = self.tree().ok()?.find(path.segments())?;
        Some((node.as_scalar()?.clone(), node.position))
    }

    /// Any value at a path as JSON, and its place.
    pub fn value(&self, path: &KeyPath) -> Option<(serde_json::Value, Position)> {
        let node = self.tree().ok()?.find(path.segments())?;
        Some((node.to_json(), node.position))
    }

    /// The text of one of our keys with its place, its synonym included; nothing when it is absent,
    /// empty, or no text.
    pub fn text_of(&self, key: Key) -> Option<Sourced<String>> {
        let found = |path: &str| {
            let segments: Vec<_> = path.split('.').collect();
            let node = self.tree().ok()?.find(&segments)?;
            let text = node.as_scalar()?.as_text().filter(|text| !text.is_empty())?;
            Some(Sourced::new(text.to_owned(), Origin::file(&self.path, node.position)))
        };
        found(key.path()).or_else(|| found(ORGANIZATION_ID).filter(|_| key == Key::TenantId))
    }

    /// Whether anything stands at a path, empty or not.
    pub fn has(&self, path: &KeyPath) -> bool {
        self.tree().is_ok_and(|tree| tree.find(path.segments()).is_some())
    }

    /// The dotted key and the place of every secret in the file, whose value is not shown.
    pub fn secrets(&self) -> Vec<(String, Position)> {
        self.tree().map_or_else(|_| Vec::new(), super::secrets::find)
    }

    pub(crate) fn tree(&self) -> Result<&Node, &Problem> {
        self.tree.as_ref()
    }
}

fn syntax_problem(path: &Path, error: SyntaxError) -> Problem {
    Problem::error(path, "syntax", error.position, format!("syntax error: {}", error.message))
        .hint("correct the text at this place, or restore a backup")
}
