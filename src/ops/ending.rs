//! Ends one record at the server and sees that it is so.
//!
//! Owns the reading of every outcome: revoked, deleted where there is no such route, gone already, or
//! not known yet. A lost answer is settled by looking; what cannot be settled is never called done.

use crate::api::wire::KeyRecord;
use crate::api::{ApiError, Client};
use crate::checkpoint;
use crate::id::KeyId;
use crate::keys::PublicKey;
use crate::ops::access::Grant;
use crate::ops::error::{ErrorCode, OpError};

/// How a record ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// It is revoked and stays on the server as such.
    Revoke {
        /// Why, for the platform's record.
        reason: String,
        /// Delete the record where the server has no way to revoke it.
        may_delete: bool,
    },
    /// It is deleted for good.
    Delete,
}

/// What became of one record.
pub(super) enum Ending {
    /// It was ended before.
    Already,
    /// There is none, or the id leads to another key.
    Absent,
    /// It was ended now: `revoked` or `deleted`.
    Done(&'static str),
    /// It cannot be told.
    Unsettled(OpError),
}

/// What is known of a record before it is asked for its end; nothing where it can be ended, if it holds this key.
pub(super) async fn look(
    client: &Client,
    grant: &Grant,
    id: &KeyId,
    public: Option<&PublicKey>,
    method: &Method,
) -> Result<Option<Ending>, OpError> {
    Ok(match record(client, grant, id).await? {
        None => Some(Ending::Absent),
        Some(record) if public.is_some_and(|public| !public.is_line(&record.public_key)) => Some(Ending::Absent),
        Some(record) if record.revoked && matches!(method, Method::Revoke { .. }) => Some(Ending::Already),
        Some(_) => None,
    })
}

/// Ends the record of this id.
pub(super) async fn end(client: &Client, grant: &Grant, id: &KeyId, method: &Method) -> Result<Ending, OpError> {
    checkpoint::reach("revoke.before_request");
    let outcome = match method {
        Method::Revoke { reason, may_delete } => revoke(client, grant, id, reason, *may_delete).await,
        Method::Delete => delete(client, grant, id).await,
    };
    checkpoint::reach("revoke.after_request");
    let refused = match outcome {
        Ok(how) => return confirm(client, grant, id, how, method).await,
        Err(Refused::Ours(error)) => return Err(error),
        Err(Refused::Server(error)) if error.may_have_worked() || error.is_temporary() => error,
        Err(Refused::Server(error)) => return Err(error.into()),
    };
    let seen = record(client, grant, id).await;
    Ok(match seen {
        Ok(None) => Ending::Done("deleted"),
        Ok(Some(record)) if is_ended(&record, method) => Ending::Done("revoked"),
        Ok(Some(_)) | Err(_) => Ending::Unsettled(refused.into()),
    })
}

/// One record; nothing where there is none.
pub(super) async fn record(client: &Client, grant: &Grant, id: &KeyId) -> Result<Option<KeyRecord>, OpError> {
    match client.key(id, grant.access()).await {
        Ok(record) => Ok(Some(record)),
        Err(error) if error.is_record_missing() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

enum Refused {
    Server(ApiError),
    Ours(OpError),
}

async fn revoke(
    client: &Client,
    grant: &Grant,
    id: &KeyId,
    reason: &str,
    may_delete: bool,
) -> Result<&'static str, Refused> {
    match client.revoke_key(id, reason, grant.access()).await {
        Ok(()) => Ok("revoked"),
        // Section 6: no release of the real server has the route.
        Err(error) if error.is_route_missing() && may_delete => delete(client, grant, id).await,
        Err(error) if error.is_route_missing() => Err(Refused::Ours(
            OpError::new(
                ErrorCode::RevokeUnsupported,
                "this server has no way to revoke a key, only to delete its record, which `--no-delete` rules out; the key stays valid",
            )
            .because(error)
            .hint("leave out `--no-delete`: the reason is then kept on this machine alone"),
        )),
        Err(error) if error.is_record_missing() => Ok("deleted"),
        Err(error) => Err(Refused::Server(error)),
    }
}

async fn delete(client: &Client, grant: &Grant, id: &KeyId) -> Result<&'static str, Refused> {
    match client.delete_key(id, grant.access()).await {
        Ok(()) => Ok("deleted"),
        Err(error) if error.is_record_missing() => Ok("deleted"),
        Err(error) => Err(Refused::Server(error)),
    }
}

/// Looks whether it is as the server said.
async fn confirm(
    client: &Client,
    grant: &Grant,
    id: &KeyId,
    how: &'static str,
    method: &Method,
) -> Result<Ending, OpError> {
    match client.key(id, grant.access()).await {
        Ok(record) if is_ended(&record, method) => Ok(Ending::Done(how)),
        Ok(_) => Ok(Ending::Unsettled(
            OpError::new(ErrorCode::BadAnswer, format!("the server said that key {id} was {how}, but still shows it"))
                .hint("run the same command again, or look in the portal"),
        )),
        // The agent's own token may end with its key: that is an answer as well.
        Err(error) if error.is_record_missing() || matches!(error.status(), Some(401 | 403)) => Ok(Ending::Done(how)),
        Err(error) => Ok(Ending::Unsettled(error.into())),
    }
}

fn is_ended(record: &KeyRecord, method: &Method) -> bool {
    matches!(method, Method::Revoke { .. }) && record.revoked
}
