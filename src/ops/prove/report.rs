//! What a proof found: the steps, the verdict, the token.

use serde::Serialize;

use crate::api::token::Claims;
use crate::id::{AgentId, KeyId, TenantId};
use crate::keys::Algorithm;
use crate::ops::error::OpError;
use crate::ops::own_key::Holder;
use crate::secret::SecretString;

/// Which of the platform's two key stores is asked (section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Store {
    /// The registered keys where a key id is known, else the agent's own record.
    #[default]
    AsKnown,
    /// The registered keys.
    Keys,
    /// The agent's own record.
    AgentRecord,
}

/// One step of the proof.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Step {
    /// `challenge`, `sign`, `verify` or `confirm`.
    pub name: &'static str,
    /// The route, for steps that ask the server.
    pub route: Option<&'static str>,
    /// Whether it went well.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// What `auth test` found.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ProofReport {
    /// The verdict.
    pub proven: bool,
    /// The failure's code, where it is none.
    pub failure: Option<&'static str>,
    /// What failed, in words.
    pub reason: Option<String>,
    /// The next command.
    pub hint: Option<String>,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The key record's id, where it is known.
    pub key_id: Option<KeyId>,
    /// The OpenSSH fingerprint.
    pub fingerprint: String,
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// What holds the private key: `key-file`, `ssh-agent` or `variable`.
    pub signer: Holder,
    /// Which of the platform's two key stores was asked: `ssh-keys` or `agent-record`.
    pub store: &'static str,
    /// The steps that were taken.
    pub steps: Vec<Step>,
    /// What the token says about itself.
    pub claims: Option<Claims>,
    /// How long the token lives, in seconds, by the server's clock.
    pub token_life_seconds: Option<i64>,
    /// The server's clock minus this machine's, in whole seconds.
    pub clock_offset_seconds: Option<i64>,
}

/// The report, and the token or the reason why there is none.
pub struct Outcome {
    /// What was found.
    pub report: ProofReport,
    /// The token of a proven key.
    pub verdict: Result<SecretString, OpError>,
    /// When the key was last used as the server has it, this proof included; it is no part of the report.
    pub last_used: Option<jiff::Timestamp>,
}
