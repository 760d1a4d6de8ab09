//! Which proxy stands before an endpoint, for the words of a failure.
//!
//! Owns the name alone: the HTTP client reads the same variables by itself, in the same order. What is
//! named holds no credentials.

use super::endpoint::Endpoint;
use crate::env::Env;

/// The proxy of the variables and which of them names it: `http://proxy.example:3128 (HTTPS_PROXY)`.
pub fn proxy_before(env: &Env, endpoint: &Endpoint) -> Option<String> {
    let names: &[&str] = match (endpoint.is_loopback(), endpoint.is_https()) {
        (true, _) => return None,
        (false, true) => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
        (false, false) => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
    };
    let (name, value) = names.iter().find_map(|name| env.var(name).map(|value| (*name, value)))?;
    // Without a scheme it is http; a user's name before a colon is none.
    let whole = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url: Option<url::Url> = whole.parse().ok();
    Some(match url.as_ref().and_then(|url| Some((url.scheme(), url.host_str()?, url.port_or_known_default()?))) {
        Some((scheme, host, port)) => format!("{scheme}://{host}:{port} ({name})"),
        None => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_credentials() {
        let https: Endpoint = "https://api.example".parse().unwrap();
        let named = |variable: &str, value: &str, endpoint: &Endpoint| {
            proxy_before(&Env::made_up(&[], [(variable, value)]), endpoint)
        };
        for (value, name) in [
            ("http://user:word@proxy.example:3128", "http://proxy.example:3128 (HTTPS_PROXY)"),
            ("user:word@proxy.example:3128", "http://proxy.example:3128 (HTTPS_PROXY)"),
            ("proxy.example:3128", "http://proxy.example:3128 (HTTPS_PROXY)"),
            ("http://user:w%40rd@10.0.0.1", "http://10.0.0.1:80 (HTTPS_PROXY)"),
            ("http://user:wo/rd@x:99999999", "HTTPS_PROXY"),
        ] {
            assert_eq!(named("HTTPS_PROXY", value, &https).as_deref(), Some(name), "{value}");
        }
        let http: Endpoint = "http://api.example".parse().unwrap();
        assert_eq!(named("HTTPS_PROXY", "http://p:1", &http), None);
        assert_eq!(named("all_proxy", "http://p:1", &http).as_deref(), Some("http://p:1 (all_proxy)"));
        assert_eq!(named("ALL_PROXY", "http://p:1", &"http://127.0.0.1:1".parse().unwrap()), None);
    }
}
