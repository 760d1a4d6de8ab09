//! `monitor`: numbers that Prometheus takes, each of them true.

use super::support::files::names;
use super::support::scenes::monitor::*;
use super::support::{AGENT, Server, TestEnv, mode};
use artcafe::sandbox::Dialect;
use std::collections::BTreeMap;
use std::fs;

/// Every sample: its name, and its value by the values of the labels that are asked for.
fn samples(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// The one sample of this name whose labels hold this text.
fn value(page: &str, name: &str, label: &str) -> Option<f64> {
    let found: Vec<f64> = samples(page)
        .into_iter()
        .filter(|(known, _)| known.split('{').next() == Some(name) && known.contains(label))
        .map(|(_, value)| value)
        .collect();
    assert!(found.len() < 2, "{name} {label}: {found:?}\n{page}");
    found.first().copied()
}

#[test]
fn a_healthy_agent_in_numbers() {
    for dialect in [Dialect::Documented, Dialect::AsBuilt] {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        let page = env.run(&["monitor"]).expect(0).stdout;
        promtool(&page);
        let one = |name: &str| value(&page, name, AGENT).unwrap();
        assert_eq!((one("artcafe_api_up"), one("artcafe_authentication_success")), (1.0, 1.0));
        let (age, left) = (one("artcafe_key_age_seconds"), one("artcafe_key_left_seconds"));
        assert!((0.0..600.0).contains(&age), "{age}");
        assert!((90.0 * 86400.0 - 600.0..=90.0 * 86400.0).contains(&left), "{left}");
        assert_eq!(one("artcafe_rotation_open"), 0.0);
        assert!((3500.0..=3600.0).contains(&one("artcafe_token_life_seconds")));
        let keys = "resource=\"ssh_keys\"";
        assert_eq!(value(&page, "artcafe_tenant_used", keys), Some(1.0));
        assert!(value(&page, "artcafe_tenant_limit", keys).unwrap() >= 5.0);
        for route in ["GET /health", "POST /auth/verify"] {
            let seconds = value(&page, "artcafe_api_request_duration_seconds", route).unwrap();
            assert!(seconds > 0.0 && seconds < 60.0, "{route} {seconds}");
        }
        for absent in [
            "artcafe_rotation_last_success_timestamp_seconds",
            "artcafe_rotation_last_failure_timestamp_seconds",
            "artcafe_authentication_failures_total",
            "artcafe_problem",
        ] {
            assert_eq!(value(&page, absent, ""), None, "{absent}");
        }
    }
}

#[test]
fn rotations_and_their_failures_are_seen() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let before = jiff::Timestamp::now().as_second();
    env.run(&["key", "rotate"]).expect(0);
    let page = env.run(&["monitor"]).expect(0).stdout;
    let success = value(&page, "artcafe_rotation_last_success_timestamp_seconds", AGENT).unwrap();
    assert!(success >= before as f64, "{success}");
    assert_eq!(value(&page, "artcafe_rotation_last_failure_timestamp_seconds", ""), None);

    env.set("ARTCAFE_RETRIES", "0");
    drop(server);
    env.run(&["key", "rotate"]).expect(69);
    env.run(&["key", "rotate", "--dry-run"]).expect(0);
    // A slip is no failed rotation, wherever it shows.
    env.run(&["key", "rotate", "--resume", "--grace", "1h"]).expect(2);
    env.run(&["key", "rotate", "--new-passphrase", "env:UNSET"]).expect(2);
    assert_eq!(
        env.run(&["monitor", "--offline"]).expect(0).stdout.matches("artcafe_rotation_failures_total{").count(),
        1
    );
    let page = env.run(&["monitor", "--offline"]).expect(0).stdout;
    promtool(&page);
    assert_eq!(value(&page, "artcafe_rotation_failures_total", "SERVER_UNREACHABLE"), Some(1.0), "{page}");
    let failure = value(&page, "artcafe_rotation_last_failure_timestamp_seconds", AGENT).unwrap();
    assert!(failure >= success, "{failure} {success}");
    assert_eq!(value(&page, "artcafe_rotation_last_success_timestamp_seconds", AGENT), Some(success));
    assert_eq!(mode(&env.path(".artcafe/state/failures.json")), 0o600);
}

