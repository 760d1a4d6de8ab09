//! `artcafe status`: one screen about this machine's identity.
//!
//! Owns nothing and changes nothing; asks no server, so that it answers at once and always.

use std::path::PathBuf;

use serde::Serialize;

use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::error::OpError;
use crate::ops::login::{self, LoginStatus};
use crate::ops::session::Session;
use crate::ops::show;
use crate::ops::state::{Registration, State};

/// What is known on this machine.
#[derive(Debug, Clone, Serialize)]
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
    /// The next command.
    pub next: String,
}

/// The key in short.
#[derive(Debug, Clone, Serialize)]
pub struct KeyStatus {
    /// Its file.
    pub path: PathBuf,
    /// `rsa`, `ed25519`.
    pub algorithm: String,
    /// Its size in bits.
    pub bits: u32,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The age of its file in whole days.
    pub age_days: Option<i64>,
    /// What is loose about its mode or owner.
    pub problems: Vec<String>,
}

/// Collects what is known.
pub fn status(session: &Session) -> Result<StatusReport, OpError> {
    let settings = &session.settings;
    let path = &settings.private_key_path.value;
    // Nobody is asked for a passphrase here: an encrypted PEM file just shows less.
    let shown = show::public_of(path).is_some().then(|| show::show(session, path));
    let (key, key_problem) = match shown {
        Some(Ok(shown)) => (
            Some(KeyStatus {
                path: path.clone(),
                algorithm: shown.algorithm,
                bits: shown.bits,
                encrypted: shown.encrypted,
                fingerprint: shown.fingerprint,
                age_days: shown.age_days,
                problems: shown.problems,
            }),
            None,
        ),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, Some(unread(path))),
    };
    let state = State::load(&settings.paths)?;
    let (agent_id, tenant_id) =
        (settings.agent_id.as_ref().map(|id| id.value.clone()), settings.tenant_id.as_ref().map(|id| id.value.clone()));
    let endpoint = settings.endpoint.value.origin().to_owned();
    let registration = match (&agent_id, &tenant_id, &key) {
        (Some(agent), Some(tenant), Some(key)) => {
            state.registration(&endpoint, tenant, agent, &key.fingerprint).cloned()
        }
        _ => None,
    };
    let logins = login::status(session)?;
    let login = logins
        .logins
        .into_iter()
        .find(|login| login.endpoint == endpoint && Some(&login.tenant_id) == tenant_id.as_ref());
    let next = match (&agent_id, &key, &registration, &settings.key_id) {
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
        next: next.to_owned(),
    })
}

fn unread(path: &std::path::Path) -> String {
    match crate::keys::read_private(path) {
        Err(error) => error.to_string(),
        Ok(bytes) => match crate::keys::inspect(bytes.expose()) {
            Err(error) => format!("`{}`: {error}", path.display()),
            Ok(_) => format!("`{}` is protected by a passphrase and shows nothing without it", path.display()),
        },
    }
}
