//! `auth test`: the whole challenge and response, and the proof that its token is good.
//!
//! Owns the verdict. A key is proven only if a token came back *and* that token, without a tenant
//! header, shows this very key on the server (`platform-api.md` 1.5: a 200 beside a tenant header
//! proves nothing). A verify whose answer was lost is never repeated with the same challenge. A
//! server's trouble is never read as a dead key.

mod agent_record;
mod diagnosis;
mod report;

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::api::auth::Challenge;
use crate::api::token::Claims;
use crate::api::wire::KeyRecord;
use crate::api::{Access, ApiError, Client};
use crate::config::{Endpoint, Key};
use crate::interrupt;
use crate::ops::access;
use crate::ops::agent::memory;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::own_key::LoadedKey;
use crate::ops::progress::{Progress, Stage};
use crate::ops::session::Session;
use crate::ops::state::State;
use crate::ops::superseded;
use crate::secret::{Secret, SecretString};

pub(super) use diagnosis::{ed25519_refused, is_not_yet_valid, not_yet_valid};
pub use diagnosis::{ended_from_here, is_dead};
pub use report::{Outcome, ProofReport, Step, Store};

/// A clock that is off by more than this is worth a word.
const NOTABLE_SKEW_SECONDS: i64 = 60;
/// Whole exchanges that are tried when the answer to a verify is lost.
const EXCHANGES: u32 = 3;

/// How a clock differs, from the server's time minus this machine's in seconds.
pub fn clock_words(offset: i64) -> String {
    format!("is off by {} s ({})", offset.abs(), if offset > 0 { "slow" } else { "fast" })
}

/// Proves that the configured agent's key authenticates; its steps are told to nobody.
pub async fn prove(session: &Session, key: &LoadedKey) -> Result<Outcome, OpError> {
    prove_telling(session, key, &Progress::default()).await
}

/// The same, step by step.
pub async fn prove_telling(session: &Session, key: &LoadedKey, progress: &Progress) -> Result<Outcome, OpError> {
    prove_in(session, key, progress, Store::AsKnown).await
}

/// The same against the one or the other of the platform's key stores.
pub async fn prove_in(
    session: &Session,
    key: &LoadedKey,
    progress: &Progress,
    asked: Store,
) -> Result<Outcome, OpError> {
    let public = key.key.public();
    let endpoint = session.settings.endpoint.value.origin().to_owned();
    let fingerprint = public.openssh_fingerprint();
    let state = remembered(session)?;
    let (tenant, agent) = (session.tenant()?.clone(), session.agent()?.clone());
    let remembered = state.registration(&endpoint, &tenant, &agent, &fingerprint).map(|entry| entry.key_id.clone());
    let key_id = match (&session.settings.key_id, remembered) {
        (Some(configured), _) => Some(configured.value.clone()),
        (None, remembered) => remembered,
    };
    let key_id = match asked {
        Store::AsKnown => key_id,
        Store::Keys => Some(key_id.ok_or_else(|| memory::explained(session, agent_record::no_key_id(&agent)))?),
        Store::AgentRecord => None,
    };
    if !session.allow_new_endpoint {
        refuse_other_endpoint(&state, &endpoint, &fingerprint)?;
    }
    let report = ProofReport {
        proven: false,
        failure: None,
        reason: None,
        hint: None,
        endpoint,
        tenant_id: tenant,
        agent_id: agent,
        store: if key_id.is_some() { "ssh-keys" } else { "agent-record" },
        key_id,
        fingerprint,
        algorithm: key.key.algorithm(),
        signer: key.holder,
        steps: Vec::new(),
        claims: None,
        token_life_seconds: None,
        clock_offset_seconds: None,
    };
    let mut proof = Proof { session, client: session.client()?, key, report, progress, asked, last_used: None };
    let verdict = proof.run().await;
    Ok(proof.finish(verdict))
}

/// What this machine remembers. A damaged memory is done without where the configuration itself names key id and
/// endpoint: then neither has to be found out, and no stray variable leads the key elsewhere.
fn remembered(session: &Session) -> Result<State, OpError> {
    let settings = &session.settings;
    let in_file = |key: Key| settings.file.as_ref().and_then(|file| file.text_of(key)).map(|found| found.value);
    // A variable that says the same as the file leads nowhere else.
    let names_endpoint = in_file(Key::Endpoint)
        .is_some_and(|text| text.parse::<Endpoint>().is_ok_and(|endpoint| endpoint == settings.endpoint.value));
    let names_id =
        in_file(Key::KeyId).is_some_and(|text| settings.key_id.as_ref().is_some_and(|id| id.value.as_str() == text));
    match names_endpoint && names_id {
        true => State::load_if_readable(&settings.paths),
        false => State::load(&settings.paths),
    }
}

