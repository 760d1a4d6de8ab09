//! The client reads every recorded answer of the real server's code.
//!
//! Each exchange's status and body are served as they were recorded, and the client's own method for
//! that route is called. What it must make of the answer follows from the recording.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use artcafe::api::wire::{NewAgent, NewKey};
use artcafe::api::{Access, ApiError, Client, ClientOptions};
use artcafe::secret::Secret;
use serde_json::Value;

/// Serves one recorded answer, once for each connection.
fn canned(status: u64, body: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    // The placeholder of the recording is no token; a token of the recorded kind takes its place.
    let text = if body.is_null() { String::new() } else { body.to_string().replace("<HS256 JWT>", "e30.e30.c2ln") };
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0_u8; 16384];
            let _ = stream.read(&mut head);
            let reply = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
                text.len()
            );
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    origin
}

fn client(origin: &str) -> Client {
    Client::new(ClientOptions {
        origin: origin.to_owned(),
        is_loopback: true,
        proxy: None,
        timeout: Duration::from_secs(5),
        retries: 0,
        ca_certificate: None,
        now: artcafe::env::Env::now,
        trace: None,
    })
}

/// What the client made of an answer: the ids that it read, or its error.
async fn read(client: &Client, method: &str, path: &str) -> Result<Vec<String>, ApiError> {
    let path = path.split('?').next().unwrap().trim_start_matches("/api/v1").trim_end_matches('/');
    let token = Secret::new("t".to_owned());
    let access = Access::token(&token);
    let (tenant, agent, key) = ("t".parse().unwrap(), "a".parse().unwrap(), "k".parse().unwrap());
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    Ok(match (method, parts.as_slice()) {
        ("GET", ["ssh-keys"]) => client.keys(access).await?.iter().map(|record| record.key_id.to_string()).collect(),
        ("GET", ["ssh-keys", _]) => vec![client.key(&key, access).await?.key_id.to_string()],
        ("POST", ["ssh-keys"]) => {
            let new = NewKey { name: "n", public_key: "p", key_type: "agent", agent_id: "a" };
            vec![client.create_key(&new, access).await?.key_id.to_string()]
        }
        ("POST", ["ssh-keys", _, "revoke"]) => {
            client.revoke_key(&key, "r", access).await?;
            vec![]
        }
        ("DELETE", ["ssh-keys", _]) => {
            client.delete_key(&key, access).await?;
            vec![]
        }
        ("GET", ["agents"]) => client.agents(access).await?.iter().map(|agent| agent.agent_id.to_string()).collect(),
        // The answer to an update is an agent, like the one to a look.
        ("GET" | "PUT", ["agents", _]) => vec![client.agent(&agent, access).await?.agent_id.to_string()],
        ("POST", ["agents"]) => {
            let new = NewAgent {
                name: "n",
                agent_type: "t",
                capabilities: &[],
                description: None,
                metadata: None,
                public_key: Some("p"),
            };
            vec![client.create_agent(&new, access).await?.record.agent_id.to_string()]
        }
        ("POST", ["auth", "challenge"]) => {
            client.plain_challenge(&tenant, &agent, None).await?;
            vec![]
        }
        ("POST", ["auth", "agent", "challenge"]) => {
            client.agent_challenge(&tenant, &agent).await?;
            vec![]
        }
        ("POST", ["auth", "verify" | "agent", ..]) => {
            let origin = canned(200, &serde_json::json!({ "challenge": "0a".repeat(32) }));
            let challenge = self::client(&origin).agent_challenge(&tenant, &agent).await?;
            let response = Secret::new("c2ln".to_owned());
            let token = match parts.len() {
                2 => client.verify(&tenant, &agent, &key, &challenge, &response).await?,
                _ => client.agent_verify(&tenant, &agent, &challenge, &response).await?,
            };
            assert_eq!(token.expose(), "e30.e30.c2ln");
            vec![]
        }
        // Health, and what no method of the client asks for.
        _ => {
            client.health().await?;
            vec![]
        }
    })
}

/// The ids that a recorded answer holds.
fn ids(body: &Value) -> Vec<String> {
    let id = |record: &Value| record["id"].as_str().map(str::to_owned);
    match body {
        Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("keys" | "agents", Value::Array(records)) => records.iter().filter_map(id).collect::<Vec<_>>(),
                ("key" | "agent", record) => id(record).into_iter().collect(),
                _ => vec![],
            })
            .collect(),
        _ => vec![],
    }
}

#[tokio::test]
async fn every_recorded_answer_is_read() {
    let recorded: Value = serde_json::from_str(include_str!("../data/recorded.json")).unwrap();
    let exchanges = recorded["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len(), 48);
    let mut counts = [0_usize; 2];
    for exchange in exchanges {
        let title = exchange["title"].as_str().unwrap();
        let (method, path) = (exchange["method"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        let status = exchange["status"].as_u64().unwrap();
        let mut body = exchange["response"].clone();
        // A page that names another would be asked for again and again here.
        if let Some(token) = body.get_mut("next_token") {
            *token = Value::Null;
        }
        let origin = canned(status, &body);
        let outcome = read(&client(&origin), method, path).await;
        if (200..300).contains(&status) {
            let found = outcome.unwrap_or_else(|error| panic!("`{title}`: {error}"));
            let expected = if path.ends_with("/revoke") { vec![] } else { ids(&body) };
            assert_eq!(found, expected, "`{title}`");
            counts[0] += 1;
            continue;
        }
        let error = outcome.expect_err(title);
        let ApiError::Status { status: read_status, detail, limit, .. } = &error else {
            panic!("`{title}`: {error:?}")
        };
        assert_eq!(u64::from(*read_status), status, "`{title}`");
        match &body["detail"] {
            Value::String(text) => assert_eq!(detail.as_str(), text, "`{title}`"),
            Value::Array(entries) => {
                assert!(detail.as_str().contains(entries[0]["msg"].as_str().unwrap()), "`{title}`: {detail}")
            }
            Value::Object(_) => {
                let limit = limit.as_ref().unwrap_or_else(|| panic!("`{title}`: no limit was read"));
                assert_eq!((limit.resource.as_str(), limit.current, limit.limit), ("ssh_keys", 5, 5));
            }
            _ => assert_eq!(status, 307, "`{title}`"),
        }
        let is_route = status == 405 || body["detail"] == "Not Found";
        assert_eq!(error.is_route_missing(), is_route, "`{title}`");
        counts[1] += 1;
    }
    // Nothing was passed over.
    assert_eq!(counts, [19, 29]);
}
