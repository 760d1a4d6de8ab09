//! Tokens for scripts: the formats of `auth token`, and `exec`.

use super::support::fake::Fake;
use super::support::scenes::tokens::*;
use super::support::{Run, Server, TestEnv};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

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
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
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

#[test]
fn a_token_is_asked_for_once_and_kept_private() {
    let (server, env) = proven();
    let before = asked(&server);
    let first = token(&env, "raw");
    assert_eq!(asked(&server), (before.0 + 1, before.1 + 1));
    let requests = server.requests().len();
    // The key is not even opened: without it the kept token still does.
    assert_eq!(token(&env, "raw"), first);
    assert_eq!(env.run(&["exec", "--", "sh", "-c", "printf %s $ARTCAFE_ACCESS_TOKEN"]).expect(0).stdout, first);
    assert_eq!(server.requests().len(), requests);
    let files = kept(&env);
    assert_eq!((files.len(), super::support::mode(&files[0])), (1, 0o600));
    assert_eq!(super::support::mode(&env.path(".artcafe/state/tokens")), 0o700);
    // Another one where that is asked for, and where the kept one would not live long enough.
    std::thread::sleep(Duration::from_millis(1100));
    assert_ne!(env.run(&["auth", "token", "--fresh"]).expect(0).stdout.trim_end(), first);
    let asked_before = asked(&server).1;
    env.run(&["auth", "token", "--min-ttl", "2h"]).expect(0);
    assert_eq!(asked(&server).1, asked_before + 1);
}

#[test]
fn a_key_that_is_ended_here_hands_out_no_token() {
    let (_server, env) = proven();
    token(&env, "raw");
    env.run(&["key", "revoke", "--current", "--allow-last", "--yes"]).expect(0);
    assert_eq!(kept(&env), Vec::<std::path::PathBuf>::new());
    assert_eq!(env.run(&["auth", "token", "--json"]).expect(4).code_name(), "KEY_REVOKED");
}

#[test]
fn many_at_once_ask_the_server_once() {
    let (server, env) = proven();
    let before = asked(&server);
    let children: Vec<_> = (0..100)
        .map(|_| {
            env.command(&["auth", "token"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
        })
        .collect();
    let mut tokens: Vec<String> = children
        .into_iter()
        .map(|child| Run::of(child.unwrap().wait_with_output().unwrap()).expect(0).stdout)
        .collect();
    tokens.dedup();
    assert_eq!((tokens.len(), asked(&server)), (1, (before.0 + 1, before.1 + 1)));
}

#[test]
fn a_life_that_the_server_does_not_give_is_told_and_asked_for_once() {
    let (server, env) = proven();
    let before = asked(&server);
    let args = ["auth", "token", "--min-ttl", "2h", "--json"];
    let children: Vec<_> = (0..10)
        .map(|_| env.command(&args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn())
        .collect();
    for child in children {
        let run = Run::of(child.unwrap().wait_with_output().unwrap()).expect(0);
        assert_eq!(run.warnings(), ["short_life"], "{run:?}");
    }
    // Those that had begun to wait took what came; one that began later asks again.
    assert!(asked(&server).1 - before.1 < 10, "{:?}", asked(&server));
}

#[test]
fn a_clock_that_was_set_brings_no_dead_token_back() {
    let (server, env) = proven();
    token(&env, "raw");
    let file = kept(&env).remove(0);
    let text = fs::read_to_string(&file).unwrap();
    let mut entry: Value = serde_json::from_str(&text).unwrap();
    // Kept 65 minutes ago, says the time since the machine was started, which nobody can set.
    let milliseconds = entry["started"][1].as_u64().unwrap();
    entry["started"][1] = milliseconds.saturating_sub(65 * 60 * 1000).into();
    if milliseconds < 65 * 60 * 1000 {
        // The machine is younger than that: then it was another start, and the wall clock speaks.
        entry["started"][0] = "another".into();
        entry["kept_at"] = "2026-01-01T00:00:00Z".into();
    }
    fs::write(&file, entry.to_string()).unwrap();
    let asked_before = asked(&server).1;
    assert!(is_good(&server, &token(&env, "raw")));
    assert_eq!(asked(&server).1, asked_before + 1);
    // And a clock that was set back since another start is not believed.
    let mut entry: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    entry["started"] = Value::Null;
    entry["kept_at"] = "2999-01-01T00:00:00Z".into();
    fs::write(&file, entry.to_string()).unwrap();
    token(&env, "raw");
    assert_eq!(asked(&server).1, asked_before + 2);
}

#[test]
fn a_leader_that_dies_leaves_no_lock_behind() {
    for point in ["token.before_request", "token.after_request"] {
        let (server, env) = proven();
        let before = asked(&server);
        let dead = env.command(&["auth", "token"]).env("ARTCAFE_TEST_KILL_AT", point).output().unwrap();
        assert_eq!(dead.status.signal(), Some(9), "{point}: {dead:?}");
        assert!(is_good(&server, &token(&env, "raw")));
        let more = usize::from(point == "token.after_request");
        assert_eq!(asked(&server), (before.0 + 1 + more, before.1 + 1 + more), "{point}");
    }
}

#[test]
fn two_tenants_never_share_a_token() {
    let server = Server::start_with(artcafe::sandbox::Options {
        tenants: vec!["One:pro".parse().unwrap(), "Two:pro".parse().unwrap()],
        ..artcafe::sandbox::Options::default()
    });
    let mut env = TestEnv::with(&server);
    env.set_up();
    let first = token(&env, "raw");
    let (id, admin) = (server.info.tenants[1].id.clone(), server.info.tenants[1].admin_token.clone());
    env.set("ARTCAFE_TENANT_ID", &id);
    env.set("ARTCAFE_TOKEN", &admin);
    let run = env.run(&["key", "register", "--json"]);
    let second = env.run(&["auth", "token"]);
    assert_ne!(second.stdout.trim_end(), first, "{run:?}");
    assert_eq!(run.code, 0, "{run:?}");
    second.expect(0);
    assert_eq!(kept(&env).len(), 2);
}
