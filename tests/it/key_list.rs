//! `artcafe key list`: all pages, filtered here, the local key marked.

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::screen::assert_screen;
use crate::support::{AGENT, Server, TestEnv, fake};

fn list(env: &TestEnv, more: &[&str]) -> Vec<Value> {
    let run = env.run(&[&["key", "list", "--json"], more].concat()).expect(0);
    run.data()["keys"].as_array().unwrap().clone()
}

#[test]
fn filters_work_whatever_the_server_does_with_them() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let data = env.set_up();
        let other = TestEnv::new();
        other.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
        server.register("another-agent", &other.public_line());

        let keys = list(&env, &[]);
        assert_eq!(keys.len(), 1);
        assert_eq!((&keys[0]["key_id"], &keys[0]["is_local"]), (&data["key_id"], &json!(true)));
        assert_eq!(keys[0]["openssh_fingerprint"], data["key"]["fingerprint"]);
        let all = list(&env, &["--all-agents"]);
        assert_eq!(all.iter().map(|key| key["is_local"] == true).collect::<Vec<_>>(), [true, false]);
        assert_eq!(list(&env, &["--all-agents", "--key-type", "access"]).len(), 0);
        assert_eq!(list(&env, &["--agent-id", "another-agent"]).len(), 1);
        let run = env.run(&["key", "list", "--all-agents"]);
        assert_screen(
            &env,
            &run,
            snapbox::str![[r#"
  KEY ID                      TYPE        STATUS    CREATED     FINGERPRINT, NAME
* [ID]  agent       active    [DATE]  [FINGERPRINT] prod-data-processor-01 [HOST] [DATE]
  [ID]  agent       active    [DATE]  [FINGERPRINT] by hand
* the key on this machine

"#]],
        );
        assert!(run.stdout.contains(data["key_id"].as_str().unwrap()), "{run:?}");

        // The agent's own token opens its own list.
        let mut own = env;
        own.unset("ARTCAFE_TOKEN");
        assert_eq!(list(&own, &[]).len(), 1);
    }
}

#[test]
fn revoked_keys_are_marked_and_can_be_left_out() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let id = env.set_up()["key_id"].as_str().unwrap().to_owned();
    server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &json!({ "reason": "test" }));
    assert_eq!(list(&env, &[])[0]["revoked"], true);
    assert_eq!(list(&env, &["--active"]).len(), 0);
    assert_screen(
        &env,
        &env.run(&["key", "list"]),
        snapbox::str![[r#"
  KEY ID                      TYPE        STATUS    CREATED     FINGERPRINT, NAME
* [ID]  agent       revoked   [DATE]  [FINGERPRINT] prod-data-processor-01 [HOST] [DATE]
* the key on this machine

"#]],
    );
}

#[test]
fn every_page_is_read_even_after_an_empty_one() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        // More than a page of another tenant's keys come before ours.
        let lines: Vec<String> = (0..3)
            .map(|_| {
                let env = TestEnv::new();
                env.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
                env.public_line()
            })
            .collect();
        let token = &server.info.tenants[1].admin_token;
        for place in 0..20 {
            let body = json!({ "name": "x", "public_key": lines[place % 3], "key_type": "agent", "agent_id": "a" });
            let (status, _) = crate::support::http::ask(server.url(), "POST", "/api/v1/ssh-keys", Some(token), &body);
            assert_eq!(status, 201);
        }
        let env = TestEnv::with(&server);
        env.set_up();
        for place in 0..15 {
            server.register(&format!("agent-{place}"), &lines[place % 3]);
        }
        let before = server.count("GET /api/v1/ssh-keys");
        assert_eq!(list(&env, &["--all-agents"]).len(), 16, "{dialect}");
        assert_eq!(list(&env, &[]).len(), 1);
        assert!(server.count("GET /api/v1/ssh-keys") > before);
    }
}

#[test]
fn pages_are_followed_to_the_end_and_no_further() {
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    let key =
        move |id: &str| json!({ "id": id, "name": "n", "public_key": line, "key_type": "agent", "agent_id": AGENT });
    let token = "{\"id\": \"a b&c\"}";
    let fake = fake::Fake::start(move |request| {
        let body = match request.line.as_str() {
            "GET /api/v1/ssh-keys?limit=1" => json!({ "keys": [], "next_token": null }),
            "GET /api/v1/ssh-keys" => json!({ "keys": [key("k1")], "next_token": "empty" }),
            "GET /api/v1/ssh-keys?next_token=empty" => json!({ "keys": [], "next_token": token }),
            line if line.contains("next_token=%7B") => {
                json!({ "keys": [key("k2"), { "no": "record" }], "next_token": "empty" })
            }
            other => panic!("{other}"),
        };
        fake::json(200, &body)
    });
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_TOKEN", "a.b.c");
    let ids: Vec<Value> = list(&env, &[]).iter().map(|key| key["key_id"].clone()).collect();
    assert_eq!(ids, ["k1", "k2"]);
}

#[test]
fn every_shape_of_a_list_is_read() {
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    for id in ["id", "key_id"] {
        let keys = json!([{ id: "k1", "name": "n", "public_key": line, "agent_id": AGENT, "revoked": 0 }]);
        for shape in [keys.clone(), json!({ "keys": keys }), json!({ "ssh_keys": keys, "next_token": null })] {
            let fake = fake::Fake::start(move |_| fake::json(200, &shape));
            let mut env = TestEnv::new();
            env.set("ARTCAFE_API_ENDPOINT", fake.url());
            env.set("ARTCAFE_TENANT_ID", "t");
            env.set("ARTCAFE_TOKEN", "a.b.c");
            let found = list(&env, &[]);
            assert_eq!((found.len(), &found[0]["key_id"]), (1, &json!("k1")));
        }
    }
}
