//! `artcafe key convert`: another form, the same key.

use std::fs;

use serde_json::{Value, json};

use crate::support::files::{names, picture, picture_beside_history};
use crate::support::{AGENT, Server, TestEnv, mode};
use artcafe::sandbox::Dialect;

fn convert(env: &TestEnv, more: &[&str]) -> Value {
    env.run(&[&["key", "convert", "--json"], more].concat()).expect(0).data()
}

#[test]
fn every_format_and_back_is_the_same_key_and_stays_proven() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let made = env.set_up();
    for (format, head) in [("openssh", "OPENSSH PRIVATE"), ("pkcs1", "RSA PRIVATE"), ("pem", "PRIVATE")] {
        let data = convert(&env, &["--key-format", format]);
        assert_eq!((&data["fingerprint"], &data["changed"]), (&made["key"]["fingerprint"], &json!(true)));
        assert!(fs::read_to_string(env.key()).unwrap().starts_with(&format!("-----BEGIN {head} KEY-----\n")));
        assert_eq!(mode(&env.key()), 0o600);
        env.run(&["auth", "test"]).expect(0);
    }
    let before = picture(&env.home());
    assert_eq!(convert(&env, &["--key-format", "pem"])["changed"], false);
    assert_eq!(picture(&env.home()), before);
    assert_eq!(server.keys().len(), 1);
    assert_eq!(server.keys()[0]["agent_id"], AGENT);
}

#[test]
fn a_passphrase_is_added_changed_and_removed() {
    let mut env = TestEnv::new();
    env.set("ONE", "correct horse");
    env.set("TWO", "battery staple");
    for format in ["pem", "openssh"] {
        env.run(&["key", "generate", "--bits", "2048", "--key-format", format, "--overwrite"]).expect(0);
        let line = env.public_line();
        let blob = line.split(' ').nth(1).unwrap();
        assert_eq!(convert(&env, &["--new-passphrase", "env:ONE"])["encrypted"], true);
        let changed = convert(&env, &["--passphrase", "env:ONE", "--new-passphrase", "env:TWO"]);
        assert_eq!((&changed["encrypted"], &changed["key_format"]), (&json!(true), &json!(format)));
        let before = picture(&env.home());
        for wrong in [
            &["--passphrase", "env:ONE", "--no-passphrase"][..],
            &["--passphrase", "env:ONE", "--new-passphrase", "env:TWO"],
        ] {
            let run = env.run(&[&["key", "convert", "--json"], wrong].concat()).expect(4);
            assert_eq!(run.code_name(), "PASSPHRASE_WRONG");
        }
        assert_eq!(env.run(&["key", "convert", "--no-passphrase", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
        assert_eq!(picture(&env.home()), before);
        // Another format keeps the passphrase.
        let other = if format == "pem" { "openssh" } else { "pem" };
        assert_eq!(convert(&env, &["--passphrase", "env:TWO", "--key-format", other])["encrypted"], true);
        assert_eq!(convert(&env, &["--passphrase", "env:TWO", "--no-passphrase"])["encrypted"], false);
        assert_eq!(env.public_line().split(' ').nth(1), Some(blob));
    }
}

#[test]
fn a_copy_leaves_the_original_and_overwrites_nothing() {
    let env = TestEnv::new();
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let before = picture(&env.home());
    let copy = env.path("copy");
    let args = ["key", "convert", "--key-format", "openssh", "--output", copy.to_str().unwrap(), "--json"];
    env.run(&args).expect(0);
    let after = picture(&env.path(".ssh"));
    assert!(after.iter().all(|(path, seen)| before.get(path) == Some(seen)) && after.len() == 2);
    assert_eq!(names(&env.home()), [".ssh/artcafe_agent", ".ssh/artcafe_agent.pub", "copy", "copy.pub"]);
    let now = picture_beside_history(&env.home());
    assert_eq!(env.run(&args).expect(5).code_name(), "FILE_EXISTS");
    let impossible = ["key", "generate", "--algorithm", "ed25519", "--output", "ed"];
    env.run(&impossible).expect(0);
    let refused = env.run(&["key", "convert", "ed", "--key-format", "pkcs1", "--json"]);
    assert_eq!(refused.code_name(), "KEY_UNUSABLE");
    assert_eq!(picture_beside_history(&env.home()), now);
}
