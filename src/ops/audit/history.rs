//! Reading the history without a lock.
//!
//! Owns that a reader sees one state although others write meanwhile: the head is read before and after
//! the file, and both again when it moved. Never waits for the lock, never writes.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Paths;
use crate::durable;
use crate::ops::error::OpError;

use super::chain::{self, LARGEST};
use super::head::{Head, HeadFile};
use super::line::{Line, hash};

/// How often a moving history is read again.
const ATTEMPTS: u32 = 100;

/// A line as it stands in the file.
pub(super) struct Placed {
    /// Its bytes, without the line end.
    pub(super) range: Range<usize>,
    /// Its hash.
    pub(super) hash: String,
    /// What it says; absent where it cannot be read.
    pub(super) line: Option<Line>,
}

/// The whole history at one moment.
pub(super) struct History {
    /// The file.
    pub(super) path: PathBuf,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Its whole lines.
    pub(super) lines: Vec<Placed>,
    /// How many bytes follow the last line end.
    pub(super) torn: usize,
    /// What the head says.
    pub(super) head: HeadFile,
}

impl History {
    /// Reads it; an absent file is an empty history.
    pub(super) fn read(paths: &Paths) -> Result<Self, OpError> {
        let (path, head_path) = (chain::path(&paths.home), Head::path(&paths.home));
        let mut attempt = 0;
        loop {
            attempt += 1;
            let before = Head::read(&head_path)?;
            let bytes = durable::read_if_present(&path, LARGEST)?.unwrap_or_default();
            let is_torn = bytes.last().is_some_and(|byte| *byte != b'\n');
            // A line that is being written looks torn for a moment.
            let is_settled = !is_torn || attempt > 5;
            if attempt == ATTEMPTS || is_settled && Head::read(&head_path)? == before {
                return Ok(Self::of(path, bytes, before));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Takes a file's content apart.
    pub(super) fn of(path: PathBuf, bytes: Vec<u8>, head: HeadFile) -> Self {
        let mut lines = Vec::new();
        let mut begin = 0;
        for (end, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            let text = &bytes[begin..end];
            lines.push(Placed { range: begin..end, hash: hash(text), line: Line::parse(text) });
            begin = end + 1;
        }
        Self { path, torn: bytes.len() - begin, bytes, lines, head }
    }

    /// The bytes of all whole lines, with their ends.
    pub(super) fn whole(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - self.torn]
    }

    /// How many lines cannot be read, a torn one included.
    pub(super) fn unreadable(&self) -> usize {
        self.lines.iter().filter(|placed| placed.line.is_none()).count() + usize::from(self.torn > 0)
    }
}
