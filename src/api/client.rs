//! One connection to one endpoint: sends a request, reads the answer, repeats where that is safe.
//!
//! Owns the HTTP client's safety: no redirect is followed, loopback is never reached through a proxy,
//! an answer is read up to a limit, secrets are marked so that nothing prints them. A signal gives up
//! what only reads, and never a request that changes something. Built once, on
//! first use, since loading the system's certificates costs milliseconds. Knows no resource.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use zeroize::Zeroizing;

use super::error::{ApiError, PlanLimit, Unreachable, no_answer, proxy_answered};
use super::retry::{Repeat, wait_before_next};
use crate::checkpoint;
use crate::id::{ServerText, TenantId};
use crate::interrupt;
use crate::secret::SecretString;

/// An answer that is larger than this is refused.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// One finished request, for `--verbose`: nothing in it is secret.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Method and path template.
    pub route: &'static str,
    /// The origin that was asked.
    pub origin: String,
    /// The status, or why there was none.
    pub outcome: String,
    /// How long it took.
    pub took: Duration,
    /// Which attempt it was, from 1.
    pub attempt: u32,
}

/// Hears of each request, for `--verbose`.
pub type Tracer = Arc<dyn Fn(&Trace) + Send + Sync>;

/// What a client is made from.
#[derive(Clone)]
pub struct ClientOptions {
    /// The endpoint's origin without a trailing slash, already checked.
    pub origin: String,
    /// Whether it is this machine: then no proxy is used.
    pub is_loopback: bool,
    /// The proxy before it as it is named to people; which one is used is the HTTP client's to know.
    pub proxy: Option<String>,
    /// For one attempt of one request, connecting included.
    pub timeout: Duration,
    /// Repeats after the first attempt.
    pub retries: u32,
    /// PEM text of a certificate authority to trust besides the system's.
    pub ca_certificate: Option<Vec<u8>>,
    /// The clock, to measure the server's against.
    pub now: fn() -> Timestamp,
    /// Called after each attempt.
    pub trace: Option<Tracer>,
}

/// How a request shows who it is from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Access<'a> {
    /// The bearer token.
    pub token: Option<&'a SecretString>,
    /// The tenant selector. The real server trusts it without looking at the token (1.5), so it is
    /// left out wherever an answer is meant to prove something.
    pub tenant: Option<&'a TenantId>,
}

impl<'a> Access<'a> {
    /// With this token and no tenant header.
    pub fn token(token: &'a SecretString) -> Self {
        Self { token: Some(token), tenant: None }
    }
}

/// A client of one endpoint.
pub struct Client {
    options: ClientOptions,
    http: OnceLock<reqwest::Client>,
    offset: Mutex<Option<SignedDuration>>,
}

/// One request of a known route.
pub(super) struct Request<'a> {
    pub(super) route: &'static str,
    pub(super) method: Method,
    /// Below the origin; every id in it was parsed before.
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) access: Access<'a>,
    pub(super) repeat: Repeat,
}

impl Request<'_> {
    /// Whether nothing is lost with its answer. A challenge that nobody answers is none.
    fn only_reads(&self) -> bool {
        self.method == Method::GET || self.route.ends_with("/challenge")
    }
}

impl Client {
    /// Makes a client; nothing is connected or loaded yet.
    pub fn new(options: ClientOptions) -> Self {
        Self { options, http: OnceLock::new(), offset: Mutex::new(None) }
    }

    /// The endpoint that this client talks to.
    pub fn origin(&self) -> &str {
        &self.options.origin
    }

