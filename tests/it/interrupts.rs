//! SIGINT and SIGTERM, sent to real processes: what is in hand is finished, what waits ends, and the work goes on
//! afterwards as the hint says.

use super::support::fake::{self, Fake};
use super::support::scenes::interrupts::*;
use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc;
use std::time::Duration;

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits until the file holds this; the program writes its points down before it does what they stand for.
fn wait_for(points: &Path, what: &str) {
    while !fs::read_to_string(points).unwrap_or_default().contains(what) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// How many numbered points a run passes.
fn points(env: &TestEnv, args: &[&str]) -> usize {
    let mut env = env.clone();
    let file = env.path("points");
    env.set("ARTCAFE_TEST_POINTS", &file.display().to_string());
    let _ = env.run(args).expect(0);
    let count = fs::read_to_string(&file).unwrap().lines().count();
    fs::remove_file(file).unwrap();
    count
}

fn alone(env: &mut TestEnv) {
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
}

#[test]
fn a_rotation_that_a_signal_ends_anywhere_is_gone_on_with() {
    // This dialect deletes what is retired, so that no limit is reached.
    let server = Server::start(Dialect::AsBuilt, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    alone(&mut env);
    let count = points(&env, &["key", "rotate"]);
    assert!(count > 60, "{count}");
    let (mut stopped, mut finished) = (0, 0);
    for (turn, number) in (1..=count).step_by(6).enumerate() {
        let (name, exit, code) = [("int", 130, "INTERRUPTED"), ("term", 143, "TERMINATED")][turn % 2];
        let mut signalled = env.clone();
        signalled.set("ARTCAFE_TEST_FAIL", &format!("{number}:{name}"));
        let run = signalled.run(&["key", "rotate", "--json"]);
        if run.code == 0 {
            // All was done before anything looked.
            finished += 1;
            assert_eq!(run.data()["phase"], "retired", "{number}: {run:?}");
        } else {
            stopped += 1;
            let failure = run.expect(exit).failure();
            assert_eq!((&failure["code"], &failure["cause"]), (&json!(code), &Value::Null), "{number}: {failure}");
            let hint = failure["hint"].as_str().unwrap();
            let is_open = !env.run(&["key", "rotate", "--status", "--json"]).expect(0).data().is_null();
            assert_eq!(hint.contains("artcafe key rotate --resume"), is_open, "{number}: {failure}");
            if is_open {
                env.run(&["key", "rotate", "--resume"]).expect(0);
            }
        }
        env.run(&["auth", "test"]).expect(0);
        let usable = server.keys().iter().filter(|key| key["status"] == "active" || key["revoked"] == false).count();
        assert_eq!((usable, server.keys().len()), (1, 1), "{number}: {:?}", server.keys());
    }
    assert!(stopped > 10 && finished < 12, "{stopped} stopped, {finished} finished");
}

#[test]
fn a_setup_that_a_signal_ends_anywhere_goes_on_from_what_stands() {
    let setup = ["setup", "--agent-id", AGENT, "--bits", "2048", "--json"];
    let server = Server::start(Dialect::AsBuilt, &[]);
    let count = points(&TestEnv::with(&server), &setup);
    let mut stands = 0;
    for number in (1..=count).step_by(5) {
        let server = Server::start(Dialect::Documented, &[]);
        let env = TestEnv::with(&server);
        let mut signalled = env.clone();
        signalled.set("ARTCAFE_TEST_FAIL", &format!("{number}:int"));
        let run = signalled.run(&setup);
        if run.code != 0 {
            let failure = run.expect(130).failure();
            assert_eq!(failure["code"], "INTERRUPTED", "{number}");
            if failure["message"].as_str().unwrap().contains("what stands: key") {
                stands += 1;
                assert!(failure["hint"].as_str().unwrap().contains("goes on from here"), "{failure}");
            }
        }
        env.run(&setup).expect(0);
        assert_eq!(server.keys().len(), 1, "{number}");
    }
    assert!(stands > 3, "{stands}");
}

#[test]
fn what_ends_keys_is_gone_on_with_after_a_signal() {
    for (command, again) in
        [(&["key", "revoke", "--current", "--yes", "--json"][..], 0), (&["deregister", "--yes", "--json"], 0)]
    {
        for number in [3, 8, 14, 20, 26, 32] {
            let server = Server::start(Dialect::Documented, &[]);
            let env = TestEnv::with(&server);
            env.set_up();
            // Another key, so that this one is not the last.
            env.run(&["key", "generate", "--output", "spare", "--bits", "2048"]).expect(0);
            env.run(&["key", "register", "--private-key", "spare"]).expect(0);
            let mut signalled = env.clone();
            signalled.set("ARTCAFE_TEST_FAIL", &format!("{number}:term"));
            let run = signalled.run(command);
            if run.code != 0 {
                assert_eq!(run.expect(143).code_name(), "TERMINATED", "{command:?} {number}");
                let run = env.run(command);
                assert_eq!(run.code, again, "{command:?} {number}: {run:?}");
            }
            let active = server.keys().iter().filter(|key| key["revoked"] == false).count();
            assert_eq!(active, 1, "{command:?} {number}: {:?}", server.keys());
        }
    }
}

#[test]
fn a_request_that_changes_something_is_finished() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let (arrived, told) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let real = std::sync::Arc::new(server);
    let behind = std::sync::Arc::clone(&real);
    let fake = Fake::start(move |request| {
        if request.line == "POST /api/v1/ssh-keys" {
            arrived.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        }
        request.forward(&behind)
    });
    let mut through = env.clone();
    through.set("ARTCAFE_API_ENDPOINT", fake.url());
    let child = start(&through, &["key", "register", "--agent-id", AGENT]);
    told.recv().unwrap();
    send(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(500));
    go_on.send(()).unwrap();
    let run = end(child);
    // The answer was waited for, the record remembered; nothing was left to do.
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("interrupted (SIGINT): the step in hand is finished first"), "{run:?}");
    assert_eq!(real.keys().len(), 1);
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let (arrived, told) = mpsc::channel();
    let (_never, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let fake = Fake::start(move |request| {
        if request.line == "POST /api/v1/ssh-keys" {
            arrived.send(()).unwrap();
            let _ = wait.lock().unwrap().recv_timeout(Duration::from_secs(60));
        }
        fake::json(200, &json!({ "keys": [] }))
    });
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "tenant-1");
    env.set("ARTCAFE_TOKEN", "a.b.c");
    env.set("ARTCAFE_TIMEOUT", "50");
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let mut child = start(&env, &["key", "register", "--agent-id", AGENT]);
    told.recv().unwrap();
    send(&child, Signal::INT);
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "the request was not finished");
    send(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    drop(_never);
}

