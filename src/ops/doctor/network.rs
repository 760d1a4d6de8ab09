//! The way to the server: name, proxy, connection, certificate, health, clock.
//!
//! Owns which of these a failed request is about. The first that fails makes everything behind it pointless.

use std::time::Duration;

use crate::api::{ApiError, Unreachable};
use crate::ops::doctor::Check;
use crate::ops::doctor::finding::{Finding, Sheet};
use crate::ops::doctor::online::Deadline;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::prove;
use crate::ops::session::Session;

/// Clocks that differ by more than this are worth a word, or stand in the way of challenges.
const NOTABLE: u64 = 60;
const GRAVE: u64 = 300;
/// How long a name may take.
const NAME_PATIENCE: Duration = Duration::from_secs(3);

/// Looks; answers the check that stands in the way of everything further.
pub(super) async fn look(sheet: &mut Sheet, session: &Session, deadline: Deadline) -> Option<Check> {
    let name = resolve(session).await;
    sheet.put(Check::NameResolution, name);
    if let Some(by) = sheet.obstacle(&[Check::NameResolution]) {
        return Some(by);
    }
    let asked = deadline
        .within(async {
            // Told apart from the client's own making, which no server has to do with.
            Ok::<_, OpError>(session.client()?.health().await)
        })
        .await;
    let failed = match asked {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some((check_of(&error), OpError::from(error))),
        Err(error) if error.code == ErrorCode::ServerUnreachable => Some((Check::Connection, error)),
        Err(error) => Some((Check::Tls, error)),
    };
    let proxy = match &session.proxy {
        Some(proxy) => format!("nothing refuses requests on the way ({proxy} is named)"),
        None => "none is used".to_owned(),
    };
    let is_https = session.settings.endpoint.value.is_https();
    // In the order in which a request meets them.
    let way = [
        (Check::Proxy, Finding::ok(proxy)),
        (Check::Connection, Finding::ok("the server is reached")),
        (
            Check::Tls,
            match is_https {
                true => Finding::ok("the certificate is trusted"),
                false => Finding::skipped("plain http, which has none"),
            },
        ),
        (Check::Health, Finding::ok("the server says that it is well")),
    ];
    for (check, fine) in way {
        match &failed {
            Some((at, error)) if *at == check => {
                let finding = Finding::failed(error);
                // A server without that route may well be the platform behind a gateway.
                let is_missing = error.code == ErrorCode::BadAnswer && check == Check::Health;
                let finding = if is_missing { finding.at_most(super::Status::Warning) } else { finding };
                sheet.put(check, finding);
                if !is_missing {
                    return Some(check);
                }
            }
            _ => sheet.put(check, fine),
        }
    }
    sheet.put(Check::Clock, clock(session));
    None
}

fn check_of(error: &ApiError) -> Check {
    match error {
        ApiError::NoAnswer { how, .. } => match how {
            Unreachable::Proxy | Unreachable::ProxyCredentials | Unreachable::ProxyRefused => Check::Proxy,
            Unreachable::Tls => Check::Tls,
            Unreachable::Connect | Unreachable::Timeout | Unreachable::Closed => Check::Connection,
        },
        ApiError::Setup { .. } => Check::Tls,
        ApiError::Status { .. } | ApiError::NotValid { .. } | ApiError::Malformed { .. } => Check::Health,
        ApiError::Interrupted(_) => Check::Connection,
    }
}

async fn resolve(session: &Session) -> Finding {
    let endpoint = &session.settings.endpoint.value;
    let host = endpoint.host();
    if session.proxy.is_some() {
        return Finding::skipped("the proxy looks the name up");
    }
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Finding::ok("the endpoint is an address");
    }
    let hint = format!(
        "check the endpoint (`artcafe config get api.endpoint`) and this machine's resolver: `getent hosts {host}`"
    );
    let looked_up = tokio::time::timeout(NAME_PATIENCE, tokio::net::lookup_host((host, 443))).await;
    match looked_up.map(|outcome| outcome.map(Iterator::count)) {
        Ok(Ok(1..)) => Finding::ok(format!("`{host}` has an address")),
        Ok(Ok(_)) => Finding::error(format!("`{host}` has no address")).hint(hint),
        Ok(Err(error)) => Finding::error(format!("`{host}` cannot be looked up: {error}")).hint(hint),
        Err(_) => Finding::error(format!("no answer about `{host}` within {} s", NAME_PATIENCE.as_secs())).hint(hint),
    }
}

fn clock(session: &Session) -> Finding {
    let offset = session.client().ok().and_then(|client| client.clock_offset()).map(|offset| offset.as_secs());
    let Some(offset) = offset else { return Finding::skipped("the server does not tell its time") };
    let words = format!("this machine's clock {}", prove::clock_words(offset));
    let hint = "set this machine's clock (`timedatectl`), or have the server's set";
    match offset.unsigned_abs() {
        off if off <= NOTABLE => Finding::ok("it agrees with the server's"),
        off if off <= GRAVE => Finding::warning(words).hint(hint),
        _ => Finding::error(words).hint(hint),
    }
}
