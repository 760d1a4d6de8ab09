//! `artcafe key register`: the public half reaches the server once, whatever happens on the way.

use std::fs;

use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};

use crate::support::files::picture;
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Server, TestEnv, fake, id_of};

const REGISTER: [&str; 5] = ["key", "register", "--agent-id", AGENT, "--json"];

/// With a key that is not registered yet.
fn with_key(server: &Server) -> TestEnv {
    let env = TestEnv::with(server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    env
}

#[test]
fn a_key_is_registered_once() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = with_key(&server);
        let data = env.run(&[&REGISTER[..], &["--name", "web 1"]].concat()).expect(0).data();
        let keys = server.keys();
        assert_eq!((keys.len(), &data["key_id"]), (1, &json!(id_of(&keys[0]))));
        assert_eq!(
            (&keys[0]["name"], &keys[0]["key_type"], &keys[0]["agent_id"]),
            (&json!("web 1"), &json!("agent"), &json!(AGENT))
        );
        assert_eq!((&data["already_registered"], &data["endpoint"]), (&json!(false), &json!(server.url())));
        let state: Value =
            serde_json::from_slice(&fs::read(env.path(".artcafe/state/registrations.json")).unwrap()).unwrap();
        assert_eq!(
            (&state["registrations"][0]["key_id"], &state["registrations"][0]["endpoint"]),
            (&data["key_id"], &json!(server.url()))
        );

        let before = picture(&env.home());
        let again = env.run(&REGISTER).expect(0).data();
        assert_eq!((&again["already_registered"], &again["key_id"]), (&json!(true), &data["key_id"]));
        assert_screen(
            &env,
            &env.run(&REGISTER[..4]),
            snapbox::str![[r#"
[FINGERPRINT]
already registered as [ID]; nothing was changed
next: artcafe auth test

"#]],
        );
        assert_eq!((server.count("POST /api/v1/ssh-keys "), picture(&env.home())), (1, before));
    }
}

#[test]
fn the_name_says_agent_host_and_date_and_the_type_is_chosen() {
    for key_type in ["agent", "access", "deployment"] {
        let server = Server::start(Dialect::AsBuilt, &[]);
        let env = with_key(&server);
        env.run(&[&REGISTER[..], &["--key-type", key_type]].concat()).expect(0);
        let record = &server.keys()[0];
        assert_eq!(record["key_type"], key_type);
        let name = record["name"].as_str().unwrap();
        assert!(name.starts_with(&format!("{AGENT} ")) && name.split(' ').count() == 3, "{name}");
        let other = if key_type == "agent" { "access" } else { "agent" };
        assert_eq!(env.run(&[&REGISTER[..], &["--key-type", other]].concat()).expect(5).code_name(), "DIFFERS");
        assert_eq!(server.keys().len(), 1);
    }
}

#[test]
fn a_public_file_is_never_trusted() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = with_key(&server);
    let ours = env.public_line();
    let foreign = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    fs::write(env.path(".ssh/artcafe_agent.pub"), format!("{foreign}\n")).unwrap();
    env.run(&REGISTER).expect(0);
    assert_eq!(server.keys()[0]["public_key"].as_str().unwrap().split(' ').nth(1), ours.split(' ').nth(1));
}

#[test]
fn a_rehearsal_sends_no_post() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = with_key(&server);
        let before = picture(&env.home());
        let data = env.run(&[&REGISTER[..], &["--dry-run"]].concat()).expect(0).data();
        assert_eq!((&data["dry_run"], &data["key_id"]), (&json!(true), &Value::Null));
        assert_eq!((server.count("POST"), picture(&env.home())), (0, before));
        assert!(!env.path(".artcafe/state").exists());
    }
}

#[test]
fn a_lost_answer_is_settled_by_looking() {
    for dialect in Dialect::ALL {
        for faults in [
            &["POST /ssh-keys=close-after"][..],
            &["POST /ssh-keys=late:40ms"],
            &["POST /ssh-keys=cut"],
            &["POST /ssh-keys=close-after", "GET /ssh-keys=stale:75ms"],
            &["POST /ssh-keys=close-after", "GET /ssh-keys=500@3x1"],
        ] {
            let server = Server::start(dialect, faults);
            let env = with_key(&server);
            let run = env.run(&REGISTER).expect(0);
            assert_eq!(run.data()["settled_by_looking"], true, "{faults:?}");
            assert_eq!(run.warnings(), ["answer_lost"]);
            assert_eq!(server.count("POST /api/v1/ssh-keys "), 1, "{faults:?}");
            std::thread::sleep(std::time::Duration::from_millis(if faults.len() > 1 { 200 } else { 100 }));
            assert_eq!(server.keys().len(), 1, "{faults:?}");
            env.run(&["auth", "test", "--agent-id", AGENT]).expect(0);
        }
    }
}

#[test]
fn a_failure_before_the_work_is_no_registration() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &["POST /ssh-keys=500x1", "POST /ssh-keys=close-before@2x1"]);
        let env = with_key(&server);
        for code in ["SERVER_FAILED", "SERVER_UNREACHABLE"] {
            let failure = env.run(&REGISTER).expect(69).failure();
            assert_eq!(failure["code"], code);
            assert!(failure["hint"].as_str().unwrap().contains("not known"), "{failure}");
            assert_eq!(server.keys().len(), 0);
            assert!(!env.path(".artcafe/state/registrations.json").exists());
        }
        env.run(&REGISTER).expect(0);
        assert_eq!((server.keys().len(), server.count("POST /api/v1/ssh-keys ")), (1, 3));
    }
}

