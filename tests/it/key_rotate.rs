//! `key rotate`: the way forward, the way back, and a kill at every named point of both.

use super::support::scenes::key_rotate::*;
use super::support::{AGENT, Run, Server, TestEnv, id_of};
use artcafe::sandbox::Dialect;
use serde_json::Value;
use std::fs;
use std::process::Stdio;

#[test]
fn a_rotation_replaces_the_key_and_keeps_everything_else() {
    for dialect in Dialect::ALL {
        let (server, env) = proven(dialect, &[]);
        let old = fs::read_to_string(env.key()).unwrap();
        let report = env.run(&["key", "rotate", "--json"]).expect(0).data();
        assert_eq!(report["phase"], "retired");
        assert_eq!(report["retired_by"], if dialect == Dialect::Documented { "revoked" } else { "deleted" });
        let test = env.run(&["auth", "test", "--json"]).expect(0).data();
        assert_eq!(test["key_id"], report["new_key_id"]);
        assert_eq!(test["fingerprint"], report["new_fingerprint"]);
        // The plain name leads to the new key, and the old key is nowhere any more.
        let linked = fs::read_link(env.key()).unwrap();
        assert_eq!(
            env.path(".ssh").join(linked).display().to_string(),
            report["new_private_key_path"].as_str().unwrap()
        );
        assert!(identity(&env).iter().all(|(_, text)| *text != old));
        let config = fs::read_to_string(env.config()).unwrap();
        assert!(config.contains("auth: # mine\n  custom: kept\n"), "{config}");
        assert_eq!(active(&records(&server, &env)), 1);
        assert_eq!(journals(&env), 0);
        // And once more, from a key that bears a time already.
        env.run(&["key", "rotate"]).expect(0);
        env.run(&["auth", "test"]).expect(0);
        assert_eq!(fs::read_dir(env.path(".ssh")).unwrap().count(), 4, "{:?}", identity(&env));
    }
}

#[test]
fn undoing_setup_after_a_rotation_leaves_no_link_behind() {
    let (_server, env) = proven(Dialect::Documented, &[]);
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["deregister", "--yes"]).expect(0);
    assert_eq!(fs::read_dir(env.path(".ssh")).unwrap().count(), 0);
}

#[test]
fn undoing_setup_waits_for_the_end_of_a_rotation() {
    let (server, env) = proven(Dialect::Documented, &[]);
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    assert_eq!(env.run(&["deregister", "--yes", "--json"]).expect(5).code_name(), "ROTATION_OPEN");
    assert_eq!(active(&records(&server, &env)), 2);
    env.run(&["key", "rotate", "--abort"]).expect(0);
    env.run(&["deregister", "--yes"]).expect(0);
    assert_eq!(active(&server.keys()), 0);
}

#[test]
fn an_override_is_refused_before_anything_is_made() {
    let (_server, mut env) = proven(Dialect::Documented, &[]);
    let before = identity(&env);
    env.set("ARTCAFE_AGENT_ID", "another");
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(5).code_name(), "DIFFERS");
    env.unset("ARTCAFE_AGENT_ID");
    env.run(&["key", "rotate", "--dry-run"]).expect(0);
    assert_eq!(identity(&env), before);
    assert_eq!(journals(&env), 0);
}

#[test]
fn the_old_key_stays_for_the_grace_period() {
    let (server, env) = proven(Dialect::Documented, &[]);
    let report = env.run(&["key", "rotate", "--grace", "2s", "--json"]).expect(0).data();
    assert_eq!(report["phase"], "confirmed");
    assert_eq!(active(&records(&server, &env)), 2);
    assert_eq!(env.run(&["key", "rotate", "--finish", "--json"]).expect(75).code_name(), "GRACE_RUNNING");
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(5).code_name(), "ROTATION_OPEN");
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).warnings(), ["rotation_open"]);
    std::thread::sleep(std::time::Duration::from_millis(3500));
    assert_eq!(env.run(&["key", "rotate", "--finish", "--json"]).expect(0).data()["phase"], "retired");
    assert_eq!(active(&records(&server, &env)), 1);
}

