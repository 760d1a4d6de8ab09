//! `tenant show`: the tenant's record, or what is known of it otherwise.
//!
//! Owns the order: the record where the server lets us have it; else the plan by the route of usage, what the token says
//! about itself, and what this machine has. A refusal is no failure of the command, and is told with its reason.

use jiff::Timestamp;
use serde::Serialize;

use super::known::{self, Source};
use super::refusal;
use crate::api::ApiError;
use crate::api::tenants::TenantRecord;
use crate::api::usage::BILLING;
use crate::id::{ServerText, TenantId};
use crate::ops::access::{self, Grant};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// What is known of the tenant.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ShowReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// What named it: a flag, a variable, or the configuration's line.
    pub tenant_from: String,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant's record; null where the server does not show it.
    pub record: Option<TenantRecord>,
    /// Why there is no record.
    pub record_problem: Option<String>,
    /// The plan, from the record or the route of usage; null where neither tells it.
    pub plan: Option<String>,
    /// What told the plan.
    pub plan_from: Option<&'static str>,
    /// The token that the server was asked with; null where none is at hand.
    pub token: Option<TokenView>,
    /// Where on this machine the tenant is known from.
    pub known_here: Vec<Source>,
}

/// What a token says about itself.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct TokenView {
    /// Where it came from.
    pub from: String,
    /// The tenant that it is for; null where it names none.
    pub tenant_id: Option<String>,
    /// When it ends.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    pub expires_at: Option<Timestamp>,
}

impl TokenView {
    fn of(grant: &Grant) -> Self {
        let claims = grant.claims();
        let tenant = claims.as_ref().and_then(|claims| claims.tenant_id.as_deref());
        Self {
            from: grant.from.clone(),
            tenant_id: tenant.map(|tenant| ServerText::new(tenant).to_string()),
            expires_at: claims.and_then(|claims| claims.expires_at),
        }
    }
}

/// Shows the tenant in force.
pub async fn show(session: &Session) -> Result<ShowReport, OpError> {
    let tenant = session.tenant()?.clone();
    let from = session.settings.tenant_id.as_ref().map(|id| id.origin.to_string()).unwrap_or_default();
    let mut report = ShowReport {
        known_here: known::sources_of(session, &tenant)?,
        tenant_id: tenant,
        tenant_from: from,
        endpoint: session.settings.endpoint.value.origin().to_owned(),
        record: None,
        record_problem: None,
        plan: None,
        plan_from: None,
        token: None,
    };
    let grant = match access::any(session).await {
        Ok(grant) => grant,
        Err(error) if error.code == ErrorCode::TokenMissing => {
            report.record_problem = Some("no token is at hand to ask the server with".to_owned());
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    report.token = Some(TokenView::of(&grant));
    let client = session.client()?;
    match client.tenant(&report.tenant_id, grant.access()).await {
        Ok(record) => {
            report.plan = record.plan.clone();
            report.plan_from = report.plan.as_ref().map(|_| "GET /tenants/{id}");
            report.record = Some(record);
        }
        Err(error) => report.record_problem = Some(refusal(&error).ok_or(error)?),
    }
    if report.plan.is_none() {
        let told = match client.billing_usage(grant.access()).await {
            Ok(usage) => usage.plan,
            // Another route that may be missing or fail: the plan is unknown then.
            Err(ApiError::Status { .. } | ApiError::Malformed { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        report.plan = told.map(|plan| plan.to_string());
        report.plan_from = report.plan.as_ref().map(|_| BILLING);
    }
    Ok(report)
}
