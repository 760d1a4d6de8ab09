//! `tenant list`: the tenants that the server lists, and those that this machine knows.
//!
//! Owns their joining. The public server lists none to anybody, so that its empty list says nothing; what stands in
//! configurations, logins and the memory of registrations is known without it.

use serde::Serialize;

use super::refusal;
use crate::config::Key;
use crate::id::TenantId;
use crate::ops::access;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::logins::Logins;
use crate::ops::session::Session;
use crate::ops::shared;
use crate::ops::state::State;

/// Where a tenant is known from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Source {
    /// `server`, `configuration`, `login` or `registration`.
    pub kind: &'static str,
    /// The file of a configuration; else the endpoint.
    pub place: String,
}

/// A tenant.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct KnownTenant {
    /// Its id.
    pub tenant_id: TenantId,
    /// Its name, where the server tells it.
    pub name: Option<String>,
    /// Its plan, where the server tells it.
    pub plan: Option<String>,
    /// Whether it is the one that commands act in now.
    pub in_force: bool,
    /// Where it is known from.
    pub sources: Vec<Source>,
}

/// The tenants.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct KnownReport {
    /// Every tenant once.
    pub tenants: Vec<KnownTenant>,
    /// The endpoint's origin.
    pub endpoint: String,
    /// How many tenants the server lists; null where it was not asked or does not say.
    pub listed_by_server: Option<usize>,
    /// Why the server's list says nothing.
    pub server_problem: Option<String>,
}

/// Every tenant that this machine knows, with where from.
fn on_this_machine(session: &Session) -> Result<Vec<(TenantId, Source)>, OpError> {
    let paths = &session.settings.paths;
    let state = State::load_if_readable(paths)?;
    let mut found: Vec<(TenantId, Source)> = Vec::new();
    let mut configurations = shared::configurations_of(paths, state.clone())?;
    // The one in force may be elsewhere.
    if let Some(file) = &session.settings.file
        && !configurations.iter().any(|(path, _)| path == file.path())
    {
        configurations.push((file.path().to_path_buf(), file.clone()));
    }
    for (path, file) in configurations {
        if let Some(Ok(tenant)) = file.text_of(Key::TenantId).map(|found| found.value.parse()) {
            found.push((tenant, Source { kind: "configuration", place: path.display().to_string() }));
        }
    }
    for login in Logins::load(paths)?.entries {
        found.push((login.tenant_id, Source { kind: "login", place: login.endpoint }));
    }
    for entry in state.registrations {
        found.push((entry.tenant_id, Source { kind: "registration", place: entry.endpoint }));
    }
    Ok(found)
}

/// Where on this machine a tenant is known from.
pub(super) fn sources_of(session: &Session, tenant: &TenantId) -> Result<Vec<Source>, OpError> {
    let mut sources: Vec<Source> = Vec::new();
    for (known, source) in on_this_machine(session)? {
        if known == *tenant && !sources.contains(&source) {
            sources.push(source);
        }
    }
    Ok(sources)
}

/// Lists the tenants.
pub async fn list(session: &Session) -> Result<KnownReport, OpError> {
    let endpoint = session.settings.endpoint.value.origin().to_owned();
    let mut report = KnownReport { tenants: Vec::new(), endpoint, listed_by_server: None, server_problem: None };
    ask(session, &mut report).await?;
    let in_force = session.settings.tenant_id.as_ref().map(|id| id.value.clone());
    for (tenant, source) in on_this_machine(session)? {
        add(&mut report.tenants, &tenant, source);
    }
    for tenant in &mut report.tenants {
        tenant.in_force = in_force.as_ref() == Some(&tenant.tenant_id);
    }
    Ok(report)
}

async fn ask(session: &Session, report: &mut KnownReport) -> Result<(), OpError> {
    let grant = match access::any(session).await {
        Ok(grant) => grant,
        Err(error) if matches!(error.code, ErrorCode::TokenMissing | ErrorCode::InputNeeded) => {
            report.server_problem = Some("no token is at hand to ask the server with".to_owned());
            return Ok(());
        }
        // Which tenants there are is the very question then.
        Err(error) if error.code == ErrorCode::TenantUnknown => {
            let in_force = session.tenant()?;
            report.server_problem = Some(format!("the server knows no tenant `{in_force}`, which is the one in force"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    match session.client()?.tenants(grant.access()).await {
        Ok(records) => {
            report.listed_by_server = Some(records.len());
            // The token is of a tenant, so that a list without any is wrong (bug 9).
            if records.is_empty() {
                let text = "the server lists no tenant at all, as the public server does to everybody: its lookup of members finds none";
                report.server_problem = Some(text.to_owned());
            }
            for record in records {
                let source = Source { kind: "server", place: report.endpoint.clone() };
                let tenant = add(&mut report.tenants, &record.tenant_id, source);
                (tenant.name, tenant.plan) = (record.name, record.plan);
            }
        }
        Err(error) => report.server_problem = Some(refusal(&error).ok_or(error)?),
    }
    Ok(())
}

fn add<'a>(tenants: &'a mut Vec<KnownTenant>, id: &TenantId, source: Source) -> &'a mut KnownTenant {
    let place = tenants.iter().position(|tenant| tenant.tenant_id == *id).unwrap_or_else(|| {
        let tenant =
            KnownTenant { tenant_id: id.clone(), name: None, plan: None, in_force: false, sources: Vec::new() };
        tenants.push(tenant);
        tenants.len() - 1
    });
    let tenant = &mut tenants[place];
    if !tenant.sources.contains(&source) {
        tenant.sources.push(source);
    }
    tenant
}
