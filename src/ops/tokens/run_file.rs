//! A token in a private file for as long as a command runs: `$ARTCAFE_HOME/state/run/`.
//!
//! Owns the file from its birth (mode 0600) to its removal, and what killed processes left there: each file has
//! a lock that its process holds, so one whose lock is free belongs to nobody and goes with the next run. A reader
//! sees the old token or the new one. Kept below the home and not in `XDG_RUNTIME_DIR`, which a login's end
//! removes under a command that goes on.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use crate::config::Paths;
use crate::durable::{self, DurableError, Lock};
use crate::ops::error::OpError;
use crate::secret::SecretString;

/// How long others may take to look through the directory.
const WAIT: Duration = Duration::from_secs(5);

/// The file; gone when this is dropped.
pub struct TokenFile {
    path: PathBuf,
    _lock: Lock,
}

impl TokenFile {
    /// Makes one, after removing what no process holds any more.
    pub fn create(paths: &Paths, stamp: &str, token: &SecretString) -> Result<Self, OpError> {
        let folder = paths.state_dir().join("run");
        durable::create_private_dir(&folder)?;
        // Nobody takes a file for a left-over between its lock's birth and its locking.
        let _folder = Lock::acquire(&folder.join("lock"), stamp, WAIT)?;
        sweep(&folder, stamp)?;
        let path = folder.join(format!("{:032x}.token", UnwrapErr(SysRng).random::<u128>()));
        let file = Self { _lock: Lock::acquire(&path.with_extension("lock"), stamp, Duration::ZERO)?, path };
        file.replace(token)?;
        Ok(file)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts another token in the place of the one that is there.
    pub fn replace(&self, token: &SecretString) -> Result<(), OpError> {
        durable::replace(&self.path, token.expose().as_bytes(), 0o600)?;
        Ok(())
    }

    /// Removes it, and says so where that failed.
    pub fn remove(self) -> Result<(), OpError> {
        Ok(remove(&self.path)?)
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // What cannot be removed now goes with the next run.
        let _ = remove(&self.path);
    }
}

/// The token first: while its lock is there, a left-over is found.
fn remove(path: &Path) -> Result<(), DurableError> {
    durable::remove(path)?;
    durable::remove(&path.with_extension("lock")).map(|_| ())
}

/// Removes every file whose process is no more.
fn sweep(folder: &Path, stamp: &str) -> Result<(), OpError> {
    let failed = |source| DurableError::Io { action: "list", path: folder.to_path_buf(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension() != Some(OsStr::new("lock")) {
            continue;
        }
        match Lock::acquire(&path, stamp, Duration::ZERO) {
            Ok(_held) => remove(&path.with_extension("token"))?,
            Err(DurableError::Locked { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
