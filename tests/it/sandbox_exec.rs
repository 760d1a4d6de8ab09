//! `artcafe sandbox exec`: a rehearsal that leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::screen::assert_screen;
use crate::support::{AGENT, Run, TestEnv};

/// Runs in an environment that is full of traps.
fn env() -> TestEnv {
    let mut env = TestEnv::new();
    let tmp = env.path("tmp");
    fs::create_dir(&tmp).unwrap();
    env.set("TMPDIR", tmp.to_str().unwrap());
    env.set("ARTCAFE_AGENT_ID", "stray-agent");
    env.set("ARTCAFE_PROFILE", "stray-profile");
    env.set("ARTCAFE_KEY_ID", "stray-key");
    env.set("ARTCAFE_HOME", env.path("own").to_str().unwrap());
    env.set("ARTCAFE_API_ENDPOINT", "https://api.invalid");
    env.set("ARTCAFE_TENANT_ID", "stray-tenant");
    env.set("ARTCAFE_TOKEN", "stray.token.here");
    env
}

#[track_caller]
fn nothing_left(env: &TestEnv) {
    assert_eq!(fs::read_dir(env.path("tmp")).unwrap().count(), 0);
    assert!(!env.path("own").exists() && !env.path(".artcafe").exists() && !env.path(".ssh").exists());
}

