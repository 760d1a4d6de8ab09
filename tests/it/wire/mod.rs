//! Every recorded exchange times both dialects: replayed against the sandbox, or with the reason why not.

#![expect(clippy::unwrap_used, reason = "what tests need to stand on fails the test")]

mod comparison;
mod world;

use crate::sandbox::Running;
use artcafe::sandbox::Dialect;
use comparison::{as_documented, compare};
use serde_json::{Value, json};
use std::io::Write as _;
use world::{TENANT_A, TENANT_B, world};

/// A key that was registered after the lists were recorded.
const REVOCABLE: &str = "01M84XF9N5XMKZRTKYBNS64K27";

/// Why an exchange is not replayed in a dialect.
fn reason(dialect: Dialect, title: &str) -> Option<&'static str> {
    let documented = |title: &str| match title {
        "create agent, unknown tenant in header" => Some("another tenant's header is refused before it is looked up"),
        "add key, malformed public key (one word)" => Some("answers 422 where the public server breaks with 500"),
        "list keys, limit=1, next page" => Some("the recorded token is a key of the public server's database"),
        "challenge, suspended tenant" => Some("another tenant's header is refused before its status is looked at"),
        "verify, Ed25519 key, correct raw 64-byte signature" => Some("verifies Ed25519"),
        title if title.starts_with("B lists with limit=1") => Some("pages within the tenant, so there is no next one"),
        "revoke, documented path (docs/api/openapi.yaml)" => Some("has the route"),
        "small tenant: ssh key 6" => Some("another tenant's header is refused; the limit is tested with its own token"),
        _ => None,
    };
    let as_built = |title: &str| match title {
        "revoke, missing reason" | "revoke unknown key" | "revoke" | "revoke again" | "verify after revoke" => {
            Some("recorded with a revoke route that no released server mounts")
        }
        _ => None,
    };
    match dialect {
        Dialect::Documented => documented(title),
        Dialect::AsBuilt => as_built(title),
    }
}

/// What must have happened before an exchange.
fn before(title: &str) -> &'static [&'static str] {
    match title {
        "verify, REPLAY of the same challenge" => {
            &["verify, GOOD (same challenge as all the failures above: failures do not consume it)"]
        }
        "delete it again" | "get the deleted key" => &["delete the RSA key"],
        "revoke again" | "verify after revoke" => &["revoke"],
        _ => &[],
    }
}

/// Members whose values the server makes up anew: only their form is compared.
fn made_up(title: &str) -> &'static [&'static str] {
    match title {
        "create agent, server makes the keypair" => {
            &["id", "agent_id", "created_at", "updated_at", "last_seen", "public_key", "key_fingerprint", "private_key"]
        }
        "create agent with our RSA public key" => &["id", "agent_id", "created_at", "updated_at", "last_seen"],
        "update agent" => &["updated_at", "last_seen"],
        "add RSA key for the agent" => &["id", "key_id", "created_at", "updated_at"],
        "list keys, limit=1" => &["next_token"],
        "revoke" | "revoke again" => &["updated_at", "revoked_at"],
        title if title.starts_with("challenge") || title.starts_with("agent challenge") => &["challenge", "expires_at"],
        title if title.starts_with("verify") || title.starts_with("agent verify") => &["token"],
        _ => &[],
    }
}

#[tokio::test]
async fn every_recorded_exchange_in_both_dialects() {
    let recorded: Value = serde_json::from_str(include_str!("../../data/recorded.json")).unwrap();
    let exchanges = recorded["exchanges"].as_array().unwrap();
    let (mut replayed, mut excused, mut failures) = (0, 0, Vec::new());
    for dialect in Dialect::ALL {
        for exchange in exchanges {
            let title = exchange["title"].as_str().unwrap();
            if let Some(reason) = reason(dialect, title) {
                excused += 1;
                assert!(!reason.is_empty());
                continue;
            }
            replayed += 1;
            let running = Running::start_with(world(dialect, exchanges, needs_revocable(exchange))).await;
            for earlier in before(title) {
                let earlier = exchanges.iter().find(|exchange| exchange["title"] == *earlier).unwrap();
                send(&running, earlier).await;
            }
            if let Err(difference) = replay(&running, dialect, exchange).await {
                failures.push(format!("{dialect}: {title}: {difference}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    writeln!(std::io::stderr(), "recorded exchanges: {replayed} replayed, {excused} with a reason why not").unwrap();
    assert_eq!((exchanges.len(), replayed + excused), (48, 96));
    assert_eq!((replayed, excused), (83, 13));
}

/// A reason that names no exchange would excuse nothing and hide a renamed title.
#[test]
fn only_the_extra_revoke_route_is_excused_as_built() {
    let recorded: Value = serde_json::from_str(include_str!("../../data/recorded.json")).unwrap();
    let excused: Vec<&str> = recorded["exchanges"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|exchange| exchange["title"].as_str())
        .filter(|title| reason(Dialect::AsBuilt, title).is_some())
        .collect();
    assert_eq!(
        excused,
        ["revoke, missing reason", "revoke unknown key", "revoke", "revoke again", "verify after revoke"]
    );
}

async fn send(running: &Running, exchange: &Value) -> reqwest::Response {
    let mut request = running.request(exchange["method"].as_str().unwrap(), exchange["path"].as_str().unwrap());
    for (name, value) in exchange["headers"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        let value = value
            .replace("$ADMIN_TOKEN_A", &running.token(TENANT_A))
            .replace("$ADMIN_TOKEN_B", &running.token(TENANT_B));
        request = request.header(name, value);
    }
    match &exchange["body"] {
        Value::Null => {}
        Value::String(raw) => request = request.body(raw.clone()),
        body => request = request.body(body.to_string()),
    }
    request.send().await.unwrap()
}

async fn replay(running: &Running, dialect: Dialect, exchange: &Value) -> Result<(), String> {
    let response = send(running, exchange).await;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.text().await.unwrap();
    if json!(status) != exchange["status"] {
        return Err(format!("status {status}, recorded {}: {body}", exchange["status"]));
    }
    let mut wanted = exchange["response_headers"].as_str().unwrap().split("; ");
    let content_type = wanted.next().filter(|kind| !kind.is_empty()).map(|kind| ("content-type", kind.to_owned()));
    let rest = wanted.map(|header| {
        let (name, value) = header.split_once(": ").unwrap();
        (name, value.replace("http://127.0.0.1:8010", running.url()))
    });
    for (name, value) in content_type.into_iter().chain(rest) {
        if headers.get(name).and_then(|found| found.to_str().ok()) != Some(value.as_str()) {
            return Err(format!("header {name} is {:?}, recorded {value}", headers.get(name)));
        }
    }
    if exchange["response"].is_null() {
        return if body.is_empty() { Ok(()) } else { Err(format!("unexpected body {body}")) };
    }
    let found: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
    let expected = match dialect {
        Dialect::AsBuilt => exchange["response"].clone(),
        Dialect::Documented => as_documented(&exchange["response"]),
    };
    compare("", &expected, &found, made_up(exchange["title"].as_str().unwrap()))
}

/// That key is wanted only where it is named.
fn needs_revocable(exchange: &Value) -> bool {
    exchange["path"].as_str().unwrap().contains(REVOCABLE) || exchange["body"]["key_id"] == REVOCABLE
}
