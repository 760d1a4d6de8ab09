//! What tests of `key_rotate` in more than one tier share.

use crate::support::{AGENT, Run, Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::Value;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;

/// A proven agent that works with its own key alone.
pub(crate) fn proven(dialect: Dialect, faults: &[&str]) -> (Server, TestEnv) {
    let server = Server::start(dialect, faults);
    let mut env = TestEnv::with(&server);
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    // A person's own words must survive every change.
    let text = fs::read_to_string(env.config()).unwrap().replace("auth:\n", "auth: # mine\n  custom: kept\n");
    replace(&env, &text);
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env)
}

pub(crate) fn replace(env: &TestEnv, text: &str) {
    use std::io::Write as _;
    fs::OpenOptions::new().write(true).truncate(true).open(env.config()).unwrap().write_all(text.as_bytes()).unwrap();
}

/// The server's key records, asked for with an administrator's token.
pub(crate) fn records(server: &Server, env: &TestEnv) -> Vec<Value> {
    let mut env = env.clone();
    env.set("ARTCAFE_TOKEN", server.token());
    env.set("ARTCAFE_API_ENDPOINT", server.url());
    env.set("ARTCAFE_TENANT_ID", server.tenant());
    env.run(&["key", "list", "--json"]).expect(0).data()["keys"].as_array().unwrap().clone()
}

pub(crate) fn active(records: &[Value]) -> usize {
    records.iter().filter(|record| record["revoked"] == false).count()
}

pub(crate) fn journals(env: &TestEnv) -> usize {
    fs::read_dir(env.path(".artcafe/state/rotations")).map_or(0, Iterator::count)
}

/// Every file below the home that the identity consists of, with its content.
pub(crate) fn identity(env: &TestEnv) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(env.path(".ssh"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.push(("config".to_owned(), fs::read_to_string(env.config()).unwrap()));
    files.sort();
    files
}

pub(crate) fn killed_at(env: &TestEnv, point: &str, args: &[&str]) {
    let mut command = env.command(args);
    command.env("ARTCAFE_TEST_KILL_AT", point).stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(
        output.status.signal(),
        Some(9),
        "`{point}` was not reached: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What must hold after every crash: the key that the configuration names authenticates, from files alone.
pub(crate) fn identity_stands(env: &TestEnv, point: &str) -> Run {
    let run = env.run(&["auth", "test"]);
    assert_eq!(run.code, 0, "killed at `{point}`, the identity is lost: {run:?}");
    run
}
