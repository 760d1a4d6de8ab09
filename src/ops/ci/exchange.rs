//! From a key in memory to a token, and the key's end.
//!
//! Owns the order and the way back. A request that changes something is never cut off by the first stop, since
//! then nobody would know what it did; the second stop ends the wait, and what may be left is said.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::JobName;
use crate::api::wire::NewKey;
use crate::api::{ApiError, Client};
use crate::checkpoint;
use crate::config::Sourced;
use crate::id::KeyId;
use crate::keys::{Algorithm, KeySpec, PrivateKey, PublicKey};
use crate::ops::access::{self, Grant};
use crate::ops::audit::{Action, Change, Outcome};
use crate::ops::ending::{self, Ending, Method};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key::{Holder, LoadedKey};
use crate::ops::progress::Stage;
use crate::ops::prove;
use crate::ops::register;
use crate::ops::session::Session;
use crate::secret::SecretString;

/// What to make and how to call it.
pub struct CiOptions {
    /// Algorithm and size of the key.
    pub spec: KeySpec,
    /// The record's name.
    pub name: JobName,
    /// The life that the token should have at least.
    pub min_ttl: SignedDuration,
}

/// A token whose key is no more.
pub struct Exchanged {
    /// The token.
    pub token: SecretString,
    /// The id of the record that was deleted.
    pub key_id: KeyId,
    /// Whether the server gives none that lives as long as was asked for.
    pub is_short: bool,
    /// Why the history of changes was not told; the work was done all the same.
    pub untold: Option<OpError>,
}

/// Makes a key, registers and proves it, and deletes its record. `stop` answers whenever the end is asked for,
/// with the code that stands for it.
pub async fn exchange(
    session: &Session,
    options: &CiOptions,
    stop: &mut impl AsyncFnMut() -> ErrorCode,
) -> Result<Exchanged, OpError> {
    let grant = tokio::select! {
        grant = access::administrator(session) => grant?.ok_or_else(access::missing)?,
        code = stop() => return Err(stopped(code, "nothing was registered")),
    };
    let key = PrivateKey::generate(options.spec)?;
    let mut run = Run { session, client: session.client()?, grant, options, public: key.public(), stop, untold: None };
    let progress = session.progress.clone();
    checkpoint::reach("ci.before_register");
    progress.begin("register", "registering the job's key");
    let id = run.register().await?;
    progress.done("register", id.as_str());
    checkpoint::reach("ci.after_register");
    progress.begin("prove", "proving the job's key");
    let proof = run.prove(&id, key).await;
    match &proof {
        Ok(_) => progress.done("prove", id.as_str()),
        Err(error) => progress.tell("prove", Stage::Failed, &error.message),
    }
    checkpoint::reach("ci.after_proof");
    // Whatever came of the proof, no record of the key stays.
    progress.begin("delete", "deleting the job's key");
    let ended = run.take_back(&id).await;
    if ended.is_ok() {
        progress.done("delete", id.as_str());
    }
    checkpoint::reach("ci.after_end");
    match (proof, ended) {
        (Ok((token, left)), Ok(())) => Ok(Exchanged {
            token,
            key_id: id,
            is_short: left.is_some_and(|left| left < options.min_ttl),
            untold: run.untold,
        }),
        (Ok(_), Err(error)) => Err(left_behind("the command was not run", &options.name, error)),
        (Err(error), Ok(())) => {
            let message = format!("{}; the job's key {id} was deleted", error.message);
            Err(OpError { message, ..error })
        }
        (Err(error), Err(left)) => Err(left_behind(&error.message, &options.name, left)),
    }
}

struct Run<'a, S> {
    session: &'a Session,
    client: &'a Client,
    grant: Grant,
    options: &'a CiOptions,
    public: PublicKey,
    stop: &'a mut S,
    untold: Option<OpError>,
}

