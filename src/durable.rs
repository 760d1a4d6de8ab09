//! Files that survive a crash: created private, replaced whole, locked where two processes meet.
//!
//! Owns every write of this program outside the sandbox's database. A reader sees the old content or
//! the new, never a part: the bytes go to a temporary file of the final mode, which is synced, moved
//! into place, and its directory synced. A private file has mode 0600 before its first byte. Nothing
//! here knows what a key or a configuration is, and nothing is written when nothing changes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What went wrong with a file, which one, and in what step.
#[derive(Debug, thiserror::Error)]
pub enum DurableError {
    /// The operating system refused a step.
    #[error("cannot {action} `{path}`", path = path.display())]
    Io {
        /// The step, as a verb: `create`, `write`, `replace`, …
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A file that had to be new is already there.
    #[error("`{path}` already exists", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what it was when it was read.
    #[error("`{path}` was changed by somebody else meanwhile", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another process holds the lock.
    #[error("another artcafe process is at work{holder}", holder = holder.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it: `pid 123, since 2026-11-24T10:00:00Z`, where it could be read.
        holder: Option<String>,
    },
}

impl DurableError {
    /// The system's reason, where there is one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match self {
            Self::Io { source, .. } => Some(source.kind()),
            _ => None,
        }
    }
}

fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DurableError + 'a {
    move |source| DurableError::Io { action, path: path.to_path_buf(), source }
}

/// Reads a whole file of at most `limit` bytes; a larger one is refused rather than cut.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, DurableError> {
    let file = File::open(path).map_err(failed("read", path))?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() as u64 > limit {
        let source = io::Error::other(format!("it is larger than {limit} bytes"));
        return Err(failed("read", path)(source));
    }
    Ok(bytes)
}

/// Reads a file that may be absent.
pub fn read_if_present(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, DurableError> {
    match read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(DurableError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads at most the last `limit` bytes of a file that may be absent, and says whether that is all of it.
pub fn read_end(path: &Path, limit: u64) -> Result<Option<(Vec<u8>, bool)>, DurableError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let mut bytes = Vec::new();
    let length = file.metadata().map_err(failed("inspect", path))?.len();
    file.seek(io::SeekFrom::Start(length.saturating_sub(limit)))
        .and_then(|_| file.take(limit).read_to_end(&mut bytes))
        .map_err(failed("read", path))?;
    Ok(Some((bytes, length <= limit)))
}

/// Creates a directory and its missing parents, each new one with mode 0700, durably.
pub fn create_private_dir(path: &Path) -> Result<(), DurableError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_private_dir(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        Err(error) => return Err(failed("create the directory", path)(error)),
    }
    // The umask may take bits away from a mode but never adds any, so nothing has to be repaired.
    sync_parent(path)
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
    fs::rename(&temporary.path, &target).map_err(failed("replace", &target))?;
    temporary.keep();
    sync_parent(&target)?;
    Ok(true)
}

/// Creates a file that must not exist yet, atomically and durably.
pub fn create_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DurableError> {
    let temporary = Temporary::create(path, bytes, mode)?;
    // link(2) refuses an existing name, which rename(2) would replace.
    match fs::hard_link(&temporary.path, path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(DurableError::Exists { path: path.to_path_buf() })
        }
        Err(error) => Err(failed("create", path)(error)),
    }
}

