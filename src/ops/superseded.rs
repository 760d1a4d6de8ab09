//! Which key took the place of which: what a configuration from the past can be mended with.
//!
//! Owns the chain of rotations that this machine remembers, and the words for a configuration that
//! names a key from the middle of it, since somebody brought an old file back. Never decides that a
//! key is dead: it explains a failure that was seen.

use std::path::{Path, PathBuf};

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

/// The last rotation of the chain that begins with this key; `None` when no rotation replaced it.
pub(super) fn newest(session: &Session, named: &Named) -> Result<Option<Superseded>, OpError> {
    let links = chain(session)?;
    // What the last rotation put in place is the present, whatever bore its name before.
    if links.last().is_some_and(|last| named.is_new_of(last)) {
        return Ok(None);
    }
    let mut newest: Option<&Superseded> = None;
    for link in &links {
        let follows = match newest {
            None => named.is_old_of(link),
            Some(before) => link.old_fingerprint == before.new_fingerprint,
        };
        if follows {
            newest = Some(link);
        }
    }
    Ok(newest.cloned())
}

/// A failure of the configured key, with what is remembered of it: a key that was replaced is no riddle.
pub(super) fn explained(session: &Session, error: OpError) -> OpError {
    // What cannot be looked up explains nothing, and the failure itself is what counts.
    let Ok(Some(link)) = newest(session, &in_force(session)) else { return error };
    OpError::new(
        ErrorCode::KeySuperseded,
        format!(
            "`{}` names a key that was replaced on {}: it was {}, and is {} now",
            session.settings.paths.config.value.display(),
            link.at,
            link.old_key_id.as_ref().map_or(link.old_fingerprint.as_str(), KeyId::as_str),
            link.new_key_id.as_ref().map_or(link.new_fingerprint.as_str(), KeyId::as_str),
        ),
    )
    .because(error)
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
