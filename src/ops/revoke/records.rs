//! Ends all records of a key, under the lock.
//!
//! Owns that each of them is remembered and written to the history as soon as it is ended, that what was
//! seen before the question is looked at once more, and that an outcome that was not seen is no success.

use jiff::Timestamp;

use crate::id::KeyId;
use crate::ops::access::Grant;
use crate::ops::audit::{self, Action, Change};
use crate::ops::ending::{self, Ending};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::revoke::memory::{self, Memory};
use crate::ops::revoke::plan::{self, Plan, Purpose};
use crate::ops::revoke::{Method, RevokeOptions, rotation};
use crate::ops::session::Session;
use crate::ops::state::State;
use crate::ops::tokens;

/// What became of the records.
#[derive(Default)]
pub(super) struct Ended {
    pub(super) how: Option<&'static str>,
    pub(super) ids: Vec<KeyId>,
    pub(super) at: Option<Timestamp>,
    /// A request left, and its outcome was not seen.
    pub(super) unsettled: Vec<(KeyId, OpError)>,
}

/// What was seen before the question may have changed while it was asked.
pub(super) async fn check_again(
    session: &Session,
    plan: &Plan,
    grant: &Grant,
    options: &RevokeOptions,
) -> Result<(), OpError> {
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
pub(super) async fn end_records(
    session: &Session,
    plan: &Plan,
    grant: &Grant,
    options: &RevokeOptions,
    ended: &mut Ended,
) -> Result<(), OpError> {
    // A token outlives its key on the server, but is not handed out any more from here.
    tokens::forget_all(&session.settings.paths)?;
    let client = session.client()?;
    let paths = &session.settings.paths;
    let pending = std::mem::take(&mut ended.unsettled);
    // A history that cannot be written keeps no other record of the key alive.
    let mut told = Ok(());
    for id in plan.records.iter().map(|record| &record.key_id) {
        if ended.ids.contains(id) {
            continue;
        }
        let was_asked = pending.iter().any(|(asked, _)| asked == id);
        let mut subject = plan.subject(session)?;
        subject.key_ids = vec![id.clone()];
        let ending = match ending::look(client, grant, id, plan.public.as_ref(), &options.method).await? {
            Some(known) => known,
            None => {
                // Before the request leaves: a deleted record leaves no trace on the server.
                let entry = memory::Ended::asked(subject.clone(), client.server_now());
                Memory::load(paths)?.remember_ended(paths, entry)?;
                ending::end(client, grant, id, &options.method).await?
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
        told = told.and(tell(session, plan, id, Some(how), &options.method));
        ended.how = Some(how);
        ended.ids.push(id.clone());
        ended.at = Some(at);
    }
    forget_registrations(session, plan, ended)?;
    told
}

/// Leaves a line in the history; `how` is absent where the outcome was not seen.
pub(super) fn tell(
    session: &Session,
    plan: &Plan,
    id: &KeyId,
    how: Option<&'static str>,
    method: &Method,
) -> Result<(), OpError> {
    let is_deleted = match how {
        Some(how) => how == "deleted",
        None => *method == Method::Delete,
    };
    let action = if is_deleted { Action::KeyDeleted } else { Action::KeyRevoked };
    let mut change = Change::new(action).key_id(id).result(match how {
        Some(_) => audit::Outcome::Done,
        None => audit::Outcome::Unknown,
    });
    change.agent_id = plan.agent_id.as_ref().map(ToString::to_string);
    change.fingerprint = plan.fingerprint.clone();
    if let Method::Revoke { reason, .. } = method {
        change = change.reason(reason);
    }
    session.record(change)
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
pub(super) fn not_known(ended: Ended) -> OpError {
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
