//! Each exit code, with its object on stderr and an empty stdout; and the same in words.

use crate::support::files::chmod;
use crate::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;

/// A way to fail: what to prepare, the command, exit code, code, whether a repeat can help.
type Case = (fn(&mut TestEnv), &'static [&'static str], i32, &'static str, bool);

fn nothing(_: &mut TestEnv) {}

fn corrupt(env: &mut TestEnv) {
    env.write(".artcafe/config.yaml", "auth: [");
}

fn key(env: &mut TestEnv) {
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
}

fn loose(env: &mut TestEnv) {
    key(env);
    chmod(&env.key(), 0o644);
}

fn down(env: &mut TestEnv) {
    key(env);
    env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
    env.set("ARTCAFE_RETRIES", "0");
}

fn no_token(env: &mut TestEnv) {
    key(env);
    env.unset("ARTCAFE_TOKEN");
}

fn wrong_token(env: &mut TestEnv) {
    env.set("ARTCAFE_TOKEN", "a.b.c");
}

fn insecure(env: &mut TestEnv) {
    env.set("ARTCAFE_API_ENDPOINT", "http://example.com");
}

const CASES: &[Case] = &[
    (nothing, &["no-such-command"], 2, "USAGE", false),
    (nothing, &["key", "generate", "--bits", "17"], 2, "USAGE", false),
    (nothing, &["setup", "--agent-id", "a/b"], 2, "USAGE", false),
    (nothing, &["setup"], 2, "INPUT_NEEDED", false),
    (nothing, &["auth", "login", "secret"], 2, "SECRET_ON_COMMAND_LINE", false),
    (nothing, &["key", "show"], 3, "KEY_FILE_MISSING", false),
    (nothing, &["config", "get", "auth.ssh_key.key_id"], 3, "NOT_CONFIGURED", false),
    (nothing, &["config", "unset", "auth.agent_id"], 3, "NOT_CONFIGURED", false),
    (wrong_token, &["key", "list"], 4, "TOKEN_REFUSED", false),
    (no_token, &["key", "list", "--agent-id", AGENT], 4, "TOKEN_MISSING", false),
    (key, &["key", "generate"], 5, "FILE_EXISTS", false),
    (no_token, &["setup", "--agent-id", AGENT], 6, "PARTLY_DONE", false),
    (down, &["key", "list"], 69, "SERVER_UNREACHABLE", true),
    (loose, &["auth", "test", "--agent-id", AGENT], 77, "LOOSE_MODE", false),
    (corrupt, &["status"], 78, "CONFIG_INVALID", false),
    (corrupt, &["config", "set", "auth.agent_id", "x"], 78, "CONFIG_INVALID", false),
    (insecure, &["key", "list"], 78, "ENDPOINT_INSECURE", false),
];

#[test]
fn each_failure_is_one_object_and_one_exit_code() {
    let server = Server::start(Dialect::Documented, &[]);
    for (prepare, args, exit, code, retryable) in CASES {
        let mut env = TestEnv::with(&server);
        prepare(&mut env);
        let run = env.run(&[args, &["--json"][..]].concat());
        assert_eq!(run.code, *exit, "{args:?}: {run:?}");
        let failure = run.failure();
        assert_eq!((&failure["code"], &failure["retryable"]), (&(*code).into(), &(*retryable).into()), "{args:?}");
        let message = failure["message"].as_str().unwrap();
        let first = message.chars().next().unwrap();
        assert!(!first.is_uppercase() && !message.ends_with('.'), "{message}");
        assert!(failure["hint"].is_string(), "{args:?}: {failure}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
}

#[test]
fn what_has_no_name_of_its_own_is_a_failure_all_the_same() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let failure = TestEnv::new().run(&["sandbox", "serve", "--listen", &address, "--json"]).expect(1).failure();
    assert_eq!(failure["code"], "FAILED");
    assert_eq!(failure["fix"], serde_json::Value::Null);
    assert_eq!(failure["docs"], "docs/troubleshooting.md#FAILED");
}

#[test]
fn every_code_is_expected_by_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut texts = String::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    // Findings are data with an exit code of their own, and so never the code of a failure.
    let codes = artcafe::ops::ErrorCode::ALL.iter().filter(|code| **code != artcafe::ops::ErrorCode::Findings);
    let missing: Vec<&str> =
        codes.map(|code| code.as_str()).filter(|code| !texts.contains(&format!("\"{code}\""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn in_words_a_failure_says_error_and_hint_and_prints_no_data() {
    let server = Server::start(Dialect::Documented, &[]);
    for (prepare, args, exit, _, _) in CASES {
        let mut env = TestEnv::with(&server);
        prepare(&mut env);
        let run = env.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (*exit, ""), "{args:?}: {run:?}");
        assert!(run.stderr.lines().any(|line| line.starts_with("error: ")), "{args:?}: {run:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    }
}

#[test]
fn a_command_waits_for_another_a_while_and_then_says_who_it_is() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let path = env.write(".artcafe/lock", "pid 12345, since 2026-11-24T10:00:00Z");
    let lock = std::fs::File::options().write(true).open(path).unwrap();
    lock.lock().unwrap();
    let failure = env.run(&["key", "register", "--agent-id", AGENT, "--json"]).expect(75).failure();
    assert_eq!((&failure["code"], &failure["retryable"]), (&"LOCKED".into(), &true.into()));
    assert!(failure["message"].as_str().unwrap().contains("pid 12345"), "{failure}");
    assert_eq!(server.count("POST"), 0);
    // One that ends in time is waited for.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_secs(1));
            lock.unlock().unwrap();
        });
        let _ = env.with_real_waits().run(&["key", "register", "--agent-id", AGENT]).expect(0);
    });
}

#[test]
fn the_variable_means_the_same_as_the_flag() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_JSON", "1");
    assert_eq!(env.run(&["key", "show"]).expect(3).code_name(), "KEY_FILE_MISSING");
    assert_eq!(env.run(&["no-such-command"]).expect(2).code_name(), "USAGE");
}
