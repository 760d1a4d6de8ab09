//! How steps are told: as events for programs, as lines for people, and with a spinner on a terminal alone.

use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::Value;

/// Every line of standard error, each of which must be one object with a schema of ours.
#[track_caller]
fn events(stderr: &str) -> Vec<Value> {
    let line = |line: &str| -> Value { serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")) };
    let events: Vec<Value> = stderr.lines().map(line).collect();
    assert!(
        events.iter().all(|event| event["schema"].as_str().is_some_and(|schema| schema.starts_with("artcafe."))),
        "{stderr}"
    );
    events
}

/// `step state` of every step event of this command.
#[track_caller]
fn steps(stderr: &str, command: &str) -> Vec<String> {
    let text = |event: &Value, member: &str| event[member].as_str().unwrap().to_owned();
    let steps = events(stderr).into_iter().filter(|event| event["event"] == "step");
    steps
        .map(|event| {
            assert_eq!((&event["schema"], &event["command"]), (&"artcafe.event/1".into(), &command.into()));
            assert!(event["detail"].is_string(), "{event}");
            format!("{} {}", text(&event, "step"), text(&event, "state"))
        })
        .collect()
}

/// Each of these begun and then done.
fn done(names: &[&str]) -> Vec<String> {
    names.iter().flat_map(|name| [format!("{name} started"), format!("{name} done")]).collect()
}

#[test]
fn every_command_with_steps_tells_them_as_events() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let run = |args: &[&str]| env.run(&[args, &["--progress", "json"]].concat());
    let setup = run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    assert_eq!(
        steps(&setup.stderr, "setup"),
        done(&["check", "key", "registration", "configuration", "proof"]),
        "{setup:?}"
    );
    assert!(setup.stdout.contains("proven"), "{setup:?}");
    let again = run(&["setup", "--agent-id", AGENT, "--json"]).expect(0);
    assert!(steps(&again.stderr, "setup").contains(&"key skipped".to_owned()), "{again:?}");
    assert!(again.data()["steps"].is_array());
    let test = run(&["auth", "test", "--verbose"]).expect(0);
    assert_eq!(steps(&test.stderr, "auth.test"), done(&["challenge", "sign", "verify", "confirm"]));
    assert!(events(&test.stderr).iter().any(|event| event["event"] == "trace"), "{test:?}");
    let rotate = run(&["key", "rotate"]).expect(0);
    assert_eq!(
        steps(&rotate.stderr, "key.rotate"),
        done(&["planned", "generated", "registered", "proven", "switched", "confirmed", "retired"])
    );
    let spare = env.path("spare").display().to_string();
    let generate = run(&["key", "generate", "--output", &spare, "--bits", "2048"]).expect(0);
    assert_eq!(steps(&generate.stderr, "key.generate"), done(&["key"]));
    let _ = run(&["key", "register", "--private-key", &spare]).expect(0);
    let revoke = run(&["key", "revoke", "--current", "--yes", "--wait"]);
    assert_eq!(steps(&revoke.stderr, "key.revoke"), done(&["end", "look"]), "{revoke:?}");
    assert!(events(&revoke.stderr).iter().any(|event| event["event"] == "warning"), "{revoke:?}");
    let deregister = run(&["deregister", "--yes"]).expect(0);
    assert_eq!(
        steps(&deregister.stderr, "deregister"),
        ["revocation started", "revocation skipped", "files started", "files done"]
    );
}

#[test]
fn the_step_that_fails_is_told_with_its_code_and_the_failure_is_an_object() {
    let server = Server::start(Dialect::Documented, &["POST /ssh-keys=500"]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_PROGRESS", "json");
    env.set("ARTCAFE_RETRIES", "0");
    let run = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(6);
    assert_eq!(steps(&run.stderr, "setup").last().unwrap(), "registration failed", "{run:?}");
    let events = events(&run.stderr);
    let [.., step, failure] = events.as_slice() else { panic!("{run:?}") };
    assert_eq!((&step["code"], &failure["code"]), (&"PARTLY_DONE".into(), &"PARTLY_DONE".into()));
    assert_eq!(failure["schema"], "artcafe.error/1");
    assert_eq!(run.stdout, "");
    for secret in [server.token(), "PRIVATE KEY"] {
        assert!(!run.stderr.contains(secret), "{run:?}");
    }
}
