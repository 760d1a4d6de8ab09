//! `agent delete`: the end of an agent, and of the keys that are registered for it.
//!
//! Owns the looking before: which keys at the platform go with it, and which configurations of this machine name it.
//! Deletes nothing on this machine but kept tokens, and remembers the deletion, which no program undoes. An answer that was lost is settled by looking, and what cannot be
//! settled is never called done. A rotation that is open for the agent is finished or undone first.

use std::path::PathBuf;

use serde::Serialize;

use crate::api::ApiError;
use crate::api::wire::{AgentRecord, KeyRecord};
use crate::checkpoint;
use crate::config::{Endpoint, Key};
use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::access::{self, Grant};
use crate::ops::agent::{look, memory};
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::error::OpError;
use crate::ops::session::Session;
use crate::ops::{rotate, shared, tokens};

/// What depends on an agent.
pub struct AgentDeletePlan {
    /// Its record.
    pub agent: AgentRecord,
    /// The keys that are registered for it.
    pub keys: Vec<KeyRecord>,
    /// The configurations of this machine that name it.
    pub configurations: Vec<PathBuf>,
    /// Whether it is the configured one.
    pub is_configured: bool,
    grant: Grant,
}

/// What was deleted.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentDeleteReport {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub name: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The key records that went with it.
    pub keys_gone: Vec<KeyId>,
    /// Those that the server left: an older release keeps them. Null where the list could not be had.
    pub keys_left: Option<Vec<KeyId>>,
    /// The configurations of this machine that name an agent which is gone.
    pub configurations: Vec<PathBuf>,
    /// Whether the server's answer was lost and the record found gone by looking.
    pub settled_by_looking: bool,
}

/// Looks what depends on an agent; deletes nothing.
pub async fn plan(session: &Session, id: &AgentId) -> Result<AgentDeletePlan, OpError> {
    refuse_open_rotation(session, id)?;
    let grant = access::any(session).await?;
    let (agent, _) = look::agent(session, &grant, id).await?;
    let keys = session.client()?.keys(grant.access()).await?.into_iter().filter(|key| key.is_of(id)).collect();
    let is_configured = session.settings.agent_id.as_ref().is_some_and(|configured| configured.value == *id);
    Ok(AgentDeletePlan { agent, keys, configurations: naming(session, id)?, is_configured, grant })
}

/// The configurations that name this agent of this tenant at this endpoint.
fn naming(session: &Session, id: &AgentId) -> Result<Vec<PathBuf>, OpError> {
    let settings = &session.settings;
    let tenant = session.tenant()?.as_str();
    let mut known = shared::configurations(session)?;
    if let Some(file) = &settings.file
        && known.iter().all(|(path, _)| path != file.path())
    {
        known.push((file.path().to_path_buf(), file.clone()));
    }
    known.retain(|(_, file)| {
        let text = |key| file.text_of(key).map(|found| found.value);
        let endpoint = text(Key::Endpoint).and_then(|text| text.parse::<Endpoint>().ok());
        text(Key::AgentId).as_deref() == Some(id.as_str())
            && text(Key::TenantId).is_none_or(|named| named == tenant)
            && endpoint.is_none_or(|endpoint| endpoint == settings.endpoint.value)
    });
    Ok(known.into_iter().map(|(path, _)| path).collect())
}

fn refuse_open_rotation(session: &Session, id: &AgentId) -> Result<(), OpError> {
    let endpoint = session.settings.endpoint.value.origin();
    match rotate::open(&session.settings.paths)? {
        Some(journal) if journal.agent_id == *id && journal.endpoint == endpoint => Err(journal
            .refusal((session.now)())
            .hint("finish it first: `artcafe key rotate --resume`, or undo it: `artcafe key rotate --abort`")),
        _ => Ok(()),
    }
}

/// Deletes the agent of a plan.
pub async fn delete(session: &Session, plan: &AgentDeletePlan) -> Result<AgentDeleteReport, OpError> {
    let id = &plan.agent.agent_id;
    let _lock = session.lock()?;
    refuse_open_rotation(session, id)?;
    let told = Change::new(Action::AgentDeleted).agent_id(id).from(&plan.agent.name);
    memory::remember(session, id, false)?;
    checkpoint::reach("agent.before_delete");
    let outcome = session.client()?.delete_agent(id, plan.grant.access()).await;
    checkpoint::reach("agent.after_delete");
    let settled_by_looking = match outcome {
        Ok(()) => false,
        // The first of two sendings may have done it; the plan saw the record a moment ago.
        Err(error) if error.is_record_missing() => true,
        Err(error) if error.may_have_worked() => match is_gone(session, plan).await {
            Some(true) => true,
            Some(false) => {
                memory::forget(session, id)?;
                return Err(look::explained(session, &plan.grant, "delete", error).await);
            }
            None => {
                session.record(told.result(Outcome::Unknown))?;
                return Err(OpError::from(error)
                    .hint(format!("whether the agent was deleted is not known: `artcafe agent show {id}` tells, or run the same command again")));
            }
        },
        Err(error) => {
            if !error.is_interruption() {
                memory::forget(session, id)?;
            }
            return Err(error.into());
        }
    };
    memory::remember(session, id, true)?;
    session.record(told)?;
    tokens::forget_all(&session.settings.paths)?;
    // Whether an older release left the keys is worth a word and no failure: the agent is gone.
    let left = session.client()?.keys(plan.grant.access()).await.ok();
    let keys_left: Option<Vec<KeyId>> =
        left.map(|left| left.into_iter().filter(|key| key.is_of(id)).map(|key| key.key_id).collect());
    let is_left = |key: &KeyId| keys_left.as_ref().is_some_and(|left| left.contains(key));
    Ok(AgentDeleteReport {
        agent_id: id.clone(),
        name: plan.agent.name.clone(),
        tenant_id: session.tenant()?.clone(),
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        keys_gone: plan.keys.iter().map(|key| key.key_id.clone()).filter(|key| !is_left(key)).collect(),
        keys_left,
        configurations: plan.configurations.clone(),
        settled_by_looking,
    })
}

/// Whether the record is gone by now; nothing where the server does not tell.
async fn is_gone(session: &Session, plan: &AgentDeletePlan) -> Option<bool> {
    let client = session.client().ok()?;
    match client.agent(&plan.agent.agent_id, plan.grant.access()).await {
        Ok(_) => Some(false),
        Err(error) if error.is_record_missing() => Some(true),
        Err(ApiError::Interrupted(_)) => None,
        Err(_) => {
            let agents = client.agents(plan.grant.access()).await.ok()?;
            Some(agents.iter().all(|agent| agent.agent_id != plan.agent.agent_id))
        }
    }
}
