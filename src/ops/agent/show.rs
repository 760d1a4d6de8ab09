//! `agent show`: one agent, its own key, and the keys that are registered for it.
//!
//! Owns the bringing together of the platform's two key stores, which it does not synchronise. Asks for no route that
//! is the portal's alone, and names those instead.

use serde::Serialize;

use crate::api::wire::AgentRecord;
use crate::id::AgentId;
use crate::keys::PublicKey;
use crate::ops::access;
use crate::ops::agent::look::{self, RecordKey, local_fingerprint};
use crate::ops::agent::{PORTAL, PORTAL_CONTROLS};
use crate::ops::error::OpError;
use crate::ops::list::ListedKey;
use crate::ops::session::Session;

/// One agent.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentShowReport {
    /// The record.
    #[serde(flatten)]
    pub record: AgentRecord,
    /// The key on its own record, which `/auth/agent/verify` and the WebSocket look at.
    pub own_key: Option<RecordKey>,
    /// The keys that are registered for it, which `/auth/verify` looks at.
    pub keys: Vec<ListedKey>,
    /// Whether it is the configured one.
    pub is_configured: bool,
    /// Whether the server fails on this single agent, so that its list was looked at.
    pub from_list: bool,
    /// What only the portal can do with it.
    pub portal: Portal,
    /// Where the token came from.
    pub authorized_by: String,
}

/// What only the portal can do.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Portal {
    /// Its address.
    pub url: &'static str,
    /// What has no route in the API.
    pub controls: Vec<&'static str>,
}

/// Shows an agent, the configured one unless another is named.
pub async fn show(session: &Session, id: Option<&AgentId>) -> Result<AgentShowReport, OpError> {
    let id = match id {
        Some(id) => id,
        None => session.agent()?,
    };
    let grant = access::any(session).await?;
    let (record, from_list) = look::agent(session, &grant, id).await?;
    let local = local_fingerprint(session)?;
    let keys = session.client()?.keys(grant.access()).await?;
    let keys = keys
        .into_iter()
        .filter(|key| key.is_of(id))
        .map(|record| {
            let openssh_fingerprint =
                PublicKey::parse_line(&record.public_key).ok().map(|key| key.openssh_fingerprint());
            ListedKey { is_local: local.is_some() && openssh_fingerprint == local, openssh_fingerprint, record }
        })
        .collect();
    Ok(AgentShowReport {
        own_key: RecordKey::of(&record, local.as_deref()),
        keys,
        is_configured: session.settings.agent_id.as_ref().is_some_and(|configured| configured.value == *id),
        from_list,
        portal: Portal { url: PORTAL, controls: PORTAL_CONTROLS.to_vec() },
        authorized_by: grant.from,
        record,
    })
}
