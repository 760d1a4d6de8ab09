//! Writing to the history: the end of the chain, found, mended and continued.
//!
//! Owns the order: lock, find the end, mend it, append the line durably, then replace the head. Where
//! the file and its head disagree in a way that no crash explains, the chain goes on from what the head
//! says, so that what is missing or changed shows for good; it is never smoothed over.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::checkpoint;
use crate::config::Paths;
use crate::durable::{self, Lock};
use crate::ops::error::{ErrorCode, OpError};

use super::action::Action;
use super::change::Change;
use super::head::{Head, HeadFile};
use super::line::{Line, hash};

/// How long a writer waits for the others.
const PATIENCE: Duration = Duration::from_secs(10);

/// Enough of the file's end to hold its last line: texts and paths are short.
const END: u64 = 256 * 1024;

/// No history is larger.
pub(super) const LARGEST: u64 = 1 << 30;

/// The last line of the file.
#[derive(Debug, PartialEq, Eq)]
struct Tail {
    number: u64,
    hash: String,
    /// The hash that it names; absent where it cannot be read.
    prev: Option<String>,
}

/// The end of the file.
struct End {
    tail: Option<Tail>,
    /// What follows the last line end.
    torn: Vec<u8>,
}

/// Where the next line goes.
#[derive(Debug, PartialEq, Eq)]
struct Start {
    after: Head,
    /// What about the head has to be noted first.
    note: Option<String>,
}

/// The chain, ready for its next line.
struct Chain {
    file: PathBuf,
    head_file: PathBuf,
    end: Head,
}

/// The history's file.
pub(super) fn path(paths: &Paths) -> PathBuf {
    paths.home.join("audit.jsonl")
}

/// Adds a change.
pub(super) fn add(paths: &Paths, now: Timestamp, change: &Change) -> Result<(), OpError> {
    durable::create_private_dir(&paths.home)?;
    let stamp = format!("pid {}, since {}", std::process::id(), now.strftime("%Y-%m-%dT%H:%M:%SZ"));
    let _lock = Lock::acquire(&paths.home.join("audit.lock"), &stamp, PATIENCE)?;
    Chain::open(paths, now)?.add(now, change)
}

impl Chain {
    /// Finds the end and mends what a crash left there; the caller holds the lock.
    fn open(paths: &Paths, now: Timestamp) -> Result<Self, OpError> {
        let (file, head_file) = (path(paths), Head::path(paths));
        let mut end = End::read(&file)?;
        let mut mended = None;
        if !end.torn.is_empty() && Line::parse(&end.torn).is_some() {
            // The line is whole and only its end is missing.
            durable::append(&file, b"\n", 0o600)?;
            end = End::read(&file)?;
            mended = Some("the end of the last line was missing".to_owned());
        }
        let known = Head::read(&head_file)?;
        let start = start(&known, end.tail.as_ref());
        let is_behind = start.note.is_none() && start.after != known.or_empty();
        if is_behind {
            // Otherwise a crash in what follows would leave it two lines behind.
            start.after.write(&head_file)?;
        }
        let mut chain = Self { file, head_file, end: start.after };
        if !end.torn.is_empty() {
            chain.drop_torn(now, end.torn.len())?;
        }
        if let Some(reason) = mended {
            chain.add(now, &Change::new(Action::Repaired).reason(reason))?;
        }
        if let Some(note) = start.note {
            chain.add(now, &Change::new(Action::HeadReplaced).reason(note))?;
        }
        Ok(chain)
    }

    /// Puts a line that tells of it in the place of the torn bytes, in one move.
    fn drop_torn(&mut self, now: Timestamp, count: usize) -> Result<(), OpError> {
        let mut bytes = durable::read(&self.file, LARGEST)?;
        bytes.truncate(bytes.len().saturating_sub(count));
        let reason = format!("a torn last line of {count} bytes was dropped");
        let (line, next) = self.next(now, &Change::new(Action::Repaired).reason(reason))?;
        bytes.extend(line);
        durable::replace(&self.file, &bytes, 0o600)?;
        checkpoint::reach("audit.repaired");
        self.advance(next)
    }

    fn add(&mut self, now: Timestamp, change: &Change) -> Result<(), OpError> {
        let (line, next) = self.next(now, change)?;
        durable::append(&self.file, &line, 0o600)?;
        checkpoint::reach("audit.appended");
        self.advance(next)
    }

    /// The next line with its end, and the head that follows from it.
    fn next(&self, now: Timestamp, change: &Change) -> Result<(Vec<u8>, Head), OpError> {
        let count = self.end.count + 1;
        let mut text = serde_json::to_vec(&Line::of(change, count, now, &self.end.last))
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write a line of the history").because(error))?;
        let next = Head { count, last: hash(&text) };
        text.push(b'\n');
        Ok((text, next))
    }

    fn advance(&mut self, next: Head) -> Result<(), OpError> {
        next.write(&self.head_file)?;
        self.end = next;
        Ok(())
    }
}

