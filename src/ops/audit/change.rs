//! One change, as the command that made it tells it.
//!
//! Owns no file. Holds ids, fingerprints, paths and words, and never a secret: a value that could be
//! one is left out by the caller.

use std::path::PathBuf;

use super::action::{Action, Outcome};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was done.
    pub action: Action,
    /// The record's id on the server.
    pub key_id: Option<String>,
    /// The key's OpenSSH fingerprint.
    pub fingerprint: Option<String>,
    /// The file that was changed.
    pub path: Option<PathBuf>,
    /// The dotted key of the configuration that was changed.
    pub setting: Option<String>,
    /// What was there before.
    pub from: Option<String>,
    /// What is there now.
    pub to: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The server's origin.
    pub server: Option<String>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The agent.
    pub agent_id: Option<String>,
    /// How it ended.
    pub result: Outcome,
}

impl Change {
    /// A change that was made.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            key_id: None,
            fingerprint: None,
            path: None,
            setting: None,
            from: None,
            to: None,
            reason: None,
            server: None,
            tenant_id: None,
            agent_id: None,
            result: Outcome::Done,
        }
    }

    /// With the record's id on the server.
    #[must_use]
    pub fn key_id(mut self, id: impl ToString) -> Self {
        self.key_id = Some(id.to_string());
        self
    }

    /// With the key's OpenSSH fingerprint.
    #[must_use]
    pub fn fingerprint(mut self, fingerprint: impl Into<String>) -> Self {
        self.fingerprint = Some(fingerprint.into());
        self
    }

    /// With the file that was changed.
    #[must_use]
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With the dotted key of the configuration that was changed.
    #[must_use]
    pub fn setting(mut self, key: impl Into<String>) -> Self {
        self.setting = Some(key.into());
        self
    }

    /// With what was there before.
    #[must_use]
    pub fn from(mut self, from: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// With what is there now.
    #[must_use]
    pub fn to(mut self, to: impl Into<String>) -> Self {
        self.to = Some(to.into());
        self
    }

    /// With the reason.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// With the server's origin.
    #[must_use]
    pub fn server(mut self, origin: impl Into<String>) -> Self {
        self.server = Some(origin.into());
        self
    }

    /// With the tenant.
    #[must_use]
    pub fn tenant_id(mut self, id: impl ToString) -> Self {
        self.tenant_id = Some(id.to_string());
        self
    }

    /// With the agent.
    #[must_use]
    pub fn agent_id(mut self, id: impl ToString) -> Self {
        self.agent_id = Some(id.to_string());
        self
    }

    /// With how it ended.
    #[must_use]
    pub fn result(mut self, result: Outcome) -> Self {
        self.result = result;
        self
    }
}
