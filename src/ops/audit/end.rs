//! Where the history ends: its last line, what is torn, and what the head says of it.
//!
//! Owns the decision where the next line goes. Writes nothing. What a crash can leave is told apart from
//! what none explains.

use std::path::Path;

use crate::durable;
use crate::ops::error::OpError;

use super::chain::LARGEST;
use super::head::{Head, HeadFile};
use super::line::{Line, hash};

/// Enough of the file's end to hold its last line: texts and paths are short.
const END: u64 = 256 * 1024;

/// The last line of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// The number that it says, or its place where it cannot be read.
    number: u64,
    hash: String,
    /// The hash that it names; absent where it cannot be read.
    prev: Option<String>,
}

/// The end of the file.
pub(super) struct End {
    /// The last whole line.
    pub(super) tail: Option<Tail>,
    /// What follows the last line end.
    pub(super) torn: Vec<u8>,
}

/// Where the next line goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    /// The line that it follows.
    pub(super) after: Head,
    /// What about the head has to be noted first.
    pub(super) note: Option<String>,
}

impl End {
    /// Reads as much of the file as holds its last line.
    pub(super) fn read(file: &Path) -> Result<Self, OpError> {
        let Some((bytes, is_whole)) = durable::read_end(file, END)? else {
            return Ok(Self { tail: None, torn: Vec::new() });
        };
        if !is_whole && bytes.iter().filter(|byte| **byte == b'\n').count() < 2 {
            return Ok(Self::of(&durable::read(file, LARGEST)?));
        }
        let end = Self::of(&bytes);
        if !is_whole && end.tail.as_ref().is_some_and(|tail| tail.prev.is_none()) {
            // A line that names no number is counted.
            return Ok(Self::of(&durable::read(file, LARGEST)?));
        }
        Ok(end)
    }

    fn of(bytes: &[u8]) -> Self {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let torn = bytes[whole.map_or(0, |end| end + 1)..].to_vec();
        let tail = whole.map(|end| {
            let begin = bytes[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let line = &bytes[begin..end];
            let read = Line::parse(line).filter(|line| line.seq < u64::MAX / 2);
            Tail {
                number: read.as_ref().map_or_else(
                    || bytes[..=end].iter().filter(|byte| **byte == b'\n').count() as u64,
                    |line| line.seq,
                ),
                hash: hash(line),
                prev: read.map(|line| line.prev),
            }
        });
        Self { tail, torn }
    }
}

/// Where the chain goes on.
pub(super) fn start(head: &HeadFile, tail: Option<&Tail>) -> Start {
    let at = |tail: &Tail| Head { count: tail.number, last: tail.hash.clone() };
    let end = || tail.map_or_else(Head::empty, at);
    let follows =
        |tail: &Tail, head: &Head| tail.number == head.count + 1 && tail.prev.as_deref() == Some(head.last.as_str());
    match (head, tail) {
        (HeadFile::Missing, None) => Start { after: Head::empty(), note: None },
        // A crash after the very first line.
        (HeadFile::Missing, Some(tail)) if follows(tail, &Head::empty()) => Start { after: at(tail), note: None },
        (HeadFile::Missing, Some(_)) => Start { after: end(), note: Some("the head was missing".to_owned()) },
        (HeadFile::Unreadable, _) => Start { after: end(), note: Some("the head could not be read".to_owned()) },
        // A crash after the line and before the head.
        (HeadFile::Says(head), Some(tail)) if follows(tail, head) => Start { after: at(tail), note: None },
        (HeadFile::Says(head), Some(tail)) if tail.prev.is_some() && tail.number > head.count => Start {
            after: at(tail),
            note: Some(format!(
                "the head named number {} as the last, and the file ends with {}",
                head.count, tail.number
            )),
        },
        // The file ends before the head, or its last line is not the one that the head names.
        (HeadFile::Says(head), _) => Start { after: head.clone(), note: None },
    }
}
