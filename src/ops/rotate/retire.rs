//! The last step: the old key is revoked and its file goes.
//!
//! Owns the last look before it: the fresh process once more, no other configuration that names the
//! old key, no other host that still uses it. From the moment a request may have left, the rotation
//! goes forward only, which the journal says before. The plain name becomes a symbolic link to the
//! new key, so that what knows only that name goes on working.

use std::path::Path;

use crate::checkpoint;
use crate::durable;
use crate::keys::{KeyFiles, PublicKey};
use crate::ops::access::Grant;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::rotate::RotateOptions;
use crate::ops::rotate::journal::{Journal, Phase};
use crate::ops::rotate::{plan, steps};
use crate::ops::session::Session;
use crate::ops::shared;
use crate::ops::state::State;

pub(super) async fn retire(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    steps::prove_fresh(session, options, journal)?;
    if !options.also {
        refuse_shared(session, journal)?;
    }
    let as_new = session.as_key(&journal.new.path, journal.new.key_id.clone());
    let loaded = as_new.key()?;
    let grant = Grant::of_agent(prove::prove(&as_new, &loaded).await?.verdict?);
    revoke_old(session, options, journal, &grant).await?;
    let retired_at = session.client()?.server_now();
    journal.retired_at.get_or_insert(retired_at);
    if !journal.keep_old {
        remove_old(journal)?;
    }
    journal.phase = Phase::Retired;
    forget_old(session, journal)?;
    journal.save(&session.settings.paths)
}

/// Every record that holds the old blob is retired.
async fn revoke_old(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    grant: &Grant,
) -> Result<(), OpError> {
    let client = session.client()?;
    let old = PublicKey::parse_line(&journal.old.public_line)?;
    let records = client.keys(grant.access()).await?;
    let mut pending: Vec<_> = records
        .into_iter()
        .filter(|record| record.is_usable() && record.is_of(&journal.agent_id) && old.is_line(&record.public_key))
        .collect();
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
    for record in pending.drain(..) {
        let how = match client.revoke_key(&record.key_id, &options.reason, grant.access()).await {
            Ok(()) => "revoked",
            // No released server has the route: its record is deleted, and the reason lives here alone.
            Err(error) if error.is_route_missing() => match client.delete_key(&record.key_id, grant.access()).await {
                Ok(()) => "deleted",
                Err(error) if error.is_record_missing() => "deleted",
                Err(error) => return Err(error.into()),
            },
            Err(error) if error.is_record_missing() => "deleted",
            Err(error) => return Err(error.into()),
        };
        journal.retired_by = Some(how.to_owned());
    }
    checkpoint::reach("retire.after_request");
    journal.retired_by.get_or_insert_with(|| "gone already".to_owned());
    journal.save(&session.settings.paths)
}

/// Used after the switch, beyond the second that the `Date` header leaves open.
fn used_by_others(journal: &Journal, last_used: Option<jiff::Timestamp>) -> bool {
    match (last_used, journal.switched_at) {
        (Some(used), Some(switched)) => used.duration_since(switched) > jiff::SignedDuration::from_secs(2),
        _ => false,
    }
}

/// No other profile or remembered configuration may still name the old key.
fn refuse_shared(session: &Session, journal: &Journal) -> Result<(), OpError> {
    match shared::other_naming(session, &journal.config, &journal.old.path, journal.old.key_id.as_ref())? {
        None => Ok(()),
        Some(path) => Err(OpError::new(ErrorCode::Differs, format!("`{}` still names the old key, which would stop working there", path.display()))
            .hint("give that configuration a key of its own, or retire all the same with `artcafe key rotate --resume --also`")),
    }
}

/// The old pair goes; the plain name leads to the new key in the same move.
fn remove_old(journal: &Journal) -> Result<(), OpError> {
    let plain = KeyFiles::at(plan::plain_name(&journal.old.path));
    let (old, new) = (KeyFiles::at(&journal.old.path), KeyFiles::at(&journal.new.path));
    for (plain, old, new) in [(&plain.private, &old.private, &new.private), (&plain.public, &old.public, &new.public)] {
        // The first key bears the plain name itself: the link replaces it. Later ones go after the link has turned.
        let is_ours = plain == old || plain.is_symlink() || plain.symlink_metadata().is_err();
        if is_ours {
            durable::replace_link(plain, Path::new(new.file_name().unwrap_or_default()))?;
        }
        if plain != old {
            durable::remove(old)?;
        }
        checkpoint::reach("retire.between_files");
    }
    Ok(())
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
    state.save(paths)
}
