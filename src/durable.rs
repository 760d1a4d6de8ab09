//! Files that survive a crash: created private, replaced whole, locked where two processes meet.
//!
//! Owns every write of this program outside the sandbox's database. A reader sees the old content or
//! the new, never a part: the bytes go to a temporary file of the final mode, which is synced, moved
//! into place, and its directory synced. A private file has mode 0600 before its first byte. When a
//! function has returned, what it stands for survives a power cut, even where another process did the
//! work and died before its fsync; the lock's content alone may be lost. A temporary file that a killed
//! process left goes with the next look at its target. Nothing here knows what a key or a
//! configuration is, and nothing is written when nothing changes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::checkpoint;

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
    match checkpoint::file("mkdir", path).and_then(|()| DirBuilder::new().mode(0o700).create(path)) {
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

/// Adds bytes to the end of a file durably; creates it when it is absent. A crash can leave a part of them.
pub fn append(path: &Path, bytes: &[u8], mode: u32) -> Result<(), DurableError> {
    checkpoint::file("open", path)
        .and_then(|()| OpenOptions::new().append(true).create(true).mode(mode).open(path))
        .and_then(|file| write(&file, path, bytes).and_then(|()| sync("fsync", &file, path)))
        .map_err(failed("append to", path))?;
    // Also where the file was there: whoever made it may have died before its name was durable.
    sync_parent(path)
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
    create_private_dir(directory)?;
    // Dropped at once, and removed by that.
    Temporary::create(&directory.join("check"), b"", 0o600).map(|_| ()).map_err(|error| match error {
        DurableError::Io { source, .. } => {
            DurableError::Io { action: "write to", path: directory.to_path_buf(), source }
        }
        other => other,
    })
}

/// Sees that [`replace`] could replace this file as it is, its owner included; leaves nothing behind.
pub fn check_replaceable(path: &Path) -> Result<(), DurableError> {
    let target = resolve_link(path)?;
    let metadata = fs::metadata(&target).map_err(failed("inspect", &target))?;
    Temporary::create(&target, b"", 0o600)?.take_owner_of(&metadata)
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
    File::open(parent)
        .and_then(|directory| sync("fsync-directory", &directory, parent))
        .map_err(failed("sync the directory", parent))
}

// Each system call that changes something, behind the point at which a test can make it fail.

fn open_new(path: &Path, mode: u32) -> io::Result<File> {
    checkpoint::file("open", path)?;
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

fn write(file: &File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    checkpoint::file("write", path)?;
    let mut file = file;
    file.write_all(bytes)
}

fn chmod(file: &File, path: &Path, mode: u32) -> io::Result<()> {
    checkpoint::file("fchmod", path)?;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

fn chown(file: &File, path: &Path, owner: u32, group: u32) -> io::Result<()> {
    checkpoint::file("fchown", path)?;
    std::os::unix::fs::fchown(file, Some(owner), Some(group))
}

fn sync(operation: &'static str, file: &File, path: &Path) -> io::Result<()> {
    if checkpoint::sync(operation, path)? { file.sync_all() } else { Ok(()) }
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("rename", to)?;
    fs::rename(from, to)
}

fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("rename", to)?;
    let here = rustix::fs::CWD;
    rustix::fs::renameat_with(here, from, here, to, rustix::fs::RenameFlags::NOREPLACE).map_err(io::Error::from)
}

/// Whether the file system lacks the call, and not the room or the right.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

fn hard_link(from: &Path, to: &Path) -> io::Result<()> {
    checkpoint::file("link", to)?;
    fs::hard_link(from, to)
}

fn unlink(path: &Path) -> io::Result<()> {
    checkpoint::file("unlink", path)?;
    fs::remove_file(path)
}

/// How a temporary file beside its target is called: `.NAME.PID-NUMBER.tmp`.
fn temporary_name(target: &Path, number: u32) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    parent_of(target).join(format!(".{name}.{}-{number}.tmp", std::process::id()))
}

/// Removes the temporary files of this target whose processes are no more. None is ever read, so a
/// failure harms nothing: the next look tries again.
fn sweep(target: &Path) {
    let parent = parent_of(target);
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let left = entry.file_name().to_string_lossy().strip_prefix('.').and_then(|rest| {
            let numbers = rest.strip_prefix(name.as_str())?.strip_prefix('.')?.strip_suffix(".tmp")?;
            let (process, number) = numbers.split_once('-')?;
            number.parse::<u32>().ok()?;
            process.parse::<i32>().ok()
        });
        // In a container every run has the same number, so one's own marks a predecessor's file.
        if left.is_some_and(|process| process == own_number() || is_gone(process)) {
            let _ = unlink(&parent.join(entry.file_name()));
        }
    }
}

fn own_number() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

fn is_gone(process: i32) -> bool {
    rustix::process::Pid::from_raw(process)
        .is_none_or(|pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

/// A temporary file beside its target; removed when dropped, unless it was moved into place.
struct Temporary {
    path: PathBuf,
    file: File,
    kept: std::cell::Cell<bool>,
}

impl Temporary {
    fn create(target: &Path, bytes: &[u8], mode: u32) -> Result<Self, DurableError> {
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
    fn take_owner_of(&self, metadata: &fs::Metadata) -> Result<(), DurableError> {
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

    fn keep(&self) {
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
        let mut file = checkpoint::file("open", path)
            .and_then(|()| {
                OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
            })
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
