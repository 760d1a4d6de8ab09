//! What can go wrong between this client and the platform.
//!
//! Owns the distinctions that a caller decides on: was the server reached, might the request have
//! been carried out, is a route missing or a record. A 429, a 5xx or a timeout never says that a key
//! is dead (section 12).

use std::time::Duration;

use serde::Serialize;

use crate::id::ServerText;
use crate::interrupt::Interrupted;

/// How the server could not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No connection: name not found, refused, no route.
    Connect,
    /// No connection to the proxy.
    Proxy,
    /// The proxy wants credentials, or other ones: its status 407.
    ProxyCredentials,
    /// The proxy lets no request through to the endpoint.
    ProxyRefused,
    /// The certificate or the handshake was refused.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection ended before the answer was whole.
    Closed,
}

/// A plan's limit, as the platform reports it with status 402 (section 1.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PlanLimit {
    /// What is limited: `ssh_keys`, `agents`, …
    pub resource: String,
    /// How many there are.
    pub current: u64,
    /// How many the plan allows.
    pub limit: u64,
    /// The plan's name.
    pub plan: String,
}

/// A failed request. `route` is the method and path template, never a query.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The HTTP client could not be made: a bad certificate file, say.
    #[error("cannot prepare connections to {origin}")]
    Setup {
        /// The endpoint.
        origin: String,
        /// The client's reason.
        #[source]
        source: reqwest::Error,
    },
    /// No answer arrived.
    #[error("{} ({route})", match how {
        Unreachable::Connect => format!("cannot connect to {origin}"),
        Unreachable::Proxy => format!("cannot connect to {}, through which {origin} is reached", named(proxy)),
        Unreachable::ProxyCredentials => format!("{} refuses the credentials that it was given, or wants some (407)", named(proxy)),
        Unreachable::ProxyRefused => format!("{} lets nothing through to {origin}", named(proxy)),
        Unreachable::Tls => format!("no secure connection to {origin}"),
        Unreachable::Timeout => format!("no answer from {origin} in time"),
        Unreachable::Closed => format!("the connection to {origin} ended before the answer was whole"),
    })]
    NoAnswer {
        /// The endpoint.
        origin: String,
        /// Method and path template.
        route: &'static str,
        /// In what way.
        how: Unreachable,
        /// The proxy on the way, as it is named to people.
        proxy: Option<String>,
        /// The client's reason, without the URL; none where the proxy itself answered.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// The server answered with a status that is no success. Its words are kept apart from ours.
    #[error("the server answered {status} to {route}")]
    Status {
        /// Method and path template.
        route: &'static str,
        /// The HTTP status.
        status: u16,
        /// The server's own words.
        detail: ServerText,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
        /// With status 402: the limit that was reached.
        limit: Option<PlanLimit>,
    },
    /// A success that says that the signature is not valid.
    #[error("the server's answer to {route} says that the signature is not valid")]
    NotValid {
        /// Method and path template.
        route: &'static str,
    },
    /// A success whose content cannot be what it should be.
    #[error("the server's answer to {route} makes no sense: {what}")]
    Malformed {
        /// Method and path template.
        route: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A signal came before the request was sent, or while one was under way that changes nothing.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl ApiError {
    /// The HTTP status, where the server answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the server knows no such route (as against no such record): section 6, step 3.
    pub fn is_route_missing(&self) -> bool {
        match self {
            Self::Status { status: 404, detail, .. } => detail.as_str() == "Not Found",
            Self::Status { status: 405 | 501, .. } => true,
            _ => false,
        }
    }

    /// Whether the server says that there is no such record.
    pub fn is_record_missing(&self) -> bool {
        self.status() == Some(404) && !self.is_route_missing()
    }

    /// Whether the server may have carried the request out although no success was seen.
    pub fn may_have_worked(&self) -> bool {
        match self {
            Self::NoAnswer { how, .. } => matches!(how, Unreachable::Timeout | Unreachable::Closed),
            Self::Status { status, .. } => *status >= 500,
            Self::Malformed { .. } => true,
            Self::Setup { .. } | Self::NotValid { .. } | Self::Interrupted(_) => false,
        }
    }

    /// Whether a signal ended it, which says nothing about the server.
    pub fn is_interruption(&self) -> bool {
        matches!(self, Self::Interrupted(_))
    }

    /// Whether trying again later can help without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NoAnswer { how, .. } => {
                !matches!(how, Unreachable::Tls | Unreachable::ProxyCredentials | Unreachable::ProxyRefused)
            }
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Setup { .. } | Self::NotValid { .. } | Self::Malformed { .. } | Self::Interrupted(_) => false,
        }
    }
}

/// Turns the HTTP client's error into ours; the URL is taken out, since it may hold a query.
pub(super) fn no_answer(origin: &str, proxy: Option<&str>, route: &'static str, source: reqwest::Error) -> ApiError {
    // Before anything is looked at: a host's name says nothing about what went wrong.
    let source = source.without_url();
    let how = if source.is_timeout() {
        Unreachable::Timeout
    } else if source.is_connect() {
        let unreachable = if is_tls(&source) { Unreachable::Tls } else { Unreachable::Connect };
        of_proxy(&source).unwrap_or(unreachable)
    } else {
        Unreachable::Closed
    };
    let proxy = proxy.map(str::to_owned);
    ApiError::NoAnswer { origin: origin.to_owned(), route, how, proxy, source: Some(source) }
}

/// A proxy that answered a plain request itself.
pub(super) fn proxy_answered(origin: &str, proxy: Option<&str>, route: &'static str, how: Unreachable) -> ApiError {
    let (origin, proxy) = (origin.to_owned(), proxy.map(str::to_owned));
    ApiError::NoAnswer { origin, route, how, proxy, source: None }
}

fn named(proxy: &Option<String>) -> String {
    proxy.as_ref().map_or_else(|| "the proxy".to_owned(), |proxy| format!("the proxy {proxy}"))
}

/// What a proxy had against the tunnel to an endpoint. The type of that error is not to be had, its words are.
fn of_proxy(error: &(dyn std::error::Error + 'static)) -> Option<Unreachable> {
    let mut current = Some(error);
    while let Some(error) = current {
        let words = error.to_string();
        match words.strip_prefix("tunnel error: ") {
            None => {}
            Some("proxy authorization required") => return Some(Unreachable::ProxyCredentials),
            Some("failed to create underlying connection") => return Some(Unreachable::Proxy),
            Some(_) => return Some(Unreachable::ProxyRefused),
        }
        current = error.source();
    }
    None
}

/// Whether a connection failed in its TLS part: that library's errors arrive as invalid data, or as an
/// end in the middle of the handshake; the system's own errors of names and connections as neither.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut current = Some(error);
    while let Some(error) = current {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| {
            let is_of_system = io.raw_os_error().is_some();
            !is_of_system && matches!(io.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof)
        }) {
            return true;
        }
        // Through a proxy or a connector of its own the same error comes unwrapped; its words hold no host.
        let words = error.to_string().to_ascii_lowercase();
        if ["peer certificate", "handshake"].iter().any(|word| words.contains(word)) {
            return true;
        }
        // `source` of an error that wraps another one skips that one.
        current = match io.and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    false
}
