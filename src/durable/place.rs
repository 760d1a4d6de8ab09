//! Where a file really is, and the syncing of its name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::calls::sync;
use super::error::{DurableError, failed};

/// Follows a symbolic link to the file that it stands for, which may be absent.
pub(super) fn resolve_link(path: &Path) -> Result<PathBuf, DurableError> {
    let mut current = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&current) {
            Ok(target) => {
                let base = current.parent().unwrap_or(Path::new(""));
                current = base.join(target);
            }
            Err(_) => return Ok(current),
        }
    }
    Err(failed("follow", path)(io::Error::other("too many symbolic links")))
}

pub(super) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

pub(super) fn sync_parent(path: &Path) -> Result<(), DurableError> {
    let parent = parent_of(path);
    File::open(parent)
        .and_then(|directory| sync("fsync-directory", &directory, parent))
        .map_err(failed("sync the directory", parent))
}