#[test]
fn every_wait_ends_with_the_first_signal() {
    // For a server that asks to wait, and for one that does not answer what only reads.
    for silent in [false, true] {
        let (arrived, told) = mpsc::channel();
        let fake = Fake::start(move |_| {
            let _ = arrived.send(());
            if silent {
                std::thread::sleep(Duration::from_secs(8));
            }
            fake::raw(503, &["retry-after: 25"], b"")
        });
        let mut env = TestEnv::new();
        env.set("ARTCAFE_API_ENDPOINT", fake.url());
        env.set("ARTCAFE_TENANT_ID", "tenant-1");
        env.set("ARTCAFE_TOKEN", "a.b.c");
        let child = start(&env, &["key", "list", "--agent-id", AGENT, "--json"]);
        told.recv().unwrap();
        send(&child, Signal::TERM);
        let failure = end(child).expect(143).failure();
        assert_eq!(
            (&failure["code"], &failure["hint"]),
            (&json!("TERMINATED"), &json!("run the same command again")),
            "{failure}"
        );
    }
    // For another process.
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let lock = fs::File::options().write(true).open(env.path(".artcafe/lock")).unwrap();
    lock.lock().unwrap();
    let file = env.path("points");
    env.set("ARTCAFE_TEST_POINTS", &file.display().to_string());
    let child = start(&env, &["key", "rotate"]);
    wait_for(&file, "open");
    send(&child, Signal::INT);
    let run = end(child).expect(130);
    assert!(run.stderr.contains("error: interrupted (SIGINT)\nhint: run the same command again"), "{run:?}");
    drop(lock);
    // For the time of a timer.
    env.set("ARTCAFE_ROTATION_AFTER", "1s");
    while env.run(&["key", "needs-rotation"]).code != 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut child = start(&env, &["key", "rotate", "--if-due", "--splay", "9h"]);
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.starts_with("waiting "), "{line}");
    send(&child, Signal::TERM);
    said.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143), "{line}");
    assert!(line.contains("error: terminated (SIGTERM)"), "{line}");
}

/// What is typed, or comes from another program, is waited for like a person.
#[test]
fn a_secret_that_does_not_come_is_not_waited_for() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "tenant-1");
    let log = env.path("began");
    let source = format!("cmd:touch '{}'; exec sleep 60", log.display());
    let child = start(&env, &["auth", "login", "--token", &source, "--json"]);
    while !log.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    send(&child, Signal::INT);
    // The command itself holds no stream of ours but stderr, so only the code is waited for.
    let mut child = child;
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let failure: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(failure["code"], "INTERRUPTED");
}