impl End {
    fn read(file: &std::path::Path) -> Result<Self, OpError> {
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
fn start(head: &HeadFile, tail: Option<&Tail>) -> Start {
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Flags;
    use crate::env::Env;

    fn paths(home: &Path) -> Paths {
        let home = home.to_str().unwrap();
        Paths::resolve(&Env::made_up(&[], [("HOME", home), ("ARTCAFE_HOME", home)]), &Flags::default()).unwrap()
    }

    fn tell(paths: &Paths, key: &str) {
        add(paths, Timestamp::UNIX_EPOCH, &Change::new(Action::KeyRegistered).key_id(key)).unwrap();
    }

    fn lines(paths: &Paths) -> Vec<Line> {
        let text = durable::read(&path(paths), LARGEST).unwrap();
        assert!(text.ends_with(b"\n"));
        text.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| Line::parse(line).unwrap())
            .collect()
    }

    /// The numbers, and whether each line names the one before.
    #[track_caller]
    fn expect_chain(paths: &Paths, what: &[&str]) {
        let lines = lines(paths);
        assert_eq!(lines.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), what);
        let mut prev = super::super::line::NO_LINE.to_owned();
        for (place, line) in lines.iter().enumerate() {
            assert_eq!((line.seq, &line.prev), (place as u64 + 1, &prev));
            prev = hash(&serde_json::to_vec(line).unwrap());
        }
        assert_eq!(
            Head::read(&Head::path(paths)).unwrap(),
            HeadFile::Says(Head { count: what.len() as u64, last: prev })
        );
    }

    fn set_end(paths: &Paths, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = durable::read(&path(paths), LARGEST).unwrap();
        change(&mut bytes);
        durable::replace(&path(paths), &bytes, 0o600).unwrap();
    }

    #[test]
    fn every_line_names_the_one_before() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        for key in ["a", "b", "c"] {
            tell(&paths, key);
        }
        expect_chain(&paths, &["key_registered"; 3]);
    }

    #[test]
    fn a_head_that_a_crash_left_behind_is_no_damage() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        tell(&paths, "a");
        durable::remove(&Head::path(&paths)).unwrap();
        tell(&paths, "b");
        let before = durable::read(&Head::path(&paths), LARGEST).unwrap();
        tell(&paths, "c");
        durable::replace(&Head::path(&paths), &before, 0o600).unwrap();
        tell(&paths, "d");
        expect_chain(&paths, &["key_registered"; 4]);
    }

    #[test]
    fn torn_bytes_are_dropped_and_told() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        set_up_torn(&paths, b"{\"seq\":1");
        tell(&paths, "a");
        expect_chain(&paths, &["repaired", "key_registered"]);
        set_end(&paths, |bytes| bytes.extend(b"{\"seq\":3,\"ti"));
        tell(&paths, "b");
        expect_chain(&paths, &["repaired", "key_registered", "repaired", "key_registered"]);
        assert_eq!(lines(&paths)[2].reason.as_deref(), Some("a torn last line of 12 bytes was dropped"));
    }

    fn set_up_torn(paths: &Paths, bytes: &[u8]) {
        durable::replace(&path(paths), bytes, 0o600).unwrap();
    }

    #[test]
    fn a_whole_line_without_its_end_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        tell(&paths, "a");
        tell(&paths, "b");
        set_end(&paths, |bytes| drop(bytes.pop()));
        tell(&paths, "c");
        expect_chain(&paths, &["key_registered", "key_registered", "repaired", "key_registered"]);
    }

    #[test]
    fn what_no_crash_explains_shows_for_good() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        for key in ["a", "b", "c"] {
            tell(&paths, key);
        }
        let head = durable::read(&Head::path(&paths), LARGEST).unwrap();
        // Cut: the next number leaves room for what is gone.
        set_end(&paths, |bytes| bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1));
        tell(&paths, "d");
        assert_eq!(lines(&paths).iter().map(|line| line.seq).collect::<Vec<_>>(), [1, 4]);
        // The last line changed: the next one names what it was.
        set_end(&paths, |bytes| {
            let place = bytes.len() - 10;
            bytes[place] ^= 1;
        });
        let was = Head::read(&Head::path(&paths)).unwrap().or_empty();
        tell(&paths, "e");
        assert_eq!(lines(&paths)[2].prev, was.last);
        // The head brought back from before: told in a line of its own.
        durable::replace(&Head::path(&paths), &head, 0o600).unwrap();
        tell(&paths, "f");
        assert_eq!(lines(&paths)[3].what, "head_replaced");
        durable::remove(&Head::path(&paths)).unwrap();
        tell(&paths, "g");
        assert_eq!(lines(&paths)[5].what, "head_replaced");
        assert_eq!(lines(&paths)[6].seq, 9);
    }

    #[test]
    fn a_line_that_cannot_be_read_stays_and_is_built_upon() {
        let home = tempfile::tempdir().unwrap();
        let paths = paths(home.path());
        tell(&paths, "a");
        durable::remove(&Head::path(&paths)).unwrap();
        set_end(&paths, |bytes| bytes[0] = b'x');
        tell(&paths, "b");
        let text = String::from_utf8(durable::read(&path(&paths), LARGEST).unwrap()).unwrap();
        let last = Line::parse(text.lines().last().unwrap().as_bytes()).unwrap();
        assert!(text.starts_with('x') && text.lines().count() == 3 && last.seq == 3, "{text}");
    }
}