#[test]
fn the_rehearsal_of_the_readme_ends_with_a_proven_agent() {
    for dialect in ["documented", "as-built"] {
        let env = env();
        let args =
            ["sandbox", "exec", "--dialect", dialect, "--", "artcafe", "setup", "--agent-id", AGENT, "--bits", "2048"];
        assert_screen(
            &env,
            &env.run(&args),
            snapbox::str![[r#"
agent `prod-data-processor-01` is proven at [SERVER]
key           [ID] ([FINGERPRINT])
configuration [ROOT]/user/tmp/artcafe-sandbox-[RANDOM]/home/config.yaml
next: artcafe status, artcafe auth test, artcafe auth token
--- stderr
using auth.tenant_id from ARTCAFE_TENANT_ID, api.endpoint from ARTCAFE_API_ENDPOINT
✓ check          [SERVER]
✓ key            [FINGERPRINT] at `[ROOT]/user/tmp/artcafe-sandbox-[RANDOM]/keys/artcafe_agent`
✓ registration   key id [ID]
✓ configuration  `[ROOT]/user/tmp/artcafe-sandbox-[RANDOM]/home/config.yaml`
✓ proof          by GET /ssh-keys/{id}

"#]],
        );
        nothing_left(&env);
    }
}

#[test]
fn ed25519_as_built_is_a_clear_refusal() {
    let env = env();
    let script = format!(
        "artcafe setup --agent-id {AGENT} --algorithm ed25519; code=$?; artcafe key list --all-agents; exit $code"
    );
    let run = env.run(&["sandbox", "exec", "--dialect", "as-built", "--", "sh", "-c", &script]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
no keys (0 in the tenant)
--- stderr
using auth.tenant_id from ARTCAFE_TENANT_ID, api.endpoint from ARTCAFE_API_ENDPOINT
✓ check          [SERVER]
✓ key            [FINGERPRINT] at `[ROOT]/user/tmp/artcafe-sandbox-[RANDOM]/keys/artcafe_agent`
error: the server does not accept this Ed25519 key: the platform registers such keys but, as far as is known, cannot verify them; its registration was taken back, nothing is configured, and the key file stays at `[ROOT]/user/tmp/artcafe-sandbox-[RANDOM]/keys/artcafe_agent`
caused by: the server answered 401 to POST /auth/verify
the answer was: Invalid signature
hint: run `artcafe setup` again with an RSA key beside it: `--algorithm rsa --ssh-key-name artcafe_agent_rsa`
--- exit code 4

"#]],
    );
    nothing_left(&env);
}

#[test]
fn the_environment_is_as_promised() {
    let env = env();
    let run = env.run(&["sandbox", "exec", "--", "env"]).expect(0);
    let value =
        |name: &str| run.stdout.lines().find_map(|line| line.strip_prefix(&format!("{name}=")).map(str::to_owned));
    assert!(value("ARTCAFE_API_ENDPOINT").unwrap().starts_with("http://127.0.0.1:"));
    assert!(
        value("ARTCAFE_TENANT_ID").unwrap().contains('-') && value("ARTCAFE_TOKEN").unwrap().split('.').count() == 3
    );
    let (home, keys) = (value("ARTCAFE_HOME").unwrap(), value("ARTCAFE_KEY_DIR").unwrap());
    assert!(Path::new(&home).starts_with(env.path("tmp")) && Path::new(&keys).starts_with(env.path("tmp")));
    assert_ne!(home, keys);
    let own = Path::new(env!("CARGO_BIN_EXE_artcafe")).parent().unwrap().to_str().unwrap();
    assert!(value("PATH").unwrap().starts_with(&format!("{own}:")));
    for hidden in ["ARTCAFE_AGENT_ID", "ARTCAFE_PROFILE", "ARTCAFE_KEY_ID"] {
        assert_eq!(value(hidden), None);
    }
    assert_eq!(value("HOME").unwrap(), env.home().to_str().unwrap());
    let which = env.run(&["sandbox", "exec", "--", "sh", "-c", "command -v artcafe"]).expect(0);
    assert_eq!(which.stdout.trim(), format!("{own}/artcafe"));
    nothing_left(&env);
}

#[test]
fn no_variable_of_ours_can_slip_through() {
    // Every variable that would change what the command does is hidden, those that come later too.
    let mut env = env();
    for variable in artcafe::env::VARIABLES.iter().filter(|variable| variable.name.starts_with("ARTCAFE_")) {
        // The last one asks for completions in place of a command.
        let harmless = ["ARTCAFE_HOME", "ARTCAFE_KEY_DIR", "ARTCAFE_CONFIG", "ARTCAFE_PROFILE", "ARTCAFE_COMPLETE"];
        if !harmless.contains(&variable.name) && !["ARTCAFE_TIMEOUT", "ARTCAFE_RETRIES"].contains(&variable.name) {
            env.set(variable.name, "1");
        }
    }
    let run = env.run(&["sandbox", "exec", "--", "env"]).expect(0);
    let shown =
        ["ARTCAFE_JSON", "ARTCAFE_QUIET", "ARTCAFE_VERBOSE", "ARTCAFE_NO_INPUT", "ARTCAFE_COLOR", "ARTCAFE_PROGRESS"];
    for line in run.stdout.lines().filter(|line| line.starts_with("ARTCAFE_") && line.ends_with("=1")) {
        assert!(shown.iter().any(|name| line.starts_with(name)), "{line}");
    }
}

#[test]
fn the_exit_code_is_the_commands() {
    let env = env();
    for code in [0, 1, 7, 130, 255] {
        let _ = env.run(&["sandbox", "exec", "--", "sh", "-c", &format!("exit {code}")]).expect(code);
    }
    let _ = env.run(&["sandbox", "exec", "--", "sh", "-c", "kill -KILL $$"]).expect(137);
    let missing = env.run(&["--json", "sandbox", "exec", "--", "no-such-program"]).expect(3);
    assert!(missing.failure()["message"].as_str().unwrap().contains("no-such-program"));
    let _ = env.run(&["sandbox", "exec"]).expect(2);
    nothing_left(&env);
}

#[test]
fn signals_reach_the_command_and_nothing_is_left() {
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::INT, "INT"), (Signal::HUP, "HUP"), (Signal::USR1, "USR1")] {
        let env = env();
        let ready = env.path("ready");
        let script =
            format!("trap 'echo got {name}; exit 9' {name}; touch {}; while :; do sleep 0.05; done", ready.display());
        let mut command = env.command(&["sandbox", "exec", "--", "sh", "-c", &script]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let started = Instant::now();
        while !ready.exists() {
            assert!(started.elapsed() < Duration::from_secs(10), "it never started");
            std::thread::sleep(Duration::from_millis(10));
        }
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let run = Run::of(child.wait_with_output().unwrap()).expect(9);
        assert_eq!(run.stdout, format!("got {name}\n"));
        nothing_left(&env);
    }
}

#[test]
fn faults_agents_tenants_and_the_log_are_taken() {
    let env = env();
    let log = env.path("requests.log");
    let options = [
        "sandbox",
        "exec",
        "--log",
        log.to_str().unwrap(),
        "--agent",
        "extra-agent",
        "--tenant",
        "Solo:free",
        "--fault",
        "POST /ssh-keys=close-afterx1",
        "--",
    ];
    let script = ["artcafe", "setup", "--agent-id", "extra-agent", "--bits", "2048", "--json"];
    let run = env.run(&[&options[..], &script].concat()).expect(0);
    assert_eq!(run.warnings(), Vec::<String>::new());
    let lines: Vec<Value> =
        fs::read_to_string(&log).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        lines
            .iter()
            .any(|line| line["method"] == "POST" && line["path"] == "/api/v1/ssh-keys" && line["status"].is_null())
    );
    let _ = env.run(&["sandbox", "exec", "--fault", "nonsense", "--", "true"]).expect(2);
    nothing_left(&env);
}
