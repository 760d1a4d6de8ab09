//! What ending a key would stop, before anybody agrees to it.
//!
//! Owns the look: which records, which configurations, whether another key of the agent works, and
//! whether an open rotation needs it. Asks the server and reads files; changes nothing.

use std::path::{Path, PathBuf};

use crate::api::wire::KeyRecord;
use crate::config::Key;
use crate::id::{AgentId, KeyId};
use crate::keys::{self, PublicKey};
use crate::ops::access::{self, Grant};
use crate::ops::ending;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key::{self, LoadedKey};
use crate::ops::prove;
use crate::ops::revoke::challenge::Answer;
use crate::ops::revoke::memory::{Memory, Subject};
use crate::ops::revoke::refusal::Witness;
use crate::ops::revoke::rotation::{self, Role};
use crate::ops::revoke::target::{Found, Target};
use crate::ops::session::Session;
use crate::ops::shared;
use crate::ops::show;
use crate::ops::state::State;

/// What is meant to happen to the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is revoked.
    Revoke,
    /// It is in other hands: a new one takes its place first.
    Compromised,
    /// The one record is deleted.
    Delete,
}

/// What would be ended, and what that stops.
pub struct Plan {
    /// The agent that the key belongs to.
    pub agent_id: Option<AgentId>,
    /// The records to end; none where the server has none any more.
    pub records: Vec<KeyRecord>,
    /// Records of the same key that stay.
    pub elsewhere: Vec<KeyRecord>,
    /// The OpenSSH fingerprint.
    pub fingerprint: Option<String>,
    /// The configurations that name it.
    pub configurations: Vec<PathBuf>,
    /// Its private key's file, where this machine has it.
    pub private_key: Option<PathBuf>,
    /// Whether it is the configured key.
    pub is_current: bool,
    /// Whether no other key of its agent works.
    pub is_last: bool,
    /// Whether the server was asked with the agent's own token, which uses a key.
    pub has_own_token: bool,
    pub(super) known: Vec<KeyId>,
    pub(super) public: Option<PublicKey>,
    pub(super) role: Role,
    pub(super) grant: Option<Grant>,
}

/// Looks at what ending the key would stop.
pub async fn plan(session: &Session, target: &Target, purpose: Purpose) -> Result<Plan, OpError> {
    let memory = Memory::load(&session.settings.paths)?;
    let mut found = Found::here(session, target, purpose, &memory)?;
    let is_remembered = is_ended(session, &found, &memory)?;
    let grant = match access::any(session).await {
        Ok(grant) => Some(grant),
        // The key that would have opened the way was ended by this machine.
        Err(error) if matches!(error.code, ErrorCode::TokenMissing | ErrorCode::KeySuperseded) && is_remembered => None,
        Err(error) => return Err(error),
    };
    if let Some(grant) = &grant {
        found.ask(session, grant, target, purpose).await?;
        if found.records.is_empty() && !is_remembered {
            return Err(OpError::new(ErrorCode::RecordMissing, format!("the server knows no key {target}"))
                .hint("see the tenant's keys with `artcafe key list --all-agents`; an agent's own token may not show those of others"));
        }
    }
    let mut known = found.known;
    known.extend(found.records.iter().map(|record| record.key_id.clone()));
    known.sort();
    known.dedup();
    let is_last = match (&grant, &found.agent) {
        (Some(grant), Some(agent)) => is_last_working(session, grant, agent, &found.records, &found.listed).await?,
        _ => false,
    };
    let role = rotation::role(session, &known, found.public.as_ref())?;
    let public = found.public;
    let places = Places::of(session, &known, public.as_ref())?;
    let own = session.settings.agent_id.as_ref().map(|id| &id.value);
    Ok(Plan {
        is_current: places.is_current && own == found.agent.as_ref(),
        agent_id: found.agent,
        records: found.records,
        elsewhere: found.elsewhere,
        fingerprint: public.as_ref().map(PublicKey::openssh_fingerprint),
        configurations: places.configurations,
        private_key: places.private_key,
        is_last,
        has_own_token: grant.as_ref().is_some_and(|grant| !grant.is_administrator),
        known,
        public,
        role,
        grant,
    })
}

