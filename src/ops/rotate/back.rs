//! The way back: exactly to the state before.
//!
//! Owns the order: the direction is journalled first; the configuration names the old key again before
//! the new one's registration goes, and the new key's file goes last. Refused when the old key no
//! longer works, since going back would lose the identity. A registration whose fate is unknown keeps
//! the abort open until it is seen, or until no request can be under way any more.

use crate::checkpoint;
use crate::config::Edit;
use crate::durable;
use crate::keys::KeyFiles;
use crate::ops::access::{self, Grant};
use crate::ops::audit::{Action, Outcome};
use crate::ops::ending;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::rotate::hook::Held;
use crate::ops::rotate::journal::{Direction, Journal, Phase};
use crate::ops::rotate::naming::{Naming, named_now};
use crate::ops::rotate::{RotateOptions, hook, naming, steps, tell};
use crate::ops::session::Session;
use crate::ops::state::State;

/// After this long no request of ours can still be under way.
const SETTLED_AFTER: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// The reason that the history gives.
const UNDONE: &str = "rotation undone";

/// Goes back; the caller removes the journal.
pub(super) async fn go_back(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    // What is refused must not have turned the rotation.
    naming::must_name_either(session, journal)?;
    if journal.switched_at.is_some() {
        // Proving the old key uses it, and a crash right after must not make that look like another host.
        journal.old_proved_at = Some(session.client()?.measured_now().await?);
        journal.save(&session.settings.paths)?;
    }
    // Before the registration could have left, nothing is on the server: no key needs to be opened.
    let grant = match journal.register_requested_at {
        None => None,
        Some(_) => Some(authorize(session, options, journal).await?),
    };
    journal.direction = Direction::Back;
    if journal.switched_at.is_some() {
        // The proof above used the old key; that use is not another host's.
        journal.switched_at = Some(session.client()?.server_now());
    }
    journal.save(&session.settings.paths)?;
    checkpoint::reach("back.journalled");
    configure_old(session, journal)?;
    checkpoint::reach("back.configured");
    if let Err(error) = hook::after_rollback(session, options, journal, held) {
        // The old key is in force again; whether the agent has noticed is for a person to see.
        (options.on_warning)("hook_failed", &format!("after the configuration was rolled back, {}", error.message));
    }
    if journal.hook.is_some() && named_now(session, journal)? != Naming::Old {
        let text = format!("after the hook, `{}` no longer names the old key", journal.config.display());
        (options.on_warning)("configuration_changed", &text);
    }
    if let Some(grant) = &grant {
        unregister(session, journal, grant).await?;
        checkpoint::reach("back.unregistered");
    }
    let files = KeyFiles::at(&journal.new.path);
    if durable::remove(&files.private)? {
        tell::removed(session, &files.private, journal.new.fingerprint.as_deref().unwrap_or_default(), UNDONE)?;
    }
    durable::remove(&files.public)?;
    forget_new(session, journal)?;
    checkpoint::reach("back.removed");
    Ok(())
}

/// The old key must still work: its own token is the best proof of that, and the means.
async fn authorize(session: &Session, options: &RotateOptions, journal: &Journal) -> Result<Grant, OpError> {
    match old_key(session, journal).await? {
        Old::Works(grant) => Ok(grant),
        Old::IsDead(error) => match nothing_to_lose(session, journal).await? {
            Some(grant) => {
                (options.on_warning)(
                    "both_keys_dead",
                    "neither key works any more: make a new one with `artcafe key generate --overwrite`, then `artcafe setup`",
                );
                Ok(grant)
            }
            None => {
                Err(OpError::new(ErrorCode::Differs, "the old key no longer works, so going back would lose the identity")
                    .because(error)
                    .hint("go on to the new key: `artcafe key rotate --resume`; if that does not work either, `--abort` with an administrator's token (`--token SOURCE`) closes the rotation"))
            }
        },
    }
}

/// Where an administrator sees that the new key is dead as well, a way back loses nothing more, and closes the rotation.
async fn nothing_to_lose(session: &Session, journal: &Journal) -> Result<Option<Grant>, OpError> {
    let Some(id) = &journal.new.key_id else { return Ok(None) };
    let Some(grant) = access::administrator(session).await? else { return Ok(None) };
    let is_dead = ending::record(session.client()?, &grant, id).await?.is_none_or(|record| !record.is_usable());
    Ok(Some(grant).filter(|_| is_dead))
}

/// Whether there is a way back.
enum Old {
    /// With what opens it.
    Works(Grant),
    /// With the reason.
    IsDead(OpError),
}

