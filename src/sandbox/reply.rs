//! Answers, and the platform's error bodies (section 1.6): `{"detail": …}` throughout.
//! Both outcomes of a handler are a `Reply`; the error side only stops the handler early.

use super::error::SandboxError;
use axum::http::header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use std::fmt;

/// An answer that is not yet on its way.
#[derive(Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
    /// What went wrong inside, for the request log; never on the wire.
    pub(super) cause: Option<String>,
}

impl fmt::Debug for Reply {
    /// Without the body, which may hold a token or a private key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What a handler returns.
pub(super) type Answer = Result<Reply, Reply>;

impl Reply {
    /// An answer with a JSON body.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::raw(status, "application/json", body.to_string().into_bytes())
    }

    /// 200 with a JSON body.
    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 201 with a JSON body.
    pub(super) fn created(body: &Value) -> Self {
        Self::json(StatusCode::CREATED, body)
    }

    /// 204 without a body, of the content type that the platform sends even then.
    pub(super) fn no_content() -> Self {
        Self::raw(StatusCode::NO_CONTENT, "application/json", Vec::new())
    }

    fn raw(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))], body, cause: None }
    }

    /// An error with a `detail`.
    pub(super) fn detail(status: StatusCode, detail: impl Into<Value>) -> Self {
        Self::json(status, &json!({ "detail": detail.into() }))
    }

    /// 401 of a token check.
    pub(super) fn bad_token(detail: &str) -> Self {
        Self::detail(StatusCode::UNAUTHORIZED, detail).with(WWW_AUTHENTICATE, "Bearer")
    }

    /// 403.
    pub(super) fn forbidden(detail: &str) -> Self {
        Self::detail(StatusCode::FORBIDDEN, detail)
    }

    /// 404 with a text that names what is missing.
    pub(super) fn missing(detail: &str) -> Self {
        Self::detail(StatusCode::NOT_FOUND, detail)
    }

    /// 404 of a path that has no route.
    pub(super) fn no_route() -> Self {
        Self::missing("Not Found")
    }

    /// 405; like the platform it names the methods of the path's first route only.
    pub(super) fn wrong_method(allow: &'static str) -> Self {
        Self::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").with(ALLOW, allow)
    }

    /// 307 to the path without its trailing slash.
    pub(super) fn redirect(location: &str) -> Self {
        let reply = Self { status: StatusCode::TEMPORARY_REDIRECT, headers: Vec::new(), body: Vec::new(), cause: None };
        match HeaderValue::from_str(location) {
            Ok(location) => Self { headers: vec![(LOCATION, location)], ..reply },
            Err(_) => Self::no_route(),
        }
    }

    /// 422 with its list of entries.
    pub(super) fn invalid(entries: Vec<Value>) -> Self {
        Self::detail(StatusCode::UNPROCESSABLE_ENTITY, entries)
    }

    /// 500 of an unhandled exception.
    pub(super) fn broken(cause: impl Into<String>) -> Self {
        let mut reply = Self::detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
        reply.cause = Some(cause.into());
        reply
    }

    /// An error page of a proxy before the server: HTML, not JSON.
    pub(super) fn proxy_page(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Error");
        let number = status.as_u16();
        let page = format!(
            "<html>\r\n<head><title>{number} {reason}</title></head>\r\n<body>\r\n<center><h1>{number} {reason}</h1>\
             </center>\r\n<hr><center>sandbox proxy</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::raw(status, "text/html", page.into_bytes())
    }

    /// Adds a header whose value is known to be well formed.
    pub(super) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// Adds `Retry-After`.
    pub(super) fn with_retry_after(mut self, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((RETRY_AFTER, value));
        }
        self
    }
}

impl From<rusqlite::Error> for Reply {
    fn from(error: rusqlite::Error) -> Self {
        Self::broken(format!("database: {error}"))
    }
}

impl From<SandboxError> for Reply {
    fn from(error: SandboxError) -> Self {
        Self::broken(error.to_string())
    }
}

/// One entry of a 422 list.
pub(super) fn entry(kind: &str, location: Value, message: &str, input: &Value) -> Value {
    json!({ "type": kind, "loc": location, "msg": message, "input": input })
}

/// One entry of a 422 list, with its `ctx`.
pub(super) fn entry_with(kind: &str, location: Value, message: &str, input: &Value, context: Value) -> Value {
    json!({ "type": kind, "loc": location, "msg": message, "input": input, "ctx": context })
}
