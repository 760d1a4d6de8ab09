//! `key revoke` and `key delete`: what ends, what must not, and what counts as seen.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use artcafe::sandbox::{Dialect, Options, TenantSpec};
use serde_json::{Value, json};

use super::support::files::picture;
use super::support::screen::assert_screen;
use super::support::{AGENT, Run, Server, TestEnv, id_of};

/// Another key for the agent, registered past the client.
const SPARE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea spare";

/// An agent with its own key, and an administrator's token at hand.
fn proven(dialect: Dialect, faults: &[&str]) -> (Server, TestEnv, String) {
    let server = Server::start(dialect, faults);
    let env = TestEnv::with(&server);
    let id = env.set_up()["key_id"].as_str().unwrap().to_owned();
    (server, env, id)
}

/// The same agent with its own key alone.
fn alone(env: &TestEnv) -> TestEnv {
    let mut env = env.clone();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    env
}

fn revoke(env: &TestEnv, args: &[&str]) -> Run {
    env.run(&[&["key", "revoke", "--yes", "--json"], args].concat())
}

fn record(server: &Server, id: &str) -> Option<Value> {
    server.keys().into_iter().find(|record| id_of(record) == id)
}

/// Whether the record can still authenticate.
fn works(server: &Server, id: &str) -> bool {
    record(server, id).is_some_and(|record| record["revoked"] == false)
}

fn ended_word(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Documented { "revoked" } else { "deleted" }
}

#[test]
fn a_key_is_revoked_and_seen_to_be_refused() {
    for dialect in Dialect::ALL {
        for by in ["id", "openssh", "platform", "current"] {
            let (server, env, id) = proven(dialect, &[]);
            server.register(AGENT, SPARE);
            let shown = env.run(&["key", "show", "--json"]).expect(0).data();
            let target = match by {
                "id" => id.as_str(),
                "openssh" => shown["fingerprint"].as_str().unwrap(),
                "platform" => shown["platform_fingerprint"].as_str().unwrap(),
                _ => "--current",
            };
            let run = revoke(&env, &[target, "--reason", "host sold"]).expect(0);
            let data = run.data();
            assert_eq!(data["outcome"], ended_word(dialect), "{by}");
            assert_eq!(
                (&data["key_ids"], &data["ended_key_ids"], &data["already_revoked"]),
                (&json!([id]), &json!([id]), &json!(false))
            );
            assert_eq!(data["configurations"], json!([env.config().display().to_string()]));
            assert_eq!(
                (&data["refusal"]["key_store"], &data["refusal"]["agent_record"], &data["refusal"]["evidence"]),
                (&json!("refused"), &json!("refused"), &json!("challenge"))
            );
            assert!(data["tokens_end"].is_string(), "{data}");
            let mut warnings = vec!["token_stays_valid".to_owned()];
            if dialect == Dialect::Documented {
                assert_eq!(record(&server, &id).unwrap()["revocation_reason"], "host sold");
            } else {
                assert_eq!(record(&server, &id), None);
                warnings.insert(0, "deleted_not_revoked".to_owned());
            }
            assert_eq!(run.warnings(), warnings);
            let history = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
            let line: Value = serde_json::from_str(history.lines().last().unwrap()).unwrap();
            assert_eq!(line["what"], format!("key_{}", ended_word(dialect)), "{line}");
            assert_eq!(
                (&line["key_id"], &line["reason"], &line["result"]),
                (&json!(id), &json!("host sold"), &json!("done"))
            );
            assert_ne!(env.run(&["auth", "test"]).code, 0);
            assert_eq!(server.keys().iter().filter(|record| record["revoked"] == false).count(), 1);
        }
    }
}

#[test]
fn the_last_working_key_needs_a_flag_of_its_own() {
    for dialect in Dialect::ALL {
        let (server, env, id) = proven(dialect, &[]);
        for verb in ["revoke", "delete"] {
            let before = picture(&env.home());
            let run = env.run(&["key", verb, &id, "--yes", "--json"]).expect(5);
            assert_eq!(run.code_name(), "LAST_KEY");
            let hint = run.failure()["hint"].as_str().unwrap().to_owned();
            assert!(hint.contains("artcafe key rotate") && hint.contains("--allow-last"), "{hint}");
            assert!(works(&server, &id));
            assert_eq!(picture(&env.home()), before);
        }
        // A revoked key is no key to fall back on, and neither is another agent's.
        let spare = server.register(AGENT, SPARE);
        server.register("somebody-else", SPARE);
        if dialect == Dialect::Documented {
            server.ask("POST", &format!("/api/v1/ssh-keys/{spare}/revoke"), &json!({ "reason": "x" }));
        } else {
            server.ask("DELETE", &format!("/api/v1/ssh-keys/{spare}"), &Value::Null);
        }
        assert_eq!(revoke(&env, &["--current"]).expect(5).code_name(), "LAST_KEY");
        revoke(&env, &["--current", "--allow-last"]).expect(0);
        assert!(!works(&server, &id));
    }
}

