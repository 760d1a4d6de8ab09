//! `artcafe setup`: from nothing to a proven agent, again, and with other values.

use crate::support::files::{names, picture};
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Server, TestEnv, fake, id_of, mode};
use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};
use std::fs;

fn steps(data: &Value) -> Vec<(String, String)> {
    let text = |step: &Value, name: &str| step[name].as_str().unwrap().to_owned();
    data["steps"].as_array().unwrap().iter().map(|step| (text(step, "name"), text(step, "state"))).collect()
}

fn states(data: &Value, state: &str) -> bool {
    steps(data).iter().filter(|(name, _)| name != "proof").all(|(_, found)| found == state)
}

#[test]
fn one_command_ends_with_a_proven_agent() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let data = env.set_up();
        let order: Vec<String> = steps(&data).into_iter().map(|(name, _)| name).collect();
        assert_eq!(order, ["key", "registration", "configuration", "proof"]);
        assert!(states(&data, "done") && data["changed"] == true && data["proof"]["proven"] == true, "{data}");

        let keys = server.keys();
        assert_eq!(keys.len(), 1);
        assert_eq!((&keys[0]["agent_id"], &keys[0]["key_type"]), (&json!(AGENT), &json!("agent")));
        assert_eq!(data["key_id"], id_of(&keys[0]));
        assert!(keys[0]["public_key"].as_str().unwrap().starts_with(data["key"]["public_key"].as_str().unwrap()));

        let config: Value = serde_yaml::from_str(&fs::read_to_string(env.config()).unwrap()).unwrap();
        assert_eq!(
            config,
            json!({
                "auth": {
                    "agent_id": AGENT,
                    "tenant_id": server.tenant(),
                    "ssh_key": {
                        "private_key_path": "~/.ssh/artcafe_agent",
                        "key_type": "agent",
                        "key_id": data["key_id"],
                    },
                },
                "api": { "endpoint": server.url() },
            })
        );
        let expected = [
            (env.config(), 0o600),
            (env.key(), 0o600),
            (env.path(".ssh/artcafe_agent.pub"), 0o644),
            (env.path(".ssh"), 0o700),
            (env.path(".artcafe"), 0o700),
            (env.path(".artcafe/state"), 0o700),
            (env.path(".artcafe/state/registrations.json"), 0o600),
        ];
        for (path, bits) in expected {
            assert_eq!(mode(&path), bits, "{}", path.display());
        }
        env.run(&["auth", "test"]).expect(0);
        env.run(&["config", "validate"]).expect(0);
    }
}

#[test]
fn a_person_sees_a_tick_for_each_step_and_what_comes_next() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    // A variable that nobody remembers must not pass unseen.
    let run = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
agent `prod-data-processor-01` is proven at [SERVER]
key           [ID] ([FINGERPRINT])
configuration [ROOT]/user/.artcafe/config.yaml
next: artcafe status, artcafe auth test, artcafe auth token
--- stderr
using auth.tenant_id from ARTCAFE_TENANT_ID, api.endpoint from ARTCAFE_API_ENDPOINT
✓ check          [SERVER]
✓ key            [FINGERPRINT] at `[ROOT]/user/.ssh/artcafe_agent`
✓ registration   key id [ID]
✓ configuration  `[ROOT]/user/.artcafe/config.yaml`
✓ proof          by GET /ssh-keys/{id}

