//! What stands on disk: pictures of a directory to compare, and users and disks that refuse.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Run, TestEnv};

/// A file's inode, time of change, mode and content.
pub(crate) type Seen = (u64, i64, i64, u32, Vec<u8>);

/// Every file below a directory. The lock's content changes with each run and is left out.
pub(crate) fn picture(directory: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(directory) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            found.extend(picture(&path));
        } else if path.file_name().is_some_and(|name| name != "lock") {
            let content = fs::read(&path).unwrap_or_default();
            found.insert(path, (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.mode(), content));
        }
    }
    found
}

/// Every file below a directory but the history, which a failure can add to.
pub(crate) fn picture_beside_history(directory: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut found = picture(directory);
    found.retain(|path, _| !path.file_name().is_some_and(|name| HISTORY.iter().any(|own| name == *own)));
    found
}

/// The files of the history.
const HISTORY: [&str; 3] = ["audit.jsonl", "audit.head", "audit.lock"];

/// The names of the files below a directory, relative to it, without the lock and the history.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    picture_beside_history(directory)
        .keys()
        .map(|path| path.strip_prefix(directory).unwrap().display().to_string())
        .collect()
}

/// Sets a file's mode.
pub(crate) fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The user without rights.
pub(crate) const NOBODY: u32 = 65534;

/// Gives a directory and all that is in it to a user.
pub(crate) fn give_away(path: &Path, user: u32) {
    lchown(path, Some(user), Some(user)).unwrap();
    if path.symlink_metadata().unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path(), user);
        }
    }
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

impl TestEnv {
    /// Makes the home directory and the program usable by the user `nobody`.
    pub(crate) fn open_to_nobody(&self) {
        chmod(self.root(), 0o755);
        let program = self.root().join("artcafe");
        fs::copy(env!("CARGO_BIN_EXE_artcafe"), &program).unwrap();
        chmod(&program, 0o755);
        if is_root() {
            give_away(&self.home(), NOBODY);
        }
    }

    /// Runs the program as somebody who is not root, after [`TestEnv::open_to_nobody`].
    #[must_use]
    pub(crate) fn run_as_nobody(&self, args: &[&str]) -> Run {
        let program = self.root().join("artcafe");
        let mut command = Command::new(program);
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.args(args).env_clear().envs(self.variables()).current_dir(self.root());
        self.watched(command, args, None)
    }
}

/// A file system of its own, so many KiB large; it is gone with this value.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one. A machine where that cannot be done cannot show what a full disk does.
    pub(crate) fn mount(path: &Path, kibibytes: u32) -> Self {
        fs::create_dir_all(path).unwrap();
        let options = format!("size={kibibytes}k,mode=0700");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(path).status().unwrap();
        assert!(status.success(), "a tmpfs cannot be mounted: run this test as root, with the right to mount");
        Self(path.to_path_buf())
    }

    /// Fills it up but for so many KiB.
    pub(crate) fn fill(&self, free: usize) {
        let filler = self.0.join("filler");
        let mut size = 0;
        let page = vec![0_u8; 4096];
        let mut file = fs::File::create(&filler).unwrap();
        while std::io::Write::write_all(&mut file, &page).is_ok() {
            size += page.len();
        }
        file.set_len(size.saturating_sub(free * 1024) as u64).unwrap();
    }

    /// Frees what was filled up.
    pub(crate) fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Detached even while something holds it: nothing may stay mounted.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
