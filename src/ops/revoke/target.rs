//! Which key is meant: an id, a fingerprint of either kind, or the configured key.
//!
//! Owns that a record is acted on only if it is the one that was named or holds the same key for the
//! same agent; an id in a file that leads to another key is passed over. A list can be stale, so what
//! is known by its id is asked for by its id.

use std::str::FromStr;

use crate::api::wire::KeyRecord;
use crate::id::{AgentId, KeyId};
use crate::keys::{self, PublicKey};
use crate::ops::access::Grant;
use crate::ops::deregister;
use crate::ops::ending;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key;
use crate::ops::revoke::memory::Memory;
use crate::ops::revoke::plan::Purpose;
use crate::ops::session::Session;
use crate::ops::state::State;

/// Which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The configured one.
    Current,
    /// The one of this record.
    Id(KeyId),
    /// The one of this fingerprint, OpenSSH's or the platform's.
    Fingerprint(String),
}

impl FromStr for Target {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Self, OpError> {
        let text = text.trim();
        if let Some(hash) = text.strip_prefix("SHA256:") {
            return Ok(Self::Fingerprint(format!("SHA256:{}", hash.trim_end_matches('='))));
        }
        // What was typed is not repeated: it may be anything.
        text.parse().map(Self::Id).map_err(|_| {
            OpError::new(ErrorCode::Usage, "the key is named neither by an id nor by a fingerprint")
                .hint("an id is 1 to 128 letters, digits, `.`, `_` or `-`; a fingerprint begins with `SHA256:`; see `artcafe key list`")
        })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Current => formatter.write_str("of this configuration"),
            Self::Id(id) => write!(formatter, "{id}"),
            Self::Fingerprint(text) => formatter.write_str(text),
        }
    }
}

/// What the server has of the key.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The records to act on; none where the server has none any more.
    pub(super) records: Vec<KeyRecord>,
    /// Records of the same key that are not acted on.
    pub(super) elsewhere: Vec<KeyRecord>,
    /// All records that were listed.
    pub(super) listed: Vec<KeyRecord>,
    /// The public key, where it is known.
    pub(super) public: Option<PublicKey>,
    /// The agent, where it is known.
    pub(super) agent: Option<AgentId>,
    /// Ids under which this machine knows the key.
    pub(super) known: Vec<KeyId>,
}

impl Found {
    /// What is known without asking the server.
    pub(super) fn here(session: &Session, target: &Target, purpose: Purpose, memory: &Memory) -> Result<Self, OpError> {
        let (endpoint, tenant) = (session.settings.endpoint.value.origin(), session.tenant()?);
        let mut found = Self::default();
        match target {
            Target::Current => {
                found.agent = Some(session.agent()?.clone());
                found.known = deregister::known_ids(session)?;
                found.public = configured(session)?;
            }
            Target::Id(id) => {
                found.known = vec![id.clone()];
                let stolen = memory.compromised(endpoint, tenant, &found.known).map(|entry| &entry.subject);
                let ended = memory.ended(endpoint, tenant, id).map(|entry| &entry.subject);
                if let Some(subject) = stolen.or(ended) {
                    found.public = subject.public();
                    found.agent = subject.agent_id.clone();
                    if purpose == Purpose::Compromised {
                        found.known = subject.key_ids.clone();
                    }
                }
            }
            Target::Fingerprint(text) => {
                let registrations = State::load(&session.settings.paths)?.registrations;
                let here = registrations.into_iter().filter(|entry| {
                    entry.endpoint == endpoint && &entry.tenant_id == tenant && entry.fingerprint == *text
                });
                found.known = here.map(|entry| entry.key_id).collect();
                if let Some(entry) = memory.ended_key(endpoint, tenant, |public| bears(public, text)) {
                    found.known.extend(entry.subject.key_ids.clone());
                    found.public = entry.subject.public();
                    found.agent = entry.subject.agent_id.clone();
                }
            }
        }
        Ok(found)
    }

