//! The tenant: what it is, what it uses and may use, who belongs to it, and registering one.
//!
//! Owns the answers to questions about a tenant whichever routes a server lets us use: what it refuses is said with
//! its reason, and what nobody told is absent.

pub mod known;
pub mod members;
pub mod plans;
pub mod register;
pub mod show;
pub mod usage;

use crate::api::ApiError;

/// Why a server does not tell what it could; `None` where the failure is of another kind.
fn refusal(error: &ApiError) -> Option<String> {
    match error {
        ApiError::Status { status: 401, .. } => {
            Some("the server tells it to a person alone, and the token is no person's".to_owned())
        }
        // Bug 9: the lookup of members never finds anybody.
        ApiError::Status { status: 403, .. } => {
            Some("the server refuses it to this token; the public server refuses it to every token".to_owned())
        }
        error if error.is_route_missing() => Some("the server has no such route".to_owned()),
        ApiError::Status { status: 500, .. } => Some("the server failed (500)".to_owned()),
        _ => None,
    }
}
