//! What this machine remembers of registrations: `$ARTCAFE_HOME/state/registrations.json`.
//!
//! Owns the memory of which key was registered where and what `setup` made, so that a key is not
//! proved to an endpoint it does not belong to and `deregister` removes no more than was made. Holds
//! no secret. The server and the configuration are the truth; this file can be lost without harm.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::durable;
use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::error::{ErrorCode, OpError};

const LARGEST: u64 = 16 * 1024 * 1024;

/// One registration of a key at an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Registration {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The record's id on the server.
    pub key_id: KeyId,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The private key's file when it was registered.
    pub private_key_path: PathBuf,
    /// When, RFC 3339 in UTC.
    pub registered_at: String,
}

/// What `setup` made, so that it can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The configuration that it wrote or changed.
    pub config: PathBuf,
    /// Whether the configuration was new.
    pub made_config: bool,
    /// The key files that were made and not adopted.
    #[serde(default)]
    pub made_keys: Vec<PathBuf>,
}

/// A deregistration that is under way: the server's part is done, files may be left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deregistering {
    /// The configuration that was in force.
    pub config: PathBuf,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The records of the key that are known.
    pub key_ids: Vec<KeyId>,
    /// Those of them that were revoked or deleted.
    #[serde(default)]
    pub acted: Vec<KeyId>,
    /// `revoked`, `deleted`, `absent` or `not_asked`.
    pub outcome: String,
    /// The files to remove, in this order.
    pub files: Vec<PathBuf>,
}

/// A finished rotation: which key took the place of which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The old private key's file.
    pub old_path: PathBuf,
    /// The old key's record.
    pub old_key_id: Option<KeyId>,
    /// The old key's OpenSSH fingerprint.
    pub old_fingerprint: String,
    /// The new private key's file.
    pub new_path: PathBuf,
    /// The new key's record.
    pub new_key_id: Option<KeyId>,
    /// The new key's OpenSSH fingerprint.
    pub new_fingerprint: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Registrations, oldest first.
    #[serde(default)]
    pub registrations: Vec<Registration>,
    /// What `setup` made.
    #[serde(default)]
    pub made: Vec<Made>,
    /// Deregistrations under way.
    #[serde(default)]
    pub deregistering: Vec<Deregistering>,
    /// Finished rotations, oldest first.
    #[serde(default)]
    pub superseded: Vec<Superseded>,
}

impl State {
    fn path(paths: &Paths) -> PathBuf {
        paths.state_dir().join("registrations.json")
    }

    /// Reads the file; an absent one is empty.
    pub fn load(paths: &Paths) -> Result<Self, OpError> {
        let path = Self::path(paths);
        let Some(bytes) = durable::read_if_present(&path, LARGEST)? else { return Ok(Self::default()) };
        serde_json::from_slice(&bytes).map_err(|error| {
            OpError::new(ErrorCode::ConfigInvalid, format!("`{}` is damaged", path.display()))
                .because(error)
                .hint("move it away; it holds only what `artcafe key register` can find out again")
        })
    }

    /// Writes the file; the caller holds the lock of `$ARTCAFE_HOME`.
    pub fn save(&self, paths: &Paths) -> Result<(), OpError> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the state").because(error))?;
        text.push('\n');
        durable::create_private_dir(&paths.state_dir())?;
        durable::replace(&Self::path(paths), text.as_bytes(), 0o600)?;
        Ok(())
    }

    /// Makes durable what stands, and clears away what a killed process left of the file.
    pub fn settle(paths: &Paths) -> Result<(), OpError> {
        Ok(durable::settle(&Self::path(paths))?)
    }

    /// The latest registration of this key at this endpoint for this agent.
    pub fn registration(
        &self,
        endpoint: &str,
        tenant: &TenantId,
        agent: &AgentId,
        fingerprint: &str,
    ) -> Option<&Registration> {
        self.registrations.iter().rev().find(|entry| {
            entry.endpoint == endpoint
                && &entry.tenant_id == tenant
                && &entry.agent_id == agent
                && entry.fingerprint == fingerprint
        })
    }

    /// The latest registration, at this endpoint for this agent, of the key that was in this file.
    pub fn registration_of_file(
        &self,
        endpoint: &str,
        tenant: &TenantId,
        agent: &AgentId,
        path: &Path,
    ) -> Option<&Registration> {
        self.registrations.iter().rev().find(|entry| {
            entry.endpoint == endpoint
                && &entry.tenant_id == tenant
                && &entry.agent_id == agent
                && entry.private_key_path == path
        })
    }

    /// Remembers a registration, in place of an earlier one of the same key there.
    pub fn remember(&mut self, registration: Registration) {
        self.registrations.retain(|entry| {
            (&entry.endpoint, &entry.tenant_id, &entry.agent_id, &entry.fingerprint)
                != (&registration.endpoint, &registration.tenant_id, &registration.agent_id, &registration.fingerprint)
        });
        self.registrations.push(registration);
    }

    /// Remembers what `setup` made; what an earlier run made stays made.
    pub fn remember_made(&mut self, made: Made) {
        match self.made.iter_mut().find(|entry| entry.config == made.config) {
            Some(entry) => {
                entry.made_config |= made.made_config;
                entry.made_keys.extend(made.made_keys);
                entry.made_keys.sort();
                entry.made_keys.dedup();
            }
            None => self.made.push(made),
        }
    }

    /// What `setup` made for this configuration.
    pub fn made_for(&self, config: &Path) -> Option<&Made> {
        self.made.iter().find(|entry| entry.config == config)
    }
}
