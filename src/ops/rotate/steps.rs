//! The steps forward, one function a phase.
//!
//! Each step can be done again after a crash at any point of it: what it makes has a name that the
//! journal knew before, and what it asks of the server is looked up before it is asked again.

use jiff::SignedDuration;

use crate::checkpoint;
use crate::config::{Edit, Origin, Sourced};
use crate::durable;
use crate::interrupt;
use crate::keys::{KeyFiles, PrivateKey, PublicKey};
use crate::ops::access::Grant;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::own_key::{LoadedKey, SshAgent};
use crate::ops::prove;
use crate::ops::register::{self, RegisterOptions};
use crate::ops::rotate::change::Change;
use crate::ops::rotate::hook::Held;
use crate::ops::rotate::journal::{Journal, Phase};
use crate::ops::rotate::naming::{self, must_name_old, names_new, read_config};
use crate::ops::rotate::{NewKeyPassphrase, RotateOptions, back, plan, retire, tell};
use crate::ops::session::Session;
use crate::secret::SecretString;

/// What is left to do when the new key does not work before the old one is retired.
const LEAVE_NEW: &str = "go back to the old key: `artcafe key rotate --abort`";

/// The phase that comes next, and what leads there.
pub(super) fn next(phase: Phase) -> (Phase, &'static str) {
    match phase {
        Phase::Planned => (Phase::Generated, "generating the new key"),
        Phase::Generated => (Phase::Registered, "registering the new key"),
        Phase::Registered => (Phase::Proven, "proving the new key"),
        Phase::Proven => (Phase::Switched, "switching the configuration"),
        Phase::Switched => (Phase::Confirmed, "confirming by a fresh process"),
        Phase::Confirmed | Phase::Retired => (Phase::Retired, "retiring the old key"),
    }
}

/// Performs exactly one step and records it durably.
pub(super) async fn advance(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    match journal.phase {
        Phase::Planned => generate(session, options, journal),
        Phase::Generated => register(session, options, journal, held).await,
        Phase::Registered => prove_new(session, options, journal).await,
        Phase::Proven => switch(session, journal).await,
        Phase::Switched => confirm(session, options, journal).await,
        Phase::Confirmed => retire::retire(session, options, journal).await,
        Phase::Retired => Ok(()),
    }
}

fn reached(session: &Session, journal: &mut Journal, phase: Phase) -> Result<(), OpError> {
    journal.phase = phase;
    journal.save(&session.settings.paths)
}

/// The private key is durable on disk before anything leaves the machine.
fn generate(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    let files = KeyFiles::at(&journal.new.path);
    let passphrase = passphrase_of_new(session, options, journal)?;
    let public = if files.private.symlink_metadata().is_ok() {
        // The journal gave the name while it was free, so the file is this rotation's, from before a crash.
        let loaded = LoadedKey::open(&journal.new.path, passphrase.as_ref())?;
        // The process that wrote it may have died before its fsync.
        durable::settle(&files.private)?;
        durable::settle(&files.public)?;
        if files.public.symlink_metadata().is_err() {
            durable::create_new(
                &files.public,
                format!("{}\n", loaded.key.public().line(&journal.new.comment)).as_bytes(),
                0o644,
            )?;
        }
        loaded.key.public()
    } else {
        let key = PrivateKey::generate(journal.spec())?;
        let encoded = key.encode(journal.new.format, passphrase.as_ref(), &journal.new.comment)?;
        interrupt::check()?;
        checkpoint::reach("generate.before_write");
        files.write(&encoded, &key.public().line(&journal.new.comment))?;
        checkpoint::reach("generate.after_write");
        key.public()
    };
    journal.new.public_line = Some(public.line(&journal.new.comment));
    journal.new.fingerprint = Some(public.openssh_fingerprint());
    tell::generated(session, journal)?;
    reached(session, journal, Phase::Generated)
}

