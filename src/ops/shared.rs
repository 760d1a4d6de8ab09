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

/// The key file of a configuration; one of an agent that names none has the default one.
fn key_of(paths: &Paths, file: &ConfigFile) -> Option<PathBuf> {
    match file.text_of(Key::PrivateKeyPath) {
        Some(found) => Some(paths.expand(&found.value)),
        None => file.text_of(Key::AgentId).map(|_| paths.default_key()),
    }
}

/// Also behind the link that a rotation left.
fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The words before a command that make it act on this configuration, whatever the others are.
pub fn flags_of(paths: &Paths, config: &Path) -> String {
    let profile = config
        .file_stem()
        .and_then(|stem| stem.to_str())
        .filter(|_| config.parent() == Some(&*paths.profiles_dir()))
        .and_then(|stem| stem.parse::<crate::id::ProfileName>().ok());
    match profile {
        Some(name) => format!(" --profile {name}"),
        None if config == paths.default_config() => String::new(),
        None => format!(" --config '{}'", config.display().to_string().replace('\'', "'\\''")),
    }
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
        let names_key = key_of(paths, &file).is_some_and(|named| is_same_file(&named, key));
        let names_id =
            file.text_of(Key::KeyId).is_some_and(|found| Some(found.value.as_str()) == id.map(KeyId::as_str));
        if names_key || names_id {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
