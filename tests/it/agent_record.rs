//! `artcafe agent list`, `show` and `update`, and the two stores of keys.

use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};

use super::support::fake::Fake;
use super::support::screen::assert_screen;
use super::support::{AGENT, Server, TestEnv};

/// Sets an agent's status by the sandbox's own control.
#[track_caller]
pub(crate) fn set_status(server: &Server, id: &str, status: &str) {
    let (code, body) = server.ask("PUT", &format!("/sandbox/agents/{id}/status"), &json!({ "status": status }));
    assert_eq!(code, 200, "{body}");
}

/// The ids of a list.
fn ids(data: &Value) -> Vec<&str> {
    data["agents"].as_array().unwrap().iter().map(|agent| agent["agent_id"].as_str().unwrap()).collect()
}

#[test]
fn filters_are_applied_here_over_every_page() {
    for dialect in Dialect::ALL {
        let agents = (0..60).map(|number| format!("prod-worker-{number:02}")).collect();
        let server = Server::start_with(Options { dialect, agents, ..Options::default() });
        let env = TestEnv::with(&server);
        set_status(&server, "prod-worker-07", "busy");
        let list = |more: &[&str]| env.run(&[&["agent", "list", "--json"], more].concat()).expect(0);
        assert_eq!(list(&[]).data()["total"], 61);
        assert_eq!(ids(&list(&[]).data()).len(), 61);
        assert_eq!(ids(&list(&["--status", "BUSY"]).data()), ["prod-worker-07"]);
        assert_eq!(ids(&list(&["--name", "worker-5"]).data()).len(), 10);
        assert_eq!(ids(&list(&["--name", "*-?8"]).data()).len(), 6);
        assert_eq!(ids(&list(&["--name", "prod-w", "--status", "offline"]).data()).len(), 59);
        assert!(ids(&list(&["--capability", "x"]).data()).is_empty());
        let by_type = list(&["--agent-type", "data-processor"]);
        let shows_types = dialect == Dialect::Documented;
        assert_eq!(ids(&by_type.data()).len(), if shows_types { 61 } else { 0 });
        assert_eq!(by_type.warnings(), if shows_types { vec![] } else { vec!["type_not_shown"] });
    }
}

#[test]
fn one_agent_is_shown_with_both_kinds_of_keys_and_what_the_portal_alone_can() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let own = env.run(&["agent", "register", "--name", "prod-own-01", "--json"]).expect(0).data();
        let own = own["agent"]["agent_id"].as_str().unwrap();
        env.set_up();
        let data = env.run(&["agent", "show", "--json"]).expect(0).data();
        assert_eq!(
            (&data["agent_id"], &data["is_configured"], &data["own_key"]),
            (&json!(AGENT), &json!(true), &Value::Null)
        );
        assert_eq!((data["keys"].as_array().unwrap().len(), &data["keys"][0]["is_local"]), (1, &json!(true)));
        let other = env.run(&["agent", "show", own, "--json"]).expect(0).data();
        assert_eq!(
            (&other["own_key"]["bits"], &other["keys"], &other["is_configured"]),
            (&json!(2048), &json!([]), &json!(false))
        );
        let shown = env.run(&["agent", "show"]);
        match dialect {
            Dialect::Documented => assert_screen(
                &env,
                &shown,
                snapbox::str![[r#"
agent         prod-data-processor-01 (the configured agent)
name          prod-data-processor-01
status        offline
last seen     [DATE] [CLOCK] UTC
type          data-processor
created       [DATE] [CLOCK] UTC
own key       none on its record
key           [ID] active [FINGERPRINT] (this machine's key)
in the portal start, stop, restart, command, configure, logs, metrics: https://portal.artcafe.ai

"#]],
            ),
            Dialect::AsBuilt => assert_screen(
                &env,
                &shown,
                snapbox::str![[r#"
agent         prod-data-processor-01 (the configured agent)
name          prod-data-processor-01
status        offline
last seen     [DATE] [CLOCK] UTC
created       [DATE] [CLOCK] UTC
own key       none on its record
key           [ID] active [FINGERPRINT] (this machine's key)
in the portal start, stop, restart, command, configure, logs, metrics: https://portal.artcafe.ai

"#]],
            ),
        }
        let listed = env.run(&["agent", "list", "--json"]).expect(0).data();
        let with_own: Vec<bool> =
            listed["agents"].as_array().unwrap().iter().map(|agent| agent["own_key"].is_object()).collect();
        assert_eq!(with_own.iter().filter(|has| **has).count(), 1);

        // Nothing of the portal's is asked for.
        let known = ["/agents", "/ssh-keys", "/auth/", "/health"];
        let odd: Vec<String> =
            server.requests().into_iter().filter(|line| !known.iter().any(|part| line.contains(part))).collect();
        assert!(odd.is_empty(), "{odd:?}");
        assert!(
            server
                .requests()
                .iter()
                .all(|line| !line.contains(&format!("{AGENT}/")) && !line.contains(&format!("{own}/")))
        );

        let failure = env.run(&["agent", "show", "prod-data-processor-02", "--json"]).expect(3).failure();
        assert_eq!(failure["code"], "RECORD_MISSING");
        assert!(failure["hint"].as_str().unwrap().contains(AGENT), "{failure}");
    }
}

#[test]
fn an_agents_own_key_opens_its_own_record() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.run(&["agent", "show", "--json"]).expect(0).data()["agent_id"], AGENT);
    assert_eq!(env.run(&["agent", "list", "--json"]).expect(4).code_name(), "NOT_ALLOWED");
    let events = env.run(&["agent", "watch", "--count", "1", "--json"]).expect(0);
    assert_eq!(
        (events.data()["agent"]["agent_id"].clone(), events.data()["agent"]["keys"].clone()),
        (json!(AGENT), json!(1))
    );
}

#[test]
fn a_change_keeps_what_nobody_asked_to_change_and_nothing_is_sent_for_nothing() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &["PUT /agents/{id}=close-after@2x1"]);
        let env = TestEnv::with(&server);
        let file = env.write("a.yaml", "name: prod-a-01\nowner: me\ntags: [t]\ncustom: {room: 7}\ncapabilities: [c]\n");
        let data = env.run(&["agent", "register", "--file", &file, "--json"]).expect(0).data();
        let id = data["agent"]["agent_id"].as_str().unwrap().to_owned();
        let record = || {
            let (_, body) = server.ask("GET", &format!("/api/v1/agents/{id}"), &Value::Null);
            body.get("agent").cloned().unwrap_or(body)
        };
        let key = record()["public_key"].clone();
        let update = |more: &[&str]| env.run(&[&["agent", "update", &id, "--json"], more].concat());
        let data = update(&["--description", "new", "--tag", "u"]).expect(0).data();
        assert_eq!((&data["changed"], &data["not_kept"]), (&json!(["description", "tags"]), &json!([])));
        let expected = json!({ "description": "new", "owner": "me", "tags": ["t", "u"], "custom": { "room": 7 } });
        assert_eq!(
            (&record()["metadata"], &record()["public_key"], &record()["capabilities"]),
            (&expected, &key, &json!(["c"]))
        );

        let count = server.count("PUT ");
        assert_eq!(
            update(&["--description", "new", "--tag", "t", "--name", "prod-a-01"]).expect(0).data()["changed"],
            json!([])
        );
        assert_eq!(server.count("PUT "), count);
        // The answer to this one is lost.
        let data = update(&["--name", "prod-b-01", "--owner", ""]).expect(0).data();
        assert_eq!(data["changed"], json!(["name", "owner"]));
        assert_eq!((&record()["name"], &record()["metadata"]["owner"]), (&json!("prod-b-01"), &Value::Null));
        assert_eq!(env.run(&["agent", "update", &id, "--json"]).expect(2).code_name(), "USAGE");
        assert_eq!(update(&["--name", ""]).expect(2).code_name(), "USAGE");
        let shown = env.run(&["audit", "show", "--json"]).expect(0).stdout;
        assert_eq!(shown.matches("agent_updated").count(), 2, "{shown}");
    }
}

