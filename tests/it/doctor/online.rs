//! The faults that show only when the server is asked.

use std::net::TcpListener;
use std::sync::Mutex;

use artcafe::ops::doctor::Check;
use artcafe::sandbox::{Dialect, Options};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::faults::{Fault, broken, built};
use crate::support::fake::{self, Fake, Request};
use crate::support::scenes::doctor::{OTHER_AGENT, World, only, vector};
use crate::support::{AGENT, Server, TestEnv, id_of};

pub(super) const FAULTS: &[Fault] = &[
    broken("name-resolution", "error", |world| {
        world.move_to("https://artcafe.invalid");
        None
    }),
    broken("proxy", "error", |world| {
        let proxy = Fake::start(|_| fake::raw(407, &["proxy-authenticate: Basic realm=\"x\""], b""));
        world.move_to("https://artcafe.invalid");
        world.env.set("HTTPS_PROXY", proxy.url());
        Some(Box::new(proxy))
    }),
    broken("connection", "error", |world| {
        world.move_to("http://127.0.0.1:1");
        None
    }),
    // What answers there is no TLS.
    broken("tls", "error", |world| {
        let url = world.server.url().replace("http://", "https://");
        world.move_to(&url);
        None
    }),
    built("health", "error", || {
        instead("GET /health", |_| fake::json(500, &json!({ "detail": "Internal server error" })))
    }),
    built("clock", "error", || {
        instead("GET /health", |_| {
            let ahead = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
            let date = format!("date: {}", ahead.strftime("%a, %d %b %Y %H:%M:%S GMT"));
            fake::raw(200, &["content-type: application/json", &date], b"{\"status\":\"ok\"}")
        })
    }),
    built("tenant-status", "error", || {
        let detail = "Tenant is not active. Current status: suspended";
        instead("POST /api/v1/auth/agent/challenge", move |_| fake::json(403, &json!({ "detail": detail })))
    }),
    built("challenge", "error", || {
        instead("POST /api/v1/auth/agent/challenge", |_| fake::json(500, &json!({ "detail": "Internal server error" })))
    }),
    broken("registration", "error", |world| {
        let id = id_of(&world.server.keys()[0]);
        assert_eq!(world.server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null).0, 204);
        None
    }),
    broken("revocation", "error", |world| {
        let elsewhere = TestEnv::with(&world.server);
        let id = id_of(&world.server.keys()[0]);
        let _ = elsewhere.run(&["key", "revoke", &id, "--allow-last", "--yes"]).expect(0);
        None
    }),
    built("signature", "error", || {
        instead("POST /api/v1/auth/verify", |_| fake::json(401, &json!({ "detail": "Invalid signature" })))
    }),
    built("token-life", "warning", long_tokens),
    built("tenant-isolation", "warning", || {
        World::fronted(|request, _| {
            let names_tenant = request.headers.iter().any(|line| line.to_ascii_lowercase().starts_with("x-tenant-id:"));
            let is_list = request.line.starts_with("GET /api/v1/ssh-keys");
            (names_tenant && is_list).then(|| fake::json(200, &json!({ "ssh_keys": [], "next_token": null })))
        })
    }),
    broken("administrator-token", "error", |world| {
        world.env.set("ARTCAFE_TOKEN", "e30.e30.c2ln");
        None
    }),
    built("agent-registered", "error", || {
        let world = World::empty(Dialect::Documented);
        world.give_key();
        let _ = world.env.run(&["setup", "--agent-id", "prod-nobody-knows-it", "--json"]).expect(0);
        world
    }),
    built("agent-name", "note", || {
        World::fronted(|request, server| {
            let is_agent = request.line.starts_with("GET /api/v1/agents/");
            is_agent.then(|| request.forward_changed(server, |body| body["name"] = json!("worker")))
        })
    }),
    built("agent-record", "warning", || {
        let world = World::empty(Dialect::Documented);
        world.give_key();
        let line = world.read(".ssh/artcafe_agent.pub");
        let body = json!({ "name": "prod-data-processor-03", "type": "worker", "public_key": line.trim() });
        let (status, agent) = world.server.ask("POST", "/api/v1/agents", &body);
        assert!(status == 200 || status == 201, "{agent}");
        let _ = world.env.run(&["setup", "--agent-id", agent["agent_id"].as_str().unwrap(), "--json"]).expect(0);
        world
    }),
    broken("shared-key-records", "warning", |world| {
        world.server.register(OTHER_AGENT, &world.env.public_line());
        None
    }),
    broken("duplicate-keys", "warning", |world| {
        world.server.register(AGENT, &world.env.public_line());
        None
    }),
    broken("unknown-keys", "warning", |world| {
        world.server.register(AGENT, &line_of(1));
        None
    }),
    broken("orphan-keys", "warning", |world| {
        world.server.register("prod-long-gone", &line_of(1));
        None
    }),
    broken("old-keys", "warning", |world| {
        let current = id_of(&world.server.keys()[0]);
        let old = world.server.register(AGENT, &line_of(1));
        let (url, tenant) = (world.server.url().to_owned(), world.server.tenant().to_owned());
        let own = world.env.run(&["key", "show", "--json"]).expect(0).data()["fingerprint"].clone();
        let listed = world.env.run(&["key", "list", "--json"]).expect(0).data();
        let listed = listed["keys"].as_array().unwrap().iter().find(|key| key["key_id"] == json!(old)).unwrap().clone();
        let key = world.env.key();
        world.edit_memory(|memory| {
            memory["superseded"] = json!([{
                "endpoint": url, "tenant_id": tenant, "agent_id": AGENT,
                "old_path": "/nowhere/old", "old_key_id": old, "old_fingerprint": listed["openssh_fingerprint"],
                "new_path": key, "new_key_id": current, "new_fingerprint": own, "at": "2026-01-01T00:00:00Z",
            }]);
        });
        None
    }),
    broken("plan-limit", "warning", |world| {
        // The plan has 20, and one is there.
        (1..=15).for_each(|number| _ = world.server.register(OTHER_AGENT, &line_of(number)));
        None
    }),
];

