//! `agent watch`: what changes about agents.
//!
//! Owns the comparing of one look with the one before. A look that fails is itself something that is told, once, and
//! ends nothing; the first alone has to work, so that a wrong token or endpoint is known at once. Only reads.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::ApiError;
use crate::api::wire::{AgentRecord, KeyRecord};
use crate::id::AgentId;
use crate::ops::access::{self, Grant};
use crate::ops::agent::look;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// What a look shows of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Seen {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub name: String,
    /// `online`, `offline` or any other word of the platform's.
    pub status: String,
    /// When the platform last heard of it.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_seen: Option<Timestamp>,
    /// How many keys are registered for it that can authenticate; null where the list could not be had.
    pub keys: Option<usize>,
    /// The age in whole days of the youngest of them; null where there is none.
    pub key_age_days: Option<i64>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WatchEventKind {
    /// The agent as the first look shows it.
    First,
    /// An agent that was not there before.
    Appeared,
    /// An agent that is there no longer.
    Gone,
    /// Something about an agent is different.
    Changed,
    /// The server could not be asked; it is asked again.
    Unavailable,
    /// The server answers again.
    Available,
}

/// One change.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct WatchEvent {
    /// When the look was that showed it, by this machine's clock.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub at: Timestamp,
    /// What happened.
    pub event: WatchEventKind,
    /// The agent as it is now, or was before it went; null where it is about the server.
    pub agent: Option<Seen>,
    /// The agent as it was; null where it was not there.
    pub before: Option<Seen>,
    /// `name`, `status`, `last_seen`, `keys`, `key_age_days`: what is different.
    pub changed: Vec<&'static str>,
    /// The failure's code, where the server could not be asked.
    pub failure: Option<&'static str>,
    /// The same in words.
    pub reason: Option<String>,
}

/// Looks at agents again and again.
pub struct Watch {
    ids: Vec<AgentId>,
    by_list: bool,
    grant: Option<Grant>,
    agents: BTreeMap<AgentId, Seen>,
    failure: Option<ErrorCode>,
}

impl Watch {
    /// Looks for the first time: at these agents, or at all that the token may see.
    pub async fn begin(session: &Session, ids: &[AgentId]) -> Result<(Self, Vec<WatchEvent>), OpError> {
        let grant = access::any(session).await?;
        let mut watch = Self { ids: ids.to_vec(), by_list: true, grant: None, agents: BTreeMap::new(), failure: None };
        let agents = match watch.seen(session, &grant).await {
            // An agent's own token shows that agent alone.
            Err(error) if error.code == ErrorCode::NotAllowed => {
                watch.by_list = false;
                if watch.ids.is_empty() {
                    watch.ids.push(session.agent()?.clone());
                }
                watch.seen(session, &grant).await?
            }
            other => other?,
        };
        for id in ids {
            if !agents.contains_key(id) {
                look::agent(session, &grant, id).await?;
            }
        }
        let at = (session.now)();
        let events =
            agents.values().map(|seen| WatchEvent::of(at, WatchEventKind::First, Some(seen.clone()))).collect();
        (watch.agents, watch.grant) = (agents, Some(grant));
        Ok((watch, events))
    }

    /// The agents as the last look that worked showed them.
    pub fn agents(&self) -> impl Iterator<Item = &Seen> {
        self.agents.values()
    }

    /// Why the last look did not work.
    pub fn failure(&self) -> Option<ErrorCode> {
        self.failure
    }

    /// Looks again and tells what is different. Fails only where a signal came.
    pub async fn look(&mut self, session: &Session) -> Result<Vec<WatchEvent>, OpError> {
        let looked = match self.grant.take() {
            Some(grant) => {
                let seen = self.seen(session, &grant).await;
                // A token that has ended is asked for anew with the next look.
                self.grant =
                    Some(grant).filter(|_| !matches!(&seen, Err(error) if error.code == ErrorCode::TokenRefused));
                seen
            }
            None => match access::any(session).await {
                Ok(grant) => {
                    let seen = self.seen(session, &grant).await;
                    self.grant = Some(grant);
                    seen
                }
                Err(error) => Err(error),
            },
        };
        let at = (session.now)();
        match looked {
            Err(error) if matches!(error.code, ErrorCode::Interrupted | ErrorCode::Terminated) => Err(error),
            Err(error) => {
                if self.failure.replace(error.code) == Some(error.code) {
                    return Ok(Vec::new());
                }
                let mut event = WatchEvent::of(at, WatchEventKind::Unavailable, None);
                (event.failure, event.reason) = (Some(error.code.as_str()), Some(error.message));
                Ok(vec![event])
            }
            Ok(agents) => {
                let mut events = Vec::new();
                if self.failure.take().is_some() {
                    events.push(WatchEvent::of(at, WatchEventKind::Available, None));
                }
                events.extend(differences(at, &self.agents, &agents));
                self.agents = agents;
                Ok(events)
            }
        }
    }