"#]],
    );
    let quiet = env.run(&["setup", "--quiet"]).expect(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn the_same_values_again_change_nothing() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        let before = picture(&env.home());
        let data = env.set_up();
        assert!(states(&data, "already_done") && data["changed"] == false, "{data}");
        assert_eq!(picture(&env.home()), before);

        // Without any value at hand but the file's.
        env.unset("ARTCAFE_API_ENDPOINT");
        env.unset("ARTCAFE_TENANT_ID");
        assert_screen(
            &env,
            &env.run(&["setup"]),
            snapbox::str![[r#"
agent `prod-data-processor-01` is proven at [SERVER]; nothing had to be changed
key           [ID] ([FINGERPRINT])
configuration [ROOT]/user/.artcafe/config.yaml
next: artcafe status, artcafe auth test, artcafe auth token
--- stderr
✓ check          [SERVER]
✓ key            [FINGERPRINT] at `[ROOT]/user/.ssh/artcafe_agent` (stands already)
✓ registration   key id [ID] (stands already)
✓ configuration  `[ROOT]/user/.artcafe/config.yaml` (stands already)
✓ proof          by GET /ssh-keys/{id}

"#]],
        );
        assert_eq!(picture(&env.home()), before);

        // The agent's own key opens the way as well as an administrator's token.
        env.unset("ARTCAFE_TOKEN");
        env.run(&["setup"]).expect(0);
        assert_eq!(picture(&env.home()), before);
        assert_eq!(server.keys().len(), 1);
    }
}

#[test]
fn other_values_are_shown_and_need_an_agreement() {
    let options = Options { agents: vec!["other-agent".to_owned()], ..Options::default() };
    let server = Server::start_with(options);
    for agreement in ["--yes", "--force"] {
        let env = TestEnv::with(&server);
        let first = env.set_up();
        let (before, old) = (picture(&env.home()), fs::read(env.config()).unwrap());
        let other = ["setup", "--agent-id", "other-agent", "--ssh-key-name", "other", "--bits", "2048", "--json"];

        let failure = env.run(&other).expect(2).failure();
        let message = failure["message"].as_str().unwrap();
        for word in ["auth.agent_id", AGENT, "other-agent"] {
            assert!(message.contains(word), "{message}");
        }
        assert!(failure["hint"].as_str().unwrap().contains("--yes"));
        assert_eq!(picture(&env.home()), before);

        let data = env.run(&[&other[..], &[agreement]].concat()).expect(0).data();
        let backup = data["config_backup"].as_str().unwrap();
        assert_eq!(fs::read(backup).unwrap(), old);
        assert_eq!(mode(backup.as_ref()), 0o600);
        let config = fs::read_to_string(env.config()).unwrap();
        assert!(config.contains("other-agent") && !config.contains(AGENT), "{config}");
        assert!(!config.contains(first["key_id"].as_str().unwrap()), "{config}");
        env.run(&["auth", "test"]).expect(0);
        // The first key is still there, untouched.
        assert!(env.key().exists());
    }
}

#[test]
fn one_key_is_never_shared_between_agents() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let before = picture(&env.home());
    let run = env.run(&["setup", "--agent-id", "other-agent", "--yes", "--json"]).expect(4);
    assert_eq!(run.code_name(), "KEY_OF_ANOTHER_AGENT");
    assert_eq!(picture(&env.home()), before);
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn another_identity_does_not_inherit_the_key_id() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let first = env.set_up();
    let other = ["setup", "--agent-id", "other-agent", "--ssh-key-name", "other", "--bits", "2048", "--no-register"];
    env.run(&[&other[..], &["--yes"]].concat()).expect(0);
    let config = fs::read_to_string(env.config()).unwrap();
    assert!(config.contains("other-agent"), "{config}");
    assert!(!config.contains(first["key_id"].as_str().unwrap()), "{config}");
}

#[test]
fn ed25519_is_proven_where_it_can_be() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let data = env.run(&["setup", "--agent-id", AGENT, "--algorithm", "ed25519", "--json"]).expect(0).data();
    assert_eq!((&data["key"]["algorithm"], &data["proof"]["proven"]), (&json!("ed25519"), &json!(true)));
}

