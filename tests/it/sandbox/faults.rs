//! Every kind of fault, seen from outside.

use super::{ACME, AGENT, Pair, RSA_LINE, Running, answer, options};
use artcafe::sandbox::Dialect;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

#[tokio::test]
async fn status_faults_answer_and_do_nothing() {
    let faults = [
        "POST /ssh-keys=401x1",
        "POST /ssh-keys=402x1",
        "POST /ssh-keys=409@3x1",
        "POST /ssh-keys=422@4x1",
        "POST /ssh-keys=429:retry-after=2@5x1",
        "POST /ssh-keys=429:retry-after=date+5@6x1",
        "POST /ssh-keys=500@7x1",
        "POST /ssh-keys=502@8x1",
    ];
    let running = Running::start(options(Dialect::Documented, &faults)).await;
    let mut found = Vec::new();
    for _ in 0..8 {
        let body = json!({"name": "k", "public_key": RSA_LINE, "agent_id": AGENT});
        let response = running.by(ACME, "POST", "/ssh-keys").json(&body).send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (status, retry, kind) = (response.status().as_u16(), header("retry-after"), header("content-type"));
        found.push((status, retry, kind.unwrap()));
    }
    let statuses: Vec<u16> = found.iter().map(|(status, ..)| *status).collect();
    // The second fault is counted from the first request on, where the first one answered.
    assert_eq!(statuses, [401, 201, 409, 422, 429, 429, 500, 502]);
    assert_eq!(found[4].1.as_deref(), Some("2"));
    assert!(found[5].1.as_deref().unwrap().ends_with(" GMT"));
    assert_eq!(found[7].2, "text/html");
    assert_eq!(running.listed(ACME).await, 1);
}

#[tokio::test]
async fn lost_answers_late_work_and_cut_bodies() {
    let faults = [
        "POST /ssh-keys=close-before@1x1",
        "POST /ssh-keys=close-after@2x1",
        "POST /ssh-keys=late:300ms@3x1",
        "POST /ssh-keys=cut@4x1",
        "GET /health=cut:3",
        "GET /=delay:300ms",
    ];
    let running = Running::start(options(Dialect::Documented, &faults)).await;
    let body = json!({"name": "k", "public_key": RSA_LINE, "agent_id": AGENT});
    let post = || running.by(ACME, "POST", "/ssh-keys").json(&body).send();
    assert!(post().await.is_err());
    assert_eq!(running.listed(ACME).await, 0);
    assert!(post().await.is_err());
    assert_eq!(running.listed(ACME).await, 1);
    let late = post().await.unwrap();
    assert_eq!((late.status().as_u16(), running.listed(ACME).await), (504, 1));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(running.listed(ACME).await, 2);
    let cut = post().await.unwrap();
    assert_eq!(cut.status().as_u16(), 201);
    assert!(cut.text().await.is_err());
    assert_eq!(running.listed(ACME).await, 3);
    // Seen on the wire: the whole length announced, three bytes sent.
    let raw = raw_exchange(running.address, "GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let (head, rest) = raw.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 37"), "{head}");
    assert_eq!(rest, "{\"s");
    let started = Instant::now();
    assert_eq!(answer(running.request("GET", "/")).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
}

async fn raw_exchange(address: SocketAddr, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    // A connection that is reset has still delivered what came before.
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        bytes.extend_from_slice(&chunk[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_skewed_clock_shows_everywhere() {
    let faults = ["POST /auth/agent/challenge=skew:-1h", "GET /ssh-keys=skew:+2h", "GET /agents=skew:+31m"];
    let running = Running::start(options(Dialect::Documented, &faults)).await;
    let response = running
        .request("POST", "/api/v1/auth/agent/challenge")
        .json(&json!({"tenant_id": ACME, "agent_id": AGENT}))
        .send()
        .await
        .unwrap();
    let date = response.headers()["date"].to_str().unwrap().to_owned();
    let shown = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&date).unwrap();
    let behind = jiff::Timestamp::now().as_second() - shown.as_second();
    assert!((3598..=3602).contains(&behind), "{date}");
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let expires: jiff::Timestamp = body["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(expires < jiff::Timestamp::now());
    // A token that is good by the true clock has expired by the server's.
    let pair = Pair::new(5);
    let key = running.register(ACME, AGENT, &pair.line()).await;
    let (_, body) = answer(running.by(ACME, "POST", "/auth/challenge").json(&json!({"agent_id": AGENT}))).await;
    let challenge = body["challenge"].as_str().unwrap();
    let proof = json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": pair.sign(challenge)});
    let (_, body) = running.verify(&proof).await;
    let token = body["token"].as_str().unwrap();
    let (status, body) = answer(running.request("GET", "/api/v1/ssh-keys").bearer_auth(token)).await;
    assert_eq!((status, &body["detail"]), (401, &json!("Signature has expired")));
}

#[tokio::test]
async fn stale_lists_catch_up() {
    let running = Running::start(options(Dialect::Documented, &["GET /ssh-keys=stale:2"])).await;
    let key = running.register(ACME, AGENT, RSA_LINE).await;
    assert_eq!(running.listed(ACME).await, 0);
    let (status, _) = answer(running.by(ACME, "GET", &format!("/ssh-keys/{key}"))).await;
    assert_eq!(status, 200);
    assert_eq!(running.listed(ACME).await, 1);
    let running = Running::start(options(Dialect::AsBuilt, &["GET /ssh-keys=stale:400ms"])).await;
    running.register(ACME, AGENT, RSA_LINE).await;
    assert_eq!(running.listed(ACME).await, 0);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(running.listed(ACME).await, 1);
}