#[test]
fn a_protected_key_needs_its_passphrase_and_hands_it_on() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("PASS", "old words");
    let given = ["--passphrase", "env:PASS"];
    env.run(&[&["setup", "--agent-id", AGENT, "--bits", "2048"][..], &given].concat()).expect(0);
    env.unset("ARTCAFE_TOKEN");
    let before = identity(&env);
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    assert_eq!((identity(&env), journals(&env)), (before, 0));
    env.run(&[&["key", "rotate"][..], &given].concat()).expect(0);
    env.run(&[&["auth", "test"][..], &given].concat()).expect(0);
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    env.run(&[&["key", "rotate", "--no-passphrase"][..], &given].concat()).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_full_quota_is_found_before_anything_is_made() {
    let server = Server::start_with(artcafe::sandbox::Options {
        tenants: vec!["Small:free".parse().unwrap()],
        ..artcafe::sandbox::Options::default()
    });
    let env = TestEnv::with(&server);
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    for number in 0..4 {
        let path = env.path(&format!("other-{number}"));
        let path = path.to_str().unwrap();
        env.run(&["key", "generate", "--bits", "2048", "--output", path]).expect(0);
        env.run(&["key", "register", "--private-key", path, "--agent-id", &format!("other-{number}")]).expect(0);
    }
    let before = identity(&env);
    let failure = env.run(&["key", "rotate", "--json"]).expect(5).failure();
    assert_eq!(failure["code"], "PLAN_LIMIT");
    assert!(failure["message"].as_str().unwrap().contains("allows 5 and 5 are there"), "{failure}");
    assert_eq!((identity(&env), journals(&env)), (before, 0));
}

#[test]
fn a_refused_registration_leaves_nothing_behind() {
    let (server, env) = proven(Dialect::Documented, &["GET /billing/usage-summary=404", "POST /ssh-keys=402@2"]);
    let before = identity(&env);
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(5).code_name(), "PLAN_LIMIT");
    assert_eq!((identity(&env), journals(&env)), (before, 0));
    assert_eq!(active(&records(&server, &env)), 1);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_lost_answer_makes_no_second_record() {
    for fault in
        ["POST /ssh-keys=close-after@2x1", "POST /ssh-keys=500@2x1", "POST /ssh-keys/{id}/revoke=close-afterx1"]
    {
        let (server, env) = proven(Dialect::Documented, &[fault]);
        let first = env.run(&["key", "rotate"]);
        if first.code != 0 {
            env.run(&["key", "rotate", "--resume"]).expect(0);
        }
        env.run(&["auth", "test"]).expect(0);
        let records = records(&server, &env);
        assert_eq!((records.len(), active(&records)), (2, 1), "{fault}: {records:?}");
    }
}

