//! The two files of a key pair.
//!
//! Owns their names and modes, and the order of steps in which they are written, kept aside and
//! replaced. A private file is 0600 from its first byte, nothing is ever written over, and at every
//! moment each private key that was on disk still is, whole, under one name at least.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyError;
use crate::durable::{self, DurableError};
use crate::secret::SecretBytes;

/// Far more than the largest private key takes.
const MOST_BYTES: u64 = 64 * 1024;
const PRIVATE_MODE: u32 = 0o600;
const PUBLIC_MODE: u32 = 0o644;
/// More pairs that are set aside within a second are a mistake.
const MOST_BACKUPS: u32 = 100;

/// The paths of a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// The private key file.
    pub private: PathBuf,
    /// The public key file: the private one's name and `.pub`.
    pub public: PathBuf,
}

impl KeyFiles {
    /// The pair whose private key file is at `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let private = path.into();
        let public = with_suffix(&private, ".pub");
        Self { private, public }
    }

    /// Whether either file is there, as a symbolic link to nothing too.
    ///
    /// What cannot be looked at counts as there, so that nobody takes the name for free.
    pub fn exists(&self) -> bool {
        is_taken(&self.private) || is_taken(&self.public)
    }

    /// Writes a new pair; neither file may exist.
    pub fn write(&self, private: &SecretBytes, public_line: &str) -> Result<(), KeyError> {
        // Asked first, so that the usual conflict leaves no half pair behind.
        for path in [&self.private, &self.public] {
            if is_taken(path) {
                return Err(KeyError::Exists { path: path.clone() });
            }
        }
        if let Some(directory) = self.private.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            durable::create_private_dir(directory)?;
        }
        durable::create_new(&self.private, private.expose(), PRIVATE_MODE).map_err(conflict)?;
        let line = format!("{}\n", public_line.trim_end());
        durable::create_new(&self.public, line.as_bytes(), PUBLIC_MODE)
            .map_err(|source| KeyError::PublicHalf { private: self.private.clone(), source })
    }

    /// Puts a new pair in the place of the one that is there, which is kept as `NAME.STAMP.bak` and
    /// `NAME.STAMP.bak.pub`, with a number where that name is taken; says where.
    ///
    /// The new pair is whole on the disk before anything else is touched, and the private key's name leads to
    /// the old key or to the new one at every moment. On a failure it leads to the old one.
    pub fn exchange(&self, private: &SecretBytes, public_line: &str, stamp: &str) -> Result<Self, KeyError> {
        if !self.exists() {
            return Err(KeyError::Missing { path: self.private.clone() });
        }
        let staged = self.staged();
        // Left by a process of the same number that was killed: nothing else bears these names.
        staged.remove()?;
        let written = staged.write(private, public_line).map_err(|error| match error {
            KeyError::PublicHalf { source, .. } => KeyError::Durable(source),
            error => error,
        });
        let done = written.and_then(|()| {
            let backup = self.keep_as_backup(stamp)?;
            durable::rename_over(&staged.private, &self.private).map_err(|error| {
                // The error that counts is the first; a second name of the old key harms nothing.
                let _ = backup.remove();
                KeyError::Durable(error)
            })?;
            Ok(backup)
        });
        let backup = done.inspect_err(|_| {
            let _ = staged.remove();
        })?;
        // From here on the new key is in force; its public half is computed from it wherever it matters.
        durable::rename_over(&staged.public, &self.public)
            .map_err(|source| KeyError::PublicHalf { private: self.private.clone(), source })?;
        Ok(backup)
    }

    /// Writes the public half anew where it is missing or another key's, which is then kept as
    /// `NAME.pub.STAMP.bak`; says whether anything was written, and where the other one is.
    pub fn mend_public(&self, public_line: &str, stamp: &str) -> Result<(bool, Option<PathBuf>), KeyError> {
        let line = format!("{}\n", public_line.trim_end());
        let kept = is_taken(&self.public).then(|| with_suffix(&self.public, &format!(".{stamp}.bak")));
        if let Some(kept) = &kept {
            durable::link_new(&self.public, kept).map_err(conflict)?;
        }
        let written = durable::replace(&self.public, line.as_bytes(), PUBLIC_MODE)?;
        Ok((written, kept))
    }

    /// Where a pair is written before it gets its names.
    fn staged(&self) -> Self {
        let name = self.private.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::at(self.private.with_file_name(format!(".{name}.{}.new", std::process::id())))
    }

    /// Gives the pair, or the half that is there, second names that are free.
    fn keep_as_backup(&self, stamp: &str) -> Result<Self, KeyError> {
        for attempt in 1..=MOST_BACKUPS {
            let number = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let backup = Self::at(with_suffix(&self.private, &format!(".{stamp}{number}.bak")));
            if backup.exists() {
                continue;
            }
            let kept = [(&self.private, &backup.private), (&self.public, &backup.public)]
                .into_iter()
                .filter(|(from, _)| is_taken(from))
                .try_for_each(|(from, to)| durable::link_new(from, to));
            return match kept {
                Ok(()) => Ok(backup),
                Err(error) => {
                    // As above.
                    let _ = backup.remove();
                    Err(conflict(error))
                }
            };
        }
        Err(KeyError::Exists { path: with_suffix(&self.private, &format!(".{stamp}.bak")) })
    }

    fn remove(&self) -> Result<(), KeyError> {
        durable::remove(&self.private)?;
        durable::remove(&self.public)?;
        Ok(())
    }

    /// Replaces the content of the private key file, which must exist, in one step; says whether it
    /// changed. The mode stays at most 0600.
    pub fn replace_private(&self, bytes: &SecretBytes) -> Result<bool, KeyError> {
        inspect_file(&self.private)?;
        Ok(durable::replace(&self.private, bytes.expose(), PRIVATE_MODE)?)
    }
}