#[test]
fn a_stale_list_does_not_make_a_second_record_of_a_known_key() {
    let server = Server::start(Dialect::Documented, &["GET /ssh-keys=stale:2s"]);
    let env = with_key(&server);
    env.run(&REGISTER).expect(0);
    env.run(&REGISTER).expect(0);
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn a_plan_that_is_used_up_is_told_with_limit_and_current() {
    for dialect in Dialect::ALL {
        let tenants = vec!["t-1=Small:free".parse().unwrap()];
        let server = Server::start_with(Options { dialect, tenants, ..Options::default() });
        for place in 0..5 {
            let other = TestEnv::new();
            other.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
            server.register(&format!("agent-{place}"), &other.public_line());
        }
        let env = with_key(&server);
        let failure = env.run(&REGISTER).expect(5).failure();
        assert_eq!((&failure["code"], &failure["retryable"]), (&json!("PLAN_LIMIT"), &json!(false)));
        assert!(failure["hint"].as_str().unwrap().contains("allows 5 and 5 are there"), "{failure}");
        assert_eq!((server.keys().len(), server.count("POST /api/v1/ssh-keys 402")), (5, 1));
    }
}

#[test]
fn a_revoked_key_is_refused() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = with_key(&server);
    let id = server.register(AGENT, &env.public_line());
    let (status, _) = server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &json!({ "reason": "test" }));
    assert_eq!(status, 200);
    let failure = env.run(&REGISTER).expect(4).failure();
    assert_eq!(failure["code"], "KEY_REVOKED");
    assert!(failure["message"].as_str().unwrap().contains(&id), "{failure}");
    assert_eq!(server.keys().len(), 1);
    // The advice works.
    env.run(&["key", "generate", "--overwrite", "--bits", "2048"]).expect(0);
    env.run(&REGISTER).expect(0);
}

#[test]
fn another_agents_key_is_refused() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = with_key(&server);
        server.register("another-agent", &env.public_line());
        assert_eq!(env.run(&REGISTER).expect(4).code_name(), "KEY_OF_ANOTHER_AGENT");
        assert_eq!(server.keys().len(), 1);
    }
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let foreign = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    let changes: [(&str, Value); 5] = [
        ("public_key", json!(foreign)),
        ("agent_id", json!("another-agent")),
        ("revoked", json!(true)),
        ("status", json!("inactive")),
        ("key_type", json!("access")),
    ];
    for (member, value) in changes {
        let server = std::sync::Arc::new(Server::start(Dialect::Documented, &[]));
        let (behind, name) = (std::sync::Arc::clone(&server), member.to_owned());
        let fake = fake::Fake::start(move |request| match request.line.as_str() {
            "POST /api/v1/ssh-keys" => request.forward_changed(&behind, |body| body["key"][&name] = value.clone()),
            _ => request.forward(&behind),
        });
        let mut env = with_key(&server);
        env.set("ARTCAFE_API_ENDPOINT", fake.url());
        let failure = env.run(&REGISTER).expect(1).failure();
        assert_eq!(failure["code"], "BAD_ANSWER", "{member}");
        assert!(!env.path(".artcafe/state/registrations.json").exists(), "{member}");
    }
}

#[test]
fn an_id_that_would_leave_its_path_is_no_id() {
    for id in ["../../admin", "..", "a/b", "", "x\ny"] {
        let server = std::sync::Arc::new(Server::start(Dialect::Documented, &[]));
        let behind = std::sync::Arc::clone(&server);
        let fake = fake::Fake::start(move |request| match request.line.as_str() {
            "POST /api/v1/ssh-keys" => request.forward_changed(&behind, |body| body["key"]["key_id"] = json!(id)),
            line if line.starts_with("GET /api/v1/ssh-keys") => request.forward_changed(&behind, |body| {
                for key in body["ssh_keys"].as_array_mut().unwrap() {
                    key["key_id"] = json!(id);
                }
            }),
            _ => request.forward(&behind),
        });
        let mut env = with_key(&server);
        env.set("ARTCAFE_API_ENDPOINT", fake.url());
        assert_eq!(env.run(&REGISTER).expect(1).code_name(), "BAD_ANSWER", "{id:?}");
        assert!(fake.seen().iter().all(|request| !request.line.contains("admin")));
    }
}

#[test]
fn the_key_id_is_written_to_the_configuration_that_names_the_key() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let env = with_key(&server);
    env.run(&["config", "init", "--agent-id", AGENT]).expect(0);
    let data = env.run(&["key", "register", "--json"]).expect(0).data();
    assert_eq!(data["configuration_updated"], true);
    assert!(fs::read_to_string(env.config()).unwrap().contains(data["key_id"].as_str().unwrap()));

    // Another key is registered without the configuration being touched.
    env.run(&["key", "generate", "--bits", "2048", "--output", "second"]).expect(0);
    let before = fs::read(env.config()).unwrap();
    let data = env.run(&["key", "register", "--private-key", "second", "--json"]).expect(0).data();
    assert_eq!((&data["configuration_updated"], fs::read(env.config()).unwrap()), (&json!(false), before));
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_token_is_tried_without_the_tenant_header() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let mut env = with_key(&server);
    // Beside the header this server takes any token at all.
    env.set("ARTCAFE_TOKEN", "any.old.token");
    assert_eq!(env.run(&REGISTER).expect(4).code_name(), "TOKEN_REFUSED");
    assert_eq!(server.keys().len(), 0);
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.run(&REGISTER).expect(4).code_name(), "TOKEN_MISSING");
}

#[test]
fn what_is_missing_is_named() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    assert_eq!(env.run(&REGISTER).expect(3).code_name(), "KEY_FILE_MISSING");
    let env = with_key(&server);
    let failure = env.run(&["key", "register", "--json"]).expect(2).failure();
    assert!(failure["hint"].as_str().unwrap().contains("--agent-id"), "{failure}");
    assert_eq!(server.count("POST"), 0);
}
