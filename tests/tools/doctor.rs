//! `doctor` beside a real ssh-agent, and on a disk that is full.

use std::fs;
use std::process::{Child, Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::AGENT;
use super::support::files::SmallDisk;
use super::support::scenes::doctor::{World, ended, only, vector};

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
fn a_full_disk_turns_its_check_and_no_other() {
    let mut world = World::healthy();
    let before = world.vector();
    let place = world.env.path("small");
    let disk = SmallDisk::mount(&place, 2048);
    disk.fill(100);
    world.env.set("ARTCAFE_KEY_DIR", place.to_str().unwrap());
    only(&before, &world.vector(), "disk-space", "error").unwrap();
}
