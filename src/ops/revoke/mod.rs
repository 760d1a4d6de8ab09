//! `key revoke` and `key delete`: a key ends, and is seen to have ended.
//!
//! Owns the order: look, refuse what would strand an agent or a rotation, end every record of the key,
//! look again by an actual challenge in both of the platform's key stores. What always holds: nothing
//! is called revoked that the server did not show so; a 429, a 5xx or a timeout is evidence of nothing;
//! the lock is held while something changes and not while something is waited for.

mod challenge;
mod compromised;
mod memory;
mod plan;
mod records;
mod refusal;
mod report;
mod rotation;
mod target;

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::id::KeyId;
use crate::interrupt;
use crate::ops::access::Grant;
use crate::ops::error::OpError;
use crate::ops::progress::Stage;
use crate::ops::session::Session;

pub use crate::ops::ending::Method;
pub use challenge::Answer;
pub use compromised::{Appeared, CompromiseOptions, CompromiseReport, Earlier, revoke_compromised, unsettled};
pub use plan::{Plan, Purpose, plan};
pub use refusal::Refusal;
pub use report::RevokeReport;
pub use target::Target;

use plan::KeyAtHand;
use records::Ended;

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
        records::check_again(session, plan, grant, options).await?;
        if at_hand.before.is_none() && plan.records.iter().any(|record| record.is_usable()) {
            at_hand.before = plan.witness(session, Some(grant), at_hand).look_before().await?;
        }
        session.progress.begin("end", "ending the key's records");
        records::end_records(session, plan, grant, options, &mut ended).await?;
        drop(lock);
        while !ended.unsettled.is_empty() && options.wait.is_some_and(|limit| started.elapsed() + PAUSE < limit) {
            if interrupt::sleep(PAUSE).await.is_err() {
                break;
            }
            let _lock = session.lock()?;
            records::end_records(session, plan, grant, options, &mut ended).await?;
        }
    }
    if !ended.unsettled.is_empty() {
        for (id, _) in &ended.unsettled {
            records::tell(session, plan, id, None, &options.method)?;
        }
        return Err(records::not_known(ended));
    }
    if grant.is_some() {
        let stage = if ended.ids.is_empty() { Stage::Skipped } else { Stage::Done };
        session.progress.tell("end", stage, &names(&ended.ids));
    }
    session.progress.begin("look", "looking whether the server refuses the key");
    let witness = plan.witness(session, grant, at_hand);
    let refusal = match options.wait {
        Some(limit) => witness.wait(started, limit).await?,
        None => witness.look().await?,
    };
    let stage = if refusal.is_complete() { Stage::Done } else { Stage::Failed };
    session.progress.tell("look", stage, "");
    report::report(session, plan, grant, options, ended, refusal)
}

fn names(ids: &[KeyId]) -> String {
    ids.iter().map(KeyId::as_str).collect::<Vec<_>>().join(", ")
}

/// Between two attempts to settle what became of a record.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether this machine itself ended the record of this id: `revoked` or `deleted`, and when by the server's clock.
pub(super) fn ended_here(session: &Session, id: &KeyId) -> Result<Option<(String, Timestamp)>, OpError> {
    let endpoint = session.settings.endpoint.value.origin();
    let memory = memory::Memory::load(&session.settings.paths)?;
    let ended = memory.ended(endpoint, session.tenant()?, id);
    Ok(ended.and_then(|entry| entry.seen_at().map(|at| (entry.how.clone(), at))))
}
