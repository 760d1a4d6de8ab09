//! Looking at one agent, and what its own key is.
//!
//! Owns the way round a release of the server that fails on every single agent (section 2.5): its list works, so that
//! is looked at. A key on the agent's own record is told from the keys that are registered for it.

use serde::Serialize;

use crate::api::ApiError;
use crate::api::wire::AgentRecord;
use crate::config;
use crate::id::AgentId;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::ops::show;

/// The key on an agent's own record, as against those registered for it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RecordKey {
    /// Its type, such as `ssh-rsa`; absent where the line cannot be read.
    pub key_type: Option<String>,
    /// Its size in bits.
    pub bits: Option<u32>,
    /// Its OpenSSH fingerprint.
    pub openssh_fingerprint: Option<String>,
    /// Whether it is the configured private key's.
    pub is_local: bool,
}

impl RecordKey {
    /// The key of a record; nothing where it has none.
    pub(super) fn of(record: &AgentRecord, local: Option<&str>) -> Option<Self> {
        let key = PublicKey::parse_line(record.public_key.as_deref()?).ok();
        let openssh_fingerprint = key.as_ref().map(PublicKey::openssh_fingerprint);
        Some(Self {
            key_type: key.as_ref().map(|key| key.key_type().to_owned()),
            bits: key.as_ref().map(PublicKey::bits),
            is_local: local.is_some() && openssh_fingerprint.as_deref() == local,
            openssh_fingerprint,
        })
    }
}

/// The fingerprint of this machine's key, if there is one that can be read without asking.
pub(super) fn local_fingerprint(session: &Session) -> Result<Option<String>, OpError> {
    show::fingerprint_of(session, &session.settings.private_key_path.value)
}

/// One agent's record, and whether only the list showed it.
pub(super) async fn agent(session: &Session, grant: &Grant, id: &AgentId) -> Result<(AgentRecord, bool), OpError> {
    let client = session.client()?;
    match client.agent(id, grant.access()).await {
        Ok(record) if record.agent_id == *id => Ok((record, false)),
        Ok(_) => Err(OpError::new(ErrorCode::BadAnswer, format!("the server answered with another agent than `{id}`"))
            .hint("check that the endpoint is the platform's: `artcafe config get api.endpoint`")),
        Err(error) if error.is_record_missing() => Err(missing(session, grant, id, error).await),
        Err(error) if error.status() == Some(500) => {
            let Ok(agents) = client.agents(grant.access()).await else { return Err(error.into()) };
            match agents.iter().find(|agent| agent.agent_id == *id) {
                Some(record) => Ok((record.clone(), true)),
                None if is_broken(&agents) => Err(missing(session, grant, id, error).await),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// There is no such agent; names the nearest that there is.
async fn missing(session: &Session, grant: &Grant, id: &AgentId, error: ApiError) -> OpError {
    // The list serves the advice alone.
    let known = match session.client() {
        Ok(client) => client.agents(grant.access()).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let failure = OpError::new(ErrorCode::RecordMissing, format!("the platform knows no agent `{id}`")).because(error);
    let mut of_name = known.iter().filter(|agent| agent.sent_name == id.as_str());
    if let (Some(agent), None) = (of_name.next(), of_name.next()) {
        return failure.hint(format!("that is the name of agent `{}`: give its id", agent.agent_id));
    }
    match config::nearest(id.as_str(), known.iter().map(|agent| agent.agent_id.as_str())) {
        Some(nearest) => {
            failure.hint(format!("the nearest that it knows is `{nearest}`; `artcafe agent list` shows all"))
        }
        None => failure.hint("see which there are: `artcafe agent list`"),
    }
}

/// Whether these are records of the releases that fail on every single agent.
pub(super) fn is_broken(agents: &[AgentRecord]) -> bool {
    agents.iter().any(|agent| agent.has_nkey)
}

/// A failed change of one agent, in words that say what can be done where the server's release is the reason.
pub(super) async fn explained(session: &Session, grant: &Grant, what: &str, error: ApiError) -> OpError {
    if error.status() != Some(500) {
        return error.into();
    }
    let agents = match session.client() {
        Ok(client) => client.agents(grant.access()).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    if is_broken(&agents) {
        return OpError::new(
            ErrorCode::AgentRoutes,
            format!("this server's release cannot {what} an agent: it fails on every request about a single one, whatever it is"),
        )
        .because(error)
        .hint(format!("do it in the portal ({}): waiting or trying again does not help; `artcafe agent list` works", super::PORTAL));
    }
    OpError::from(error).hint(format!(
        "the server failed, and not all of its releases can {what} an agent: run the same command again later, or do it in the portal ({})",
        super::PORTAL
    ))
}