#[test]
fn ed25519_leaves_no_registration_where_it_cannot_be_verified() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let env = TestEnv::with(&server);
    let ed25519 = ["setup", "--agent-id", AGENT, "--algorithm", "ed25519", "--json"];
    for _ in 0..2 {
        let run = env.run(&ed25519).expect(4);
        let failure = run.failure();
        assert_eq!(failure["code"], "ALGORITHM_REFUSED");
        assert!(failure["message"].as_str().unwrap().contains("taken back"), "{failure}");
        assert!(failure["hint"].as_str().unwrap().contains("--algorithm rsa --ssh-key-name artcafe_agent_rsa"));
        assert_eq!(server.keys(), Vec::<Value>::new());
        assert!(env.key().exists() && !env.config().exists());
    }
    // The advice works.
    let rsa = ["--algorithm", "rsa", "--bits", "2048", "--ssh-key-name", "artcafe_agent_rsa"];
    env.run(&[&["setup", "--agent-id", AGENT], &rsa[..]].concat()).expect(0);
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn ed25519_that_was_registered_by_hand_is_not_configured_where_it_cannot_be_verified() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let env = TestEnv::with(&server);
    env.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
    server.register(AGENT, &env.public_line());
    let run = env.run(&["setup", "--agent-id", AGENT, "--json"]).expect(4);
    assert_eq!(run.code_name(), "ALGORITHM_REFUSED");
    assert!(!env.config().exists());
    // What a person registered is not ours to delete.
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn a_key_to_adopt_must_be_there() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let run = env.run(&["setup", "--agent-id", AGENT, "--private-key", "absent", "--json"]).expect(3);
    assert_eq!(run.code_name(), "KEY_FILE_MISSING");
    assert_eq!((names(&env.home()), server.keys().len()), (Vec::new(), 0));
}

#[test]
fn a_name_that_ends_in_json_gives_json() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let path = env.path("conf/agent.json");
    let args = ["setup", "--agent-id", AGENT, "--bits", "2048", "--config-path", path.to_str().unwrap()];
    env.run(&args).expect(0);
    let config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(config["auth"]["agent_id"], AGENT);
    assert_eq!(config["api"]["endpoint"], server.url());
    assert_eq!(mode(&path), 0o600);
    let before = picture(&env.home());
    env.run(&args).expect(0);
    assert_eq!(picture(&env.home()), before);
    assert!(!env.config().exists());
}

#[test]
fn a_profile_is_an_identity_of_its_own() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let before = fs::read(env.config()).unwrap();
    let args = ["--profile", "staging", "setup", "--agent-id", "agent-2", "--ssh-key-name", "second", "--bits", "2048"];
    env.run(&args).expect(0);
    assert_eq!(fs::read(env.config()).unwrap(), before);
    env.run(&["--profile", "staging", "auth", "test"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_new_agent_is_registered_once_and_with_our_key() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &["POST /agents=close-afterx1"]);
        let env = TestEnv::with(&server);
        let args = ["setup", "--agent-name", "prod-web-01", "--agent-type", "worker", "--bits", "2048", "--json"];
        let data = env.run(&args).expect(0).data();
        let agents = || {
            let (_, body) = server.ask("GET", "/api/v1/agents", &Value::Null);
            let named = |agent: &&Value| agent["name"] == "prod-web-01";
            body["agents"].as_array().unwrap().iter().filter(named).cloned().collect::<Vec<_>>()
        };
        let found = agents();
        assert_eq!(found.len(), 1);
        assert_eq!(data["agent_id"], id_of(&found[0]));
        let ours = data["key"]["public_key"].as_str().unwrap();
        assert_eq!(found[0]["public_key"].as_str().unwrap().split(' ').nth(1), ours.split(' ').nth(1));
        assert!(fs::read_to_string(env.config()).unwrap().contains(&id_of(&found[0])));

        let before = picture(&env.home());
        let again = env.run(&args).expect(0).data();
        assert!(states(&again, "already_done") && again["changed"] == false, "{again}");
        assert_eq!((picture(&env.home()), agents().len(), server.keys().len()), (before, 1, 1));
    }
}

