//! The faults that show on this machine alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::faults::{Fault, broken, built};
use crate::support::files::chmod;
use crate::support::scenes::doctor::{OTHER_AGENT, World};
use crate::support::{AGENT, TestEnv, id_of};

use artcafe::sandbox::Dialect;

pub(super) const FAULTS: &[Fault] = &[
    broken("home", "warning", |_| panic!("made by a test of its own, as another user")),
    broken("home-mode", "warning", |world| {
        chmod(&world.env.path(".artcafe"), 0o755);
        None
    }),
    broken("disk-space", "error", |_| panic!("made by a test of its own, with a disk that is full")),
    broken("lock", "warning", |world| {
        let lock = fs::OpenOptions::new().write(true).open(world.env.path(".artcafe/lock")).unwrap();
        lock.lock().unwrap();
        Some(Box::new(lock))
    }),
    broken("leftovers", "warning", |world| {
        // No process has that number.
        world.write(".artcafe/.config.yaml.999999999-0.tmp", "auth:");
        None
    }),
    broken("unfinished-work", "warning", |world| {
        let config = world.env.config();
        let (url, tenant) = (world.server.url().to_owned(), world.server.tenant().to_owned());
        world.edit_memory(|memory| {
            memory["deregistering"] = json!([{
                "config": config, "endpoint": url, "tenant_id": tenant, "agent_id": AGENT,
                "key_ids": [], "outcome": "absent", "files": [],
            }]);
        });
        None
    }),
    broken("memory", "error", |world| {
        world.write(".artcafe/state/registrations.json", "{");
        None
    }),
    broken("history", "error", |world| {
        let lines = world.read(".artcafe/audit.jsonl");
        let kept: Vec<&str> = lines.lines().skip(1).collect();
        world.write(".artcafe/audit.jsonl", &format!("{}\n", kept.join("\n")));
        None
    }),
    broken("login", "warning", |world| {
        let token = "e30.eyJ0ZW5hbnRfaWQiOiJ0IiwiZXhwIjoxNzAwMDAwMDAwfQ.c2ln";
        let entry = json!({ "endpoint": world.server.url(), "tenant_id": world.server.tenant(), "token": token,
            "saved_at": "2023-11-14T00:00:00Z" });
        world.env.write(".artcafe/credentials.json", &json!({ "logins": [entry] }).to_string());
        None
    }),
    broken("timer", "warning", |world| {
        world.write(".config/systemd/user/artcafe-rotate.timer", "[Timer]\nOnCalendar=yearly\n");
        None
    }),
    broken("configuration", "error", |world| {
        fs::remove_file(world.env.config()).unwrap();
        None
    }),
    broken("configuration-valid", "error", |world| {
        world.edit_config(|text| text.replace("http://", "ftp://"));
        None
    }),
    broken("identity", "error", |world| {
        let _ = world.env.run(&["config", "unset", "auth.agent_id"]).expect(0);
        None
    }),
    broken("hard-coded-credentials", "warning", |world| {
        world.edit_config(|text| format!("{text}llm:\n  api_key: sk-of-somebody\n"));
        None
    }),
    broken("version-control", "warning", |world| {
        git(&world.env.home(), &["init", "--quiet"]);
        None
    }),
    broken("environments", "warning", |world| {
        world.env.write(".artcafe/profiles/again.yaml", &world.read(".artcafe/config.yaml"));
        chmod(&world.env.path(".artcafe/profiles"), 0o700);
        None
    }),
    broken("superseded-configuration", "error", |world| {
        let before = world.read(".artcafe/config.yaml");
        let old = id_of(&world.server.keys()[0]);
        let _ = world.env.run(&["key", "rotate"]).expect(0);
        // That a revoked record is left is no fault of the configuration.
        assert_eq!(world.server.ask("DELETE", &format!("/api/v1/ssh-keys/{old}"), &Value::Null).0, 204);
        world.edit_config(|_| before);
        None
    }),
    broken("open-rotation", "warning", |world| {
        let mut env = world.env.clone();
        env.set("ARTCAFE_TEST_KILL_AT", "registered");
        let run = env.run(&["key", "rotate"]);
        assert_eq!(run.code, -1, "{run:?}");
        None
    }),
    broken("endpoint-secure", "error", |world| {
        world.env.set("ARTCAFE_ALLOW_NEW_ENDPOINT", "1");
        world.env.set("ARTCAFE_API_ENDPOINT", "http://artcafe.invalid");
        None
    }),
    broken("endpoint-binding", "error", |world| {
        let other = world.server.url().replace("127.0.0.1", "localhost");
        world.env.set("ARTCAFE_API_ENDPOINT", &other);
        None
    }),
    broken("key-file", "error", |world| {
        remove_key(world);
        None
    }),
    broken("key-usable", "error", |world| {
        world.write(".ssh/artcafe_agent", "no key at all\n");
        None
    }),
    broken("key-mode", "error", |world| {
        chmod(&world.env.key(), 0o644);
        None
    }),
    broken("key-directory", "error", |world| {
        chmod(&world.env.path(".ssh"), 0o777);
        None
    }),
    broken("public-half", "warning", |world| {
        let other = TestEnv::new();
        let _ = other.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
        world.write(".ssh/artcafe_agent.pub", &other.public_line());
        None
    }),
    broken("passphrase", "error", |world| {
        world.env.write("right.txt", "correct horse battery staple");
        world.env.write("wrong.txt", "wrong horse");
        let right = format!("file:{}", world.env.path("right.txt").display());
        let _ = world.env.run(&["key", "convert", "--key-format", "openssh", "--new-passphrase", &right]).expect(0);
        let wrong = format!("file:{}", world.env.path("wrong.txt").display());
        world.env.set("ARTCAFE_PASSPHRASE_SOURCE", &wrong);
        None
    }),
    broken("ssh-agent", "error", |world| {
        world.env.set("ARTCAFE_SSH_AGENT", "1");
        None
    }),
    built("key-algorithm", "note", || set_up_with(&["--algorithm", "ed25519"])),
    built("key-size", "warning", || set_up_with(&["--bits", "2048"])),
    broken("key-age", "warning", |world| {
        world.edit_memory(|memory| memory["registrations"][0]["registered_at"] = json!("2025-01-01T00:00:00Z"));
        None
    }),
    broken("shared-key", "warning", |world| {
        let text = world.read(".artcafe/config.yaml").replace(AGENT, OTHER_AGENT);
        world.env.write(".artcafe/profiles/other.yaml", &text);
        chmod(&world.env.path(".artcafe/profiles"), 0o700);
        None
    }),
];

