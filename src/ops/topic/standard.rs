//! `topic list`: the standard topics of one agent in its tenant.
//!
//! Owns the list (`platform-api.md` 8.1 to 8.3): who publishes, who reads, where it is written, and which of them carry
//! no tenant. A part in braces stands for what the agent chooses or the platform makes up.

use serde::Serialize;

use super::form::{Form, Token};
use crate::id::{AgentId, TenantId};

/// Who wrote the topic down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// The platform's guide for several tenants.
    Guide,
    /// The platform's agent framework.
    Framework,
    /// The platform's server.
    Platform,
    /// Clients that connect with an NKey: the bare tenant id comes first.
    Nkey,
}

/// What the agent does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The agent writes to it.
    Publish,
    /// The agent reads from it.
    Subscribe,
    /// Both.
    Both,
}

impl Direction {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Subscribe => "subscribe",
            Self::Both => "both",
        }
    }
}

/// Which forms are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormChoice {
    /// One of them.
    Only(Form),
    /// Both.
    All,
}

/// One standard topic.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct StandardTopic {
    /// The topic; `{…}` stands for what is chosen later.
    pub topic: String,
    /// How it is written.
    pub form: Form,
    /// Who wrote it down.
    pub family: Family,
    /// What the agent does with it.
    pub direction: Direction,
    /// Who reads it, or is read from it.
    pub read_by: &'static str,
    /// Where it is written.
    pub source: &'static str,
    /// Whether the tenant is part of it; if not, agents of other tenants may use the very same.
    pub in_tenant: bool,
}

/// The standard topics.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ListReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The topics.
    pub topics: Vec<StandardTopic>,
    /// Whether an id has a dot, which separates the parts of a NATS subject, so that there are none for it.
    pub unfit_for_nats: bool,
}

/// `T` and `A` stand for the ids.
struct Row(Family, Direction, &'static str, &'static str);

use Direction::{Both, Publish, Subscribe};
use Family::{Framework, Guide, Nkey, Platform};

const SLASH: &[Row] = &[
    Row(Guide, Publish, "tenants/T/agents/A/status", "whoever watches the agent"),
    Row(Guide, Subscribe, "tenants/T/data/processing/input", "this agent"),
    Row(Guide, Publish, "tenants/T/data/processing/output", "the next agent of the chain"),
    Row(Guide, Publish, "tenants/T/results", "whoever asked"),
    Row(Framework, Subscribe, "agents/control/A/#", "this agent, for its commands"),
    Row(Framework, Subscribe, "agents/control/broadcast/#", "every agent"),
    Row(Framework, Subscribe, "agents/discovery/requests", "every agent"),
    Row(Framework, Publish, "agents/discovery/responses", "the agent that asked"),
    Row(Framework, Publish, "agents/presence/online", "every agent"),
    Row(Framework, Publish, "agents/presence/offline", "every agent"),
    Row(Framework, Publish, "agents/status/A", "whoever watches the agent"),
    Row(Framework, Publish, "agents/heartbeat", "whoever watches the agents"),
];