    /// The server's clock minus this machine's, as measured by the last answer's `Date`.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.offset.lock().ok().and_then(|offset| *offset)
    }

    /// The server's time as far as it is known; this machine's before any answer.
    pub fn server_now(&self) -> Timestamp {
        let now = (self.options.now)();
        self.clock_offset().and_then(|offset| now.checked_add(offset).ok()).unwrap_or(now)
    }

    /// Sends a request and reads the answer's JSON; an empty answer is `null`.
    pub(super) async fn send(&self, request: Request<'_>) -> Result<Value, ApiError> {
        let mut attempt = 0;
        loop {
            interrupt::check()?;
            let started = Instant::now();
            checkpoint::http("before", request.route);
            let outcome = match request.only_reads() {
                true => interrupt::unless_requested(self.send_once(&request)).await.unwrap_or_else(|e| Err(e.into())),
                false => self.send_once(&request).await,
            };
            checkpoint::http("after", request.route);
            if let Some(trace) = &self.options.trace {
                let outcome = match &outcome {
                    Ok((status, _)) => status.as_u16().to_string(),
                    Err(ApiError::Status { status, .. }) => status.to_string(),
                    Err(error) => error.to_string(),
                };
                let origin = self.options.origin.clone();
                trace(&Trace { route: request.route, origin, outcome, took: started.elapsed(), attempt: attempt + 1 });
            }
            let error = match outcome {
                Ok((_, body)) => return Ok(body),
                Err(error) => error,
            };
            match wait_before_next(&error, request.repeat, attempt, self.options.retries) {
                Some(wait) => interrupt::sleep(wait).await?,
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    async fn send_once(&self, request: &Request<'_>) -> Result<(StatusCode, Value), ApiError> {
        let route = request.route;
        let lost = |error| no_answer(&self.options.origin, self.options.proxy.as_deref(), route, error);
        let mut builder = self
            .http()?
            .request(request.method.clone(), format!("{}{}", self.options.origin, request.path))
            .headers(headers(route, request.access)?);
        if !request.query.is_empty() {
            builder = builder.query(&request.query);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let sent_at = (self.options.now)();
        let mut response = builder.send().await.map_err(lost)?;
        self.measure_clock(sent_at, response.headers());
        let status = response.status();
        let headers = response.headers().clone();
        // An answer may hold a token or a private key.
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                return Err(ApiError::Malformed { route, what: format!("it is larger than {LARGEST_ANSWER} bytes") });
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Some(how) = self.proxys_own(status, &headers) {
            return Err(proxy_answered(&self.options.origin, self.options.proxy.as_deref(), route, how));
        }
        if !status.is_success() {
            return Err(self.refused(route, status, &headers, &bytes));
        }
        if bytes.is_empty() {
            return Ok((status, Value::Null));
        }
        // The parser's own words may quote the answer, which may hold a token: only its place is told.
        let value = serde_json::from_slice(&bytes).map_err(|error| ApiError::Malformed {
            route,
            what: format!("it is no JSON (line {}, column {})", error.line(), error.column()),
        })?;
        Ok((status, value))
    }

    fn http(&self) -> Result<&reqwest::Client, ApiError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let setup = |source| ApiError::Setup { origin: self.options.origin.clone(), source };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("artcafe/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(self.options.timeout)
            .connect_timeout(self.options.timeout)
            // A wait for the next request must not outlive the server's idle connection.
            .pool_idle_timeout(Duration::from_secs(5));
        if self.options.is_loopback {
            builder = builder.no_proxy();
        }
        // Nothing is encrypted then, by no proxy and after no redirect: authorities that are never asked are not
        // read, which takes longer than a request to the sandbox. Were TLS wanted all the same, it would fail.
        let is_plain = self.options.is_loopback && self.options.origin.starts_with("http://");
        if is_plain && self.options.ca_certificate.is_none() {
            builder = builder.tls_certs_only([]);
        }
        if let Some(pem) = &self.options.ca_certificate {
            let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(setup)?;
            builder = builder.tls_certs_merge(certificates);
        }
        let built = builder.build().map_err(setup)?;
        Ok(self.http.get_or_init(|| built))
    }

    fn measure_clock(&self, sent_at: Timestamp, headers: &HeaderMap) {
        let date = headers.get("date").and_then(|date| date.to_str().ok()).and_then(http_date);
        if let (Some(date), Ok(mut offset)) = (date, self.offset.lock()) {
            let received_at = (self.options.now)();
            let middle = sent_at + received_at.duration_since(sent_at) / 2;
            // `Date` has whole seconds, cut off: half a second is the fair guess.
            *offset = Some(date.duration_since(middle) + SignedDuration::from_millis(500));
        }
    }

    fn refused(&self, route: &'static str, status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> ApiError {
        let retry_after =
            headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(|text| self.retry_after(text));
        let body: Option<Value> = serde_json::from_slice(bytes).ok();
        let detail = body.as_ref().map(|body| body.get("detail").unwrap_or(body));
        let limit = detail.filter(|_| status == StatusCode::PAYMENT_REQUIRED).and_then(|detail| {
            let number = |name: &str| detail.get(name).and_then(Value::as_u64);
            let text =
                |name: &str| detail.get(name).and_then(Value::as_str).map(|text| ServerText::new(text).to_string());
            Some(PlanLimit {
                resource: text("resource")?,
                current: number("current")?,
                limit: number("limit")?,
                plan: text("plan")?,
            })
        });
        let text = match detail {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(entries)) => entries.iter().filter_map(validation_entry).collect::<Vec<_>>().join("; "),
            Some(Value::Object(object)) => match object.get("message").and_then(Value::as_str) {
                Some(message) => message.to_owned(),
                None => "an error object".to_owned(),
            },
            Some(other) => other.to_string(),
            None if status.is_redirection() => "a redirect, which is never followed".to_owned(),
            None if bytes.is_empty() => "nothing".to_owned(),
            None => "a page that is no JSON, as a proxy in between would send".to_owned(),
        };
        ApiError::Status { route, status: status.as_u16(), detail: ServerText::new(&text), retry_after, limit }
    }

    /// What a proxy has against a plain request, which then went no further: only a proxy asks for a proxy's credentials,
    /// and some ask, for wrong ones, as a server does that knows user and password. The platform knows neither.
    fn proxys_own(&self, status: StatusCode, headers: &HeaderMap) -> Option<Unreachable> {
        let wants_password = || {
            let wanted = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
            wanted.is_some_and(|scheme| scheme.to_ascii_lowercase().starts_with("basic"))
        };
        match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(Unreachable::ProxyCredentials),
            StatusCode::UNAUTHORIZED if self.options.proxy.is_some() && wants_password() => {
                Some(Unreachable::ProxyRefused)
            }
            _ => None,
        }
    }

    /// Both forms of Retry-After: seconds, or a date by the server's clock.
    fn retry_after(&self, text: &str) -> Option<Duration> {
        if let Ok(seconds) = text.trim().parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let until = http_date(text)?;
        Some(Duration::try_from(until.duration_since(self.server_now())).unwrap_or(Duration::ZERO))
    }
}

/// One entry of a 422's list: where and what, without the `input`, which repeats what was sent.
fn validation_entry(entry: &Value) -> Option<String> {
    let place: Vec<String> = entry
        .get("loc")?
        .as_array()?
        .iter()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
        .collect();
    Some(format!("{}: {}", place.join("."), entry.get("msg")?.as_str()?))
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

fn headers(route: &'static str, access: Access<'_>) -> Result<HeaderMap, ApiError> {
    let mut headers = HeaderMap::new();
    let unfit = |what: &str| ApiError::Malformed { route, what: format!("{what} cannot be sent in a header") };
    if let Some(token) = access.token {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| unfit("the token"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    if let Some(tenant) = access.tenant {
        let value = HeaderValue::from_str(tenant.as_str()).map_err(|_| unfit("the tenant id"))?;
        headers.insert(HeaderName::from_static("x-tenant-id"), value);
    }
    Ok(headers)
}

/// The server was reached but what came back is no answer of the platform's.
pub(super) fn malformed(route: &'static str, what: &str) -> ApiError {
    ApiError::Malformed { route, what: what.to_owned() }
}

impl Unreachable {
    /// Whether a connection was never made, so that nothing can have happened.
    pub fn is_before_sending(self) -> bool {
        !matches!(self, Self::Timeout | Self::Closed)
    }
}