async fn register(
    session: &Session,
    options: &RotateOptions,
    journal: &mut Journal,
    held: &mut Held,
) -> Result<(), OpError> {
    let plan::Authority { grant, authorized_by, last_used } = authorize(session, options, journal).await?;
    journal.old_last_used = last_used.or(journal.old_last_used);
    journal.authorized_by = authorized_by.or(journal.authorized_by.take());
    let public = new_public(journal)?;
    let in_doubt_since = journal.register_requested_at;
    // Written before the request leaves: an abort must know that a record may exist.
    journal.register_requested_at = Some(session.client()?.server_now());
    journal.registrations_unseen += 1;
    journal.save(&session.settings.paths)?;
    checkpoint::reach("register.before_request");
    let how = RegisterOptions { name: None, default_name_tail: options.default_name_tail.clone(), dry_run: false };
    let report = match register::register_key(session, &public, &grant, &how).await {
        Ok(report) => report,
        Err(error) if error.code == ErrorCode::PlanLimit => {
            // The server said no before it made anything; of an earlier request that is not known.
            journal.registrations_unseen = journal.registrations_unseen.saturating_sub(1);
            journal.register_requested_at = in_doubt_since;
            back::go_back(session, options, journal, held).await?;
            Journal::remove(&session.settings.paths)?;
            return Err(plan::explained_limit(session, &grant, error).await);
        }
        Err(error) if matches!(error.code, ErrorCode::KeyRevoked | ErrorCode::KeyOfAnotherAgent) => {
            // Found by looking, so nothing was sent.
            journal.registrations_unseen = journal.registrations_unseen.saturating_sub(1);
            journal.save(&session.settings.paths)?;
            return Err(error.hint(LEAVE_NEW));
        }
        Err(error) => return Err(error),
    };
    checkpoint::reach("register.after_request");
    let Some(id) = report.key_id.clone() else {
        return Err(OpError::new(ErrorCode::Failed, "the registration has no key id"));
    };
    register::remember(session, &journal.new.path, &report, &id)?;
    // Where the record was there already, this request was never sent, and an earlier one is seen.
    let seen = if report.already_registered { 2 } else { 1 };
    journal.registrations_unseen = journal.registrations_unseen.saturating_sub(seen);
    tell::registered(session, journal, &id)?;
    journal.new.key_id = Some(id);
    reached(session, journal, Phase::Registered)
}

/// The old key or an administrator; after a way back that was left, the new key itself may be all that works.
async fn authorize(session: &Session, options: &RotateOptions, journal: &Journal) -> Result<plan::Authority, OpError> {
    let as_old = session.as_key(&journal.old.path, journal.old.key_id.clone());
    let refused = match as_old.key() {
        Ok(old) => match plan::authorize(&as_old, &old).await {
            Err(error) if error.code == ErrorCode::TokenMissing && journal.new.key_id.is_some() => error,
            other => return other,
        },
        Err(error) => return Err(error),
    };
    let as_new = session.as_key(&journal.new.path, journal.new.key_id.clone());
    match prove::prove(&as_new, &open_new(session, options, journal)?).await?.verdict {
        Ok(token) => Ok(plan::Authority { grant: Grant::of_agent(token), authorized_by: None, last_used: None }),
        Err(error) if prove::is_dead(error.code) => Err(refused),
        Err(error) => Err(error),
    }
}

async fn prove_new(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    let loaded = open_new(session, options, journal)?;
    let as_new = session.as_key(&journal.new.path, journal.new.key_id.clone());
    prove::prove(&as_new, &loaded).await?.verdict.map_err(|error| match prove::is_dead(error.code) {
        true => error.hint(LEAVE_NEW),
        false => error,
    })?;
    reached(session, journal, Phase::Proven)
}

