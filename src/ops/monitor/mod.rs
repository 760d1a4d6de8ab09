//! `artcafe monitor`: what somebody who watches agents wants to know of one identity, as numbers.
//!
//! Owns what is looked at: the age of the key against the policy, the last rotation and its failures, one real proof,
//! how long the server took, and what the tenant uses. Changes nothing, but remembers a proof that was refused. A
//! trouble of the server's is never counted as a refused proof, and what is not known is left out, never zero.

mod exposition;
mod textfile;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::api::{Access, Client, Trace, Tracer};
use crate::id::{AgentId, KeyId, ProfileName, TenantId};
use crate::ops::due::{self, Standing};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::failures::{self, Failures, Memory, Work};
use crate::ops::prove;
use crate::ops::session::Session;
use crate::ops::state::State;
use crate::ops::tenant::usage::{Counter, usage_with};
use crate::secret::SecretString;

pub use exposition::exposition;
pub use textfile::{check_textfile, write_textfile};

/// One identity, watched.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Observation {
    /// The profile; absent for the plain configuration.
    pub profile: Option<ProfileName>,
    /// The configuration file.
    pub config_path: PathBuf,
    /// The endpoint's origin; absent where the configuration cannot be read.
    pub endpoint: Option<String>,
    /// The tenant.
    pub tenant_id: Option<TenantId>,
    /// The agent.
    pub agent_id: Option<AgentId>,
    /// Why nothing is known of the configuration or its key.
    pub problem: Option<Problem>,
    /// Why it is not known what failed before.
    pub failures_problem: Option<Problem>,
    /// The key, where it can be measured.
    pub key: Option<KeyFacts>,
    /// Rotations.
    pub rotation: RotationFacts,
    /// The proof of this run; absent where the server was not to be asked.
    pub authentication: Option<AuthenticationFacts>,
    /// The server; absent where it was not to be asked.
    pub api: Option<ApiFacts>,
    /// What the tenant uses, as far as the server tells a proven agent.
    pub tenant: Option<TenantFacts>,
}

/// The tenant.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct TenantFacts {
    /// The plan as the server names it.
    pub plan: Option<String>,
    /// Every counter that is known.
    pub counters: Vec<Counter>,
    /// Why nothing is known.
    pub problem: Option<Problem>,
}

/// Why something is not known.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Problem {
    /// The failure's code.
    pub code: &'static str,
    /// The failure, in words.
    pub message: String,
    /// The next command.
    pub hint: Option<String>,
}

impl From<&OpError> for Problem {
    fn from(error: &OpError) -> Self {
        Self { code: error.code.as_str(), message: error.message.clone(), hint: error.hint.clone() }
    }
}

/// The key, measured by local facts.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct KeyFacts {
    /// The record's id.
    pub key_id: Option<KeyId>,
    /// The OpenSSH fingerprint, as far as it is known.
    pub fingerprint: Option<String>,
    /// `rsa`, `ed25519`; absent where a passphrase hides it.
    pub algorithm: Option<String>,
    /// When it began to count.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub made_at: Timestamp,
    /// When the policy wants it replaced at the latest.
    #[schemars(with = "crate::schema::Rfc3339")]
    pub due_at: Timestamp,
    /// Its age in seconds; below zero where a clock is wrong.
    pub age_seconds: i64,
    /// The seconds until it is due; below zero where it is overdue.
    pub left_seconds: i64,
    /// Whether somebody should look: overdue, a rotation that waits, an age that cannot be right, an older configuration.
    pub needs_attention: bool,
}

/// The rotations of the identity.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
pub struct RotationFacts {
    /// Whether one is open.
    pub open: bool,
    /// When the last one was finished here.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub last_success_at: Option<Timestamp>,
    /// Those that failed on this machine.
    pub failures: Failures,
}

