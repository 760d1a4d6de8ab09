//! What a tenant uses and may use (sections 2.6, 2.10).
//!
//! Owns the reading of the three routes that tell it, each in its own shape, into one. What a route does not say is
//! absent, and never zero. Which route is asked, and which of two answers counts, is the caller's.

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use super::client::{Access, Client, Request, malformed};
use super::error::ApiError;
use super::retry::Repeat;
use crate::id::ServerText;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Agents of the tenant.
    Agents,
    /// Key records, revoked ones included.
    SshKeys,
    /// Channels.
    Channels,
    /// Messages of this calendar month.
    MessagesThisMonth,
    /// Storage in gigabytes.
    StorageGb,
    /// Connections that are open at once.
    Connections,
    /// Requests to the API within a minute.
    ApiCallsPerMinute,
    /// Agents that were active in the period.
    ActiveAgents,
    /// Channels that were active in the period.
    ActiveChannels,
    /// Messages of the period.
    Messages,
    /// Bytes of the period's messages.
    Bytes,
    /// Requests to the API in the period.
    ApiCalls,
}

impl Counted {
    /// Everything that is counted, in the order in which it is shown.
    pub const ALL: [Self; 12] = [
        Self::Agents,
        Self::SshKeys,
        Self::Channels,
        Self::MessagesThisMonth,
        Self::StorageGb,
        Self::Connections,
        Self::ApiCallsPerMinute,
        Self::ActiveAgents,
        Self::ActiveChannels,
        Self::Messages,
        Self::Bytes,
        Self::ApiCalls,
    ];
}

/// One counter as far as a server tells it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Level {
    /// How much there is.
    pub current: Option<f64>,
    /// How much the plan allows.
    pub limit: Option<f64>,
}

impl Level {
    /// Both numbers, where both are known and whole.
    pub fn whole(self) -> Option<(u64, u64)> {
        let whole = |number: f64| {
            let fits = number.fract() == 0.0 && (0.0..9e15).contains(&number);
            fits.then_some(number as u64)
        };
        Some((whole(self.current?)?, whole(self.limit?)?))
    }
}

/// The time that the counters of a period are about, in the server's words.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Period {
    /// Its beginning.
    pub start: String,
    /// Its end.
    pub end: String,
}

/// What one route told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    /// The plan's id.
    pub plan: Option<ServerText>,
    /// The time that the counters of a period are about.
    pub period: Option<Period>,
    levels: Vec<(Counted, Level)>,
}

impl Usage {
    /// One counter; nothing is known of one that the route does not tell.
    pub fn level(&self, counted: Counted) -> Level {
        self.levels.iter().find(|(known, _)| *known == counted).map_or_else(Level::default, |(_, level)| *level)
    }

    fn set(&mut self, counted: Counted, current: Option<f64>, limit: Option<f64>) {
        self.levels.push((counted, Level { current, limit }));
    }
}

/// `GET /usage-metrics`.
pub const METRICS: &str = "GET /usage-metrics";
/// `GET /billing/usage-summary`.
pub const BILLING: &str = "GET /billing/usage-summary";
/// `GET /usage/current`.
pub const CURRENT: &str = "GET /usage/current";

