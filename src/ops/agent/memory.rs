//! What this machine remembers of agents that a person deleted from it: `state/deleted-agents.json`.
//!
//! Owns that such a decision is not undone by a program: no key of a deleted agent is registered again, whoever
//! asks, and no failure of it names a command that would. Only the server takes it back, by showing the agent. The
//! entry is written before the request, so that a crash in between does not lose it. Holds no secret. The callers
//! hold the lock of `$ARTCAFE_HOME` when they write.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::durable;
use crate::id::{AgentId, TenantId};
use crate::ops::access::Grant;
use crate::ops::agent::look;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

const LARGEST: u64 = 16 * 1024 * 1024;

/// An agent that was deleted from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ops) struct Deleted {
    endpoint: String,
    tenant_id: TenantId,
    agent_id: AgentId,
    /// When, RFC 3339 in UTC.
    pub(in crate::ops) at: String,
    /// Whether it was seen to be gone; otherwise the answer was never seen.
    is_seen: bool,
}

impl Deleted {
    fn words(&self) -> String {
        let Self { agent_id, at, .. } = self;
        match self.is_seen {
            true => format!("agent `{agent_id}` was deleted from this machine ({at})"),
            false => format!("the deletion of agent `{agent_id}` was asked for from this machine ({at})"),
        }
    }
}

/// Whether this agent was deleted from here.
pub(in crate::ops) fn deleted(session: &Session, id: &AgentId) -> Result<Option<Deleted>, OpError> {
    let is_it = same(session, id)?;
    Ok(read(&session.settings.paths)?.into_iter().find(is_it))
}

/// The same of the configured agent; nothing where none is named or the memory cannot be read.
pub(in crate::ops) fn deleted_configured(session: &Session) -> Option<Deleted> {
    deleted(session, session.agent().ok()?).ok()?
}

/// Remembers a deletion, in place of what was known of it.
pub(super) fn remember(session: &Session, id: &AgentId, is_seen: bool) -> Result<(), OpError> {
    let mut entries = others(session, id)?;
    entries.push(Deleted {
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        tenant_id: session.tenant()?.clone(),
        agent_id: id.clone(),
        at: session.now_text(),
        is_seen,
    });
    write(&session.settings.paths, &entries)
}

/// The agent is there.
pub(super) fn forget(session: &Session, id: &AgentId) -> Result<(), OpError> {
    match deleted(session, id)? {
        Some(_) => write(&session.settings.paths, &others(session, id)?),
        None => Ok(()),
    }
}

/// Refuses what would bring a deleted agent's key back, unless the server shows the agent.
pub(in crate::ops) async fn refuse(
    session: &Session,
    grant: Option<&Grant>,
    id: &AgentId,
    may_write: bool,
) -> Result<(), OpError> {
    let Some(known) = deleted(session, id)? else { return Ok(()) };
    let cause = match grant {
        None => None,
        Some(grant) => match look::agent(session, grant, id).await {
            Ok(_) if may_write => return forget(session, id),
            Ok(_) => return Ok(()),
            Err(error) if matches!(error.code, ErrorCode::Interrupted | ErrorCode::Terminated) => return Err(error),
            Err(error) => Some(error),
        },
    };
    let failure =
        OpError::new(ErrorCode::RecordMissing, format!("{}, and no key is registered for it again", known.words()))
            .hint(HINT);
    Err(match cause {
        Some(cause) => failure.because(cause),
        None => failure,
    })
}

/// A refused key whose agent was deleted from here: that is the reason, and nothing for a program to mend.
pub(in crate::ops) fn explained(session: &Session, error: OpError) -> OpError {
    let Some(known) = deleted_configured(session) else { return error };
    OpError::new(ErrorCode::KeyRevoked, format!("{}, and its keys with it", known.words())).because(error).hint(HINT)
}

const HINT: &str = "a deletion is not undone: name another agent (`artcafe agent list`, then `artcafe agent use ID`), \
or register a new one; if somebody made this one again, an administrator's token lets `artcafe key register` see that";

fn same<'a>(session: &'a Session, id: &'a AgentId) -> Result<impl Fn(&Deleted) -> bool + 'a, OpError> {
    let (endpoint, tenant) = (session.settings.endpoint.value.origin(), session.tenant()?);
    Ok(move |entry: &Deleted| entry.endpoint == endpoint && entry.tenant_id == *tenant && entry.agent_id == *id)
}

fn others(session: &Session, id: &AgentId) -> Result<Vec<Deleted>, OpError> {
    let is_it = same(session, id)?;
    let mut entries = read(&session.settings.paths)?;
    entries.retain(|entry| !is_it(entry));
    Ok(entries)
}

fn path(paths: &Paths) -> PathBuf {
    paths.state_dir().join("deleted-agents.json")
}

fn read(paths: &Paths) -> Result<Vec<Deleted>, OpError> {
    // A machine without a home has no memory, and needs none.
    if !paths.has_place_for_home() {
        return Ok(Vec::new());
    }
    let path = path(paths);
    let Some(bytes) = durable::read_if_present(&path, LARGEST)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&bytes).map_err(|error| {
        OpError::new(ErrorCode::ConfigInvalid, format!("`{}` is damaged", path.display()))
            .because(error)
            .hint("move it away; then an agent that was deleted from here is known to the server alone")
    })
}

fn write(paths: &Paths, entries: &[Deleted]) -> Result<(), OpError> {
    let mut text = serde_json::to_string_pretty(entries)
        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the state").because(error))?;
    text.push('\n');
    durable::create_private_dir(&paths.state_dir())?;
    durable::replace(&path(paths), text.as_bytes(), 0o600)?;
    Ok(())
}
