//! What the server holds for the agent and its tenant.
//!
//! Owns the reading of records: whose key each is, and which of them nobody looks after. An administrator's token shows
//! the whole tenant, the agent's own its own keys alone; what a token does not show is not judged.

use std::collections::BTreeSet;

use crate::api::usage::Counted;
use crate::api::wire::{AgentRecord, KeyRecord};
use crate::keys::{self, PublicKey};
use crate::ops::access::Grant;
use crate::ops::agent::AgentDraft;
use crate::ops::doctor::Check;
use crate::ops::doctor::finding::{Finding, Sheet};
use crate::ops::doctor::known_keys::Known;
use crate::ops::doctor::online::Deadline;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::secret::SecretString;

/// What is read from the records.
const RECORDS: &[Check] = &[
    Check::AgentRegistered,
    Check::AgentName,
    Check::AgentRecord,
    Check::SharedKeyRecords,
    Check::DuplicateKeys,
    Check::UnknownKeys,
    Check::OrphanKeys,
    Check::OldKeys,
    Check::PlanLimit,
];
/// What is read from the list of keys.
const OF_KEYS: &[Check] =
    &[Check::SharedKeyRecords, Check::DuplicateKeys, Check::UnknownKeys, Check::OrphanKeys, Check::OldKeys];
/// From this share on a plan is nearly used up, in percent.
const NEARLY: u64 = 80;

pub(super) async fn look(
    sheet: &mut Sheet,
    session: &Session,
    deadline: Deadline,
    administrator: Result<Option<Grant>, OpError>,
    token: Option<SecretString>,
) {
    let (told, grant) = match administrator {
        Ok(Some(grant)) => (Finding::ok(format!("the server accepts the token from {}", grant.from)), Some(grant)),
        Ok(None) => (Finding::ok("none is at hand, and an agent needs none"), None),
        Err(error) => (Finding::failed(&error), None),
    };
    sheet.put(Check::AdministratorToken, told);
    let Some(grant) = grant.or_else(|| token.map(Grant::of_agent)) else {
        let by = sheet.obstacle(&[Check::AdministratorToken, Check::Signature, Check::Identity]);
        return match by {
            Some(by) => sheet.block(RECORDS, by),
            None => sheet.skip(RECORDS, "there is no token to ask with"),
        };
    };
    let (Ok(client), access) = (session.client(), grant.access()) else { return };
    let (records, agents, usage) = tokio::join!(
        deadline.within(client.keys(access)),
        async {
            match grant.is_administrator {
                true => deadline.within(client.agents(access)).await.map(Some),
                false => Ok(None),
            }
        },
        deadline.within(client.billing_usage(access)),
    );
    let Ok(agent) = session.agent() else { return sheet.block(RECORDS, Check::Identity) };
    let record = deadline.within(client.agent(agent, access)).await;
    let public = own_public(session);
    of_agent(sheet, agent.as_str(), &record, &agents, public.as_ref());
    let used = |counted| usage.as_ref().ok().and_then(|usage| usage.level(counted).whole());
    sheet.put(Check::PlanLimit, plan_limit(&[("keys", used(Counted::SshKeys)), ("agents", used(Counted::Agents))]));
    let records = match records {
        Ok(records) => records,
        Err(error) => {
            // One cause shows once.
            if let Some(first) = OF_KEYS.iter().find(|check| !sheet.has(**check)) {
                sheet.put(*first, Finding::failed(&error));
                sheet.block(OF_KEYS, *first);
            }
            return;
        }
    };
    let own: Vec<&KeyRecord> = records.iter().filter(|record| record.is_of(agent)).collect();
    let orphans = match &agents {
        Ok(Some(agents)) => orphan_keys(&records, agents, agent.as_str()),
        Ok(None) => Finding::skipped("only an administrator's token shows the other agents"),
        Err(error) => Finding::skipped(format!("the agents cannot be listed: {error}")),
    };
    sheet.put(Check::OrphanKeys, orphans);
    let known = Known::of(session);
    let Some(public) = public else {
        // Whose records are whose cannot be told without the key.
        let by = sheet.obstacle(&[Check::KeyFile, Check::KeyUsable, Check::SupersededConfiguration]);
        return match by {
            Some(by) => sheet.block(OF_KEYS, by),
            None => sheet.skip(OF_KEYS, "the key's public half is not known here"),
        };
    };
    let is_same = |record: &&&KeyRecord| public.is_line(&record.public_key);
    if !sheet.has(Check::SharedKeyRecords) {
        let others = records.iter().filter(|record| !record.is_of(agent) && record.is_usable());
        let shared: Vec<&KeyRecord> = others.filter(|record| public.is_line(&record.public_key)).collect();
        sheet.put(Check::SharedKeyRecords, shared_records(&shared, grant.is_administrator));
    }
    let usable: Vec<&KeyRecord> = own.iter().copied().filter(|record| record.is_usable()).collect();
    let same: Vec<&KeyRecord> = usable.iter().filter(is_same).copied().collect();
    let duplicates = match same.as_slice() {
        [] | [_] => Finding::ok("it is not"),
        several => Finding::warning(format!("it is registered as {}", ids(several)))
            .hint("keep the one that is configured (`artcafe config get auth.ssh_key.key_id`) and delete the others: `artcafe key delete ID`"),
    };
    sheet.put(Check::DuplicateKeys, duplicates);
    let others: Vec<&KeyRecord> = usable.iter().filter(|record| !is_same(record)).copied().collect();
    let (replaced, rest): (Vec<&KeyRecord>, Vec<&KeyRecord>) =
        others.into_iter().partition(|record| known.is_replaced(record));
    let unknown: Vec<&KeyRecord> = rest.into_iter().filter(|record| !known.is_here(record)).collect();
    let unknown = match unknown.as_slice() {
        [] => Finding::ok("there are none"),
        [first, ..] => Finding::warning(format!("the private half of {} is not on this machine", ids(&unknown)))
            .hint(format!("find out whose it is; otherwise end it: `artcafe key revoke {}`", first.key_id)),
    };
    sheet.put(Check::UnknownKeys, unknown);
    let is_revoked = |record: &&KeyRecord| !record.is_usable() && !is_same(&record);
    let revoked: Vec<&KeyRecord> = own.iter().copied().filter(is_revoked).collect();
    sheet.put(Check::OldKeys, old_keys(&replaced, &revoked));
}

