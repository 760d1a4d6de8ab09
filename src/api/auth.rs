//! The four routes of challenge and response (sections 2.2 and 3).
//!
//! Owns what may be signed: only a challenge of 32 to 128 hex digits, as text. Anything else that a
//! server asks to have signed is refused, so that no server can obtain a signature over a message of
//! its own choice. Neither challenge nor signature is ever shown.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Access, Client, Request, malformed};
use super::error::ApiError;
use super::retry::Repeat;
use super::wire;
use crate::id::{AgentId, KeyId, TenantId};
use crate::secret::{Secret, SecretString};

/// A challenge that is fit to be signed.
pub struct Challenge {
    text: SecretString,
    /// When it ends, by the server's clock, where that could be read.
    pub expires_at: Option<Timestamp>,
}

impl Challenge {
    fn read(route: &'static str, body: &Value) -> Result<Self, ApiError> {
        let text =
            body.get("challenge").and_then(Value::as_str).ok_or_else(|| malformed(route, "it has no challenge"))?;
        if !(32..=128).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed(route, "the challenge is not 32 to 128 hex digits, and nothing else is ever signed"));
        }
        Ok(Self { text: Secret::new(text.to_owned()), expires_at: wire::timestamp(body.get("expires_at")) })
    }

    /// The bytes to sign: the text as received (section 3.2).
    pub fn message(&self) -> &[u8] {
        self.text.expose().as_bytes()
    }
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Challenge([secret])")
    }
}

impl Client {
    /// `POST /auth/agent/challenge`: needs no token.
    pub async fn agent_challenge(&self, tenant: &TenantId, agent: &AgentId) -> Result<Challenge, ApiError> {
        let route = "POST /auth/agent/challenge";
        let body = json!({ "tenant_id": tenant, "agent_id": agent });
        Challenge::read(route, &self.post(route, "/auth/agent/challenge", body, Access::default(), Repeat::Safe).await?)
    }

    /// `POST /auth/challenge`, the older route. It wants a tenant header and a bearer value. The real server looks at
    /// neither the token nor whom it is for (section 1.5), so a placeholder goes first, and a real token is not spent.
    pub async fn plain_challenge(
        &self,
        tenant: &TenantId,
        agent: &AgentId,
        token: Option<&SecretString>,
    ) -> Result<Challenge, ApiError> {
        let route = "POST /auth/challenge";
        let placeholder = Secret::new("challenge".to_owned());
        let access = Access { token: token.or(Some(&placeholder)), tenant: Some(tenant) };
        let body = json!({ "agent_id": agent });
        Challenge::read(route, &self.post(route, "/auth/challenge", body, access, Repeat::Safe).await?)
    }

    /// `POST /auth/verify`: proves possession of the registered key `key_id`; the token that it returns.
    pub async fn verify(
        &self,
        tenant: &TenantId,
        agent: &AgentId,
        key_id: &KeyId,
        challenge: &Challenge,
        response: &SecretString,
    ) -> Result<SecretString, ApiError> {
        let route = "POST /auth/verify";
        let body = json!({
            "tenant_id": tenant, "agent_id": agent, "key_id": key_id,
            "challenge": challenge.text.expose(), "response": response.expose(),
        });
        // A repeat after a lost answer would meet a challenge that is used up: the caller starts anew.
        token_of(route, &self.post(route, "/auth/verify", body, Access::default(), Repeat::OnlyIfUnsent).await?)
    }

    /// `POST /auth/agent/verify`: proves possession of the key on the agent's own record, another key store.
    pub async fn agent_verify(
        &self,
        tenant: &TenantId,
        agent: &AgentId,
        challenge: &Challenge,
        response: &SecretString,
    ) -> Result<SecretString, ApiError> {
        let route = "POST /auth/agent/verify";
        let body = json!({
            "tenant_id": tenant, "agent_id": agent,
            "challenge": challenge.text.expose(), "response": response.expose(),
        });
        token_of(route, &self.post(route, "/auth/agent/verify", body, Access::default(), Repeat::OnlyIfUnsent).await?)
    }

    pub(super) async fn post(
        &self,
        route: &'static str,
        path: &str,
        body: Value,
        access: Access<'_>,
        repeat: Repeat,
    ) -> Result<Value, ApiError> {
        let path = format!("/api/v1{path}");
        self.send(Request { route, method: Method::POST, path, query: Vec::new(), body: Some(body), access, repeat })
            .await
    }
}

/// A success must say `valid` and hold a token; upstream never sends `valid: false`, other servers may (3.5).
fn token_of(route: &'static str, body: &Value) -> Result<SecretString, ApiError> {
    match body.get("valid") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Err(ApiError::NotValid { route }),
        _ => return Err(malformed(route, "it does not say that the signature is valid")),
    }
    match body.get("token").and_then(Value::as_str) {
        Some(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Secret::new(token.to_owned()))
        }
        _ => Err(malformed(route, "it has no token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_hex_challenge_is_signed() {
        let read = |text: &str| Challenge::read("x", &json!({ "challenge": text }));
        assert!(read(&"0a".repeat(32)).is_ok());
        assert!(read(&"0A".repeat(16)).is_ok());
        for bad in ["", "00", &"0".repeat(31), &"0".repeat(129), &"g".repeat(64), &format!("{}\n", "0".repeat(63))] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_verdict_without_a_token_is_no_success() {
        assert!(token_of("x", &json!({ "valid": true, "token": "a.b.c" })).is_ok());
        let refused = token_of("x", &json!({ "valid": false, "token": "a.b.c" }));
        assert!(matches!(refused, Err(ApiError::NotValid { .. })), "{refused:?}");
        assert!(token_of("x", &json!({ "valid": true, "token": "" })).is_err());
        assert!(token_of("x", &json!({ "token": "a.b.c" })).is_err());
    }
}
