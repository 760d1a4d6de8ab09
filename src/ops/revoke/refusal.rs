//! Whether the server really refuses a key that was ended, in both of its key stores.
//!
//! Owns the evidence. An actual challenge counts where the same key was accepted before; beside it, or
//! where the private key is not at hand, the records are looked at. What the server did not say stays
//! unknown, and a key on the agent's own record is known never to be refused there.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::api::ApiError;
use crate::id::{AgentId, KeyId};
use crate::interrupt;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::error::OpError;
use crate::ops::revoke::challenge::{Answer, Challenger};
use crate::ops::revoke::plan::KeyAtHand;
use crate::ops::session::Session;

/// The first and the longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// What both key stores say.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Refusal {
    /// The key records, `/auth/verify`.
    pub key_store: Answer,
    /// The agent's own record, `/auth/agent/verify`.
    pub agent_record: Answer,
    /// `challenge`, or `record` where no challenge could say it.
    pub evidence: &'static str,
    /// Why no challenge could.
    pub no_challenge: Option<String>,
    /// Whether it never will be refused at `/auth/agent/verify`, since the agent's own record carries it.
    pub is_on_agent_record: bool,
    /// How long it took until both refused it, from the request on; only when that was waited for.
    pub waited_ms: Option<u64>,
}

impl Refusal {
    /// Whether both stores refuse it.
    pub fn is_complete(&self) -> bool {
        self.key_store == Answer::Refused && self.agent_record == Answer::Refused
    }
}

/// What is looked at.
pub(super) struct Witness<'a> {
    pub(super) session: &'a Session,
    pub(super) grant: Option<&'a Grant>,
    pub(super) agent: Option<&'a AgentId>,
    pub(super) ids: &'a [KeyId],
    pub(super) public: Option<&'a PublicKey>,
    pub(super) at_hand: &'a KeyAtHand,
}

impl<'a> Witness<'a> {
    fn challenger(&self) -> Result<Option<Challenger<'a>>, OpError> {
        let (Some(key), Some(agent)) = (&self.at_hand.key, self.agent) else { return Ok(None) };
        Ok(Some(Challenger {
            client: self.session.client()?,
            tenant: self.session.tenant()?,
            agent,
            key,
            grant: self.grant,
        }))
    }

    /// Asks the key store while the key should still work, so that a later refusal means something.
    pub(super) async fn look_before(&self) -> Result<Option<Answer>, OpError> {
        match self.challenger()? {
            Some(challenger) => challenger.key_store(self.ids).await.map(Some),
            None => Ok(None),
        }
    }

    /// Why a challenge would say nothing.
    fn no_challenge(&self) -> Option<String> {
        match (&self.at_hand.key, self.at_hand.before) {
            (None, _) => Some(match &self.at_hand.problem {
                Some(problem) => format!("the private key cannot be used: {problem}"),
                None => "the private key is not at hand".to_owned(),
            }),
            (Some(_), Some(Answer::Refused)) => {
                Some("the server accepted no challenge of this key before either".to_owned())
            }
            _ => None,
        }
    }

    /// One look.
    pub(super) async fn look(&self) -> Result<Refusal, OpError> {
        let no_challenge = self.no_challenge();
        let record = self.key_records().await?;
        let carried = self.is_carried().await?;
        let challenger = if no_challenge.is_none() { self.challenger()? } else { None };
        let (key_store, agent_record) = match &challenger {
            Some(challenger) => {
                let key_store = match (challenger.key_store(self.ids).await?, record) {
                    // The record disagrees: neither is believed yet.
                    (Answer::Refused, Answer::Accepted) => Answer::Unknown,
                    (answer, _) => answer,
                };
                (key_store, challenger.agent_record().await?)
            }
            None => {
                let agent_record = match carried {
                    Some(true) => Answer::Accepted,
                    Some(false) => Answer::Refused,
                    None => Answer::Unknown,
                };
                (record, agent_record)
            }
        };
        // What was cut off is no answer.
        interrupt::check()?;
        Ok(Refusal {
            key_store,
            agent_record,
            evidence: if challenger.is_some() { "challenge" } else { "record" },
            no_challenge,
            is_on_agent_record: agent_record == Answer::Accepted && carried != Some(false),
            waited_ms: None,
        })
    }

    /// Looks until both stores refuse the key, until they never will, or until the time is over.
    pub(super) async fn wait(&self, since: Instant, limit: Duration) -> Result<Refusal, OpError> {
        let deadline = tokio::time::Instant::now() + limit;
        let mut last = None;
        let mut pause = PAUSES.0;
        loop {
            match tokio::time::timeout_at(deadline, self.look()).await {
                Ok(looked) => last = Some(looked?),
                // The server did not answer in time: what it said before still stands.
                Err(_) => return Ok(last.unwrap_or_else(|| self.unknown())),
            }
            if let Some(refusal) = &mut last {
                if refusal.is_complete() {
                    refusal.waited_ms = Some(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX));
                }
                let is_final = refusal.key_store == Answer::Refused && refusal.is_on_agent_record;
                if refusal.is_complete() || is_final {
                    return Ok(refusal.clone());
                }
            }
            interrupt::sleep(pause).await?;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    fn unknown(&self) -> Refusal {
        Refusal {
            key_store: Answer::Unknown,
            agent_record: Answer::Unknown,
            evidence: "record",
            no_challenge: self.no_challenge(),
            is_on_agent_record: false,
            waited_ms: None,
        }
    }

    /// What the key records say: refused only if none of them can authenticate.
    async fn key_records(&self) -> Result<Answer, OpError> {
        let Some(grant) = self.grant else { return Ok(Answer::Unknown) };
        let client = self.session.client()?;
        let mut answer = Answer::Refused;
        for id in self.ids {
            match client.key(id, grant.access()).await {
                Ok(record) if self.public.is_some_and(|public| !public.is_line(&record.public_key)) => {}
                Ok(record) if record.is_usable() => return Ok(Answer::Accepted),
                Ok(_) => {}
                Err(error) if error.is_record_missing() => {}
                Err(_) => answer = Answer::Unknown,
            }
        }
        Ok(answer)
    }

    /// Whether the agent's own record carries the key; nothing where that cannot be seen.
    async fn is_carried(&self) -> Result<Option<bool>, OpError> {
        let (Some(grant), Some(agent), Some(public)) = (self.grant, self.agent, self.public) else { return Ok(None) };
        match self.session.client()?.agent(agent, grant.access()).await {
            Ok(record) => Ok(Some(record.public_key.as_deref().is_some_and(|line| public.is_line(line)))),
            // An agent that has no record has no key on it.
            Err(error @ ApiError::Status { status: 404, .. }) if error.is_record_missing() => Ok(Some(false)),
            Err(_) => Ok(None),
        }
    }
}
