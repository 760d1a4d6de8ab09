//! `artcafe agent delete` and `use`: what depends on an agent, and whose a configuration is.

use super::support::fake::{self, Fake};
use super::support::files::picture;
use super::support::scenes::agent_end::*;
use super::support::screen::assert_screen;
use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::{Value, json};
use std::fs;

#[test]
fn an_agent_goes_with_its_keys_once_somebody_agreed() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let key = env.set_up()["key_id"].as_str().unwrap().to_owned();
        env.run(&["--profile", "other", "config", "set", "auth.agent_id", AGENT]).expect(0);
        env.run(&["auth", "token"]).expect(0);
        let tokens = || {
            fs::read_dir(env.path(".artcafe/state/tokens"))
                .unwrap()
                .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "json"))
                .count()
        };
        assert_eq!(tokens(), 1);

        let refused = env.run(&["agent", "delete", AGENT]);
        assert_screen(
            &env,
            &refused,
            snapbox::str![[r#"
--- stderr
agent `prod-data-processor-01` (prod-data-processor-01, the configured agent) will be deleted, which cannot be undone
  with it goes key [ID] (active, prod-data-processor-01 [HOST] [DATE])
  `[ROOT]/user/.artcafe/config.yaml` names it and will stop working
  `[ROOT]/user/.artcafe/profiles/other.yaml` names it and will stop working
error: a confirmation is needed and nobody can be asked: Delete this agent? The platform keeps no history of it
hint: agree with `--yes` or ARTCAFE_YES=1
--- exit code 2

"#]],
        );
        assert!(refused.stderr.contains(&key), "{refused:?}");
        assert_eq!((server.keys().len(), server.count("DELETE"), tokens()), (1, 0, 1));

        let run = env.run(&["agent", "delete", AGENT, "--yes", "--json"]).expect(0);
        let data = run.data();
        assert_eq!((&data["keys_gone"], &data["keys_left"]), (&json!([key]), &json!([])));
        assert_eq!(data["configurations"].as_array().unwrap().len(), 2);
        assert_eq!(run.warnings(), ["token_stays_valid", "configuration_orphaned", "configuration_orphaned"]);
        assert_eq!((server.keys().len(), tokens()), (0, 0));
        assert!(env.key().exists() && env.config().exists());
        let history = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
        assert_eq!(history.matches("agent_deleted").count(), 1);
        assert_eq!(env.run(&["agent", "delete", AGENT, "--yes", "--json"]).expect(3).code_name(), "RECORD_MISSING");
    }
}

#[test]
fn a_lost_answer_to_a_deletion_is_settled_by_looking() {
    for dialect in Dialect::ALL {
        for (fault, retries) in [("close-after", "2"), ("close-after", "0"), ("after:500", "0"), ("cut", "0")] {
            let server = Server::start(dialect, &[&format!("DELETE /agents/{{id}}={fault}x1")]);
            let mut env = TestEnv::with(&server);
            env.set("ARTCAFE_RETRIES", retries);
            let run = env.run(&["agent", "delete", AGENT, "--yes", "--json"]).expect(0);
            // An answer without a body has nothing that could be cut.
            assert!(run.data()["settled_by_looking"] == true || fault == "cut", "{fault}: {run:?}");
        }
        let server = Server::start(dialect, &["DELETE /agents/{id}=500"]);
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_RETRIES", "0");
        assert_eq!(env.run(&["agent", "delete", AGENT, "--yes", "--json"]).expect(69).code_name(), "SERVER_FAILED");
        assert!(!env.path(".artcafe/audit.jsonl").exists());
    }
}

#[test]
fn keys_that_an_old_server_leaves_are_named() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let (url, tenant, token) = (server.url().to_owned(), server.tenant().to_owned(), server.token().to_owned());
    let mut env = TestEnv::with(&server);
    let key = env.set_up()["key_id"].clone();
    let fake = Fake::start(move |request| match request.line.starts_with("DELETE ") {
        true => fake::raw(204, &[], b""),
        false => request.forward(&server),
    });
    env.set("ARTCAFE_API_ENDPOINT", &url);
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", &tenant);
    env.set("ARTCAFE_TOKEN", &token);
    let run = env.run(&["agent", "delete", AGENT, "--yes", "--json"]).expect(0);
    assert_eq!((&run.data()["keys_left"], &run.data()["keys_gone"]), (&json!([key]), &json!([])));
    assert_eq!(run.warnings(), ["keys_left"]);
}

