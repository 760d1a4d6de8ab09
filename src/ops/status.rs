//! `artcafe status`: one screen about this machine's identity.
//!
//! Owns nothing and changes nothing; asks no server, so that it answers at once and always.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::{self, PublicKey};
use crate::ops::agent::memory;
use crate::ops::error::OpError;
use crate::ops::login::{self, LoginStatus};
use crate::ops::own_key::{self, Holder};
use crate::ops::session::Session;
use crate::ops::show;
use crate::ops::state::{Registration, State};
use crate::ops::superseded::{self, CurrentKey};

/// What is known on this machine.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct StatusReport {
    /// The configuration file.
    pub config_path: PathBuf,
    /// Whether it is there.
    pub config_present: bool,
    /// The agent.
    pub agent_id: Option<AgentId>,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The key, where its file can be read.
    pub key: Option<KeyStatus>,
    /// Why the key cannot be read.
    pub key_problem: Option<String>,
    /// The key record's id that is configured.
    pub key_id: Option<KeyId>,
    /// The registration that this machine remembers.
    pub registration: Option<Registration>,
    /// The stored login for this endpoint and tenant.
    pub login: Option<LoginStatus>,
    /// The flag or variable whose token is used instead.
    pub token_from: Option<String>,
    /// The key that took the configured one's place, where the configuration is one from the past.
    pub superseded_by: Option<CurrentKey>,
    /// When the agent was deleted from this machine, RFC 3339 in UTC; no program registers a key for it again.
    pub agent_deleted_at: Option<String>,
    /// The next command.
    pub next: String,
}

/// The key in short.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct KeyStatus {
    /// Its file; for a key that a variable gives, that variable.
    pub path: PathBuf,
    /// What holds its private half.
    pub holder: Holder,
    /// The key file that is there and not used, since a variable gives the key.
    pub hides: Option<PathBuf>,
    /// `rsa`, `ed25519`; absent where a passphrase hides it.
    pub algorithm: Option<String>,
    /// Its size in bits; absent where a passphrase hides it.
    pub bits: Option<u32>,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// Whether only its public half is on the disk, so that an ssh-agent has to sign.
    pub only_public: bool,
    /// The OpenSSH fingerprint; where a passphrase hides it, the one that was registered from this file.
    pub fingerprint: Option<String>,
    /// The age of its file in whole days.
    pub age_days: Option<i64>,
    /// What is loose about its mode or owner.
    pub problems: Vec<String>,
}

/// Collects what is known.
pub fn status(session: &Session) -> Result<StatusReport, OpError> {
    let settings = &session.settings;
    let path = &settings.private_key_path.value;
    let state = State::load_if_readable(&settings.paths)?;
    let (key, key_problem) = match key_status(session, &state, path) {
        Ok(key) => (Some(key), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let (agent_id, tenant_id) =
        (settings.agent_id.as_ref().map(|id| id.value.clone()), settings.tenant_id.as_ref().map(|id| id.value.clone()));
    let endpoint = settings.endpoint.value.origin().to_owned();
    let registration = match (&agent_id, &tenant_id, &key) {
        (Some(agent), Some(tenant), Some(KeyStatus { fingerprint: Some(fingerprint), .. })) => {
            state.registration(&endpoint, tenant, agent, fingerprint).cloned()
        }
        _ => None,
    };
    let logins = login::status(session)?;
    let login = logins
        .logins
        .into_iter()
        .find(|login| login.endpoint == endpoint && Some(&login.tenant_id) == tenant_id.as_ref());
    let is_given = session.given_key.is_some();
    // A key that was given is none that the configuration names.
    let superseded_by = superseded::current(session).filter(|_| !is_given);
    let agent_deleted_at = memory::deleted_configured(session).map(|known| known.at);
    let next = match (&agent_id, &key, &registration, &settings.key_id) {
        _ if agent_deleted_at.is_some() => "artcafe agent list",
        _ if superseded_by.is_some() => "artcafe config relink",
        _ if is_given => "artcafe auth test",
        (None, ..) | (_, None, ..) => "artcafe setup",
        (_, _, None, None) => "artcafe key register",
        _ => "artcafe auth test",
    };
    Ok(StatusReport {
        config_path: settings.paths.config.value.clone(),
        config_present: settings.file.is_some(),
        agent_id,
        tenant_id,
        endpoint,
        key,
        key_problem,
        key_id: settings.key_id.as_ref().map(|id| id.value.clone()),
        registration,
        login,
        token_from: logins.overridden_by,
        superseded_by,
        agent_deleted_at,
        next: next.to_owned(),
    })
}

/// The key as it shows. Nobody is asked for a passphrase: of a PEM file that has one, the algorithm stays unknown.
fn key_status(session: &Session, state: &State, path: &Path) -> Result<KeyStatus, OpError> {
    if let Some(given) = &session.given_key {
        let inspection = given.inspect()?;
        let public = inspection.public.as_ref();
        return Ok(KeyStatus {
            path: given.place().to_path_buf(),
            holder: Holder::Variable,
            hides: session.hidden_key_file(),
            algorithm: public.map(algorithm_of),
            bits: public.map(PublicKey::bits),
            encrypted: inspection.encrypted,
            only_public: false,
            fingerprint: public.map(PublicKey::openssh_fingerprint),
            age_days: None,
            problems: Vec::new(),
        });
    }
    if let Some(public) = own_key::held_by_agent(path) {
        return Ok(KeyStatus {
            path: path.to_path_buf(),
            holder: Holder::SshAgent,
            hides: None,
            algorithm: Some(algorithm_of(&public)),
            bits: Some(public.bits()),
            encrypted: false,
            only_public: true,
            fingerprint: Some(public.openssh_fingerprint()),
            age_days: None,
            problems: Vec::new(),
        });
    }
    let bytes = keys::read_private(path)?;
    let inspection = keys::inspect(bytes.expose()).map_err(|error| OpError::of_key(error, path))?;
    let facts = show::facts(session, path)?;
    let public = inspection.public.as_ref();
    let remembered = || show::registered(session, state, path).map(|entry| entry.fingerprint.clone());
    Ok(KeyStatus {
        path: path.to_path_buf(),
        holder: Holder::KeyFile,
        hides: None,
        algorithm: public.map(algorithm_of),
        bits: public.map(|key| key.bits()),
        encrypted: inspection.encrypted,
        only_public: false,
        fingerprint: public.map(|key| key.openssh_fingerprint()).or_else(remembered),
        age_days: facts.age_days,
        problems: facts.problems,
    })
}

fn algorithm_of(public: &PublicKey) -> String {
    public.algorithm().map_or_else(|| public.key_type().to_owned(), |algorithm| algorithm.to_string())
}
