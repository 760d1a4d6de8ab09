//! The last step: the old key is revoked and its file goes.
//!
//! Owns the last look before it: the fresh process once more, no other configuration that names the
//! old key, no other host that still uses it. From the moment a request may have left, the rotation
//! goes forward only, which the journal says before. The plain name becomes a symbolic link to the
//! new key, so that what knows only that name goes on working.

use crate::api::wire::KeyRecord;
use crate::checkpoint;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::audit::{Action, Outcome};
use crate::ops::ending::{self, Ending, Method};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::rotate::RotateOptions;
use crate::ops::rotate::journal::{Journal, Phase};
use crate::ops::rotate::{links, steps, tell};
use crate::ops::session::Session;
use crate::ops::shared;
use crate::ops::state::{State, Superseded};

pub(super) async fn retire(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    steps::prove_fresh(session, options, journal)?;
    if !options.also {
        refuse_shared(session, journal)?;
    }
    let as_new = session.as_key(&journal.new.path, journal.new.key_id.clone());
    let loaded = as_new.key_file()?;
    let grant = Grant::of_agent(prove::prove(&as_new, &loaded).await?.verdict?);
    revoke_old(session, journal, &grant).await?;
    let retired_at = session.client()?.server_now();
    journal.retired_at.get_or_insert(retired_at);
    if !journal.keep_old {
        links::replace_old(&journal.old.path, &journal.new.path)?;
        tell::removed(session, &journal.old.path, &journal.old.fingerprint, &journal.reason)?;
    }
    journal.phase = Phase::Retired;
    forget_old(session, journal)?;
    journal.save(&session.settings.paths)
}

/// Every record that holds the old blob is retired.
async fn revoke_old(session: &Session, journal: &mut Journal, grant: &Grant) -> Result<(), OpError> {
    let client = session.client()?;
    let old = PublicKey::parse_line(&journal.old.public_line)?;
    let records = client.keys(grant.access()).await?;
    let is_old =
        |record: &KeyRecord| record.is_usable() && record.is_of(&journal.agent_id) && old.is_line(&record.public_key);
    let mut pending: Vec<_> = records.iter().filter(|record| is_old(record)).cloned().collect();
    // The list can be stale, a single record is not.
    if let Some(id) = journal.old.key_id.as_ref().filter(|id| !pending.iter().any(|record| record.key_id == **id)) {
        match client.key(id, grant.access()).await {
            Ok(record) if is_old(&record) => pending.push(record),
            Ok(_) => {}
            Err(error) if error.is_record_missing() => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(record) = pending.iter().find(|record| used_by_others(journal, record.last_used)) {
        return Err(OpError::new(
            ErrorCode::StillUsed,
            format!(
                "the old key ({}) was used after the switch: another host still has it, and it stays valid",
                record.key_id
            ),
        )
        .hint("bring the new key to that host (one key per host is better), then `artcafe key rotate --resume`"));
    }
    journal.retire_requested = true;
    journal.save(&session.settings.paths)?;
    checkpoint::reach("retire.before_request");
    let method = Method::Revoke { reason: journal.reason.clone(), may_delete: true };
    for record in pending {
        let id = &record.key_id;
        let tell = |action, result| tell::ended(session, action, id, &journal.old.fingerprint, &journal.reason, result);
        let how = match ending::end(client, grant, id, &method).await? {
            Ending::Done(how) => how,
            Ending::Already | Ending::Absent => continue,
            Ending::Unsettled(error) => {
                tell(Action::KeyRevoked, Outcome::Unknown)?;
                return Err(error);
            }
        };
        tell(if how == "deleted" { Action::KeyDeleted } else { Action::KeyRevoked }, Outcome::Done)?;
        journal.retired_by = Some(how.to_owned());
    }
    checkpoint::reach("retire.after_request");
    drop_duplicates(session, journal, grant).await?;
    journal.retired_by.get_or_insert_with(|| "gone already".to_owned());
    journal.save(&session.settings.paths)
}

/// A registration whose answer was lost may have worked after it was repeated: one record of the new key is enough.
async fn drop_duplicates(session: &Session, journal: &Journal, grant: &Grant) -> Result<(), OpError> {
    let client = session.client()?;
    let new = steps::new_public(journal)?;
    for record in client.keys(grant.access()).await? {
        let is_other = Some(&record.key_id) != journal.new.key_id.as_ref();
        if is_other && record.is_usable() && record.is_of(&journal.agent_id) && new.is_line(&record.public_key) {
            match client.delete_key(&record.key_id, grant.access()).await {
                Ok(()) => {
                    let fingerprint = new.openssh_fingerprint();
                    tell::ended(session, Action::KeyDeleted, &record.key_id, &fingerprint, "duplicate", Outcome::Done)?;
                }
                Err(error) if error.is_record_missing() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Used after the switch, and not by an abort's own proof. `Date` leaves a second open, and the estimate another.
fn used_by_others(journal: &Journal, last_used: Option<jiff::Timestamp>) -> bool {
    let seconds_after =
        |at: Option<jiff::Timestamp>| last_used.zip(at).map(|(used, at)| used.duration_since(at).as_secs());
    // The server's own stamp stays true when a clock jumps.
    let is_own = last_used == journal.old_last_used
        || seconds_after(journal.old_proved_at).is_some_and(|seconds| (-2..60).contains(&seconds));
    !is_own && seconds_after(journal.switched_at).is_some_and(|seconds| seconds >= 2)
}

/// No other profile or remembered configuration may still name the old key.
fn refuse_shared(session: &Session, journal: &Journal) -> Result<(), OpError> {
    match shared::other_naming(session, &journal.config, &journal.old.path, journal.old.key_id.as_ref())? {
        None => Ok(()),
        Some(path) => Err(OpError::new(ErrorCode::Differs, format!("`{}` still names the old key, which would stop working there", path.display()))
            .hint("give that configuration a key of its own, or retire all the same with `artcafe key rotate --resume --also`")),
    }
}

fn forget_old(session: &Session, journal: &Journal) -> Result<(), OpError> {
    let paths = &session.settings.paths;
    let mut state = State::load(paths)?;
    state.registrations.retain(|entry| {
        entry.fingerprint != journal.old.fingerprint
            || entry.endpoint != journal.endpoint
            || entry.agent_id != journal.agent_id
    });
    for made in state.made.iter_mut().filter(|made| made.config == journal.config) {
        if made.made_keys.contains(&journal.old.path) {
            made.made_keys.retain(|path| *path != journal.old.path);
            made.made_keys.push(journal.new.path.clone());
        }
    }
    let superseded = Superseded::of(journal, session.now_text());
    // A run that was cut off here is gone through again.
    state.superseded.retain(|link| link.new_fingerprint != superseded.new_fingerprint);
    state.superseded.push(superseded);
    state.save(paths)
}

impl Superseded {
    /// What a rotation, finished at this time, put in the place of what.
    pub(in crate::ops) fn of(journal: &Journal, at: String) -> Self {
        Self {
            endpoint: journal.endpoint.clone(),
            tenant_id: journal.tenant_id.clone(),
            agent_id: journal.agent_id.clone(),
            old_path: journal.old.path.clone(),
            old_key_id: journal.old.key_id.clone().or_else(|| journal.old.configured_id.clone()),
            old_fingerprint: journal.old.fingerprint.clone(),
            new_path: journal.new.path.clone(),
            new_key_id: journal.new.key_id.clone(),
            new_fingerprint: journal.new.fingerprint.clone().unwrap_or_default(),
            at,
        }
    }
}
