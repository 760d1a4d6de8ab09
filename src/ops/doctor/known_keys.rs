//! Which keys this machine knows of.
//!
//! Owns the telling of a key that is here, or in the hands of an open rotation, from one that a rotation has replaced.
//! Nobody is asked for a passphrase, and a file that is gone makes its key unknown.

use std::collections::BTreeSet;

use crate::api::wire::KeyRecord;
use crate::keys::PublicKey;
use crate::ops::rotate;
use crate::ops::session::Session;
use crate::ops::show;
use crate::ops::state::State;

/// What this machine knows of keys.
pub(super) struct Known {
    /// Replaced by a rotation that has ended.
    replaced: BTreeSet<String>,
    /// Here, or in the hands of a rotation that is open.
    here: BTreeSet<String>,
}

impl Known {
    pub(super) fn of(session: &Session) -> Self {
        let paths = &session.settings.paths;
        // Without a memory nothing is known, which the check of the memory tells.
        let state = State::load_if_readable(paths).unwrap_or_default();
        let mut here = BTreeSet::new();
        if let Ok(Some(journal)) = rotate::open(paths) {
            here.insert(journal.old.fingerprint.clone());
            here.extend(journal.new.fingerprint.clone());
        }
        for entry in &state.registrations {
            if let Ok(Some(fingerprint)) = show::fingerprint_of(session, &entry.private_key_path) {
                here.insert(fingerprint);
            }
        }
        let replaced = state.superseded.iter().map(|link| link.old_fingerprint.clone()).collect();
        Self { replaced, here }
    }

    pub(super) fn is_replaced(&self, record: &KeyRecord) -> bool {
        fingerprint(record).is_some_and(|fingerprint| self.replaced.contains(&fingerprint))
    }

    pub(super) fn is_here(&self, record: &KeyRecord) -> bool {
        fingerprint(record).is_some_and(|fingerprint| self.here.contains(&fingerprint))
    }
}

fn fingerprint(record: &KeyRecord) -> Option<String> {
    PublicKey::parse_line(&record.public_key).ok().map(|key| key.openssh_fingerprint())
}