/// The public half of the configured key, as far as it shows without a passphrase.
fn own_public(session: &Session) -> Option<PublicKey> {
    if session.given_key.is_some() {
        return session.key().ok().map(|key| key.key.public());
    }
    let path = &session.settings.private_key_path.value;
    match keys::read_private(path) {
        Ok(bytes) => keys::inspect(bytes.expose()).ok()?.public,
        Err(_) => crate::ops::own_key::held_by_agent(path),
    }
}

fn of_agent(
    sheet: &mut Sheet,
    agent: &str,
    record: &Result<AgentRecord, OpError>,
    agents: &Result<Option<Vec<AgentRecord>>, OpError>,
    public: Option<&PublicKey>,
) {
    // Some releases fail on every single agent and still list them (section 12.1, bug 16).
    let listed = agents.as_ref().ok().and_then(Option::as_ref);
    let in_list = listed.and_then(|agents| agents.iter().find(|known| known.agent_id.as_str() == agent));
    let record = match (record, in_list) {
        (Ok(record), _) | (Err(_), Some(record)) => record,
        (Err(error), None) if error.code == ErrorCode::RecordMissing => {
            let nearest = listed
                .and_then(|agents| crate::config::nearest(agent, agents.iter().map(|known| known.agent_id.as_str())));
            let advice =
                nearest.map_or_else(String::new, |nearest| format!("; the nearest that it knows is `{nearest}`"));
            let finding = Finding::error(format!("the platform does not know agent `{agent}`{advice}"))
                .hint("`artcafe agent list` shows those that it knows; name one of them with `artcafe agent use ID`, or register one: `artcafe agent register --help`");
            sheet.put(Check::AgentRegistered, finding);
            return sheet.block(&[Check::AgentName, Check::AgentRecord], Check::AgentRegistered);
        }
        (Err(error), None) => {
            let words = format!("the server does not tell of the agent: {error}");
            return sheet.skip(&[Check::AgentRegistered, Check::AgentName, Check::AgentRecord], &words);
        }
    };
    sheet.put(Check::AgentRegistered, Finding::ok(format!("it knows `{agent}`")));
    let name = record.name.as_str();
    let advice = AgentDraft { name: name.to_owned(), ..AgentDraft::default() }.name_advice();
    let name = match advice {
        None => Finding::ok(format!("`{name}`")),
        Some(advice) => Finding::note(format!("`{name}`: {advice}"))
            .hint(format!("give it another: `artcafe agent update {agent} --name NAME`")),
    };
    sheet.put(Check::AgentName, name);
    let on_record = record.public_key.as_deref().filter(|line| !line.trim().is_empty());
    let finding = match (on_record, public) {
        (None, _) => Finding::ok("there is none"),
        (Some(line), Some(public)) if public.is_line(line) => {
            Finding::warning("the agent's own record carries this very key, which a rotation cannot replace there")
                .hint("a rotation has to be told `--accept-agent-record`; to be rid of it, register a new agent without a key of its own")
        }
        (Some(_), Some(_)) => Finding::warning("the agent's own record carries another key, which the WebSocket and `/auth/agent/verify` accept")
            .hint("find out who has it; no API changes it, only a new agent is without it"),
        (Some(_), None) => Finding::skipped("it carries one, and which one the configured key is does not show here"),
    };
    sheet.put(Check::AgentRecord, finding);
}

