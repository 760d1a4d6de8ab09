//! `key status`, `key needs-rotation` and `key rotate --if-due`: how old a key is and what a timer does about it.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use artcafe::sandbox::{Dialect, Options};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::support::screen::assert_screen;
use super::support::{AGENT, Server, TestEnv};

/// A proven agent that works with its own key alone.
fn proven() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    alone(&mut env);
    (server, env)
}

fn alone(env: &mut TestEnv) {
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
}

fn state(env: &TestEnv) -> std::path::PathBuf {
    env.path(".artcafe/state/registrations.json")
}

fn days_ago(days: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Makes the remembered registrations so many days old.
fn age(env: &TestEnv, days: i64) {
    let mut kept: Value = serde_json::from_str(&fs::read_to_string(state(env)).unwrap()).unwrap();
    for entry in kept["registrations"].as_array_mut().unwrap() {
        entry["registered_at"] = Value::String(days_ago(days));
    }
    fs::write(state(env), kept.to_string()).unwrap();
}

/// The standing of the one key.
#[track_caller]
fn standing(env: &TestEnv, args: &[&str]) -> Value {
    env.run(&[&["key", "status", "--json"][..], args].concat()).expect(0).data()["keys"][0]["standing"].clone()
}

#[test]
fn a_key_is_fresh_then_in_its_window_then_due_without_any_server() {
    let (server, mut env) = proven();
    drop(server);
    for (days, verdict, needs, checked) in
        [(0, "fresh", 1, 0), (29, "fresh", 1, 0), (31, "window", 0, 0), (89, "window", 0, 0), (91, "due", 0, 7)]
    {
        age(&env, days);
        let answer = env.run(&["key", "needs-rotation", "--json"]).expect(needs).data();
        assert_eq!((&answer["verdict"], &answer["needs_rotation"]), (&verdict.into(), &(needs == 0).into()));
        let report = env.run(&["key", "status", "--offline", "--check", "--json"]).expect(checked).data();
        let standing = &report["keys"][0]["standing"];
        assert_eq!((&standing["verdict"], &standing["age_days"]), (&verdict.into(), &days.into()));
        assert_eq!(standing["made_by"], "registration");
    }
    // The policy is the file's, or a variable's.
    age(&env, 10);
    env.run(&["config", "set", "rotation.after", "9d"]).expect(0);
    env.run(&["key", "needs-rotation"]).expect(0);
    env.set("ARTCAFE_ROTATION_AFTER", "11d");
    env.run(&["key", "needs-rotation"]).expect(1);
    // A window never opens after the key is due.
    env.set("ARTCAFE_ROTATION_MAX_AGE", "9d");
    assert_eq!(env.run(&["key", "needs-rotation", "--json"]).expect(0).data()["verdict"], "due");
}

#[test]
fn whatever_goes_wrong_is_told_from_not_due() {
    let (_server, mut env) = proven();
    for args in [
        &["key", "needs-rotation", "--bogus"][..],
        &["--bogus", "key", "needs-rotation"],
        &["key", "needs-rotation", "surplus"],
        &["key", "needs-rotation", "--color", "blue"],
        &["--profile", "absent", "key", "needs-rotation"],
        &["--profile", "a/b", "key", "needs-rotation"],
        &["--token", "secret", "key", "needs-rotation"],
    ] {
        let failure = env.run(&[args, &["--json"]].concat()).expect(255).failure();
        assert_eq!(failure["exit_code"], 255, "{args:?}");
    }
    env.set("ARTCAFE_TEST_PANIC_AT", "due.assess");
    let broken_off = env.run(&["key", "needs-rotation"]).expect(255);
    assert!(broken_off.stderr.contains("a test asked for this"), "{broken_off:?}");
    env.unset("ARTCAFE_TEST_PANIC_AT");
    env.set("ARTCAFE_ROTATION_AFTER", "soon");
    env.run(&["key", "needs-rotation"]).expect(255);
    env.unset("ARTCAFE_ROTATION_AFTER");
    // A key from the future would be fresh for ever.
    age(&env, -3);
    env.run(&["key", "needs-rotation"]).expect(255);
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(4).code_name(), "CLOCK_SKEW");
    let report = env.run(&["key", "status", "--offline", "--check", "--json"]).expect(7).data();
    assert_eq!(report["keys"][0]["standing"]["verdict"], "unknown");
    age(&env, 0);
    let text = fs::read_to_string(env.config()).unwrap();
    fs::write(env.config(), "auth: [").unwrap();
    env.run(&["key", "needs-rotation"]).expect(255);
    fs::write(env.config(), text).unwrap();
    env.run(&["key", "needs-rotation"]).expect(1);
    fs::write(state(&env), "{").unwrap();
    env.run(&["key", "needs-rotation"]).expect(255);
    fs::remove_file(state(&env)).unwrap();
    fs::remove_file(env.key()).unwrap();
    env.run(&["key", "needs-rotation"]).expect(255);
}