    /// Asks the server for the record, and for the others of the same key.
    pub(super) async fn ask(
        &mut self,
        session: &Session,
        grant: &Grant,
        target: &Target,
        purpose: Purpose,
    ) -> Result<(), OpError> {
        let client = session.client()?;
        let mut named = Vec::new();
        for id in &self.known {
            named.extend(ending::record(client, grant, id).await?);
        }
        match target {
            Target::Current => {
                // An id in a file can be wrong; another key is never ended for it.
                if let Some(public) = &self.public {
                    named.retain(|record| public.is_line(&record.public_key));
                }
                if let Some(agent) = &self.agent {
                    named.retain(|record| record.is_of(agent));
                }
            }
            Target::Id(_) => {}
            Target::Fingerprint(text) => named.retain(|record| has_fingerprint(record, text)),
        }
        self.listed = client.keys(grant.access()).await?;
        if let Target::Fingerprint(text) = target {
            for record in &self.listed {
                if has_fingerprint(record, text) && named.iter().all(|known| known.key_id != record.key_id) {
                    named.push(record.clone());
                }
            }
            named = of_one_agent(session, named)?;
        }
        if let Some(first) = named.first() {
            self.agent = first.agent_id.as_deref().and_then(|agent| agent.parse().ok());
            if self.public.is_none() {
                self.public = PublicKey::parse_line(&first.public_key).ok();
            }
        }
        // An id that is gone stands for its record alone: the key may have been registered anew on purpose.
        let is_gone = matches!(target, Target::Id(_)) && named.is_empty();
        let all_of_agent = match purpose {
            Purpose::Revoke => !is_gone,
            Purpose::Compromised => true,
            Purpose::Delete => false,
        };
        let agent = self.agent.as_ref();
        for record in &self.listed {
            let is_same = self.public.as_ref().is_some_and(|public| public.is_line(&record.public_key));
            if !is_same || named.iter().any(|known| known.key_id == record.key_id) {
                continue;
            }
            if all_of_agent && agent.is_some_and(|agent| record.is_of(agent)) {
                named.push(record.clone());
            } else {
                self.elsewhere.push(record.clone());
            }
        }
        self.records = named;
        Ok(())
    }
}

/// The records of the agent in force, or of the only agent that has any.
fn of_one_agent(session: &Session, records: Vec<KeyRecord>) -> Result<Vec<KeyRecord>, OpError> {
    let own = session.settings.agent_id.as_ref().map(|id| id.value.as_str());
    let has = |agent: Option<&str>| records.iter().any(|record| record.agent_id.as_deref() == agent);
    let first = records.first().and_then(|record| record.agent_id.clone());
    let agent = if own.is_some() && has(own) { own.map(str::to_owned) } else { first };
    let (of_agent, others): (Vec<KeyRecord>, Vec<KeyRecord>) =
        records.into_iter().partition(|record| record.agent_id == agent);
    if others.is_empty() || agent.as_deref() == own {
        return Ok(of_agent);
    }
    Err(OpError::new(ErrorCode::Differs, "several agents have this key, and none of them is the configured one")
        .hint("name one record by its id, or one agent with `--agent-id`; see `artcafe key list --all-agents`"))
}

/// The configured key's public half; nothing where the file is gone or nobody can open it.
fn configured(session: &Session) -> Result<Option<PublicKey>, OpError> {
    let path = &session.settings.private_key_path.value;
    if let Some(public) = own_key::held_by_agent(path) {
        return Ok(Some(public));
    }
    let shown = keys::read_private(path)
        .map_err(OpError::from)
        .and_then(|bytes| keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path)));
    let opened = match shown {
        Ok(inspection) => match inspection.public {
            Some(public) => Ok(public),
            None => session.open_key(path).map(|loaded| loaded.key.public()),
        },
        Err(error) => Err(error),
    };
    match opened {
        Ok(public) => Ok(Some(public)),
        Err(error) if matches!(error.code, ErrorCode::KeyFileMissing | ErrorCode::InputNeeded) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a record's key has this fingerprint.
fn has_fingerprint(record: &KeyRecord, text: &str) -> bool {
    match PublicKey::parse_line(&record.public_key) {
        Ok(public) => bears(&public, text),
        // A line that cannot be read: what the platform says of it.
        Err(_) => record.fingerprint.as_str() == text,
    }
}

fn bears(public: &PublicKey, text: &str) -> bool {
    public.openssh_fingerprint() == text || public.platform_fingerprint().is_ok_and(|other| other == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_id_or_fingerprint() {
        assert_eq!("k-1".parse::<Target>().unwrap(), Target::Id("k-1".parse().unwrap()));
        for text in ["SHA256:abc", "SHA256:abc=", " SHA256:abc\n"] {
            assert_eq!(text.parse::<Target>().unwrap(), Target::Fingerprint("SHA256:abc".to_owned()));
        }
        let refused = "a secret with spaces".parse::<Target>().unwrap_err();
        assert_eq!(refused.code, ErrorCode::Usage);
        assert!(!refused.message.contains("secret"));
    }
}
