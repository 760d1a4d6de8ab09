//! The agent step of `setup`: is the agent known, and registering a new one.
//!
//! Our public key always goes along, so that the server makes none of its own (section 2.4). An agent that an
//! earlier run registered is found again by name and key.

use crate::api::wire::AgentRecord;
use crate::id::AgentId;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::agent::{self, AgentDraft};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::ops::setup::{Attendant, is_unknown};

/// Warns when the platform does not know the agent, naming the nearest one it knows.
pub(super) async fn look(
    session: &Session,
    grant: &Grant,
    agent: &AgentId,
    attendant: &dyn Attendant,
) -> Result<(), OpError> {
    let client = session.client()?;
    match client.agent(agent, grant.access()).await {
        Ok(_) => Ok(()),
        Err(error) if is_unknown(&error) => {
            // The list serves the advice alone; without it the warning stands all the same.
            let known = client.agents(grant.access()).await.unwrap_or_default();
            let nearest = crate::config::nearest(agent.as_str(), known.iter().map(|known| known.agent_id.as_str()));
            let advice =
                nearest.map_or_else(String::new, |nearest| format!("; the nearest that it knows is `{nearest}`"));
            attendant.warn("agent_unknown", &format!("the platform does not know agent `{agent}`{advice}"));
            Ok(())
        }
        Err(error) if error.status() == Some(401) => Err(error.into()),
        // The look serves the advice alone, and some releases fail on every single agent (section 12.1, bug 16).
        Err(error) => {
            attendant.warn(
                "agent_unchecked",
                &format!("whether the platform knows agent `{agent}` could not be found out: {error}"),
            );
            Ok(())
        }
    }
}

/// The agent of this name that carries our key: registered by an earlier run.
pub(super) async fn find(session: &Session, grant: &Grant, new: &AgentDraft) -> Result<Option<AgentId>, OpError> {
    new.check()?;
    let path = &session.settings.private_key_path.value;
    if !crate::keys::KeyFiles::at(path).exists() {
        return Ok(None);
    }
    let public = session.key_at(path)?.key.public();
    let agents = session.client()?.agents(grant.access()).await?;
    if let Some(agent) = agents.into_iter().find(|agent| is_ours(agent, new, &public)) {
        return Ok(Some(agent.agent_id));
    }
    // A key belongs to one agent: a new one must not be made with the key of another.
    let keys = session.client()?.keys(grant.access()).await?;
    if let Some(record) = keys.iter().find(|record| record.is_usable() && public.is_line(&record.public_key)) {
        return Err(OpError::new(
            ErrorCode::KeyOfAnotherAgent,
            format!("the key `{}` is registered as {} for an agent already; a private key is never shared between agents", path.display(), record.key_id),
        )
        .hint("give the new agent a key of its own: `--ssh-key-name NAME`, and a configuration of its own: `--profile NAME`"));
    }
    Ok(None)
}

fn is_ours(agent: &AgentRecord, new: &AgentDraft, public: &PublicKey) -> bool {
    agent.sent_name == new.name && agent.public_key.as_deref().is_some_and(|line| public.is_line(line))
}

/// Registers the agent, or finds it registered with this very key. What the server dropped of it is warned of.
pub(super) async fn register(
    session: &Session,
    grant: &Grant,
    new: &AgentDraft,
    public: &PublicKey,
    attendant: &dyn Attendant,
) -> Result<(AgentId, bool), OpError> {
    let known = session.client()?.agents(grant.access()).await?;
    if let Some(agent) = known.iter().find(|agent| is_ours(agent, new, public)) {
        return Ok((agent.agent_id.clone(), true));
    }
    let agent = agent::create(session, grant, new, Some(public), &known).await?.record;
    session.record(agent::created(new, Some(public)).agent_id(&agent.agent_id))?;
    if let Some(text) = new.loss_in(&agent) {
        attendant.warn("agent_not_kept", &text);
    }
    Ok((agent.agent_id, false))
}