/// Reads a private key file, of at most 64 KiB.
pub fn read_private(path: &Path) -> Result<SecretBytes, KeyError> {
    inspect_file(path)?;
    let unreadable = |source| KeyError::Unreadable { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(unreadable)?;
    // Room for all from the start: a buffer that grows leaves copies of the key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize + 64));
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(KeyError::TooLarge { path: path.to_path_buf(), limit: MOST_BYTES });
    }
    Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
}

/// Refuses what is absent or no regular file; opening a pipe would wait for a writer.
pub(super) fn inspect_file(path: &Path) -> Result<fs::Metadata, KeyError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing { path: path.to_path_buf() });
        }
        Err(source) => return Err(KeyError::Unreadable { path: path.to_path_buf(), source }),
    };
    let kind = metadata.file_type();
    let kind = if kind.is_file() {
        return Ok(metadata);
    } else if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(KeyError::NotAFile { path: path.to_path_buf(), kind })
}

fn is_taken(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(_) => true,
        // A parent that is a file leads to a better error when it is written to.
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn conflict(error: DurableError) -> KeyError {
    match error {
        DurableError::Exists { path } => KeyError::Exists { path },
        error => KeyError::Durable(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::new(text.as_bytes().to_vec())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_pair_has_its_modes_and_its_directory_too() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("ssh/deep/agent"));
        assert!(!files.exists());
        files.write(&secret("private"), "ssh-rsa AAAA me").unwrap();
        assert_eq!((mode(&files.private), mode(&files.public)), (0o600, 0o644));
        assert_eq!(mode(&home.path().join("ssh")), 0o700);
        assert_eq!(fs::read_to_string(&files.public).unwrap(), "ssh-rsa AAAA me\n");
        assert_eq!(read_private(&files.private).unwrap().expose(), b"private");
        assert!(files.exists());
    }

    #[test]
    fn nothing_is_written_over() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        symlink("nowhere", &files.public).unwrap();
        assert!(files.exists());
        let error = files.write(&secret("new"), "line").unwrap_err();
        assert!(matches!(&error, KeyError::Exists { path } if *path == files.public), "{error}");
        assert!(!files.private.exists());
    }

    #[test]
    fn a_failing_public_half_leaves_the_private_one_and_says_so() {
        let home = tempfile::tempdir().unwrap();
        // 255 bytes are the longest name; the private file's temporary name is shorter than the public one's.
        let longest = (1..255).rev().find(|length| {
            let files = KeyFiles::at(home.path().join("x".repeat(*length)));
            let done = matches!(files.write(&secret("private"), "line"), Err(KeyError::PublicHalf { .. }));
            done && fs::read(&files.private).unwrap() == b"private"
        });
        assert!(longest.is_some());
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "lock")
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_pair_is_exchanged_whole_and_each_old_one_is_kept() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        assert!(matches!(files.exchange(&secret("x"), "line", "now"), Err(KeyError::Missing { .. })));
        assert!(names(home.path()).is_empty());
        files.write(&secret("one"), "line one").unwrap();
        let first = files.exchange(&secret("two"), "line two", "20261124T093000Z").unwrap();
        assert_eq!(first.private, home.path().join("agent.20261124T093000Z.bak"));
        assert_eq!(first.public, home.path().join("agent.20261124T093000Z.bak.pub"));
        let second = files.exchange(&secret("three"), "line three", "20261124T093000Z").unwrap();
        assert_eq!(second.private, home.path().join("agent.20261124T093000Z-2.bak"));
        for (pair, private, public) in
            [(&first, "one", "line one\n"), (&second, "two", "line two\n"), (&files, "three", "line three\n")]
        {
            assert_eq!(fs::read_to_string(&pair.private).unwrap(), private);
            assert_eq!(fs::read_to_string(&pair.public).unwrap(), public);
            assert_eq!((mode(&pair.private), mode(&pair.public)), (0o600, 0o644));
        }
        assert_eq!(names(home.path()).len(), 6);
    }

    #[test]
    fn half_a_pair_is_kept_too() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        durable::create_new(&files.public, b"line", 0o644).unwrap();
        let backup = files.exchange(&secret("new"), "new line", "now").unwrap();
        assert_eq!(fs::read(&backup.public).unwrap(), b"line");
        assert!(!backup.private.exists());
        assert_eq!(fs::read(&files.private).unwrap(), b"new");
    }

    #[test]
    fn a_failed_exchange_leaves_everything_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        // The backup's name is too long, the new pair's is not.
        let files = KeyFiles::at(home.path().join("x".repeat(230)));
        files.write(&secret("old"), "old line").unwrap();
        let before = names(home.path());
        assert!(files.exchange(&secret("new"), "new line", "20261124T093000Z").is_err());
        assert_eq!(names(home.path()), before);
        assert_eq!(fs::read(&files.private).unwrap(), b"old");
        // A directory has the private key's name: what cannot be kept is not replaced.
        let files = KeyFiles::at(home.path().join("agent"));
        fs::create_dir(&files.private).unwrap();
        let before = names(home.path());
        assert!(files.exchange(&secret("new"), "new line", "now").is_err());
        assert_eq!(names(home.path()), before);
    }

    #[test]
    fn a_replaced_private_file_stays_or_becomes_private() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        assert!(matches!(files.replace_private(&secret("new")), Err(KeyError::Missing { .. })));
        assert!(!files.exists());
        durable::create_new(&files.private, b"old", 0o644).unwrap();
        assert!(files.replace_private(&secret("new")).unwrap());
        assert_eq!((fs::read(&files.private).unwrap().as_slice(), mode(&files.private)), (&b"new"[..], 0o600));
        assert!(!files.replace_private(&secret("new")).unwrap());
    }

    #[test]
    fn each_unreadable_thing_has_its_own_error() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("agent");
        assert!(matches!(read_private(&path), Err(KeyError::Missing { .. })));
        assert!(matches!(read_private(home.path()), Err(KeyError::NotAFile { kind: "a directory", .. })));
        assert!(matches!(read_private(&home.path().join("x").join("y")), Err(KeyError::Missing { .. })));
        durable::create_new(&path, &[b'x'; 65537], 0o600).unwrap();
        assert!(matches!(read_private(&path), Err(KeyError::TooLarge { .. })));
        durable::replace(&path, &[b'x'; 65536], 0o600).unwrap();
        assert_eq!(read_private(&path).unwrap().expose().len(), 65536);
        assert!(matches!(read_private(&path.join("below")), Err(KeyError::Unreadable { .. })));
        let pipe = home.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert!(matches!(read_private(&pipe), Err(KeyError::NotAFile { kind: "a pipe", .. })));
    }
}
