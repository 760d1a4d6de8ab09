//! One process asks, however many want a token, and whatever becomes of it.

use super::support::fake::{Fake, json as answer};
use super::support::scenes::token_flight::*;
use super::support::scenes::tokens::{is_good, proven};
use serde_json::json;
use std::process::Child;

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