/// Adds bytes to the end of a file durably; creates it when it is absent. A crash can leave a part of them.
pub fn append(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DurableError> {
    let is_new = path.symlink_metadata().is_err();
    let mut file =
        OpenOptions::new().append(true).create(true).mode(mode).open(path).map_err(failed("append to", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("append to", path))?;
    if is_new { sync_parent(path) } else { Ok(()) }
}

/// Gives a file a second name, which must be free, in the same directory tree, durably.
pub fn link_new(from: &Path, to: &Path) -> Result<(), DurableError> {
    match fs::hard_link(from, to) {
        Ok(()) => sync_parent(to),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(DurableError::Exists { path: to.to_path_buf() })
        }
        Err(error) => Err(failed("keep", from)(error)),
    }
}

/// Moves a file to a name in the same directory, in the place of what has it, atomically and durably.
pub fn rename_over(from: &Path, to: &Path) -> Result<(), DurableError> {
    fs::rename(from, to).map_err(failed("replace", to))?;
    sync_parent(to)
}

/// Makes `link` a symbolic link to `target`, in place of whatever was there, atomically and durably. Nothing is
/// written when it is that link already.
pub fn replace_link(link: &Path, target: &Path) -> Result<bool, DurableError> {
    if fs::read_link(link).is_ok_and(|current| current == target) {
        return Ok(false);
    }
    let name = link.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let temporary = parent_of(link).join(format!(".{name}.{}.link", std::process::id()));
    // Left by a process of the same number that was killed: nothing else bears this name.
    remove(&temporary)?;
    std::os::unix::fs::symlink(target, &temporary).map_err(failed("link", link))?;
    fs::rename(&temporary, link).map_err(failed("link", link))?;
    sync_parent(link)?;
    Ok(true)
}

/// Removes a file durably; says whether there was one.
pub fn remove(path: &Path) -> Result<bool, DurableError> {
    match fs::remove_file(path) {
        Ok(()) => {
            sync_parent(path)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("remove", path)(error)),
    }
}

/// Sees that files can be made in a directory, which is made if it is absent; leaves nothing in it.
pub fn check_writable(directory: &Path) -> Result<(), DurableError> {
    create_private_dir(directory)?;
    // Dropped at once, and removed by that.
    Temporary::create(&directory.join("check"), b"", 0o600).map(|_| ()).map_err(|error| match error {
        DurableError::Io { source, .. } => {
            DurableError::Io { action: "write to", path: directory.to_path_buf(), source }
        }
        other => other,
    })
}

/// Follows a symbolic link to the file that it stands for, which may be absent.
fn resolve_link(path: &Path) -> Result<PathBuf, DurableError> {
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

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn sync_parent(path: &Path) -> Result<(), DurableError> {
    let parent = parent_of(path);
    File::open(parent).and_then(|directory| directory.sync_all()).map_err(failed("sync the directory", parent))
}

/// A temporary file beside its target; removed when dropped, unless it was moved into place.
struct Temporary {
    path: PathBuf,
    file: File,
    kept: std::cell::Cell<bool>,
}

impl Temporary {
    fn create(target: &Path, bytes: &[u8], mode: u32) -> Result<Self, DurableError> {
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for attempt in 0..100_u32 {
            let path = parent_of(target).join(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
            // Born private; the wanted mode comes after the bytes are in, before the name is.
            let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed("write", target)(error)),
            };
            let temporary = Self { path, file, kept: std::cell::Cell::new(false) };
            (&temporary.file)
                .write_all(bytes)
                .and_then(|()| temporary.file.set_permissions(fs::Permissions::from_mode(mode)))
                .and_then(|()| temporary.file.sync_all())
                .map_err(failed("write", target))?;
            return Ok(temporary);
        }
        Err(failed("write", target)(io::Error::other("no free temporary name")))
    }

    /// Root may edit a file for its owner, who must be able to read the outcome.
    fn take_owner_of(&self, metadata: &fs::Metadata) -> Result<(), DurableError> {
        let own = self.file.metadata().map_err(failed("inspect", &self.path))?;
        if (own.uid(), own.gid()) == (metadata.uid(), metadata.gid()) {
            return Ok(());
        }
        std::os::unix::fs::fchown(&self.file, Some(metadata.uid()), Some(metadata.gid()))
            .and_then(|()| self.file.set_permissions(fs::Permissions::from_mode(own.mode() & 0o7777)))
            .and_then(|()| self.file.sync_all())
            .map_err(failed("keep the owner of", &self.path))
    }

    fn keep(&self) {
        self.kept.set(true);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept.get() {
            // Nothing depends on it: a left-over temporary file is never read.
            let _ = fs::remove_file(&self.path);
        }
    }
}

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
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(failed("open the lock", path))?;
        let deadline = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20))
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
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(stamp.as_bytes()))
            .map_err(failed("write the lock", path))?;
        Ok(Self { _file: file })
    }
}
