//! `key revoke` and `key delete`: a key ends, and is seen to have ended.
//!
//! Owns the order: look, refuse what would strand an agent or a rotation, end every record of the key,
//! look again by an actual challenge in both of the platform's key stores. What always holds: nothing
//! is called revoked that the server did not show so; a 429, a 5xx or a timeout is evidence of nothing;
//! the lock is held while something changes and not while something is waited for.

mod act;
mod challenge;
mod compromised;
mod memory;
mod plan;
mod refusal;
mod rotation;
mod target;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::access::Grant;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate::RotateReport;
use crate::ops::session::Session;
use crate::ops::state::State;

pub use challenge::Answer;
pub use compromised::{Appeared, CompromiseOptions, CompromiseReport, revoke_compromised};
pub use plan::{Plan, Purpose, plan};
pub use refusal::Refusal;
pub use target::Target;

use act::Ending;
use memory::{Memory, TOKEN_LIFE};
use plan::KeyAtHand;

/// How a record ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// It is revoked and stays on the server as such.
    Revoke {
        /// Why, for the platform's record.
        reason: String,
        /// Delete the record where the server has no way to revoke it.
        may_delete: bool,
    },
    /// It is deleted for good.
    Delete,
}

/// How to end a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeOptions {
    /// How.
    pub method: Method,
    /// Also the last key of its agent that works.
    pub allow_last: bool,
    /// Wait so long at most until the server really refuses it.
    pub wait: Option<Duration>,
}

/// What was ended.
#[derive(Debug, Clone, Serialize)]
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
    pub ended_at: Option<Timestamp>,
    /// Until when tokens already issued for it may stay good; absent once that is over.
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
    /// Where the token came from; absent where none was at hand.
    pub authorized_by: Option<String>,
}

impl RevokeReport {
    /// Whether nothing is left to be waited for or looked at.
    pub fn is_settled(&self) -> bool {
        let is_refused =
            if self.has_waited { self.refusal.is_complete() } else { self.refusal.key_store != Answer::Accepted };
        is_refused && self.compromised.as_ref().is_none_or(|report| report.settled)
    }
}

/// Ends a key.
pub async fn revoke(session: &Session, plan: &Plan, options: &RevokeOptions) -> Result<RevokeReport, OpError> {
    let mut at_hand = plan.open(session);
    end_key(session, plan, plan.grant.as_ref(), &mut at_hand, options).await
}

/// Ends a key, with this token, and sees with this private key that it is so.
async fn end_key(
    session: &Session,
    plan: &Plan,
    grant: Option<&Grant>,
    at_hand: &mut KeyAtHand,
    options: &RevokeOptions,
) -> Result<RevokeReport, OpError> {
    let started = Instant::now();
    let mut ended = Ended::default();
    if let Some(grant) = grant {
        let lock = session.lock()?;
        check_again(session, plan, grant, options).await?;
        if at_hand.before.is_none() && plan.records.iter().any(|record| record.is_usable()) {
            at_hand.before = plan.witness(session, Some(grant), at_hand).look_before().await?;
        }
        end_records(session, plan, grant, options, &mut ended).await?;
        drop(lock);
        while !ended.unsettled.is_empty() && options.wait.is_some_and(|limit| started.elapsed() + PAUSE < limit) {
            tokio::time::sleep(PAUSE).await;
            let _lock = session.lock()?;
            end_records(session, plan, grant, options, &mut ended).await?;
        }
    }
    if !ended.unsettled.is_empty() {
        return Err(not_known(ended));
    }
    let witness = plan.witness(session, grant, at_hand);
    let refusal = match options.wait {
        Some(limit) => witness.wait(started, limit).await?,
        None => witness.look().await?,
    };
    report(session, plan, grant, options, ended, refusal)
}

/// Between two attempts to settle what became of a record.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of the records.
#[derive(Default)]
struct Ended {
    how: Option<&'static str>,
    ids: Vec<KeyId>,
    at: Option<Timestamp>,
    /// A request left, and its outcome was not seen.
    unsettled: Vec<(KeyId, OpError)>,
}

