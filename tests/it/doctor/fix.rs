//! `doctor --fix`: mends what it diagnosed and nothing else, and twice is the same as once.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::offline::remove_key;
use crate::support::files::{chmod, picture};
use crate::support::scenes::doctor::{World, vector};
use crate::support::{AGENT, Run, TestEnv, id_of};

/// Every file with its content and mode; when it was written does not matter.
fn contents(world: &World) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    picture(&world.env.home()).into_iter().map(|(path, (_, _, _, mode, bytes))| (path, (mode, bytes))).collect()
}

/// The files that differ.
fn changed<'a>(
    before: &'a BTreeMap<PathBuf, (u32, Vec<u8>)>,
    after: &'a BTreeMap<PathBuf, (u32, Vec<u8>)>,
) -> Vec<&'a PathBuf> {
    before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect()
}

/// Every record of the server, but for when a key last proved something, which a diagnosis has it do.
fn records(world: &World) -> Vec<Value> {
    let mut keys = world.server.keys();
    for key in &mut keys {
        let key = key.as_object_mut().unwrap();
        assert!(key.remove("last_used").is_some() && key.remove("updated_at").is_some());
    }
    keys
}

fn mend(world: &World) -> Run {
    world.env.run(&["doctor", "--fix", "--json"])
}

/// What was tried, and whether it did.
#[track_caller]
fn tried(run: &Run) -> Vec<(String, bool)> {
    let data = run.data();
    let words = |one: &Value| {
        let argv: Vec<String> = serde_json::from_value(one["fix"]["argv"].clone()).unwrap();
        (argv[1..].join(" "), one["done"].as_bool().unwrap())
    };
    data["mended"].as_array().unwrap().iter().map(words).collect()
}

/// Mends a broken world twice: the first time with these commands, the second time nothing changes.
#[track_caller]
fn mends(world: &World, commands: &[(&str, bool)], left: &[(&str, &str)]) {
    let first = mend(world);
    let told: Vec<(String, bool)> = commands.iter().map(|(words, done)| ((*words).to_owned(), *done)).collect();
    assert_eq!(tried(&first), told, "{}", first.stdout);
    let bad = |run: &Run| -> Vec<(String, String)> {
        vector(run).into_iter().filter(|(_, status)| status == "warning" || status == "error").collect()
    };
    let left: Vec<(String, String)> =
        left.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect();
    assert_eq!(bad(&first), left, "{}", first.stdout);
    let before = (contents(world), records(world));
    let second = mend(world);
    assert_eq!(changed(&before.0, &contents(world)), Vec::<&PathBuf>::new(), "the second time changed files");
    assert_eq!(records(world), before.1, "the second time changed records");
    assert_eq!((vector(&second), second.code), (vector(&first), first.code));
}

#[test]
fn what_is_healthy_is_left_alone() {
    let world = World::healthy();
    let before = picture(&world.env.home());
    assert!(tried(&mend(&world).expect(0)).is_empty());
    assert_eq!(picture(&world.env.home()), before);
}

#[test]
fn modes_and_the_public_half_are_mended_at_once() {
    let world = World::healthy();
    chmod(&world.env.key(), 0o644);
    chmod(&world.env.path(".ssh"), 0o775);
    chmod(&world.env.path(".artcafe"), 0o755);
    fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
    let private = fs::read(world.env.key()).unwrap();
    mends(&world, &[("key repair", true)], &[]);
    assert_eq!(fs::read(world.env.key()).unwrap(), private);
}

#[test]
fn a_key_whose_record_is_gone_is_registered_anew() {
    let world = World::healthy();
    let id = id_of(&world.server.keys()[0]);
    assert_eq!(world.server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null).0, 204);
    mends(&world, &[("key register", true)], &[]);
}

#[test]
fn a_key_id_that_is_not_the_keys_is_corrected() {
    let world = World::healthy();
    let id = id_of(&world.server.keys()[0]);
    let _ = world.env.run(&["config", "set", "auth.ssh_key.key_id", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]).expect(0);
    let words = format!("config set auth.ssh_key.key_id {id}");
    mends(&world, &[(&words, true)], &[]);
}

#[test]
fn a_lost_key_is_made_anew_and_the_record_of_the_old_one_is_left_to_a_person() {
    let world = World::healthy();
    remove_key(&world);
    mends(&world, &[("setup", true)], &[("unknown-keys", "warning")]);
}

#[test]
fn an_open_rotation_is_ended() {
    let world = World::healthy();
    let mut env = world.env.clone();
    env.set("ARTCAFE_TEST_KILL_AT", "switch.after_write");
    assert_eq!(env.run(&["key", "rotate"]).code, -1);
    mends(&world, &[("key rotate --resume", true)], &[]);
}

