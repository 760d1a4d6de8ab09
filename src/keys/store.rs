//! The two files of a key pair.
//!
//! Owns their names and modes, and the order of steps in which they are written, set aside and
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

    /// Moves the pair, or the half that is there, to `NAME.STAMP.bak` and `NAME.STAMP.bak.pub`.
    ///
    /// A name is given up only after the file has its new one, and never one that is taken.
    pub fn set_aside(&self, stamp: &str) -> Result<Self, KeyError> {
        let backup = Self::at(with_suffix(&self.private, &format!(".{stamp}.bak")));
        for path in [&backup.private, &backup.public] {
            if is_taken(path) {
                return Err(KeyError::Exists { path: path.clone() });
            }
        }
        if !self.exists() {
            return Err(KeyError::Missing { path: self.private.clone() });
        }
        // The public file goes first: broken off in between, the private key is still in its place
        // and the rest can be done again.
        let public_moved = is_taken(&self.public);
        if public_moved {
            durable::rename_new(&self.public, &backup.public).map_err(conflict)?;
        }
        if is_taken(&self.private)
            && let Err(error) = durable::rename_new(&self.private, &backup.private)
        {
            if public_moved {
                // The error that counts is the first; a public half is computed again at any time.
                let _ = durable::rename_new(&backup.public, &self.public);
            }
            return Err(conflict(error));
        }
        Ok(backup)
    }

    /// Undoes [`KeyFiles::set_aside`] where no new pair came in its place.
    pub fn put_back(&self, backup: &Self) -> Result<(), KeyError> {
        for (from, to) in [(&backup.private, &self.private), (&backup.public, &self.public)] {
            if is_taken(from) && !is_taken(to) {
                durable::rename_new(from, to).map_err(conflict)?;
            }
        }
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

    #[test]
    fn a_pair_is_set_aside_whole_and_never_over_another() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        assert!(matches!(files.set_aside("now"), Err(KeyError::Missing { .. })));
        files.write(&secret("one"), "line one").unwrap();
        let backup = files.set_aside("20261124T093000Z").unwrap();
        assert_eq!(backup.private, home.path().join("agent.20261124T093000Z.bak"));
        assert_eq!(backup.public, home.path().join("agent.20261124T093000Z.bak.pub"));
        assert!(!files.exists());
        assert_eq!(fs::read(&backup.private).unwrap(), b"one");
        assert_eq!(mode(&backup.private), 0o600);

        files.write(&secret("two"), "line two").unwrap();
        let error = files.set_aside("20261124T093000Z").unwrap_err();
        assert!(matches!(&error, KeyError::Exists { path } if *path == backup.private), "{error}");
        assert_eq!(fs::read(&files.private).unwrap(), b"two");
        assert_eq!(fs::read_to_string(&files.public).unwrap(), "line two\n");
        assert_eq!(fs::read(&backup.private).unwrap(), b"one");
    }

    #[test]
    fn half_a_pair_is_set_aside_too() {
        let home = tempfile::tempdir().unwrap();
        let files = KeyFiles::at(home.path().join("agent"));
        durable::create_new(&files.public, b"line", 0o644).unwrap();
        let backup = files.set_aside("now").unwrap();
        assert!(!files.exists() && backup.public.exists() && !backup.private.exists());
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
