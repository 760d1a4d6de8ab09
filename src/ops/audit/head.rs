//! The head of the history: `$ARTCAFE_HOME/audit.head`.
//!
//! Owns the number and hash of the last line, in a file of its own, so that a cut end shows. Replaced
//! durably after each line; a crash in between leaves it one line behind, which is no damage.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::durable;
use crate::ops::error::{ErrorCode, OpError};

use super::line::NO_LINE;

/// How many lines there are, and the hash of the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The number of the last line.
    pub(super) count: u64,
    /// Its hash.
    pub(super) last: String,
}

/// What the head's file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeadFile {
    /// There is none.
    Missing,
    /// It is no head.
    Unreadable,
    /// This.
    Says(Head),
}

impl HeadFile {
    /// What it says, or the head of a history without a line.
    pub(super) fn or_empty(self) -> Head {
        match self {
            Self::Says(head) => head,
            Self::Missing | Self::Unreadable => Head::empty(),
        }
    }
}

impl Head {
    /// The file.
    pub(super) fn path(home: &Path) -> PathBuf {
        home.join("audit.head")
    }

    /// Of a history without a line.
    pub(super) fn empty() -> Self {
        Self { count: 0, last: NO_LINE.to_owned() }
    }

    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<HeadFile, OpError> {
        let Some(bytes) = durable::read_if_present(path, 64 * 1024)? else { return Ok(HeadFile::Missing) };
        let head = serde_json::from_slice::<Self>(&bytes).ok();
        let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        // No history grows to a number from which one could not count on.
        let head = head.filter(|head| is_hash(&head.last) && head.count < u64::MAX / 2);
        Ok(head.map_or(HeadFile::Unreadable, HeadFile::Says))
    }

    /// Replaces the file.
    pub(super) fn write(&self, path: &Path) -> Result<(), OpError> {
        let mut text = serde_json::to_string(self)
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the history's head").because(error))?;
        text.push('\n');
        durable::replace(path, text.as_bytes(), 0o600)?;
        Ok(())
    }
}