impl Plan {
    /// Whether anything is left to be ended.
    pub fn is_over(&self) -> bool {
        self.records.iter().all(|record| record.revoked)
    }

    /// Refuses what must not be done unasked: the last key of an agent, a key that an open rotation needs.
    pub fn check(&self, allow_last: bool, purpose: Purpose) -> Result<(), OpError> {
        if self.is_over() && purpose != Purpose::Delete {
            return Ok(());
        }
        self.role.refuse(purpose)?;
        // A compromised key may be replaced first; the check follows where it cannot.
        if self.is_last && !allow_last && purpose != Purpose::Compromised {
            return Err(self.last_key());
        }
        Ok(())
    }

    pub(super) fn last_key(&self) -> OpError {
        let agent = self.agent_id.as_ref().map_or("", AgentId::as_str);
        OpError::new(
            ErrorCode::LastKey,
            format!("this is the last working key of agent `{agent}`, which could not authenticate without it"),
        )
        .hint("put a new key in its place first (`artcafe key rotate` on its machine); or, if the agent shall stop working, add `--allow-last`")
    }

    /// The key for the history of both files.
    pub(super) fn subject(&self, session: &Session) -> Result<Subject, OpError> {
        Ok(Subject {
            endpoint: session.settings.endpoint.value.origin().to_owned(),
            tenant_id: session.tenant()?.clone(),
            agent_id: self.agent_id.clone(),
            key_ids: self.known.clone(),
            public_key: self.public.as_ref().map(|public| public.line("")),
        })
    }

    /// What sees whether the server refuses the key.
    pub(super) fn witness<'a>(
        &'a self,
        session: &'a Session,
        grant: Option<&'a Grant>,
        at_hand: &'a KeyAtHand,
    ) -> Witness<'a> {
        Witness {
            session,
            grant,
            agent: self.agent_id.as_ref(),
            ids: &self.known,
            public: self.public.as_ref(),
            at_hand,
        }
    }

    /// Opens the private key for the challenges. Whatever is wrong with its file stops no revocation.
    pub(super) fn open(&self, session: &Session) -> KeyAtHand {
        let (Some(path), Some(public)) = (&self.private_key, &self.public) else { return KeyAtHand::default() };
        let opened = prove::refuse_new_endpoint(&session.as_key(path, None)).and_then(|()| self.opened(session, path));
        match opened {
            // A file can hold another key than it seemed to.
            Ok(loaded) if loaded.key.public().same_key(public) => {
                KeyAtHand { key: Some(loaded), ..KeyAtHand::default() }
            }
            Ok(_) => KeyAtHand::default(),
            Err(error) => KeyAtHand { problem: Some(error.message), ..KeyAtHand::default() },
        }
    }

    /// The key through what holds it. An ssh-agent that was asked for may lack a key whose file is there.
    fn opened(&self, session: &Session, path: &Path) -> Result<LoadedKey, OpError> {
        session.key_at(path).or_else(|error| match error.code {
            ErrorCode::SshAgent if path.exists() => session.open_key(path),
            _ => Err(error),
        })
    }
}

/// The private key as far as it can be used.
#[derive(Default)]
pub(super) struct KeyAtHand {
    /// The opened key.
    pub(super) key: Option<LoadedKey>,
    /// Why its file could not be opened.
    pub(super) problem: Option<String>,
    /// What the key store said while the key should still have worked; absent where it was not asked.
    pub(super) before: Option<Answer>,
}