#[test]
fn a_stale_list_does_not_hide_that_the_other_key_is_gone() {
    let (server, env, id) = proven(Dialect::Documented, &["GET /ssh-keys=stale:2s"]);
    let spare = server.register(AGENT, SPARE);
    std::thread::sleep(Duration::from_millis(2500));
    server.ask("DELETE", &format!("/api/v1/ssh-keys/{spare}"), &Value::Null);
    assert_eq!(revoke(&env, &[&id]).expect(5).code_name(), "LAST_KEY");
    // And a key that is not listed yet is found by its id.
    revoke(&env, &[&id, "--allow-last"]).expect(0);
}

#[test]
fn revoking_twice_is_no_error() {
    for dialect in Dialect::ALL {
        let (server, env, id) = proven(dialect, &[]);
        let own = alone(&env);
        // With the agent's own key, which ends itself, and which then cannot ask for its record any more.
        for (env, already) in [(&own, false), (&own, true), (&env, true)] {
            for target in [&id[..], "--current"] {
                if target == "--current" && !already {
                    continue;
                }
                let data = revoke(env, &[target, "--allow-last"]).expect(0).data();
                assert_eq!(data["already_revoked"], already, "{data}");
                assert_eq!(data["refusal"]["key_store"], "refused", "{data}");
                if already {
                    let outcome = format!("already_{}", ended_word(dialect));
                    assert_eq!((&data["outcome"], &data["ended_key_ids"]), (&json!(outcome), &json!([])));
                }
            }
        }
        assert!(!works(&server, &id));
        // Nothing is asked where nothing is changed.
        env.run(&["key", "revoke", &id, "--json"]).expect(0);
    }
}

#[test]
fn an_unknown_key_is_told_from_one_that_was_revoked() {
    for dialect in Dialect::ALL {
        let (_server, env, _id) = proven(dialect, &[]);
        for target in ["01UNKNOWN", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let failure = revoke(&env, &[target]).expect(3).failure();
            assert_eq!(failure["code"], "RECORD_MISSING");
            assert!(failure["message"].as_str().unwrap().contains(target), "{failure}");
        }
        assert_eq!(env.run(&["key", "delete", "01UNKNOWN", "--yes", "--json"]).expect(3).code_name(), "RECORD_MISSING");
        let refused = revoke(&env, &["two words"]).expect(2).failure();
        assert!(!refused.to_string().contains("two words"), "{refused}");
    }
}

