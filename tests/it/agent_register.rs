//! `artcafe agent register`: what the platform keeps, what becomes of the key that it makes, and lost answers.

use super::support::fake::{self, Fake};
use super::support::scenes::agent_register::*;
use super::support::{Run, Server, TestEnv, id_of, mode};
use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

/// The words of the history's lines about agents.
fn history(env: &TestEnv) -> Vec<Value> {
    let text = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap_or_default();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["what"].as_str().unwrap().starts_with("agent_")).collect()
}

#[test]
fn what_was_given_is_kept_and_the_platforms_key_is_seen_by_nobody() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let args = "agent register --name prod-orders-01 --agent-type processor --description text --capability a \
                    --capability b --owner billing --tag x --tag y --json";
        let run = env.run(&args.split_whitespace().collect::<Vec<_>>()).expect(0);
        let data = run.data();
        assert_eq!(run.warnings(), ["generated_key_discarded"], "{run:?}");
        let (key, lost) = (&data["generated_key"], &data["not_kept"]);
        assert_eq!((key, lost), (&json!({ "fate": "discarded", "path": null }), &json!([])));
        assert_eq!(data["own_key"]["is_local"], false);
        let [record] = &named(&server, "prod-orders-01")[..] else { panic!("{dialect}") };
        assert_eq!(
            record["metadata"],
            json!({ "description": "text", "owner": "billing", "tags": ["x", "y"], "custom": null })
        );
        assert_eq!(record["capabilities"], json!(["a", "b"]));
        assert_eq!(data["agent"]["agent_id"].as_str().unwrap(), id_of(record));
        assert_eq!(data["agent"]["description"], "text");
        let [line] = &history(&env)[..] else { panic!("{dialect}") };
        assert_eq!((&line["what"], &line["agent_id"]), (&json!("agent_created"), &data["agent"]["agent_id"]));
        assert!(line["path"].is_null() && line["to"] == "prod-orders-01", "{line}");
    }
}

#[test]
fn a_run_that_is_killed_leaves_an_empty_file_which_the_next_one_takes() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        let place = env.path("made");
        let args =
            ["agent", "register", "--name", "prod-a-01", "--save-generated-key", place.to_str().unwrap(), "--json"];
        env.set("ARTCAFE_TEST_KILL_AT", "agent.before_request");
        assert_eq!(env.run(&args).code, -1);
        assert_eq!((fs::read(&place).unwrap().len(), mode(&place)), (0, 0o600));
        assert_eq!(named(&server, "prod-a-01").len(), 0);

        env.set("ARTCAFE_TEST_KILL_AT", "agent.after_request");
        assert_eq!(env.run(&args).code, -1);
        assert_eq!(fs::read(&place).unwrap().len(), 0);
        let made = named(&server, "prod-a-01");
        assert_eq!(made.len(), 1);

        // The run after it sees what the killed one made, and makes no second one unasked.
        env.unset("ARTCAFE_TEST_KILL_AT");
        let failure = env.run(&args).expect(5).failure();
        assert_eq!(failure["code"], "DIFFERS");
        assert!(failure["message"].as_str().unwrap().contains(&id_of(&made[0])), "{failure}");
        let data = env.run(&[&args[..], &["--another"]].concat()).expect(0).data();
        assert_eq!(data["generated_key"]["fate"], "saved");
        assert!(fs::read(&place).unwrap().starts_with(b"-----BEGIN PRIVATE KEY-----"));
    }
}

#[test]
fn a_lost_answer_is_settled_by_looking() {
    for dialect in Dialect::ALL {
        for fault in ["close-after", "after:502", "cut:20", "late:300ms"] {
            let server = Server::start(dialect, &[&format!("POST /agents={fault}x1")]);
            let env = TestEnv::with(&server);
            let place = env.path("made");
            let run = env.run(&["agent", "register", "--name", "prod-a-01", "--json"]).expect(0);
            let data = run.data();
            assert_eq!(
                (&data["settled_by_looking"], &data["generated_key"]["fate"]),
                (&json!(true), &json!("lost")),
                "{fault}"
            );
            assert!(run.warnings().contains(&"generated_key_lost".to_owned()), "{run:?}");
            assert_eq!((named(&server, "prod-a-01").len(), place.exists()), (1, false), "{dialect} {fault}");
            assert_eq!(server.count("POST /api/v1/agents"), 1, "{dialect} {fault}");
            assert_eq!(history(&env)[0]["result"], "done");
        }
        // With a key of our own nothing is lost.
        let server = Server::start(dialect, &["POST /agents=close-afterx1"]);
        let env = TestEnv::with(&server);
        env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        let public = format!("{}.pub", env.key().display());
        let args = ["agent", "register", "--name", "prod-a-01", "--public-key", &public, "--json"];
        let data = env.run(&args).expect(0).data();
        assert_eq!((&data["settled_by_looking"], &data["generated_key"]), (&json!(true), &Value::Null));
        assert_eq!(data["own_key"]["is_local"], true);
        let again = env.run(&args).expect(0).data();
        assert_eq!(
            (&again["already_registered"], &again["agent"]["agent_id"]),
            (&json!(true), &data["agent"]["agent_id"])
        );
        assert_eq!((named(&server, "prod-a-01").len(), history(&env).len()), (1, 1));
    }
}

