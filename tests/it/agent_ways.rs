//! The ways on that `artcafe agent` names: what was deleted stays deleted, and no hint leads to another identity.

use std::fs;

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use super::support::{AGENT, Run, Server, TestEnv};

/// The text of the warnings with this code.
fn warned(run: &Run, code: &str) -> Vec<String> {
    let object: Value = serde_json::from_str(&run.stdout).unwrap();
    let warnings = object["warnings"].as_array().unwrap().iter().filter(|warning| warning["code"] == code);
    warnings.map(|warning| warning["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_deletion_is_not_undone_by_what_a_failure_names() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        env.run(&["agent", "delete", AGENT, "--yes"]).expect(0);
        let refused = env.run(&["auth", "test", "--json"]).expect(4).data();
        assert_eq!((&refused["failure"], &refused["fix"]), (&json!("KEY_REVOKED"), &Value::Null), "{refused}");
        assert!(refused["reason"].as_str().unwrap().contains("was deleted from this machine"), "{refused}");
        let posts = server.count("POST /api/v1/ssh-keys");
        for args in [
            &["key", "register", "--json"][..],
            &["setup", "--json"],
            &["setup", "--no-register", "--output", "~/.ssh/new", "--yes", "--json"],
            &["key", "rotate", "--json"],
        ] {
            let run = env.run(args);
            let failure = run.failure();
            assert!(run.code == 3 || run.code == 4, "{args:?}: {run:?}");
            assert!(["RECORD_MISSING", "KEY_REVOKED"].contains(&failure["code"].as_str().unwrap()), "{failure}");
            assert_eq!((&failure["retryable"], &failure["fix"]), (&json!(false), &Value::Null), "{failure}");
        }
        assert_eq!((server.count("POST /api/v1/ssh-keys"), server.keys().len()), (posts, 0));
        assert!(!env.path(".ssh/new").exists());
        let status = env.run(&["status", "--json"]).expect(0).data();
        assert!(status["agent_deleted_at"].is_string() && status["next"] == "artcafe agent list", "{status}");
        // A lost key file changes nothing of it.
        fs::remove_file(env.key()).unwrap();
        fs::remove_file(env.path(".ssh/artcafe_agent.pub")).unwrap();
        let missing = env.run(&["auth", "test", "--json"]).expect(3).failure();
        assert_eq!(missing["fix"], Value::Null, "{missing}");
        // From another machine, an administrator's token tells that there is no such agent.
        env = TestEnv::with(&server);
        env.set("ARTCAFE_AGENT_ID", AGENT);
        env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        let run = env.run(&["key", "register", "--json"]).expect(0);
        assert_eq!(run.warnings(), ["agent_unknown"], "{run:?}");
    }
}

#[test]
fn a_deletion_that_did_not_happen_is_forgotten() {
    let server = Server::start(Dialect::Documented, &["DELETE /agents/{id}=403x1"]);
    let env = TestEnv::with(&server);
    env.set_up();
    let run = env.run(&["agent", "delete", AGENT, "--yes", "--json"]);
    assert_ne!(run.code, 0, "{run:?}");
    env.run(&["auth", "test"]).expect(0);
    assert_eq!(env.run(&["status", "--json"]).expect(0).data()["agent_deleted_at"], Value::Null);
    env.run(&["key", "register"]).expect(0);
}

#[test]
fn the_way_on_after_a_deletion_is_of_the_configuration_that_it_is_about() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let (status, body) = server.ask("POST", "/api/v1/agents", &json!({ "name": "second", "type": "worker" }));
    assert_eq!(status, 201, "{body}");
    let record = body.get("agent").unwrap_or(&body);
    let other = super::support::id_of(&json!({ "id": record.get("agent_id").or(record.get("id")) }));
    env.run(&["--profile", "two", "config", "set", "auth.agent_id", &other]).expect(0);
    let run = env.run(&["agent", "delete", &other, "--yes", "--json"]).expect(0);
    let [text] = &warned(&run, "configuration_orphaned")[..] else { panic!("{run:?}") };
    for command in ["artcafe --profile two agent use ID", "artcafe --profile two deregister --local-only"] {
        assert!(text.contains(command), "{text}");
    }
}

