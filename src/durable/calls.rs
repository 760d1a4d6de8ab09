//! Each system call that changes something, behind the point at which a test can make it fail.
//!
//! Owns the pairing of point and call: nothing else in this module or elsewhere changes a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::checkpoint;

pub(super) fn open_new(path: &Path, mode: u32) -> io::Result<File> {
    checkpoint::file("open", path)?;
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

pub(super) fn write(file: &File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    checkpoint::file("write", path)?;
    let mut file = file;
    file.write_all(bytes)
}

pub(super) fn chmod(file: &File, path: &Path, mode: u32) -> io::Result<()> {
    checkpoint::file("fchmod", path)?;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

pub(super) fn chmod_path(path: &Path, mode: u32) -> io::Result<()> {
    checkpoint::file("chmod", path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

pub(super) fn chown(file: &File, path: &Path, owner: u32, group: u32) -> io::Result<()> {
    checkpoint::file("fchown", path)?;
    std::os::unix::fs::fchown(file, Some(owner), Some(group))
}

pub(super) fn sync(operation: &'static str, file: &File, path: &Path) -> io::Result<()> {
    if checkpoint::sync(operation, path)? { file.sync_all() } else { Ok(()) }
}

pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("rename", to)?;
    fs::rename(from, to)
}

pub(super) fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("rename", to)?;
    let here = rustix::fs::CWD;
    rustix::fs::renameat_with(here, from, here, to, rustix::fs::RenameFlags::NOREPLACE).map_err(io::Error::from)
}

/// Whether the file system lacks the call, and not the room or the right.
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

pub(super) fn hard_link(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("link", to)?;
    fs::hard_link(from, to)
}

pub(super) fn unlink(path: &Path) -> io::Result<()> {
    checkpoint::file("unlink", path)?;
    fs::remove_file(path)
}
