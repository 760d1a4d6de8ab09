//! `tenant members`: the people of the tenant.
//!
//! Owns the words for a server that shows them to nobody. Nobody is invited or removed from here: that is the portal's.

use serde::Serialize;

use crate::api::tenants::MemberRecord;
use crate::id::TenantId;
use crate::ops::access;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;

/// The people of a tenant.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct MembersReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its members.
    pub members: Vec<MemberRecord>,
    /// Where the token came from.
    pub authorized_by: String,
}

/// Lists the members of the tenant in force.
pub async fn members(session: &Session) -> Result<MembersReport, OpError> {
    let tenant = session.tenant()?.clone();
    let grant = access::any(session).await?;
    let members = session.client()?.members(&tenant, grant.access()).await.map_err(|error| {
        let words = match error.status() {
            Some(401) => "the members of a tenant are told to a person alone, and the token is no person's",
            Some(403) => "the server does not show the members of the tenant; the public server shows them to nobody",
            _ => return OpError::from(error),
        };
        OpError::new(ErrorCode::NotAllowed, words)
            .because(error)
            .hint("see them in the portal, https://portal.artcafe.ai, under \"Tenant Settings\"")
    })?;
    Ok(MembersReport { tenant_id: tenant, members, authorized_by: grant.from })
}
