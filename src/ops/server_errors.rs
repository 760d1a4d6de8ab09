//! Failed requests as failures of an operation.
//!
//! Owns the code and the hint that each kind of failed request stands for. The server's own words are passed on
//! apart, and none of them gets into a message or a hint. A 429, a 5xx or a timeout never says that a key is dead.

use std::time::Duration;

use crate::api::{ApiError, PlanLimit, Unreachable};
use crate::ops::error::{ErrorCode, OpError};

impl From<ApiError> for OpError {
    fn from(error: ApiError) -> Self {
        let (code, hint) = match &error {
            ApiError::Interrupted(interrupted) => return (*interrupted).into(),
            ApiError::Setup { .. } => (ErrorCode::ConfigInvalid, Some("check the file of --ca-cert and the proxy variables".to_owned())),
            ApiError::NoAnswer { how: Unreachable::Tls, .. } => (
                ErrorCode::ServerUnreachable,
                Some("if the server's certificate is from an authority of your own, name it with `--ca-cert FILE`".to_owned()),
            ),
            ApiError::NoAnswer { how: Unreachable::ProxyCredentials, .. } => (
                ErrorCode::ProxyRefused,
                Some("put user and password into the proxy variable (`http://USER:PASSWORD@HOST:PORT`, special characters as %XX)".to_owned()),
            ),
            ApiError::NoAnswer { how: Unreachable::ProxyRefused, .. } => (
                ErrorCode::ProxyRefused,
                Some("check user and password in the proxy variable; if they are right, ask who runs the proxy to let the endpoint through, or name its host in NO_PROXY where it can be reached without".to_owned()),
            ),
            ApiError::NoAnswer { how: Unreachable::Proxy, .. } => (
                ErrorCode::ServerUnreachable,
                Some("check the proxy variable, or name the endpoint's host in NO_PROXY where it can be reached without".to_owned()),
            ),
            ApiError::NoAnswer { .. } => (
                ErrorCode::ServerUnreachable,
                Some("check the endpoint (`artcafe config get api.endpoint`), the network and the proxy variables, then run the same command again".to_owned()),
            ),
            ApiError::Malformed { .. } => (ErrorCode::BadAnswer, Some("check that the endpoint is the platform's: `artcafe config get api.endpoint`".to_owned())),
            ApiError::NotValid { .. } => (
                ErrorCode::ProofRefused,
                Some("see what the server holds (`artcafe key list`) and which key is used (`artcafe key show`)".to_owned()),
            ),
            ApiError::Status { status, limit, detail, retry_after, .. } => match (status, limit) {
                (402, Some(limit)) => (ErrorCode::PlanLimit, Some(limit_hint(limit))),
                (402, None) => (ErrorCode::TenantInactive, Some("renew the subscription in the portal".to_owned())),
                (401, _) => (ErrorCode::TokenRefused, Some("log in again: `artcafe auth login`".to_owned())),
                (403, _) if detail.as_str().starts_with("Tenant is not active") => {
                    (ErrorCode::TenantInactive, Some("ask the tenant's administrator to reactivate it in the portal".to_owned()))
                }
                (403, _) => (ErrorCode::NotAllowed, Some("an administrator's token may be needed: `artcafe auth login`".to_owned())),
                (404, _) if detail.as_str() == "Tenant not found" => {
                    (ErrorCode::TenantUnknown, Some("check the tenant id: `artcafe config get auth.tenant_id`".to_owned()))
                }
                (404, _) if error.is_route_missing() => {
                    (ErrorCode::BadAnswer, Some("the server has no such route: check the endpoint (`artcafe config get api.endpoint`)".to_owned()))
                }
                (404, _) => (ErrorCode::RecordMissing, None),
                (409, _) => (ErrorCode::Differs, None),
                (408 | 425, _) => (ErrorCode::ServerBusy, Some(again_hint(*retry_after))),
                (429, _) => (ErrorCode::RateLimited, Some(again_hint(*retry_after))),
                (300..=399, _) => {
                    (ErrorCode::BadAnswer, Some("redirects are never followed: give the endpoint that it leads to with `--api-endpoint`".to_owned()))
                }
                (500..=599, _) => (ErrorCode::ServerFailed, Some(again_hint(*retry_after))),
                _ => (ErrorCode::Failed, None),
            },
        };
        let message = error.to_string();
        let (retry_after, server_words) = match &error {
            ApiError::Status { retry_after, detail, .. } => {
                (*retry_after, Some(detail.to_string()).filter(|text| !text.is_empty()))
            }
            _ => (None, None),
        };
        let failure = Self { hint, retry_after, server_words, ..Self::new(code, message) };
        match error {
            ApiError::Setup { source, .. } | ApiError::NoAnswer { source: Some(source), .. } => failure.because(source),
            _ => failure,
        }
    }
}

/// What to do about a plan's limit.
fn limit_hint(limit: &PlanLimit) -> String {
    let counts = format!("the plan allows {} and {} are there", limit.limit, limit.current);
    match limit.resource.as_str() {
        "ssh_keys" => format!(
            "{counts}, revoked ones included: delete one that is no longer used (`artcafe key list`, then `artcafe key delete ID`), or raise the plan in the portal"
        ),
        "agents" => {
            format!(
                "{counts}: use one of those (`artcafe agent list`), delete one (`artcafe agent delete ID`), or raise the plan in the portal"
            )
        }
        _ => format!("{counts}: raise the plan in the portal"),
    }
}

/// When to try again, as far as the server said.
fn again_hint(retry_after: Option<Duration>) -> String {
    match retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)) {
        None | Some(0) => "run the same command again later".to_owned(),
        Some(seconds @ 1..=119) => {
            format!("the server asks to wait {seconds} s: run the same command again after that")
        }
        Some(seconds) => {
            format!("the server asks to wait {} min: run the same command again after that", seconds.div_ceil(60))
        }
    }
}