const NATS: &[Row] = &[
    Row(Platform, Subscribe, "tenant.T", "every agent of the tenant"),
    Row(Platform, Subscribe, "tenant.T.agent.A", "this agent, for events about it"),
    Row(Platform, Both, "tenant.T.channel.{channel}", "the channel's subscribers"),
    Row(Platform, Subscribe, "tenant.T.key.{key}", "whoever watches a key: created, read, deleted, revoked"),
    Row(Platform, Subscribe, "agents.T.task.{capability}.>", "the agents with this capability"),
    Row(Platform, Publish, "agents.T.result.A.{type}", "whoever gave the task"),
    Row(Platform, Both, "agents.T.event.{type}", "the agents that wait for such events"),
    Row(Platform, Subscribe, "agents.T.query.{type}", "the agents that can answer"),
    Row(Platform, Publish, "agents.T.stream.response.{id}", "whoever asked for the stream"),
    Row(Platform, Subscribe, "agents.T.command.A", "this agent, for its commands"),
    Row(Platform, Subscribe, "agents.T.command.broadcast", "every agent of the tenant"),
    Row(Platform, Publish, "agents.T.heartbeat", "whoever watches the agents"),
    Row(Platform, Subscribe, "agents.T.discovery.requests", "every agent of the tenant"),
    Row(Platform, Publish, "agents.T.discovery.responses.{id}", "the agent that asked"),
    Row(Platform, Subscribe, "agents.T.negotiation.A", "this agent"),
    Row(Platform, Publish, "_heartbeat.T.A", "the platform: the agent is online as long as they come"),
    Row(Platform, Publish, "_HEARTBEAT.tenant.T.client.A", "no part of the platform so far"),
    Row(Platform, Publish, "_PRESENCE.tenant.T.client.A", "no part of the platform so far"),
    Row(Platform, Publish, "_METRICS.tenant.T.client.A", "no part of the platform so far"),
    Row(Framework, Publish, "agents.presence.online", "every agent"),
    Row(Framework, Publish, "agents.presence.offline", "every agent"),
    Row(Nkey, Both, "T.{subject}", "the tenant's clients"),
];

impl Row {
    fn topic(&self, form: Form, tenant: &TenantId, agent: Option<&AgentId>) -> Option<StandardTopic> {
        let Self(family, direction, pattern, read_by) = self;
        let separator = form.separator();
        let mut parts = Vec::new();
        for part in pattern.split(separator) {
            parts.push(match part {
                "T" => tenant.as_str(),
                "A" => agent?.as_str(),
                other => other,
            });
        }
        let source = match (family, form) {
            (Guide, _) => "multi-tenant guide, Topic Isolation",
            (Framework, Form::Slash) => "agent framework, enhanced agent",
            (Framework, Form::Nats) => "agent framework, simplified agent",
            (Platform, _) if pattern.starts_with('_') => "platform, heartbeats",
            (Platform, _) => "platform, subjects",
            (Nkey, _) => "platform, permissions of NKey clients",
        };
        Some(StandardTopic {
            topic: parts.join(&separator.to_string()),
            form,
            family: *family,
            direction: *direction,
            read_by,
            source,
            in_tenant: pattern.split(separator).any(|part| part == "T"),
        })
    }
}

/// The standard topics of one form, those of the agent only where it is known.
pub(super) fn topics(form: Form, tenant: &TenantId, agent: Option<&AgentId>) -> Vec<StandardTopic> {
    let has_dot = |id: &str| form == Form::Nats && id.contains('.');
    if has_dot(tenant.as_str()) {
        return Vec::new();
    }
    let agent = agent.filter(|agent| !has_dot(agent.as_str()));
    let rows = if form == Form::Slash { SLASH } else { NATS };
    rows.iter().filter_map(|row| row.topic(form, tenant, agent)).collect()
}

impl StandardTopic {
    /// Its tokens as a pattern: what is chosen later can be any word.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let chosen = |token| match token {
            Token::Word(word) if word.starts_with('{') => Token::Any,
            other => other,
        };
        self.form.tokens(&self.topic).into_iter().map(chosen).collect()
    }
}

/// Lists the standard topics of this agent and tenant.
pub fn list(tenant: &TenantId, agent: &AgentId, forms: FormChoice) -> ListReport {
    let wanted = [Form::Slash, Form::Nats]
        .into_iter()
        .filter(|form| matches!(forms, FormChoice::All) || forms == FormChoice::Only(*form));
    let has_dot = tenant.as_str().contains('.') || agent.as_str().contains('.');
    ListReport {
        tenant_id: tenant.clone(),
        agent_id: agent.clone(),
        topics: wanted.flat_map(|form| topics(form, tenant, Some(agent))).collect(),
        unfit_for_nats: has_dot && forms != FormChoice::Only(Form::Slash),
    }
}
