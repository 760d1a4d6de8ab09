//! Takes a request through its faults, its handler and the log. One request works on the database at a time, so
//! that what it reads and what it writes belong together.

use super::call::{Call, Request};
use super::connection::Breaker;
use super::faults::{Fault, Kind, Plan, RetryAfter, plan};
use super::history::History;
use super::limits;
use super::log::{Line, Log};
use super::options::{Dialect, Tap};
use super::reply::{Reply, entry};
use super::router;
use super::routes::activity;
use super::store::Store;
use super::token::Signer;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CONTENT_LENGTH, DATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;

/// Everything that requests share.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) dialect: Dialect,
    pub(super) faults: Vec<Fault>,
    pub(super) signer: Signer,
    pub(super) log: Option<Log>,
    pub(super) tap: Option<Tap>,
    pub(super) core: Mutex<Core>,
}

/// What only one request at a time may use.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) store: Store,
    pub(super) history: History,
}

/// What came of a request.
struct Outcome {
    reply: Reply,
    tenant: Option<String>,
}

impl Outcome {
    fn without_work(reply: Reply) -> Self {
        Self { reply, tenant: None }
    }
}

/// The one entry of the HTTP server.
pub(super) async fn answer(
    State(service): State<Arc<Service>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: axum::extract::Request,
) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let plan = plan(&service.faults, parts.method.as_str(), parts.uri.path());
    let now = Timestamp::now();
    let now = now.checked_add(SignedDuration::from_millis(plan.skew_milliseconds)).unwrap_or(now);
    let mut request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: Vec::new(),
        now,
        stale: plan.stale,
    };
    tokio::time::sleep(plan.delay).await;
    let read = axum::body::to_bytes(Body::new(body), LARGEST_BODY).await;
    let outcome = match read {
        Ok(bytes) => {
            request.body = bytes.into();
            carry_out(&service, &plan, &request, &breaker).await
        }
        Err(_) => {
            Outcome::without_work(Reply::detail(StatusCode::PAYLOAD_TOO_LARGE, "Request body too large or incomplete"))
        }
    };
    let closed = matches!(plan.ending, Some(Kind::CloseBefore | Kind::CloseAfter));
    service.note(&request, &outcome, closed, started.elapsed());
    respond(&plan, outcome.reply, &breaker, now)
}

/// Does what the faults leave to do.
async fn carry_out(service: &Arc<Service>, plan: &Plan, request: &Request, breaker: &Breaker) -> Outcome {
    match &plan.ending {
        Some(Kind::Status { status, retry_after }) => {
            Outcome::without_work(fault_reply(&request.path, *status, *retry_after, request.now))
        }
        Some(Kind::CloseBefore) => {
            breaker.break_now();
            Outcome::without_work(Reply::no_content())
        }
        Some(Kind::Late(after)) => {
            let (service, request, after) = (Arc::clone(service), request.clone(), *after);
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                work(&service, request).await;
            });
            Outcome::without_work(Reply::proxy_page(StatusCode::GATEWAY_TIMEOUT))
        }
        Some(Kind::CloseAfter) => {
            let outcome = work(service, request.clone()).await;
            breaker.break_now();
            outcome
        }
        Some(Kind::After(status)) => {
            let done = work(service, request.clone()).await;
            Outcome { reply: fault_reply(&request.path, *status, None, request.now), tenant: done.tenant }
        }
        _ => work(service, request.clone()).await,
    }
}

/// Runs the handler off the thread that accepts connections: making an RSA pair takes a while.
async fn work(service: &Arc<Service>, request: Request) -> Outcome {
    let service = Arc::clone(service);
    match tokio::task::spawn_blocking(move || service.handle(&request)).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::without_work(Reply::broken(error.to_string())),
    }
}

impl Service {
    fn handle(&self, request: &Request) -> Outcome {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let Core { store, history } = &mut *core;
        let call =
            Call { request, store, signer: &self.signer, history, dialect: self.dialect, tenant: RefCell::new(None) };
        let mut reply = router::answer(&call);
        if let Err(broken) = activity::remember(&call, &reply) {
            reply = broken;
        }
        let today = call.today();
        // The header may have named anything: only a tenant that exists is counted and logged.
        let named = call.tenant.into_inner();
        let tenant = named.filter(|tenant| store.tenant(tenant).is_ok_and(|row| row.is_some()));
        let counted = tenant.as_deref().map_or(Ok(()), |tenant| store.count_call(tenant, &today));
        if let Err(error) = counted.and_then(|()| history.remember(store)) {
            reply.cause.get_or_insert(format!("database: {error}"));
        }
        if let Some(tap) = &self.tap {
            tap.hear(&request.body, &reply.body);
        }
        Outcome { reply, tenant }
    }

    /// Writes the log line. A log that cannot be written must not change an answer; the next line that can says so.
    fn note(&self, request: &Request, outcome: &Outcome, closed: bool, took: Duration) {
        let Some(log) = &self.log else { return };
        let line = Line {
            time: json!(Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            method: request.method.as_str(),
            path: &request.path,
            status: (!closed).then(|| outcome.reply.status.as_u16()),
            took,
            tenant: outcome.tenant.as_deref(),
            cause: outcome.reply.cause.as_deref(),
        };
        log.write(&line);
    }
}

/// Puts the reply on its way.
fn respond(plan: &Plan, reply: Reply, breaker: &Breaker, now: Timestamp) -> Response {
    let length = reply.body.len();
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let headers = response.headers_mut();
    headers.extend(reply.headers);
    // Always the request's own clock: hyper would add the true one.
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        headers.insert(DATE, date);
    }
    if let Some(Kind::Cut(bytes)) = &plan.ending {
        if length == 0 {
            // Nothing to cut: the connection ends without an answer instead.
            breaker.break_now();
        } else {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            breaker.break_in_body(bytes.unwrap_or(length / 2).min(length - 1));
        }
    }
    response
}

/// A time as HTTP headers write it.
fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The answer of a status fault, in the shape that the platform or a proxy before it gives.
fn fault_reply(path: &str, status: u16, retry_after: Option<RetryAfter>, now: Timestamp) -> Reply {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reply = match status {
        401 => Reply::bad_token("Signature has expired"),
        402 => {
            let resource = if path.contains("/agents") { "agents" } else { "ssh_keys" };
            Reply::detail(code, limits::exceeded(resource, 20, 20, "basic"))
        }
        403 => Reply::forbidden("You don't have access to this organization"),
        404 => Reply::no_route(),
        409 => Reply::detail(code, "Conflict"),
        422 => Reply::invalid(vec![entry("missing", json!(["body", "name"]), "Field required", &json!({}))]),
        429 => Reply::detail(code, "Too many requests"),
        500 => Reply::broken("fault"),
        502..=504 => Reply::proxy_page(code),
        _ => Reply::detail(code, code.canonical_reason().unwrap_or("Error")),
    };
    match retry_after {
        None => reply,
        Some(RetryAfter::Seconds(seconds)) => reply.with_retry_after(&seconds.to_string()),
        Some(RetryAfter::Date(seconds)) => {
            let ahead = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            reply.with_retry_after(&http_date(now.checked_add(ahead).unwrap_or(now)))
        }
    }
}
