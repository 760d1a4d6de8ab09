//! What the server adds to a key's standing.
//!
//! Owns the finding of the key's own record, by its public half or, where a passphrase hides that, by
//! its id, and the rule that a server which gives no answer changes nothing but one line of the report.

use crate::api::Access;
use crate::api::wire::KeyRecord;
use crate::id::AgentId;
use crate::keys::PublicKey;
use crate::ops::access;
use crate::ops::due::{MadeBy, Registration, Standing};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::session::Session;

/// The local facts, with the server's where it answers.
///
/// Nobody is asked for a passphrase: the caller gives a session that does not.
pub async fn ask(session: &Session) -> Result<Standing, OpError> {
    let (mut standing, public) = super::measure(session)?;
    if let Err(error) = complete(session, &mut standing, public.as_ref()).await {
        // Without an administrator's token the key asks for itself, and how it is refused says what it is.
        let refusal = error.source.as_deref().and_then(|source| source.downcast_ref::<OpError>());
        standing.registration = match refusal.map(|refusal| refusal.code).or(Some(error.code)) {
            Some(ErrorCode::KeyRevoked) => Registration::Revoked,
            Some(ErrorCode::KeyNotRegistered | ErrorCode::KeyOfAnotherAgent) => Registration::Absent,
            Some(code) if prove::is_dead(code) => Registration::Refused,
            _ => Registration::Unknown,
        };
        let causes = error.causes();
        let because = if causes.is_empty() { String::new() } else { format!(": {}", causes.join(": ")) };
        standing.server_problem = Some(format!("{}{because}", error.message));
    }
    Ok(standing)
}

async fn complete(session: &Session, standing: &mut Standing, public: Option<&PublicKey>) -> Result<(), OpError> {
    let agent = session.agent()?;
    let grant = access::any(session).await?;
    let client = session.client()?;
    if !grant.is_administrator {
        let end = grant.claims().and_then(|claims| claims.expires_at);
        standing.token_life_seconds = end.map(|end| end.duration_since(client.server_now()).as_secs());
    }
    // Only advice rests on it, and some releases fail on every single agent.
    if let (Some(public), Ok(record)) = (public, client.agent(agent, grant.access()).await) {
        standing.on_agent_record = Some(record.public_key.is_some_and(|line| public.is_line(&line)));
    }
    let records = client.keys(grant.access()).await?;
    let is_same = |record: &&KeyRecord| {
        record.is_of(agent)
            && match public {
                Some(public) => public.is_line(&record.public_key),
                None => standing.key_id.as_ref() == Some(&record.key_id),
            }
    };
    let mut same: Vec<KeyRecord> = records.iter().filter(is_same).cloned().collect();
    if same.is_empty() {
        same.extend(single(session, standing, grant.access(), agent, public).await?);
    }
    // Of several records the usable ones count, and of those the first that was made.
    same.sort_by_key(|record| (!record.is_usable(), record.created_at));
    let Some(record) = same.first() else {
        standing.registration = Registration::Absent;
        return Ok(());
    };
    standing.registration = if record.is_usable() { Registration::Active } else { Registration::Revoked };
    standing.key_id = Some(record.key_id.clone());
    standing.last_used = same.iter().filter_map(|record| record.last_used).max();
    standing.last_used_is_own = !grant.is_administrator;
    if let Some(at) = record.created_at {
        (standing.made_at, standing.made_by) = (at, MadeBy::Server);
    }
    let policy = &session.settings.rotation;
    // A grace period is the server's too.
    standing.rotation = super::open_rotation(session, client.server_now())?;
    standing.judge(client.server_now(), policy.after.value, policy.max_age.value);
    Ok(())
}

/// The record by its id: a list can be stale, a single record is not.
async fn single(
    session: &Session,
    standing: &Standing,
    access: Access<'_>,
    agent: &AgentId,
    public: Option<&PublicKey>,
) -> Result<Option<KeyRecord>, OpError> {
    let Some(id) = &standing.key_id else { return Ok(None) };
    match session.client()?.key(id, access).await {
        Ok(record) => {
            let is_same = record.is_of(agent)
                && &record.key_id == id
                && public.is_none_or(|public| public.is_line(&record.public_key));
            Ok(is_same.then_some(record))
        }
        Err(error) if error.is_record_missing() || error.is_route_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
