//! SIGINT and SIGTERM at the points of a command: the work goes on afterwards as the hint says.

use super::support::scenes::interrupts::*;
use super::support::tier::{Tier, share};
use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

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
    let numbers = share("signals in a rotation", 1..=count, 3);
    let cases = numbers.len();
    for (turn, number) in numbers.into_iter().enumerate() {
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
    // A signal in the last steps finds all done.
    assert!(stopped > 0 && stopped + finished == cases, "{stopped} stopped, {finished} finished of {cases}");
}

#[test]
fn a_setup_that_a_signal_ends_anywhere_goes_on_from_what_stands() {
    let setup = ["setup", "--agent-id", AGENT, "--bits", "2048", "--json"];
    let server = Server::start(Dialect::AsBuilt, &[]);
    let count = points(&TestEnv::with(&server), &setup);
    let mut stands = 0;
    for number in share("signals in a setup", 1..=count, 3) {
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
    assert!(crate::TIER != Tier::Deep || stands > 3, "{stands}");
}

#[test]
fn what_ends_keys_is_gone_on_with_after_a_signal() {
    for (command, again) in
        [(&["key", "revoke", "--current", "--yes", "--json"][..], 0), (&["deregister", "--yes", "--json"], 0)]
    {
        for number in share(&format!("signals in `{}`", command.join(" ")), 1..=36, 3) {
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
