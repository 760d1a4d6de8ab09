//! A private file for a secret that a server tells only once.
//!
//! Owns that the file is there, empty and private, before the request, so that nothing is in the way once the secret
//! is. An existing file is never overwritten, but for the empty one that a killed run left of its own reservation.
//! What is left empty goes again.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::durable::{self, DurableError};
use crate::ops::error::OpError;

/// The file; it is removed when dropped, unless it was filled.
pub(in crate::ops) struct ReservedFile {
    path: PathBuf,
    is_filled: bool,
}

impl ReservedFile {
    /// Takes the name. New directories are private.
    pub(in crate::ops) fn reserve(path: &Path) -> Result<Self, OpError> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            durable::create_private_dir(parent)?;
        }
        match durable::create_new(path, b"", 0o600) {
            Ok(()) => {}
            Err(DurableError::Exists { .. }) if is_reservation(path) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self { path: path.to_path_buf(), is_filled: false })
    }

    /// Puts the secret in, if nobody else put something there meanwhile; answers the path.
    pub(in crate::ops) fn fill(mut self, secret: &[u8]) -> Result<PathBuf, OpError> {
        durable::replace_if_unchanged(&self.path, Some(b""), secret, 0o600)?;
        self.is_filled = true;
        Ok(self.path.clone())
    }
}

impl Drop for ReservedFile {
    fn drop(&mut self) {
        if !self.is_filled && is_reservation(&self.path) {
            // It is empty: one that cannot be removed does no harm, and the next run takes it over.
            let _ = durable::remove(&self.path);
        }
    }
}

fn is_reservation(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == 0 && found.mode() & 0o777 == 0o600)
}
