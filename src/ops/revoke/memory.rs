//! What this machine remembers of keys that it ended: `state/revoked.json` and `state/compromised.json`.
//!
//! Owns that revoking twice is no error, also where the server keeps no record of the first time; and
//! that a stolen key is looked at again once no token of it can be good any more. Holds no secret. The
//! callers hold the lock of `$ARTCAFE_HOME` when they write.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::durable;
use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::PublicKey;
use crate::ops::error::{ErrorCode, OpError};

const LARGEST: u64 = 16 * 1024 * 1024;

/// A token of the platform lives an hour (`platform-api.md` 5), and nothing ends it before.
pub(super) const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// The key that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    /// The endpoint's origin.
    pub(super) endpoint: String,
    /// The tenant.
    pub(super) tenant_id: TenantId,
    /// The agent that it belongs or belonged to.
    pub(super) agent_id: Option<AgentId>,
    /// Its records.
    pub(super) key_ids: Vec<KeyId>,
    /// Its public line, where it is known.
    pub(super) public_key: Option<String>,
}

impl Subject {
    /// The public key.
    pub(super) fn public(&self) -> Option<PublicKey> {
        PublicKey::parse_line(self.public_key.as_deref()?).ok()
    }

    fn is_at(&self, endpoint: &str, tenant: &TenantId) -> bool {
        self.endpoint == endpoint && &self.tenant_id == tenant
    }
}

/// A record that this machine revoked or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ended {
    /// Which key.
    #[serde(flatten)]
    pub(super) subject: Subject,
    /// `revoked` or `deleted`; `asked` while the answer is not seen.
    pub(super) how: String,
    /// When, by the server's clock.
    pub(super) at: Timestamp,
}

/// A request left, and its answer was not seen.
const ASKED: &str = "asked";

impl Ended {
    /// A record that is about to be ended: after a crash it may be gone without a trace on the server.
    pub(super) fn asked(subject: Subject, at: Timestamp) -> Self {
        Self { subject, how: ASKED.to_owned(), at }
    }

    /// When it was seen to be ended.
    pub(super) fn seen_at(&self) -> Option<Timestamp> {
        (self.how != ASKED).then_some(self.at)
    }
}

/// A key that was said to be in other hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compromised {
    /// Which key.
    #[serde(flatten)]
    pub(super) subject: Subject,
    /// Since when nobody vouches for what it did; absent where that is not known.
    pub(super) since: Option<Timestamp>,
    /// The OpenSSH fingerprint of the key that took its place.
    pub(super) replaced_by: Option<String>,
    /// When it was seen to be ended, by the server's clock.
    pub(super) ended_at: Option<Timestamp>,
    /// When it was looked at for the last time.
    pub(super) settled_at: Option<Timestamp>,
}

impl Compromised {
    /// When no token of it can be good any more.
    pub(super) fn look_again_at(&self) -> Option<Timestamp> {
        self.ended_at.and_then(|at| at.checked_add(TOKEN_LIFE).ok())
    }
}

/// What is remembered of every key, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    ended: Vec<Ended>,
    compromised: Vec<Compromised>,
}

impl Memory {
    /// Reads both files; an absent one is empty.
    pub(super) fn load(paths: &Paths) -> Result<Self, OpError> {
        Ok(Self { ended: read(&ended_path(paths))?, compromised: read(&compromised_path(paths))? })
    }

    /// What ended the record of this id.
    pub(super) fn ended(&self, endpoint: &str, tenant: &TenantId, id: &KeyId) -> Option<&Ended> {
        self.ended
            .iter()
            .rev()
            .find(|entry| entry.subject.is_at(endpoint, tenant) && entry.subject.key_ids.contains(id))
    }

    /// The records of a key that this machine ended.
    pub(super) fn ended_key(
        &self,
        endpoint: &str,
        tenant: &TenantId,
        is_it: impl Fn(&PublicKey) -> bool,
    ) -> Option<&Ended> {
        self.ended.iter().rev().find(|entry| {
            entry.subject.is_at(endpoint, tenant) && entry.subject.public().is_some_and(|public| is_it(&public))
        })
    }

    /// The stolen key that one of these records holds.
    pub(super) fn compromised(&self, endpoint: &str, tenant: &TenantId, ids: &[KeyId]) -> Option<&Compromised> {
        self.compromised.iter().rev().find(|entry| {
            entry.subject.is_at(endpoint, tenant) && entry.subject.key_ids.iter().any(|id| ids.contains(id))
        })
    }

    /// The stolen keys of this agent that are not settled yet, oldest first.
    pub(super) fn unsettled(
        &self,
        endpoint: &str,
        tenant: &TenantId,
        agent: &AgentId,
    ) -> impl Iterator<Item = &Compromised> {
        self.compromised.iter().filter(move |entry| {
            entry.settled_at.is_none()
                && entry.subject.is_at(endpoint, tenant)
                && entry.subject.agent_id.as_ref() == Some(agent)
        })
    }

    /// Remembers a record that was ended, in place of what was known of it.
    pub(super) fn remember_ended(&mut self, paths: &Paths, entry: Ended) -> Result<(), OpError> {
        self.ended.retain(|known| {
            !known.subject.is_at(&entry.subject.endpoint, &entry.subject.tenant_id)
                || known.subject.key_ids != entry.subject.key_ids
        });
        self.ended.push(entry);
        write(paths, &ended_path(paths), &self.ended)
    }

    /// Remembers how it stands with a stolen key, in place of what was known of it.
    pub(super) fn remember_compromised(&mut self, paths: &Paths, entry: Compromised) -> Result<(), OpError> {
        let same = |known: &Compromised| {
            known.subject.is_at(&entry.subject.endpoint, &entry.subject.tenant_id)
                && known.subject.key_ids.iter().any(|id| entry.subject.key_ids.contains(id))
        };
        self.compromised.retain(|known| !same(known));
        self.compromised.push(entry);
        write(paths, &compromised_path(paths), &self.compromised)
    }
}

fn ended_path(paths: &Paths) -> PathBuf {
    paths.state_dir().join("revoked.json")
}

fn compromised_path(paths: &Paths) -> PathBuf {
    paths.state_dir().join("compromised.json")
}

fn read<T: DeserializeOwned>(path: &std::path::Path) -> Result<Vec<T>, OpError> {
    let Some(bytes) = durable::read_if_present(path, LARGEST)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&bytes).map_err(|error| {
        OpError::new(ErrorCode::ConfigInvalid, format!("`{}` is damaged", path.display()))
            .because(error)
            .hint("move it away; then a key that was revoked from here is known to the server alone")
    })
}

fn write<T: Serialize>(paths: &Paths, path: &std::path::Path, entries: &[T]) -> Result<(), OpError> {
    let mut text = serde_json::to_string_pretty(entries)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the state").because(error))?;
    text.push('\n');
    durable::create_private_dir(&paths.state_dir())?;
    durable::replace(path, text.as_bytes(), 0o600)?;
    Ok(())
}
