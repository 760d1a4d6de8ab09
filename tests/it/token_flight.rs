//! One process asks, however many want a token, and whatever becomes of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::support::fake::{Fake, json as answer};
use super::support::{Run, TestEnv};
use super::tokens::{asked, is_good, kept, proven};

/// A gate that many processes wait at, to go through at once.
struct Gate(PathBuf);

impl Gate {
    fn new(env: &TestEnv) -> Self {
        let path = env.root().join("gate");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(path)
    }

    /// A process that runs the program once the gate is open.
    fn waiting(&self, env: &TestEnv, args: &str) -> Child {
        let script = format!(": <'{}'; exec {} {args}", self.0.display(), env!("CARGO_BIN_EXE_artcafe"));
        let mut command = Command::new("sh");
        command.args(["-c", &script]).env_clear().envs(env.variables()).current_dir(env.root());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Lets them through, for as long as this is held.
    fn open(&self) -> fs::File {
        fs::OpenOptions::new().write(true).open(&self.0).unwrap()
    }
}

fn ended(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn five_hundred_at_once_ask_the_server_once() {
    let (server, env) = proven();
    let gate = Gate::new(&env);
    let before = asked(&server);
    let children: Vec<Child> = (0..500).map(|_| gate.waiting(&env, "auth token")).collect();
    let open = gate.open();
    let mut tokens: Vec<String> = children.into_iter().map(|child| ended(child).expect(0).stdout).collect();
    drop(open);
    assert_eq!(tokens.len(), 500);
    tokens.dedup();
    assert_eq!((tokens.len(), asked(&server)), (1, (before.0 + 1, before.1 + 1)));
    assert!(is_good(&server, tokens[0].trim_end()));
}

/// Who holds the lock of the one identity's token, by its stamp.
fn holder(folder: &Path) -> Option<i32> {
    let lock =
        fs::read_dir(folder).ok()?.flatten().find(|entry| entry.path().extension().is_some_and(|e| e == "lock"))?;
    let stamp = fs::read_to_string(lock.path()).ok()?;
    stamp.strip_prefix("pid ")?.split(',').next()?.parse().ok()
}

#[test]
fn a_leader_killed_at_any_moment_costs_one_more_request() {
    let (server, env) = proven();
    let folder = env.path(".artcafe/state/tokens");
    let (mut killed, mut more) = (0, 0);
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    for round in 0..400 {
        if killed == 200 {
            break;
        }
        for file in kept(&env) {
            fs::remove_file(file).unwrap();
        }
        for lock in fs::read_dir(&folder).into_iter().flatten().flatten() {
            fs::write(lock.path(), "").unwrap();
        }
        let before = asked(&server);
        let seen = server.answered();
        let start = || {
            let mut command = env.command(&["auth", "token"]);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<Child> = (0..2 + round % 2).map(|_| start()).collect();
        // Whoever takes the lock first is the leader; it dies between then and its end.
        let leader = loop {
            if let Some(pid) = holder(&folder) {
                break pid;
            }
            std::thread::sleep(Duration::from_micros(200));
        };
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // After none to two of its three requests, and a little later, however slow the machine is.
        let after = usize::try_from(random % 3).unwrap();
        while server.answered() < seen + after {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros((random >> 8) % 3_000));
        let _ = kill_process(Pid::from_raw(leader).unwrap(), Signal::KILL);
        let mut tokens = Vec::new();
        for child in children {
            let is_leader = i32::try_from(child.id()).unwrap() == leader;
            let run = ended(child);
            if run.code == -1 {
                assert!(is_leader, "round {round}: {run:?}");
                killed += 1;
            } else {
                tokens.push(run.expect(0).stdout);
            }
        }
        assert!(tokens.iter().all(|token| is_good(&server, token.trim_end())), "round {round}");
        let after = asked(&server);
        let (challenges, proofs) = (after.0 - before.0, after.1 - before.1);
        assert!((1..=2).contains(&challenges) && (1..=2).contains(&proofs), "round {round}: {challenges} {proofs}");
        more += usize::from(challenges == 2);
        tokens.dedup();
        assert_eq!(tokens.len(), 1, "round {round}");
    }
    // Otherwise the kills came too late, and little was shown.
    assert!(killed == 200 && more >= 50, "{killed} were killed in time, {more} of them had asked");
}

#[test]
fn those_who_waited_for_an_attempt_that_failed_share_its_failure() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_RETRIES", "1");
    let address = server.url().to_owned();
    let gate = Gate::new(&env);
    let fake = Fake::start(|_| answer(503, &json!({ "detail": "on holiday" })));
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_ALLOW_NEW_ENDPOINT", "1");
    let children: Vec<Child> = (0..20).map(|_| gate.waiting(&env, "auth token --json")).collect();
    let open = gate.open();
    let failures: Vec<serde_json::Value> =
        children.into_iter().map(|child| ended(child).expect(69).failure()).collect();
    drop(open);
    for failure in &failures {
        assert_eq!((&failure["code"], &failure["retryable"]), (&"SERVER_FAILED".into(), &true.into()), "{failure}");
        assert_eq!(failure["server_message"], "on holiday", "{failure}");
    }
    let told = failures
        .iter()
        .filter(|failure| failure["cause"].as_str().is_some_and(|text| text.contains("another process asked")));
    let (told, requests) = (told.count(), fake.seen().len());
    assert!(told >= 10, "only {told} were told of it");
    assert_eq!(requests, (20 - told) * 2, "every other one asked twice");
    // One that begins later asks for itself, also the first success ends the matter.
    let before = fake.seen().len();
    assert_eq!(env.run(&["auth", "token", "--json"]).expect(69).code_name(), "SERVER_FAILED");
    assert_eq!(fake.seen().len(), before + 2);
    env.set("ARTCAFE_API_ENDPOINT", &address);
    assert!(is_good(&server, env.run(&["auth", "token"]).expect(0).stdout.trim_end()));
}

#[test]
fn a_dead_server_is_told_to_all_at_once_with_its_cause() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_RETRIES", "1");
    drop(server);
    let gate = Gate::new(&env);
    let children: Vec<Child> = (0..30).map(|_| gate.waiting(&env, "auth token --json")).collect();
    let open = gate.open();
    let failures: Vec<serde_json::Value> =
        children.into_iter().map(|child| ended(child).expect(69).failure()).collect();
    drop(open);
    let mut told = 0;
    for failure in &failures {
        assert_eq!(failure["code"], "SERVER_UNREACHABLE", "{failure}");
        let cause = failure["cause"].as_str().unwrap();
        assert!(cause.contains("refused"), "{failure}");
        told += usize::from(cause.contains("another process asked"));
    }
    assert!(told >= 15, "only {told} were told of it");
}
