//! The key on the agent's own record, where it was asked for by name.
//!
//! Owns what counts as its proof: the token must show, without a tenant header, the agent's record with this very key.
//! A refusal is explained by the record, as far as an administrator's token shows it. No API puts a key on a record
//! that is there, so no remedy is named that would.

use crate::api::ApiError;
use crate::id::AgentId;
use crate::ops::access::{self, Grant};
use crate::ops::agent;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::secret::SecretString;

use super::Proof;

/// The registered keys were asked for, and which of them is this machine's is not known.
pub(super) fn no_key_id(agent: &AgentId) -> OpError {
    OpError::new(ErrorCode::KeyNotRegistered, format!("no key id is known for agent `{agent}`"))
        .hint("register the key: `artcafe key register`; if it is registered in the portal, give its id: `artcafe config set auth.ssh_key.key_id ID`, or ARTCAFE_KEY_ID")
        .fix(Fix::KeyRegister)
}

impl Proof<'_> {
    /// The token must show this very key on the agent's record.
    pub(super) async fn confirm_record(&mut self, token: &SecretString) -> Result<(), OpError> {
        let agent = self.report.agent_id.clone();
        let started = self.begin("confirm");
        let shown = agent::record(self.session, &Grant::of_agent(token.clone()), &agent).await;
        let is_this = matches!(&shown, Ok(record) if self.is_on(record.public_key.as_deref()));
        self.step("confirm", Some("GET /agents/{id}"), is_this, started);
        match shown {
            Ok(_) if is_this => Ok(()),
            Ok(_) => Err(self.unconfirmed("the agent's record shows another key")),
            Err(error) if error.code.is_retryable() => Err(error),
            Err(error) if matches!(error.code, ErrorCode::Interrupted | ErrorCode::Terminated) => Err(error),
            Err(error) => Err(self.unconfirmed("it does not open the agent's record").because(error)),
        }
    }

    fn is_on(&self, line: Option<&str>) -> bool {
        line.is_some_and(|line| self.key.key.public().is_line(line))
    }

    /// Why the record's key was refused.
    pub(super) async fn diagnose_record(&self, error: ApiError) -> OpError {
        let agent = &self.report.agent_id;
        let record = match access::administrator(self.session).await {
            Ok(Some(grant)) => agent::record(self.session, &grant, agent).await.ok(),
            _ => None,
        };
        let what = match &record {
            Some(record) if self.is_on(record.public_key.as_deref()) => {
                return OpError::new(
                    ErrorCode::ProofRefused,
                    format!(
                        "the record of agent `{agent}` carries this key, but the server does not accept its signature"
                    ),
                )
                .because(error)
                .hint("the platform verifies RSA keys alone, as far as is known: see `artcafe key show`");
            }
            Some(record) if record.public_key.is_none() => format!("the record of agent `{agent}` carries no key"),
            Some(_) => format!("the record of agent `{agent}` carries another key"),
            None => format!("the record of agent `{agent}` carries another key, or none, or there is no such agent"),
        };
        OpError::new(ErrorCode::KeyNotRegistered, what)
            .because(error)
            .hint("no API changes the key on a record: test the registered one with `artcafe auth test --store key`, or register a new agent with `artcafe agent register --setup`")
    }
}
