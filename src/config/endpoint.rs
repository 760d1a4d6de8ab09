//! The origin of the platform's API, and URLs below it.
//!
//! Owns the endpoint rules: an origin of http or https, with `/api/v1` appended by us alone and
//! forgiven at the end of what a user wrote. A refused text is never shown, since it may hold
//! credentials. Whether plain http is acceptable is for the caller to decide.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use url::{Host, Url};

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the endpoint is not valid: {reason}")]
pub struct EndpointError {
    reason: &'static str,
    hint: String,
}

impl EndpointError {
    fn new(reason: &'static str, hint: impl Into<String>) -> Self {
        Self { reason, hint: hint.into() }
    }

    /// What would be right.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

/// The origin of the platform's API: scheme, host and port.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    base: Url,
    origin: String,
}

/// What an endpoint looks like, for hints.
const EXAMPLE: &str = "write it like `https://api.artcafe.ai`";

impl Endpoint {
    /// The platform's own endpoint.
    pub const DEFAULT: &str = "https://api.artcafe.ai";

    /// The origin without a trailing slash.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A URL below `/api/v1`; `path` may carry a query after `?`.
    pub fn api(&self, path: &str) -> Url {
        self.root(&format!("/api/v1/{}", path.trim_start_matches('/')))
    }

    /// A URL below the origin itself; `path` may carry a query after `?`.
    pub fn root(&self, path: &str) -> Url {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// The host alone, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether the host is this very machine.
    pub fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether the connection is protected by TLS.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EndpointError::new("it is empty", EXAMPLE));
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(EndpointError::new("it contains blanks or control characters", EXAMPLE));
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            // What holds an `@` may be a password, so it is not repeated.
            let hint = if text.contains(['@', '?', '#', '\\']) {
                EXAMPLE.to_owned()
            } else {
                format!("write `https://{text}`")
            };
            return Err(EndpointError::new("the scheme is missing", hint));
        };
        if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(EndpointError::new("only http and https are allowed", EXAMPLE));
        }
        if rest.contains('\\') {
            return Err(EndpointError::new("it contains a backslash", EXAMPLE));
        }
        let mut base = Url::parse(text).map_err(|error| match error {
            url::ParseError::EmptyHost => EndpointError::new("the host is missing", EXAMPLE),
            url::ParseError::InvalidPort => EndpointError::new("the port is not valid", EXAMPLE),
            _ => EndpointError::new("it is no URL", EXAMPLE),
        })?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointError::new("it contains credentials", "leave them out; a token comes from `--token`"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointError::new("it has a query or a fragment", "leave out everything from `?` or `#` on"));
        }
        if base.port() == Some(0) {
            return Err(EndpointError::new("the port is not valid", EXAMPLE));
        }
        if !["", "/api/v1", "/v1"].contains(&base.path().trim_end_matches('/')) {
            return Err(EndpointError::new("it has a path", "write the origin alone; `/api/v1` is added by itself"));
        }
        base.set_path("/");
        let origin = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self { base, origin })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Endpoint({})", self.origin)
    }
}

impl schemars::JsonSchema for Endpoint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "The platform's origin.", "type": "string" })
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> String {
        text.parse::<Endpoint>().unwrap_or_else(|error| panic!("{text}: {error}")).origin().to_owned()
    }

    #[test]
    fn every_spelling_of_an_origin_is_the_same_origin() {
        for text in [
            "https://api.artcafe.ai",
            " https://API.artcafe.ai/ ",
            "HTTPS://api.artcafe.ai:443//",
            "https://api.artcafe.ai/api/v1",
            "https://api.artcafe.ai/api/v1/",
            "https://api.artcafe.ai/v1",
        ] {
            assert_eq!(origin(text), Endpoint::DEFAULT, "{text}");
        }
        assert_eq!(origin("http://127.0.0.1:8000/"), "http://127.0.0.1:8000");
        assert_eq!(origin("http://[::1]:80"), "http://[::1]");
    }

    #[test]
    fn what_is_no_origin_is_refused_and_not_repeated() {
        for (text, reason) in [
            ("", "empty"),
            ("ftp://api.artcafe.ai", "only http"),
            ("https://", "host is missing"),
            ("https://user:hunter2@api.artcafe.ai", "credentials"),
            ("hunter2@api.artcafe.ai", "scheme"),
            ("https://api.artcafe.ai/?token=hunter2", "query"),
            ("https://api.artcafe.ai/#hunter2", "fragment"),
            ("https://api.artcafe.ai/api/v2", "path"),
            ("https://api.artcafe.ai/v1/api/v1", "path"),
            ("https://api artcafe.ai", "blanks"),
            ("https://api.art\ncafe.ai", "blanks"),
            ("https:\\\\api.artcafe.ai", "scheme"),
            ("https://good.example\\@evil.example", "backslash"),
            ("https://api.artcafe.ai:99999", "port"),
            ("https://api.artcafe.ai:0", "port"),
            ("https:api.artcafe.ai", "scheme"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert!(error.to_string().contains(reason), "{text}: {error}");
            assert!(!format!("{error} {error:?} {}", error.hint()).contains("hunter2"), "{text}");
            assert!(!error.hint().is_empty(), "{text}");
        }
        assert_eq!("api.artcafe.ai".parse::<Endpoint>().unwrap_err().hint(), "write `https://api.artcafe.ai`");
        assert_eq!("localhost:8000".parse::<Endpoint>().unwrap_err().hint(), "write `https://localhost:8000`");
    }

    #[test]
    fn urls_are_below_the_origin() {
        let endpoint: Endpoint = "http://localhost:8000/api/v1/".parse().unwrap();
        assert_eq!(endpoint.api("/ssh-keys?limit=5").as_str(), "http://localhost:8000/api/v1/ssh-keys?limit=5");
        assert_eq!(endpoint.api("auth/verify").as_str(), "http://localhost:8000/api/v1/auth/verify");
        assert_eq!(endpoint.root("/health").as_str(), "http://localhost:8000/health");
        assert_eq!(endpoint.to_string(), "http://localhost:8000");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (text, loopback) in [
            ("http://localhost", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.1:1", true),
            ("http://[::1]:8000", true),
            ("http://0.0.0.0", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.nip.io", false),
            ("https://api.artcafe.ai", false),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().is_loopback(), loopback, "{text}");
        }
    }
}
