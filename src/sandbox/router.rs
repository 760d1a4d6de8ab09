//! Which path and method leads where. Answers 404, 405 and the trailing slash's 307 itself, as the platform's
//! framework does: a path that matches with another method names the methods of the first such route only.

use super::call::Call;
use super::options::Dialect;
use super::reply::{Answer, Reply};
use super::routes::{accounts, activity, agents, auth, billing, channels, keys, members, tenants, usage};

/// A handler; the text is the path's parameter, empty where there is none, with a slash between two.
type Handler = fn(&Call<'_>, &str) -> Answer;

/// One route: method, pattern with a `{}` for each parameter, handler.
type Route = (&'static str, &'static str, Handler);

/// The order is the platform's, and decides what 405 says.
const ROUTES: &[Route] = &[
    ("GET", "/", |_call, _| usage::root()),
    ("GET", "/health", |_call, _| usage::health()),
    ("GET", "/api/v1/agents", |call, _| agents::list(call)),
    ("GET", "/api/v1/agents/{}", agents::show),
    ("POST", "/api/v1/agents", |call, _| agents::create(call)),
    ("PUT", "/api/v1/agents/{}", agents::update),
    ("DELETE", "/api/v1/agents/{}", agents::delete),
    (SUMMARY.0, SUMMARY.1, SUMMARY.2),
    ("PUT", "/sandbox/agents/{}/status", agents::set_status),
    ("GET", "/api/v1/ssh-keys", |call, _| keys::list(call)),
    ("GET", "/api/v1/ssh-keys/{}", keys::show),
    ("POST", "/api/v1/ssh-keys", |call, _| keys::create(call)),
    ("POST", "/api/v1/ssh-keys/generate", |call, _| keys::generate(call)),
    ("DELETE", "/api/v1/ssh-keys/{}", keys::delete),
    (REVOKE.0, REVOKE.1, REVOKE.2),
    ("POST", "/api/v1/auth/challenge", |call, _| auth::challenge(call)),
    ("POST", "/api/v1/auth/verify", |call, _| auth::verify(call)),
    ("POST", "/api/v1/auth/agent/challenge", |call, _| auth::agent_challenge(call)),
    ("POST", "/api/v1/auth/agent/verify", |call, _| auth::agent_verify(call)),
    ("POST", "/api/v1/tenants", |call, _| tenants::create(call)),
    ("GET", "/api/v1/tenants", |call, _| tenants::list(call)),
    ("GET", "/api/v1/tenants/{}", tenants::show),
    ("PUT", "/api/v1/tenants/{}", tenants::update),
    ("DELETE", "/api/v1/tenants/{}", tenants::delete),
    ("GET", "/api/v1/tenants/{}/members", members::list),
    ("POST", "/api/v1/tenants/{}/members", members::add),
    ("PUT", "/api/v1/tenants/{}/members/{}", members::update),
    ("DELETE", "/api/v1/tenants/{}/members/{}", members::remove),
    ("GET", "/api/v1/accounts/", |call, _| accounts::list(call)),
    ("GET", "/api/v1/accounts/{}", accounts::show),
    ("PUT", "/api/v1/accounts/{}", accounts::update),
    ("GET", "/api/v1/channels", |call, _| channels::list(call)),
    ("GET", "/api/v1/channels/{}", channels::show),
    ("POST", "/api/v1/channels", |call, _| channels::create(call)),
    ("POST", "/api/v1/channels/{}/messages", channels::publish),
    ("DELETE", "/api/v1/channels/{}", channels::delete),
    ("GET", "/api/v1/usage-metrics", |call, _| usage::metrics(call)),
    ("GET", "/api/v1/usage-metrics/billing", |call, _| usage::metrics_billing(call)),
    ("GET", "/api/v1/usage-metrics/historical", |call, _| usage::metrics_historical(call)),
    (STATISTICS.0, STATISTICS.1, STATISTICS.2),
    ("GET", "/api/v1/billing/usage-summary", |call, _| billing::usage_summary(call)),
    ("GET", "/api/v1/billing/info", |call, _| billing::info(call)),
    ("GET", "/api/v1/billing/plans", |_call, _| billing::plans()),
    ("POST", "/api/v1/billing/upgrade", |call, _| billing::upgrade(call)),
    ("GET", "/api/v1/activity/logs", |call, _| activity::logs(call)),
    ("GET", "/api/v1/activity/summary", |call, _| activity::summary(call)),
    ("GET", "/api/v1/activity/types", |call, _| activity::types(call)),
    ("GET", "/api/v1/activity/statuses", |call, _| activity::statuses(call)),
    ("GET", "/api/v1/usage/current", |call, _| usage::current(call)),
    ("GET", "/api/v1/usage/history", |call, _| usage::history(call)),
    ("GET", "/api/v1/usage/summary", |call, _| usage::summary(call)),
];

/// The one route that no released server mounts (section 6).
const REVOKE: Route = ("POST", "/api/v1/ssh-keys/{}/revoke", keys::revoke);

/// The statistics of subjects, which came later than the version that `as-built` is.
const STATISTICS: Route = ("GET", "/api/v1/usage-metrics/wildcard-stats", |call, _| usage::wildcard_statistics(call));
/// Counts of agents, which came only after the version that `as-built` is (section 2.5).
const SUMMARY: Route = ("GET", "/api/v1/agents/status/summary", |call, _| agents::summary(call));

/// Answers a request.
pub(super) fn answer(call: &Call<'_>) -> Reply {
    let path = percent_decoded(&call.request.path);
    match find(call.dialect, call.request.method.as_str(), &path) {
        Found::Handler(handler, parameter) => handler(call, &parameter).unwrap_or_else(|early| early),
        Found::OtherMethod(allow) => Reply::wrong_method(allow),
        Found::Nothing => redirect(call, &path).unwrap_or_else(Reply::no_route),
    }
}

enum Found {
    Handler(Handler, String),
    OtherMethod(&'static str),
    Nothing,
}

fn find(dialect: Dialect, method: &str, path: &str) -> Found {
    let mut allow = None;
    for (wanted, pattern, handler) in ROUTES {
        // Usage counters came only after the version that this dialect is.
        let is_later = [REVOKE.1, STATISTICS.1, SUMMARY.1].contains(pattern) || pattern.starts_with("/api/v1/usage/");
        if dialect == Dialect::AsBuilt && is_later {
            continue;
        }
        if let Some(parameter) = matches(pattern, path) {
            if *wanted == method {
                return Found::Handler(*handler, parameter);
            }
            allow = allow.or(Some(*wanted));
        }
    }
    allow.map_or(Found::Nothing, Found::OtherMethod)
}

/// Matches a path, and returns its parameters, with a slash between two.
fn matches(pattern: &str, path: &str) -> Option<String> {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let fits = |(wanted, found): (&&str, &&str)| if *wanted == "{}" { !found.is_empty() } else { wanted == found };
    if wanted.len() != found.len() || !wanted.iter().zip(&found).all(fits) {
        return None;
    }
    let parameters: Vec<&str> =
        wanted.iter().zip(found).filter(|(wanted, _)| **wanted == "{}").map(|(_, found)| found).collect();
    Some(parameters.join("/"))
}

/// 307 to the path without its trailing slash, or with one, if there is such a route.
fn redirect(call: &Call<'_>, path: &str) -> Option<Reply> {
    let other = |path: &str| match path.strip_suffix('/') {
        Some(shorter) => shorter.to_owned(),
        None => format!("{path}/"),
    };
    let wanted = other(path);
    if wanted.is_empty() || matches!(find(call.dialect, call.request.method.as_str(), &wanted), Found::Nothing) {
        return None;
    }
    let host = call.header("host")?;
    let sent = other(&call.request.path);
    let query = call.request.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    Some(Reply::redirect(&format!("http://{host}{sent}{query}")))
}

/// Decodes `%XX`; what is no UTF-8 afterwards matches no route's literal part and no stored id.
fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_methods() {
        let found = |dialect, method, path| match find(dialect, method, path) {
            Found::Handler(_, parameter) => format!("handler {parameter}"),
            Found::OtherMethod(allow) => format!("405 {allow}"),
            Found::Nothing => "404".to_owned(),
        };
        for (method, path, expected) in [
            ("GET", "/api/v1/ssh-keys/generate", "handler generate"),
            ("POST", "/api/v1/ssh-keys/generate", "handler "),
            ("PATCH", "/api/v1/ssh-keys", "405 GET"),
            ("HEAD", "/health", "405 GET"),
            ("GET", "/api/v1/auth/verify", "405 POST"),
            ("GET", "/api/v1/ssh-keys/a/b", "404"),
            ("GET", "/api/v1/ssh-keys/", "404"),
            ("GET", "/v1/ssh-keys", "404"),
            ("PUT", "/api/v1/tenants/t/members/u", "handler t/u"),
            ("PUT", "/api/v1/tenants/t/members/", "404"),
            ("GET", "/api/v1/accounts", "404"),
        ] {
            assert_eq!(found(Dialect::AsBuilt, method, path), expected, "{method} {path}");
        }
        let revoke = "/api/v1/ssh-keys/k/revoke";
        assert_eq!(found(Dialect::Documented, "POST", revoke), "handler k");
        assert_eq!(found(Dialect::AsBuilt, "POST", revoke), "404");
    }

    #[test]
    fn percent_signs() {
        assert_eq!(percent_decoded("/a%2Fb%20%zz%"), "/a/b %zz%");
        assert_eq!(percent_decoded("/%ff%C3%A9"), "/\u{fffd}é");
    }
}
