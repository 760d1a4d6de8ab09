//! `artcafe deregister`: undoes `setup`.
//!
//! Owns the order: the key is revoked at the server first, and only then are files removed; a key
//! whose revocation is in doubt keeps its file. Removes no more than `setup` made.

use std::path::PathBuf;

use serde::Serialize;

use crate::api::ApiError;
use crate::durable;
use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::KeyFiles;
use crate::ops::access;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::ops::state::State;

/// What would be, or was, undone.
#[derive(Debug, Clone, Serialize)]
pub struct DeregisterReport {
    /// The agent.
    pub agent_id: AgentId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The records of this key that were revoked or deleted.
    pub key_ids: Vec<KeyId>,
    /// `revoked`, `deleted` where the server has no such route, `absent` when there was none.
    pub outcome: &'static str,
    /// The files that were removed.
    pub removed: Vec<PathBuf>,
    /// The files that stay because `setup` did not make them.
    pub kept: Vec<PathBuf>,
}

/// What `deregister` will touch, for the confirmation.
pub struct Plan {
    /// Files that go.
    pub remove: Vec<PathBuf>,
    /// Files that stay.
    pub keep: Vec<PathBuf>,
}

/// Says what would be removed; touches nothing.
pub fn plan(session: &Session) -> Result<Plan, OpError> {
    let config = session.settings.paths.config.value.clone();
    let state = State::load(&session.settings.paths)?;
    let made = state.made_for(&config);
    let mut plan = Plan { remove: Vec::new(), keep: Vec::new() };
    let files = KeyFiles::at(&session.settings.private_key_path.value);
    let made_key = made.and_then(|made| made.made_key.as_ref()) == Some(&files.private);
    for file in [files.private, files.public] {
        if file.symlink_metadata().is_ok() {
            if made_key { plan.remove.push(file) } else { plan.keep.push(file) }
        }
    }
    if session.settings.file.is_some() {
        if made.is_some_and(|made| made.made_config) { plan.remove.push(config) } else { plan.keep.push(config) }
    }
    Ok(plan)
}

/// Revokes the key and removes what `setup` made.
pub async fn deregister(session: &Session, reason: &str) -> Result<DeregisterReport, OpError> {
    let _lock = session.lock()?;
    let (tenant, agent) = (session.tenant()?.clone(), session.agent()?.clone());
    let plan = plan(session)?;
    let public = session.key()?.key.public();
    let grant = access::any(session).await?;
    let client = session.client()?;
    let records = client.keys(grant.access()).await?;
    let mut outcome = "absent";
    let mut key_ids = Vec::new();
    for record in records.iter().filter(|record| record.is_of(&agent) && public.is_line(&record.public_key)) {
        if record.is_usable() {
            outcome = match client.revoke_key(&record.key_id, reason, grant.access()).await {
                Ok(()) => "revoked",
                // Section 6: no release of the real server has the route.
                Err(error) if error.is_route_missing() => match client.delete_key(&record.key_id, grant.access()).await
                {
                    Ok(()) => "deleted",
                    Err(error) if error.is_record_missing() => "deleted",
                    Err(error) => return Err(undone(error)),
                },
                Err(error) if error.is_record_missing() => "deleted",
                Err(error) => return Err(undone(error)),
            };
            key_ids.push(record.key_id.clone());
        }
    }
    let fingerprint = public.openssh_fingerprint();
    let endpoint = client.origin().to_owned();
    let config = session.settings.paths.config.value.clone();
    // The configuration goes before the key, so that it never names a key that is gone.
    let mut removed = Vec::new();
    for file in plan.remove.iter().rev() {
        if durable::remove(file)? {
            removed.push(file.clone());
        }
    }
    let mut state = State::load(&session.settings.paths)?;
    state
        .registrations
        .retain(|entry| entry.endpoint != endpoint || entry.agent_id != agent || entry.fingerprint != fingerprint);
    state.made.retain(|made| made.config != config);
    state.save(&session.settings.paths)?;
    Ok(DeregisterReport { agent_id: agent, tenant_id: tenant, endpoint, key_ids, outcome, removed, kept: plan.keep })
}

/// The server did not do it: nothing on this machine is touched.
fn undone(error: ApiError) -> OpError {
    let mut failure =
        OpError::new(ErrorCode::Failed, "the key could not be revoked, so nothing on this machine was removed");
    let cause = OpError::from(error);
    failure.code = cause.code;
    failure.because(cause).hint("run the same command again, or revoke the key in the portal")
}