/// The proof.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
pub struct AuthenticationFacts {
    /// Whether the key was proven; absent where the server's trouble or a passphrase kept it from being tried.
    pub success: Option<bool>,
    /// Why it was not.
    pub problem: Option<Problem>,
    /// How long a token lives, in seconds.
    pub token_life_seconds: Option<i64>,
    /// The proofs that were refused to this command on this machine, this one included.
    pub failures: Failures,
    /// Why a refused proof could not be remembered, so that it is not counted.
    pub memory_problem: Option<Problem>,
}

/// The server.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ApiFacts {
    /// Whether it answers, and not by a failure of its own.
    pub up: bool,
    /// The server's clock minus this machine's, in whole seconds.
    pub clock_offset_seconds: Option<i64>,
    /// The requests of this run.
    pub requests: Vec<RequestFacts>,
}

/// One request.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RequestFacts {
    /// Method and path template.
    pub route: &'static str,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Observation {
    /// Of a configuration that could not even be read.
    pub fn unreadable(profile: Option<ProfileName>, config_path: PathBuf, error: &OpError) -> Self {
        Self { problem: Some(error.into()), ..Self::nothing(profile, config_path) }
    }

    fn nothing(profile: Option<ProfileName>, config_path: PathBuf) -> Self {
        Self {
            profile,
            config_path,
            endpoint: None,
            tenant_id: None,
            agent_id: None,
            problem: None,
            failures_problem: None,
            key: None,
            rotation: RotationFacts::default(),
            authentication: None,
            api: None,
            tenant: None,
        }
    }
}

/// Looks at one identity. `offline` asks no server. Whatever goes wrong is a fact as well.
pub async fn observe(session: &Session, offline: bool) -> Observation {
    let settings = &session.settings;
    let mut seen = Observation {
        endpoint: Some(settings.endpoint.value.origin().to_owned()),
        tenant_id: settings.tenant_id.as_ref().map(|id| id.value.clone()),
        agent_id: settings.agent_id.as_ref().map(|id| id.value.clone()),
        ..Observation::nothing(settings.paths.profile.clone(), settings.paths.config.value.clone())
    };
    match due::assess(session) {
        Ok(standing) => {
            seen.rotation.open = standing.rotation.is_some();
            seen.key = Some(facts(&standing, (session.now)()));
        }
        Err(error) => seen.problem = Some((&error).into()),
    }
    match last_finished(session) {
        Ok(at) => seen.rotation.last_success_at = at,
        Err(error) => seen.problem = seen.problem.or_else(|| Some((&error).into())),
    }
    // Of whom nobody knows who it is, no server can be asked.
    let is_known = session.agent().and(session.tenant().map(|_| ())).map_err(|error| Problem::from(&error));
    if let (None, Err(problem)) = (&seen.problem, &is_known) {
        seen.problem = Some(problem.clone());
    }
    if !offline && is_known.is_ok() {
        let (authentication, api, tenant) = ask(session).await;
        (seen.authentication, seen.api, seen.tenant) = (Some(authentication), Some(api), tenant);
    }
    match Memory::load(&settings.paths) {
        Ok(memory) => {
            seen.rotation.failures = memory.of(session, Work::Rotation);
            if let Some(authentication) = &mut seen.authentication {
                authentication.failures = memory.of(session, Work::Authentication);
            }
        }
        Err(error) => seen.failures_problem = Some((&error).into()),
    }
    seen
}

fn facts(standing: &Standing, now: Timestamp) -> KeyFacts {
    KeyFacts {
        key_id: standing.key_id.clone(),
        fingerprint: standing.fingerprint.clone(),
        algorithm: standing.algorithm.clone(),
        made_at: standing.made_at,
        due_at: standing.due_at,
        age_seconds: now.duration_since(standing.made_at).as_secs(),
        left_seconds: standing.due_at.duration_since(now).as_secs(),
        needs_attention: standing.needs_attention(),
    }
}

/// When a rotation of this identity was last finished, by what this machine remembers.
fn last_finished(session: &Session) -> Result<Option<Timestamp>, OpError> {
    let (Ok(tenant), Ok(agent)) = (session.tenant(), session.agent()) else { return Ok(None) };
    let state = State::load(&session.settings.paths)?;
    let endpoint = session.settings.endpoint.value.origin();
    let own = state
        .superseded
        .iter()
        .filter(|link| link.endpoint == endpoint && &link.tenant_id == tenant && &link.agent_id == agent);
    Ok(own.filter_map(|link| link.at.parse().ok()).max())
}