#[test]
fn what_cannot_be_settled_is_told_as_such_and_as_nobodys() {
    let server = Server::start(Dialect::Documented, &["POST /agents=close-before"]);
    let env = TestEnv::with(&server);
    env.set_up();
    let failure = env.run(&["agent", "register", "--name", "prod-a-01", "--json"]).expect(69).failure();
    assert!(failure["hint"].as_str().unwrap().contains("not known"), "{failure}");
    let lines = history(&env);
    assert_eq!((lines.len(), &lines[0]["result"], &lines[0]["agent_id"]), (1, &json!("unknown"), &Value::Null));
    assert_eq!(server.count("POST /api/v1/agents"), 1);
}

#[test]
fn the_plans_limit_is_told_as_such() {
    for dialect in Dialect::ALL {
        let tenants = vec!["t-1=Small:free".parse().unwrap()];
        let server = Server::start_with(Options {
            dialect,
            tenants,
            agents: vec!["b".to_owned(), "c".to_owned()],
            ..Options::default()
        });
        let env = TestEnv::with(&server);
        let failure = env.run(&["agent", "register", "--name", "prod-a-01", "--json"]).expect(5).failure();
        assert_eq!(failure["code"], "PLAN_LIMIT");
        assert!(failure["hint"].as_str().unwrap().contains('3'), "{failure}");
        assert_eq!((named(&server, "prod-a-01").len(), history(&env).len()), (0, 0));
    }
}

