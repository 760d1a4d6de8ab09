//! What is known of one key, and the verdict drawn from it.
//!
//! Owns the words of the report and the arithmetic of the policy. What always holds: an age that cannot be
//! right is `unknown`, never `fresh`.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::KeyFormat;
use crate::ops::due::MadeBy;
use crate::ops::rotate::{Direction, Phase};
use crate::ops::superseded::CurrentKey;

/// A clock may be wrong by this much before an age below zero is worth a word.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// What the policy says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Younger than `rotation.after`.
    Fresh,
    /// Older than that: timers replace it.
    Window,
    /// Older than `rotation.max_age`: it should have been replaced.
    Due,
    /// It is being replaced.
    RotationOpen,
    /// Its age cannot be right.
    Unknown,
}

impl Verdict {
    /// The word that programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Window => "window",
            Self::Due => "due",
            Self::RotationOpen => "rotation_open",
            Self::Unknown => "unknown",
        }
    }
}

/// What is known of the key's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The server has it, and it can authenticate.
    Active,
    /// The server has it, and it cannot authenticate any more.
    Revoked,
    /// The server has no such record.
    Absent,
    /// The server does not accept the key and does not say why: it is revoked, deleted or another agent's.
    Refused,
    /// The server was not asked, or gave no answer.
    Unknown,
}

impl Registration {
    /// Whether the key cannot authenticate.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Revoked | Self::Absent | Self::Refused)
    }

    /// The word that programs see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
            Self::Absent => "absent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// A rotation that is under way.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct OpenRotation {
    /// The phase reached.
    pub phase: Phase,
    /// Which way it goes.
    pub direction: Direction,
    /// When it began.
    pub started_at: String,
    /// When the old key may be retired, where there is a grace period.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub retire_after: Option<Timestamp>,
    /// Whether there is something to do now: it was interrupted, or its grace period is over.
    pub can_go_on: bool,
}

/// One profile's key, measured.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// The configuration.
    pub config_path: PathBuf,
    /// The agent.
    pub agent_id: Option<AgentId>,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The private key file.
    pub private_key_path: PathBuf,
    /// `rsa`, `ed25519`; absent where a passphrase hides it.
    pub algorithm: Option<String>,
    /// The size in bits; absent where a passphrase hides it.
    pub bits: Option<u32>,
    /// The file's format; null where an ssh-agent holds the private half.
    pub key_format: Option<KeyFormat>,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The OpenSSH fingerprint, as far as it is known.
    pub fingerprint: Option<String>,
    /// The record's id.
    pub key_id: Option<KeyId>,
    /// What the server says of the record.
    pub registration: Registration,
    /// Why the server could not be asked.
    pub server_problem: Option<String>,
    /// When the key began to count.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub made_at: Timestamp,
    /// Where that is known from.
    pub made_by: MadeBy,
    /// Its age in whole days; below zero where a clock is wrong.
    pub age_days: i64,
    /// When it last authenticated, by the server.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_used: Option<Timestamp>,
    /// Whether that was this very question, which the key had to open itself.
    pub last_used_is_own: bool,
    /// How long a token of this key lives, in seconds.
    pub token_life_seconds: Option<i64>,
    /// When timers begin to replace it.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub window_opens_at: Timestamp,
    /// When it is due.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub due_at: Timestamp,
    /// The verdict.
    pub verdict: Verdict,
    /// The open rotation, where there is one.
    pub rotation: Option<OpenRotation>,
    /// The key that took this one's place, where the configuration is one from the past.
    pub superseded_by: Option<CurrentKey>,
    /// Whether the agent's own record carries the key, so that a rotation has to be told to accept that; absent where
    /// it is not known.
    pub on_agent_record: Option<bool>,
}

impl Standing {
    /// Whether a timer has something to do: the window is open, or a rotation can go on.
    pub fn needs_rotation(&self) -> bool {
        match &self.rotation {
            Some(rotation) => rotation.can_go_on,
            None => matches!(self.verdict, Verdict::Window | Verdict::Due),
        }
    }

    /// Whether somebody should look: overdue, a rotation that waits, an age or a record that cannot be right.
    pub fn needs_attention(&self) -> bool {
        let verdict = match &self.rotation {
            Some(rotation) => rotation.can_go_on,
            None => matches!(self.verdict, Verdict::Due | Verdict::Unknown),
        };
        verdict || self.registration.is_bad() || self.superseded_by.is_some()
    }

    /// Draws the verdict from the facts at hand.
    pub(super) fn judge(&mut self, now: Timestamp, after: SignedDuration, max_age: SignedDuration) {
        let age = now.duration_since(self.made_at);
        let at = |length: SignedDuration| self.made_at.checked_add(length).unwrap_or(Timestamp::MAX);
        // A window that would open after the key is due opens when it is due.
        let after = after.min(max_age);
        (self.window_opens_at, self.due_at) = (at(after), at(max_age));
        self.age_days = age.as_hours().div_euclid(24);
        self.verdict = if self.rotation.is_some() {
            Verdict::RotationOpen
        } else if age < -CLOCK_TOLERANCE {
            Verdict::Unknown
        } else if age >= max_age {
            Verdict::Due
        } else if age >= after {
            Verdict::Window
        } else {
            Verdict::Fresh
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(age: SignedDuration) -> Verdict {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let made_at = now - age;
        let mut standing = Standing {
            config_path: PathBuf::new(),
            agent_id: None,
            tenant_id: None,
            endpoint: String::new(),
            private_key_path: PathBuf::new(),
            algorithm: None,
            bits: None,
            key_format: Some(KeyFormat::Openssh),
            encrypted: false,
            fingerprint: None,
            key_id: None,
            registration: Registration::Unknown,
            server_problem: None,
            made_at,
            made_by: MadeBy::FileTime,
            age_days: 0,
            last_used: None,
            last_used_is_own: false,
            token_life_seconds: None,
            window_opens_at: made_at,
            due_at: made_at,
            verdict: Verdict::Unknown,
            rotation: None,
            superseded_by: None,
            on_agent_record: None,
        };
        standing.judge(now, SignedDuration::from_hours(30 * 24), SignedDuration::from_hours(90 * 24));
        assert_eq!(standing.due_at.duration_since(standing.window_opens_at), SignedDuration::from_hours(60 * 24));
        standing.verdict
    }

    #[test]
    fn the_window_opens_and_ends_to_the_second() {
        let day = SignedDuration::from_hours(24);
        let second = SignedDuration::from_secs(1);
        assert_eq!(standing(SignedDuration::ZERO), Verdict::Fresh);
        assert_eq!(standing(day * 30 - second), Verdict::Fresh);
        assert_eq!(standing(day * 30), Verdict::Window);
        assert_eq!(standing(day * 90 - second), Verdict::Window);
        assert_eq!(standing(day * 90), Verdict::Due);
    }

    #[test]
    fn a_key_from_the_future_is_not_called_fresh() {
        assert_eq!(standing(-SignedDuration::from_hours(23)), Verdict::Fresh);
        assert_eq!(standing(-SignedDuration::from_hours(25)), Verdict::Unknown);
    }
}
