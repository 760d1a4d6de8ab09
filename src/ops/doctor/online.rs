//! The part that asks the server: its order, and its end.
//!
//! Owns the deadline. Whatever is not there when it comes is told as that; nothing waits longer. First the way to the
//! server, one step after the other, then proof, isolation and administrator's token side by side, then the records.
//! No request is repeated, and each changes nothing at the server.

use std::cell::OnceCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::api::{Access, ApiError};
use crate::config::Sourced;
use crate::ops::access;
use crate::ops::doctor::finding::{Finding, Sheet};
use crate::ops::doctor::{Check, Part, Patient, network, proof, records};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::session::Session;
use crate::secret::Secret;

/// How long the whole diagnosis takes at most, with some room for what comes after it.
const LIMIT: Duration = Duration::from_millis(4800);
/// How long one request takes at most.
const ONE_REQUEST: Duration = Duration::from_secs(4);

/// When everything ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// What this gives until then, or that nothing came.
    pub(super) async fn within<T, E: Into<OpError>>(
        self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, OpError> {
        match tokio::time::timeout_at(self.0.into(), work).await {
            Ok(outcome) => outcome.map_err(Into::into),
            Err(_) => Err(OpError::new(
                ErrorCode::ServerUnreachable,
                format!("no answer within {:.1} s", LIMIT.as_secs_f64()),
            )
            .hint("run it again later; `artcafe auth test --verbose` waits longer and shows each request")),
        }
    }
}

/// Every check of this part.
fn all() -> Vec<Check> {
    Check::ALL.iter().copied().filter(|check| check.part() == Part::Online).collect()
}

pub(super) async fn look(sheet: &mut Sheet, patient: &Patient) {
    let Ok(session) = &patient.session else {
        let by = sheet.obstacle(&[Check::Home, Check::ConfigurationValid]);
        return sheet.block(&all(), by.unwrap_or(Check::ConfigurationValid));
    };
    if let Some(by) = sheet.obstacle(&[Check::EndpointSecure]) {
        return sheet.block(&all(), by);
    }
    let session = briefly(session);
    let deadline = Deadline(patient.started + LIMIT);
    if let Some(by) = network::look(sheet, &session, deadline).await {
        return sheet.block(&all(), by);
    }
    let is_named = sheet.obstacle(&[Check::Identity]).is_none();
    let attempt = is_named.then(|| proof::begin(sheet, &session)).flatten();
    let (proved, isolated, administrator) = tokio::join!(
        async {
            match &attempt {
                Some(attempt) => Some(attempt.run(deadline).await),
                None => None,
            }
        },
        async {
            match session.tenant() {
                Ok(_) => isolation(&session, deadline).await,
                Err(error) => Finding::failed(&error),
            }
        },
        async {
            match session.tenant() {
                Ok(_) => deadline.within(access::administrator(&session)).await,
                Err(error) => Err(error),
            }
        },
    );
    if session.tenant().is_err() {
        return sheet.block(&all(), Check::Identity);
    }
    sheet.put(Check::TenantIsolation, isolated);
    let token = match (attempt, proved) {
        (Some(attempt), Some(proved)) => attempt.tell(sheet, proved),
        _ => {
            sheet.block(proof::ALL, Check::Identity);
            None
        }
    };
    records::look(sheet, &session, deadline, administrator, token).await;
}

/// The same session with a client that gives up soon and repeats nothing.
fn briefly(session: &Session) -> Session {
    let mut session = session.clone();
    let timeout = &mut session.settings.timeout;
    *timeout = Sourced { value: timeout.value.min(ONE_REQUEST), origin: timeout.origin.clone() };
    session.settings.retries.value = 0;
    session.client = Rc::new(OnceCell::new());
    session
}

/// The tenant's own keys, asked for with a token that is none: section 12.1, bug 13.
async fn isolation(session: &Session, deadline: Deadline) -> Finding {
    let no_token = Secret::new("artcafe-doctor-shows-no-token".to_owned());
    let ask = async {
        let access = Access { token: Some(&no_token), tenant: Some(session.tenant()?) };
        Ok::<_, OpError>(match session.client()?.first_keys(access).await {
            Err(ApiError::Status { status: 401 | 403, .. }) => Ok(()),
            Ok(()) => Err(None),
            Err(error) => Err(Some(error)),
        })
    };
    match deadline.within(ask).await {
        Ok(Ok(())) => Finding::ok("a token that is none opens nothing"),
        Ok(Err(None)) => Finding::warning(
            "the server shows the tenant's keys to a token that is none, as long as the tenant's id is named: it does not look at tokens there, so that whoever knows the id can read and change the keys",
        )
        .hint("nothing on this machine mends it: tell the platform's operator, and keep the tenant's id to yourself"),
        Ok(Err(Some(error))) => Finding::warning(OpError::from(error).message).hint("run it again later"),
        Err(error) => Finding::failed(&error),
    }
}
