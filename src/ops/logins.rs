//! Stored administrators' tokens: `$ARTCAFE_HOME/credentials.json`, mode 0600.
//!
//! Owns that a token is used only for the endpoint and tenant that it was given for. Tokens given by
//! flag or variable never come here.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::config::Paths;
use crate::durable;
use crate::id::TenantId;
use crate::ops::error::{ErrorCode, OpError};
use crate::secret::{Secret, SecretString};

/// One stored login.
#[derive(Debug, Clone)]
pub struct Login {
    /// The endpoint's origin.
    pub endpoint: String,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The token.
    pub token: SecretString,
    /// When it was stored, RFC 3339 in UTC.
    pub saved_at: String,
    /// The server's clock minus this machine's at that time, in seconds; absent where it was not measured.
    pub clock_offset_seconds: Option<i64>,
}

/// The file's form.
#[derive(Serialize, Deserialize)]
struct Entry {
    endpoint: String,
    tenant_id: TenantId,
    token: Zeroizing<String>,
    saved_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clock_offset_seconds: Option<i64>,
}

#[derive(Default, Serialize, Deserialize)]
struct Content {
    logins: Vec<Entry>,
}

/// All stored logins.
#[derive(Debug, Default)]
pub struct Logins {
    /// One for each endpoint and tenant.
    pub entries: Vec<Login>,
}

impl Logins {
    /// The file.
    pub fn path(paths: &Paths) -> PathBuf {
        paths.home.join("credentials.json")
    }

    /// Reads the file; an absent one is empty.
    pub fn load(paths: &Paths) -> Result<Self, OpError> {
        let path = Self::path(paths);
        let Some(bytes) = durable::read_if_present(&path, 4 * 1024 * 1024)?.map(Zeroizing::new) else {
            return Ok(Self::default());
        };
        // The parser's words may quote the file, which holds tokens: only the place is told.
        let content: Content = serde_json::from_slice(&bytes).map_err(|error| {
            OpError::new(
                ErrorCode::ConfigInvalid,
                format!("`{}` is damaged at line {}, column {}", path.display(), error.line(), error.column()),
            )
            .hint("remove it with `artcafe auth logout --all`, then log in again with `artcafe auth login`")
        })?;
        let entries = content
            .logins
            .into_iter()
            .map(|mut entry| Login {
                endpoint: entry.endpoint,
                tenant_id: entry.tenant_id,
                token: Secret::new(std::mem::take(&mut *entry.token)),
                saved_at: entry.saved_at,
                clock_offset_seconds: entry.clock_offset_seconds,
            })
            .collect();
        Ok(Self { entries })
    }

    /// Writes the file, or removes it when nothing is left; the caller holds the lock.
    pub fn save(&self, paths: &Paths) -> Result<(), OpError> {
        let path = Self::path(paths);
        if self.entries.is_empty() {
            durable::remove(&path)?;
            return Ok(());
        }
        let logins = self
            .entries
            .iter()
            .map(|login| Entry {
                endpoint: login.endpoint.clone(),
                tenant_id: login.tenant_id.clone(),
                token: Zeroizing::new(login.token.expose().clone()),
                saved_at: login.saved_at.clone(),
                clock_offset_seconds: login.clock_offset_seconds,
            })
            .collect();
        let text = serde_json::to_vec_pretty(&Content { logins }).map(Zeroizing::new);
        let text = text.map_err(|_| OpError::new(ErrorCode::Failed, "cannot write the logins"))?;
        durable::replace(&path, &text, 0o600)?;
        Ok(())
    }

    /// The login for this endpoint and tenant.
    pub fn login(&self, endpoint: &str, tenant: &TenantId) -> Option<&Login> {
        self.entries.iter().find(|login| login.endpoint == endpoint && &login.tenant_id == tenant)
    }
}