/// One proof, with the time that each request took.
async fn ask(session: &Session) -> (AuthenticationFacts, ApiFacts, Option<TenantFacts>) {
    let timed = Arc::new(Mutex::new(Vec::new()));
    let session = &listening(session, &timed);
    let mut authentication = AuthenticationFacts::default();
    let health = match session.client() {
        Ok(client) => client.health().await.map_err(OpError::from),
        Err(error) => Err(error),
    };
    let down = health.err().filter(|error| is_down(error.code));
    let mut tenant = None;
    let verdict = match &down {
        // What does not answer at all is not asked three times more.
        Some(error) => Err(error.into()),
        None => prove_once(session, &mut authentication).await,
    };
    match verdict {
        Ok(token) => tenant = Some(usage_of(session, &token).await),
        Err(problem) => authentication.problem = Some(problem),
    }
    let requests = timed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let offset = session.client().ok().and_then(Client::clock_offset).map(|offset| offset.as_secs());
    (authentication, ApiFacts { up: down.is_none(), clock_offset_seconds: offset, requests }, tenant)
}

/// What the tenant uses, asked with the token of the proof.
async fn usage_of(session: &Session, token: &SecretString) -> TenantFacts {
    match usage_with(session, Access::token(token), "the agent's own key").await {
        Ok(report) => TenantFacts {
            plan: report.plan,
            counters: report.counters.into_iter().filter(|counter| counter.current.is_some()).collect(),
            problem: None,
        },
        Err(error) => TenantFacts { plan: None, counters: Vec::new(), problem: Some((&error).into()) },
    }
}

/// The proof; a refused one is remembered. Answers its token, or why there is none.
async fn prove_once(session: &Session, facts: &mut AuthenticationFacts) -> Result<SecretString, Problem> {
    let outcome = match session.key() {
        Ok(key) => prove::prove(session, &key).await,
        Err(error) => Err(error),
    };
    let verdict = outcome.and_then(|outcome| {
        facts.token_life_seconds = outcome.report.token_life_seconds;
        outcome.verdict
    });
    let error = match verdict {
        Ok(token) => {
            facts.success = Some(true);
            return Ok(token);
        }
        Err(error) => error,
    };
    if is_refusal(error.code) {
        facts.success = Some(false);
        facts.memory_problem =
            failures::note(session, Work::Authentication, error.code).err().map(|error| (&error).into());
    }
    Err((&error).into())
}

/// Whether nobody answers, or only to say that the server has failed.
fn is_down(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ServerUnreachable
            | ErrorCode::ProxyRefused
            | ErrorCode::ServerFailed
            | ErrorCode::EndpointInsecure
            | ErrorCode::ConfigInvalid
    )
}

/// The session with a client of its own, whose requests are timed.
fn listening(session: &Session, timed: &Arc<Mutex<Vec<RequestFacts>>>) -> Session {
    let (before, timed) = (session.trace.clone(), Arc::clone(timed));
    let trace: Tracer = Arc::new(move |trace: &Trace| {
        if let Some(before) = &before {
            before(trace);
        }
        let facts = RequestFacts { route: trace.route, seconds: trace.took.as_secs_f64() };
        timed.lock().unwrap_or_else(PoisonError::into_inner).push(facts);
    });
    Session { trace: Some(trace), client: std::rc::Rc::default(), ..session.clone() }
}

/// Whether the platform refused the identity. What fails on this machine before anything is sent, or by the server's
/// trouble, is no refusal.
fn is_refusal(code: ErrorCode) -> bool {
    let is_local = matches!(code, ErrorCode::PassphraseWrong | ErrorCode::SshAgent | ErrorCode::TokenMissing);
    code.exit_code() == ErrorCode::ProofRefused.exit_code() && !is_local
}
