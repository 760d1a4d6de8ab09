//! Observations as Prometheus text.
//!
//! Owns the names of the metrics, which keep their meaning. Base units alone: seconds, never days. A fact that is not
//! known has no sample, so that no alert takes it for zero. Of a server's words only the plan's name is a label.

use std::collections::BTreeMap;

use jiff::Timestamp;
use prometheus::{CounterVec, GaugeVec, Opts, Registry, TextEncoder};

use super::Observation;
use crate::id::ProfileName;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::failures::Failures;

/// Prints observations in the text form of Prometheus, version 0.0.4.
pub fn exposition(observations: &[Observation], now: Timestamp) -> Result<String, OpError> {
    let written = || {
        let mut page = Page::default();
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        page.gauge("artcafe_build_info", "The program that made these numbers; always 1.", &version, 1.0)?;
        page.gauge(
            "artcafe_monitor_last_run_timestamp_seconds",
            "When these numbers were made, by this machine's clock.",
            &[],
            seconds_of(now),
        )?;
        for observation in observations {
            Subject::new(&mut page, observation).write(observation)?;
        }
        TextEncoder::new().encode_to_string(&page.registry.gather())
    };
    written().map_err(|error| OpError::new(ErrorCode::Failed, "the metrics cannot be written").because(error))
}

/// The metrics that there are so far.
#[derive(Default)]
struct Page {
    registry: Registry,
    gauges: BTreeMap<&'static str, GaugeVec>,
    counters: BTreeMap<&'static str, CounterVec>,
}

/// Label names with their values.
type Labels<'a> = [(&'static str, &'a str)];

impl Page {
    fn gauge(&mut self, name: &'static str, help: &str, labels: &Labels<'_>, value: f64) -> prometheus::Result<()> {
        if !self.gauges.contains_key(name) {
            let gauge = GaugeVec::new(Opts::new(name, help), &names(labels))?;
            self.registry.register(Box::new(gauge.clone()))?;
            self.gauges.insert(name, gauge);
        }
        if let Some(gauge) = self.gauges.get(name) {
            gauge.get_metric_with_label_values(&values(labels))?.set(value);
        }
        Ok(())
    }

    fn counter(&mut self, name: &'static str, help: &str, labels: &Labels<'_>, value: u64) -> prometheus::Result<()> {
        if !self.counters.contains_key(name) {
            let counter = CounterVec::new(Opts::new(name, help), &names(labels))?;
            self.registry.register(Box::new(counter.clone()))?;
            self.counters.insert(name, counter);
        }
        if let Some(counter) = self.counters.get(name) {
            let counter = counter.get_metric_with_label_values(&values(labels))?;
            counter.reset();
            counter.inc_by(number(value));
        }
        Ok(())
    }
}

fn names(labels: &Labels<'_>) -> Vec<&'static str> {
    labels.iter().map(|(name, _)| *name).collect()
}

fn values<'a>(labels: &Labels<'a>) -> Vec<&'a str> {
    labels.iter().map(|(_, value)| *value).collect()
}

/// One identity's place in the page.
struct Subject<'a> {
    page: &'a mut Page,
    profile: String,
    tenant: String,
    agent: String,
}

impl<'a> Subject<'a> {
    fn new(page: &'a mut Page, observation: &Observation) -> Self {
        Self {
            page,
            profile: observation.profile.as_ref().map_or_else(String::new, ProfileName::to_string),
            tenant: observation.tenant_id.as_ref().map_or_else(String::new, ToString::to_string),
            agent: observation.agent_id.as_ref().map_or_else(String::new, ToString::to_string),
        }
    }

    fn gauge(&mut self, name: &'static str, help: &str, value: f64) -> prometheus::Result<()> {
        self.gauge_with(name, help, &[], value)
    }

    fn gauge_with(&mut self, name: &'static str, help: &str, more: &Labels<'_>, value: f64) -> prometheus::Result<()> {
        let labels = [
            &[
                ("profile", self.profile.as_str()),
                ("tenant_id", self.tenant.as_str()),
                ("agent_id", self.agent.as_str()),
            ],
            more,
        ]
        .concat();
        self.page.gauge(name, help, &labels, value)
    }

    fn failures(&mut self, name: &'static str, help: &str, failures: &Failures) -> prometheus::Result<()> {
        for (code, count) in &failures.codes {
            let labels = [
                ("profile", self.profile.as_str()),
                ("tenant_id", self.tenant.as_str()),
                ("agent_id", self.agent.as_str()),
                ("code", code.as_str()),
            ];
            self.page.counter(name, help, &labels, *count)?;
        }
        Ok(())
    }

    fn write(&mut self, seen: &Observation) -> prometheus::Result<()> {
        if let Some(problem) = &seen.problem {
            let labels = [("code", problem.code)];
            self.gauge_with(
                "artcafe_problem",
                "1 where the configuration, its key or its history cannot be read.",
                &labels,
                1.0,
            )?;
        }
        self.key(seen)?;
        self.rotation(seen)?;
        self.authentication(seen)?;
        self.api(seen)?;
        self.tenant(seen)
    }

