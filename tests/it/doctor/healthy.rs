//! Identities of other kinds that are healthy too: a passphrase, an ssh-agent, variables alone, another profile.

use std::fs;
use std::process::{Child, Command, Stdio};

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::world::{World, vector};
use crate::support::files::names;
use crate::support::{AGENT, TestEnv, id_of};

/// The checks that ended like this.
fn ended<'a>(data: &'a Value, status: &str) -> Vec<&'a str> {
    let checks = data["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["status"] == status).map(|check| check["id"].as_str().unwrap()).collect()
}

#[test]
fn a_passphrase_at_hand_is_used_and_one_that_is_not_is_asked_of_nobody() {
    let mut world = World::healthy();
    world.env.write("words.txt", "correct horse battery staple");
    let source = format!("file:{}", world.env.path("words.txt").display());
    // A file of this format shows nothing of itself.
    let _ = world.env.run(&["key", "convert", "--key-format", "pem", "--new-passphrase", &source]).expect(0);
    let without = world.doctor().expect(0).data();
    for id in ["signature", "public-half", "key-size", "unknown-keys"] {
        assert!(ended(&without, "skipped").contains(&id), "{id}: {without:#}");
    }
    assert!(ended(&without, "note").contains(&"passphrase"));
    world.env.set("ARTCAFE_PASSPHRASE_SOURCE", &source);
    let with = vector(&world.doctor().expect(0));
    assert_eq!((with["passphrase"].as_str(), with["signature"].as_str()), ("ok", "ok"));
}

struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_key_in_an_ssh_agent_is_proven_and_one_without_it_is_told() {
    let mut world = World::empty(Dialect::Documented);
    world.give_key();
    let _ = world.env.run(&["key", "convert", "--key-format", "openssh"]).expect(0);
    let _ = world.env.run(&["setup", "--agent-id", AGENT]).expect(0);
    let socket = world.env.path("agent.sock").display().to_string();
    let mut command = Command::new("ssh-agent");
    command.args(["-D", "-a", &socket]).stdin(Stdio::null()).stdout(Stdio::null());
    let agent = Agent(command.spawn().expect("ssh-agent (Debian: openssh-client)"));
    while !fs::exists(&socket).unwrap() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let key = world.env.key();
    let added = Command::new("ssh-add").arg(&key).env("SSH_AUTH_SOCK", &socket).output().unwrap();
    assert!(added.status.success(), "{added:?}");
    fs::remove_file(&key).unwrap();
    world.env.set("SSH_AUTH_SOCK", &socket);
    let found = vector(&world.doctor().expect(0));
    for (id, status) in [("key-file", "ok"), ("ssh-agent", "ok"), ("signature", "ok"), ("key-mode", "skipped")] {
        assert_eq!(found[id], status, "{id}");
    }
    drop(agent);
    let gone = world.doctor().expect(1).data();
    assert_eq!(ended(&gone, "error"), ["ssh-agent"]);
    let signature = gone["checks"].as_array().unwrap().iter().find(|check| check["id"] == "signature").unwrap().clone();
    assert_eq!((&signature["status"], &signature["skipped_by"]), (&"skipped".into(), &"ssh-agent".into()));
}

#[test]
fn an_identity_from_variables_alone_is_healthy() {
    let world = World::healthy();
    let mut env = TestEnv::with(&world.server);
    env.unset("ARTCAFE_TOKEN");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_KEY_ID", &id_of(&world.server.keys()[0]));
    env.set("ARTCAFE_PRIVATE_KEY", "env:KEY_OF_AGENT");
    env.set("KEY_OF_AGENT", &fs::read_to_string(world.env.key()).unwrap());
    let found = vector(&env.run(&["doctor", "--json"]).expect(0));
    for (id, status) in [
        ("configuration", "note"),
        ("key-file", "skipped"),
        ("signature", "ok"),
        ("unknown-keys", "ok"),
        ("home", "ok"),
    ] {
        assert_eq!(found[id], status, "{id}");
    }
    assert_eq!(names(&env.home()), Vec::<String>::new(), "it wrote something");
}

#[test]
fn a_profile_is_looked_at_by_its_own_settings() {
    let world = World::healthy();
    let _ = world.env.run(&["config", "set", "auth.agent_id", "another", "--profile", "staging"]);
    world.env.write(".artcafe/profiles/staging.yaml", "auth:\n  agent_id: prod-another-01\n");
    crate::support::files::chmod(&world.env.path(".artcafe/profiles"), 0o700);
    let found = world.env.run(&["doctor", "--json", "--offline", "--profile", "staging"]);
    let data = found.expect(7).data();
    let identity = data["checks"].as_array().unwrap().iter().find(|check| check["id"] == "identity").unwrap().clone();
    assert!(identity["what"].as_str().unwrap().contains("prod-another-01"), "{identity}");
    // The default configuration has the same key, which is another agent's.
    assert_eq!(ended(&data, "warning"), ["shared-key"]);
}