#[test]
fn the_agents_own_record_is_not_passed_over() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.run(&["setup", "--agent-name", "prod-web-01", "--bits", "2048"]).expect(0);
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(5).code_name(), "AGENT_RECORD_KEY");
    env.run(&["key", "rotate", "--accept-agent-record"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_key_that_another_profile_names_is_not_retired_unasked() {
    let (server, mut env) = proven(Dialect::Documented, &[]);
    fs::create_dir(env.path(".artcafe/profiles")).unwrap();
    fs::copy(env.config(), env.path(".artcafe/profiles/second.yaml")).unwrap();
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(5).code_name(), "DIFFERS");
    // Both keys stand, and the configuration's authenticates.
    assert_eq!(active(&records(&server, &env)), 2);
    env.run(&["auth", "test"]).expect(0);
    env.run(&["key", "rotate", "--resume", "--also"]).expect(0);
    assert_eq!(active(&records(&server, &env)), 1);
    env.set("ARTCAFE_PROFILE", "second");
    assert_ne!(env.run(&["auth", "test"]).code, 0);
}

#[test]
fn a_key_that_another_host_still_uses_is_not_retired() {
    let (server, env) = proven(Dialect::Documented, &[]);
    let copy = env.path("copy");
    fs::copy(env.key(), &copy).unwrap();
    let id = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned();
    env.run(&["key", "rotate", "--grace", "1s"]).expect(0);
    std::thread::sleep(std::time::Duration::from_millis(3500));
    let mut other = env.clone();
    other.set("ARTCAFE_KEY_ID", &id);
    other.run(&["auth", "test", "--private-key", copy.to_str().unwrap()]).expect(0);
    assert_eq!(env.run(&["key", "rotate", "--finish", "--json"]).expect(6).code_name(), "STILL_USED");
    assert_eq!(active(&records(&server, &env)), 2);
}

#[test]
fn a_kill_on_the_way_back_can_be_gone_on_with() {
    for point in ["back.journalled", "back.configured", "back.unregistered", "back.removed"] {
        let (server, env) = proven(Dialect::Documented, &[]);
        let before = identity(&env);
        killed_at(&env, "switched", &["key", "rotate"]);
        killed_at(&env, point, &["key", "rotate", "--abort"]);
        identity_stands(&env, point);
        assert_eq!(env.run(&["key", "rotate", "--resume", "--json"]).expect(5).code_name(), "ROTATION_OPEN", "{point}");
        env.run(&["key", "rotate", "--abort"]).expect(0);
        assert_eq!(identity(&env), before, "{point}");
        assert_eq!(records(&server, &env).len(), 1, "{point}");
        identity_stands(&env, point);
    }
}

#[test]
fn going_back_to_a_dead_key_is_refused() {
    let (server, env) = proven(Dialect::Documented, &[]);
    let old = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned();
    killed_at(&env, "switched", &["key", "rotate"]);
    let (status, _) = server.ask("DELETE", &format!("/api/v1/ssh-keys/{old}"), &Value::Null);
    assert_eq!(status, 204);
    let failure = env.run(&["key", "rotate", "--abort", "--json"]).expect(5).failure();
    assert!(failure["hint"].as_str().unwrap().contains("--resume"), "{failure}");
    identity_stands(&env, "switched");
    env.run(&["key", "rotate", "--resume"]).expect(0);
    identity_stands(&env, "resumed");
}

#[test]
fn a_server_in_trouble_is_no_dead_key() {
    for fault in ["POST /auth/verify=500@3x9", "POST /auth/agent/challenge=429@3x9", "POST /auth/verify=delay:3s@3x9"] {
        let (_server, mut env) = proven(Dialect::Documented, &[fault]);
        env.set("ARTCAFE_TIMEOUT", "1");
        env.set("ARTCAFE_RETRIES", "0");
        let run = env.run(&["key", "rotate", "--json"]);
        assert!([69, 75].contains(&run.code), "{fault}: {run:?}");
    }
}

#[test]
fn two_at_once_make_one_rotation() {
    let (server, env) = proven(Dialect::Documented, &[]);
    let children: Vec<_> = (0..4)
        .map(|_| env.command(&["key", "rotate", "--json"]).stdin(std::process::Stdio::null()).output_later())
        .collect();
    let codes: Vec<i32> =
        children.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert!(codes.contains(&0), "{codes:?}");
    identity_stands(&env, "four at once");
    assert_eq!(active(&records(&server, &env)), 1);
    assert_eq!(journals(&env), 0);
}

trait OutputLater {
    fn output_later(&mut self) -> std::process::Child;
}

impl OutputLater for std::process::Command {
    fn output_later(&mut self) -> std::process::Child {
        self.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    }
}

#[test]
fn a_rotation_whose_keys_are_both_dead_is_closed_by_an_administrator() {
    let (server, mut env) = proven(Dialect::Documented, &[]);
    killed_at(&env, "switched", &["key", "rotate"]);
    for record in server.keys() {
        let id = id_of(&record);
        let (status, _) =
            server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &serde_json::json!({ "reason": "test" }));
        assert_eq!(status, 200);
    }
    assert_ne!(env.run(&["key", "rotate", "--resume"]).code, 0);
    assert_eq!(env.run(&["key", "rotate", "--abort", "--json"]).expect(5).code_name(), "DIFFERS");
    env.set("ARTCAFE_TOKEN", server.token());
    let run = env.run(&["key", "rotate", "--abort", "--json"]).expect(0);
    assert!(run.warnings().contains(&"both_keys_dead".to_owned()), "{run:?}");
    assert_eq!(journals(&env), 0);
    env.run(&["key", "generate", "--bits", "2048", "--overwrite"]).expect(0);
    env.run(&["setup"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn what_was_read_before_a_wait_is_not_worked_with() {
    for args in [&["setup", "--json"][..], &["deregister", "--yes", "--json"]] {
        let (server, env) = proven(Dialect::Documented, &[]);
        let lock = fs::File::options().write(true).open(env.path(".artcafe/lock")).unwrap();
        lock.lock().unwrap();
        let mut command = env.command(args);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Long enough to have read the file, and shorter than anybody waits for the lock.
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let text = fs::read_to_string(env.config()).unwrap();
        let id = text.lines().find(|line| line.contains("key_id:")).unwrap().to_owned();
        let other = text.replace(&id, "    key_id: \"01HZZZZZZZZZZZZZZZZZZZZZZZ\"");
        env.write(".artcafe/config.yaml", &other);
        let requests = server.requests().len();
        lock.unlock().unwrap();
        let run = Run::of(child.wait_with_output().unwrap()).expect(75);
        assert_eq!(run.code_name(), "CHANGED_MEANWHILE", "{args:?}");
        assert_eq!((server.requests().len(), fs::read_to_string(env.config()).unwrap()), (requests, other), "{args:?}");
    }
}