    fn key(&mut self, seen: &Observation) -> prometheus::Result<()> {
        let Some(key) = &seen.key else { return Ok(()) };
        let key_id = key.key_id.as_ref().map_or_else(String::new, ToString::to_string);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let labels = [
            ("endpoint", text(&seen.endpoint)),
            ("key_id", key_id),
            ("fingerprint", text(&key.fingerprint)),
            ("algorithm", text(&key.algorithm)),
        ];
        let labels: Vec<(&'static str, &str)> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.gauge_with("artcafe_key_info", "The key in force; always 1.", &labels, 1.0)?;
        self.gauge("artcafe_key_age_seconds", "The age of the key since its registration.", whole(key.age_seconds))?;
        self.gauge(
            "artcafe_key_left_seconds",
            "The time until the policy's rotation.max_age; below zero for a key that is overdue.",
            whole(key.left_seconds),
        )?;
        self.gauge(
            "artcafe_key_due_timestamp_seconds",
            "When the key reaches the policy's rotation.max_age.",
            seconds_of(key.due_at),
        )?;
        self.gauge(
            "artcafe_key_needs_attention",
            "1 where the key is overdue, its age cannot be right, a rotation waits, or the configuration is an older one.",
            yes(key.needs_attention),
        )
    }

    fn rotation(&mut self, seen: &Observation) -> prometheus::Result<()> {
        let rotation = &seen.rotation;
        if seen.key.is_some() {
            self.gauge("artcafe_rotation_open", "1 while a rotation is open.", yes(rotation.open))?;
        }
        if let Some(at) = rotation.last_success_at {
            self.gauge(
                "artcafe_rotation_last_success_timestamp_seconds",
                "When a rotation was last finished here.",
                seconds_of(at),
            )?;
        }
        if let Some(at) = rotation.failures.last_at {
            self.gauge(
                "artcafe_rotation_last_failure_timestamp_seconds",
                "When a rotation last failed here.",
                seconds_of(at),
            )?;
        }
        self.failures(
            "artcafe_rotation_failures_total",
            "Rotations that failed here, by error code.",
            &rotation.failures,
        )
    }

    fn authentication(&mut self, seen: &Observation) -> prometheus::Result<()> {
        let Some(facts) = &seen.authentication else { return Ok(()) };
        if let Some(success) = facts.success {
            self.gauge(
                "artcafe_authentication_success",
                "1 where the key was proven by challenge and response in this run, 0 where it was refused.",
                yes(success),
            )?;
        }
        if let Some(problem) = &facts.problem {
            let help = "1 where this run has no proven key, by error code.";
            self.gauge_with("artcafe_authentication_problem", help, &[("code", problem.code)], 1.0)?;
        }
        if let Some(life) = facts.token_life_seconds {
            self.gauge("artcafe_token_life_seconds", "How long a token of this agent lives.", whole(life))?;
        }
        if let Some(at) = facts.failures.last_at {
            self.gauge(
                "artcafe_authentication_last_failure_timestamp_seconds",
                "When a proof was last refused to this command here.",
                seconds_of(at),
            )?;
        }
        self.failures(
            "artcafe_authentication_failures_total",
            "Proofs that were refused to this command here, by error code.",
            &facts.failures,
        )
    }

    fn tenant(&mut self, seen: &Observation) -> prometheus::Result<()> {
        let Some(tenant) = &seen.tenant else { return Ok(()) };
        if let Some(plan) = &tenant.plan {
            self.gauge_with("artcafe_tenant_info", "The tenant's plan; always 1.", &[("plan", plan)], 1.0)?;
        }
        for counter in &tenant.counters {
            // The name that programs see.
            let name = serde_json::to_value(counter.name).unwrap_or_default();
            let labels = [("resource", name.as_str().unwrap_or_default())];
            if let Some(current) = counter.current {
                self.gauge_with("artcafe_tenant_used", "What the tenant uses of a resource.", &labels, current)?;
            }
            if let Some(limit) = counter.limit {
                self.gauge_with("artcafe_tenant_limit", "What the tenant's plan allows of it.", &labels, limit)?;
            }
        }
        Ok(())
    }

    fn api(&mut self, seen: &Observation) -> prometheus::Result<()> {
        let Some(api) = &seen.api else { return Ok(()) };
        self.gauge("artcafe_api_up", "1 where the server answers and has not failed.", yes(api.up))?;
        if let Some(offset) = api.clock_offset_seconds {
            self.gauge("artcafe_clock_offset_seconds", "The server's clock minus this machine's.", whole(offset))?;
        }
        let mut slowest: BTreeMap<&str, f64> = BTreeMap::new();
        for request in &api.requests {
            let known = slowest.entry(request.route).or_default();
            *known = known.max(request.seconds);
        }
        for (route, seconds) in slowest {
            let help = "How long the slowest request of this route took in this run.";
            self.gauge_with("artcafe_api_request_duration_seconds", help, &[("route", route)], seconds)?;
        }
        Ok(())
    }
}

fn yes(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

#[allow(clippy::cast_precision_loss, reason = "a count or a time in seconds is far below 2^53")]
fn number(value: u64) -> f64 {
    value as f64
}

#[allow(clippy::cast_precision_loss, reason = "a time in seconds is far below 2^53")]
fn whole(value: i64) -> f64 {
    value as f64
}

fn seconds_of(time: Timestamp) -> f64 {
    whole(time.as_second())
}