    async fn seen(&self, session: &Session, grant: &Grant) -> Result<BTreeMap<AgentId, Seen>, OpError> {
        let client = session.client()?;
        let records = if self.by_list {
            let mut records = client.agents(grant.access()).await?;
            records.retain(|record| self.ids.is_empty() || self.ids.contains(&record.agent_id));
            records
        } else {
            let mut records = Vec::new();
            for id in &self.ids {
                match client.agent(id, grant.access()).await {
                    Ok(record) => records.push(record),
                    Err(error) if error.is_record_missing() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            records
        };
        let keys = match client.keys(grant.access()).await {
            Ok(keys) => Some(keys),
            Err(error @ ApiError::Interrupted(_)) => return Err(error.into()),
            Err(error) if error.is_temporary() || error.status() == Some(401) => return Err(error.into()),
            // A server without that table has agents all the same (section 6).
            Err(_) => None,
        };
        let now = client.server_now();
        Ok(records
            .into_iter()
            .map(|record| (record.agent_id.clone(), Seen::of(record, keys.as_deref(), now)))
            .collect())
    }
}

impl Seen {
    fn of(record: AgentRecord, keys: Option<&[KeyRecord]>, now: Timestamp) -> Self {
        let usable: Option<Vec<&KeyRecord>> =
            keys.map(|keys| keys.iter().filter(|key| key.is_usable() && key.is_of(&record.agent_id)).collect());
        let youngest = usable.iter().flatten().filter_map(|key| key.created_at).max();
        Self {
            keys: usable.map(|usable| usable.len()),
            key_age_days: youngest.map(|made| now.duration_since(made).as_hours().max(0) / 24),
            agent_id: record.agent_id,
            name: record.name,
            status: record.status,
            last_seen: record.last_seen,
        }
    }

    fn differs_in(&self, other: &Self) -> Vec<&'static str> {
        let mut different = Vec::new();
        let mut compare = |name: &'static str, is_same: bool| {
            if !is_same {
                different.push(name);
            }
        };
        compare("name", self.name == other.name);
        compare("status", self.status == other.status);
        compare("last_seen", self.last_seen == other.last_seen);
        compare("keys", self.keys == other.keys);
        compare("key_age_days", self.key_age_days == other.key_age_days);
        different
    }
}

impl WatchEvent {
    fn of(at: Timestamp, event: WatchEventKind, agent: Option<Seen>) -> Self {
        Self { at, event, agent, before: None, changed: Vec::new(), failure: None, reason: None }
    }
}

/// What is different between two looks, by agent.
fn differences(at: Timestamp, before: &BTreeMap<AgentId, Seen>, now: &BTreeMap<AgentId, Seen>) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    for (id, seen) in now {
        match before.get(id) {
            None => events.push(WatchEvent::of(at, WatchEventKind::Appeared, Some(seen.clone()))),
            Some(was) if was != seen => events.push(WatchEvent {
                before: Some(was.clone()),
                changed: seen.differs_in(was),
                ..WatchEvent::of(at, WatchEventKind::Changed, Some(seen.clone()))
            }),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(id, _)| !now.contains_key(*id));
    events.extend(gone.map(|(_, was)| WatchEvent::of(at, WatchEventKind::Gone, Some(was.clone()))));
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: &str, status: &str, keys: usize) -> (AgentId, Seen) {
        let agent_id: AgentId = id.parse().unwrap();
        let name = id.to_owned();
        let status = status.to_owned();
        (agent_id.clone(), Seen { agent_id, name, status, last_seen: None, keys: Some(keys), key_age_days: None })
    }

    #[test]
    fn one_event_tells_all_that_is_different_about_one_agent() {
        let before = BTreeMap::from([seen("a", "offline", 1), seen("b", "busy", 1), seen("c", "x", 0)]);
        let now = BTreeMap::from([seen("a", "online", 2), seen("b", "busy", 1), seen("d", "x", 0)]);
        let told: Vec<(WatchEventKind, String, Vec<&str>)> = differences(Timestamp::UNIX_EPOCH, &before, &now)
            .into_iter()
            .map(|event| (event.event, event.agent.unwrap().name, event.changed))
            .collect();
        let expected = vec![
            (WatchEventKind::Changed, "a".to_owned(), vec!["status", "keys"]),
            (WatchEventKind::Appeared, "d".to_owned(), vec![]),
            (WatchEventKind::Gone, "c".to_owned(), vec![]),
        ];
        assert_eq!(told, expected);
        assert!(differences(Timestamp::UNIX_EPOCH, &now, &now).is_empty());
    }
}