#[test]
fn a_signal_is_no_answer() {
    let mut env = TestEnv::new();
    // Reading it takes until somebody writes to it, which nobody does.
    let pipe = env.path("config.yaml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    env.set("ARTCAFE_CONFIG", pipe.to_str().unwrap());
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let mut command = env.command(&["key", "needs-rotation"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(400));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(255), "{signal:?}");
    }
}

#[test]
fn a_timer_rotates_in_the_window_and_only_then() {
    let (server, env) = proven();
    let skipped = env.run(&["key", "rotate", "--if-due", "--json"]).expect(0);
    assert!(skipped.stdout.contains("artcafe.key.rotate.skipped/1"), "{skipped:?}");
    assert_eq!(skipped.data()["verdict"], "fresh");
    assert_screen(
        &env,
        &env.run(&["key", "rotate", "--if-due"]),
        snapbox::str![[r#"
not due: the window opens [DATE] [CLOCK] UTC

"#]],
    );
    assert_eq!(server.keys().len(), 1);
    age(&env, 31);
    let report = env.run(&["key", "rotate", "--if-due", "--splay", "1s", "--json"]).expect(0).data();
    assert_eq!(report["phase"], "retired");
    assert_eq!(server.keys().len(), 2);
    env.run(&["key", "needs-rotation"]).expect(1);
    env.run(&["key", "rotate", "--splay", "1s"]).expect(2);
    env.run(&["key", "rotate", "--if-due", "--resume"]).expect(2);
}

#[test]
fn the_random_wait_holds_nothing_and_what_comes_after_it_is_read_anew() {
    let (server, env) = proven();
    age(&env, 31);
    let mut command = env.command(&["key", "rotate", "--if-due", "--splay", "366d"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 8];
    child.stderr.as_mut().unwrap().read_exact(&mut said).unwrap();
    assert_eq!(&said, b"waiting ");
    let before = server.requests().len();
    // A command that writes gets the lock at once.
    let started = Instant::now();
    env.run(&["key", "rotate"]).expect(0);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!(server.requests().len() > before);
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    // One that is over by the time somebody else has rotated has nothing left to do.
    age(&env, 31);
    let mut command = env.command(&["key", "rotate", "--if-due", "--splay", "8s", "--json"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    env.run(&["key", "rotate"]).expect(0);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let records = server.keys();
    assert_eq!(records.iter().filter(|record| record["revoked"] == false).count(), 1);
    assert!(records.len() <= 4, "{records:?}");
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn an_open_rotation_is_gone_on_with_when_its_grace_is_over() {
    let (server, env) = proven();
    age(&env, 31);
    env.run(&["config", "set", "rotation.grace", "4s"]).expect(0);
    let report = env.run(&["key", "rotate", "--if-due", "--json"]).expect(0).data();
    assert_eq!(report["phase"], "confirmed");
    let ended = Instant::now() + Duration::from_secs(6);
    // In the grace there is nothing to do, which is no failure.
    assert_eq!(env.run(&["key", "needs-rotation", "--json"]).expect(1).data()["verdict"], "rotation_open");
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(0).data()["phase"], "confirmed");
    env.run(&["key", "status", "--check"]).expect(0);
    std::thread::sleep(ended.saturating_duration_since(Instant::now()));
    env.run(&["key", "needs-rotation"]).expect(0);
    let report = env.run(&["key", "status", "--check", "--json"]).expect(7).data();
    assert_eq!(report["keys"][0]["standing"]["rotation"]["can_go_on"], true);
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(0).data()["phase"], "retired");
    assert_eq!(server.keys().iter().filter(|record| record["revoked"] == false).count(), 1);
    env.run(&["key", "status", "--check"]).expect(0);
}

#[test]
fn a_rotation_that_broke_off_is_gone_on_with_at_once() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_TEST_KILL_AT", "proven");
    assert_eq!(env.run(&["key", "rotate"]).code, -1);
    env.unset("ARTCAFE_TEST_KILL_AT");
    assert_screen(
        &env,
        &env.run(&["key", "needs-rotation"]),
        snapbox::str![[r#"
a rotation is open since [TIME] (proven)

"#]],
    );
    env.run(&["key", "status", "--check"]).expect(7);
    // The wait is for new rotations: nobody else begins one here.
    let started = Instant::now();
    env.run(&["key", "rotate", "--if-due", "--splay", "366d"]).expect(0);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(server.keys().iter().filter(|record| record["revoked"] == false).count(), 1);
    // One that is being undone is a person's to finish, and a timer fails on it for all to see.
    env.set("ARTCAFE_TEST_KILL_AT", "registered");
    assert_eq!(env.run(&["key", "rotate"]).code, -1);
    env.set("ARTCAFE_TEST_KILL_AT", "back.journalled");
    assert_eq!(env.run(&["key", "rotate", "--abort"]).code, -1);
    env.unset("ARTCAFE_TEST_KILL_AT");
    env.run(&["key", "needs-rotation"]).expect(0);
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(5).code_name(), "ROTATION_OPEN");
}

#[test]
fn the_server_knows_better_and_its_silence_hides_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start_with(Options { data: Some(directory.path().to_path_buf()), ..Options::default() });
    let mut env = TestEnv::with(&server);
    env.set_up();
    let database = rusqlite::Connection::open(directory.path().join("sandbox.db")).unwrap();
    let old = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * 95 + 1);
    database.execute("UPDATE ssh_keys SET created_at = ?1", [old.as_microsecond()]).unwrap();
    let asked = standing(&env, &[]);
    assert_eq!((&asked["made_by"], &asked["age_days"]), (&"server".into(), &95.into()));
    assert_eq!((&asked["verdict"], &asked["registration"]), (&"due".into(), &"active".into()));
    assert_eq!((&asked["last_used_is_own"], asked["token_life_seconds"].is_null()), (&false.into(), true));
    assert_eq!(standing(&env, &["--offline"])["made_by"], "registration");
    // Without an administrator the key asks for itself, and knows how long its tokens live.
    alone(&mut env);
    let asked = standing(&env, &[]);
    assert_eq!(asked["last_used_is_own"], true);
    let life = asked["token_life_seconds"].as_i64().unwrap();
    assert!((3500..=3600).contains(&life), "{life}");
    let id = asked["key_id"].as_str().unwrap();
    let revoke = format!("/api/v1/ssh-keys/{id}/revoke");
    server.ask("POST", &revoke, &serde_json::json!({ "reason": "compromised" }));
    // Asked by a key that it does not know, the server does not say why.
    assert_eq!(standing(&env, &[])["registration"], "refused");
    env.run(&["key", "status", "--check"]).expect(7);
    env.set("ARTCAFE_TOKEN", server.token());
    assert_eq!(standing(&env, &[])["registration"], "revoked");
    env.run(&["key", "status", "--check"]).expect(7);
    server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null);
    assert_eq!(standing(&env, &[])["registration"], "absent");
    drop(server);
    env.set("ARTCAFE_RETRIES", "0");
    let alone = standing(&env, &[]);
    assert_eq!((&alone["registration"], &alone["verdict"]), (&"unknown".into(), &"fresh".into()));
    assert!(alone["server_problem"].as_str().unwrap().len() > 10, "{alone}");
    env.run(&["key", "status", "--check"]).expect(0);
}

#[test]
fn without_a_memory_the_name_or_the_file_tells_the_age() {
    let (_server, env) = proven();
    fs::remove_file(state(&env)).unwrap();
    let status = std::process::Command::new("touch").args(["-d", &days_ago(40)]).arg(env.key()).status().unwrap();
    assert!(status.success());
    let found = standing(&env, &["--offline"]);
    assert_eq!(
        (&found["made_by"], &found["age_days"], &found["verdict"]),
        (&"file_time".into(), &40.into(), &"window".into())
    );
    let named = env.path(".ssh/artcafe_agent.20200101T000000Z");
    fs::rename(env.key(), &named).unwrap();
    env.run(&["config", "set", "auth.ssh_key.private_key_path", named.to_str().unwrap()]).expect(0);
    let found = standing(&env, &["--offline"]);
    assert_eq!((&found["made_by"], &found["made_at"]), (&"file_name".into(), &"2020-01-01T00:00:00Z".into()));
}

#[test]
fn a_passphrase_hides_no_age_and_is_never_asked_for() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("PASS", "some words");
    let given = ["--passphrase", "env:PASS"];
    env.run(&[&["setup", "--agent-id", AGENT, "--bits", "2048", "--key-format", "pem"][..], &given].concat()).expect(0);
    alone(&mut env);
    age(&env, 31);
    env.run(&["key", "needs-rotation"]).expect(0);
    let hidden = standing(&env, &[]);
    assert_eq!((&hidden["registration"], &hidden["made_by"]), (&"unknown".into(), &"registration".into()));
    assert!(hidden["server_problem"].as_str().unwrap().contains("passphrase"), "{hidden}");
    assert_eq!(standing(&env, &given)["registration"], "active");
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    env.run(&[&["key", "rotate", "--if-due"][..], &given].concat()).expect(0);
    env.run(&["key", "needs-rotation"]).expect(1);
}

