//! Whether something could be written, without writing anything.
//!
//! Owns the questions that come before a long piece of work. Nothing is touched, so nothing can be left
//! behind; a disk that is full shows only when it is written to.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::error::{DurableError, failed};
use super::place::{parent_of, resolve_link};

/// Sees that files can be made in this directory.
pub fn check_can_create_in(directory: &Path) -> Result<(), DurableError> {
    use rustix::fs::Access;
    rustix::fs::access(directory, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| failed("write to", directory)(io::Error::from(error)))
}

/// Sees that [`super::replace`] could replace this file and keep its owner and group.
pub fn check_can_replace(path: &Path) -> Result<(), DurableError> {
    let target = resolve_link(path)?;
    let metadata = fs::metadata(&target).map_err(failed("inspect", &target))?;
    check_can_create_in(parent_of(&target))?;
    let user = rustix::process::geteuid();
    if user.is_root() {
        return Ok(());
    }
    let groups = rustix::process::getgroups().map_err(|error| failed("inspect", &target)(io::Error::from(error)))?;
    let has_group = rustix::process::getegid().as_raw() == metadata.gid()
        || groups.iter().any(|group| group.as_raw() == metadata.gid());
    if metadata.uid() == user.as_raw() && has_group {
        return Ok(());
    }
    let owner = format!("only root could keep its owner {} and group {}", metadata.uid(), metadata.gid());
    Err(failed("keep the owner of", &target)(io::Error::new(io::ErrorKind::PermissionDenied, owner)))
}
