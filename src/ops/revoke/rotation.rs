//! What an open rotation has to do with a key that shall be ended.
//!
//! Owns the refusal: a rotation needs its new key always, and its old one until the new one is
//! confirmed. Rotations of every configuration count, since one lock guards them all.

use std::path::{Path, PathBuf};

use crate::id::KeyId;
use crate::keys::PublicKey;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::revoke::plan::Purpose;
use crate::ops::rotate::{Direction, Journal, Phase};
use crate::ops::session::Session;

/// The part that the key plays in an open rotation.
#[derive(Debug, Clone)]
pub(super) enum Role {
    /// None.
    None,
    /// It is the new key, or the old one that is still needed.
    Needed {
        /// The configuration that is being switched.
        config: PathBuf,
        /// The phase reached.
        phase: Phase,
        /// Whether that configuration is in force.
        is_here: bool,
        /// Whether it is the old key, on the way forward.
        is_replaced: bool,
    },
    /// It is the old key, in whose place the new one is confirmed.
    Replaced {
        /// The configuration that was switched.
        config: PathBuf,
    },
}

impl Role {
    /// Whether the open rotation of this configuration puts another key in the place of it.
    pub(super) fn leads_away(&self, from: &Path) -> bool {
        match self {
            Self::Needed { is_here, is_replaced, .. } => *is_here && *is_replaced,
            Self::Replaced { config } => config == from,
            Self::None => false,
        }
    }

    /// Refuses to end a key that a rotation needs; a compromised one can be gone on with.
    pub(super) fn refuse(&self, purpose: Purpose) -> Result<(), OpError> {
        match self {
            Self::Needed { is_here: true, is_replaced: true, .. } if purpose == Purpose::Compromised => Ok(()),
            Self::Needed { config, phase, is_here, .. } => {
                let path = config.display();
                let flag = if *is_here { String::new() } else { format!(" --config '{path}'") };
                Err(OpError::new(ErrorCode::RotationOpen, format!("the open rotation of `{path}` ({phase}) needs this key"))
                    .hint(format!("end the rotation first: `artcafe key rotate --resume{flag}`, or `--abort`; then run the same command again")))
            }
            Self::None | Self::Replaced { .. } => Ok(()),
        }
    }
}

/// Looks through every open rotation.
pub(super) fn role(session: &Session, ids: &[KeyId], public: Option<&PublicKey>) -> Result<Role, OpError> {
    let settings = &session.settings;
    let endpoint = settings.endpoint.value.origin();
    let fingerprint = public.map(PublicKey::openssh_fingerprint);
    let is_it = |id: Option<&KeyId>, print: Option<&String>| {
        id.is_some_and(|id| ids.contains(id)) || (print.is_some() && print == fingerprint.as_ref())
    };
    let mut replaced = Role::None;
    for journal in Journal::all(&session.settings.paths)? {
        if journal.endpoint != endpoint || &journal.tenant_id != session.tenant()? {
            continue;
        }
        let is_new = is_it(journal.new.key_id.as_ref(), journal.new.fingerprint.as_ref());
        let is_old = is_it(journal.old.key_id.as_ref(), Some(&journal.old.fingerprint))
            || is_it(journal.old.configured_id.as_ref(), None);
        let is_forward = journal.direction == Direction::Forward;
        if is_new || is_old && !(is_forward && journal.phase >= Phase::Confirmed) {
            let is_here = journal.config == settings.paths.config.value;
            return Ok(Role::Needed {
                is_here,
                is_replaced: is_old && !is_new && is_forward,
                config: journal.config,
                phase: journal.phase,
            });
        }
        if is_old {
            replaced = Role::Replaced { config: journal.config };
        }
    }
    Ok(replaced)
}
