//! The first key's plain name, which leads to the current key once the first one is gone.
//!
//! Owns what mounts and scripts that know only that name go on reading. The links are derived from
//! the configuration: what is no link is never replaced unless it is the old key itself, whose turn has
//! come. They are read for one thing alone: a configuration that names one means the file behind it.

use std::path::{Path, PathBuf};

use crate::checkpoint;
use crate::durable;
use crate::keys::KeyFiles;
use crate::ops::error::OpError;

/// The name that a key had before its first rotation: without the time that a rotation adds.
pub(in crate::ops) fn plain_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_stamp = |text: &str| {
        text.len() == 16
            && text.bytes().enumerate().all(|(index, byte)| match index {
                8 => byte == b'T',
                15 => byte == b'Z',
                _ => byte.is_ascii_digit(),
            })
    };
    match name.rsplit_once('.') {
        Some((base, stamp)) if !base.is_empty() && is_stamp(stamp) => path.with_file_name(base),
        _ => path.to_path_buf(),
    }
}

/// The key file that a path means: where a rotation made a link of the plain name, the file behind it.
pub fn behind(path: &Path) -> PathBuf {
    let Ok(target) = std::fs::read_link(path) else { return path.to_path_buf() };
    let is_beside = target.parent().is_none_or(|parent| parent.as_os_str().is_empty() || Some(parent) == path.parent());
    let file = path.with_file_name(target.file_name().unwrap_or_default());
    // A link of somebody's own making is a name like any other.
    if is_beside && file != path && plain_name(&file) == path { file } else { path.to_path_buf() }
}

/// The old pair goes; the plain name leads to the new key in the same move.
pub(super) fn replace_old(old: &Path, new: &Path) -> Result<(), OpError> {
    let plain = KeyFiles::at(plain_name(old));
    let (old, new) = (KeyFiles::at(old), KeyFiles::at(new));
    for (plain, old, new) in [(&plain.private, &old.private, &new.private), (&plain.public, &old.public, &new.public)] {
        // The first key bears the plain name itself: the link replaces it. Later ones go after the link has turned.
        if plain == old || is_free(plain) {
            durable::replace_link(plain, Path::new(new.file_name().unwrap_or_default()))?;
        }
        if plain != old {
            durable::remove(old)?;
        }
        checkpoint::reach("retire.between_files");
    }
    Ok(())
}

/// Makes the plain name lead to this key again; says whether anything was to do.
pub(in crate::ops) fn repair(current: &Path) -> Result<bool, OpError> {
    let plain = plain_name(current);
    if plain == current {
        return Ok(false);
    }
    let (plain, current) = (KeyFiles::at(plain), KeyFiles::at(current));
    let mut changed = false;
    for (link, key) in [(&plain.private, &current.private), (&plain.public, &current.public)] {
        if is_free(link) && key.symlink_metadata().is_ok() {
            changed |= durable::replace_link(link, Path::new(key.file_name().unwrap_or_default()))?;
        }
    }
    Ok(changed)
}

/// Whether a link may stand there: nothing does, or a link.
fn is_free(path: &Path) -> bool {
    path.is_symlink() || path.symlink_metadata().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_name_has_no_time() {
        let plain = |name: &str| plain_name(Path::new(name)).display().to_string();
        assert_eq!(plain("/k/agent.20261124T093000Z"), "/k/agent");
        assert_eq!(plain("/k/agent"), "/k/agent");
        assert_eq!(plain("/k/agent.pem"), "/k/agent.pem");
        assert_eq!(plain("/k/.20261124T093000Z"), "/k/.20261124T093000Z");
    }

    #[test]
    fn only_a_link_of_a_rotation_means_the_file_behind_it() {
        let directory = tempfile::tempdir().unwrap();
        let (plain, key) = (directory.path().join("agent"), directory.path().join("agent.20261124T093000Z"));
        assert_eq!(behind(&plain), plain);
        for (target, means) in [
            ("agent.20261124T093000Z", &key),
            (key.to_str().unwrap(), &key),
            ("agent.mine", &plain),
            ("other.20261124T093000Z", &plain),
            ("../agent.20261124T093000Z", &plain),
            ("agent", &plain),
        ] {
            durable::replace_link(&plain, Path::new(target)).unwrap();
            assert_eq!(behind(&plain), *means, "{target}");
        }
        assert_eq!(behind(&key), key);
    }

    #[test]
    fn a_link_is_repaired_and_a_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (plain, key) = (directory.path().join("agent"), directory.path().join("agent.20261124T093000Z"));
        durable::create_new(&key, b"key", 0o600).unwrap();
        assert!(repair(&key).unwrap());
        assert_eq!(std::fs::read_link(&plain).unwrap(), Path::new("agent.20261124T093000Z"));
        assert!(!repair(&key).unwrap());
        durable::replace_link(&plain, Path::new("elsewhere")).unwrap();
        assert!(repair(&key).unwrap());
        durable::remove(&plain).unwrap();
        durable::create_new(&plain, b"another", 0o600).unwrap();
        assert!(!repair(&key).unwrap());
        assert_eq!(std::fs::read(&plain).unwrap(), b"another");
    }
}