#[test]
fn an_unknown_agent_is_a_warning_that_names_the_nearest() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let args = ["setup", "--agent-id", "prod-data-procesor-01", "--bits", "2048"];
        assert_screen(
            &env,
            &env.run(&args),
            snapbox::str![[r#"
agent `prod-data-procesor-01` is proven at [SERVER]
key           [ID] ([FINGERPRINT])
configuration [ROOT]/user/.artcafe/config.yaml
next: artcafe status, artcafe auth test, artcafe auth token
--- stderr
using auth.tenant_id from ARTCAFE_TENANT_ID, api.endpoint from ARTCAFE_API_ENDPOINT
warning: the platform does not know agent `prod-data-procesor-01`; the nearest that it knows is `prod-data-processor-01`
✓ check          [SERVER]
✓ key            [FINGERPRINT] at `[ROOT]/user/.ssh/artcafe_agent`
✓ registration   key id [ID]
✓ configuration  `[ROOT]/user/.artcafe/config.yaml`
✓ proof          by GET /ssh-keys/{id}

"#]],
        );
        let again = env.run(&[&args[..], &["--json"]].concat()).expect(0);
        assert_eq!(again.warnings(), ["agent_unknown"]);
    }
}

#[test]
fn without_registration_no_server_is_asked() {
    let fake = fake::Fake::start(|_| fake::json(500, &json!({})));
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "tenant-1");
    env.set("ARTCAFE_TOKEN", "some.admin.token");
    let run = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--no-register"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
key and configuration are ready; register the public key in the portal:
  1. open https://portal.artcafe.ai and go to "SSH Keys"
  2. click "Add New Key"
  3. name it, choose the key type "agent" and the associated agent `prod-data-processor-01`
  4. paste this public key: ssh-rsa [KEY]
  5. submit, and run `artcafe setup --key-id KEY_ID` with the key id that the portal shows
configuration [ROOT]/user/.artcafe/config.yaml
next: artcafe status, artcafe auth test, artcafe auth token
--- stderr
using auth.tenant_id from ARTCAFE_TENANT_ID, api.endpoint from ARTCAFE_API_ENDPOINT
✓ key            [FINGERPRINT] at `[ROOT]/user/.ssh/artcafe_agent`
✓ configuration  `[ROOT]/user/.artcafe/config.yaml`
… registration   asked for with --no-register: left to the portal

"#]],
    );
    let line = env.public_line();
    let (line, _comment) = line.rsplit_once(' ').unwrap();
    assert!(run.stdout.contains(line), "{}", run.stdout);
    assert!(env.config().exists());
    assert_eq!(fake.seen().len(), 0);
    let data = env.run(&["setup", "--no-register", "--json"]).expect(0).data();
    assert_eq!((&data["proof"], &data["changed"]), (&Value::Null, &json!(false)));
}

#[test]
fn without_a_token_it_says_what_is_left_and_goes_on_later() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.unset("ARTCAFE_TOKEN");
        let args = ["setup", "--agent-id", AGENT, "--bits", "2048", "--json"];
        let failure = env.run(&args).expect(6).failure();
        assert_eq!(failure["code"], "PARTLY_DONE");
        assert!(failure["hint"].as_str().unwrap().contains("Add New Key"), "{failure}");
        let key = picture(&env.path(".ssh"));
        assert!(env.config().exists() && key.len() == 2);

        // Either with a token …
        if dialect == Dialect::Documented {
            env.set("ARTCAFE_TOKEN", server.token());
        // … or after somebody registered the key in the portal.
        } else {
            let id = server.register(AGENT, &env.public_line());
            env.run(&["config", "set", "auth.ssh_key.key_id", &id]).expect(0);
        }
        let data = env.run(&args).expect(0).data();
        assert_eq!(data["proof"]["proven"], true);
        assert_eq!((picture(&env.path(".ssh")), server.keys().len()), (key, 1));
    }
}

#[test]
fn a_registration_that_must_be_needs_a_token() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.unset("ARTCAFE_TOKEN");
    for args in [&["setup", "--agent-id", AGENT, "--register"][..], &["setup", "--agent-name", "new"]] {
        let run = env.run(&[args, &["--bits", "2048", "--json"]].concat()).expect(4);
        assert_eq!(run.code_name(), "TOKEN_MISSING");
        assert_eq!(names(&env.home()), Vec::<String>::new());
    }
}