#[test]
fn every_profile_is_shown_and_a_broken_one_hides_no_other() {
    let (first, second) = (Server::start(Dialect::Documented, &[]), Server::start(Dialect::AsBuilt, &[]));
    let mut env = TestEnv::with(&first);
    env.set_up();
    env.set("ARTCAFE_API_ENDPOINT", second.url());
    env.set("ARTCAFE_TENANT_ID", second.tenant());
    env.set("ARTCAFE_TOKEN", second.token());
    let there = ["--profile", "there", "setup", "--agent-id", AGENT, "--bits", "2048", "--ssh-key-name", "there"];
    env.run(&there).expect(0);
    // What is set for one configuration changes none of them, and a token for one tenant reaches no other.
    env.set("ARTCAFE_AGENT_ID", "somebody-else");
    env.set("ARTCAFE_PROFILE", "there");
    let report = env.run(&["key", "status", "--all-profiles", "--check", "--json"]).expect(0).data();
    let keys = report["keys"].as_array().unwrap();
    let seen: Vec<_> = keys.iter().map(|key| (&key["profile"], &key["standing"]["endpoint"])).collect();
    assert_eq!(seen, [(&Value::Null, &first.url().into()), (&"there".into(), &second.url().into())]);
    for key in keys {
        let standing = &key["standing"];
        assert_eq!(
            (&standing["registration"], &standing["last_used_is_own"]),
            (&"active".into(), &true.into()),
            "{standing}"
        );
    }
    env.write(".artcafe/profiles/broken.yaml", "auth: [");
    env.write(".artcafe/profiles/empty.yaml", "auth:\n  ssh_key:\n    private_key_path: /nowhere/key\n");
    let report = env.run(&["key", "status", "--all-profiles", "--json"]).expect(7).data();
    let codes: Vec<_> = report["keys"].as_array().unwrap().iter().map(|key| key["problem"]["code"].clone()).collect();
    let wanted = [Value::Null, "CONFIG_INVALID".into(), "KEY_FILE_MISSING".into(), Value::Null];
    assert_eq!(codes, wanted);
    assert_eq!(report["keys"][3]["standing"]["verdict"], "fresh");
    assert_screen(
        &env,
        &env.run(&["key", "status", "--all-profiles"]),
        snapbox::str![[r#"
profile       (no profile)
configuration [ROOT]/user/.artcafe/config.yaml
agent         prod-data-processor-01
key           [ROOT]/user/.ssh/artcafe_agent (rsa 2048, pem)
age           0 days, from [DATE] [CLOCK] UTC (registered, as the server says)
registration  active, key id [ID]
last used     [DATE] [CLOCK] UTC (by this question)
token life [N] min
window opens  [DATE] [CLOCK] UTC
due           [DATE] [CLOCK] UTC
verdict       fresh

profile       broken
configuration [ROOT]/user/.artcafe/profiles/broken.yaml
problem       [ROOT]/user/.artcafe/profiles/broken.yaml:2:1: syntax error: did not find expected node content
next          correct the text at this place, or restore a backup

profile       empty
configuration [ROOT]/user/.artcafe/profiles/empty.yaml
problem       there is no key file `/nowhere/key`
next          make one with `artcafe key generate`, or name another file

profile       there
configuration [ROOT]/user/.artcafe/profiles/there.yaml
agent         prod-data-processor-01
key           [ROOT]/user/.ssh/there (rsa 2048, pem)
age           0 days, from [DATE] [CLOCK] UTC (registered, as the server says)
registration  active, key id [ID]
last used     [DATE] [CLOCK] UTC (by this question)
token life [N] min
window opens  [DATE] [CLOCK] UTC
due           [DATE] [CLOCK] UTC
verdict       fresh
--- exit code 7

"#]],
    );
    env.run(&["key", "status", "--all-profiles", "--agent-id", "x"]).expect(2);
    // One of them asked for alone fails as itself.
    env.unset("ARTCAFE_PROFILE");
    env.run(&["--profile", "broken", "key", "status"]).expect(78);
}

#[test]
fn whoever_looks_while_a_key_is_replaced_gets_an_answer() {
    let (server, env) = proven();
    age(&env, 31);
    let mut command = env.command(&["key", "rotate"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut looks = 0;
    while child.try_wait().unwrap().is_none() {
        let run = env.run(&["key", "needs-rotation"]);
        assert!([0, 1].contains(&run.code), "{run:?}");
        looks += 1;
    }
    assert!(child.wait().unwrap().success());
    assert!(looks > 3, "only {looks} looks");
    env.run(&["key", "needs-rotation"]).expect(1);
    assert_eq!(server.keys().len(), 2);
}

#[test]
fn timers_that_meet_do_the_work_once() {
    let (server, env) = proven();
    age(&env, 31);
    env.run(&["config", "set", "rotation.grace", "1h"]).expect(0);
    let start = || {
        let mut command = env.command(&["key", "rotate", "--if-due"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let codes: Vec<i32> = outputs.iter().map(|output| output.status.code().unwrap()).collect();
    // One that cannot have the lock in time says so, and the next timer comes.
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 75].contains(code)), "{outputs:?}");
    assert_eq!(server.keys().len(), 2);
    env.run(&["key", "needs-rotation"]).expect(1);
    env.run(&["auth", "test"]).expect(0);
}
