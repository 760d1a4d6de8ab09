//! Files that survive a crash: created private, replaced whole, locked where two processes meet.
//!
//! Owns every write of this program outside the sandbox's database. A reader sees the old content or
//! the new, never a part: the bytes go to a temporary file of the final mode, which is synced, moved
//! into place, and its directory synced. A private file has mode 0600 before its first byte. When a
//! function has returned, what it stands for survives a power cut, even where another process did the
//! work and died before its fsync; the lock's content alone may be lost. A temporary file that a killed
//! process left goes with the next look at its target. Nothing here knows what a key or a
//! configuration is, and nothing is written when nothing changes.

mod calls;
mod error;
mod lock;
mod permission;
mod place;
mod read;
mod temporary;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::checkpoint;
use calls::{hard_link, is_unsupported, rename, rename_to_free, sync, unlink, write};
use error::failed;
use place::{parent_of, resolve_link, sync_parent};
use temporary::{Temporary, sweep, temporary_name};

pub use error::DurableError;
pub use lock::Lock;
pub use permission::{check_can_create_in, check_can_replace};
pub use read::{files_with_extension, read, read_end, read_if_present};
pub use temporary::left_behind;

/// Creates a directory and its missing parents, each new one with mode 0700, durably.
pub fn create_private_dir(path: &Path) -> Result<(), DurableError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_private_dir(parent)?;
    }
    match checkpoint::file("mkdir", path).and_then(|()| DirBuilder::new().mode(0o700).create(path)) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        Err(error) => return Err(failed("create the directory", path)(error)),
    }
    // The umask may take bits away from a mode but never adds any, so nothing has to be repaired.
    sync_parent(path)
}

/// Takes mode bits away from a file or directory, durably; says what the mode was where it was changed.
///
/// A symbolic link is followed. Bits are never added.
pub fn take_away(path: &Path, bits: u32) -> Result<Option<u32>, DurableError> {
    let target = resolve_link(path)?;
    let mode = fs::metadata(&target).map_err(failed("inspect", &target))?.mode() & 0o7777;
    if mode & bits == 0 {
        return Ok(None);
    }
    calls::chmod_path(&target, mode & !bits).map_err(failed("change the mode of", &target))?;
    let file = File::open(&target).map_err(failed("open", &target))?;
    sync("sync the mode of", &file, &target).map_err(failed("sync", &target))?;
    Ok(Some(mode))
}

/// Replaces a file's content atomically and durably; creates it when it is absent.
///
/// A symbolic link is followed, so that its target is replaced and the link stays. An existing file
/// keeps its owner, group and mode, less what `mode` does not allow; a new one gets `mode`. Returns
/// whether anything was written: equal content is left alone.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<bool, DurableError> {
    replace_checked(path, None, bytes, mode)
}

/// [`replace`], but only while the file still holds `expected` (`None`: while it is absent).
pub fn replace_if_unchanged(
    path: &Path,
    expected: Option<&[u8]>,
    bytes: &[u8],
    mode: u32,
) -> Result<bool, DurableError> {
    replace_checked(path, Some(expected), bytes, mode)
}

fn replace_checked(
    path: &Path,
    expected: Option<Option<&[u8]>>,
    bytes: &[u8],
    mode: u32,
) -> Result<bool, DurableError> {
    let target = resolve_link(path)?;
    let existing = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed("inspect", &target)(error)),
    };
    if existing.is_some() && fs::read(&target).map_err(failed("read", &target))? == bytes {
        settle(&target)?;
        return Ok(false);
    }
    let mode = existing.as_ref().map_or(mode, |metadata| metadata.mode() & 0o7777 & mode);
    let temporary = Temporary::create(&target, bytes, mode)?;
    if let Some(metadata) = &existing {
        temporary.take_owner_of(metadata)?;
    }
    if let Some(expected) = expected {
        // Compared as late as possible: what a person saved in between must not be lost.
        let current = read_if_present(&target, u64::MAX - 1)?;
        if current.as_deref() != expected {
            return Err(DurableError::Changed { path: target });
        }
    }
    rename(&temporary.path, &target).map_err(failed("replace", &target))?;
    temporary.keep();
    sync_parent(&target)?;
    Ok(true)
}