#[test]
fn a_server_that_cannot_change_an_agent_is_not_taken_for_one_that_did() {
    let server = Server::start(Dialect::AsBuilt, &["PUT /agents/{id}=500"]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_RETRIES", "0");
    let failure = env.run(&["agent", "update", AGENT, "--name", "n", "--json"]).expect(69).failure();
    assert_eq!(failure["code"], "SERVER_FAILED");
    assert!(failure["hint"].as_str().unwrap().contains("https://portal.artcafe.ai"), "{failure}");
    assert!(!env.path(".artcafe/audit.jsonl").exists());
}

#[test]
fn what_a_server_drops_is_warned_of() {
    let server = Server::start(Dialect::Documented, &[]);
    let url = server.url().to_owned();
    let token = server.token().to_owned();
    let (tenant, inner) = (server.tenant().to_owned(), server);
    let fake = Fake::start(move |request| {
        request.forward_changed(&inner, |body| {
            if let Some(metadata) = body.get_mut("metadata") {
                *metadata = Value::Null;
            }
        })
    });
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", &url);
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", &tenant);
    env.set("ARTCAFE_TOKEN", &token);
    let run = env.run(&["agent", "register", "--name", "prod-a-01", "--description", "d", "--json"]).expect(0);
    assert_eq!(run.data()["not_kept"], json!(["description"]));
    assert!(run.warnings().contains(&"agent_not_kept".to_owned()), "{run:?}");
}

#[test]
fn each_store_is_tested_by_its_name() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        let test = |env: &TestEnv, more: &[&str]| env.run(&[&["auth", "test", "--json"], more].concat());
        assert_eq!(test(&env, &[]).expect(0).data()["store"], "ssh-keys");
        assert_eq!(test(&env, &["--store", "key"]).expect(0).data()["store"], "ssh-keys");
        let refused = test(&env, &["--store", "agent"]).expect(4);
        let data = refused.data();
        assert_eq!((&data["failure"], &data["store"]), (&json!("KEY_NOT_REGISTERED"), &json!("agent-record")));
        assert!(data["reason"].as_str().unwrap().contains("carries no key"), "{data}");
        assert_eq!((&data["fix"], refused.warnings()), (&Value::Null, vec![]));
        let own = env.run(&["agent", "register", "--name", "prod-own-01", "--json"]).expect(0).data();
        let own = own["agent"]["agent_id"].as_str().unwrap();
        let other = test(&env, &["--store", "agent", "--agent-id", own]).expect(4).data();
        assert!(other["reason"].as_str().unwrap().contains("another key"), "{other}");
        let nothing = test(&env, &["--store", "key", "--agent-id", own]).expect(4);
        assert_eq!(nothing.code_name(), "KEY_NOT_REGISTERED");
        env.unset("ARTCAFE_TOKEN");
        assert_eq!(test(&env, &["--store", "agent"]).expect(4).data()["failure"], "KEY_NOT_REGISTERED");
        assert_eq!(test(&env, &["--store", "sideways"]).expect(2).code_name(), "USAGE");
    }
}
