//! `artcafe deregister` and `status`.

use crate::support::screen::assert_screen;
use std::fs;

use artcafe::sandbox::Dialect;
use serde_json::json;

use crate::support::files::{names, picture, picture_beside_history};
use crate::support::{AGENT, Server, TestEnv};

const UNDO: [&str; 4] = ["deregister", "--yes", "--reason", "host retired"];

#[test]
fn what_setup_made_is_undone() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        let made = env.set_up();
        env.unset("ARTCAFE_TOKEN");
        let run = env.run(&[&UNDO[..], &["--json"]].concat()).expect(0);
        let data = run.data();
        assert_eq!((&data["key_ids"][0], data["kept"].as_array().unwrap().len()), (&made["key_id"], 0));
        assert_eq!(names(&env.home()), [".artcafe/state/registrations.json"]);
        match dialect {
            Dialect::Documented => {
                assert_eq!(
                    (&data["outcome"], run.warnings()),
                    (&json!("revoked"), vec!["token_stays_valid".to_owned()])
                );
                let keys = server.keys();
                assert_eq!(
                    (&keys[0]["revoked"], &keys[0]["revocation_reason"]),
                    (&json!(true), &json!("host retired"))
                );
            }
            Dialect::AsBuilt => {
                assert_eq!(data["outcome"], "deleted");
                assert_eq!(run.warnings(), ["deleted_not_revoked", "token_stays_valid"]);
                assert_eq!(server.keys().len(), 0);
            }
        }
        let state = fs::read_to_string(env.path(".artcafe/state/registrations.json")).unwrap();
        assert!(!state.contains(made["key_id"].as_str().unwrap()), "{state}");
        // And the way back is open.
        env.set("ARTCAFE_TOKEN", server.token());
        env.set_up();
    }
}

#[test]
fn it_needs_an_agreement() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let before = picture(&env.home());
    let failure = env.run(&["deregister", "--json"]).expect(2).failure();
    assert_eq!(failure["code"], "INPUT_NEEDED");
    assert!(failure["hint"].as_str().unwrap().contains("--yes"), "{failure}");
    assert_eq!((picture(&env.home()), &server.keys()[0]["revoked"]), (before, &json!(false)));
}

#[test]
fn what_was_adopted_stays() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let _ = env.run(&["config", "init", "--agent-id", AGENT]).expect(0);
    let key = picture(&env.path(".ssh"));
    let _ = env.run(&["setup"]).expect(0);
    let run = env.run(&[&UNDO[..], &["--json"]].concat()).expect(0);
    assert_eq!((run.data()["removed"].as_array().unwrap().len(), run.data()["kept"].as_array().unwrap().len()), (0, 3));
    assert_eq!(picture(&env.path(".ssh")), key);
    assert!(env.config().exists());
    assert_eq!(server.keys()[0]["revoked"], true);
}

#[test]
fn a_revocation_that_fails_touches_nothing() {
    for (fault, exit) in [
        ("POST /ssh-keys/{id}/revoke=500", 69),
        ("POST /ssh-keys/{id}/revoke=close-before", 69),
        ("GET /ssh-keys=500@3", 69),
        ("POST /ssh-keys/{id}/revoke=429:retry-after=3600", 75),
    ] {
        let server = Server::start(Dialect::Documented, &[fault]);
        let env = TestEnv::with(&server);
        env.set_up();
        let before = picture_beside_history(&env.home());
        let run = env.run(&[&UNDO[..], &["--json", "--retries", "1"]].concat());
        assert_eq!(run.code, exit, "{fault}: {run:?}");
        assert_eq!(picture_beside_history(&env.home()), before, "{fault}");
    }
}

#[test]
fn a_lost_answer_of_a_revocation_is_no_trouble() {
    for dialect in Dialect::ALL {
        for fault in ["POST /ssh-keys/{id}/revoke=close-afterx1", "DELETE /ssh-keys/{id}=close-afterx1"] {
            let server = Server::start(dialect, &[fault]);
            let env = TestEnv::with(&server);
            env.set_up();
            let _ = env.run(&UNDO).expect(0);
            assert!(!env.key().exists() && !env.config().exists());
            assert!(server.keys().iter().all(|key| key["revoked"] == true));
        }
    }
}

#[test]
fn a_key_that_is_gone_already_is_no_obstacle() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let id = env.set_up()["key_id"].as_str().unwrap().to_owned();
    server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &serde_json::Value::Null);
    let data = env.run(&[&UNDO[..], &["--json"]].concat()).expect(0).data();
    assert_eq!(data["outcome"], "absent");
    assert!(!env.key().exists());
}

#[test]
fn status_is_one_screen_at_each_stage_and_asks_no_server() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let status = |env: &TestEnv| env.run(&["status", "--json"]).expect(0).data();
    let data = status(&env);
    assert_eq!(
        (&data["config_present"], &data["key"], &data["next"]),
        (&json!(false), &json!(null), &json!("artcafe setup"))
    );
    let made = env.set_up();
    let asked = server.requests().len();
    let data = status(&env);
    assert_eq!(
        (&data["agent_id"], &data["tenant_id"], &data["endpoint"]),
        (&json!(AGENT), &json!(server.tenant()), &json!(server.url()))
    );
    assert_eq!(
        (&data["key"]["fingerprint"], &data["registration"]["key_id"]),
        (&made["key"]["fingerprint"], &made["key_id"])
    );
    assert_eq!(
        (&data["key"]["age_days"], &data["token_from"], &data["next"]),
        (&json!(0), &json!("ARTCAFE_TOKEN"), &json!("artcafe auth test"))
    );
    assert_screen(
        &env,
        &env.run(&["status"]),
        snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml
key           [ROOT]/user/.ssh/artcafe_agent (rsa 2048, 0 days old)
fingerprint   [FINGERPRINT]
registration  key id [ID], registered [TIME]
admin login   token from ARTCAFE_TOKEN
next          artcafe auth test

"#]],
    );
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(status(&env)["login"], json!(null));
    assert_eq!(server.requests().len(), asked);
}
