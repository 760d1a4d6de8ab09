//! `key rotate`: a new key takes the place of the old one, and no crash can lose the identity.
//!
//! Owns the order `planned → generated → registered → proven → switched → confirmed → retired`, each
//! step journalled before the next begins. What always holds: the key that the configuration names can
//! authenticate; the old key's file and registration stand until the new one is proven, configured
//! *and* confirmed by a fresh process; there is one commit point, the replacement of the configuration
//! with path and key id together; nothing is rolled back by a destructor. A 429, a 5xx or a timeout is
//! never read as a dead key.

mod back;
mod fresh;
mod journal;
pub(super) mod plan;
mod retire;
mod steps;

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::checkpoint;
use crate::config::Paths;
use crate::keys::{KeyFormat, KeySpec};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::secret::SecretString;

pub use fresh::FreshProcess;
pub use journal::{Direction, Journal, Phase};

/// Hears of each phase that is reached, with the thing that it is about.
pub type OnStep = Box<dyn Fn(Phase, &str)>;

/// What becomes of the passphrase.
pub enum NewKeyPassphrase {
    /// The new key gets the old one's.
    Inherit,
    /// The new key gets this one.
    Set(SecretString),
    /// The new key gets none.
    None,
}

/// How to rotate.
pub struct RotateOptions {
    /// Algorithm and size of the new key; the old one's when absent.
    pub spec: Option<KeySpec>,
    /// Format of the new key; the old one's when absent.
    pub format: Option<KeyFormat>,
    /// Passphrase of the new key.
    pub passphrase: NewKeyPassphrase,
    /// How long the old key stays after the switch.
    pub grace: Option<SignedDuration>,
    /// Whether the old key's files stay.
    pub keep_old: bool,
    /// Retire although another configuration names the old key.
    pub also: bool,
    /// Rotate although the agent's own record carries the old key.
    pub accept_agent_record: bool,
    /// End the grace period now if it is over; otherwise say how long it lasts.
    pub finish: bool,
    /// Name of the new record, after the agent.
    pub default_name_tail: String,
    /// The fresh process that confirms.
    pub fresh: FreshProcess,
    /// Called after each step.
    pub on_step: OnStep,
}

/// Where a rotation stands.
#[derive(Debug, Clone, Serialize)]
pub struct RotateReport {
    /// The phase that was reached.
    pub phase: Phase,
    /// Whether it was gone back.
    pub direction: Direction,
    /// The old key's record, where it is known.
    pub old_key_id: Option<String>,
    /// The old key's OpenSSH fingerprint.
    pub old_fingerprint: String,
    /// The new key's record.
    pub new_key_id: Option<String>,
    /// The new key's OpenSSH fingerprint.
    pub new_fingerprint: Option<String>,
    /// The new key's file.
    pub new_private_key_path: PathBuf,
    /// `revoked` or `deleted`, once the old key is retired.
    pub retired_by: Option<String>,
    /// When the old key is retired.
    pub retire_after: Option<Timestamp>,
    /// Until when tokens already issued for the old key stay good at most.
    pub old_tokens_end: Option<Timestamp>,
    /// Who authorized it, where it was not the old key.
    pub authorized_by: Option<String>,
}

/// The open rotation of this configuration, if there is one.
pub fn open(paths: &Paths) -> Result<Option<Journal>, OpError> {
    Journal::load(paths)
}

/// Starts a rotation, or goes on with the open one when `resume` says so.
pub async fn rotate(session: &Session, options: &RotateOptions, resume: bool) -> Result<RotateReport, OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    let mut journal = match (Journal::load(paths)?, resume) {
        (Some(journal), true) => journal,
        (Some(journal), false) if options.finish => journal,
        (Some(journal), false) => {
            return Err(OpError::new(
                ErrorCode::RotationOpen,
                format!("a rotation is open since {} ({})", journal.started_at, journal.phase),
            )
            .hint("go on with it: `artcafe key rotate --resume`, or undo it: `artcafe key rotate --abort`"));
        }
        (None, false) if !options.finish => {
            let journal = plan::plan(session, options).await?;
            journal.save(paths)?;
            (options.on_step)(Phase::Planned, &journal.new.path.display().to_string());
            checkpoint::reach("planned");
            journal
        }
        (None, _) => {
            Journal::remove(paths)?;
            return Err(OpError::new(ErrorCode::NotConfigured, "there is no open rotation")
                .hint("start one with `artcafe key rotate`"));
        }
    };
    if journal.direction == Direction::Back {
        return Err(OpError::new(ErrorCode::RotationOpen, "this rotation is being undone")
            .hint("finish that first: `artcafe key rotate --abort`"));
    }
    while journal.phase != Phase::Retired {
        if journal.phase == Phase::Confirmed && in_grace(session, &journal, options)? {
            return Ok(journal.report());
        }
        steps::advance(session, options, &mut journal).await?;
        (options.on_step)(journal.phase, "");
        checkpoint::reach(journal.phase.name());
    }
    Journal::remove(paths)?;
    Ok(journal.report())
}

/// Undoes the open rotation: back to the state before.
pub async fn abort(session: &Session, options: &RotateOptions) -> Result<RotateReport, OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    let Some(mut journal) = Journal::load(paths)? else {
        Journal::remove(paths)?;
        return Err(
            OpError::new(ErrorCode::NotConfigured, "there is no open rotation").hint("nothing has to be undone")
        );
    };
    if journal.retire_requested {
        while journal.phase != Phase::Retired {
            steps::advance(session, options, &mut journal).await?;
        }
        Journal::remove(paths)?;
        return Err(OpError::new(
            ErrorCode::Differs,
            "the old key may be retired already, so the rotation was finished instead of undone",
        )
        .hint("see that all is well: `artcafe auth test`"));
    }
    back::go_back(session, &mut journal).await?;
    Journal::remove(paths)?;
    journal.direction = Direction::Back;
    Ok(journal.report())
}

/// Whether the old key has to stay for now; by the server's clock.
fn in_grace(session: &Session, journal: &Journal, options: &RotateOptions) -> Result<bool, OpError> {
    let Some(end) = journal.retire_after else { return Ok(false) };
    let now = session.client()?.server_now();
    if now >= end {
        return Ok(false);
    }
    if options.finish {
        let left = end.duration_since(now).as_secs();
        return Err(OpError::new(
            ErrorCode::GraceRunning,
            format!("the old key stays for another {left} s, until {}", end.strftime("%Y-%m-%d %H:%M:%S UTC")),
        )
        .hint("run `artcafe key rotate --finish` again after that"));
    }
    Ok(true)
}
