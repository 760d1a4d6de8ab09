//! The journal of one rotation: `$ARTCAFE_HOME/state/rotations/<configuration>.json`.
//!
//! Owns what has to be known after a crash: the phase reached, the direction, both keys, and whether a
//! request whose outcome is unknown may have left. Written before the step that it announces, durably.
//! Holds no secret.

use std::fmt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::durable;
use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::{KeyFormat, KeySpec};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::rotate::RotateReport;
use crate::ops::rotate::change::Change;

/// How far a rotation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Everything is checked; nothing is made.
    Planned,
    /// The new private key is on disk.
    Generated,
    /// The new public key is registered.
    Registered,
    /// The new key has authenticated.
    Proven,
    /// The configuration names the new key.
    Switched,
    /// A fresh process has authenticated by what is on disk.
    Confirmed,
    /// The old key is revoked and its file gone.
    Retired,
}

impl Phase {
    /// The phase's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Generated => "generated",
            Self::Registered => "registered",
            Self::Proven => "proven",
            Self::Switched => "switched",
            Self::Confirmed => "confirmed",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Which way a rotation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the new key.
    Forward,
    /// Back to the old one.
    Back,
}

/// The key that is replaced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OldKey {
    /// Its file.
    pub path: PathBuf,
    /// The path as the configuration spells it; absent where it has none.
    pub path_text: Option<String>,
    /// Its record's id as the configuration has it.
    pub configured_id: Option<KeyId>,
    /// Its record's id on the server.
    pub key_id: Option<KeyId>,
    /// Its public line.
    pub public_line: String,
    /// Its OpenSSH fingerprint.
    pub fingerprint: String,
    /// Whether its file is protected by a passphrase.
    pub encrypted: bool,
}

/// The key that replaces it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewKey {
    /// Its file.
    pub path: PathBuf,
    /// Algorithm.
    pub algorithm: crate::keys::Algorithm,
    /// Size in bits.
    pub bits: u32,
    /// File format.
    pub format: KeyFormat,
    /// Comment.
    pub comment: String,
    /// Its public line, once it is generated.
    pub public_line: Option<String>,
    /// Its OpenSSH fingerprint, once it is generated.
    pub fingerprint: Option<String>,
    /// Its record's id, once it is registered.
    pub key_id: Option<KeyId>,
}

/// The command that is run once the new key is confirmed, and how far it has come.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Hook {
    /// The command line, for the shell.
    pub command: String,
    /// After this many seconds it is ended and counts as failed.
    pub timeout_seconds: i64,
    /// Who runs it and since when, as `pid 123, since …`; stays when it has ended.
    pub started: Option<String>,
    /// Whether it ended well.
    pub succeeded: bool,
}

/// One rotation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Journal {
    /// The form of this file.
    pub version: u32,
    /// When it began, RFC 3339 in UTC.
    pub started_at: String,
    /// The configuration that is switched.
    pub config: PathBuf,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The phase reached.
    pub phase: Phase,
    /// The direction.
    pub direction: Direction,
    /// The key that is replaced.
    pub old: OldKey,
    /// The key that replaces it.
    pub new: NewKey,
    /// Length of the grace period, in seconds.
    pub grace_seconds: Option<i64>,
    /// Whether the old files stay.
    pub keep_old: bool,
    /// Why the old key is retired, for the platform's record.
    #[serde(default = "superseded")]
    pub reason: String,
    /// The command after the switch, if there is one.
    #[serde(default)]
    pub hook: Option<Hook>,
    /// When the last registration request may have left.
    pub register_requested_at: Option<Timestamp>,
    /// How many may have left whose outcome was never seen: each can still become a record.
    #[serde(default)]
    pub registrations_unseen: u32,
    /// What the switch changes in the configuration, so that it can be taken back to the byte.
    #[serde(default)]
    pub switched: Option<Change>,
    /// When the configuration was switched, by the server's clock.
    pub switched_at: Option<Timestamp>,
    /// When this rotation itself last used the old key, as the server told it.
    #[serde(default)]
    pub old_last_used: Option<Timestamp>,
    /// When an abort began to prove the old key: that use is not another host's.
    #[serde(default)]
    pub old_proved_at: Option<Timestamp>,
    /// When the grace period ends, by the server's clock.
    pub retire_after: Option<Timestamp>,
    /// Whether a request to retire the old key may have left: from then on it goes forward only.
    pub retire_requested: bool,
    /// How the old key was retired.
    pub retired_by: Option<String>,
    /// When it was, by the server's clock.
    pub retired_at: Option<Timestamp>,
    /// Who authorized it, where it was not the old key.
    pub authorized_by: Option<String>,
}

