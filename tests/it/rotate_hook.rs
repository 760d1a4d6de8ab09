//! The hook of `key rotate`: when it runs, what it may do, and what its failure leaves.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::support::screen::assert_screen;
use super::support::{Server, TestEnv};

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

fn active(server: &Server) -> usize {
    server.keys().iter().filter(|record| record["revoked"] == false).count()
}

fn rotate<'a>(hook: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["key", "rotate", "--post-switch", hook][..], more].concat()
}

#[test]
fn it_runs_once_when_the_new_key_is_confirmed_and_both_are_valid() {
    let (server, env) = proven();
    let artcafe = env!("CARGO_BIN_EXE_artcafe");
    let hook = format!(
        "{artcafe} auth test --json >> $HOME/tests; {artcafe} key rotate --status --json >> $HOME/status; env > $HOME/env"
    );
    let report = env.run(&rotate(&hook, &["--json"])).expect(0).data();
    assert_eq!((&report["outcome"], &report["hook"]["succeeded"]), (&"rotated".into(), &true.into()));
    let test: Value = serde_json::from_str(&fs::read_to_string(env.path("tests")).unwrap()).unwrap();
    assert_eq!(test["data"]["key_id"], report["new_key_id"]);
    let status: Value = serde_json::from_str(&fs::read_to_string(env.path("status")).unwrap()).unwrap();
    assert_eq!(status["data"]["phase"], "confirmed");
    assert!(status["data"]["hook"]["started"].as_str().unwrap().starts_with("pid "), "{status}");
    let variables = fs::read_to_string(env.path("env")).unwrap();
    for wanted in [
        "ARTCAFE_HOOK=post-switch".to_owned(),
        format!("ARTCAFE_HOOK_CONFIG={}", env.config().display()),
        format!("ARTCAFE_HOOK_PRIVATE_KEY_PATH={}", report["new_private_key_path"].as_str().unwrap()),
        format!("ARTCAFE_HOOK_KEY_ID={}", report["new_key_id"].as_str().unwrap()),
    ] {
        assert!(variables.lines().any(|line| line == wanted), "{wanted}: {variables}");
    }
    assert_eq!(active(&server), 1);
}

#[test]
fn it_gets_no_secret() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_TOKEN", server.token());
    env.set("PASS", "marked words");
    env.set("ARTCAFE_PASSPHRASE_SOURCE", "env:PASS");
    env.set("KEPT", "yes");
    env.run(&rotate("env > $HOME/env", &[])).expect(0);
    let variables = fs::read_to_string(env.path("env")).unwrap();
    assert!(variables.contains("KEPT=yes"), "{variables}");
    for secret in [server.token(), "marked words", "ARTCAFE_TOKEN", "ARTCAFE_PASSPHRASE_SOURCE"] {
        assert!(!variables.contains(secret), "{secret}: {variables}");
    }
}

