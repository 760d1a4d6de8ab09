//! `tenant register`: a new organization, by the server or else by a person in the portal.
//!
//! Owns what becomes of the two secrets of the answer: neither is ever shown; each is stored only where that was asked
//! for, and the place for it is made before the request, since the server tells it once. An answer that was lost cannot
//! be settled by looking, so that a person is told to look first. Where the server cannot do it, the portal's steps are the
//! result.

use std::path::PathBuf;

use serde::Serialize;

use crate::api::tenants::{CreatedTenant, NewTenant};
use crate::api::{Access, ApiError};
use crate::id::TenantId;
use crate::ops::agent::refuse_secret;
use crate::ops::audit::{self, Action, Change, Outcome};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::login::{self, LoginReport};
use crate::ops::logins::Logins;
use crate::ops::reserved_file::ReservedFile;
use crate::ops::session::Session;
use crate::secret::SecretString;

/// What is registered, and what is kept of the answer.
#[derive(Debug, Clone)]
pub struct RegisterTenantOptions {
    /// The organization's name.
    pub name: String,
    /// The administrator's address.
    pub admin_email: String,
    /// The plan.
    pub plan: String,
    /// What it is.
    pub description: Option<String>,
    /// Its page.
    pub website: Option<String>,
    /// Whether the administrator's token is stored as a login.
    pub save_token: bool,
    /// Where the API key is stored.
    pub save_api_key: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RegisterTenantReport {
    /// Whether the tenant is there.
    pub registered: bool,
    /// Its id.
    pub tenant_id: Option<TenantId>,
    /// The name that was asked for.
    pub name: String,
    /// The administrator's address.
    pub admin_email: String,
    /// The plan.
    pub plan: String,
    /// The endpoint's origin.
    pub endpoint: String,
    /// The login that was stored.
    pub login: Option<LoginReport>,
    /// The file that holds the API key.
    pub api_key_path: Option<PathBuf>,
    /// Whether the server may have registered it all the same: it failed in the middle.
    pub may_exist: bool,
    /// Why the server did not do it.
    pub reason: Option<String>,
    /// What a person does in the portal.
    pub portal_steps: Vec<String>,
}

impl RegisterTenantReport {
    fn new(session: &Session, options: &RegisterTenantOptions) -> Self {
        Self {
            registered: false,
            tenant_id: None,
            name: options.name.clone(),
            admin_email: options.admin_email.clone(),
            plan: options.plan.clone(),
            endpoint: session.settings.endpoint.value.origin().to_owned(),
            login: None,
            api_key_path: None,
            may_exist: false,
            reason: None,
            portal_steps: Vec::new(),
        }
    }

    fn left_to_portal(mut self, reason: String, may_exist: bool) -> Self {
        self.portal_steps = portal_steps(&self, may_exist);
        (self.reason, self.may_exist) = (Some(reason), may_exist);
        self
    }
}

/// The guide's steps of registering a tenant by hand.
fn portal_steps(report: &RegisterTenantReport, may_exist: bool) -> Vec<String> {
    let look = "look in the portal, https://portal.artcafe.ai, whether the organization is there already: the server failed in the middle";
    let steps = [
        "open https://portal.artcafe.ai and click \"Register New Organization\"".to_owned(),
        format!(
            "give the organization name `{}`, the admin email `{}` and the subscription plan `{}`",
            report.name, report.admin_email, report.plan
        ),
        "verify the admin email by the message that comes, and complete the onboarding".to_owned(),
        "save the Tenant ID that is shown".to_owned(),
        "name it here: `artcafe setup --tenant-id TENANT_ID`, or `artcafe tenant use TENANT_ID` where an agent is configured".to_owned(),
    ];
    may_exist.then(|| look.to_owned()).into_iter().chain(steps).collect()
}

/// Registers a tenant.
pub async fn register(session: &Session, options: &RegisterTenantOptions) -> Result<RegisterTenantReport, OpError> {
    for text in [&options.name, &options.admin_email].into_iter().chain(&options.description).chain(&options.website) {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(OpError::new(
                ErrorCode::Usage,
                "a name, an address or a description is empty, or more than one line",
            ));
        }
    }
    refuse_secret([&options.name].into_iter().chain(&options.description).map(String::as_str))?;
    let (before, after) = options.admin_email.split_once('@').unwrap_or_default();
    if before.is_empty() || after.is_empty() || options.admin_email.contains(char::is_whitespace) {
        let text = "the administrator's address is no mail address, and the platform sends its verification there";
        return Err(OpError::new(ErrorCode::Usage, text).hint("give it as NAME@HOST with `--admin-email`"));
    }
    let report = RegisterTenantReport::new(session, options);
    // A file of logins that cannot be read is found out before anything is asked for.
    let logins = Logins::load(&session.settings.paths)?;
    let Some(token) = token(session, &logins)? else {
        return Ok(report.left_to_portal("no person's token is at hand to ask the server with".to_owned(), false));
    };
    let client = session.client()?;
    let reserved = options.save_api_key.as_deref().map(ReservedFile::reserve).transpose()?;
    let new = NewTenant {
        name: &options.name,
        admin_email: &options.admin_email,
        subscription_tier: &options.plan,
        description: options.description.as_deref(),
        website: options.website.as_deref(),
    };
    match client.create_tenant(&new, Access::token(&token)).await {
        Ok(created) => store(session, options, report, created, reserved),
        Err(error) => {
            if error.may_have_worked() {
                tell(session, Change::new(Action::TenantCreated).to(&options.name).result(Outcome::Unknown))?;
            }
            failed(report, error)
        }
    }
}