/// Whether this machine ended the key itself, or was about to.
fn is_ended(session: &Session, found: &Found, memory: &Memory) -> Result<bool, OpError> {
    let (endpoint, tenant) = (session.settings.endpoint.value.origin(), session.tenant()?);
    let by_id = found.known.iter().any(|id| memory.ended(endpoint, tenant, id).is_some());
    let stolen = memory.compromised(endpoint, tenant, &found.known).is_some();
    Ok(by_id || stolen)
}

/// Whether no other record of the agent works, each of them looked at by its id: a list can be stale, and one that this
/// machine knows may be missing from it.
pub(super) async fn is_last_working(
    session: &Session,
    grant: &Grant,
    agent: &AgentId,
    ending: &[KeyRecord],
    listed: &[KeyRecord],
) -> Result<bool, OpError> {
    if !ending.iter().any(KeyRecord::is_usable) {
        return Ok(false);
    }
    let settings = &session.settings;
    let registered = State::load(&settings.paths)?.registrations;
    let here = registered
        .iter()
        .filter(|entry| entry.endpoint == settings.endpoint.value.origin() && &entry.agent_id == agent)
        .map(|entry| &entry.key_id);
    let mut others: Vec<&KeyId> = listed
        .iter()
        .filter(|record| record.is_usable() && record.is_of(agent))
        .map(|record| &record.key_id)
        .chain(settings.key_id.iter().map(|id| &id.value))
        .chain(here)
        .filter(|id| ending.iter().all(|ended| ended.key_id != **id))
        .collect();
    others.sort();
    others.dedup();
    for other in others {
        let record = ending::record(session.client()?, grant, other).await?;
        if record.is_some_and(|record| record.is_usable() && record.is_of(agent)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where this machine names the key.
struct Places {
    configurations: Vec<PathBuf>,
    private_key: Option<PathBuf>,
    is_current: bool,
}

impl Places {
    fn of(session: &Session, ids: &[KeyId], public: Option<&PublicKey>) -> Result<Self, OpError> {
        let settings = &session.settings;
        let state = State::load(&settings.paths)?;
        let holds = |path: &Path| public.is_some_and(|public| seems_to_hold(&state, path, public));
        let current = settings.private_key_path.value.clone();
        let is_current =
            holds(&current) || public.is_none() && settings.key_id.as_ref().is_some_and(|id| ids.contains(&id.value));
        let mut files = vec![current];
        let mut naming = Vec::new();
        if settings.file.is_some() && is_current {
            naming.push(settings.paths.config.value.clone());
        }
        for (path, file) in shared::configurations(session)? {
            let id = file.text_of(Key::KeyId).map(|found| found.value);
            let key = file.text_of(Key::PrivateKeyPath).map(|found| settings.paths.expand(&found.value));
            let names_id = id.is_some_and(|id| ids.iter().any(|known| known.as_str() == id));
            if (names_id || key.as_deref().is_some_and(holds)) && !naming.contains(&path) {
                naming.push(path);
            }
            files.extend(key);
        }
        files.extend(state.registrations.iter().map(|entry| entry.private_key_path.clone()));
        let private_key = files.into_iter().find(|path| holds(path));
        Ok(Self { configurations: naming, private_key, is_current })
    }
}

/// Whether a file is this key's, as far as that shows without a passphrase; of a key that an ssh-agent holds, its
/// public file.
fn seems_to_hold(state: &State, path: &Path, public: &PublicKey) -> bool {
    if let Some(held) = own_key::held_by_agent(path) {
        return held.same_key(public);
    }
    let Ok(bytes) = keys::read_private(path) else { return false };
    match keys::inspect(bytes.expose()) {
        Ok(inspection) => match inspection.public {
            Some(found) => found.same_key(public),
            None => {
                let fingerprint = public.openssh_fingerprint();
                show::public_beside(path).is_some_and(|found| found.same_key(public))
                    || state
                        .registrations
                        .iter()
                        .any(|entry| entry.private_key_path == path && entry.fingerprint == fingerprint)
            }
        },
        Err(_) => false,
    }
}