#[test]
fn an_open_rotation_is_finished_first() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let (other, _) = two_agents(&server, &env);
    env.run(&["key", "rotate", "--grace", "1h", "--bits", "2048"]).expect(0);
    for args in [&["agent", "delete", AGENT, "--yes", "--json"][..], &["agent", "use", &other, "--json"]] {
        assert_eq!(env.run(args).expect(5).code_name(), "ROTATION_OPEN", "{args:?}");
    }
    assert_eq!(server.count("DELETE /api/v1/agents"), 0);
}

#[test]
fn another_agent_is_used_with_a_void_proof_and_without_the_formers_key_id() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let (other, key) = two_agents(&server, &env);
        let data = env.run(&["agent", "use", &other, "--json"]).expect(0).data();
        assert_eq!((&data["changed"], &data["proof_void"], &data["proof"]), (&json!(true), &json!(true), &Value::Null));
        assert_eq!(
            (&data["from"], &data["key_id_dropped"], &data["is_known"]),
            (&json!(AGENT), &json!(key), &json!(true))
        );
        let text = fs::read_to_string(env.config()).unwrap();
        assert!(text.contains(&other) && !text.contains(&key) && !text.contains(AGENT), "{text}");

        // The same again writes nothing; a proof that was asked for has the last word.
        let before = picture(&env.home());
        assert_eq!(env.run(&["agent", "use", &other, "--json"]).expect(0).data()["changed"], false);
        assert_eq!(picture(&env.home()), before);
        let refused = env.run(&["agent", "use", &other, "--prove", "--json"]).expect(4).data();
        assert_eq!(
            (&refused["changed"], &refused["proof"]["failure"]),
            (&json!(false), &json!("KEY_OF_ANOTHER_AGENT"))
        );

        // Back again, this machine's key is found to be registered.
        let back = env.run(&["agent", "use", AGENT, "--prove", "--json"]).expect(0).data();
        assert_eq!((&back["key_id"], &back["proof"]["proven"]), (&json!(key), &json!(true)));
        env.run(&["auth", "test", "--store", "key"]).expect(0);
        let history = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
        assert!(history.contains(&format!("\"from\":\"{AGENT}\",\"to\":\"{other}\"")), "{history}");
        env.run(&["audit", "verify"]).expect(0);
    }
}

#[test]
fn an_agent_that_does_not_exist_is_refused_where_a_token_can_tell() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let before = fs::read(env.config()).unwrap();
    let failure = env.run(&["agent", "use", "prod-data-processor-02", "--json"]).expect(3).failure();
    assert!(failure["hint"].as_str().unwrap().contains(AGENT), "{failure}");
    assert_eq!(fs::read(env.config()).unwrap(), before);
    env.unset("ARTCAFE_TOKEN");
    let run = env.run(&["agent", "use", "prod-data-processor-02", "--json"]).expect(0);
    assert_eq!(
        (run.warnings(), run.data()["is_known"].clone()),
        (["agent_unchecked", "key_of_another_agent", "proof_void"].map(str::to_owned).to_vec(), Value::Null)
    );
    // A server that cannot be asked, or a token that it refuses, does not stop a change of this machine's own file.
    env.set("ARTCAFE_RETRIES", "0");
    for (name, value) in [("ARTCAFE_TOKEN", "nonsense"), ("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9")] {
        env.set(name, value);
        let run = env.run(&["agent", "use", &format!("by-{}", name.to_lowercase()), "--json"]).expect(0);
        assert!(run.data()["changed"] == true && run.warnings().contains(&"agent_unchecked".to_owned()), "{run:?}");
    }
    env.set("ARTCAFE_AGENT_ID", AGENT);
    assert!(
        env.run(&["agent", "use", "third", "--json"]).expect(0).warnings().contains(&"hidden_by_variable".to_owned())
    );
    let empty = TestEnv::new();
    assert_eq!(empty.run(&["agent", "use", "a", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
}
