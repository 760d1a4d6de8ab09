//! `artcafe agent watch`: lines in a pipe, objects for programs, a table on a terminal, and servers that fail.

use super::agent_record::set_status;
use super::support::scenes::agent_watch::*;
use super::support::screen::assert_screen;
use super::support::{AGENT, Run, Server, TestEnv, schema};
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::io::Read as _;

fn next(lines: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line
}

/// The data of one line, which is an object of its schema.
#[track_caller]
fn event(line: &str) -> Value {
    let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!((&object["schema"], schema::problems(&object)), (&json!("artcafe.agent.watch/1"), vec![]), "{line}");
    object["data"].clone()
}

#[test]
fn a_pipe_gets_a_line_for_each_change_until_a_signal() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        let (child, mut lines) = start(&env, &["agent", "watch", "--interval", "1s"]);
        let first = next(&mut lines);
        assert!(first.contains(&format!("{AGENT} {AGENT} status offline")) && first.contains("no key"), "{first}");
        set_status(&server, AGENT, "online");
        let changed = next(&mut lines);
        assert!(changed.contains("status offline → online, last_seen "), "{changed}");
        set_status(&server, AGENT, "a word of its own");
        assert!(next(&mut lines).contains("online → a word of its own"));
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        let run = Run::of(child.wait_with_output().unwrap());
        assert_screen(
            &env,
            &run,
            snapbox::str![[r#"
--- stderr
error: interrupted (SIGINT)
hint: run the same command again to go on watching
--- exit code 130

"#]],
        );
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    }
}

#[test]
fn programs_get_an_object_for_each_change_and_of_the_server_as_well() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &["GET /agents=503@2x2", "GET /ssh-keys=close-before@6x1"]);
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_RETRIES", "0");
        let (child, mut lines) = start(&env, &["agent", "watch", "--interval", "1s", "--json"]);
        let first = event(&next(&mut lines));
        assert_eq!(
            (&first["event"], &first["agent"]["status"], &first["agent"]["keys"]),
            (&json!("first"), &json!("offline"), &json!(0))
        );
        // Two looks fail, of which one is told.
        let failed = event(&next(&mut lines));
        assert_eq!((&failed["event"], &failed["failure"]), (&json!("unavailable"), &json!("SERVER_FAILED")));
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
        server.register(AGENT, line);
        let (_, body) =
            server.ask("POST", "/api/v1/agents", &json!({ "name": "second", "type": "t", "public_key": line }));
        let second = super::support::id_of(body.get("agent").unwrap_or(&json!({ "id": body["agent_id"] })));
        assert_eq!(event(&next(&mut lines))["event"], "available");
        let mut events = [event(&next(&mut lines)), event(&next(&mut lines))];
        events.sort_by_key(|event| event["event"].as_str().unwrap().to_owned());
        assert_eq!((&events[0]["event"], &events[0]["agent"]["agent_id"]), (&json!("appeared"), &json!(second)));
        assert_eq!(
            (&events[1]["changed"], &events[1]["before"]["keys"]),
            (&json!(["keys", "key_age_days"]), &json!(0))
        );
        assert_eq!((&events[1]["agent"]["keys"], &events[1]["agent"]["key_age_days"]), (&json!(1), &json!(0)));
        let (status, _) = server.ask("DELETE", &format!("/api/v1/agents/{second}"), &Value::Null);
        assert_eq!(status, 204);
        let mut seen = Vec::new();
        while !seen.contains(&"gone".to_owned()) {
            seen.push(event(&next(&mut lines))["event"].as_str().unwrap().to_owned());
        }
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let output = child.wait_with_output().unwrap();
        let failure: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!((output.status.code(), &failure["code"]), (Some(143), &json!("TERMINATED")));
    }
}

#[test]
fn a_count_ends_it_and_so_does_a_reader_that_goes_away() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let run = env.run(&["agent", "watch", "--count", "2", "--interval", "1s", "--json"]).expect(0);
    assert_eq!(run.data()["event"], "first");
    assert_eq!(server.count("GET /api/v1/agents "), 2);
    // Nothing changes any more, so that no line would find out.
    let (mut child, mut lines) = start(&env, &["agent", "watch", "--interval", "1h"]);
    assert!(next(&mut lines).contains(AGENT));
    drop(lines);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_can_never_work_is_known_at_once() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    assert_eq!(env.run(&["agent", "watch", "no-such-agent", "--json"]).expect(3).code_name(), "RECORD_MISSING");
    assert_eq!(env.run(&["agent", "watch", "--interval", "0s", "--json"]).expect(2).code_name(), "USAGE");
    assert_eq!(env.run(&["agent", "watch", "--count", "0", "--json"]).expect(2).code_name(), "USAGE");
    env.set("ARTCAFE_TOKEN", "nonsense");
    assert_eq!(env.run(&["agent", "watch", "--json"]).expect(4).code_name(), "TOKEN_REFUSED");
}