#[test]
fn its_failure_undoes_the_rotation_and_tells_the_agent_again() {
    let (server, env) = proven();
    let before = fs::read_to_string(env.config()).unwrap();
    let hook = "echo $ARTCAFE_HOOK >> $HOME/calls; echo no such unit >&2; exit 4";
    let failure = env.run(&rotate(hook, &["--json"])).expect(1).failure();
    assert_eq!(failure["code"], "HOOK_FAILED");
    let message = failure["message"].as_str().unwrap();
    assert!(message.contains("exit status: 4; it said: no such unit; the rotation was undone"), "{message}");
    assert_eq!(failure["warnings"][0]["code"], "hook_failed");
    assert_eq!(fs::read_to_string(env.config()).unwrap(), before);
    assert_eq!(fs::read_to_string(env.path("calls")).unwrap(), "post-switch\nrolled-back\n");
    assert_eq!((server.keys().len(), active(&server)), (1, 1));
    assert_screen(
        &env,
        &env.run(&["key", "rotate", "--status"]),
        snapbox::str![[r#"
no rotation is open

"#]],
    );
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn it_is_ended_when_its_time_is_over() {
    let (server, env) = proven();
    let failure = env.run(&rotate("sleep 60", &["--post-switch-timeout", "1s", "--json"])).expect(1).failure();
    assert!(failure["message"].as_str().unwrap().contains("ended after 1 s"), "{failure}");
    assert_eq!(active(&server), 1);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn nothing_is_changed_while_it_runs_by_itself_or_by_others() {
    let (_server, env) = proven();
    let artcafe = env!("CARGO_BIN_EXE_artcafe");
    // Its own commands: each ends with 75, and what only reads goes on.
    let mut hook = String::new();
    for command in [
        "key rotate",
        "key rotate --resume",
        "key rotate --abort",
        "setup",
        "deregister --yes",
        "key register",
        "key generate --overwrite",
        "config set auth.ssh_key.key_type access",
        "config unset auth.ssh_key.key_type",
        "config relink",
        "auth logout",
    ] {
        hook.push_str(&format!(
            "{artcafe} {command} --no-input > /dev/null 2>> $HOME/said; echo \"$? {command}\" >> $HOME/codes;"
        ));
    }
    hook.push_str(&format!("{artcafe} auth test > /dev/null; echo \"$? auth test\" >> $HOME/codes; touch $HOME/ready; while [ ! -e $HOME/go ]; do sleep 0.05; done"));
    let running = env.command(&rotate(&hook, &[])).stdin(std::process::Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while !env.path("ready").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", fs::read_to_string(env.path("codes")));
        std::thread::sleep(Duration::from_millis(20));
    }
    let other = env.run(&["key", "rotate", "--json"]).expect(75).failure();
    assert_eq!(other["code"], "LOCKED");
    assert!(other["message"].as_str().unwrap().contains(&format!("pid {}, since", running.id())), "{other}");
    fs::write(env.path("go"), "").unwrap();
    assert!(running.wait_with_output().unwrap().status.success());
    let codes = fs::read_to_string(env.path("codes")).unwrap();
    let (last, refused) = codes.trim_end().rsplit_once('\n').unwrap_or(("", &codes));
    for line in last.lines() {
        assert!(line.starts_with("75 "), "{line}\n{}", fs::read_to_string(env.path("said")).unwrap());
    }
    assert_eq!((last.lines().count(), refused), (11, "0 auth test"));
    env.run(&["auth", "test"]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.key_type", "access"]).expect(0);
}

#[test]
fn a_kill_while_it_runs_is_gone_on_with_either_way() {
    for (point, resume) in [("hook.before", true), ("hook.after", true), ("hook.before", false), ("hook.after", false)]
    {
        let (server, env) = proven();
        let before = fs::read_to_string(env.config()).unwrap();
        let output = env
            .command(&rotate("echo $ARTCAFE_HOOK >> $HOME/calls", &[]))
            .env("ARTCAFE_TEST_KILL_AT", point)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.signal(), Some(9), "{point}: {output:?}");
        env.run(&["auth", "test"]).expect(0);
        if resume {
            env.run(&["key", "rotate", "--resume"]).expect(0);
            assert_eq!(active(&server), 1, "{point}");
        } else {
            env.run(&["key", "rotate", "--abort"]).expect(0);
            assert_eq!(fs::read_to_string(env.config()).unwrap(), before, "{point}");
            assert!(fs::read_to_string(env.path("calls")).unwrap().ends_with("rolled-back\n"), "{point}");
        }
        env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn one_from_the_configuration_runs_only_if_nobody_else_can_write_it() {
    let (_server, env) = proven();
    env.run(&["config", "set", "rotation.post_switch", "echo ran >> $HOME/calls"]).expect(0);
    fs::set_permissions(env.config(), fs::Permissions::from_mode(0o666)).unwrap();
    let failure = env.run(&["key", "rotate", "--json"]).expect(77).failure();
    assert_eq!(failure["code"], "LOOSE_MODE");
    assert!(failure["hint"].as_str().unwrap().starts_with("chmod go-w"), "{failure}");
    assert!(!env.path("calls").exists());
    fs::set_permissions(env.config(), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(env.path(".artcafe"), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(77).code_name(), "LOOSE_MODE");
    fs::set_permissions(env.path(".artcafe"), fs::Permissions::from_mode(0o700)).unwrap();
    env.run(&["key", "rotate"]).expect(0);
    assert_eq!(fs::read_to_string(env.path("calls")).unwrap(), "ran\n");
    // A flag wins over it.
    env.run(&rotate("echo flag >> $HOME/calls", &[])).expect(0);
    assert_eq!(fs::read_to_string(env.path("calls")).unwrap(), "ran\nflag\n");
}

#[test]
fn one_that_is_mended_goes_on_within_the_grace() {
    let (server, env) = proven();
    let report = env.run(&rotate("true", &["--grace", "1h", "--json"])).expect(0).data();
    assert_eq!(report["outcome"], "in_grace");
    // It has run: the resumption does not run it again.
    let report =
        env.run(&["key", "rotate", "--resume", "--post-switch", "touch $HOME/again", "--json"]).expect(0).data();
    assert_eq!(report["outcome"], "in_grace");
    assert!(!env.path("again").exists());
    assert_eq!(active(&server), 2);
}
