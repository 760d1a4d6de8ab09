//! `tenant usage`: the plan, what it allows, and how much of it is used.
//!
//! Owns the order in which the routes are asked and that each number says where it came from. A route that fails or is
//! not there is passed over; what no route tells is counted here where it can be listed, and is absent otherwise, never
//! zero. A server that cannot be reached, or refuses the token, is a failure.

use serde::{Serialize, Serializer};

use super::plans;
pub use crate::api::usage::Counted;
use crate::api::usage::{BILLING, CURRENT, Level, METRICS, Period, Usage};
use crate::api::{Access, ApiError, Client};
use crate::id::TenantId;
use crate::ops::access;
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// Where a number came from that no route of usage told: the records were counted.
const LISTED: &str = "listing";
/// Where a limit came from that the server did not tell: the plan's name, and the table of plans.
const TABLE: &str = "plan table";

/// What a tenant uses and may use.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct UsageReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The plan as the server names it; null where no route tells it.
    pub plan: Option<String>,
    /// The first route that answered, such as `GET /billing/usage-summary`; `listing` where none did.
    pub source: &'static str,
    /// The time that `active_agents`, `active_channels`, `messages`, `bytes` and `api_calls` are about.
    pub period: Option<Period>,
    /// Every counter, always all of them, in this order.
    pub counters: Vec<Counter>,
    /// The routes that were asked, in their order.
    pub routes: Vec<RouteAnswer>,
    /// Where the token came from.
    pub authorized_by: String,
    /// The verdict of `--check`; null where none was asked for.
    pub check: Option<Check>,
}

/// One counter.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Counter {
    /// What is counted.
    pub name: Counted,
    /// How much there is; null where it is not known.
    #[serde(serialize_with = "plain")]
    #[schemars(with = "Option<f64>")]
    pub current: Option<f64>,
    /// How much is allowed; null where it is not known.
    #[serde(serialize_with = "plain")]
    #[schemars(with = "Option<f64>")]
    pub limit: Option<f64>,
    /// The one as a percentage of the other; null where one of them is not known.
    #[serde(serialize_with = "plain")]
    #[schemars(with = "Option<f64>")]
    pub percentage: Option<f64>,
    /// The route that told how much there is, or `listing`.
    pub current_from: Option<&'static str>,
    /// The route that told how much is allowed, or `plan table`.
    pub limit_from: Option<&'static str>,
}

/// What became of asking a route.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RouteAnswer {
    /// Method and path.
    pub route: &'static str,
    /// Whether it told something.
    pub answered: bool,
    /// Why not.
    pub problem: Option<String>,
}

/// Whether a limit is near.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Check {
    /// The percentage from which on a limit is near.
    #[serde(serialize_with = "of_percent")]
    #[schemars(with = "f64")]
    pub at: f64,
    /// The counters that are at it or over it.
    pub exceeded: Vec<Counted>,
    /// The counters of which nothing can be said: what is used or what is allowed is not known.
    pub unknown: Vec<Counted>,
}

/// Whole numbers without a fraction.
fn plain<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        None => serializer.serialize_none(),
        Some(number) if number.fract() == 0.0 && number.abs() < 9e15 => serializer.serialize_i64(*number as i64),
        Some(number) => serializer.serialize_f64(*number),
    }
}

fn of_percent<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    plain(&Some(*number), serializer)
}

impl UsageReport {
    /// One counter.
    pub fn counter(&self, name: Counted) -> Option<&Counter> {
        self.counters.iter().find(|counter| counter.name == name)
    }

    /// With the verdict on limits that are used up to this percentage. What has a limit, by its nature or because one
    /// was told, is unknown where nobody tells how much of it is used.
    #[must_use]
    pub fn checked(mut self, at: f64) -> Self {
        let with_limit = &Counted::ALL[..5];
        let mut check = Check { at, exceeded: Vec::new(), unknown: Vec::new() };
        for counter in &self.counters {
            match (counter.current, counter.limit) {
                // Multiplied, not divided: exactly at the limit is at it, and a limit of nothing is used up at once.
                (Some(current), Some(limit)) if current * 100.0 >= limit * at => check.exceeded.push(counter.name),
                (Some(_), Some(_)) => {}
                (_, limit) if limit.is_some() || with_limit.contains(&counter.name) => check.unknown.push(counter.name),
                _ => {}
            }
        }
        self.check = Some(check);
        self
    }
}

/// What is found out on the way.
struct Gathered {
    plan: Option<String>,
    period: Option<Period>,
    counters: Vec<Counter>,
    routes: Vec<RouteAnswer>,
    /// The last failure, for a server that tells nothing at all.
    failure: Option<ApiError>,
}

impl Gathered {
    fn new() -> Self {
        let counter =
            |name| Counter { name, current: None, limit: None, percentage: None, current_from: None, limit_from: None };
        Self {
            plan: None,
            period: None,
            counters: Counted::ALL.map(counter).to_vec(),
            routes: Vec::new(),
            failure: None,
        }
    }