impl Journal {
    /// The file of the configuration that is in force.
    fn path(paths: &Paths) -> PathBuf {
        let hash = digest::digest(&digest::SHA256, paths.config.value.as_os_str().as_encoded_bytes());
        let name: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        folder(paths).join(format!("{name}.json"))
    }

    /// The lock that is held while this rotation's hook runs.
    pub(super) fn hook_lock(paths: &Paths) -> PathBuf {
        Self::path(paths).with_extension("hook")
    }

    /// Reads the open rotation of the configuration in force.
    pub fn load(paths: &Paths) -> Result<Option<Self>, OpError> {
        Self::read(&Self::path(paths))
    }

    /// Reads the open rotation of every configuration.
    pub(in crate::ops) fn all(paths: &Paths) -> Result<Vec<Self>, OpError> {
        let mut journals = Vec::new();
        for path in entries(paths, "json")? {
            journals.extend(Self::read(&path)?);
        }
        Ok(journals)
    }

    fn read(path: &Path) -> Result<Option<Self>, OpError> {
        let Some(bytes) = durable::read_if_present(path, 1024 * 1024)? else { return Ok(None) };
        let journal: Self = serde_json::from_slice(&bytes).map_err(|error| {
            OpError::new(
                ErrorCode::ConfigInvalid,
                format!("the rotation's journal `{}` cannot be read", path.display()),
            )
            .because(error)
            .hint(format!(
                "restore it from a backup, or use the version that wrote it; if neither can be, give the rotation up: `mv '{0}' '{0}.damaged'`, then `artcafe auth test` says whether the configured key works and `artcafe key list` which other one is left to be revoked",
                path.display()
            ))
        })?;
        if journal.version != 1 {
            return Err(OpError::new(
                ErrorCode::ConfigInvalid,
                format!("the rotation's journal `{}` is of version {}", path.display(), journal.version),
            )
            .hint("use the version of artcafe that started the rotation"));
        }
        Ok(Some(journal))
    }