/// Creates a file that must not exist yet, atomically and durably.
pub fn create_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DurableError> {
    let temporary = Temporary::create(path, bytes, mode)?;
    let moved = match rename_to_free(&temporary.path, path) {
        // Without that call link(2) is the one that refuses an existing name; the second name goes after it.
        Err(error) if is_unsupported(&error) => hard_link(&temporary.path, path).and_then(|()| unlink(&temporary.path)),
        moved => moved,
    };
    match moved {
        Ok(()) => {
            temporary.keep();
            sync_parent(path)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(DurableError::Exists { path: path.to_path_buf() })
        }
        Err(error) => Err(failed("create", path)(error)),
    }
}

/// Makes durable what a file and its name are now, whoever wrote them, and removes what a killed
/// process left beside it. An absent file is fine.
pub fn settle(path: &Path) -> Result<(), DurableError> {
    let target = resolve_link(path)?;
    sweep(&target);
    match File::open(&target) {
        Ok(file) => sync("fsync", &file, &target).map_err(failed("sync", &target))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !parent_of(&target).is_dir() {
                return Ok(());
            }
        }
        Err(error) => return Err(failed("sync", &target)(error)),
    }
    sync_parent(&target)
}

/// Makes durable that a directory is there, if it is: the process that made it may have died before its own fsync.
pub fn settle_directory(directory: &Path) -> Result<(), DurableError> {
    if !directory.is_dir() {
        return Ok(());
    }
    match sync_parent(directory) {
        // Whose parent is closed to us was made by somebody else.
        Err(error) if error.io_kind() == Some(io::ErrorKind::PermissionDenied) => Ok(()),
        other => other,
    }
}

/// Adds bytes to the end of a file durably; creates it when it is absent. A crash can leave a part of them. That the
/// name of a file that was there is durable is the caller's to know: see [`settle`].
pub fn append(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DurableError> {
    let is_new = path.symlink_metadata().is_err();
    checkpoint::file("open", path)
        .and_then(|()| OpenOptions::new().append(true).create(true).mode(mode).open(path))
        .and_then(|file| write(&file, path, bytes).and_then(|()| sync("fsync", &file, path)))
        .map_err(failed("append to", path))?;
    if is_new { sync_parent(path) } else { Ok(()) }
}

/// Gives a file a second name, which must be free, in the same directory tree, durably.
pub fn link_new(from: &Path, to: &Path) -> Result<(), DurableError> {
    match hard_link(from, to) {
        Ok(()) => sync_parent(to),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(DurableError::Exists { path: to.to_path_buf() })
        }
        Err(error) => Err(failed("keep", from)(error)),
    }
}

/// Moves a file to a name in the same directory, in the place of what has it, atomically and durably.
pub fn rename_over(from: &Path, to: &Path) -> Result<(), DurableError> {
    rename(from, to).map_err(failed("replace", to))?;
    sync_parent(to)
}

/// Makes `link` a symbolic link to `target`, in place of whatever was there, atomically and durably. Nothing is
/// written when it is that link already.
pub fn replace_link(link: &Path, target: &Path) -> Result<bool, DurableError> {
    sweep(link);
    if fs::read_link(link).is_ok_and(|current| current == target) {
        sync_parent(link)?;
        return Ok(false);
    }
    let temporary = temporary_name(link, 0);
    checkpoint::file("symlink", &temporary)
        .and_then(|()| std::os::unix::fs::symlink(target, &temporary))
        .and_then(|()| {
            rename(&temporary, link).inspect_err(|_| {
                // Nothing depends on it, and the next look at the link tries again.
                let _ = unlink(&temporary);
            })
        })
        .map_err(failed("link", link))?;
    sync_parent(link)?;
    Ok(true)
}

/// Removes a file durably; says whether there was one.
pub fn remove(path: &Path) -> Result<bool, DurableError> {
    sweep(path);
    match unlink(path) {
        Ok(()) => {
            sync_parent(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if parent_of(path).is_dir() {
                sync_parent(path)?;
            }
            Ok(false)
        }
        Err(error) => Err(failed("remove", path)(error)),
    }
}

/// Sees that files can be made in a directory, which is made if it is absent; leaves nothing in it.
pub fn check_writable(directory: &Path) -> Result<(), DurableError> {
    settle_directory(directory)?;
    create_private_dir(directory)?;
    // Dropped at once, and removed by that.
    Temporary::create(&directory.join("check"), b"", 0o600).map(|_| ()).map_err(|error| match error {
        DurableError::Io { source, .. } => {
            DurableError::Io { action: "write to", path: directory.to_path_buf(), source }
        }
        other => other,
    })
}
