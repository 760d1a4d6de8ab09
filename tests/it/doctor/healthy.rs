//! Identities of other kinds that are healthy too: a passphrase, an ssh-agent, variables alone, another profile.

use std::fs;

use crate::support::files::names;
use crate::support::scenes::doctor::{World, ended, vector};
use crate::support::{AGENT, TestEnv, id_of};

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
