//! Whether others can get at a private key file.
//!
//! Owns the rule, which is that of sshd's StrictModes for the file and its directory: owned by the
//! user or root, the file closed to everybody else, the directory writable by nobody else. It only
//! finds; what to do about a finding is for the caller to say.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::KeyError;
use super::store::inspect_file;

/// Bits that a private key file must not have.
const OPEN_FILE: u32 = 0o077;
/// Bits that its directory must not have.
const OPEN_DIRECTORY: u32 = 0o022;

/// One way in which a key is open to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looseness {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: LoosenessKind,
    /// The command that mends it.
    pub hint: String,
}

/// What is wrong with a file or directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoosenessKind {
    /// Others may read it, or run it; with its mode.
    GroupOrWorldReadable(u32),
    /// Others may change it; with its mode.
    GroupOrWorldWritable(u32),
    /// It belongs to somebody who is neither the user nor root; with that one's id.
    ForeignOwner(u32),
}

impl Looseness {
    /// The mode bits to take away; `None` where no mode mends it.
    pub fn bits(&self) -> Option<u32> {
        match self.problem {
            LoosenessKind::ForeignOwner(_) => None,
            LoosenessKind::GroupOrWorldReadable(_) | LoosenessKind::GroupOrWorldWritable(_) => {
                Some(if self.path.is_dir() { OPEN_DIRECTORY } else { OPEN_FILE })
            }
        }
    }
}

impl fmt::Display for Looseness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.problem {
            LoosenessKind::GroupOrWorldReadable(mode) => {
                write!(formatter, "`{path}` is open to other users (mode {mode:04o})")
            }
            LoosenessKind::GroupOrWorldWritable(mode) => {
                write!(formatter, "`{path}` can be changed by other users (mode {mode:04o})")
            }
            LoosenessKind::ForeignOwner(owner) => write!(formatter, "`{path}` belongs to another user (id {owner})"),
        }
    }
}

/// Checks a private key file, and every directory through which it is reached by name, for a user.
///
/// Of a symbolic link both directories count: the link's and the file's.
pub fn check_strict_modes(private: &Path, user: u32) -> Result<Vec<Looseness>, KeyError> {
    let unreadable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| KeyError::Unreadable { path, source }
    };
    let mut found = Vec::new();
    let metadata = inspect_file(private)?;
    check(private, &metadata, user, OPEN_FILE, "600", &mut found);

    let absolute = std::path::absolute(private).map_err(unreadable(private))?;
    let real = fs::canonicalize(private).map_err(unreadable(private))?;
    let mut directories: Vec<_> = [&absolute, &real]
        .into_iter()
        .filter_map(|path| path.parent())
        .map(fs::canonicalize)
        .collect::<Result<_, _>>()
        .map_err(unreadable(private))?;
    directories.dedup();
    for directory in directories {
        let metadata = fs::metadata(&directory).map_err(unreadable(&directory))?;
        check(&directory, &metadata, user, OPEN_DIRECTORY, "go-w", &mut found);
    }
    Ok(found)
}

/// Checks the directory that a new key is to be made in, as [`check_strict_modes`] will check it afterwards.
pub fn check_directory(directory: &Path, user: u32) -> Result<Vec<Looseness>, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: directory.to_path_buf(), source };
    let real = fs::canonicalize(directory).map_err(unreadable)?;
    let metadata = fs::metadata(&real).map_err(unreadable)?;
    let mut found = Vec::new();
    check(&real, &metadata, user, OPEN_DIRECTORY, "go-w", &mut found);
    Ok(found)
}

/// Checks that nobody but the user and root can have written this file, by itself or through its directory.
pub fn check_only_ours(file: &Path, user: u32) -> Result<Vec<Looseness>, KeyError> {
    let mut found = Vec::new();
    for path in [Some(file), file.parent()].into_iter().flatten() {
        let metadata =
            fs::metadata(path).map_err(|source| KeyError::Unreadable { path: path.to_path_buf(), source })?;
        check(path, &metadata, user, 0o022, "go-w", &mut found);
    }
    Ok(found)
}

