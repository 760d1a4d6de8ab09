//! `auth login`, `logout`, `status`: an administrator's token kept for later.
//!
//! Owns that a token is stored only after the server accepted it, and only for the endpoint and
//! tenant that it was given for. Logging out cannot end a token on the server, and says so.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::api::token::Claims;
use crate::config::Paths;
use crate::durable;
use crate::id::TenantId;
use crate::ops::access;
use crate::ops::audit::{self, Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::logins::{Login, Logins};
use crate::ops::session::{self, Session, check_token};
use crate::secret::SecretString;

/// A login that was stored.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct LoginReport {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// When the token ends, if it says so.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub expires_at: Option<Timestamp>,
    /// The file.
    pub path: PathBuf,
}

/// Stores a token that the server accepts.
pub async fn login(session: &Session, token: SecretString) -> Result<LoginReport, OpError> {
    check_token(&token, "the login")?;
    let claims = Claims::read(token.expose());
    if claims.as_ref().is_some_and(is_of_an_agent) {
        return Err(OpError::new(
            ErrorCode::NotAllowed,
            "this is an agent's own token, not an administrator's, and it is not stored",
        )
        .hint("get an administrator's token from the portal; an agent needs no login, it proves its key: `artcafe auth token`"));
    }
    access::check(session, &token, "the login").await?;
    keep(session, &session.tenant()?.clone(), token)
}

/// Stores a token that the server has accepted, or has just made for this tenant.
pub(super) fn keep(session: &Session, tenant: &TenantId, token: SecretString) -> Result<LoginReport, OpError> {
    let _lock = session.lock()?;
    let endpoint = session.settings.endpoint.value.origin().to_owned();
    let tenant_id = tenant.clone();
    let expires_at = Claims::read(token.expose()).and_then(|claims| claims.expires_at);
    let mut logins = Logins::load(&session.settings.paths)?;
    logins.entries.retain(|login| login.endpoint != endpoint || login.tenant_id != tenant_id);
    let saved_at = session.now_text();
    let clock_offset_seconds = session.client()?.clock_offset().map(|offset| offset.as_secs());
    logins.entries.push(Login {
        endpoint: endpoint.clone(),
        tenant_id: tenant_id.clone(),
        token,
        saved_at,
        clock_offset_seconds,
    });
    logins.save(&session.settings.paths)?;
    session.record(Change::new(Action::Login).tenant_id(&tenant_id))?;
    Ok(LoginReport { endpoint, tenant_id, expires_at, path: Logins::path(&session.settings.paths) })
}

/// Whether a token says that it was issued to an agent for its key.
fn is_of_an_agent(claims: &Claims) -> bool {
    claims.agent_id.is_some() || claims.key_type.as_deref() == Some("agent")
}

/// What was logged out of.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct LogoutReport {
    /// The logins that were removed.
    pub removed: Vec<LoginStatus>,
    /// Whether a file was removed that could not be read, and whatever tokens it held.
    pub damaged_file_removed: bool,
}

/// A stored login, without its token.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct LoginStatus {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// When it was stored.
    pub saved_at: String,
    /// When the token ends, if it says so.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub expires_at: Option<Timestamp>,
    /// Whether that is over, by the server's clock as it was when the token was stored.
    pub expired: bool,
}

impl LoginStatus {
    pub(super) fn of(login: &Login, now: Timestamp) -> Self {
        let expires_at = Claims::read(login.token.expose()).and_then(|claims| claims.expires_at);
        let offset = SignedDuration::from_secs(login.clock_offset_seconds.unwrap_or(0));
        let now = now.checked_add(offset).unwrap_or(now);
        Self {
            endpoint: login.endpoint.clone(),
            tenant_id: login.tenant_id.clone(),
            saved_at: login.saved_at.clone(),
            expires_at,
            expired: expires_at.is_some_and(|end| end <= now),
        }
    }
}

/// Removes every login, a damaged file included. Needs no configuration, which may be damaged as well.
pub fn logout_all(paths: &Paths, stamp: &str, now: Timestamp) -> Result<LogoutReport, OpError> {
    let _lock = session::lock_of(paths, stamp)?;
    // What cannot be read is to go as well; whether it can go is what the removal says.
    let (logins, is_damaged) =
        Logins::load(paths).map_or_else(|_| (Vec::new(), true), |logins| (logins.entries, false));
    let removed: Vec<_> = logins.iter().map(|login| LoginStatus::of(login, now)).collect();
    let was_there = durable::remove(&Logins::path(paths))?;
    if was_there {
        tell_logout(paths, now, &removed)?;
        if is_damaged {
            audit::record(paths, now, Change::new(Action::Logout).reason("the file of the logins was damaged"))?;
        }
    }
    Ok(LogoutReport { removed, damaged_file_removed: is_damaged && was_there })
}

/// Removes the login of this endpoint and tenant.
pub fn logout(session: &Session) -> Result<LogoutReport, OpError> {
    let _lock = session.lock()?;
    let now = (session.now)();
    let paths = &session.settings.paths;
    let endpoint = session.settings.endpoint.value.origin();
    let tenant = session.tenant()?;
    let mut logins = Logins::load(paths)?;
    let (removed, kept): (Vec<_>, Vec<_>) =
        logins.entries.drain(..).partition(|login| login.endpoint == endpoint && &login.tenant_id == tenant);
    if !removed.is_empty() {
        logins.entries = kept;
        logins.save(paths)?;
    }
    let removed: Vec<_> = removed.iter().map(|login| LoginStatus::of(login, now)).collect();
    tell_logout(paths, now, &removed)?;
    Ok(LogoutReport { removed, damaged_file_removed: false })
}

fn tell_logout(paths: &Paths, now: Timestamp, removed: &[LoginStatus]) -> Result<(), OpError> {
    removed.iter().try_for_each(|login| {
        audit::record(paths, now, Change::new(Action::Logout).server(&login.endpoint).tenant_id(&login.tenant_id))
    })
}

/// All stored logins, and what overrides them.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
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
