//! One process asks, however many want a token, and whatever becomes of it.

use super::support::scenes::token_flight::*;
use super::support::scenes::tokens::{asked, is_good, kept, proven};
use super::support::tier::is_whole;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

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
    let wanted = if is_whole() { 200 } else { 40 };
    let (mut killed, mut more) = (0, 0);
    let mut random: u64 = 0x9E37_79B9_7F4A_7C15;
    for round in 0..400 {
        if killed == wanted {
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
    assert!(killed == wanted && more >= wanted / 4, "{killed} were killed in time, {more} of them had asked");
}