pub(super) fn remove_key(world: &World) {
    fs::remove_file(world.env.key()).unwrap();
    fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
}

fn set_up_with(more: &[&str]) -> World {
    let world = World::empty(Dialect::Documented);
    let args: Vec<&str> = ["setup", "--agent-id", AGENT, "--json"].iter().chain(more).copied().collect();
    let _ = world.env.run(&args).expect(0);
    world
}

pub(super) fn git(folder: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder).env("HOME", folder).env_remove("GIT_DIR").stdin(Stdio::null());
    assert!(command.status().unwrap().success(), "git {args:?}");
}

/// The home that cannot be written shows only to somebody who is not root.
#[test]
fn a_home_that_cannot_be_written_turns_its_check() {
    let world = World::healthy();
    world.env.open_to_nobody();
    let before = crate::support::scenes::doctor::vector(&world.env.run_as_nobody(&["doctor", "--json"]));
    chmod(&world.env.path(".artcafe"), 0o500);
    let picture = crate::support::files::picture(&world.env.home());
    let after = crate::support::scenes::doctor::vector(&world.env.run_as_nobody(&["doctor", "--json"]));
    crate::support::scenes::doctor::only(&before, &after, "home", "warning").unwrap();
    assert_eq!(crate::support::files::picture(&world.env.home()), picture, "it wrote something");
    chmod(&world.env.path(".artcafe"), 0o700);
}

#[test]
fn a_key_that_git_tracks_is_an_error_and_an_ignored_one_is_fine() {
    let world = World::healthy();
    let status = || world.vector()["version-control"].clone();
    git(&world.env.home(), &["init", "--quiet"]);
    world.write(".gitignore", ".ssh/\n.artcafe/credentials.json\n");
    assert_eq!(status(), "ok");
    // The configuration has no secret in it and may be tracked.
    git(&world.env.home(), &["add", ".artcafe/config.yaml"]);
    assert_eq!(status(), "ok");
    git(&world.env.home(), &["add", "--force", ".ssh/artcafe_agent"]);
    // The object that git made of it holds the key.
    git(&world.env.home(), &["rm", "--quiet", "--cached", ".ssh/artcafe_agent"]);
    git(&world.env.home(), &["add", "--force", "--intent-to-add", ".ssh/artcafe_agent"]);
    git(&world.env.home(), &["prune"]);
    assert_eq!(status(), "error");
}

#[test]
fn it_answers_whatever_is_broken() {
    let mut env = TestEnv::new();
    let nothing = env.run(&["doctor", "--offline", "--json"]);
    assert_eq!(crate::support::scenes::doctor::vector(&nothing)["configuration"], "error");
    env.write(".artcafe/config.yaml", "a: [\n\u{1}");
    let broken = crate::support::scenes::doctor::vector(&env.run(&["doctor", "--offline", "--json"]));
    assert_eq!(broken["configuration-valid"], "error");
    assert_eq!(broken["key-file"], "skipped");
    env.set("ARTCAFE_HOME", "/dev/null");
    let no_directory = crate::support::scenes::doctor::vector(&env.run(&["doctor", "--offline", "--json"]));
    assert_eq!(no_directory["home"], "error", "{no_directory:?}");
    let both = env.run(&["doctor", "--offline", "--json", "--config", "a", "--profile", "b"]);
    assert_eq!(crate::support::scenes::doctor::vector(&both)["configuration-valid"], "error");
}
