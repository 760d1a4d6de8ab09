//! A machine whose clock is wrong, by Debian's `faketime`; the server has the true time.

use std::fs;
use std::process::{Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::{AGENT, Run, Server, TestEnv};

/// Every clock that is tried: offset as `faketime` writes it, and seconds that the server is ahead.
const CLOCKS: [(&str, i64); 6] = [
    ("-2y", 2 * 365 * 86400),
    ("-40d", 40 * 86400),
    ("-1h", 3600),
    ("+1h", -3600),
    ("+40d", -40 * 86400),
    ("+2y", -2 * 365 * 86400),
];

/// Runs the program with a wrong clock.
fn run_at(env: &TestEnv, clock: &str, args: &[&str]) -> Run {
    run_with(env, clock, args, &[])
}

fn run_with(env: &TestEnv, clock: &str, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new("faketime");
    command.args(["-f", clock, env!("CARGO_BIN_EXE_artcafe")]).args(args);
    command.env_clear().envs(env.variables()).envs(variables.iter().copied()).current_dir(env.root());
    Run::of(command.stdin(Stdio::null()).output().expect("faketime (Debian: faketime)"))
}

#[test]
fn everything_works_at_any_time_and_the_clock_is_told() {
    for (clock, ahead) in CLOCKS {
        let server = Server::start(Dialect::Documented, &[]);
        let mut env = TestEnv::with(&server);
        run_at(&env, clock, &["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
        env.unset("ARTCAFE_TOKEN");
        let run = run_at(&env, clock, &["auth", "test", "--json"]).expect(0);
        assert_eq!(run.warnings(), ["clock_skew"], "{clock}");
        let offset = run.data()["clock_offset_seconds"].as_i64().unwrap();
        assert!((offset - ahead).abs() < 30, "{clock}: {offset}");
        let life = run.data()["token_life_seconds"].as_i64().unwrap();
        assert!((3500..=3600).contains(&life), "{clock}: {life}");
        // Kept and handed out again, since its life is measured and not read off the clock.
        let token = run_at(&env, clock, &["auth", "token"]).expect(0).stdout;
        let requests = server.requests().len();
        let command = ["exec", "--", "sh", "-c", "echo $ARTCAFE_ACCESS_TOKEN"];
        assert_eq!(run_at(&env, clock, &command).expect(0).stdout, token, "{clock}");
        assert_eq!(server.requests().len(), requests, "{clock}");
        let data = run_at(&env, clock, &["key", "status", "--json"]).expect(0).data()["keys"][0]["standing"].clone();
        assert_eq!((&data["age_days"], &data["verdict"]), (&0.into(), &"fresh".into()), "{clock}: {data}");
        // The clock is put right: nothing that was made with the wrong one is in the way.
        env.run(&["auth", "test"]).expect(0);
        assert_eq!(env.run(&["auth", "token"]).expect(0).stdout, token, "{clock}");
    }
}

#[test]
fn a_fresh_login_is_never_called_expired() {
    for (clock, _) in CLOCKS {
        let server = Server::start(Dialect::Documented, &[]);
        let mut env = TestEnv::with(&server);
        env.unset("ARTCAFE_TOKEN");
        let source = format!("file:{}", env.write("token", server.token()));
        run_at(&env, clock, &["auth", "login", "--token", &source]).expect(0);
        let data = run_at(&env, clock, &["auth", "status", "--json"]).expect(0).data();
        assert_eq!(data["logins"][0]["expired"], false, "{clock}");
        run_at(&env, clock, &["key", "list"]).expect(0);
    }
}

#[test]
fn a_refusal_that_nothing_else_explains_is_the_clocks_with_its_measure() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TOKEN");
    let id = super::support::id_of(&server.keys()[0]);
    assert!(server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &serde_json::Value::Null).0 < 300);
    for (clock, ahead) in CLOCKS {
        let run = run_at(&env, clock, &["auth", "token", "--json"]).expect(4);
        assert_eq!(run.code_name(), "CLOCK_SKEW", "{clock}");
        let message = run.failure()["message"].as_str().unwrap().to_owned();
        let measured: i64 = message.rsplit_once("off by ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        assert!((measured - ahead.abs()).abs() < 30, "{clock}: {message}");
        assert!(!message.contains("expired"), "{message}");
    }
}

#[test]
fn a_grace_period_is_the_servers() {
    for clock in ["-2y", "+2y"] {
        let server = Server::start(Dialect::Documented, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        run_at(&env, clock, &["key", "rotate", "--grace", "1h"]).expect(0);
        assert_eq!(
            run_at(&env, clock, &["key", "rotate", "--finish", "--json"]).expect(75).code_name(),
            "GRACE_RUNNING"
        );
        let data = run_at(&env, clock, &["key", "status", "--json"]).expect(0).data()["keys"][0]["standing"].clone();
        assert_eq!(data["rotation"]["can_go_on"], false, "{clock}: {data}");
        assert_eq!(server.keys().len(), 2);
    }
}

#[test]
fn no_wait_hangs_whichever_clocks_are_wrong() {
    // Nobody accepts, so that only the program's own time ends it.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut env = TestEnv::new();
    env.write(".artcafe/config.yaml", "auth:\n  agent_id: a\n  tenant_id: t\n");
    env.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
    env.set("ARTCAFE_API_ENDPOINT", &format!("http://{}", silent.local_addr().unwrap()));
    for monotonic in [&[][..], &[("DONT_FAKE_MONOTONIC", "1")]] {
        for clock in ["-2y", "+2y"] {
            let args = ["auth", "test", "--timeout", "0.5", "--retries", "1", "--json"];
            assert_eq!(run_with(&env, clock, &args, monotonic).expect(69).data_or_failure(), "SERVER_UNREACHABLE");
            // And a lock that another holds.
            let lock = fs::OpenOptions::new().create(true).append(true).open(env.path(".artcafe/lock")).unwrap();
            lock.lock().unwrap();
            let args = ["auth", "logout", "--all", "--json"];
            assert_eq!(run_with(&env, clock, &args, monotonic).expect(75).code_name(), "LOCKED");
        }
    }
}