async fn old_key(session: &Session, journal: &Journal) -> Result<Old, OpError> {
    let old = session.open_key(&journal.old.path);
    let verdict = match old {
        Ok(old) => prove::prove(&session.as_key(&journal.old.path, journal.old.key_id.clone()), &old).await?.verdict,
        // Without its passphrase the old key cannot show that it works; an administrator can undo it all the same.
        Err(error) if error.code == ErrorCode::InputNeeded => {
            return access::administrator(session).await?.map(Old::Works).ok_or(error);
        }
        Err(error) => Err(error),
    };
    match verdict {
        Ok(token) => Ok(Old::Works(Grant::of_agent(token))),
        Err(error) if prove::is_dead(error.code) || error.code == ErrorCode::KeyFileMissing => Ok(Old::IsDead(error)),
        Err(error) => Err(error),
    }
}

/// Whether the old key still works.
pub(super) async fn is_open(session: &Session, journal: &Journal) -> Result<bool, OpError> {
    Ok(matches!(old_key(session, journal).await?, Old::Works(_)))
}

/// A way back that was begun leads nowhere once the old key has died: then, and only then, it is left. Whatever of
/// the new key is gone already is made again.
pub(super) async fn turn(session: &Session, journal: &mut Journal) -> Result<(), OpError> {
    match old_key(session, journal).await? {
        Old::Works(_) => Err(OpError::new(ErrorCode::RotationOpen, "this rotation is being undone")
            .hint("finish that first: `artcafe key rotate --abort`")),
        Old::IsDead(_) => {
            journal.direction = Direction::Forward;
            journal.phase = Phase::Planned;
            journal.save(&session.settings.paths)
        }
    }
}

fn configure_old(session: &Session, journal: &Journal) -> Result<(), OpError> {
    let file = naming::read_config(journal)?;
    if !naming::names_new(session, journal, &file) {
        naming::must_name_old(session, journal, &file)?;
        return Ok(durable::settle(&journal.config)?);
    }
    if let Some(text) = journal.switched.as_ref().and_then(|change| change.undone(file.text())) {
        Edit::replacing(&journal.config, Some(&file), text)?.save()?;
        return tell::switched(session, journal, UNDONE);
    }
    // Somebody edited the file since: only what is the rotation's goes back.
    let mut edit = Edit::new(&file)?;
    naming::set_old(&mut edit, journal)?;
    edit.save()?;
    tell::switched(session, journal, UNDONE)
}

/// Whether a registration may still be carried out whose outcome was never seen.
pub(super) fn may_still_come(session: &Session, journal: &Journal) -> Result<bool, OpError> {
    let Some(asked_at) = journal.register_requested_at.filter(|_| journal.registrations_unseen > 0) else {
        return Ok(false);
    };
    Ok(session.client()?.server_now().duration_since(asked_at) < SETTLED_AFTER)
}

/// Every record of the new blob goes; one that may still appear keeps the abort open.
async fn unregister(session: &Session, journal: &mut Journal, grant: &Grant) -> Result<(), OpError> {
    let client = session.client()?;
    let new = steps::new_public(journal)?;
    let records = client.keys(grant.access()).await?;
    let found: Vec<_> =
        records.iter().filter(|record| record.is_of(&journal.agent_id) && new.is_line(&record.public_key)).collect();
    // The list can be stale: a record that is known by its id goes whether it is listed or not.
    let mut ids: Vec<_> = found.iter().map(|record| record.key_id.clone()).collect();
    ids.extend(journal.new.key_id.clone().filter(|id| !found.iter().any(|record| record.key_id == *id)));
    // A record whose id is known was counted when it was seen.
    let known = journal.new.key_id.clone();
    for id in ids {
        match client.delete_key(&id, grant.access()).await {
            Ok(()) => tell::ended(session, Action::KeyDeleted, &id, &new.openssh_fingerprint(), UNDONE, Outcome::Done)?,
            Err(error) if error.is_record_missing() => {}
            Err(error) => return Err(error.into()),
        }
        if Some(&id) != known.as_ref() {
            // Seen once and deleted: a later run must not wait for it again.
            journal.registrations_unseen = journal.registrations_unseen.saturating_sub(1);
            journal.new.key_id.get_or_insert(id);
            journal.save(&session.settings.paths)?;
        }
    }
    if may_still_come(session, journal)? {
        return Err(OpError::new(
            ErrorCode::PartlyDone,
            "it is not known whether the new key was registered: the request may still be under way",
        )
        .hint("everything else is undone; run `artcafe key rotate --abort` again in ten minutes to settle it"));
    }
    Ok(())
}

fn forget_new(session: &Session, journal: &Journal) -> Result<(), OpError> {
    let Some(fingerprint) = &journal.new.fingerprint else { return State::settle(&session.settings.paths) };
    let mut state = State::load(&session.settings.paths)?;
    let before = state.clone();
    state.registrations.retain(|entry| &entry.fingerprint != fingerprint);
    state.superseded.retain(|link| &link.new_fingerprint != fingerprint);
    if state == before {
        return State::settle(&session.settings.paths);
    }
    state.save(&session.settings.paths)
}
