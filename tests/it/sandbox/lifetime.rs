//! Start, data directory, request log, address.

use super::{ACME, AGENT, GLOBEX, Pair, RSA_LINE, Running, answer, options};
use artcafe::sandbox::{Dialect, Options, Sandbox, SandboxError};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

#[tokio::test]
async fn starts_fast_with_two_tenants_that_each_have_the_example_agent() {
    // The best of five: the machine that runs the tests is busy with other tests.
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let sandbox = Sandbox::open(options(Dialect::Documented, &[])).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert_eq!(sandbox.info(listener.local_addr().unwrap()).tenants.len(), 2);
        fastest = fastest.min(started.elapsed());
    }
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
    let running = Running::start(options(Dialect::Documented, &[])).await;
    for tenant in [ACME, GLOBEX] {
        let (status, body) = answer(running.by(tenant, "GET", &format!("/agents/{AGENT}"))).await;
        assert_eq!((status, &body["agent_id"], &body["tenant_id"]), (200, &json!(AGENT), &json!(tenant)));
    }
    assert!(!format!("{:?}", running.info).contains(&running.token(ACME)));
    running.stop().await;
}

#[tokio::test]
async fn a_data_directory_keeps_keys_and_tokens() {
    use std::os::unix::fs::PermissionsExt as _;
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let opened = || Options { data: Some(data.clone()), ..Options::default() };
    let running = Running::start(opened()).await;
    let token = running.token(ACME);
    let key = running.register(ACME, AGENT, RSA_LINE).await;
    running.stop().await;
    let running = Running::start(opened()).await;
    let path = format!("/api/v1/ssh-keys/{key}");
    assert_eq!(answer(running.request("GET", &path).bearer_auth(&token)).await.0, 200);
    assert_eq!(running.info.tenants.len(), 2);
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn the_log_has_a_line_per_request_and_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let temporary = tempfile::tempdir().unwrap();
    let log = temporary.path().join("requests.log");
    let opened = Options { log: Some(log.clone()), ..options(Dialect::AsBuilt, &["GET /agents=close-before"]) };
    let running = Running::start(opened).await;
    let token = running.token(ACME);
    let pair = Pair::new(6);
    let key = running.register(ACME, AGENT, &pair.line()).await;
    let challenge = running.challenge(ACME, AGENT).await;
    let signature = pair.sign(&challenge);
    let proof = json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": signature});
    running.verify(&proof).await;
    answer(running.by(ACME, "GET", &format!("/ssh-keys?next_token={token}"))).await;
    // A token sent as the tenant by mistake must not be taken for one.
    answer(running.by(ACME, "GET", "/ssh-keys").header("x-tenant-id", &token)).await;
    assert!(running.by(ACME, "GET", "/agents").send().await.is_err());
    running.stop().await;
    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6, "{text}");
    let brief =
        |line: &Value| (line["method"].clone(), line["path"].clone(), line["status"].clone(), line["tenant"].clone());
    assert_eq!(brief(&lines[0]), (json!("POST"), json!("/api/v1/ssh-keys"), json!(201), json!(ACME)));
    assert_eq!(brief(&lines[3]), (json!("GET"), json!("/api/v1/ssh-keys"), json!(500), json!(ACME)));
    assert_eq!(lines[4]["tenant"], Value::Null);
    assert_eq!(lines[5]["status"], Value::Null);
    assert!(lines.iter().all(|line| line["ms"].is_u64()));
    for secret in [token.as_str(), &challenge, &signature, "ssh-ed25519"] {
        assert!(!text.contains(secret));
    }
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn only_loopback_is_served() {
    let sandbox = Sandbox::open(Options::default()).unwrap();
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = sandbox.serve(listener, std::future::ready(())).await;
    assert!(matches!(refused, Err(SandboxError::NotLoopback { .. })));
}