#[test]
fn it_needs_an_agreement_and_says_what_would_stop() {
    let (server, env, id) = proven(Dialect::Documented, &[]);
    server.register(AGENT, SPARE);
    env.run(&["config", "init", "--profile", "second", "--agent-id", AGENT]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.key_id", &id, "--profile", "second"]).expect(0);
    let before = picture(&env.home());
    for verb in ["revoke", "delete"] {
        assert_eq!(env.run(&["key", verb, &id, "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    }
    assert_screen(
        &env,
        &env.run(&["key", "revoke", &id]),
        snapbox::str![[r#"
--- stderr
revokes the key of agent `prod-data-processor-01`, [FINGERPRINT]
  record         [ID] `prod-data-processor-01 [HOST] [DATE]`, works, last used [DATE] [CLOCK] UTC
  stops working  [ROOT]/user/.artcafe/config.yaml
  stops working  [ROOT]/user/.artcafe/profiles/second.yaml
error: a confirmation is needed and nobody can be asked: Revoke this key? It never works again
hint: agree with `--yes` or ARTCAFE_YES=1
--- exit code 2

"#]],
    );
    assert_screen(
        &env,
        &env.run(&["key", "delete", &id]),
        snapbox::str![[r#"
--- stderr
deletes the key of agent `prod-data-processor-01`, [FINGERPRINT]
  record         [ID] `prod-data-processor-01 [HOST] [DATE]`, works, last used [DATE] [CLOCK] UTC
  stops working  [ROOT]/user/.artcafe/config.yaml
  stops working  [ROOT]/user/.artcafe/profiles/second.yaml
error: a confirmation is needed and nobody can be asked: Delete this record? The platform keeps no history of it
hint: agree with `--yes` or ARTCAFE_YES=1
--- exit code 2

"#]],
    );
    assert_eq!(env.run(&["key", "revoke", "--yes"]).expect(2).stdout, "");
    env.run(&["key", "revoke", &id, "--current", "--yes"]).expect(2);
    assert!(works(&server, &id));
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn deletion_instead_of_revocation_can_be_ruled_out() {
    let (server, env, id) = proven(Dialect::AsBuilt, &[]);
    server.register(AGENT, SPARE);
    let failure = revoke(&env, &[&id, "--no-delete"]).expect(5).failure();
    assert_eq!(failure["code"], "REVOKE_UNSUPPORTED");
    assert!(failure["message"].as_str().unwrap().contains("stays valid"), "{failure}");
    assert!(works(&server, &id));
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn every_record_of_the_key_goes_and_another_agents_stays() {
    for dialect in Dialect::ALL {
        let (server, env, id) = proven(dialect, &[]);
        server.register(AGENT, SPARE);
        let line = env.public_line();
        let twin = server.register(AGENT, &line);
        let other = server.register("somebody-else", &line);
        let run = revoke(&env, &[&id]).expect(0);
        let mut both = vec![id.clone(), twin.clone()];
        both.sort();
        assert_eq!(run.data()["ended_key_ids"].as_array().unwrap().len(), 2);
        assert_eq!(run.data()["key_ids"], json!(both));
        assert!(run.warnings().contains(&"same_key_elsewhere".to_owned()));
        assert_eq!((works(&server, &id), works(&server, &twin), works(&server, &other)), (false, false, true));
    }
}

#[test]
fn a_key_of_another_agent_is_revoked_by_an_administrator_alone() {
    for dialect in Dialect::ALL {
        let (server, env, own_id) = proven(dialect, &[]);
        let id = server.register("somebody-else", SPARE);
        if dialect == Dialect::Documented {
            assert_eq!(revoke(&alone(&env), &[&id, "--allow-last"]).expect(4).code_name(), "NOT_ALLOWED");
            assert!(works(&server, &id));
        }
        assert_eq!(revoke(&env, &[&id]).expect(5).code_name(), "LAST_KEY");
        let run = revoke(&env, &[&id, "--allow-last"]).expect(0);
        assert_eq!((&run.data()["agent_id"], &run.data()["configurations"]), (&json!("somebody-else"), &json!([])));
        assert_eq!(run.data()["refusal"]["evidence"], "record");
        assert!(run.warnings().contains(&"no_challenge".to_owned()));
        assert!(!works(&server, &id) && works(&server, &own_id));
        env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn a_lost_answer_is_settled_by_looking() {
    for dialect in Dialect::ALL {
        for kind in ["close-afterx1", "close-beforex1", "500x1", "429:retry-after=1x1", "cutx1"] {
            for retries in ["0", "2"] {
                let faults =
                    [format!("POST /ssh-keys/{{id}}/revoke={kind}"), format!("DELETE /ssh-keys/{{id}}={kind}")];
                let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
                let (server, env, id) = proven(dialect, &faults);
                server.register(AGENT, SPARE);
                let run = revoke(&env, &[&id, "--retries", retries]);
                let what = format!("{dialect:?} {kind} {retries}: {run:?}");
                if run.code == 0 {
                    assert_eq!(run.data()["outcome"], ended_word(dialect), "{what}");
                    assert!(!works(&server, &id), "{what}");
                } else {
                    // Nothing was done, and that is what is said.
                    assert!(retries == "0" && [69, 75].contains(&run.code), "{what}");
                    assert!(works(&server, &id), "{what}");
                    env.run(&["auth", "test"]).expect(0);
                    // As built, the next request meets the other route's fault.
                    let again = (0..2).map(|_| revoke(&env, &[&id, "--retries", retries]).code).find(|code| *code == 0);
                    assert_eq!(again, Some(0), "{what}");
                    assert!(!works(&server, &id), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_server_in_trouble_ends_nothing_and_is_believed_nothing() {
    for (fault, exit) in [
        ("POST /ssh-keys/{id}/revoke=500", 69),
        ("POST /ssh-keys/{id}/revoke=429:retry-after=3600", 75),
        ("POST /ssh-keys/{id}/revoke=close-before", 69),
        ("GET /ssh-keys/{id}=500@3", 69),
    ] {
        let (server, env, id) = proven(Dialect::Documented, &[fault]);
        server.register(AGENT, SPARE);
        let run = revoke(&env, &[&id, "--retries", "0"]);
        assert_eq!(run.code, exit, "{fault}: {run:?}");
        assert_eq!(run.stdout, "", "{fault}");
        assert!(works(&server, &id), "{fault}");
    }
    let (server, env, id) = proven(Dialect::Documented, &[]);
    let before = picture(&env.home());
    drop(server);
    assert_eq!(revoke(&env, &[&id, "--retries", "0"]).expect(69).code_name(), "SERVER_UNREACHABLE");
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn trouble_during_the_challenge_is_no_refusal() {
    for fault in ["500", "429:retry-after=3600", "delay:3s"] {
        // The second verification is the one after the revocation; setup took one of its own.
        let (server, mut env, id) = proven(Dialect::Documented, &[&format!("POST /auth/verify={fault}@3")]);
        server.register(AGENT, SPARE);
        env.set("ARTCAFE_TIMEOUT", "1");
        let run = revoke(&env, &[&id, "--retries", "0"]).expect(0);
        assert_eq!(run.data()["refusal"]["key_store"], "unknown", "{fault}");
        assert!(run.warnings().contains(&"refusal_unknown".to_owned()), "{fault}");
        assert!(!works(&server, &id));
        // Waiting for a sight of it ends without one.
        let run = revoke(&env, &[&id, "--retries", "0", "--wait", "--wait-timeout", "2s"]).expect(6);
        assert_eq!(
            (&run.data()["refusal"]["key_store"], &run.data()["refusal"]["waited_ms"]),
            (&json!("unknown"), &json!(null))
        );
    }
}

#[test]
fn waiting_ends_when_the_server_refuses() {
    for dialect in Dialect::ALL {
        let (server, env, id) = proven(dialect, &["POST /auth/verify=500@3x3", "POST /auth/agent/verify=429@1x2"]);
        server.register(AGENT, SPARE);
        let data = revoke(&env, &[&id, "--retries", "0", "--wait"]).expect(0).data();
        assert_eq!(
            (&data["refusal"]["key_store"], &data["refusal"]["agent_record"], &data["refusal"]["evidence"]),
            (&json!("refused"), &json!("refused"), &json!("challenge"))
        );
        // Three looks met an error, which was waited out; waits are divided by twenty here.
        assert!(data["refusal"]["waited_ms"].as_u64().unwrap() > 50, "{data}");
        let run = env.run(&["key", "revoke", &id, "--wait"]);
        match dialect {
            Dialect::Documented => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
revoked already: key [ID]
refused at /auth/verify (by challenge)
refused at /auth/agent/verify (by challenge)
refused [N] s after the request
works no more: [ROOT]/user/.artcafe/config.yaml
--- stderr
warning: tokens already issued for the key stay valid until they expire, [DATE] [CLOCK] UTC at the latest

"#]],
            ),
            Dialect::AsBuilt => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
deleted already: key [ID]
refused at /auth/verify (by challenge)
refused at /auth/agent/verify (by challenge)
refused [N] s after the request
works no more: [ROOT]/user/.artcafe/config.yaml
--- stderr
warning: tokens already issued for the key stay valid until they expire, [DATE] [CLOCK] UTC at the latest

"#]],
            ),
        }
    }
}

#[test]
fn waiting_outlasts_work_that_the_server_does_later() {
    let (server, env, id) = proven(Dialect::Documented, &["POST /ssh-keys/{id}/revoke=late:2s"]);
    server.register(AGENT, SPARE);
    assert_eq!(revoke(&env, &[&id, "--retries", "0"]).expect(69).code_name(), "SERVER_FAILED");
    let data = revoke(&env, &[&id, "--retries", "0", "--wait"]).expect(0).data();
    assert!(["revoked", "already_revoked"].contains(&data["outcome"].as_str().unwrap()), "{data}");
    assert_eq!(data["refusal"]["key_store"], "refused");
    assert!(!works(&server, &id));
}

#[test]
fn without_the_private_key_the_records_are_waited_for() {
    let (server, env, id) = proven(Dialect::Documented, &[]);
    server.register(AGENT, SPARE);
    let elsewhere = TestEnv::with(&server);
    let run = revoke(&elsewhere, &[&id, "--wait", "--wait-timeout", "20s"]).expect(0);
    assert_eq!(
        (&run.data()["refusal"]["evidence"], &run.data()["refusal"]["key_store"]),
        (&json!("record"), &json!("refused"))
    );
    assert!(run.data()["refusal"]["waited_ms"].is_u64());
    assert!(run.warnings().contains(&"no_challenge".to_owned()));
    assert_eq!(server.count("POST /api/v1/auth/agent/verify"), 0);
    drop(env);
}

#[test]
fn a_key_on_the_agents_own_record_is_not_waited_for() {
    for dialect in Dialect::ALL {
        for at_hand in [true, false] {
            let server = Server::start(dialect, &[]);
            let env = TestEnv::with(&server);
            let args = ["setup", "--agent-name", "prod-web-01", "--agent-type", "worker", "--bits", "2048", "--json"];
            let made = env.run(&args).expect(0).data();
            let (agent, id) = (made["agent_id"].as_str().unwrap(), made["key_id"].as_str().unwrap());
            server.register(agent, SPARE);
            let env = if at_hand { env } else { TestEnv::with(&server) };
            let started = Instant::now();
            let run = revoke(&env, &[id, "--wait"]).expect(6);
            assert!(started.elapsed() < Duration::from_secs(60));
            let data = run.data();
            assert_eq!(
                (&data["refusal"]["key_store"], &data["refusal"]["agent_record"]),
                (&json!("refused"), &json!("accepted"))
            );
            assert_eq!(data["refusal"]["is_on_agent_record"], true);
            assert!(run.warnings().contains(&"agent_record_key".to_owned()), "{run:?}");
            assert!(!works(&server, id));
        }
    }
}

#[test]
fn a_refusal_of_what_was_never_accepted_is_no_evidence() {
    let (server, env, _id) = proven(Dialect::AsBuilt, &[]);
    let path = env.path("keys/ed").display().to_string();
    fs::create_dir_all(env.path("keys")).unwrap();
    super::support::files::chmod(&env.path("keys"), 0o700);
    env.run(&["key", "generate", "--algorithm", "ed25519", "--output", &path]).expect(0);
    let line = fs::read_to_string(format!("{path}.pub")).unwrap();
    let id = server.register(AGENT, line.trim());
    let mut env = env.clone();
    env.set("ARTCAFE_PRIVATE_KEY_PATH", &path);
    let run = revoke(&env, &[&id]).expect(0);
    assert_eq!(run.data()["refusal"]["evidence"], "record");
    assert!(run.warnings().contains(&"no_challenge".to_owned()), "{run:?}");
}

fn killed_at(env: &TestEnv, point: &str, args: &[&str]) {
    let mut command = env.command(args);
    command.env("ARTCAFE_TEST_KILL_AT", point).stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.signal(), Some(9), "`{point}`: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_key_that_an_open_rotation_needs_is_kept() {
    let (server, env, old) = proven(Dialect::Documented, &[]);
    for point in ["planned", "proven", "switched"] {
        killed_at(&env, point, &["key", "rotate"]);
        let ids: Vec<String> = server.keys().iter().map(id_of).collect();
        assert_eq!(ids.len(), if point == "planned" { 1 } else { 2 });
        for id in &ids {
            for verb in ["revoke", "delete"] {
                let run = env.run(&["key", verb, id, "--yes", "--allow-last", "--json"]).expect(5);
                assert_eq!(run.code_name(), "ROTATION_OPEN", "{point} {verb}");
                assert!(run.failure()["hint"].as_str().unwrap().contains("--resume"));
                assert!(works(&server, id));
            }
        }
        env.run(&["key", "rotate", "--abort"]).expect(0);
    }
    // The old key is not needed any more once the new one is confirmed; the new one is.
    env.run(&["key", "rotate", "--grace", "1s"]).expect(0);
    let new = server.keys().iter().map(id_of).find(|id| *id != old).unwrap();
    assert_eq!(revoke(&env, &[&new, "--allow-last"]).expect(5).code_name(), "ROTATION_OPEN");
    revoke(&env, &[&old]).expect(0);
    std::thread::sleep(Duration::from_millis(2500));
    env.run(&["key", "rotate", "--finish"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
    assert!(works(&server, &new) && !works(&server, &old));
}

#[test]
fn two_at_once_leave_one_key() {
    let (server, env, own) = proven(Dialect::Documented, &[]);
    let spare = server.register(AGENT, SPARE);
    let children: Vec<_> = [&own, &spare]
        .map(|id| {
            let mut command = env.command(&["key", "revoke", id, "--yes"]);
            command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null());
            command.stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .into_iter()
        .collect();
    let mut codes: Vec<i32> = children.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 5]);
    assert_ne!(works(&server, &own), works(&server, &spare));
}

/// Puts the end of the key two hours back, as if the run had been that long ago.
fn two_hours_later(env: &TestEnv) {
    let path = env.path(".artcafe/state/compromised.json");
    let mut entries: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let ended: jiff::Timestamp = entries[0]["ended_at"].as_str().unwrap().parse().unwrap();
    entries[0]["ended_at"] = json!((ended - jiff::SignedDuration::from_hours(2)).to_string());
    fs::write(path, entries.to_string()).unwrap();
}

fn appeared(data: &Value) -> Vec<(String, bool)> {
    let keys = data["compromised"]["appeared"].as_array().unwrap();
    keys.iter().map(|key| (id_of(key), key["is_known_here"].as_bool().unwrap())).collect()
}

#[test]
fn a_stolen_key_is_replaced_first_and_looked_at_again() {
    for dialect in Dialect::ALL {
        for target in ["id", "current"] {
            let (server, env, old) = proven(dialect, &[]);
            let planted = server.register("somebody-else", SPARE);
            let target = if target == "id" { old.as_str() } else { "--current" };
            let run = revoke(&env, &[target, "--compromised"]).expect(6);
            let data = run.data();
            let new = data["new_key"]["new_key_id"].as_str().unwrap().to_owned();
            assert_eq!((&data["outcome"], &data["already_revoked"]), (&json!(ended_word(dialect)), &json!(false)));
            assert_eq!(
                (&data["refusal"]["key_store"], &data["refusal"]["evidence"]),
                (&json!("refused"), &json!("challenge"))
            );
            assert_eq!(appeared(&data), [(planted.clone(), false), (new.clone(), true)]);
            assert_eq!(
                (&data["compromised"]["settled"], &data["compromised"]["view"]),
                (&json!(false), &json!("tenant"))
            );
            assert!(run.warnings().contains(&"look_again".to_owned()), "{run:?}");
            assert!(!works(&server, &old) && works(&server, &new));
            if dialect == Dialect::Documented {
                assert_eq!(record(&server, &old).unwrap()["revocation_reason"], "compromised");
            }
            assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).data()["key_id"], new);
            let told = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
            let told = told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let ends: Vec<Value> = told.filter(|line| line["what"] == format!("key_{}", ended_word(dialect))).collect();
            assert_eq!((ends.len(), &ends[0]["key_id"], &ends[0]["reason"]), (1, &json!(old), &json!("compromised")));
            // From here on `--current` is the new key, and the old one is named by its id.
            let target = old.as_str();
            // A token of the stolen key adds one more within the hour.
            let late = server.register(AGENT, &SPARE.replace("INdam", "INdbm"));
            let data = revoke(&env, &[target, "--compromised"]).expect(6).data();
            assert_eq!(appeared(&data).len(), 3, "{data}");
            two_hours_later(&env);
            let run = revoke(&env, &[target, "--compromised"]).expect(0);
            let data = run.data();
            assert!(appeared(&data).contains(&(late, false)), "{data}");
            assert_eq!((&data["compromised"]["settled"], &data["already_revoked"]), (&json!(true), &json!(true)));
            assert!(!run.warnings().contains(&"look_again".to_owned()), "{run:?}");
            // The same command is no second rotation.
            revoke(&env, &[&old, "--compromised"]).expect(0);
            assert!(works(&server, &new));
            env.run(&["auth", "test"]).expect(0);
        }
    }
}

#[test]
fn the_current_key_is_the_one_that_the_configuration_names_now() {
    for dialect in Dialect::ALL {
        let (server, env, first) = proven(dialect, &[]);
        let own = alone(&env);
        let second = revoke(&own, &["--current", "--compromised"]).expect(6).data()["new_key"]["new_key_id"].clone();
        // Within the hour the new key leaks as well.
        let run = revoke(&own, &["--current", "--compromised"]).expect(6);
        let data = run.data();
        assert_eq!((&data["key_ids"], &data["outcome"]), (&json!([second]), &json!(ended_word(dialect))));
        let earlier = &data["earlier"][0];
        assert_eq!((&earlier["key_ids"], &earlier["settled"]), (&json!([first]), &json!(false)), "{data}");
        let third = data["new_key"]["new_key_id"].as_str().unwrap().to_owned();
        assert!(!works(&server, second.as_str().unwrap()) && !works(&server, &first) && works(&server, &third));
        assert_eq!(own.run(&["auth", "test", "--json"]).expect(0).data()["key_id"], third);
        // Each is looked at again by its id, and the current one stays.
        two_hours_later(&env);
        for id in [&first, second.as_str().unwrap()] {
            let code = revoke(&own, &[id, "--compromised"]).code;
            assert!([0, 6].contains(&code), "{id}: {code}");
        }
        assert!(works(&server, &third));
    }
}

#[test]
fn a_crash_before_the_current_key_is_named_again_is_gone_on_with_first() {
    for point in ["registered", "confirmed", "retire.after_request"] {
        let (server, env, first) = proven(Dialect::Documented, &[]);
        let own = alone(&env);
        killed_at(&own, point, &["key", "revoke", "--current", "--compromised", "--yes"]);
        let data = revoke(&own, &["--current", "--compromised"]).expect(6).data();
        assert!(!works(&server, &first), "{point}: {data}");
        let current = own.run(&["auth", "test", "--json"]).expect(0).data()["key_id"].as_str().unwrap().to_owned();
        assert!(works(&server, &current));
        let touched: Vec<&Value> = data["key_ids"]
            .as_array()
            .unwrap()
            .iter()
            .chain(data["earlier"].as_array().unwrap().iter().flat_map(|key| key["key_ids"].as_array().unwrap()))
            .collect();
        assert!(touched.contains(&&json!(first)), "{point}: {data}");
        assert_eq!(server.keys().iter().filter(|record| record["revoked"] == false).count(), 1, "{point}");
    }
}

#[test]
fn the_agents_own_key_suffices_for_a_stolen_one() {
    for dialect in Dialect::ALL {
        let (server, env, old) = proven(dialect, &[]);
        let env = alone(&env);
        let run = revoke(&env, &[&old, "--compromised", "--wait"]).expect(6);
        assert_eq!(run.data()["compromised"]["view"], "agent");
        assert!(run.warnings().contains(&"limited_view".to_owned()));
        assert!(run.data()["refusal"]["waited_ms"].is_u64());
        two_hours_later(&env);
        revoke(&env, &[&old, "--compromised"]).expect(0);
        assert!(!works(&server, &old));
        env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn the_keys_are_listed_from_the_time_that_is_given() {
    let (server, env, old) = proven(Dialect::Documented, &[]);
    let planted = server.register(AGENT, SPARE);
    let data = revoke(&env, &[&old, "--compromised", "--since", "2037-01-01"]).expect(6).data();
    assert_eq!((appeared(&data), &data["compromised"]["since"]), (Vec::new(), &json!("2037-01-01T00:00:00Z")));
    let data = revoke(&env, &[&old, "--compromised", "--since", "2020-01-01T00:00:00Z"]).expect(6).data();
    assert!(appeared(&data).contains(&(planted, false)), "{data}");
    env.run(&["key", "revoke", &old, "--since", "2020-01-01"]).expect(2);
}

#[test]
fn a_stolen_key_that_cannot_be_replaced_is_revoked_at_once() {
    // No room under the plan: five keys, and the agent has another one.
    let tenants = vec!["Small:free".parse::<TenantSpec>().unwrap()];
    let server = Server::start_with(Options { tenants, ..Options::default() });
    let env = TestEnv::with(&server);
    let old = env.set_up()["key_id"].as_str().unwrap().to_owned();
    for number in 0..4 {
        server.register(
            if number == 0 { AGENT } else { "somebody-else" },
            &SPARE.replace("INdam", &format!("INda{number}")),
        );
    }
    let run = revoke(&env, &[&old, "--compromised"]).expect(6);
    assert!(run.warnings().contains(&"not_replaced".to_owned()), "{run:?}");
    assert_eq!(run.data()["new_key"], Value::Null);
    assert!(run.data()["not_replaced"].as_str().unwrap().contains("no room"), "{run:?}");
    assert!(!works(&server, &old));
    assert_eq!(fs::read_dir(env.path(".artcafe/state/rotations")).map_or(0, Iterator::count), 0);

    // The last one that works is given up only if that was said.
    let (server, env, old) = proven(Dialect::Documented, &[]);
    let elsewhere = TestEnv::with(&server);
    assert_eq!(revoke(&elsewhere, &[&old, "--compromised"]).expect(5).code_name(), "LAST_KEY");
    assert!(works(&server, &old));
    let run = revoke(&elsewhere, &[&old, "--compromised", "--allow-last"]).expect(6);
    assert!(run.warnings().contains(&"not_replaced".to_owned()), "{run:?}");
    assert!(!works(&server, &old));
    assert_ne!(env.run(&["auth", "test"]).code, 0);
}

#[test]
fn a_thief_who_uses_the_key_does_not_keep_it() {
    for dialect in Dialect::ALL {
        let (server, env, old) = proven(dialect, &[]);
        let copy = env.path("copy");
        fs::copy(env.key(), &copy).unwrap();
        env.run(&["key", "rotate", "--grace", "1s"]).expect(0);
        std::thread::sleep(Duration::from_millis(3500));
        let mut thief = env.clone();
        thief.set("ARTCAFE_KEY_ID", &old);
        thief.run(&["auth", "test", "--private-key", copy.to_str().unwrap()]).expect(0);
        assert_eq!(env.run(&["key", "rotate", "--finish", "--json"]).expect(6).code_name(), "STILL_USED");
        let data = revoke(&env, &[&old, "--compromised"]).expect(6).data();
        assert_eq!(
            (&data["outcome"], &data["rotation_left_open"]),
            (&json!(ended_word(dialect)), &json!(null)),
            "{data}"
        );
        assert!(!works(&server, &old));
        env.run(&["auth", "test"]).expect(0);
        assert_ne!(thief.run(&["auth", "test", "--private-key", copy.to_str().unwrap()]).code, 0);
    }
}

#[test]
fn a_crash_while_a_stolen_key_is_replaced_is_gone_on_with() {
    for dialect in Dialect::ALL {
        for point in ["planned", "register.after_request", "switched", "confirmed", "retire.after_request", "retired"] {
            let (server, env, old) = proven(dialect, &[]);
            killed_at(&env, point, &["key", "revoke", &old, "--compromised", "--yes"]);
            env.run(&["auth", "test"]).expect(0);
            let run = revoke(&env, &[&old, "--compromised"]).expect(6);
            assert!(run.data()["compromised"]["look_again_at"].is_string(), "{point}");
            assert!(!works(&server, &old), "{point}");
            let working = server.keys().iter().filter(|record| record["revoked"] == false).count();
            assert_eq!(working, 1, "{point}");
            assert_eq!(env.run(&["key", "rotate", "--status", "--json"]).expect(0).data(), Value::Null, "{point}");
            env.run(&["auth", "test"]).expect(0);
            two_hours_later(&env);
            revoke(&env, &[&old, "--compromised"]).expect(0);
        }
    }
}

#[test]
fn a_crash_around_the_request_can_be_gone_on_with() {
    for dialect in Dialect::ALL {
        for point in ["revoke.before_request", "revoke.after_request"] {
            let (server, env, id) = proven(dialect, &[]);
            server.register(AGENT, SPARE);
            killed_at(&env, point, &["key", "revoke", &id, "--yes"]);
            assert_eq!(works(&server, &id), point == "revoke.before_request");
            let run = revoke(&env, &[&id]);
            assert_eq!(run.code, 0, "{run:?}");
            assert!(!works(&server, &id));
        }
    }
}

#[test]
fn a_record_is_deleted_for_good() {
    for dialect in Dialect::ALL {
        let (server, env, own) = proven(dialect, &[]);
        let spare = server.register(AGENT, SPARE);
        let run = env.run(&["key", "delete", &spare, "--yes", "--json"]).expect(0);
        assert_eq!((&run.data()["outcome"], &run.data()["ended_key_ids"]), (&json!("deleted"), &json!([spare])));
        assert!(run.warnings().contains(&"history_lost".to_owned()), "{run:?}");
        assert_eq!(record(&server, &spare), None);
        let run = env.run(&["key", "delete", &spare, "--yes", "--json"]).expect(0);
        assert_eq!(
            (&run.data()["outcome"], run.warnings()),
            (&json!("already_deleted"), vec!["token_stays_valid".to_owned(), "no_challenge".to_owned()])
        );
        // One record is one record, also where another holds the same key.
        let twin = server.register(AGENT, &env.public_line());
        let run = env.run(&["key", "delete", &twin, "--yes", "--json"]).expect(0);
        assert!(run.warnings().contains(&"same_key_elsewhere".to_owned()), "{run:?}");
        assert!(works(&server, &own) && record(&server, &twin).is_none());
        env.run(&["auth", "test"]).expect(0);
        let by_print = env.run(&["key", "show", "--json"]).expect(0).data()["fingerprint"].as_str().unwrap().to_owned();
        assert_eq!(env.run(&["key", "delete", &by_print, "--yes", "--json"]).expect(2).code_name(), "USAGE");
    }
}

#[test]
fn a_revoked_record_can_be_deleted_to_make_room() {
    let (server, env, own) = proven(Dialect::Documented, &["DELETE /ssh-keys/{id}=close-afterx1"]);
    let spare = server.register(AGENT, SPARE);
    revoke(&env, &[&spare]).expect(0);
    let run = env.run(&["key", "delete", &spare, "--yes", "--json"]).expect(0);
    assert_eq!(run.data()["outcome"], "deleted");
    assert_eq!(record(&server, &spare), None);
    assert!(works(&server, &own));
}

#[test]
fn a_key_that_was_registered_anew_is_not_revoked_by_its_old_id() {
    for dialect in Dialect::ALL {
        let (server, env, old) = proven(dialect, &[]);
        revoke(&env, &[&old, "--allow-last"]).expect(0);
        server.ask("DELETE", &format!("/api/v1/ssh-keys/{old}"), &Value::Null);
        let new = server.register(AGENT, &env.public_line());
        let run = revoke(&env, &[&old]).expect(0);
        assert_eq!(run.data()["already_revoked"], true);
        assert!(run.warnings().contains(&"same_key_elsewhere".to_owned()), "{run:?}");
        assert!(works(&server, &new));
    }
}

#[test]
fn a_wrong_id_in_the_configuration_costs_no_other_key_its_life() {
    let (server, env, own) = proven(Dialect::Documented, &[]);
    let spare = server.register(AGENT, SPARE);
    env.run(&["config", "set", "auth.ssh_key.key_id", &spare]).expect(0);
    let data = revoke(&env, &["--current"]).expect(0).data();
    assert_eq!(data["ended_key_ids"], json!([own]));
    assert!(works(&server, &spare) && !works(&server, &own));
}

#[test]
fn a_key_that_this_machine_ended_is_no_riddle_afterwards() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        env.run(&["key", "revoke", "--current", "--allow-last", "--yes"]).expect(0);
        // Without an administrator's token the server tells nothing.
        env.unset("ARTCAFE_TOKEN");
        let test = env.run(&["auth", "test", "--json"]).expect(4).data();
        assert_eq!(test["failure"], "KEY_REVOKED", "{test}");
        assert!(test["reason"].as_str().unwrap().contains("by this machine on"), "{test}");
    }
}