/// The same for the configured key, as far as it is there and can be read.
pub(super) fn refuse_new_endpoint(session: &Session) -> Result<(), OpError> {
    if session.allow_new_endpoint {
        return Ok(());
    }
    match crate::ops::show::fingerprint_of(session, &session.settings.private_key_path.value)? {
        Some(fingerprint) => {
            let state = State::load(&session.settings.paths)?;
            refuse_other_endpoint(&state, session.settings.endpoint.value.origin(), &fingerprint)
        }
        None => Ok(()),
    }
}

/// A key that was registered elsewhere is not shown to a new endpoint unasked: a stray variable must
/// not make an agent sign for somebody else.
fn refuse_other_endpoint(state: &State, endpoint: &str, fingerprint: &str) -> Result<(), OpError> {
    let mut elsewhere = None;
    for entry in state.registrations.iter().filter(|entry| entry.fingerprint == fingerprint) {
        if entry.endpoint == endpoint {
            return Ok(());
        }
        elsewhere = Some(&entry.endpoint);
    }
    match elsewhere {
        None => Ok(()),
        Some(elsewhere) => Err(OpError::new(
            ErrorCode::NewEndpoint,
            format!("this key was registered at {elsewhere} and is not proved to {endpoint} unasked"),
        )
        .hint("if the new endpoint is meant, say so with `--allow-new-endpoint`, or register the key there: `artcafe key register`")),
    }
}

struct Proof<'a> {
    session: &'a Session,
    client: &'a Client,
    key: &'a LoadedKey,
    report: ProofReport,
    progress: &'a Progress,
    asked: Store,
    last_used: Option<jiff::Timestamp>,
}

