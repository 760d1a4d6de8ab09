//! `agent use`: what an administrator's token tells of an agent before a configuration names it.
//!
//! Owns two questions: does the agent exist, and which record of it holds this machine's key, if one does. Without a
//! token, with one that does not open the agent, or where the server cannot be asked, neither is answered, which is no
//! failure: the configuration is this machine's. The change itself is
//! [`identity_switch`](crate::ops::identity_switch)'s. The key stays as it is: one that is another agent's is never
//! taken over unasked.

use crate::id::AgentId;
use crate::keys::PublicKey;
use crate::ops::access;
use crate::ops::agent::look::{self, local_fingerprint};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::identity_switch::Found;
use crate::ops::session::Session;
use crate::ops::state::State;

/// Whether the agent exists and which record of it holds this machine's key, as far as a token tells.
pub async fn find(session: &Session, id: &AgentId) -> Result<Found, OpError> {
    if session.settings.tenant_id.is_none() {
        return Ok(Found::default());
    }
    let mut found = asked(session, id).await?;
    if found.key_id.is_none() && !found.is_key_of_another {
        found.is_key_of_another = is_remembered_of_another(session, id)?;
    }
    Ok(found)
}

/// Whether this machine remembers that its key was registered for another agent, and not for this one.
fn is_remembered_of_another(session: &Session, id: &AgentId) -> Result<bool, OpError> {
    let Some(local) = local_fingerprint(session)? else { return Ok(false) };
    let endpoint = session.settings.endpoint.value.origin();
    let entries = State::load(&session.settings.paths)?.registrations;
    let mut of_key = entries.iter().filter(|entry| entry.endpoint == endpoint && entry.fingerprint == local).peekable();
    Ok(of_key.peek().is_some() && of_key.all(|entry| entry.agent_id != *id))
}

async fn asked(session: &Session, id: &AgentId) -> Result<Found, OpError> {
    let grant = match access::administrator(session).await {
        Ok(Some(grant)) => grant,
        Ok(None) => return Ok(Found::default()),
        Err(error) => return unanswered(error),
    };
    if let Err(error) = look::agent(session, &grant, id).await {
        return unanswered(error);
    }
    let mut found = Found { is_known: Some(true), ..Found::default() };
    let Some(local) = local_fingerprint(session)? else { return Ok(found) };
    // The search spares the next proof one; without it the change stands all the same.
    let keys = session.client()?.keys(grant.access()).await.unwrap_or_default();
    let is_ours = |line: &str| PublicKey::parse_line(line).is_ok_and(|public| public.openssh_fingerprint() == local);
    let ours: Vec<_> = keys.into_iter().filter(|key| key.is_usable() && is_ours(&key.public_key)).collect();
    found.is_key_of_another = !ours.is_empty() && ours.iter().all(|key| !key.is_of(id));
    found.key_id = ours.into_iter().find(|key| key.is_of(id)).map(|key| key.key_id);
    Ok(found)
}

/// Only that there is no such agent, and what is wrong on this side, stops the change.
fn unanswered(error: OpError) -> Result<Found, OpError> {
    use ErrorCode as Code;
    match error.code {
        Code::ServerUnreachable
        | Code::ProxyRefused
        | Code::ServerFailed
        | Code::ServerBusy
        | Code::RateLimited
        | Code::BadAnswer
        | Code::ClockSkew
        | Code::TokenRefused
        | Code::NotAllowed
        | Code::TenantInactive => Ok(Found::default()),
        _ => Err(error),
    }
}
