//! The ids of the identity for what works on this machine alone.
//!
//! Owns the refusal where one is neither given nor configured; no session is made for it, and no key is looked for.

use crate::config::Settings;
use crate::id::{AgentId, TenantId};
use crate::ops::error::OpError;
use crate::ops::session::needed;

/// The agent to act for.
pub fn agent_in(settings: &Settings) -> Result<&AgentId, OpError> {
    let id = settings.agent_id.as_ref().map(|id| &id.value);
    id.ok_or_else(|| needed("agent id", "--agent-id", "ARTCAFE_AGENT_ID"))
}

/// The tenant to act in.
pub fn tenant_in(settings: &Settings) -> Result<&TenantId, OpError> {
    let id = settings.tenant_id.as_ref().map(|id| &id.value);
    id.ok_or_else(|| needed("tenant id", "--tenant-id", "ARTCAFE_TENANT_ID"))
}
