//! Which other configurations name a key.
//!
//! Owns the list of configurations that this machine knows: the default one, the profiles, and those
//! that `setup` wrote elsewhere. A file that cannot be read names nothing that works.

use std::path::{Path, PathBuf};

use crate::config::{ConfigFile, Key, Paths};
use crate::id::KeyId;
use crate::ops::error::OpError;
use crate::ops::session::Session;
use crate::ops::state::State;

/// Every configuration that this machine knows and that can be read, with its file.
pub(super) fn configurations(session: &Session) -> Result<Vec<(PathBuf, ConfigFile)>, OpError> {
    let paths = &session.settings.paths;
    configurations_of(paths, State::load(paths)?)
}

/// The same for what works without settings.
pub(super) fn configurations_of(paths: &Paths, state: State) -> Result<Vec<(PathBuf, ConfigFile)>, OpError> {
    let mut candidates: Vec<PathBuf> =
        ["yaml", "yml", "json"].map(|extension| paths.home.join(format!("config.{extension}"))).to_vec();
    for profile in paths.profiles()? {
        candidates.extend(
            ["yaml", "yml", "json"].map(|extension| paths.profiles_dir().join(format!("{profile}.{extension}"))),
        );
    }
    candidates.extend(state.made.into_iter().map(|made| made.config));
    let mut known: Vec<(PathBuf, ConfigFile)> = Vec::new();
    for path in candidates {
        if known.iter().any(|(other, _)| *other == path) {
            continue;
        }
        let Ok(Some(file)) = ConfigFile::load(&path) else { continue };
        known.push((path, file));
    }
    Ok(known)
}

/// The first configuration, other than `except`, that names this key file or this record.
pub(super) fn other_naming(
    session: &Session,
    except: &Path,
    key: &Path,
    id: Option<&KeyId>,
) -> Result<Option<PathBuf>, OpError> {
    let paths = &session.settings.paths;
    for (path, file) in configurations(session)?.into_iter().filter(|(path, _)| path != except) {
        let names_key = file.text_of(Key::PrivateKeyPath).is_some_and(|found| paths.expand(&found.value) == key);
        let names_id =
            file.text_of(Key::KeyId).is_some_and(|found| Some(found.value.as_str()) == id.map(KeyId::as_str));
        if names_key || names_id {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
