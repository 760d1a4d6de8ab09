//! `config relink`: a configuration from the past names the current key again.
//!
//! Owns the mending of a file that a person, a checkout or a snapshot brought back: path and key id
//! together, as the last rotation left them, and the plain name's link. While a rotation is open, its
//! journal says which key is meant, also where the file is gone. Asks no server: what is remembered was
//! confirmed when it was written. Never names a key whose file is not there.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{ConfigFile, Edit, Key, Scalar};
use crate::id::KeyId;
use crate::ops::audit::{Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate::{self, Journal};
use crate::ops::session::Session;
use crate::ops::superseded::{self, Named, Replaced};

/// What was mended.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RelinkReport {
    /// The configuration.
    pub path: PathBuf,
    /// Whether it was changed.
    pub changed: bool,
    /// Whether the link of the plain name was made or turned.
    pub link_repaired: bool,
    /// The private key that it names now.
    pub private_key_path: PathBuf,
    /// The key id that it names now.
    pub key_id: Option<KeyId>,
}

/// Names the current key where the configuration names one that was replaced.
pub fn relink(session: &Session) -> Result<RelinkReport, OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    let path = paths.config.value.clone();
    if let Some(journal) = rotate::open(paths)? {
        return of_rotation(session, &journal);
    }
    let Some(file) = ConfigFile::load(&path)? else {
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}`", path.display()),
        )
        .hint("make one with `artcafe setup`"));
    };
    let named = Named::of(paths, &file, &session.settings.private_key_path.value);
    let Some(Replaced { last: link, .. }) = superseded::newest(session, &named)? else {
        return Ok(RelinkReport {
            link_repaired: rotate::repair_links(&named.path)?,
            path,
            changed: false,
            private_key_path: named.path,
            key_id: named.id,
        });
    };
    if link.new_path.symlink_metadata().is_err() {
        return Err(OpError::new(
            ErrorCode::KeyFileMissing,
            format!("the key that is current, `{}`, is not on this disk", link.new_path.display()),
        )
        .hint("bring the file back from a backup, or make a new key: `artcafe setup`"));
    }
    let mut edit = Edit::new(&file)?;
    edit.set(&Key::PrivateKeyPath.key_path(), Scalar::Text(paths.contract(&link.new_path)))?;
    if let Some(id) = &link.new_key_id {
        edit.set(&Key::KeyId.key_path(), Scalar::Text(id.to_string()))?;
    }
    let changed = edit.save()?;
    if changed {
        let to = link.new_key_id.as_ref().map_or(link.new_fingerprint.as_str(), KeyId::as_str);
        let from = named.id.as_ref().map_or_else(|| named.path.display().to_string(), ToString::to_string);
        session.record(Change::new(Action::ConfigRelinked).path(&path).from(from).to(to))?;
    }
    Ok(RelinkReport {
        link_repaired: rotate::repair_links(&link.new_path)?,
        path,
        changed,
        private_key_path: link.new_path,
        key_id: link.new_key_id,
    })
}

/// While a rotation is open, the key that it counts on is the one to name; its links are its own to turn.
fn of_rotation(session: &Session, journal: &Journal) -> Result<RelinkReport, OpError> {
    let path = journal.config.clone();
    let mended = rotate::mend(session, journal)?;
    if mended.changed {
        let to = mended.key_id.as_ref().map_or_else(|| mended.path.display().to_string(), ToString::to_string);
        session.record(Change::new(Action::ConfigRelinked).path(&path).from("another").to(to))?;
    }
    Ok(RelinkReport {
        path,
        changed: mended.changed,
        link_repaired: false,
        private_key_path: mended.path,
        key_id: mended.key_id,
    })
}
