//! SIGINT and SIGTERM, sent to real processes: what is in hand is finished, what waits ends, and the work goes on
//! afterwards as the hint says.

use super::support::fake::{self, Fake};
use super::support::scenes::interrupts::*;
use super::support::screen::assert_screen;
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
    assert_screen(
        &through,
        &run,
        snapbox::str![[r#"
[FINGERPRINT]
registered as [ID]
next: artcafe auth test
--- stderr
interrupted (SIGINT): the step in hand is finished first; a second signal ends it at once

"#]],
    );
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
    assert_screen(
        &env,
        &end(child),
        snapbox::str![[r#"
--- stderr
error: interrupted (SIGINT)
hint: run the same command again
--- exit code 130

"#]],
    );
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
