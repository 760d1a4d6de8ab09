//! Tokens for scripts: the formats of `auth token`, and `exec`.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::support::fake::Fake;
use super::support::{Run, Server, TestEnv};

/// A proven agent that works with its own key alone.
fn proven() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env)
}

/// Whether the server takes a token, without a tenant header.
fn is_good(server: &Server, token: &str) -> bool {
    super::support::http::ask(server.url(), "GET", "/api/v1/ssh-keys", Some(token), &Value::Null).0 == 200
}

fn token(env: &TestEnv, format: &str) -> String {
    let run = env.run(&["auth", "token", "--format", format]).expect(0);
    assert_eq!(run.stderr, "");
    run.stdout.strip_suffix('\n').unwrap().to_owned()
}

#[test]
fn every_format_holds_a_good_token() {
    let (server, env) = proven();
    assert!(is_good(&server, &token(&env, "raw")));
    let object: Value = serde_json::from_str(&token(&env, "json")).unwrap();
    assert!(is_good(&server, object["token"].as_str().unwrap()) && object["expires_at"].is_string(), "{object}");
    let header = token(&env, "header");
    assert!(is_good(&server, header.strip_prefix("Authorization: Bearer ").unwrap()), "{header}");
    let line = token(&env, "env");
    let shell =
        Command::new("sh").args(["-c", "eval \"$0\"; printf %s \"$ARTCAFE_ACCESS_TOKEN\"", &line]).output().unwrap();
    assert!(is_good(&server, &String::from_utf8(shell.stdout).unwrap()));
    assert_eq!(env.run(&["auth", "token", "--format", "xml"]).code, 2);
}

#[test]
fn curl_takes_the_header_from_a_pipe_and_no_argument() {
    let (server, env) = proven();
    let script = format!(
        "{} auth token --format header | curl -sf -o /dev/null -w '%{{http_code}}' -H @- {}/api/v1/ssh-keys",
        env!("CARGO_BIN_EXE_artcafe"),
        server.url()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(env.variables());
    assert_eq!(Run::of(command.output().unwrap()).expect(0).stdout, "200");
}

#[test]
fn a_servers_token_cannot_run_anything_in_a_shell() {
    let (server, mut env) = proven();
    let server = std::sync::Arc::new(server);
    let real = std::sync::Arc::clone(&server);
    // A server that means harm answers everything as the real one, but for the token, which it then takes itself.
    let fake = Fake::start(move |request| {
        if request.line.starts_with("POST /api/v1/auth/verify") {
            return request.forward_changed(&real, |body| body["token"] = "x';touch${IFS}hurt;'".into());
        }
        let mut request = request.clone();
        request.headers.retain(|line| !line.to_ascii_lowercase().starts_with("authorization:"));
        request.headers.push(format!("authorization: Bearer {}", real.token()));
        request.forward(&real)
    });
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_KEY_ID", &super::support::id_of(&server.keys()[0]));
    let run = env.run(&["auth", "token", "--format", "env", "--allow-new-endpoint"]).expect(0);
    assert!(run.stdout.contains("hurt"), "{run:?}");
    let script = "eval \"$0\"; printf %s \"$ARTCAFE_ACCESS_TOKEN\"";
    let shell = Command::new("sh").args(["-c", script, &run.stdout]).current_dir(env.root()).output().unwrap();
    assert_eq!(String::from_utf8(shell.stdout).unwrap(), "x';touch${IFS}hurt;'");
    assert!(!env.root().join("hurt").exists());
}

#[test]
fn github_masks_the_token_before_it_is_printed() {
    let (_server, mut env) = proven();
    env.set("GITHUB_ACTIONS", "true");
    let run = env.run(&["auth", "token"]).expect(0);
    assert_eq!(run.stderr, format!("::add-mask::{}\n", run.stdout.trim_end()));
    // Also where a shell takes the output: the mask is not a part of it.
    let script = format!("TOKEN=$({} auth token); printf %s \"$TOKEN\"", env!("CARGO_BIN_EXE_artcafe"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(env.variables());
    let run = Run::of(command.output().unwrap()).expect(0);
    assert_eq!(run.stderr, format!("::add-mask::{}\n", run.stdout));
    let run = env.run(&["exec", "--", "sh", "-c", "printf %s $ARTCAFE_ACCESS_TOKEN"]).expect(0);
    assert_eq!(run.stderr, format!("::add-mask::{}\n", run.stdout));
}

#[test]
fn a_command_gets_the_token_and_no_other_secret() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_TOKEN", server.token());
    env.set("PASS", "marked words");
    env.set("KEPT", "yes");
    let run = env.run(&["exec", "--passphrase", "env:PASS", "--", "env"]).expect(0);
    let value =
        |name: &str| run.stdout.lines().find_map(|line| line.strip_prefix(&format!("{name}="))).map(str::to_owned);
    assert!(is_good(&server, &value("ARTCAFE_ACCESS_TOKEN").unwrap()));
    assert_eq!(value("KEPT").as_deref(), Some("yes"));
    for secret in [server.token(), "marked words", "ARTCAFE_TOKEN="] {
        assert!(!run.stdout.contains(secret), "{secret}");
    }
}

#[test]
fn the_exit_code_and_the_signals_are_the_commands() {
    let (_server, env) = proven();
    assert_eq!(env.run(&["exec", "--", "sh", "-c", "exit 42"]).code, 42);
    assert_eq!(env.run(&["exec", "--", "sh", "-c", "kill -9 $$"]).code, 137);
    assert_eq!(env.run(&["exec", "--json", "--", "no-such-command"]).expect(3).code_name(), "FILE_MISSING");
    let script = "trap 'exit 7' TERM; touch $HOME/ready; while :; do sleep 0.05; done";
    let child = env.command(&["exec", "--", "sh", "-c", script]).stdin(Stdio::null()).spawn().unwrap();
    while !env.path("ready").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = child.wait_with_output().unwrap().status;
    assert_eq!((status.code(), status.signal()), (Some(7), None));
}

#[test]
fn without_a_proof_no_command_runs() {
    let (server, env) = proven();
    drop(server);
    let run = env.run(&["exec", "--json", "--", "touch", env.path("ran").to_str().unwrap()]).expect(69);
    assert_eq!(run.code_name(), "SERVER_UNREACHABLE");
    assert!(!env.path("ran").exists());
    assert!(fs::read_dir(env.path(".artcafe")).is_ok());
}