/// What was seen before the question may have changed while it was asked.
async fn check_again(session: &Session, plan: &Plan, grant: &Grant, options: &RevokeOptions) -> Result<(), OpError> {
    let purpose = match options.method {
        Method::Revoke { .. } => Purpose::Revoke,
        Method::Delete => Purpose::Delete,
    };
    if plan.is_over() && purpose != Purpose::Delete {
        return Ok(());
    }
    rotation::role(session, &plan.known, plan.public.as_ref())?.refuse(purpose)?;
    let Some(agent) = plan.agent_id.as_ref().filter(|_| !options.allow_last) else { return Ok(()) };
    let listed = session.client()?.keys(grant.access()).await?;
    if plan::is_last_working(session, grant, agent, &plan.records, &listed).await? {
        return Err(plan.last_key());
    }
    Ok(())
}

/// Every record of the key, each remembered as soon as it is ended.
async fn end_records(
    session: &Session,
    plan: &Plan,
    grant: &Grant,
    options: &RevokeOptions,
    ended: &mut Ended,
) -> Result<(), OpError> {
    let client = session.client()?;
    let paths = &session.settings.paths;
    let pending = std::mem::take(&mut ended.unsettled);
    for id in plan.records.iter().map(|record| &record.key_id) {
        if ended.ids.contains(id) {
            continue;
        }
        let was_asked = pending.iter().any(|(asked, _)| asked == id);
        let mut subject = plan.subject(session)?;
        subject.key_ids = vec![id.clone()];
        let ending = match act::look(client, grant, id, plan.public.as_ref(), &options.method).await? {
            Some(known) => known,
            None => {
                // Before the request leaves: a deleted record leaves no trace on the server.
                let entry = memory::Ended::asked(subject.clone(), client.server_now());
                Memory::load(paths)?.remember_ended(paths, entry)?;
                act::end(client, grant, id, &options.method).await?
            }
        };
        let how = match ending {
            Ending::Done(how) => how,
            // An earlier request of this run did it, though its answer was not seen.
            Ending::Already if was_asked => "revoked",
            Ending::Absent if was_asked => "deleted",
            Ending::Already | Ending::Absent => continue,
            Ending::Unsettled(error) => {
                ended.unsettled.push((id.clone(), error));
                continue;
            }
        };
        let at = client.server_now();
        let entry = memory::Ended { subject, how: how.to_owned(), at };
        Memory::load(paths)?.remember_ended(paths, entry)?;
        ended.how = Some(how);
        ended.ids.push(id.clone());
        ended.at = Some(at);
    }
    forget_registrations(session, plan, ended)
}

/// A record that works no more is no registration of this machine's.
fn forget_registrations(session: &Session, plan: &Plan, ended: &Ended) -> Result<(), OpError> {
    let endpoint = session.settings.endpoint.value.origin();
    let is_gone =
        |id: &KeyId| ended.ids.contains(id) || plan.records.iter().any(|record| record.revoked && record.key_id == *id);
    let mut state = State::load(&session.settings.paths)?;
    let before = state.registrations.len();
    state.registrations.retain(|entry| entry.endpoint != endpoint || !is_gone(&entry.key_id));
    if state.registrations.len() != before {
        state.save(&session.settings.paths)?;
    }
    Ok(())
}

/// The server did not say what became of a record.
fn not_known(ended: Ended) -> OpError {
    let done = match ended.ids.len() {
        0 => String::new(),
        count => format!(" ({count} other record(s) of it were ended)"),
    };
    match ended.unsettled.into_iter().next() {
        Some((id, cause)) => OpError::new(
            cause.code,
            format!("it is not known whether the server ended key {id}, which may still work{done}"),
        )
        .because(cause)
        .hint("run the same command again: ending a key twice is no error"),
        None => OpError::new(ErrorCode::Failed, "it is not known whether the server ended the key"),
    }
}

fn report(
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
    let already = if options.method == Method::Delete { "already_deleted" } else { "already_revoked" };
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
        authorized_by: grant.map(|grant| grant.from.clone()),
    })
}