#[test]
fn a_refused_proof_is_counted_and_a_server_that_is_down_is_not() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let id = server.keys()[0]["key_id"].as_str().unwrap().to_owned();
    server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &serde_json::json!({ "reason": "test" }));
    env.unset("ARTCAFE_TOKEN");
    for expected in [1.0, 2.0] {
        let page = env.run(&["monitor"]).expect(0).stdout;
        promtool(&page);
        assert_eq!(value(&page, "artcafe_authentication_success", AGENT), Some(0.0));
        assert_eq!(value(&page, "artcafe_authentication_failures_total", AGENT), Some(expected));
        assert_eq!(value(&page, "artcafe_api_up", AGENT), Some(1.0));
    }
    let data = env.run(&["monitor", "--offline", "--json"]).expect(0).data();
    assert_eq!(data["observations"][0]["authentication"], serde_json::Value::Null);

    env.set("ARTCAFE_RETRIES", "0");
    drop(server);
    let page = env.run(&["monitor"]).expect(0).stdout;
    assert_eq!(value(&page, "artcafe_api_up", AGENT), Some(0.0));
    assert_eq!(value(&page, "artcafe_authentication_success", AGENT), None);
    assert_eq!(value(&page, "artcafe_authentication_failures_total", AGENT), Some(2.0));
    assert_eq!(value(&page, "artcafe_authentication_problem", "SERVER_UNREACHABLE"), Some(1.0));
}

#[test]
fn what_fails_before_anything_is_sent_is_no_refused_proof() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TOKEN");
    env.set("PHRASE", "correct horse battery staple");
    env.set("ANOTHER", "wrong horse battery staple");
    env.run(&["key", "convert", "--new-passphrase", "env:PHRASE"]).expect(0);
    for (source, code) in [("env:ANOTHER", "PASSPHRASE_WRONG"), ("env:UNSET", "INPUT_NEEDED")] {
        let page = env.run(&["monitor", "--passphrase", source]).expect(0).stdout;
        assert_eq!(value(&page, "artcafe_authentication_problem", code), Some(1.0), "{page}");
        assert_eq!(value(&page, "artcafe_authentication_success", ""), None, "{page}");
    }
    super::support::files::chmod(&env.key(), 0o644);
    let page = env.run(&["monitor"]).expect(0).stdout;
    assert_eq!(value(&page, "artcafe_authentication_problem", "LOOSE_MODE"), Some(1.0));
    fs::remove_file(env.key()).unwrap();
    fs::remove_file(env.path(".ssh/artcafe_agent.pub")).unwrap();
    let page = env.run(&["monitor"]).expect(0).stdout;
    promtool(&page);
    assert_eq!(value(&page, "artcafe_authentication_problem", "KEY_FILE_MISSING"), Some(1.0));
    for name in ["artcafe_authentication_success", "artcafe_authentication_failures_total"] {
        assert_eq!(value(&page, name, ""), None, "{page}");
    }
    assert!(!env.path(".artcafe/state/failures.json").exists());
}

#[test]
fn the_file_for_the_collector_is_whole_readable_and_alone() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let directory = env.path("collector");
    fs::create_dir(&directory).unwrap();
    let file = directory.join("artcafe.prom");
    for _ in 0..2 {
        let run = env.run(&["monitor", "--textfile", file.to_str().unwrap()]).expect(0);
        assert_eq!(run.stdout, "");
        promtool(&fs::read_to_string(&file).unwrap());
        assert_eq!((mode(&file), names(&directory)), (0o644, vec!["artcafe.prom".to_owned()]));
    }
    let kept = fs::read(&file).unwrap();
    let error = env.run(&["monitor", "--json", "--textfile", directory.join("x.txt").to_str().unwrap()]).expect(2);
    assert_eq!(error.failure()["code"], "USAGE");
    // A directory that is not there is nobody's wish.
    env.run(&["monitor", "--offline", "--textfile", directory.join("none/x.prom").to_str().unwrap()]).expect(3);
    assert_eq!((fs::read(&file).unwrap(), names(&directory).len()), (kept, 1));
}

#[test]
fn a_broken_profile_is_a_number_and_hides_no_other() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.run(&["monitor"]).expect(3);
    env.set_up();
    env.write(".artcafe/profiles/broken.yaml", "auth: [\n");
    let page = env.run_with_input(&["monitor", "--all-profiles"], None);
    let page = page.expect(0).stdout;
    promtool(&page);
    assert_eq!(value(&page, "artcafe_problem", "profile=\"broken\""), Some(1.0));
    assert_eq!(value(&page, "artcafe_authentication_success", AGENT), Some(1.0));
    fs::write(env.path(".artcafe/state/failures.json"), "{").unwrap();
    let run = env.run(&["monitor", "--json"]).expect(0);
    assert_eq!(
        (run.warnings(), &run.data()["observations"][0]["problem"]),
        (vec!["failures_unreadable".to_owned()], &serde_json::Value::Null)
    );
    // Of a profile that names no agent nobody can be asked.
    env.write(".artcafe/profiles/empty.yaml", "");
    for name in ["ARTCAFE_AGENT_ID", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    let before = server.requests().len();
    let page = env.run(&["monitor", "--profile", "empty"]).expect(0).stdout;
    assert!(value(&page, "artcafe_problem", "profile=\"empty\"").is_some(), "{page}");
    assert_eq!((value(&page, "artcafe_api_up", ""), server.requests().len()), (None, before));
}
