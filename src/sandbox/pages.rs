//! Pages of lists. `documented` pages through what the request may see; `as-built` counts the limit over the rows of
//! all tenants before it filters, so that a page may be empty and still have a next one (section 6).

use super::call::Call;
use super::options::Dialect;
use super::query::{bounded, query_number};
use super::reply::Reply;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The page size where none is asked for.
const DEFAULT_LIMIT: i64 = 50;

/// A row's place in the scan.
pub(super) trait Place {
    fn tenant(&self) -> &str;
    fn id(&self) -> &str;
}

impl Place for super::store::KeyRow {
    fn tenant(&self) -> &str {
        &self.tenant_id
    }

    fn id(&self) -> &str {
        &self.id
    }
}

impl Place for super::store::AgentRow {
    fn tenant(&self) -> &str {
        &self.tenant_id
    }

    fn id(&self) -> &str {
        &self.id
    }
}

impl Place for super::store::ChannelRow {
    fn tenant(&self) -> &str {
        &self.tenant_id
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// Cuts the asked page out of all rows, which come sorted by tenant and id. `wanted` is the filters' say, which
/// only the documented dialect hears.
pub(super) fn page<T: Place>(
    call: &Call<'_>,
    rows: Vec<T>,
    tenant: &str,
    wanted: impl Fn(&T) -> bool,
) -> Result<(Vec<T>, Value), Reply> {
    let text = call.query("limit");
    let limit = query_number("limit", text.as_deref(), DEFAULT_LIMIT)?;
    let token = call.query("next_token").filter(|token| !token.is_empty());
    match call.dialect {
        Dialect::Documented => {
            let limit = bounded("limit", text.as_deref(), limit, 1, 100)?;
            let after = token.map(|token| opaque_id(&token)).transpose()?;
            let own = rows.into_iter().filter(|row| {
                row.tenant() == tenant && wanted(row) && after.as_deref().is_none_or(|after| row.id() > after)
            });
            Ok(cut(own.collect(), limit))
        }
        Dialect::AsBuilt => {
            if limit < 0 {
                return Err(Reply::broken("negative limit"));
            }
            let after = token.map(|token| scan_key(&token)).transpose()?;
            let mut scanned = rows;
            scanned.retain(|row| {
                after.as_ref().is_none_or(|(tenant, id)| (row.tenant(), row.id()) > (tenant.as_str(), id.as_str()))
            });
            let mut next = Value::Null;
            // Zero is no limit. A full page has a token even where nothing follows.
            if let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0 && scanned.len() >= *limit) {
                scanned.truncate(limit);
                next = scanned.last().map_or(Value::Null, |row| {
                    let (tenant, id) = (json!(row.tenant()), json!(row.id()));
                    json!(format!("{{\"tenant_id\": {{\"S\": {tenant}}}, \"id\": {{\"S\": {id}}}}}"))
                });
            }
            scanned.retain(|row| row.tenant() == tenant);
            Ok((scanned, next))
        }
    }
}

fn cut<T: Place>(mut rows: Vec<T>, limit: i64) -> (Vec<T>, Value) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return (rows, Value::Null);
    }
    rows.truncate(limit);
    let next = rows.last().map_or(Value::Null, |row| json!(URL_SAFE_NO_PAD.encode(row.id())));
    (rows, next)
}

fn opaque_id(token: &str) -> Result<String, Reply> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Reply::detail(StatusCode::BAD_REQUEST, "Invalid next_token"))
}

/// The database's last key, as the platform hands it out.
fn scan_key(token: &str) -> Result<(String, String), Reply> {
    let key: Value = serde_json::from_str(token).map_err(|_error| Reply::broken("next_token is not JSON"))?;
    let part = |name: &str| {
        let text = key.pointer(&format!("/{name}/S")).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| Reply::broken("next_token is no key"))
    };
    Ok((part("tenant_id")?, part("id")?))
}