#[test]
fn a_name_without_purpose_and_environment_gets_a_hint_and_no_refusal() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    for (name, is_advised) in [("orders", true), ("prod-1", true), ("staging-orders", false)] {
        let run = env.run(&["agent", "register", "--name", name, "--json"]).expect(0);
        assert_eq!(run.warnings().contains(&"agent_name".to_owned()), is_advised, "{name}");
    }
    let run = env.run(&["agent", "register", "--json"]).expect(2);
    assert_eq!(run.code_name(), "INPUT_NEEDED");
    assert_eq!(env.run(&["agent", "register", "--name", " ", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
}

#[test]
fn a_file_describes_an_agent_and_flags_win_over_it() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let env = TestEnv::with(&server);
    let text = "name: prod-file-01\ndescription: from the file\ntype: processor\ncapabilities: [a]\ntags: [t]\n\
                custom:\n  room: 7\n";
    let file = env.write("agent.yaml", text);
    env.run(&["agent", "register", "--file", &file, "--description", "from the flag", "--tag", "u"]).expect(0);
    let record = &named(&server, "prod-file-01")[0];
    let expected = json!({ "description": "from the flag", "owner": null, "tags": ["u"], "custom": { "room": 7 } });
    assert_eq!((&record["metadata"], &record["capabilities"]), (&expected, &json!(["a"])));

    let mut command = env.command(&["agent", "register", "--file", "-", "--name", "prod-stdin-01"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(named(&server, "prod-stdin-01")[0]["metadata"]["description"], "from the file");

    let bad = env.write("bad.yaml", "name: prod-bad-01\n\ndescriptoin: x\n");
    let failure = env.run(&["agent", "register", "--file", &bad, "--json"]).expect(78).failure();
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("line 3") && message.contains("`description`"), "{message}");
    assert_eq!(named(&server, "prod-bad-01").len(), 0);
}

#[test]
fn a_key_is_one_agents_and_a_private_one_goes_nowhere() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let (private, public) = (env.key().display().to_string(), format!("{}.pub", env.key().display()));
    let register = |more: &[&str]| env.run(&[&["agent", "register", "--name", "prod-a-01", "--json"], more].concat());
    assert_eq!(register(&["--public-key", &public]).expect(4).code_name(), "KEY_OF_ANOTHER_AGENT");
    assert_eq!(register(&["--public-key", &private]).expect(1).code_name(), "KEY_UNUSABLE");
    assert_eq!(register(&["--public-key", &public, "--save-generated-key", "x"]).expect(2).code_name(), "USAGE");
    // What is about the key that `--setup` makes has no meaning without it.
    for more in [["--output", "x"], ["--bits", "2048"], ["--llm-provider", "openai"]] {
        assert_eq!(register(&more).expect(2).code_name(), "USAGE", "{more:?}");
    }
    assert_eq!(server.count("POST /api/v1/agents"), 0);
}

#[test]
fn register_goes_straight_on_to_setup() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let args = [
            "agent",
            "register",
            "--name",
            "prod-a-01",
            "--description",
            "text",
            "--setup",
            "--bits",
            "2048",
            "--json",
        ];
        let run = env.run(&args).expect(0);
        let (data, object) = (run.data(), serde_json::from_str::<Value>(&run.stdout).unwrap());
        assert_eq!((&object["schema"], &data["proof"]["proven"]), (&json!("artcafe.setup/1"), &json!(true)));
        let [record] = &named(&server, "prod-a-01")[..] else { panic!("{dialect}") };
        assert_eq!(
            (&record["metadata"]["description"], id_of(record)),
            (&json!("text"), data["agent_id"].as_str().unwrap().to_owned())
        );
        assert!(record["public_key"].as_str().unwrap().contains(env.public_line().split(' ').nth(1).unwrap()));
        let again = env.run(&args).expect(0).data();
        assert_eq!((&again["changed"], &again["agent_id"]), (&json!(false), &data["agent_id"]));
        // Its record carries its own key, which is a store of its own.
        for store in ["agent", "key"] {
            let data = env.run(&["auth", "test", "--store", store, "--json"]).expect(0).data();
            let name = if store == "key" { "ssh-keys" } else { "agent-record" };
            assert_eq!((&data["proven"], &data["store"]), (&json!(true), &json!(name)));
        }
    }
}

#[test]
fn setup_that_is_not_finished_ends_as_setup_does() {
    let server = Server::start(Dialect::Documented, &["POST /ssh-keys=500x1"]);
    let env = TestEnv::with(&server);
    let args = ["agent", "register", "--name", "prod-a-01", "--setup", "--bits", "2048", "--json"];
    let failure = env.run(&args).expect(6).failure();
    // No program can repeat it: what describes the agent is no id.
    assert_eq!((&failure["code"], &failure["fix"]), (&json!("PARTLY_DONE"), &Value::Null));
    assert_eq!(env.run(&args).expect(0).data()["proof"]["proven"], true);
    assert_eq!(named(&server, "prod-a-01").len(), 1);
}

#[test]
fn a_release_that_fails_on_every_single_agent_is_named() {
    let fake = Fake::start(|request| match request.line.as_str() {
        "GET /api/v1/agents" => fake::json(
            200,
            &json!({ "agents": [{ "agent_id": "a-1", "name": "n", "nkey_public": "AX", "status": "unknown", "type": "ssh" }], "next_token": null }),
        ),
        line if line.starts_with("GET /api/v1/ssh-keys") => fake::json(200, &json!({ "keys": [], "next_token": null })),
        _ => fake::json(500, &json!({ "detail": "Internal server error" })),
    });
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "t-1");
    env.set("ARTCAFE_TOKEN", "some.admin.token");
    env.set("ARTCAFE_RETRIES", "0");
    let register = ["agent", "register", "--name", "prod-a-01", "--json"];
    for args in [
        &register[..],
        &["agent", "update", "a-1", "--name", "m", "--json"],
        &["agent", "delete", "a-1", "--yes", "--json"],
    ] {
        let failure = env.run(args).expect(69).failure();
        assert_eq!((&failure["code"], &failure["retryable"]), (&json!("AGENT_ROUTES"), &json!(false)), "{args:?}");
    }
    let run = env.run(&["agent", "show", "a-1", "--json"]).expect(0);
    assert_eq!((run.warnings(), run.data()["status"].clone()), (vec!["from_list".to_owned()], json!("unknown")));
    assert_eq!(env.run(&["agent", "show", "a-2", "--json"]).expect(3).code_name(), "RECORD_MISSING");
}
