//! `key list`: every key record of the tenant, or of one agent.
//!
//! Owns the filters, which are applied here because the server ignores them, and the mark of the key
//! that this machine holds.

use serde::Serialize;

use crate::api::wire::KeyRecord;
use crate::ops::access;
use crate::ops::error::OpError;
use crate::ops::session::Session;
use crate::ops::show;

/// Which records to show.
#[derive(Debug, Clone, Default)]
pub struct ListOptions {
    /// Also those of other agents.
    pub all_agents: bool,
    /// Only this type.
    pub key_type: Option<String>,
    /// Only those that can authenticate.
    pub active_only: bool,
}

/// One listed key.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ListedKey {
    /// The record.
    #[serde(flatten)]
    pub record: KeyRecord,
    /// The OpenSSH fingerprint; absent where the record's public key cannot be read.
    pub openssh_fingerprint: Option<String>,
    /// Whether it is the configured private key's.
    pub is_local: bool,
}

/// The listed keys.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ListReport {
    /// The records that passed the filters, in the server's order.
    pub keys: Vec<ListedKey>,
    /// How many there are without the filters.
    pub total: usize,
    /// Where the token came from.
    pub authorized_by: String,
}

/// Lists the key records.
pub async fn list(session: &Session, options: &ListOptions) -> Result<ListReport, OpError> {
    let grant = access::any(session).await?;
    let records = session.client()?.keys(grant.access()).await?;
    // Without a key on this machine there is nothing to mark, which is no failure.
    let local = show::fingerprint_of(session, &session.settings.private_key_path.value)?;
    let agent = session.settings.agent_id.as_ref().map(|id| &id.value);
    let total = records.len();
    let keys = records
        .into_iter()
        .filter(|record| options.all_agents || agent.is_none_or(|agent| record.is_of(agent)))
        .filter(|record| options.key_type.as_deref().is_none_or(|wanted| record.key_type.as_str() == wanted))
        .filter(|record| !options.active_only || record.is_usable())
        .map(|record| {
            let key = crate::keys::PublicKey::parse_line(&record.public_key).ok();
            let openssh_fingerprint = key.map(|key| key.openssh_fingerprint());
            let is_local = local.is_some() && openssh_fingerprint == local;
            ListedKey { record, openssh_fingerprint, is_local }
        })
        .collect();
    Ok(ListReport { keys, total, authorized_by: grant.from })
}