impl Client {
    /// `GET /usage-metrics`: totals and limits. The public server fails on it always (section 12, 11).
    pub async fn usage_metrics(&self, access: Access<'_>) -> Result<Usage, ApiError> {
        let body = self.probe(METRICS, "/api/v1/usage-metrics", access).await?;
        let (totals, limits) = (&body["totals"], &body["limits"]);
        if !totals.is_object() && !limits.is_object() {
            return Err(malformed(METRICS, "it has neither totals nor limits"));
        }
        let total = |name: &str| number(&totals[format!("{name}_total")]);
        // The public server's collector calls what is not there, and its totals are then zero, every one of them.
        let is_counted = ["agents", "channels", "api_calls", "messages_in", "messages_out"]
            .iter()
            .any(|name| total(name) > Some(0.0));
        let counted = |name: &str| total(name).filter(|_| is_counted);
        let limit = |name: &str| number(&limits[format!("max_{name}")]).or_else(|| number(&limits[name]));
        let mut usage = Usage { period: period(totals, "start_date", "end_date"), ..Usage::default() };
        usage.set(Counted::Agents, counted("agents"), limit("agents"));
        usage.set(Counted::SshKeys, None, limit("ssh_keys"));
        usage.set(Counted::Channels, counted("channels"), limit("channels"));
        usage.set(Counted::MessagesThisMonth, None, limit("messages_per_month"));
        usage.set(Counted::StorageGb, None, limit("storage_gb"));
        usage.set(Counted::Connections, None, limit("concurrent_connections"));
        usage.set(Counted::ApiCallsPerMinute, None, limit("api_calls_per_minute"));
        usage.set(Counted::ActiveAgents, counted("active_agents"), None);
        usage.set(Counted::ActiveChannels, counted("active_channels"), None);
        let messages =
            counted("messages_in").zip(counted("messages_out")).map(|(inwards, outwards)| inwards + outwards);
        usage.set(Counted::Messages, messages, None);
        usage.set(Counted::ApiCalls, counted("api_calls"), None);
        Ok(usage)
    }

    /// `GET /billing/usage-summary`: the plan, and its counters with their limits.
    pub async fn billing_usage(&self, access: Access<'_>) -> Result<Usage, ApiError> {
        let body = self.probe(BILLING, "/api/v1/billing/usage-summary", access).await?;
        let counters = &body["usage"];
        if !counters.is_object() {
            return Err(malformed(BILLING, "it has no counters"));
        }
        let mut usage = Usage { plan: plan(&body), ..Usage::default() };
        for (counted, name) in [
            (Counted::Agents, "agents"),
            (Counted::SshKeys, "ssh_keys"),
            (Counted::Channels, "channels"),
            (Counted::MessagesThisMonth, "messages_this_month"),
            (Counted::StorageGb, "storage_gb"),
        ] {
            let entry = &counters[name];
            usage.set(counted, number(&entry["current"]), number(&entry["limit"]));
        }
        Ok(usage)
    }

    /// `GET /usage/current`: the counters of the current period, without limits.
    pub async fn current_usage(&self, access: Access<'_>) -> Result<Usage, ApiError> {
        let body = self.probe(CURRENT, "/api/v1/usage/current", access).await?;
        let counters = &body["usage"];
        if !counters.is_object() {
            return Err(malformed(CURRENT, "it has no counters"));
        }
        let mut usage = Usage { period: period(&body["current_period"], "start", "end"), ..Usage::default() };
        for (counted, name) in [
            (Counted::Messages, "messages"),
            (Counted::Bytes, "bytes"),
            (Counted::ApiCalls, "api_calls"),
            (Counted::ActiveAgents, "active_agents"),
            (Counted::ActiveChannels, "active_channels"),
        ] {
            usage.set(counted, number(&counters[name]), None);
        }
        Ok(usage)
    }

    /// Reads from a route that some servers always fail at.
    async fn probe(&self, route: &'static str, path: &str, access: Access<'_>) -> Result<Value, ApiError> {
        let (path, repeat) = (path.to_owned(), Repeat::SafeUnlessBroken);
        self.send(Request { route, method: Method::GET, path, query: Vec::new(), body: None, access, repeat }).await
    }
}

/// A count: nothing that is below zero counts anything.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite() && *number >= 0.0)
}

fn plan(body: &Value) -> Option<ServerText> {
    body["plan"].as_str().filter(|plan| !plan.is_empty()).map(ServerText::new)
}

fn period(of: &Value, start: &str, end: &str) -> Option<Period> {
    let text = |name: &str| of[name].as_str().map(|text| ServerText::new(text).to_string());
    Some(Period { start: text(start)?, end: text(end)? })
}
