//! What is told of a key that was ended.
//!
//! Owns the report and the verdict in it: what was done, what the server says of the key now, and
//! whether anything is left to be waited for or looked at.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::access::Grant;
use crate::ops::error::OpError;
use crate::ops::revoke::challenge::Answer;
use crate::ops::revoke::compromised::{CompromiseReport, Earlier};
use crate::ops::revoke::memory::{self, Memory, TOKEN_LIFE};
use crate::ops::revoke::plan::Plan;
use crate::ops::revoke::records::Ended;
use crate::ops::revoke::refusal::Refusal;
use crate::ops::revoke::{Method, RevokeOptions};
use crate::ops::rotate::RotateReport;
use crate::ops::session::Session;

/// What was ended.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RevokeReport {
    /// The agent that the key belongs to.
    pub agent_id: Option<AgentId>,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The key's OpenSSH fingerprint.
    pub fingerprint: Option<String>,
    /// The key's records.
    pub key_ids: Vec<KeyId>,
    /// Those of them that were ended by this run.
    pub ended_key_ids: Vec<KeyId>,
    /// `revoked`, `deleted`, `already_revoked` or `already_deleted`.
    pub outcome: &'static str,
    /// Whether there was nothing left to do.
    pub already_revoked: bool,
    /// The configurations that name the key and stop working.
    pub configurations: Vec<PathBuf>,
    /// Records that hold the same key and stay.
    pub same_key_elsewhere: Vec<KeyId>,
    /// When it was ended, by the server's clock, where that is known.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub ended_at: Option<Timestamp>,
    /// Until when tokens already issued for it may stay good; absent once that is over.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub tokens_end: Option<Timestamp>,
    /// What the server says of the key now.
    pub refusal: Refusal,
    /// Whether the server's refusal was waited for.
    pub has_waited: bool,
    /// The key that took its place.
    pub new_key: Option<RotateReport>,
    /// Why no new key took its place.
    pub not_replaced: Option<String>,
    /// The rotation that is still open, and why.
    pub rotation_left_open: Option<String>,
    /// What a compromised key leaves to be looked at.
    pub compromised: Option<CompromiseReport>,
    /// Keys that were said to be in other hands before, and with which was gone on as well.
    pub earlier: Vec<Earlier>,
    /// Where the token came from; absent where none was at hand.
    pub authorized_by: Option<String>,
}

impl RevokeReport {
    /// Whether nothing is left to be waited for or looked at.
    pub fn is_settled(&self) -> bool {
        let is_refused =
            if self.has_waited { self.refusal.is_complete() } else { self.refusal.key_store != Answer::Accepted };
        is_refused
            && self.compromised.as_ref().is_none_or(|report| report.settled)
            && self.earlier.iter().all(|key| key.settled)
    }
}

pub(super) fn report(
    session: &Session,
    plan: &Plan,
    grant: Option<&Grant>,
    options: &RevokeOptions,
    ended: Ended,
    refusal: Refusal,
) -> Result<RevokeReport, OpError> {
    let endpoint = session.settings.endpoint.value.origin();
    let tenant = session.tenant()?;
    let memory = Memory::load(&session.settings.paths)?;
    let remembered =
        plan.known.iter().filter_map(|id| memory.ended(endpoint, tenant, id)).filter_map(memory::Ended::seen_at).max();
    // A record that is gone was deleted, whatever this run was to do.
    let was_deleted = plan.records.is_empty()
        && plan.known.iter().filter_map(|id| memory.ended(endpoint, tenant, id)).any(|entry| entry.how == "deleted");
    let already = if options.method == Method::Delete || was_deleted { "already_deleted" } else { "already_revoked" };
    let ended_at = ended.at.or(remembered);
    let now = session.client()?.server_now();
    let tokens_end = ended_at.and_then(|at| at.checked_add(TOKEN_LIFE).ok()).filter(|end| *end > now);
    Ok(RevokeReport {
        agent_id: plan.agent_id.clone(),
        tenant_id: tenant.clone(),
        endpoint: endpoint.to_owned(),
        fingerprint: plan.fingerprint.clone(),
        key_ids: plan.known.clone(),
        ended_key_ids: ended.ids,
        outcome: ended.how.unwrap_or(already),
        already_revoked: ended.how.is_none(),
        configurations: plan.configurations.clone(),
        same_key_elsewhere: plan
            .elsewhere
            .iter()
            .filter(|record| record.is_usable())
            .map(|record| record.key_id.clone())
            .collect(),
        ended_at,
        tokens_end,
        refusal,
        has_waited: options.wait.is_some(),
        new_key: None,
        not_replaced: None,
        rotation_left_open: None,
        compromised: None,
        earlier: Vec::new(),
        authorized_by: grant.map(|grant| grant.from.clone()),
    })
}
