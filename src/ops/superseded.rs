//! Which key took the place of which: what a configuration from the past can be mended with.
//!
//! Owns the chain of rotations that this machine remembers, and the words for a configuration that
//! names a key from the middle of it, since somebody brought an old file back. Only a rotation that was
//! seen to its end, or a failure that was seen, says that a key is no longer the current one.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::{ConfigFile, Key, Paths};
use crate::id::KeyId;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::rotate::{self, Direction, Phase};
use crate::ops::session::Session;
use crate::ops::state::{State, Superseded};

/// A key as a configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) path: PathBuf,
    pub(super) id: Option<KeyId>,
}

impl Named {
    /// The key that a configuration file names; its default path where it gives none.
    pub(super) fn of(paths: &Paths, file: &ConfigFile, default: &Path) -> Self {
        let path = file.text_of(Key::PrivateKeyPath).map(|found| paths.expand(&found.value));
        let id = file.text_of(Key::KeyId).and_then(|found| found.value.parse().ok());
        Self { path: rotate::behind(&path.unwrap_or_else(|| default.to_path_buf())), id }
    }

    /// The id says which key is meant; the path only where there is none.
    fn is_old_of(&self, link: &Superseded) -> bool {
        match (&self.id, &link.old_key_id) {
            (Some(id), Some(old)) => id == old,
            (None, _) | (_, None) => self.path == link.old_path,
        }
    }

    fn is_new_of(&self, link: &Superseded) -> bool {
        self.path == link.new_path && self.id == link.new_key_id
    }
}

/// The rotations of the identity in force, oldest first; one that is switched and still open is the last.
fn chain(session: &Session) -> Result<Vec<Superseded>, OpError> {
    let paths = &session.settings.paths;
    let (endpoint, tenant, agent) =
        (session.settings.endpoint.value.origin().to_owned(), session.tenant()?.clone(), session.agent()?.clone());
    let mut links = State::load(paths)?.superseded;
    links.retain(|link| link.endpoint == endpoint && link.tenant_id == tenant && link.agent_id == agent);
    if let Some(journal) = rotate::open(paths)?
        && journal.direction == Direction::Forward
        && journal.phase >= Phase::Switched
    {
        links.push(Superseded::of(&journal, journal.started_at.clone()));
    }
    Ok(links)
}

/// The rotations that replaced a key, from its own to the last.
pub(super) struct Replaced {
    /// Its own.
    pub(super) first: Superseded,
    /// The one that put the current key in place.
    pub(super) last: Superseded,
}

/// The key that took the place of the configured one.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CurrentKey {
    /// When the configured key was replaced, RFC 3339 in UTC.
    pub replaced_at: String,
    /// The current key's record.
    pub key_id: Option<KeyId>,
    /// The current key's file.
    pub private_key_path: PathBuf,
}

/// What took the place of the configured key, where it is remembered that rotations replaced it for good.
pub(super) fn current(session: &Session) -> Option<CurrentKey> {
    let Replaced { first, last } = for_certain(session)?;
    Some(CurrentKey { replaced_at: first.at, key_id: last.new_key_id, private_key_path: last.new_path })
}

/// The refusal of what must not begin with a configuration from the past.
pub(super) fn refusal(session: &Session) -> Option<OpError> {
    for_certain(session).map(|replaced| told(session, &replaced))
}

/// Without a failure that was seen more is asked for: a file that names the old record, or no key at all, and a current
/// key that is there to be named. The plain name alone may be a new key's by now.
fn for_certain(session: &Session) -> Option<Replaced> {
    session.settings.file.as_ref()?;
    let named = in_force(session);
    // What cannot be looked up is not known, and the question is asked beside others.
    let replaced = newest(session, &named).ok()??;
    let is_by_record = named.id.is_some() && replaced.first.old_key_id.is_some();
    let is_told = is_by_record || named.path.symlink_metadata().is_err();
    (is_told && replaced.last.new_path.symlink_metadata().is_ok()).then_some(replaced)
}

/// The rotations that replaced this key; `None` when there is none.
pub(super) fn newest(session: &Session, named: &Named) -> Result<Option<Replaced>, OpError> {
    let links = chain(session)?;
    // What the last rotation put in place is the present, whatever bore its name before.
    if links.last().is_some_and(|last| named.is_new_of(last)) {
        return Ok(None);
    }
    let mut found: Option<(&Superseded, &Superseded)> = None;
    for link in &links {
        found = match found {
            None if named.is_old_of(link) => Some((link, link)),
            Some((first, last)) if link.old_fingerprint == last.new_fingerprint => Some((first, link)),
            unchanged => unchanged,
        };
    }
    Ok(found.map(|(first, last)| Replaced { first: first.clone(), last: last.clone() }))
}

/// A failure of the configured key, with what is remembered of it: a key that was replaced is no riddle.
pub(super) fn explained(session: &Session, error: OpError) -> OpError {
    // What cannot be looked up explains nothing, and the failure itself is what counts.
    match newest(session, &in_force(session)) {
        Ok(Some(replaced)) => told(session, &replaced).because(error),
        Ok(None) | Err(_) => error,
    }
}

fn told(session: &Session, Replaced { first, last }: &Replaced) -> OpError {
    OpError::new(
        ErrorCode::KeySuperseded,
        format!(
            "`{}` names a key that was replaced on {}: it was {}, and is {} now",
            session.settings.paths.config.value.display(),
            first.at,
            first.old_key_id.as_ref().map_or(first.old_fingerprint.as_str(), KeyId::as_str),
            last.new_key_id.as_ref().map_or(last.new_fingerprint.as_str(), KeyId::as_str),
        ),
    )
    .hint("an older configuration was brought back: mend it with `artcafe config relink`")
    .fix(Fix::ConfigRelink)
}

/// The key that the session works with.
fn in_force(session: &Session) -> Named {
    Named {
        path: rotate::behind(&session.settings.private_key_path.value),
        id: session.settings.key_id.as_ref().map(|id| id.value.clone()),
    }
}