#[test]
fn a_configuration_from_the_past_names_the_current_key_again() {
    let world = World::healthy();
    let before = world.read(".artcafe/config.yaml");
    let _ = world.env.run(&["key", "rotate"]).expect(0);
    world.edit_config(|_| before);
    chmod(&world.env.config(), 0o644);
    mends(&world, &[("config relink", true), ("key repair", true)], &[]);
}

/// Without a right to register nothing is registered, and no second key is made.
#[test]
fn what_needs_a_persons_token_is_tried_and_left() {
    let mut world = World::healthy();
    remove_key(&world);
    world.env.unset("ARTCAFE_TOKEN");
    let first = mend(&world).expect(1);
    let before = contents(&world);
    assert_eq!(tried(&first).iter().map(|(words, _)| words.as_str()).collect::<Vec<_>>()[0], "setup");
    assert!(tried(&first).iter().all(|(_, done)| !done), "{}", first.stdout);
    assert!(first.data()["mended"][0]["problem"].as_str().is_some_and(|words| !words.is_empty()));
    let second = mend(&world).expect(1);
    assert_eq!(changed(&before, &contents(&world)), Vec::<&PathBuf>::new(), "the second time changed files");
    assert_eq!(vector(&second), vector(&first));
}

/// What somebody agreed to once is no agreement to what a program does.
#[test]
fn nothing_is_agreed_to_and_nothing_taken_away() {
    let mut world = World::healthy();
    world.env.set("ARTCAFE_YES", "1");
    let id = id_of(&world.server.keys()[0]);
    let elsewhere = TestEnv::with(&world.server);
    let _ = elsewhere.run(&["key", "revoke", &id, "--allow-last", "--yes"]).expect(0);
    world.server.register(AGENT, &super::online::line_of(1));
    world.write(".artcafe/.config.yaml.999999999-0.tmp", "auth:");
    let before = (contents(&world), records(&world));
    let run = mend(&world).expect(1);
    assert!(tried(&run).is_empty(), "{}", run.stdout);
    assert!((contents(&world), records(&world)) == before);
}

#[test]
fn flags_that_cannot_go_along_are_told() {
    let world = World::healthy();
    chmod(&world.env.key(), 0o644);
    let config = world.env.config().display().to_string();
    let run = world.env.run(&["doctor", "--fix", "--json", "--config", &config]).expect(1);
    assert_eq!(run.data()["mended"][0]["fix"], Value::Null);
    assert_eq!(run.data()["mended"][0]["done"], json!(false));
    let told = world.env.run(&["doctor", "--fix", "--config", &config]).expect(1).stdout;
    assert!(told.contains(&format!("`artcafe --config {config} key repair`")), "{told}");
    // Only what was asked for is mended.
    let other = world.env.run(&["doctor", "--fix", "--json", "--only", "home"]).expect(0);
    assert!(tried(&other).is_empty());
    let text = world.env.run(&["doctor", "--fix"]).expect(0).stdout;
    assert!(text.starts_with("mended: artcafe key repair (for key-mode)\n"), "{text}");
}

#[test]
fn offline_means_that_no_server_is_asked_by_a_mend_either() {
    let world = World::healthy();
    remove_key(&world);
    let (before, requests) = (contents(&world), world.server.requests().len());
    let run = world.env.run(&["doctor", "--offline", "--fix", "--json"]).expect(1);
    let tried = &run.data()["mended"][0];
    assert_eq!(
        (&tried["done"], tried["problem"].as_str().unwrap().contains("--offline")),
        (&json!(false), true),
        "{run:?}"
    );
    assert_eq!(world.server.requests().len(), requests);
    assert!(contents(&world) == before);
}

#[test]
fn what_was_ended_from_here_is_known_without_a_server() {
    let world = World::healthy();
    let id = id_of(&world.server.keys()[0]);
    world.env.run(&["key", "revoke", &id, "--yes", "--allow-last"]).expect(0);
    let run = world.env.run(&["doctor", "--offline", "--json"]).expect(1);
    assert_eq!(vector(&run)["revocation"], "error", "{run:?}");
    world.env.run(&["doctor", "--offline", "--skip", "revocation"]).expect(0);
}

#[test]
fn no_check_at_all_is_no_health() {
    let env = TestEnv::new();
    for args in [&["--offline", "--only", "connection"][..], &["--only", "timer", "--skip", "timer"]] {
        let all = [&["doctor", "--json"], args].concat();
        assert_eq!(env.run(&all).expect(2).failure()["code"], "USAGE");
    }
}