#[test]
fn only_the_key_needs_no_ids_and_an_existing_one_is_kept_and_shown() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
    let first = env.run(&["setup", "--generate-key", "--bits", "2048", "--json"]).expect(0).data();
    assert_eq!(names(&env.home()), [".ssh/artcafe_agent", ".ssh/artcafe_agent.pub"]);
    let before = picture(&env.home());
    let again = env.run(&["setup", "--generate-key", "--json"]).expect(0).data();
    assert_eq!(again["public_key"], first["public_key"]);
    assert_eq!(again["fingerprint"], first["fingerprint"]);
    let text = env.run(&["setup", "--generate-key"]).expect(0).stdout;
    assert!(text.contains(first["public_key"].as_str().unwrap()), "{text}");
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn a_rehearsal_makes_nothing() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let data = env.run(&["setup", "--agent-id", AGENT, "--dry-run", "--json"]).expect(0).data();
    assert!(states(&data, "planned") && data["dry_run"] == true, "{data}");
    env.run(&["setup", "--generate-key", "--dry-run"]).expect(0);
    assert_eq!(fs::read_dir(env.home()).unwrap().count(), 0);
    assert_eq!(server.count("POST"), 0);
    // Beside what stands, too.
    env.set_up();
    let (before, posts) = (picture(&env.home()), server.count("POST"));
    env.run(&["setup", "--agent-id", "other", "--dry-run"]).expect(0);
    assert_eq!((picture(&env.home()), server.count("POST")), (before, posts));
}

#[test]
fn a_missing_id_is_named_with_its_flag_and_variable() {
    for (have, flag, variable) in
        [("--tenant-id", "--agent-id", "ARTCAFE_AGENT_ID"), ("--agent-id", "--tenant-id", "ARTCAFE_TENANT_ID")]
    {
        let mut env = TestEnv::new();
        env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
        let failure = env.run(&["setup", have, "x", "--json"]).expect(2).failure();
        assert_eq!(failure["code"], "INPUT_NEEDED");
        let hint = failure["hint"].as_str().unwrap();
        assert!(hint.contains(flag) && hint.contains(variable), "{hint}");
        assert_eq!(names(&env.home()), Vec::<String>::new());
    }
}

#[test]
fn without_a_home_the_two_directories_suffice() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let (home, keys) = (env.path("a/home"), env.path("b/keys"));
    env.set("ARTCAFE_HOME", home.to_str().unwrap());
    env.set("ARTCAFE_KEY_DIR", keys.to_str().unwrap());
    env.unset("HOME");
    env.set_up();
    let config = fs::read_to_string(home.join("config.yaml")).unwrap();
    assert!(config.contains(keys.join("artcafe_agent").to_str().unwrap()), "{config}");
    assert_eq!(names(&keys), ["artcafe_agent", "artcafe_agent.pub"]);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn the_llm_section_comes_only_when_asked_for() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    assert!(!fs::read_to_string(env.config()).unwrap().contains("llm"));
    env.run(&["setup", "--llm-provider", "bedrock"]).expect(0);
    let config: Value = serde_yaml::from_str(&fs::read_to_string(env.config()).unwrap()).unwrap();
    assert_eq!(config["llm"], json!({ "provider": "bedrock" }));
    env.run(&["setup", "--llm-provider", "other"]).expect(2);
}

#[test]
fn an_all_digit_id_stays_text() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["setup", "--agent-id", "0012", "--bits", "2048"]).expect(0);
    let config: Value = serde_yaml::from_str(&fs::read_to_string(env.config()).unwrap()).unwrap();
    assert_eq!(config["auth"]["agent_id"], "0012");
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_key_id_that_is_not_the_keys_is_told_of() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let ours = env.set_up()["proof"]["key_id"].as_str().unwrap().to_owned();
    let run = env.run(&["setup", "--agent-id", AGENT, "--key-id", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "--json"]).expect(0);
    assert_eq!(run.warnings(), ["other_key_id"]);
    assert_eq!(run.data()["proof"]["key_id"], ours.as_str());
    let same = env.run(&["setup", "--agent-id", AGENT, "--key-id", &ours, "--json"]).expect(0);
    assert_eq!(same.warnings(), Vec::<String>::new());
}
