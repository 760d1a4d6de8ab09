//! A key that is in other hands.
//!
//! Owns the order: what is under way is remembered first; a new key takes its place where it is this
//! machine's and that works; then it is revoked at once, also while somebody else uses it; then come
//! the keys that appeared since nobody vouches for it. A token that was issued before can still add
//! keys for an hour, so it is settled only by a look after that, which the same command takes.

use jiff::Timestamp;
use serde::Serialize;

use crate::api::wire::KeyRecord;
use crate::id::KeyId;
use crate::interrupt;
use crate::keys::PublicKey;
use crate::ops::access::{self, Grant};
use crate::ops::error::OpError;
use crate::ops::revoke::challenge::Answer;
use crate::ops::revoke::memory::{Compromised, Ended, Memory};
use crate::ops::revoke::plan::{Plan, Purpose};
use crate::ops::revoke::rotation::{self, Role};
use crate::ops::revoke::target::{Found, Target};
use crate::ops::revoke::{RevokeOptions, RevokeReport, end_key};
use crate::ops::rotate::{self, Phase, RotateOptions, RotateReport, Rotated};
use crate::ops::session::Session;
use crate::ops::state::State;

/// How to deal with a compromised key.
pub struct CompromiseOptions {
    /// Since when nobody vouches for it; its registration when absent.
    pub since: Option<Timestamp>,
    /// How the new key takes its place.
    pub rotate: RotateOptions,
}

/// A key of the tenant that appeared while the compromised one could add keys.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Appeared {
    /// The record.
    #[serde(flatten)]
    pub record: KeyRecord,
    /// The OpenSSH fingerprint; absent where the record's public key cannot be read.
    pub openssh_fingerprint: Option<String>,
    /// Whether this machine registered it.
    pub is_known_here: bool,
}

/// What a compromised key leaves to be looked at.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CompromiseReport {
    /// The time from which on keys are listed; absent where none is known and all are.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub since: Option<Timestamp>,
    /// `tenant`, or `agent` where the agent's own token was used, which may not show the keys of others.
    pub view: &'static str,
    /// The keys that appeared since, oldest first.
    pub appeared: Vec<Appeared>,
    /// When it has to be looked at again: no token of the key is good any more then.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub look_again_at: Option<Timestamp>,
    /// Whether this was the look after that time, and nothing accepts the key.
    pub settled: bool,
}

/// A key that was said to be in other hands before, and with which was gone on beside the one that was named.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Earlier {
    /// Its records.
    pub key_ids: Vec<KeyId>,
    /// Its OpenSSH fingerprint.
    pub fingerprint: Option<String>,
    /// As of the one that was named; absent where it could not be gone on with.
    pub outcome: Option<&'static str>,
    /// The key that took its place by this run.
    pub new_key_id: Option<String>,
    /// When it has to be looked at again.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub look_again_at: Option<Timestamp>,
    /// Whether nothing is left to be looked at.
    pub settled: bool,
    /// Why it could not be gone on with.
    pub problem: Option<String>,
}

impl Earlier {
    /// What became of it.
    pub fn of(id: &KeyId, outcome: Result<RevokeReport, OpError>) -> Self {
        let nothing = Self {
            key_ids: vec![id.clone()],
            fingerprint: None,
            outcome: None,
            new_key_id: None,
            look_again_at: None,
            settled: false,
            problem: None,
        };
        match outcome {
            Ok(report) => Self {
                settled: report.is_settled(),
                look_again_at: report.compromised.as_ref().and_then(|compromised| compromised.look_again_at),
                new_key_id: report.new_key.and_then(|new| new.new_key_id),
                key_ids: report.key_ids,
                fingerprint: report.fingerprint,
                outcome: Some(report.outcome),
                problem: None,
            },
            Err(error) => Self { problem: Some(error.to_string()), ..nothing },
        }
    }
}

/// Keys of this agent that were said to be in other hands and are not settled, without the one that the configuration
/// names now; each by one of its records.
pub fn unsettled(session: &Session) -> Result<Vec<KeyId>, OpError> {
    let memory = Memory::load(&session.settings.paths)?;
    let current = Found::here(session, &Target::Current, Purpose::Compromised, &memory)?;
    let is_current = |entry: &&Compromised| match (entry.subject.public(), &current.public) {
        (Some(stolen), Some(public)) => stolen.same_key(public),
        _ => entry.subject.key_ids.iter().any(|id| current.known.contains(id)),
    };
    let entries = memory.unsettled(session.settings.endpoint.value.origin(), session.tenant()?, session.agent()?);
    Ok(entries.filter(|entry| !is_current(entry)).filter_map(|entry| entry.subject.key_ids.first().cloned()).collect())
}

