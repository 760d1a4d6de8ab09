//! The history's lines of a rotation.
//!
//! Owns which step leaves which line. A line is written after its change is durable and before the
//! journal goes on, so that a crash in between makes the step tell it again rather than never.

use crate::id::KeyId;
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::error::OpError;
use crate::ops::rotate::journal::Journal;
use crate::ops::session::Session;

pub(super) fn generated(session: &Session, journal: &Journal) -> Result<(), OpError> {
    let fingerprint = journal.new.fingerprint.clone().unwrap_or_default();
    session
        .record(Change::new(Action::KeyGenerated).fingerprint(fingerprint).path(&journal.new.path).reason("rotation"))
}

pub(super) fn registered(session: &Session, journal: &Journal, id: &KeyId) -> Result<(), OpError> {
    let fingerprint = journal.new.fingerprint.clone().unwrap_or_default();
    session.record(
        Change::new(Action::KeyRegistered)
            .key_id(id)
            .fingerprint(fingerprint)
            .path(&journal.new.path)
            .reason("rotation"),
    )
}

/// The configuration names the new key, or the old one again.
pub(super) fn switched(session: &Session, journal: &Journal, reason: &str) -> Result<(), OpError> {
    let name = |id: Option<&KeyId>, fingerprint: &str| id.map_or_else(|| fingerprint.to_owned(), ToString::to_string);
    let old = name(journal.old.configured_id.as_ref(), &journal.old.fingerprint);
    let new = name(journal.new.key_id.as_ref(), journal.new.fingerprint.as_deref().unwrap_or_default());
    let (from, to) = if reason == "rotation" { (old, new) } else { (new, old) };
    session.record(Change::new(Action::ConfigSwitched).path(&journal.config).from(from).to(to).reason(reason))
}

pub(super) fn hook_ran(session: &Session, event: &str, succeeded: bool) -> Result<(), OpError> {
    let result = if succeeded { Outcome::Done } else { Outcome::Failed };
    // The command itself may hold what is nobody's business.
    session.record(Change::new(Action::HookRun).reason(event).result(result))
}

/// A record was revoked or deleted, or may have been.
pub(super) fn ended(
    session: &Session,
    action: Action,
    id: &KeyId,
    fingerprint: &str,
    reason: &str,
    result: Outcome,
) -> Result<(), OpError> {
    session.record(Change::new(action).key_id(id).fingerprint(fingerprint).reason(reason).result(result))
}

pub(super) fn removed(
    session: &Session,
    path: &std::path::Path,
    fingerprint: &str,
    reason: &str,
) -> Result<(), OpError> {
    session.record(Change::new(Action::KeyFileRemoved).fingerprint(fingerprint).path(path).reason(reason))
}