impl Proof<'_> {
    async fn run(&mut self) -> Result<SecretString, OpError> {
        let token = self.exchange().await?;
        let claims = Claims::read(token.expose());
        self.report.token_life_seconds = claims
            .as_ref()
            .and_then(|claims| claims.expires_at)
            .map(|end| end.duration_since(self.client.server_now()).as_secs());
        self.report.claims = claims;
        self.confirm(&token).await?;
        Ok(token)
    }

    /// Challenge, signature, verify; begun anew when the answer to the verify is lost.
    async fn exchange(&mut self) -> Result<SecretString, OpError> {
        let mut round = 1;
        loop {
            let challenge = self.challenge().await?;
            let response = self.sign(&challenge)?;
            let error = match self.verify(&challenge, &response).await {
                Ok(token) => return Ok(token),
                Err(error) => error,
            };
            if error.status() == Some(401) {
                return Err(self.diagnose(error).await);
            }
            if round == EXCHANGES || !error.may_have_worked() || !error.is_temporary() {
                return Err(error.into());
            }
            interrupt::sleep(Duration::from_millis(200 * u64::from(round))).await?;
            round += 1;
        }
    }

    async fn challenge(&mut self) -> Result<Challenge, OpError> {
        let (tenant, agent) = (self.report.tenant_id.clone(), self.report.agent_id.clone());
        let started = self.begin("challenge");
        let first = self.client.agent_challenge(&tenant, &agent).await;
        self.step("challenge", Some("POST /auth/agent/challenge"), first.is_ok(), started);
        match first {
            Ok(challenge) => Ok(challenge),
            // An older server: section 3.5, step 2.
            Err(error) if error.is_route_missing() => self.plain_challenge().await,
            Err(error) => Err(error.into()),
        }
    }

    /// The older route, with a placeholder for a token; with an administrator's where the server looks at it.
    async fn plain_challenge(&mut self) -> Result<Challenge, OpError> {
        let (tenant, agent) = (self.report.tenant_id.clone(), self.report.agent_id.clone());
        let started = self.begin("challenge");
        let first = self.client.plain_challenge(&tenant, &agent, None).await;
        self.step("challenge", Some("POST /auth/challenge"), first.is_ok(), started);
        let error = match first {
            Err(error) if matches!(error.status(), Some(401 | 403)) => error,
            other => return Ok(other?),
        };
        let Some(grant) = access::administrator(self.session).await? else {
            return Err(OpError::new(
                ErrorCode::TokenMissing,
                "this older server gives a challenge only to a token that it knows",
            )
            .because(error)
            .hint("log in as an administrator: `artcafe auth login`"));
        };
        let started = self.begin("challenge");
        let second = self.client.plain_challenge(&tenant, &agent, grant.access().token).await;
        self.step("challenge", Some("POST /auth/challenge"), second.is_ok(), started);
        Ok(second?)
    }

    fn sign(&mut self, challenge: &Challenge) -> Result<SecretString, OpError> {
        let started = self.begin("sign");
        let signature = self.key.key.sign(challenge.message());
        self.step("sign", None, signature.is_ok(), started);
        let signature = signature.map_err(|error| OpError::of_key(error, &self.key.path))?;
        Ok(Secret::new(STANDARD.encode(signature.expose())))
    }

    async fn verify(&mut self, challenge: &Challenge, response: &SecretString) -> Result<SecretString, ApiError> {
        let (tenant, agent) = (self.report.tenant_id.clone(), self.report.agent_id.clone());
        let started = self.begin("verify");
        let (route, outcome) = match self.report.key_id.clone() {
            Some(id) => ("POST /auth/verify", self.client.verify(&tenant, &agent, &id, challenge, response).await),
            None => ("POST /auth/agent/verify", self.client.agent_verify(&tenant, &agent, challenge, response).await),
        };
        self.step("verify", Some(route), outcome.is_ok(), started);
        outcome
    }

    /// The token must show this very key, without a tenant header.
    async fn confirm(&mut self, token: &SecretString) -> Result<(), OpError> {
        if self.asked == Store::AgentRecord {
            return self.confirm_record(token).await;
        }
        let access = Access::token(token);
        if let Some(id) = self.report.key_id.clone() {
            let started = self.begin("confirm");
            let record = self.client.key(&id, access).await;
            let shown = matches!(&record, Ok(record) if self.is_this_key(record));
            self.step("confirm", Some("GET /ssh-keys/{id}"), shown, started);
            match record {
                Ok(record) if shown => {
                    self.last_used = record.last_used;
                    return Ok(());
                }
                Ok(_) => return Err(self.unconfirmed("it shows another key, or one that is not active")),
                Err(error) if error.is_temporary() || error.is_interruption() => return Err(error.into()),
                Err(_) => {}
            }
        }
        let started = self.begin("confirm");
        let records = self.client.keys(access).await;
        let found = records.as_ref().ok().and_then(|records| records.iter().find(|record| self.is_this_key(record)));
        let found = found.map(|record| (record.key_id.clone(), record.last_used));
        self.step("confirm", Some("GET /ssh-keys"), found.is_some(), started);
        match (records, found) {
            (_, Some((id, last_used))) => {
                (self.report.key_id, self.last_used) = (Some(id), last_used);
                Ok(())
            }
            (Err(error), None) if error.is_temporary() || error.is_interruption() => Err(error.into()),
            (Err(error), None) if is_not_yet_valid(&error) => Err(not_yet_valid().because(error)),
            (Err(error), None) => Err(self.unconfirmed("it does not open the key list").because(error)),
            (Ok(_), None) if self.report.store == "agent-record" => Err(OpError::new(
                ErrorCode::KeyNotRegistered,
                "the server accepted the key that stands on the agent's own record, but no such key is registered for the agent",
            )
            .hint("register it: `artcafe key register`")
            .fix(Fix::KeyRegister)),
            (Ok(_), None) => Err(self.unconfirmed("the key list does not show this key")),
        }
    }

    fn is_this_key(&self, record: &KeyRecord) -> bool {
        record.is_usable() && record.is_of(&self.report.agent_id) && self.key.key.public().is_line(&record.public_key)
    }

    fn unconfirmed(&self, what: &str) -> OpError {
        OpError::new(ErrorCode::ProofRefused, format!("a token came back, but {what}"))
            .hint("see what the server holds: `artcafe key list`")
    }

    fn begin(&self, name: &'static str) -> Instant {
        let does = match name {
            "challenge" => "asking for a challenge",
            "sign" => "signing it",
            "verify" => "sending the signature",
            _ => "looking whether the token shows the key",
        };
        self.progress.begin(name, does);
        Instant::now()
    }

    fn step(&mut self, name: &'static str, route: Option<&'static str>, ok: bool, started: Instant) {
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.report.steps.push(Step { name, route, ok, ms });
        let stage = if ok { Stage::Done } else { Stage::Failed };
        self.progress.tell(name, stage, route.unwrap_or("on this machine"));
    }

    fn finish(mut self, verdict: Result<SecretString, OpError>) -> Outcome {
        let offset = self.client.clock_offset().map(|offset| offset.as_secs());
        self.report.clock_offset_seconds = offset;
        let verdict = verdict.map_err(|mut error| {
            if let Some(offset) = offset.filter(|offset| offset.abs() > NOTABLE_SKEW_SECONDS) {
                error.message.push_str(&format!("; this machine's clock {}", clock_words(offset)));
                // Where nothing more exact is known, the clock is the likely reason.
                if error.code == ErrorCode::ProofRefused {
                    error.code = ErrorCode::ClockSkew;
                    error.hint =
                        Some("set this machine's clock (or the server's), then run the same command again".to_owned());
                }
            }
            error
        });
        let verdict = verdict.map_err(|error| match is_dead(error.code) {
            true => superseded::explained(self.session, memory::explained(self.session, error)),
            false => error,
        });
        self.report.proven = verdict.is_ok();
        if let Err(error) = &verdict {
            self.report.failure = Some(error.code.as_str());
            self.report.reason = Some(error.message.clone());
            self.report.hint = error.hint.clone();
        }
        Outcome { report: self.report, verdict, last_used: self.last_used }
    }
}