/// The one commit point: path and key id change together, in one replacement of the file.
async fn switch(session: &Session, journal: &mut Journal) -> Result<(), OpError> {
    let file = read_config(journal)?;
    if !names_new(session, journal, &file) {
        must_name_old(session, journal, &file)?;
        let mut edit = Edit::new(&file)?;
        naming::set_new(session, &mut edit, journal)?;
        journal.switched = Some(Change::between(file.text(), edit.text()));
        journal.save(&session.settings.paths)?;
        checkpoint::reach("switch.before_write");
        edit.save()?;
        checkpoint::reach("switch.after_write");
    } else {
        // Switched by a process that died: the old key may go only when this survives a power cut.
        durable::settle(&journal.config)?;
    }
    tell::switched(session, journal, "rotation")?;
    journal.switched_at = Some(session.client()?.measured_now().await?);
    reached(session, journal, Phase::Switched)
}

async fn confirm(session: &Session, options: &RotateOptions, journal: &mut Journal) -> Result<(), OpError> {
    prove_fresh(session, options, journal)?;
    let now = session.client()?.measured_now().await?;
    journal.retire_after =
        journal.grace_seconds.and_then(|grace| now.checked_add(SignedDuration::from_secs(grace)).ok());
    reached(session, journal, Phase::Confirmed)
}

/// The proof by a fresh process, reading only what is on disk.
pub(super) fn prove_fresh(session: &Session, options: &RotateOptions, journal: &Journal) -> Result<(), OpError> {
    let file = read_config(journal)?;
    if !names_new(session, journal, &file) {
        return Err(OpError::new(
            ErrorCode::Differs,
            format!("`{}` no longer names the new key: somebody changed it meanwhile", journal.config.display()),
        )
        .hint("name the new key again with `artcafe config relink`, then `artcafe key rotate --resume`")
        .fix(Fix::ConfigRelink));
    }
    let passphrase = passphrase_of_new(session, options, journal)?;
    options.fresh.prove(&journal.config, passphrase.as_ref())
}

/// The new key's public half, as the journal has it.
pub(super) fn new_public(journal: &Journal) -> Result<PublicKey, OpError> {
    let line = journal
        .new
        .public_line
        .as_deref()
        .ok_or_else(|| OpError::new(ErrorCode::Failed, "the journal names no new public key"))?;
    Ok(PublicKey::parse_line(line)?)
}

fn passphrase_of_new(
    session: &Session,
    options: &RotateOptions,
    journal: &Journal,
) -> Result<Option<SecretString>, OpError> {
    match &options.passphrase {
        NewKeyPassphrase::Set(passphrase) => Ok(Some(passphrase.clone())),
        NewKeyPassphrase::None => Ok(None),
        NewKeyPassphrase::Inherit if journal.old.encrypted => {
            // A later run may have been given other flags: the file that exists decides.
            let exists = crate::keys::read_private(&journal.new.path).ok();
            let plain =
                exists.is_some_and(|bytes| crate::keys::inspect(bytes.expose()).is_ok_and(|found| !found.encrypted));
            if plain { Ok(None) } else { session.passphrase_of(&journal.new.path).map(Some) }
        }
        NewKeyPassphrase::Inherit => {
            let bytes = crate::keys::read_private(&journal.new.path).ok();
            let encrypted =
                bytes.is_some_and(|bytes| crate::keys::inspect(bytes.expose()).is_ok_and(|found| found.encrypted));
            if encrypted { session.passphrase_of(&journal.new.path).map(Some) } else { Ok(None) }
        }
    }
}

fn open_new(session: &Session, options: &RotateOptions, journal: &Journal) -> Result<LoadedKey, OpError> {
    LoadedKey::open(&journal.new.path, passphrase_of_new(session, options, journal)?.as_ref())
}

impl Session {
    /// The same session with another key in force.
    pub(in crate::ops) fn as_key(&self, path: &std::path::Path, key_id: Option<crate::id::KeyId>) -> Session {
        let mut session = self.clone();
        session.settings.private_key_path = Sourced { value: path.to_path_buf(), origin: Origin::Default };
        session.settings.key_id = key_id.map(|value| Sourced { value, origin: Origin::Default });
        (session.given_key, session.ssh_agent) = (None, SshAgent::default());
        session
    }
}
