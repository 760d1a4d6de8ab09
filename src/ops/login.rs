//! `auth login`, `logout`, `status`: an administrator's token kept for later.
//!
//! Owns that a token is stored only after the server accepted it, and only for the endpoint and
//! tenant that it was given for. Logging out cannot end a token on the server, and says so.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::token::Claims;
use crate::durable;
use crate::id::TenantId;
use crate::ops::access;
use crate::ops::error::OpError;
use crate::ops::logins::{Login, Logins};
use crate::ops::session::Session;
use crate::secret::SecretString;

/// A login that was stored.
#[derive(Debug, Clone, Serialize)]
pub struct LoginReport {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// When the token ends, if it says so.
    pub expires_at: Option<Timestamp>,
    /// The file.
    pub path: PathBuf,
}

/// Stores a token that the server accepts.
pub async fn login(session: &Session, token: SecretString) -> Result<LoginReport, OpError> {
    access::check(session, &token, "the login").await?;
    let _lock = session.lock()?;
    let endpoint = session.settings.endpoint.value.origin().to_owned();
    let tenant_id = session.tenant()?.clone();
    let expires_at = Claims::read(token.expose()).and_then(|claims| claims.expires_at);
    let mut logins = Logins::load(&session.settings.paths)?;
    logins.entries.retain(|login| login.endpoint != endpoint || login.tenant_id != tenant_id);
    let saved_at = session.now_text();
    logins.entries.push(Login { endpoint: endpoint.clone(), tenant_id: tenant_id.clone(), token, saved_at });
    logins.save(&session.settings.paths)?;
    Ok(LoginReport { endpoint, tenant_id, expires_at, path: Logins::path(&session.settings.paths) })
}

/// What was logged out of.
#[derive(Debug, Clone, Serialize)]
pub struct LogoutReport {
    /// The logins that were removed.
    pub removed: Vec<LoginStatus>,
}

/// A stored login, without its token.
#[derive(Debug, Clone, Serialize)]
pub struct LoginStatus {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// When it was stored.
    pub saved_at: String,
    /// When the token ends, if it says so.
    pub expires_at: Option<Timestamp>,
    /// Whether that is over, by this machine's clock.
    pub expired: bool,
}

impl LoginStatus {
    fn of(login: &Login, now: Timestamp) -> Self {
        let expires_at = Claims::read(login.token.expose()).and_then(|claims| claims.expires_at);
        Self {
            endpoint: login.endpoint.clone(),
            tenant_id: login.tenant_id.clone(),
            saved_at: login.saved_at.clone(),
            expires_at,
            expired: expires_at.is_some_and(|end| end <= now),
        }
    }
}

/// Removes the login of this endpoint and tenant, or all of them, a damaged file included.
pub fn logout(session: &Session, all: bool) -> Result<LogoutReport, OpError> {
    let _lock = session.lock()?;
    let now = (session.now)();
    let paths = &session.settings.paths;
    if all {
        let removed = Logins::load(paths).map(|logins| logins.entries).unwrap_or_default();
        durable::remove(&Logins::path(paths))?;
        return Ok(LogoutReport { removed: removed.iter().map(|login| LoginStatus::of(login, now)).collect() });
    }
    let endpoint = session.settings.endpoint.value.origin();
    let tenant = session.tenant()?;
    let mut logins = Logins::load(paths)?;
    let (removed, kept): (Vec<_>, Vec<_>) =
        logins.entries.drain(..).partition(|login| login.endpoint == endpoint && &login.tenant_id == tenant);
    if !removed.is_empty() {
        logins.entries = kept;
        logins.save(paths)?;
    }
    Ok(LogoutReport { removed: removed.iter().map(|login| LoginStatus::of(login, now)).collect() })
}

/// All stored logins, and what overrides them.
#[derive(Debug, Clone, Serialize)]
pub struct AuthStatusReport {
    /// The stored logins.
    pub logins: Vec<LoginStatus>,
    /// The flag or variable whose token is used instead, in this run.
    pub overridden_by: Option<String>,
}

/// Lists the stored logins; asks no server.
pub fn status(session: &Session) -> Result<AuthStatusReport, OpError> {
    let now = (session.now)();
    let logins = Logins::load(&session.settings.paths)?;
    Ok(AuthStatusReport {
        logins: logins.entries.iter().map(|login| LoginStatus::of(login, now)).collect(),
        overridden_by: session.given_token.as_ref().map(|given| given.from.clone()),
    })
}
