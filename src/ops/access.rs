//! Which token a request is made with.
//!
//! Owns the order (a token given for this run, a stored login, the agent's own proof) and the check
//! that a token is good. The real server accepts any token beside a tenant header (`platform-api.md`
//! 1.5), so a token is first tried without it; the header is added only where the token names no
//! tenant and the server has said that it knows the token.

use crate::api::token::Claims;
use crate::api::{Access, ApiError};
use crate::id::{ServerText, TenantId};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::logins::Logins;
use crate::ops::prove;
use crate::ops::session::Session;
use crate::secret::SecretString;

/// A token that the server has accepted.
pub struct Grant {
    token: SecretString,
    header: Option<TenantId>,
    /// Where the token came from.
    pub from: String,
    /// Whether it is an administrator's, as against the agent's own.
    pub is_administrator: bool,
}

impl Grant {
    /// How requests are made with it.
    pub fn access(&self) -> Access<'_> {
        Access { token: Some(&self.token), tenant: self.header.as_ref() }
    }

    /// What the token says about itself.
    pub(super) fn claims(&self) -> Option<Claims> {
        Claims::read(self.token.expose())
    }

    /// The agent's own token, which names its tenant itself.
    pub(super) fn of_agent(token: SecretString) -> Self {
        Self { token, header: None, from: "the agent's own key".to_owned(), is_administrator: false }
    }
}

/// An administrator's token: given for this run, or stored; `None` where there is neither.
pub async fn administrator(session: &Session) -> Result<Option<Grant>, OpError> {
    let tenant = session.tenant()?;
    let (token, from) = match &session.given_token {
        Some(given) => (given.token()?, given.from.clone()),
        None => match Logins::load(&session.settings.paths)?.login(session.settings.endpoint.value.origin(), tenant) {
            Some(login) => (login.token.clone(), "the stored login".to_owned()),
            None => return Ok(None),
        },
    };
    let header = check(session, &token, &from).await?;
    Ok(Some(Grant { token, header, from, is_administrator: true }))
}

/// An administrator's token where one is at hand, else the agent's own by challenge and response.
pub async fn any(session: &Session) -> Result<Grant, OpError> {
    if let Some(grant) = administrator(session).await? {
        return Ok(grant);
    }
    let outcome = match session.key() {
        Ok(key) => prove::prove(session, &key).await?.verdict,
        Err(error) => Err(error),
    };
    outcome.map(Grant::of_agent).map_err(|error| match error.code {
        // The server's trouble is not a missing token.
        ErrorCode::ServerUnreachable
        | ErrorCode::ProxyRefused
        | ErrorCode::ServerFailed
        | ErrorCode::ServerBusy
        | ErrorCode::RateLimited => error,
        // They say themselves what mends it; no token opens a tenant that is not there.
        ErrorCode::KeySuperseded | ErrorCode::TenantUnknown => error,
        _ => missing().because(error),
    })
}

/// No token where one is needed.
pub fn missing() -> OpError {
    OpError::new(ErrorCode::TokenMissing, "no administrator's token is at hand, and the agent's own key does not open the way")
        .hint("log in with an administrator's token from the portal: `artcafe auth login`, or give its SOURCE with `--token` (or the token in ARTCAFE_TOKEN)")
}

/// Sees that the server accepts a token for the tenant; answers the tenant header that it needs.
pub async fn check(session: &Session, token: &SecretString, from: &str) -> Result<Option<TenantId>, OpError> {
    let tenant = session.tenant()?;
    let client = session.client()?;
    let named = Claims::read(token.expose()).and_then(|claims| claims.tenant_id);
    if let Some(named) = named.as_deref().filter(|named| *named != tenant.as_str()) {
        return Err(OpError::new(
            ErrorCode::TokenRefused,
            format!("the token from {from} is for tenant `{}`, not for `{tenant}`", ServerText::new(named)),
        )
        .hint("give that tenant with `--tenant-id`, or log in to this one: `artcafe auth login`"));
    }
    match client.first_keys(Access::token(token)).await {
        Ok(()) if named.is_some() => Ok(None),
        // A good token that names no tenant: the server would choose one, so ours is named.
        Ok(()) => Ok(Some(tenant.clone())),
        Err(ApiError::Status { status: 403, detail, .. }) if detail.as_str().starts_with("No organization") => {
            Ok(Some(tenant.clone()))
        }
        Err(error) if prove::is_not_yet_valid(&error) => {
            let mut skew = prove::not_yet_valid().because(error);
            if let Some(offset) = client.clock_offset() {
                skew.message.push_str(&format!("; this machine's clock {}", prove::clock_words(offset.as_secs())));
            }
            Err(skew)
        }
        Err(error) if matches!(error.status(), Some(401)) => {
            Err(OpError::new(ErrorCode::TokenRefused, format!("the server does not accept the token from {from}"))
                .because(error)
                .hint("it may have expired: get a new one from the portal, and give it where this one came from (for a stored login: `artcafe auth login`)"))
        }
        Err(error) => Err(error.into()),
    }
}