    /// Takes what a route told; what is known already stays.
    fn take(&mut self, route: &'static str, told: Result<Usage, ApiError>) -> Result<(), ApiError> {
        let usage = match told {
            Ok(usage) => usage,
            Err(error) => return self.pass_over(route, error),
        };
        self.routes.push(RouteAnswer { route, answered: true, problem: None });
        self.plan = self.plan.take().or_else(|| usage.plan.as_ref().map(ToString::to_string));
        let has_period = self.period.is_some();
        for counter in &mut self.counters {
            let Level { current, limit } = usage.level(counter.name);
            // Counters of two periods are not mixed.
            if counter.current.is_none() && current.is_some() && !(is_of_period(counter.name) && has_period) {
                (counter.current, counter.current_from) = (current, Some(route));
            }
            if counter.limit.is_none() && limit.is_some() {
                (counter.limit, counter.limit_from) = (limit, Some(route));
            }
        }
        self.period = self.period.take().or(usage.period);
        Ok(())
    }

    /// A route that failed: another one may tell, unless the server itself is the trouble.
    fn pass_over(&mut self, route: &'static str, error: ApiError) -> Result<(), ApiError> {
        let is_passed_over = match &error {
            ApiError::Status { status, .. } => !matches!(status, 401 | 402 | 408 | 425 | 429),
            ApiError::Malformed { .. } => true,
            _ => false,
        };
        if !is_passed_over {
            return Err(error);
        }
        self.routes.push(RouteAnswer { route, answered: false, problem: Some(error.to_string()) });
        self.failure = Some(error);
        Ok(())
    }

    fn is_known(&self, name: Counted) -> bool {
        self.counters.iter().any(|counter| counter.name == name && counter.current.is_some())
    }

    fn count(&mut self, name: Counted, route: &'static str, found: Result<usize, ApiError>) -> Result<(), ApiError> {
        let count = match found {
            Ok(count) => count,
            Err(error) => return self.pass_over(route, error),
        };
        self.routes.push(RouteAnswer { route, answered: true, problem: None });
        for counter in self.counters.iter_mut().filter(|counter| counter.name == name) {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            (counter.current, counter.current_from) = (Some(f64::from(count)), Some(LISTED));
        }
        Ok(())
    }

    /// The last touches: the limits of a plan that is only named, and the percentages.
    fn finish(&mut self) {
        for counter in &mut self.counters {
            let of_plan = self.plan.as_deref().and_then(|plan| plans::limit(plan, counter.name));
            if let (None, Some(limit)) = (counter.limit, of_plan) {
                (counter.limit, counter.limit_from) = (Some(f64::from(limit)), Some(TABLE));
            }
            counter.percentage = match (counter.current, counter.limit) {
                (Some(current), Some(limit)) if limit > 0.0 => Some((current / limit * 10_000.0).round() / 100.0),
                _ => None,
            };
        }
    }
}

fn is_of_period(name: Counted) -> bool {
    matches!(
        name,
        Counted::ActiveAgents | Counted::ActiveChannels | Counted::Messages | Counted::Bytes | Counted::ApiCalls
    )
}

/// Asks what the tenant in force uses, with the best token at hand.
pub async fn usage(session: &Session) -> Result<UsageReport, OpError> {
    let grant = access::any(session).await?;
    let report = usage_with(session, grant.access(), &grant.from).await?;
    Ok(report)
}

/// The same with a token that the server has accepted.
pub async fn usage_with(session: &Session, access: Access<'_>, from: &str) -> Result<UsageReport, OpError> {
    let client = session.client()?;
    let mut gathered = Gathered::new();
    ask(client, access, &mut gathered).await?;
    let source = gathered.routes.iter().find(|answer| answer.answered).map(|answer| answer.route);
    let source = match (source, gathered.failure.take()) {
        (Some(route), _) if [METRICS, BILLING, CURRENT].contains(&route) => route,
        (Some(_), _) | (None, None) => LISTED,
        (None, Some(error)) => return Err(error.into()),
    };
    gathered.finish();
    Ok(UsageReport {
        tenant_id: session.tenant()?.clone(),
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        plan: gathered.plan,
        source,
        period: gathered.period,
        counters: gathered.counters,
        routes: gathered.routes,
        authorized_by: from.to_owned(),
        check: None,
    })
}

async fn ask(client: &Client, access: Access<'_>, gathered: &mut Gathered) -> Result<(), ApiError> {
    gathered.take(METRICS, client.usage_metrics(access).await)?;
    // It tells the plan and the keys, which the first never does.
    gathered.take(BILLING, client.billing_usage(access).await)?;
    if !gathered.is_known(Counted::MessagesThisMonth) && !gathered.is_known(Counted::Messages) {
        gathered.take(CURRENT, client.current_usage(access).await)?;
    }
    if !gathered.is_known(Counted::Agents) {
        let agents = client.agents(access).await.map(|agents| agents.len());
        gathered.count(Counted::Agents, "GET /agents", agents)?;
    }
    if !gathered.is_known(Counted::SshKeys) {
        let keys = client.keys(access).await.map(|keys| keys.len());
        gathered.count(Counted::SshKeys, "GET /ssh-keys", keys)?;
    }
    Ok(())
}