impl<S: AsyncFnMut() -> ErrorCode> Run<'_, S> {
    /// Registers the key; whatever else comes of it, no record of it stays.
    async fn register(&mut self) -> Result<KeyId, OpError> {
        let agent = self.session.agent()?;
        let key_type = self.session.settings.key_type.value.to_string();
        let line = self.public.line("");
        let (client, name) = (self.client, &self.options.name);
        let new = NewKey { name: name.as_str(), public_key: &line, key_type: &key_type, agent_id: agent.as_str() };
        let mut asked = None;
        let answer = {
            let request = client.create_key(&new, self.grant.access());
            tokio::pin!(request);
            tokio::select! {
                answer = &mut request => answer,
                code = (self.stop)() => {
                    asked = Some(code);
                    tokio::select! {
                        answer = &mut request => answer,
                        code = (self.stop)() => {
                            let error = stopped(code, "the registration was under way");
                            return Err(left_behind("asked twice to stop", name, error));
                        }
                    }
                }
            }
        };
        let (id, failure) = match answer {
            Ok(record) => match register::accept(&record, &self.public, agent, &key_type) {
                Ok(()) => (Some(record.key_id), None),
                Err(error) => (self.find().await, Some(error)),
            },
            Err(error) if error.may_have_worked() => (self.find().await, Some(error.into())),
            Err(error) => return Err(refused(error)),
        };
        let outcome = if id.is_some() { Outcome::Done } else { Outcome::Unknown };
        let change = Change::new(Action::KeyRegistered).fingerprint(self.public.openssh_fingerprint());
        let change = change.to(name.as_str()).result(outcome);
        self.tell(match &id {
            Some(id) => change.key_id(id),
            None => change,
        });
        match (id, failure, asked) {
            (Some(id), None, None) => Ok(id),
            // A lost answer whose record was found is as good as an answer.
            (Some(id), Some(error), None) if error.code != ErrorCode::BadAnswer => Ok(id),
            (Some(id), failure, asked) => {
                let cause = asked.map(|code| stopped(code, "the key was registered")).or(failure);
                let ended = self.take_back(&id).await;
                let error = cause.unwrap_or_else(|| OpError::new(ErrorCode::Failed, "the registration failed"));
                Err(match ended {
                    Ok(()) => {
                        let message = format!("{}; the job's key {id} was deleted", error.message);
                        OpError { message, ..error }
                    }
                    Err(left) => left_behind(&error.message, name, left),
                })
            }
            (None, failure, _) => {
                let error = failure.unwrap_or_else(|| OpError::new(ErrorCode::Failed, "the registration failed"));
                Err(left_behind("whether the key was registered is not known", name, error))
            }
        }
    }

    /// The record of the key, looked for a while, since lists can be stale.
    async fn find(&self) -> Option<KeyId> {
        for wait in register::LOOKS {
            tokio::time::sleep(wait).await;
            // A list that fails says nothing; the next look may.
            let Ok(records) = self.client.keys(self.grant.access()).await else { continue };
            if let Some(record) = records.into_iter().find(|record| self.public.is_line(&record.public_key)) {
                return Some(record.key_id);
            }
        }
        None
    }

    /// The proof; the key is wiped when this returns.
    async fn prove(&mut self, id: &KeyId, key: PrivateKey) -> Result<(SecretString, Option<SignedDuration>), OpError> {
        let mut session = self.session.clone();
        session.settings.key_id = Some(Sourced::default_of(id.clone()));
        let algorithm = key.algorithm();
        let loaded = LoadedKey {
            format: None,
            key: key.into(),
            holder: Holder::Memory,
            path: PathBuf::from("the key of this job"),
            comment: None,
            encrypted: false,
        };
        let outcome = tokio::select! {
            outcome = prove::prove(&session, &loaded) => outcome?,
            code = (self.stop)() => return Err(stopped(code, "the key was being proved")),
        };
        let token = outcome.verdict.map_err(|error| explained(error, algorithm))?;
        let end = outcome.report.claims.and_then(|claims| claims.expires_at);
        Ok((token, end.map(|end| end.duration_since(self.client.server_now()))))
    }

    /// Revokes the key, where the server can, and deletes the record: a revoked one would count against the plan's
    /// limit, one for each job. What comes of the first is told by the second, which ends the key in any case.
    async fn take_back(&mut self, id: &KeyId) -> Result<(), OpError> {
        let mut was_revoked = false;
        let ended = {
            let request = async {
                was_revoked = self.client.revoke_key(id, EXCHANGED, self.grant.access()).await.is_ok();
                ending::end(self.client, &self.grant, id, &Method::Delete).await
            };
            tokio::pin!(request);
            tokio::select! {
                ended = &mut request => ended,
                // Deleting is the last thing in any case, so one stop changes nothing.
                _ = (self.stop)() => tokio::select! {
                    ended = &mut request => ended,
                    code = (self.stop)() => Err(stopped(code, "the record was being deleted")),
                },
            }
        };
        let fingerprint = self.public.openssh_fingerprint();
        let change = |action| Change::new(action).key_id(id).reason(EXCHANGED).fingerprint(fingerprint.clone());
        if was_revoked {
            self.tell(change(Action::KeyRevoked));
        }
        let failure = match ended {
            Ok(Ending::Unsettled(error)) | Err(error) => error,
            Ok(_) => {
                self.tell(change(Action::KeyDeleted));
                return Ok(());
            }
        };
        self.tell(change(Action::KeyDeleted).result(Outcome::Unknown));
        Err(OpError { message: format!("key {id} could not be deleted: {}", failure.message), ..failure })
    }

    /// A job on a machine whose home cannot be written must still take its key back.
    fn tell(&mut self, change: Change) {
        if let Err(error) = self.session.record(change) {
            self.untold.get_or_insert(error);
        }
    }
}

/// Why a job's key ends.
const EXCHANGED: &str = "exchanged for a token";

/// What the server refused before anything was made.
fn refused(error: ApiError) -> OpError {
    let failure = OpError::from(error);
    match (failure.code, &failure.hint) {
        (ErrorCode::PlanLimit, Some(hint)) => {
            let hint = format!("{hint}; `artcafe ci sweep` deletes what killed jobs left");
            OpError { hint: Some(hint), ..failure }
        }
        _ => failure,
    }
}

/// A refused proof, with a hint that fits a key nobody has.
fn explained(error: OpError, algorithm: Algorithm) -> OpError {
    match (error.code, algorithm) {
        (ErrorCode::AlgorithmRefused | ErrorCode::ProofRefused, Algorithm::Ed25519) => {
            OpError { source: error.source, fix: None, ..prove::ed25519_refused() }
                .hint("leave out `--algorithm ed25519`: an RSA key is the default")
        }
        (code, _) if prove::is_dead(code) => error.hint(
            "run the same command again; if that helps nothing, see what the server holds with `artcafe key list`",
        ),
        _ => error,
    }
}

fn stopped(code: ErrorCode, when: &str) -> OpError {
    OpError::new(code, format!("asked to stop; {when}")).hint("run the same command again")
}

/// A record may be there that nobody can use: the key's private half was in memory alone.
fn left_behind(what: &str, name: &JobName, cause: OpError) -> OpError {
    OpError::new(
        ErrorCode::PartlyDone,
        format!("{what}; a key named `{name}` may be left at the server, whose private half exists nowhere any more"),
    )
    .because(cause)
    .hint("delete it once it is an hour old: `artcafe ci sweep`")
}