    /// Writes the journal durably; the caller holds the lock.
    pub fn save(&self, paths: &Paths) -> Result<(), OpError> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the journal").because(error))?;
        text.push('\n');
        let path = Self::path(paths);
        durable::create_private_dir(&folder(paths))?;
        durable::replace(&path, text.as_bytes(), 0o600)?;
        Ok(())
    }

    /// Ends the rotation, and clears away what a process left that was killed while it wrote the first entry; the
    /// caller holds the lock of `$ARTCAFE_HOME`, so no hook runs.
    pub fn remove(paths: &Paths) -> Result<(), OpError> {
        durable::remove(&Self::path(paths))?;
        let lock = Self::hook_lock(paths);
        if lock.symlink_metadata().is_ok() {
            durable::remove(&lock)?;
        }
        Ok(())
    }

    /// What the new key is made as.
    pub fn spec(&self) -> KeySpec {
        KeySpec { algorithm: self.new.algorithm, bits: self.new.bits }
    }

    /// That it is open, and what goes on with it, in one line.
    pub fn words(&self) -> String {
        let open = format!("a rotation is open since {} ({})", self.started_at, self.phase);
        match (self.direction, self.phase, self.retire_after) {
            (Direction::Back, ..) => {
                format!("{open} and is being undone: `artcafe key rotate --abort` goes on with it")
            }
            (_, Phase::Confirmed, Some(end)) if !self.retire_requested => format!(
                "{open}: the old key stays until {}, and `artcafe key rotate --finish` retires it after that",
                end.strftime("%Y-%m-%d %H:%M UTC")
            ),
            _ => format!("{open}: `artcafe key rotate --resume` goes on with it"),
        }
    }

    /// Why something else cannot be done meanwhile.
    pub fn refusal(&self, now: Timestamp) -> OpError {
        let words = format!("a rotation is open since {} ({})", self.started_at, self.phase);
        let error = OpError::new(ErrorCode::RotationOpen, words)
            .hint("go on with it: `artcafe key rotate --resume`, or undo it: `artcafe key rotate --abort`");
        match self.fix(now) {
            Some(fix) => error.fix(fix),
            None => error,
        }
    }

    /// What a program may run to go on with it at this time. Undoing it is a person's decision, and so is going on
    /// with that; while the grace period runs there is nothing to do.
    pub fn fix(&self, now: Timestamp) -> Option<Fix> {
        let waits =
            self.phase == Phase::Confirmed && !self.retire_requested && self.retire_after.is_some_and(|end| end > now);
        (self.direction == Direction::Forward && !waits).then_some(Fix::RotateResume)
    }

    /// Where it stands, for people and programs.
    pub fn report(&self) -> RotateReport {
        // A token of the platform lives an hour (platform-api.md 5), and none is issued after the retirement.
        // A key that had no registration opened no way to one.
        let old_tokens_end = self
            .retired_at
            .filter(|_| self.old.key_id.is_some())
            .and_then(|at| at.checked_add(jiff::SignedDuration::from_hours(1)).ok());
        RotateReport {
            outcome: match (self.direction, self.phase) {
                (Direction::Back, _) => "being_undone",
                (Direction::Forward, Phase::Retired) => "rotated",
                (Direction::Forward, Phase::Confirmed) if self.retire_after.is_some() => "in_grace",
                (Direction::Forward, _) => "open",
            },
            started_at: self.started_at.clone(),
            phase: self.phase,
            direction: self.direction,
            old_key_id: self.old.key_id.as_ref().map(ToString::to_string),
            old_fingerprint: self.old.fingerprint.clone(),
            old_private_key_path: self.old.path.clone(),
            new_key_id: self.new.key_id.as_ref().map(ToString::to_string),
            new_fingerprint: self.new.fingerprint.clone(),
            new_private_key_path: self.new.path.clone(),
            retired_by: self.retired_by.clone(),
            retire_after: self.retire_after,
            old_tokens_end,
            authorized_by: self.authorized_by.clone(),
            hook: self.hook.clone(),
            configuration_names: None,
        }
    }
}

/// The files of all rotations that end like this; none where there never was a rotation.
fn entries(paths: &Paths, extension: &str) -> Result<Vec<PathBuf>, OpError> {
    Ok(durable::files_with_extension(&folder(paths), extension)?)
}

/// The reason of a rotation that gives no other.
pub(super) fn superseded() -> String {
    "superseded".to_owned()
}

fn folder(paths: &Paths) -> PathBuf {
    paths.state_dir().join("rotations")
}

/// Refuses what changes anything while a hook runs under this `$ARTCAFE_HOME`, the hook's own commands included: the
/// rotation that waits for it counts on what it left.
pub fn refuse_during_hook(paths: &Paths) -> Result<(), OpError> {
    for path in entries(paths, "hook")? {
        if let Some(holder) = durable::Lock::holder(&path)? {
            return Err(OpError::new(
                ErrorCode::Locked,
                format!("the hook of a rotation is running ({holder}), and nothing is changed meanwhile"),
            )
            .hint("run the same command again when the hook has ended; a hook itself must not change the identity"));
        }
    }
    Ok(())
}