/// A line of the history that is about no agent and, where its id is not known, not about the configured tenant.
fn tell(session: &Session, change: Change) -> Result<(), OpError> {
    let settings = &session.settings;
    audit::record(&settings.paths, (session.now)(), change.server(settings.endpoint.value.origin()))
}

/// A person's token: given for this run, or the login of the tenant in force. It is not tried first, since a person may
/// belong to no tenant yet.
fn token(session: &Session, logins: &Logins) -> Result<Option<SecretString>, OpError> {
    if let Some(given) = &session.given_token {
        return given.token().map(Some);
    }
    let endpoint = session.settings.endpoint.value.origin();
    let tenant = session.settings.tenant_id.as_ref().map(|id| &id.value);
    Ok(tenant.and_then(|tenant| logins.login(endpoint, tenant)).map(|login| login.token.clone()))
}

/// A refusal or a failure that a person can get round in the portal; any other stays one.
fn failed(report: RegisterTenantReport, error: ApiError) -> Result<RegisterTenantReport, OpError> {
    match &error {
        ApiError::Status { status: 422 | 400, .. } => {
            Err(OpError { code: ErrorCode::Usage, hint: None, ..OpError::from(error) })
        }
        ApiError::Status { status: 401 | 403, .. } => {
            Ok(report.left_to_portal("the server takes no registration with this token".to_owned(), false))
        }
        ApiError::Status { status: 500.., .. } | ApiError::Malformed { .. } => {
            let reason = format!("{error}, as the public server does to every registration");
            Ok(report.left_to_portal(reason, true))
        }
        error if error.is_route_missing() => {
            Ok(report.left_to_portal("the server has no route for it".to_owned(), false))
        }
        _ if error.may_have_worked() => {
            let hint = "look in the portal, https://portal.artcafe.ai, whether the organization is there before you run this again";
            Err(OpError::from(error).hint(hint))
        }
        _ => Err(error.into()),
    }
}

/// Keeps what was asked for. The tenant is there, whatever fails from here on.
fn store(
    session: &Session,
    options: &RegisterTenantOptions,
    mut report: RegisterTenantReport,
    created: CreatedTenant,
    reserved: Option<ReservedFile>,
) -> Result<RegisterTenantReport, OpError> {
    let CreatedTenant { tenant_id, admin_token, api_key } = created;
    let partly = |error: OpError| {
        OpError::new(ErrorCode::PartlyDone, format!("tenant `{tenant_id}` is registered, and not all of it could be stored"))
            .hint("log in to the portal for the rest: https://portal.artcafe.ai; the same command again would register another tenant")
            .because(error)
    };
    // First what the server tells once and no history can hold.
    if let (Some(reserved), Some(key)) = (reserved, &api_key) {
        let text = zeroize::Zeroizing::new(format!("{}\n", key.expose()));
        let path = reserved.fill(text.as_bytes()).map_err(partly)?;
        tell(session, Change::new(Action::ApiKeySaved).tenant_id(&tenant_id).path(&path)).map_err(partly)?;
        report.api_key_path = Some(path);
    }
    let change = Change::new(Action::TenantCreated).tenant_id(&tenant_id).to(&options.name);
    tell(session, change).map_err(partly)?;
    if let Some(token) = admin_token.filter(|_| options.save_token) {
        report.login = Some(login::keep(session, &tenant_id, token).map_err(partly)?);
    }
    report.registered = true;
    report.tenant_id = Some(tenant_id);
    Ok(report)
}