/// Replaces a compromised key where that is possible, revokes it, and lists what it may have added.
pub async fn revoke_compromised(
    session: &Session,
    plan: &Plan,
    options: &RevokeOptions,
    how: &CompromiseOptions,
) -> Result<RevokeReport, OpError> {
    let mut at_hand = plan.open(session);
    if let Some(grant) = plan.grant.as_ref().filter(|_| !plan.is_over()) {
        at_hand.before = plan.witness(session, Some(grant), &at_hand).look_before().await?;
    }
    let mut entry = begin(session, plan, how)?;
    // A crash may have ended the key and left the rotation away from it open.
    let is_over = plan.is_over() && !plan.role.leads_away(&session.settings.paths.config.value);
    let replacement = if is_over { Replacement::NotNeeded } else { replace(session, plan, how).await? };
    let (mut after, mut own) = (session.clone(), None);
    if let Replacement::Done(new) | Replacement::Switched(new) = &replacement {
        let id = new.new_key_id.as_deref().and_then(|id| id.parse().ok());
        after = session.as_key(&new.new_private_key_path, id);
        entry.replaced_by = new.new_fingerprint.clone();
        save(session, &entry)?;
        // The old key's own token says nothing any more.
        if plan.has_own_token {
            own = Some(access::any(&after).await?);
        }
    }
    let grant = own.as_ref().or(plan.grant.as_ref());
    let mut report = end_key(&after, plan, grant, &mut at_hand, options).await?;
    match replacement {
        Replacement::Done(new) => {
            report.take(new);
        }
        Replacement::Switched(new) => {
            report.rotation_left_open = match rotate::rotate(session, &how.rotate, true).await {
                Ok(Rotated::Worked(done)) if done.phase == Phase::Retired => None,
                // Another process has ended it meanwhile.
                Ok(Rotated::Nothing(_)) => None,
                Ok(Rotated::Worked(_)) => {
                    Some("its grace period is not over: `artcafe key rotate --finish` ends it then".to_owned())
                }
                Err(error) => Some(format!("{error}: `artcafe key rotate --resume` goes on with it")),
            };
            report.new_key = Some(new);
        }
        Replacement::Cannot(why) => report.not_replaced = Some(why),
        Replacement::NotNeeded => {}
    }
    let Some(grant) = grant else {
        return Err(access::missing());
    };
    settle(&after, plan, grant, entry, &mut report).await?;
    Ok(report)
}

impl RevokeReport {
    /// The rotation ended the old key itself.
    fn take(&mut self, new: RotateReport) {
        if self.already_revoked {
            self.outcome = if new.retired_by.as_deref() == Some("deleted") { "deleted" } else { "revoked" };
            self.already_revoked = false;
            self.ended_key_ids = self.key_ids.clone();
            self.tokens_end = new.old_tokens_end;
            self.ended_at = self
                .ended_at
                .or(new.old_tokens_end.and_then(|end| end.checked_sub(crate::ops::revoke::memory::TOKEN_LIFE).ok()));
        }
        self.new_key = Some(new);
    }
}

/// Writes down what is under way before anything changes: after a crash the old records may be gone.
fn begin(session: &Session, plan: &Plan, how: &CompromiseOptions) -> Result<Compromised, OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    let subject = plan.subject(session)?;
    let mut memory = Memory::load(paths)?;
    let known = memory.compromised(&subject.endpoint, &subject.tenant_id, &subject.key_ids).cloned();
    let ended_at = subject
        .key_ids
        .iter()
        .filter_map(|id| memory.ended(&subject.endpoint, &subject.tenant_id, id))
        .filter_map(Ended::seen_at)
        .max();
    let mut entry = match known {
        Some(mut known) => {
            known.subject.key_ids.extend(subject.key_ids);
            known.subject.key_ids.sort();
            known.subject.key_ids.dedup();
            known
        }
        None => Compromised {
            since: good_since(session, plan)?,
            subject,
            replaced_by: None,
            ended_at: if plan.is_over() { ended_at } else { None },
            settled_at: None,
        },
    };
    if !plan.is_over() {
        // It works, or works again: whatever was settled is not.
        (entry.ended_at, entry.settled_at) = (None, None);
    }
    entry.since = how.since.or(entry.since);
    memory.remember_compromised(paths, entry.clone())?;
    Ok(entry)
}

fn save(session: &Session, entry: &Compromised) -> Result<(), OpError> {
    let _lock = session.lock()?;
    let paths = &session.settings.paths;
    Memory::load(paths)?.remember_compromised(paths, entry.clone())
}