fn check(path: &Path, metadata: &fs::Metadata, user: u32, closed: u32, wanted: &str, found: &mut Vec<Looseness>) {
    let quoted = quoted(path);
    if metadata.uid() != user && metadata.uid() != 0 {
        let problem = LoosenessKind::ForeignOwner(metadata.uid());
        found.push(Looseness { path: path.to_path_buf(), problem, hint: format!("chown {user} {quoted}") });
    }
    let mode = metadata.mode() & 0o7777;
    if mode & closed != 0 {
        let problem = if mode & 0o022 != 0 {
            LoosenessKind::GroupOrWorldWritable(mode)
        } else {
            LoosenessKind::GroupOrWorldReadable(mode)
        };
        found.push(Looseness { path: path.to_path_buf(), problem, hint: format!("chmod {wanted} {quoted}") });
    }
}

/// The path as one word of a shell command.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.starts_with(['/', '.'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@,".contains(&byte))
    {
        return text;
    }
    let separator = if text.starts_with('-') { "-- " } else { "" };
    format!("{separator}'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn key_in(home: &tempfile::TempDir) -> PathBuf {
        let path = fs::canonicalize(home.path()).unwrap().join("agent");
        crate::durable::create_new(&path, b"key", 0o600).unwrap();
        path
    }

    #[test]
    fn a_private_file_in_a_closed_directory_is_fine() {
        let home = tempfile::tempdir().unwrap();
        let path = key_in(&home);
        let user = rustix::process::geteuid().as_raw();
        for (directory_mode, file_mode) in [(0o700, 0o600), (0o755, 0o400)] {
            set_mode(home.path(), directory_mode);
            set_mode(&path, file_mode);
            assert_eq!(check_strict_modes(&path, user).unwrap(), []);
        }
    }

    #[test]
    fn each_looseness_is_found_with_its_remedy() {
        let home = tempfile::tempdir().unwrap();
        let path = key_in(&home);
        let user = rustix::process::geteuid().as_raw();
        set_mode(&path, 0o640);
        let found = check_strict_modes(&path, user).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].problem, LoosenessKind::GroupOrWorldReadable(0o640));
        assert_eq!(found[0].hint, format!("chmod 600 {}", path.display()));
        assert_eq!(found[0].to_string(), format!("`{}` is open to other users (mode 0640)", path.display()));

        set_mode(&path, 0o602);
        set_mode(home.path(), 0o770);
        let problems: Vec<_> = check_strict_modes(&path, user).unwrap().iter().map(|found| found.problem).collect();
        assert_eq!(problems, [LoosenessKind::GroupOrWorldWritable(0o602), LoosenessKind::GroupOrWorldWritable(0o770)]);
    }

    #[test]
    fn an_owner_must_be_the_user_or_root() {
        let home = tempfile::tempdir().unwrap();
        let path = key_in(&home);
        let owner = rustix::process::geteuid().as_raw();
        if owner == 0 {
            // As root every owner can be tried; as anybody else the file has only one.
            std::os::unix::fs::chown(&path, Some(4242), None).unwrap();
            let found = check_strict_modes(&path, 4243).unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].problem, LoosenessKind::ForeignOwner(4242));
            assert_eq!(found[0].hint, format!("chown 4243 {}", path.display()));
            assert_eq!(check_strict_modes(&path, 4242).unwrap(), []);
        } else {
            let problems: Vec<_> =
                check_strict_modes(&path, owner + 1).unwrap().iter().map(|found| found.problem).collect();
            assert_eq!(problems, [LoosenessKind::ForeignOwner(owner), LoosenessKind::ForeignOwner(owner)]);
        }
    }

    #[test]
    fn both_directories_of_a_link_count() {
        let (links, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let link = links.path().join("link");
        symlink(key_in(&keys), &link).unwrap();
        let user = rustix::process::geteuid().as_raw();
        assert_eq!(check_strict_modes(&link, user).unwrap(), []);
        set_mode(links.path(), 0o777);
        set_mode(keys.path(), 0o777);
        assert_eq!(check_strict_modes(&link, user).unwrap().len(), 2);
    }

    #[test]
    fn a_path_in_a_command_is_one_word() {
        assert_eq!(quoted(Path::new("/home/me/.ssh/id")), "/home/me/.ssh/id");
        assert_eq!(quoted(Path::new("/a b/it's")), "'/a b/it'\\''s'");
        assert_eq!(quoted(Path::new("-x")), "-- '-x'");
    }
}