/// A world whose front answers one route itself.
fn instead(line: &'static str, answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> World {
    World::fronted(move |request, _| (request.line == line).then(|| answer(request)))
}

/// A world whose tokens say that they live a day.
fn long_tokens() -> World {
    let known: Mutex<Option<(String, String)>> = Mutex::new(None);
    World::fronted(move |request, server| {
        let mut known = known.lock().unwrap();
        if request.line == "POST /api/v1/auth/verify" {
            return Some(request.forward_changed(server, |body| {
                let real = body["token"].as_str().unwrap().to_owned();
                let parts: Vec<&str> = real.split('.').collect();
                let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
                claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 82_800);
                let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
                let forged = format!("{}.{payload}.{}", parts[0], parts[2]);
                body["token"] = json!(forged);
                *known = Some((forged, real));
            }));
        }
        let (forged, real) = known.as_ref()?;
        let mut request = request.clone();
        request.headers.iter_mut().for_each(|line| *line = line.replace(forged, real));
        Some(request.forward(server))
    })
}

/// The public line of some Ed25519 key.
pub(super) fn line_of(number: u8) -> String {
    let mut blob = Vec::new();
    for part in [b"ssh-ed25519".as_slice(), &[number; 32]] {
        blob.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(part);
    }
    format!("ssh-ed25519 {}", STANDARD.encode(blob))
}

#[test]
fn the_other_dialect_differs_by_its_weakness_alone() {
    let documented = World::healthy().vector();
    let as_built = World::of(Dialect::AsBuilt);
    only(&documented, &as_built.vector(), "tenant-isolation", "warning").unwrap();
    let told = as_built.env.run(&["doctor", "--only", "tenant-isolation"]).expect(7).stdout;
    assert!(told.contains("does not look at tokens"), "{told}");
}

#[test]
fn a_key_that_the_server_cannot_verify_is_the_algorithms_fault() {
    let mut world = World::empty(Dialect::AsBuilt);
    let _ = world.env.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
    let id = world.server.register(AGENT, &world.env.public_line());
    world.env.set("ARTCAFE_AGENT_ID", AGENT);
    world.env.set("ARTCAFE_KEY_ID", &id);
    let found = vector(&world.doctor());
    assert_eq!((found["key-algorithm"].as_str(), found["signature"].as_str()), ("error", "skipped"));
}

#[test]
fn without_an_administrators_token_the_agents_own_is_enough() {
    let mut world = World::healthy();
    let before = world.vector();
    world.env.unset("ARTCAFE_TOKEN");
    let after = world.vector();
    let skipped: Vec<&str> =
        after.iter().filter(|(id, status)| before[*id] != **status).map(|(id, _)| id.as_str()).collect();
    assert_eq!(skipped, ["orphan-keys"], "{after:?}");
    assert!(world.doctor().expect(0).data()["healthy"] == true);
}

#[test]
fn a_server_that_never_answers_ends_nothing_but_the_rest() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = World::healthy();
    let offline = vector(&world.env.run(&["doctor", "--offline", "--json"]));
    world.move_to(&format!("http://{}", silent.local_addr().unwrap()));
    let run = world.doctor().expect(1);
    let found = vector(&run);
    assert_eq!(found.len(), Check::ALL.len());
    assert_eq!(found["connection"], "error");
    assert!(offline.iter().all(|(id, status)| found[id] == *status), "{found:?}");
    let blocked =
        run.data()["checks"].as_array().unwrap().iter().filter(|check| check["skipped_by"] == "connection").count();
    assert!(blocked > 10, "{blocked}");
}

#[test]
fn one_route_that_never_answers_is_told_and_the_rest_is_there() {
    let world = World::healthy();
    let before = world.vector();
    let faults = vec!["GET /agents=delay:1h".parse().unwrap()];
    let slow = World::on(Server::start_with(Options { faults, ..Options::default() }));
    let run = slow.doctor().expect(0);
    only(&before, &vector(&run), "orphan-keys", "skipped").unwrap();
    let data = run.data();
    let check = data["checks"].as_array().unwrap().iter().find(|check| check["id"] == "orphan-keys").unwrap();
    assert!(check["what"].as_str().unwrap().contains("no answer"), "{check}");
}