#[test]
fn files_alone_are_removed_in_those_words_and_never_a_key_that_another_configuration_uses() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    // It names no key file, so that it uses the default one.
    env.run(&["--profile", "two", "config", "set", "auth.agent_id", "another-agent"]).expect(0);
    assert_eq!(env.run(&["deregister", "--local-only", "--yes", "--json"]).expect(5).code_name(), "DIFFERS");
    let run = env.run(&["deregister", "--local-only", "--also", "--yes"]).expect(0);
    assert!(!run.stderr.contains("revoked"), "{run:?}");
    assert!(env.key().exists() && !env.config().exists(), "{run:?}");
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn a_new_agent_gets_its_own_key_by_the_command_that_is_named() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let before = fs::read(env.config()).unwrap();
    let run = env.run(&["agent", "register", "--name", "prod-orders-04"]).expect(0);
    let next = run.stdout.lines().find_map(|line| line.strip_prefix("next: artcafe ")).unwrap();
    let command = next.split(',').next().unwrap().to_owned();
    let mut words: Vec<&str> = command.split(' ').collect();
    words.extend(["--bits", "2048"]);
    env.run(&words).expect(0);
    env.run(&[words[0], words[1], "auth", "test"]).expect(0);
    assert_eq!(fs::read(env.config()).unwrap(), before);
    env.run(&["auth", "test"]).expect(0);

    // Naming it in the other agent's configuration says whose the key is, and what helps.
    let id = words[4].to_owned();
    for token in [true, false] {
        let mut env = env.clone();
        if !token {
            env.unset("ARTCAFE_TOKEN");
        }
        let run = env.run(&["agent", "use", &id, "--json"]).expect(0);
        let [text] = &warned(&run, "key_of_another_agent")[..] else { panic!("{run:?}") };
        assert!(text.contains(&format!("artcafe setup --agent-id {id} --output PATH")), "{text}");
        env.run(&["agent", "use", AGENT]).expect(0);
    }
    env.run(&["agent", "use", &id]).expect(0);
    let refused = env.run(&["setup", "--json"]).expect(4).failure();
    assert!(refused["hint"].as_str().unwrap().contains(&format!("--agent-id {id} --output PATH")), "{refused}");
}

#[test]
fn a_name_that_is_a_slip_is_refused_before_any_request() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let long = "a".repeat(257);
    for name in ["a\nb", "a\u{1b}[31m", &long] {
        for args in [
            &["agent", "register", "--name", name, "--json"][..],
            &["agent", "update", AGENT, "--name", name, "--json"],
        ] {
            assert_eq!(env.run(args).expect(2).code_name(), "USAGE", "{args:?}");
        }
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_key_that_was_asked_for_and_is_lost_with_the_answer_is_no_success() {
    let server = Server::start(Dialect::Documented, &["POST /agents=close-afterx1"]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_RETRIES", "0");
    let place = env.path("made");
    let args = ["agent", "register", "--name", "prod-k-01", "--save-generated-key", place.to_str().unwrap(), "--json"];
    let failure = env.run(&args).expect(6).failure();
    assert_eq!(failure["code"], "PARTLY_DONE");
    assert!(failure["hint"].as_str().unwrap().contains("artcafe agent delete "), "{failure}");
    assert!(!place.exists());
}

#[test]
fn a_secret_goes_to_no_record() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    // Made up, so that no secret of the run stands on a command line.
    let key = "it is\n-----BEGIN OPENSSH PRIVATE KEY-----\nmade+up\n-----END OPENSSH PRIVATE KEY-----";
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIiwidGVuYW50X2lkIjoidCJ9.c2lnbmF0dXJl";
    for secret in [key, token] {
        for args in [
            &["agent", "register", "--name", "prod-x-01", "--description", secret, "--json"][..],
            &["agent", "register", "--name", "prod-x-01", "--tag", secret, "--json"],
            &["agent", "update", AGENT, "--owner", secret, "--json"],
        ] {
            let run = env.run(args).expect(2);
            assert_eq!(run.code_name(), "SECRET_ON_COMMAND_LINE", "{args:?}");
            assert!(!run.stderr.contains(secret) && !run.stderr.contains("made+up"), "{run:?}");
        }
    }
    let file = env.path("agent.json");
    let text = json!({ "name": "prod-x-01", "custom": { "deep": [{ "key": key }] } }).to_string();
    #[expect(clippy::disallowed_methods, reason = "a file that somebody wrote")]
    fs::write(&file, text).unwrap();
    let args = ["agent", "register", "--file", file.to_str().unwrap(), "--json"];
    assert_eq!(env.run(&args).expect(2).code_name(), "SECRET_ON_COMMAND_LINE");
    let both = ["agent", "update", AGENT, "--tag", "z", "--remove-tag", "z", "--json"];
    assert_eq!(env.run(&both).expect(2).code_name(), "USAGE");
    assert!(server.requests().is_empty());
}

#[test]
fn a_name_in_place_of_an_id_is_answered_with_the_id() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let env = TestEnv::with(&server);
    let made = env.run(&["agent", "register", "--name", "prod-y-01", "--json"]).expect(0).data();
    let id = made["agent"]["agent_id"].as_str().unwrap().to_owned();
    let failure = env.run(&["agent", "show", "prod-y-01", "--json"]).expect(3).failure();
    assert!(failure["hint"].as_str().unwrap().contains(&format!("`{id}`")), "{failure}");
}