fn shared_records(shared: &[&KeyRecord], is_administrator: bool) -> Finding {
    let Some(first) = shared.first() else {
        return Finding::ok(match is_administrator {
            true => "it is not",
            false => "none that the agent's own token shows",
        });
    };
    let agent = first.agent_id.as_deref().unwrap_or("nobody");
    Finding::warning(format!("this key is registered for `{agent}` as well, as {}", ids(shared)))
        .hint(format!("give that agent a key of its own, then end this record: `artcafe key revoke {}`", first.key_id))
}

fn orphan_keys(records: &[KeyRecord], agents: &[AgentRecord], own: &str) -> Finding {
    let known: BTreeSet<&str> = agents.iter().map(|agent| agent.agent_id.as_str()).chain([own]).collect();
    let is_orphan = |record: &&KeyRecord| {
        record.is_usable() && record.agent_id.as_deref().is_none_or(|agent| !known.contains(agent))
    };
    let orphans: Vec<&KeyRecord> = records.iter().filter(is_orphan).collect();
    let Some(first) = orphans.first() else { return Finding::ok("there are none") };
    let agent = first.agent_id.as_deref().unwrap_or("nobody");
    Finding::warning(format!("{} still work, such as for `{agent}`", ids(&orphans)))
        .hint(format!("end them: `artcafe key revoke {}`", first.key_id))
}

fn old_keys(replaced: &[&KeyRecord], revoked: &[&KeyRecord]) -> Finding {
    match (replaced, revoked) {
        ([first, ..], _) => Finding::warning(format!("{} was replaced by a rotation and still works", ids(replaced)))
            .hint(format!("end it: `artcafe key revoke {}`", first.key_id)),
        ([], [first, ..]) => Finding::note(format!(
            "{} of revoked keys, which count against the plan",
            super::counted(revoked.len(), "record", "records")
        ))
        .hint(format!("delete what nobody has to look up any more: `artcafe key delete {}`", first.key_id)),
        ([], []) => Finding::ok("there are none"),
    }
}

/// From how many there are of each and how many may be; absent where the server does not tell.
fn plan_limit(used: &[(&str, Option<(u64, u64)>)]) -> Finding {
    let mut words = Vec::new();
    let mut is_near = false;
    for (name, usage) in used {
        let Some((current, limit)) = usage else { continue };
        is_near |= *limit > 0 && current.saturating_mul(100) >= limit.saturating_mul(NEARLY);
        words.push(format!("{current} of {limit} {name}"));
    }
    let words = words.join(", ");
    match is_near {
        _ if words.is_empty() => Finding::skipped("the server does not tell what is used"),
        true => Finding::warning(format!("{words} are used"))
            .hint("delete records that nobody needs (`artcafe key list`, then `artcafe key delete ID`), or raise the plan in the portal"),
        false => Finding::ok(format!("{words} are used")),
    }
}

/// The first few ids, which were parsed when they were read.
fn ids(records: &[&KeyRecord]) -> String {
    let shown: Vec<&str> = records.iter().take(3).map(|record| record.key_id.as_str()).collect();
    let more = records.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_near_its_end_from_four_fifths_on() {
        let at = |current, limit| plan_limit(&[("keys", Some((current, limit)))]).status;
        assert_eq!(at(15, 20), super::super::Status::Ok);
        assert_eq!(at(16, 20), super::super::Status::Warning);
        assert_eq!(at(0, 0), super::super::Status::Ok);
        assert_eq!(plan_limit(&[("keys", None)]).status, super::super::Status::Skipped);
    }
}