/// The key's registration: by the server's clock, and by this machine's where that is earlier.
fn good_since(session: &Session, plan: &Plan) -> Result<Option<Timestamp>, OpError> {
    let on_server = plan.records.iter().filter_map(|record| record.created_at).min();
    let endpoint = session.settings.endpoint.value.origin();
    let here = State::load(&session.settings.paths)?
        .registrations
        .iter()
        .filter(|entry| entry.endpoint == endpoint && plan.known.contains(&entry.key_id))
        .filter_map(|entry| entry.registered_at.parse::<Timestamp>().ok())
        .min();
    Ok(on_server.into_iter().chain(here).min())
}

/// Whether a new key has taken the place of the compromised one.
enum Replacement {
    /// It is over already.
    NotNeeded,
    /// The old key is retired.
    Done(RotateReport),
    /// The configuration names the new key, which is confirmed; the old one is not retired yet.
    Switched(RotateReport),
    /// There is no new key, for this reason.
    Cannot(String),
}

async fn replace(session: &Session, plan: &Plan, how: &CompromiseOptions) -> Result<Replacement, OpError> {
    let resume = match rotation::role(session, &plan.known, plan.public.as_ref())? {
        Role::Needed { is_here: true, is_replaced: true, .. } => true,
        role @ Role::Needed { .. } => {
            role.refuse(Purpose::Compromised)?;
            false
        }
        Role::Replaced { config } if config == session.settings.paths.config.value => true,
        Role::Replaced { .. } | Role::None => false,
    };
    if !resume && !plan.is_current {
        return Ok(Replacement::Cannot("it is not the key that this configuration names".to_owned()));
    }
    let error = match rotate::rotate(session, &how.rotate, resume).await {
        Ok(Rotated::Worked(report)) if report.phase == Phase::Retired => return Ok(Replacement::Done(*report)),
        Ok(Rotated::Worked(report)) => return Ok(Replacement::Switched(*report)),
        Ok(Rotated::Nothing(nothing)) => return Ok(Replacement::Cannot(nothing.message)),
        Err(error) => error,
    };
    if interrupt::noticed().is_some() {
        // The rotation says how it is gone on with by itself; here more comes after it.
        return Err(error.hint("run the same command again, which goes on from here"));
    }
    match rotate::open(&session.settings.paths)? {
        // Its old key is still used by somebody, say: that is no reason to leave it alone, on the contrary.
        Some(journal) if journal.phase >= Phase::Confirmed => Ok(Replacement::Switched(journal.report())),
        _ if error.code.is_retryable() => Err(error),
        None => Ok(Replacement::Cannot(error.message)),
        Some(_) => {
            rotate::abort(session, &how.rotate).await?;
            Ok(Replacement::Cannot(error.message))
        }
    }
}

/// Lists the keys that appeared, and remembers how it stands.
async fn settle(
    session: &Session,
    plan: &Plan,
    grant: &Grant,
    mut entry: Compromised,
    report: &mut RevokeReport,
) -> Result<(), OpError> {
    let client = session.client()?;
    let registrations = State::load(&session.settings.paths)?.registrations;
    let mut appeared: Vec<Appeared> = client
        .keys(grant.access())
        .await?
        .into_iter()
        .filter(|record| plan.public.as_ref().is_none_or(|public| !public.is_line(&record.public_key)))
        // A record without a time may be of any.
        .filter(|record| record.created_at.zip(entry.since).is_none_or(|(created, since)| created >= since))
        .map(|record| {
            let public = PublicKey::parse_line(&record.public_key).ok();
            let openssh_fingerprint = public.map(|public| public.openssh_fingerprint());
            let is_known_here = registrations.iter().any(|known| {
                known.endpoint == client.origin() && Some(&known.fingerprint) == openssh_fingerprint.as_ref()
            });
            Appeared { record, openssh_fingerprint, is_known_here }
        })
        .collect();
    appeared.sort_by_key(|key| key.record.created_at);
    let now = client.server_now();
    // Later than the last moment in which the server can have accepted it.
    entry.ended_at = entry.ended_at.or(Some(now));
    let is_accepted = [report.refusal.key_store, report.refusal.agent_record].contains(&Answer::Accepted);
    let settled = !is_accepted && entry.look_again_at().is_some_and(|time| now >= time);
    entry.settled_at = if settled { entry.settled_at.or(Some(now)) } else { None };
    save(session, &entry)?;
    report.compromised = Some(CompromiseReport {
        since: entry.since,
        view: if grant.is_administrator { "tenant" } else { "agent" },
        appeared,
        look_again_at: entry.look_again_at(),
        settled,
    });
    Ok(())
}
