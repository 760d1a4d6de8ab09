//! Whether the server refuses a key, asked by an actual challenge in both of its key stores.
//!
//! Owns the reading of the answer: only a 401 to the signature, or a plain "not valid", is a refusal.
//! A 429, a 5xx, a timeout or a suspended tenant is evidence of nothing. The tokens that an accepted
//! challenge brings are dropped unused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::api::auth::Challenge;
use crate::api::{ApiError, Client};
use crate::id::{AgentId, KeyId, TenantId};
use crate::ops::access::Grant;
use crate::ops::error::OpError;
use crate::ops::own_key::LoadedKey;
use crate::secret::{Secret, SecretString};

/// What one key store says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is refused.
    Refused,
    /// It is still accepted.
    Accepted,
    /// The server said neither.
    Unknown,
}

/// Whom the challenges are for, and what signs them.
pub(super) struct Challenger<'a> {
    pub(super) client: &'a Client,
    pub(super) tenant: &'a TenantId,
    pub(super) agent: &'a AgentId,
    pub(super) key: &'a LoadedKey,
    pub(super) grant: Option<&'a Grant>,
}

impl Challenger<'_> {
    /// The key records, `/auth/verify`: refused only if it is under every id.
    pub(super) async fn key_store(&self, ids: &[KeyId]) -> Result<Answer, OpError> {
        let mut answer = Answer::Refused;
        for id in ids {
            let Some((challenge, response)) = self.signed().await? else { return Ok(Answer::Unknown) };
            match read(self.client.verify(self.tenant, self.agent, id, &challenge, &response).await) {
                Answer::Refused => {}
                Answer::Accepted => return Ok(Answer::Accepted),
                Answer::Unknown => answer = Answer::Unknown,
            }
        }
        Ok(answer)
    }

    /// The agent's own record, `/auth/agent/verify`.
    pub(super) async fn agent_record(&self) -> Result<Answer, OpError> {
        let Some((challenge, response)) = self.signed().await? else { return Ok(Answer::Unknown) };
        match self.client.agent_verify(self.tenant, self.agent, &challenge, &response).await {
            // A server without the route accepts nothing there.
            Err(error) if error.is_route_missing() => Ok(Answer::Refused),
            outcome => Ok(read(outcome)),
        }
    }

    /// A challenge and its signature; nothing where the server gave none.
    async fn signed(&self) -> Result<Option<(Challenge, SecretString)>, OpError> {
        let challenge = match self.client.agent_challenge(self.tenant, self.agent).await {
            Err(error) if error.is_route_missing() => {
                let token = self.grant.and_then(|grant| grant.access().token);
                self.client.plain_challenge(self.tenant, self.agent, token).await
            }
            other => other,
        };
        let Ok(challenge) = challenge else { return Ok(None) };
        let signature =
            self.key.key.sign(challenge.message()).map_err(|error| OpError::of_key(error, &self.key.path))?;
        Ok(Some((challenge, Secret::new(STANDARD.encode(signature.expose())))))
    }
}

fn read(outcome: Result<SecretString, ApiError>) -> Answer {
    match outcome {
        Ok(_) => Answer::Accepted,
        Err(ApiError::NotValid { .. }) => Answer::Refused,
        Err(error) if error.status() == Some(401) => Answer::Refused,
        Err(_) => Answer::Unknown,
    }
}
