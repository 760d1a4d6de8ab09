//! `agent list`: the tenant's agents.
//!
//! Owns the filters, which are applied here: the real server ignores them or fails on them (section 2.4). Marks the
//! configured agent, and agents that carry a key on their own record.

use serde::Serialize;

use crate::api::wire::AgentRecord;
use crate::ops::access;
use crate::ops::agent::look::{RecordKey, local_fingerprint};
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// Which agents to show.
#[derive(Debug, Clone, Default)]
pub struct AgentListOptions {
    /// Only this status.
    pub status: Option<String>,
    /// Only names that hold this, or match it where it has `*` or `?`.
    pub name: Option<String>,
    /// Only those that can do this.
    pub capability: Option<String>,
    /// Only this type.
    pub agent_type: Option<String>,
}

/// One listed agent.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ListedAgent {
    /// The record.
    #[serde(flatten)]
    pub record: AgentRecord,
    /// The key on its own record.
    pub own_key: Option<RecordKey>,
    /// Whether it is the configured one.
    pub is_configured: bool,
}

/// The listed agents.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct AgentListReport {
    /// The agents that passed the filters, in the server's order.
    pub agents: Vec<ListedAgent>,
    /// How many there are without the filters.
    pub total: usize,
    /// How many of those show no type, so that a filter by type finds none of them.
    pub without_type: usize,
    /// Where the token came from.
    pub authorized_by: String,
}

/// Lists the agents.
pub async fn list(session: &Session, options: &AgentListOptions) -> Result<AgentListReport, OpError> {
    let grant = access::any(session).await?;
    let records = session.client()?.agents(grant.access()).await?;
    let local = local_fingerprint(session)?;
    let configured = session.settings.agent_id.as_ref().map(|id| &id.value);
    let total = records.len();
    let without_type = records.iter().filter(|record| record.agent_type.is_none()).count();
    let agents = records
        .into_iter()
        .filter(|record| options.lets_through(record))
        .map(|record| ListedAgent {
            own_key: RecordKey::of(&record, local.as_deref()),
            is_configured: configured == Some(&record.agent_id),
            record,
        })
        .collect();
    Ok(AgentListReport { agents, total, without_type, authorized_by: grant.from })
}

impl AgentListOptions {
    fn lets_through(&self, record: &AgentRecord) -> bool {
        let same = |wanted: &Option<String>, text: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(text))
        };
        same(&self.status, &record.status)
            && same(&self.agent_type, record.agent_type.as_deref().unwrap_or_default())
            && self.name.as_ref().is_none_or(|wanted| is_named(&record.name, wanted))
            && self.capability.as_ref().is_none_or(|wanted| {
                record.capabilities.iter().any(|capability| capability.eq_ignore_ascii_case(wanted))
            })
    }
}

/// Whether a name holds a part, or matches a pattern as a whole; case does not matter.
fn is_named(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (name.to_lowercase(), wanted.to_lowercase());
    if !wanted.contains(['*', '?']) {
        return name.contains(&wanted);
    }
    let (name, wanted): (Vec<char>, Vec<char>) = (name.chars().collect(), wanted.chars().collect());
    // Where the last star stands, and how much of the name it has taken: one step back is all that is ever needed.
    let (mut at, mut of, mut star) = (0, 0, None);
    while at < name.len() {
        match wanted.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(letter) if *letter == '?' || Some(letter) == name.get(at) => {
                at += 1;
                of += 1;
            }
            _ => match star {
                None => return false,
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, of) = (taken + 1, place + 1);
                }
            },
        }
    }
    wanted.iter().skip(of).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_a_part_or_a_pattern() {
        for (wanted, is) in [
            ("data", true),
            ("DATA", true),
            ("date", false),
            ("", true),
            ("prod-*", true),
            ("*-01", true),
            ("prod-*-01", true),
            ("prod-*-02", false),
            ("*data*proc*", true),
            ("prod-data-processor-0?", true),
            ("prod-data-processor-01?", false),
            ("data*", false),
            ("**", true),
            ("*?*?*", true),
        ] {
            assert_eq!(is_named("prod-data-processor-01", wanted), is, "{wanted}");
        }
        assert!(!is_named("", "?") && is_named("", "*"));
    }
}
