//! The lock that keeps two processes apart.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::calls::write;
use super::error::{DurableError, failed};
use crate::checkpoint;
use crate::interrupt;

/// An exclusive lock, held until dropped or until its process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    // The lock belongs to the open file; the file itself is never removed or replaced, since a
    // lock on a file that is renamed over protects nothing.
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, waiting at most `wait`; `stamp` (pid and time) is left in the file
    /// for those who find it taken.
    pub fn acquire(path: &Path, stamp: &str, wait: Duration) -> Result<Self, DurableError> {
        Self::acquire_while(path, stamp, wait, || Ok(()))
    }

    /// The same for what is about to begin: a signal ends the wait.
    pub fn acquire_unless_interrupted(path: &Path, stamp: &str, wait: Duration) -> Result<Self, DurableError> {
        Self::acquire_while(path, stamp, wait, || Ok(interrupt::check()?))
    }

    fn acquire_while(
        path: &Path,
        stamp: &str,
        wait: Duration,
        may_wait: impl Fn() -> Result<(), DurableError>,
    ) -> Result<Self, DurableError> {
        let mut file = checkpoint::file("open", path)
            .and_then(|()| {
                OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
            })
            .map_err(failed("open the lock", path))?;
        let deadline = Instant::now() + checkpoint::wait(wait);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    may_wait()?;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(fs::TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                    return Err(DurableError::Locked {
                        path: path.to_path_buf(),
                        holder: known.then(|| holder.trim().to_owned()),
                    });
                }
                Err(fs::TryLockError::Error(error)) => return Err(failed("lock", path)(error)),
            }
        }
        checkpoint::file("truncate", path)
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.rewind())
            .and_then(|()| write(&file, path, stamp.as_bytes()))
            .map_err(failed("write the lock", path))?;
        Ok(Self { _file: file })
    }

    /// Who holds the lock at `path`, if anybody does; takes and changes nothing.
    pub fn holder(path: &Path) -> Result<Option<String>, DurableError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("open the lock", path)(error)),
        };
        // A shared lock fails while somebody holds the exclusive one, and ends with this function.
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(fs::TryLockError::WouldBlock) => {
                let mut stamp = String::new();
                file.read_to_string(&mut stamp).map_err(failed("read the lock", path))?;
                Ok(Some(stamp.trim().to_owned()))
            }
            Err(fs::TryLockError::Error(error)) => Err(failed("inspect the lock", path)(error)),
        }
    }
}
