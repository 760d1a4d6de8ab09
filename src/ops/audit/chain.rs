//! Writing to the history: the end of the chain, found, mended and continued.
//!
//! Owns the order: lock, find the end, mend it, append the line durably, then replace the head. Where
//! the file and its head disagree in a way that no crash explains, the chain goes on from what the head
//! says, so that what is missing or changed shows for good; it is never smoothed over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::checkpoint;
use crate::durable::{self, Lock};
use crate::ops::error::{ErrorCode, OpError};

use super::action::Action;
use super::change::Change;
use super::end::{End, start};
use super::head::{Head, HeadFile};
use super::line::{Line, hash};

/// How long a writer waits for the others.
const PATIENCE: Duration = Duration::from_secs(10);

/// No history is larger.
pub(super) const LARGEST: u64 = 1 << 30;

/// The chain, ready for its next line.
struct Chain {
    file: PathBuf,
    head_file: PathBuf,
    end: Head,
}

/// The history's file.
pub(super) fn path(home: &Path) -> PathBuf {
    home.join("audit.jsonl")
}

/// Adds a change.
pub(super) fn add(home: &Path, now: Timestamp, change: &Change) -> Result<(), OpError> {
    durable::create_private_dir(home)?;
    let stamp = format!("pid {}, since {}", std::process::id(), now.strftime("%Y-%m-%dT%H:%M:%SZ"));
    let _lock = Lock::acquire(&home.join("audit.lock"), &stamp, PATIENCE)?;
    Chain::open(home, now)?.add(now, change)
}

impl Chain {
    /// Finds the end and mends what a crash left there; the caller holds the lock.
    fn open(home: &Path, now: Timestamp) -> Result<Self, OpError> {
        let (file, head_file) = (path(home), Head::path(home));
        let mut end = End::read(&file)?;
        let mut mended = None;
        if !end.torn.is_empty() && Line::parse(&end.torn).is_some() {
            // The line is whole and only its end is missing.
            durable::append(&file, b"\n", 0o600)?;
            end = End::read(&file)?;
            mended = Some("the end of the last line was missing".to_owned());
        }
        let known = Head::read(&head_file)?;
        if known == HeadFile::Missing && end.tail.is_some() {
            // Whoever made the file died before the first head, and maybe before the file's name was durable.
            durable::settle(&file)?;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(home: &Path, key: &str) {
        add(home, Timestamp::UNIX_EPOCH, &Change::new(Action::KeyRegistered).key_id(key)).unwrap();
    }

    fn lines(home: &Path) -> Vec<Line> {
        let text = durable::read(&path(home), LARGEST).unwrap();
        assert!(text.ends_with(b"\n"));
        text.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| Line::parse(line).unwrap())
            .collect()
    }

    /// The numbers, and whether each line names the one before.
    #[track_caller]
    fn expect_chain(home: &Path, what: &[&str]) {
        let lines = lines(home);
        assert_eq!(lines.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(), what);
        let mut prev = super::super::line::NO_LINE.to_owned();
        for (place, line) in lines.iter().enumerate() {
            assert_eq!((line.seq, &line.prev), (place as u64 + 1, &prev));
            prev = hash(&serde_json::to_vec(line).unwrap());
        }
        assert_eq!(
            Head::read(&Head::path(home)).unwrap(),
            HeadFile::Says(Head { count: what.len() as u64, last: prev })
        );
    }

    fn set_end(home: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = durable::read(&path(home), LARGEST).unwrap();
        change(&mut bytes);
        durable::replace(&path(home), &bytes, 0o600).unwrap();
    }

    #[test]
    fn every_line_names_the_one_before() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        for key in ["a", "b", "c"] {
            tell(home, key);
        }
        expect_chain(home, &["key_registered"; 3]);
    }

    #[test]
    fn a_head_that_a_crash_left_behind_is_no_damage() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        tell(home, "a");
        durable::remove(&Head::path(home)).unwrap();
        tell(home, "b");
        let before = durable::read(&Head::path(home), LARGEST).unwrap();
        tell(home, "c");
        durable::replace(&Head::path(home), &before, 0o600).unwrap();
        tell(home, "d");
        expect_chain(home, &["key_registered"; 4]);
    }

    #[test]
    fn torn_bytes_are_dropped_and_told() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        set_up_torn(home, b"{\"seq\":1");
        tell(home, "a");
        expect_chain(home, &["repaired", "key_registered"]);
        set_end(home, |bytes| bytes.extend(b"{\"seq\":3,\"ti"));
        tell(home, "b");
        expect_chain(home, &["repaired", "key_registered", "repaired", "key_registered"]);
        assert_eq!(lines(home)[2].reason.as_deref(), Some("a torn last line of 12 bytes was dropped"));
    }

    fn set_up_torn(home: &Path, bytes: &[u8]) {
        durable::replace(&path(home), bytes, 0o600).unwrap();
    }

    #[test]
    fn a_whole_line_without_its_end_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        tell(home, "a");
        tell(home, "b");
        set_end(home, |bytes| bytes.truncate(bytes.len() - 1));
        tell(home, "c");
        expect_chain(home, &["key_registered", "key_registered", "repaired", "key_registered"]);
    }

    #[test]
    fn what_no_crash_explains_shows_for_good() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        for key in ["a", "b", "c"] {
            tell(home, key);
        }
        let head = durable::read(&Head::path(home), LARGEST).unwrap();
        // Cut: the next number leaves room for what is gone.
        set_end(home, |bytes| bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1));
        tell(home, "d");
        assert_eq!(lines(home).iter().map(|line| line.seq).collect::<Vec<_>>(), [1, 4]);
        // The last line changed: the next one names what it was.
        set_end(home, |bytes| {
            let place = bytes.len() - 10;
            bytes[place] ^= 1;
        });
        let was = Head::read(&Head::path(home)).unwrap().or_empty();
        tell(home, "e");
        assert_eq!(lines(home)[2].prev, was.last);
        // The head brought back from before: told in a line of its own.
        durable::replace(&Head::path(home), &head, 0o600).unwrap();
        tell(home, "f");
        assert_eq!(lines(home)[3].what, "head_replaced");
        durable::remove(&Head::path(home)).unwrap();
        tell(home, "g");
        assert_eq!(lines(home)[5].what, "head_replaced");
        assert_eq!(lines(home)[6].seq, 9);
    }

    #[test]
    fn a_line_that_cannot_be_read_stays_and_is_built_upon() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        tell(home, "a");
        durable::remove(&Head::path(home)).unwrap();
        set_end(home, |bytes| bytes[0] = b'x');
        tell(home, "b");
        let text = String::from_utf8(durable::read(&path(home), LARGEST).unwrap()).unwrap();
        let last = Line::parse(text.lines().last().unwrap().as_bytes()).unwrap();
        assert!(text.starts_with('x') && text.lines().count() == 3 && last.seq == 3, "{text}");
    }
}
