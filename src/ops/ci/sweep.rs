//! `ci sweep`: the keys that killed jobs left at the server.
//!
//! Owns what counts as one: the session's own agent, the name pattern of jobs, and an age by the server's own time
//! that no job's key reaches. A record that does not tell its age is left alone.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::JobName;
use crate::api::wire::KeyRecord;
use crate::id::KeyId;
use crate::ops::access::{self, Grant};
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::ending::{self, Ending, Method};
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// What would be deleted.
pub struct SweepPlan {
    grant: Grant,
    /// The left-overs, in the server's order.
    pub records: Vec<KeyRecord>,
    /// The server's time.
    pub now: Timestamp,
}

/// One left-over and what became of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Swept {
    /// The record's id.
    pub key_id: KeyId,
    /// Its name.
    pub name: String,
    /// When it was made, by the server's time.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub created_at: Option<Timestamp>,
    /// `found` in a dry run, else `deleted`, or `failed`.
    pub outcome: &'static str,
    /// Why it is still there.
    pub reason: Option<String>,
}

/// What was found and done.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SweepReport {
    /// The left-overs.
    pub keys: Vec<Swept>,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// Where the token came from.
    pub authorized_by: String,
}

impl SweepReport {
    /// Whether nothing is left.
    pub fn is_settled(&self) -> bool {
        self.keys.iter().all(|key| key.outcome != "failed")
    }
}

/// Finds what jobs left that is older than this.
pub async fn plan(session: &Session, older_than: SignedDuration) -> Result<SweepPlan, OpError> {
    let agent = session.agent()?;
    let grant = access::any(session).await?;
    let client = session.client()?;
    let mut records = client.keys(grant.access()).await?;
    let now = client.measured_now().await?;
    records.retain(|record| {
        record.is_of(agent)
            && JobName::is_one(record.name.as_str())
            && record.created_at.is_some_and(|created| is_older(now.duration_since(created), older_than))
    });
    Ok(SweepPlan { grant, records, now })
}

/// Deletes them.
pub async fn sweep(session: &Session, plan: &SweepPlan, dry_run: bool) -> Result<SweepReport, OpError> {
    let client = session.client()?;
    let mut keys = Vec::new();
    for record in &plan.records {
        let mut swept = Swept {
            key_id: record.key_id.clone(),
            name: record.name.to_string(),
            created_at: record.created_at,
            outcome: "found",
            reason: None,
        };
        if !dry_run {
            let ended = ending::end(client, &plan.grant, &record.key_id, &Method::Delete).await;
            let failure = match ended {
                Ok(Ending::Unsettled(error)) | Err(error) => Some(error),
                Ok(_) => None,
            };
            let result = if failure.is_some() { Outcome::Unknown } else { Outcome::Done };
            swept.outcome = if failure.is_some() { "failed" } else { "deleted" };
            swept.reason = failure.map(|error| error.message);
            let change = Change::new(Action::KeyDeleted).key_id(&record.key_id).reason("left by a killed job");
            session.record(change.from(&swept.name).result(result))?;
        }
        keys.push(swept);
    }
    Ok(SweepReport { keys, dry_run, authorized_by: plan.grant.from.clone() })
}

/// The server's clock is known to the second, so that what was made just now can seem to be of the future: any age is
/// more than none.
fn is_older(age: SignedDuration, than: SignedDuration) -> bool {
    than.is_zero() || age > than
}
