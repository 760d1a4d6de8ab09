//! Temporary files beside their targets.
//!
//! Owns their names, their birth (private, whole, synced) and their end. None is ever read: one that a
//! killed process left goes with the next look at its target.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::calls::{chmod, chown, open_new, sync, unlink, write};
use super::error::{DurableError, failed};
use super::place::{parent_of, sync_parent};

/// How a temporary file beside its target is called: `.NAME.PID-NUMBER.tmp`.
pub(super) fn temporary_name(target: &Path, number: u32) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    parent_of(target).join(format!(".{name}.{}-{number}.tmp", std::process::id()))
}

/// Removes the temporary files of this target whose processes are no more. None is ever read, so a
/// failure harms nothing: the next look tries again.
pub(super) fn sweep(target: &Path) {
    let parent = parent_of(target);
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        if maker_of(&found).is_some_and(|(target, process)| target == name && is_left_behind(process)) {
            let _ = unlink(&parent.join(entry.file_name()));
        }
    }
}

/// The temporary files in a directory whose processes are no more; none where it cannot be read.
pub fn left_behind(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            maker_of(&entry.file_name().to_string_lossy()).is_some_and(|(_, process)| is_left_behind(process))
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// The target and the process of a temporary file's name.
fn maker_of(name: &str) -> Option<(&str, i32)> {
    let (target, numbers) = name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let (process, number) = numbers.split_once('-')?;
    number.parse::<u32>().ok()?;
    Some((target, process.parse().ok()?))
}

/// In a container every run has the same number, so one's own marks a predecessor's file.
fn is_left_behind(process: i32) -> bool {
    process == own_number() || is_gone(process)
}

fn own_number() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

fn is_gone(process: i32) -> bool {
    rustix::process::Pid::from_raw(process)
        .is_none_or(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// A temporary file beside its target; removed when dropped, unless it was moved into place.
pub(super) struct Temporary {
    pub(super) path: PathBuf,
    file: File,
    kept: std::cell::Cell<bool>,
}

impl Temporary {
    pub(super) fn create(target: &Path, bytes: &[u8], mode: u32) -> Result<Self, DurableError> {
        sweep(target);
        for attempt in 0..100_u32 {
            let path = temporary_name(target, attempt);
            // Born private; the wanted mode comes after the bytes are in, before the name is.
            let file = match open_new(&path, 0o600) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed("write", target)(error)),
            };
            let temporary = Self { path, file, kept: std::cell::Cell::new(false) };
            write(&temporary.file, &temporary.path, bytes)
                .and_then(|()| chmod(&temporary.file, &temporary.path, mode))
                .and_then(|()| temporary.sync())
                .map_err(failed("write", target))?;
            return Ok(temporary);
        }
        Err(failed("write", target)(io::Error::other("no free temporary name")))
    }

    /// Root may edit a file for its owner, who must be able to read the outcome.
    pub(super) fn take_owner_of(&self, metadata: &fs::Metadata) -> Result<(), DurableError> {
        let own = self.file.metadata().map_err(failed("inspect", &self.path))?;
        if (own.uid(), own.gid()) == (metadata.uid(), metadata.gid()) {
            return Ok(());
        }
        chown(&self.file, &self.path, metadata.uid(), metadata.gid())
            .and_then(|()| chmod(&self.file, &self.path, own.mode() & 0o7777))
            .and_then(|()| self.sync())
            .map_err(failed("keep the owner of", &self.path))
    }

    fn sync(&self) -> io::Result<()> {
        sync("fsync", &self.file, &self.path)
    }

    pub(super) fn keep(&self) {
        self.kept.set(true);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept.get() {
            // Nothing depends on it: a left-over temporary file is never read.
            let _ = unlink(&self.path).map(|()| sync_parent(&self.path));
        }
    }
}
