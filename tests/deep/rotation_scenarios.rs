//! What befalls a rotation from outside, and what it leaves.
//!
//! | what happens | what it leaves |
//! |---|---|
//! | a person adds a comment to the configuration, in any phase | `--resume` and `--abort` end as ever, and the comment is kept |
//! | a person names another key in the configuration | refused (exit 5) and both keys stand, until the person's edit is taken back |
//! | the configuration is a symbolic link | the link stays, its target is replaced |
//! | the configuration belongs to another user, and root rotates | it keeps its owner |
//! | the configuration cannot be written | refused (exit 77) before anything is made |
//! | the configuration is JSON, or names neither file nor record | the same, and an abort restores every byte |
//! | the plan has room for exactly one more key | the rotation works; the next one is refused where revoked keys count |
//! | another profile names the key | it is not retired unasked, and an abort restores every byte |
//! | the administrator revokes the new key, or the old one | the message names the command that leads to the key that works |
//! | the server's or this machine's clock jumps | the grace is the server's; a rotation ends or can be gone on with |
//! | an abort dies right after it has proved the old key | `--resume` does not take that for another host |
//! | a registration is carried out long after its answer was lost | no duplicate after `--resume`, no orphan after `--abort` |
//!
//! Revocations in every phase, and a crash at each step of the way back, are edges of the model (`rotation_model`); a
//! hook that calls the program, and `sudo` with another user's key, are in `rotate_hook` and `rotate_memory`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::time::{Duration, Instant};

use artcafe::sandbox::{Dialect, Options};
use serde_json::Value;

use super::rotation_model::machine::{Machine, write};
use super::rotation_model::world::Command;
use super::support::files::{chmod, is_root};
use super::support::{AGENT, Run, Server, id_of};

/// One point in each phase.
const PHASES: [&str; 7] =
    ["planned", "generated", "register.after_request", "registered", "proven", "switched", "confirmed"];

/// What is left when the administrator or a person acts in a phase: killed there, acted on, gone on with.
fn in_phase(dialect: Dialect, point: &'static str) -> (Machine, Value) {
    let machine = Machine::new(dialect, &[]);
    let start = machine.picture();
    machine.killed_at(Command::Rotate, point);
    (machine, start)
}

fn config(machine: &Machine) -> String {
    fs::read_to_string(machine.env.config()).unwrap()
}

fn set_config(machine: &Machine, text: &str) {
    write(&machine.env.config(), text, 0o600);
}

fn active(machine: &Machine) -> usize {
    machine.server.keys().into_iter().filter(|record| record["revoked"] == false).count()
}

/// The program on another configuration than the default one.
fn run_with(machine: &Machine, path: &str, args: &[&str]) -> Run {
    machine.env.run(&[args, &["--config", path]].concat())
}

#[test]
fn a_comment_that_a_person_adds_in_any_phase_is_kept() {
    for (number, point) in PHASES.into_iter().enumerate() {
        let dialect = Dialect::ALL[number % 2];
        for command in [Command::Resume, Command::Abort] {
            let (machine, _) = in_phase(dialect, point);
            let edited = config(&machine).replace("auth: # mine\n", "auth: # mine and thine\n  # a line of its own\n");
            set_config(&machine, &(edited + "# at the end\n"));
            machine.run(command).expect(0);
            let text = config(&machine);
            for kept in ["# mine and thine\n  # a line of its own\n", "# this one", "zoo: kept\n# at the end\n"] {
                assert!(text.contains(kept), "{point} {command:?}: {text}");
            }
            assert_eq!(text.contains(&machine.old_id), command == Command::Abort, "{point}: {text}");
            machine.env.run(&["auth", "test"]).expect(0);
            assert_eq!(active(&machine), 1, "{point} {command:?}");
        }
    }
}

#[test]
fn another_key_that_a_person_names_stops_it_and_loses_nothing() {
    for (number, point) in PHASES.into_iter().enumerate() {
        let (machine, start) = in_phase(Dialect::ALL[number % 2], point);
        let before = config(&machine);
        let standing = active(&machine);
        set_config(
            &machine,
            &before.replace("private_key_path: ~/.ssh/artcafe_agent", "private_key_path: ~/.ssh/mine"),
        );
        for command in [Command::Resume, Command::Abort] {
            let failure = machine.run(command).expect(5).failure();
            assert_eq!(failure["code"], "DIFFERS", "{point} {command:?}");
            assert!(!failure["hint"].is_null(), "{point} {command:?}");
        }
        assert!(active(&machine) >= standing, "{point}");
        set_config(&machine, &before);
        machine.env.run(&["auth", "test"]).expect(0);
        // The abort was begun, so that is what is finished.
        machine.run(Command::Abort).expect(0);
        assert_eq!(machine.violations(&start, "before"), [""; 0], "{point}");
    }
}

#[test]
fn a_symbolic_link_to_the_configuration_stays() {
    for command in [Command::Rotate, Command::Abort] {
        let machine = Machine::new(Dialect::Documented, &[]);
        let real = machine.env.path("dotfiles.yaml");
        fs::rename(machine.env.config(), &real).unwrap();
        symlink("../dotfiles.yaml", machine.env.config()).unwrap();
        let before = fs::read_to_string(&real).unwrap();
        if command == Command::Abort {
            machine.killed_at(Command::Rotate, "switched");
        }
        machine.run(command).expect(0);
        assert_eq!(fs::read_link(machine.env.config()).unwrap().to_str(), Some("../dotfiles.yaml"));
        assert_eq!(fs::read_to_string(&real).unwrap() == before, command == Command::Abort);
        machine.env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn a_configuration_of_another_user_keeps_its_owner() {
    assert!(is_root(), "only root can give a file away: run this test as root");
    for command in [Command::Rotate, Command::Abort] {
        let machine = Machine::new(Dialect::AsBuilt, &[]);
        chown(machine.env.config(), Some(1000), Some(1000)).unwrap();
        chmod(&machine.env.config(), 0o640);
        if command == Command::Abort {
            machine.killed_at(Command::Rotate, "switch.after_write");
        }
        machine.run(command).expect(0);
        let found = fs::metadata(machine.env.config()).unwrap();
        assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (1000, 1000, 0o640), "{command:?}");
        machine.env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn a_configuration_that_cannot_be_written_is_refused_before_anything_is_made() {
    let machine = Machine::new(Dialect::Documented, &[]);
    machine.env.open_to_nobody();
    let folder = machine.env.root().join("system");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("artcafe.yaml");
    fs::rename(machine.env.config(), &path).unwrap();
    if is_root() {
        chown(&path, Some(0), Some(0)).unwrap();
    }
    chmod(&path, 0o644);
    chmod(&folder, 0o555);
    let names = || {
        let mut names: Vec<_> =
            fs::read_dir(machine.env.path(".ssh")).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let (before, files) = (fs::read_to_string(&path).unwrap(), names());
    let path_text = path.to_str().unwrap();
    machine.env.run_as_nobody(&["auth", "test", "--config", path_text]).expect(0);
    let failure = machine.env.run_as_nobody(&["key", "rotate", "--json", "--config", path_text]).expect(77).failure();
    assert!(failure["message"].as_str().unwrap().contains("system"), "{failure}");
    assert_eq!((fs::read_to_string(&path).unwrap(), names()), (before, files));
    assert_eq!(machine.server.keys().len(), 1);
    assert!(machine.journal().is_none());
    machine.env.run_as_nobody(&["auth", "test", "--config", path_text]).expect(0);
    chmod(&folder, 0o755);
}

#[test]
fn a_configuration_in_json_comes_back_to_the_byte() {
    for point in ["switch.after_write", "confirmed"] {
        let machine = Machine::new(Dialect::Documented, &[]);
        // One that names neither file nor record finds both by itself; what an undo must take away was never there.
        for names_key in [true, false] {
            let key = format!(
                "\"ssh_key\" : {{\"private_key_path\":\"~/.ssh/artcafe_agent\",  \"key_id\": \"{}\"}},",
                machine.old_id
            );
            let text = format!(
                "{{ \"zoo\": [1,  2],\n\t\"api\": {{\"endpoint\": \"{}\"}},\n \"auth\": {{ \"agent_id\":\"{AGENT}\", {} \"tenant_id\":\n\"{}\" }} }}",
                machine.server.url(),
                if names_key { key.as_str() } else { "" },
                machine.server.tenant()
            );
            let path = machine.env.write(&format!("names-{names_key}.json"), &text);
            if !names_key {
                // The record's id is remembered from a registration.
                let mut env = machine.env.clone();
                env.set("ARTCAFE_TOKEN", machine.server.token());
                env.run(&["key", "register", "--config", &path]).expect(0);
                write(std::path::Path::new(&path), &text, 0o600);
            }
            let mut command = machine.env.command(&["key", "rotate", "--config", &path]);
            let status =
                command.env("ARTCAFE_TEST_KILL_AT", point).stdin(std::process::Stdio::null()).status().unwrap();
            assert_eq!(status.code(), None, "{point} {names_key}");
            assert_ne!(fs::read_to_string(&path).unwrap(), text);
            run_with(&machine, &path, &["auth", "test"]).expect(0);
            run_with(&machine, &path, &["key", "rotate", "--abort"]).expect(0);
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "{point}");
            run_with(&machine, &path, &["auth", "test"]).expect(0);
            assert_eq!(active(&machine), 1);
        }
    }
}

#[test]
fn room_for_exactly_one_more_key_is_enough() {
    for dialect in Dialect::ALL {
        let tenants = vec!["Small:free".parse().unwrap()];
        let server = Server::start_with(Options { dialect, tenants, ..Options::default() });
        let machine = Machine::on(server, dialect);
        let public = fs::read_to_string(machine.env.path(".ssh/artcafe_agent.pub")).unwrap();
        // The plan allows five.
        for number in 0..3 {
            machine.server.register(&format!("other-{number}"), public.trim());
        }
        machine.run(Command::Rotate).expect(0);
        let again = machine.run(Command::Rotate);
        match dialect {
            // The revoked record counts.
            Dialect::Documented => assert_eq!(again.expect(5).code_name(), "PLAN_LIMIT"),
            Dialect::AsBuilt => drop(again.expect(0)),
        }
        assert!(machine.journal().is_none());
        machine.env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn a_key_of_two_profiles_can_be_had_back() {
    let machine = Machine::new(Dialect::Documented, &[]);
    machine.env.write(".artcafe/profiles/second.yaml", &config(&machine));
    let start = machine.picture();
    assert_eq!(machine.run(Command::Rotate).expect(5).code_name(), "DIFFERS");
    assert_eq!(machine.violations(&start, "standing"), [""; 0]);
    machine.env.run(&["auth", "test", "--profile", "second"]).expect(0);
    machine.run(Command::Abort).expect(0);
    assert_eq!(machine.violations(&start, "before"), [""; 0]);
}

#[test]
fn a_revoked_key_is_told_with_the_way_to_the_one_that_works() {
    for point in ["register.after_request", "registered", "proven", "switched", "confirmed", "retire.before_request"] {
        for dialect in Dialect::ALL {
            let (machine, start) = in_phase(dialect, point);
            if dialect == Dialect::AsBuilt && point == "register.after_request" {
                // What was deleted before it was seen is registered again, and nobody can tell.
                continue;
            }
            machine.take_away(&id_of(&machine.new_records()[0]));
            let failure = machine.run(Command::Resume).expect(4).failure();
            assert!(failure["hint"].as_str().unwrap().contains("--abort"), "{point}: {failure}");
            machine.run(Command::Abort).expect(0);
            assert_eq!(machine.violations(&start, "before"), [""; 0], "{point}");
        }
    }
    for point in ["registered", "switched", "back.journalled", "back.configured"] {
        let is_back = point.starts_with("back.");
        let (machine, start) = in_phase(Dialect::Documented, if is_back { "switched" } else { point });
        if is_back {
            machine.killed_at(Command::Abort, point);
        }
        machine.take_away(&machine.old_id);
        let failure = machine.run(Command::Abort).expect(5).failure();
        assert!(failure["hint"].as_str().unwrap().contains("artcafe key rotate --resume"), "{point}: {failure}");
        machine.run(Command::Resume).expect(0);
        assert_eq!(machine.violations(&start, "retired"), [""; 0], "{point}");
    }
    // Before the new key is registered only an administrator can help.
    let (mut machine, start) = in_phase(Dialect::Documented, "generated");
    machine.take_away(&machine.old_id);
    let failure = machine.run(Command::Resume).expect(4).failure();
    assert!(failure["hint"].as_str().unwrap().contains("artcafe auth login"), "{failure}");
    let token = machine.server.token().to_owned();
    machine.env.set("ARTCAFE_TOKEN", &token);
    machine.run(Command::Resume).expect(0);
    assert_eq!(machine.violations(&start, "retired"), [""; 0]);
}

#[test]
fn the_grace_is_measured_on_the_servers_clock() {
    // The server's clock jumps when the rotation has stopped.
    for (jump, ends) in [("+2h", true), ("-2h", false)] {
        let mut machine = Machine::new(Dialect::Documented, &[]);
        machine.env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
        let requests = machine.server.requests().len();
        machine = Machine::new(Dialect::Documented, &[format!("*=skew:{jump}@{}", requests + 1)]);
        machine.env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
        let finish = machine.env.run(&["key", "rotate", "--finish", "--json"]);
        if ends {
            assert_eq!(finish.expect(0).data()["phase"], "retired");
        } else {
            assert_eq!(finish.expect(75).code_name(), "GRACE_RUNNING");
        }
        machine.env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn a_clock_that_jumps_within_a_rotation_costs_no_key() {
    let machine = Machine::new(Dialect::Documented, &[]);
    machine.run(Command::Rotate).expect(0);
    let requests = machine.server.requests().len();
    for jump in ["+2h", "-2h"] {
        for number in 2..=requests {
            let machine = Machine::new(Dialect::Documented, &[format!("*=skew:{jump}@{number}")]);
            let start = machine.picture();
            let run = machine.run(Command::Rotate);
            assert_eq!(machine.violations(&start, "standing"), [""; 0], "{jump} at {number}: {run:?}");
            if run.code != 0 && machine.journal().is_some() {
                let run = machine.run(Command::Resume);
                assert_eq!(run.code, 0, "{jump} at {number}: {run:?}");
            }
            machine.env.run(&["auth", "test"]).expect(0);
            assert_eq!(active(&machine), 1, "{jump} at {number}: {run:?}");
        }
    }
}

#[test]
fn an_abort_that_dies_after_its_proof_is_no_other_host() {
    // The old key is proved by the abort; then its answer is lost.
    let machine = Machine::new(Dialect::Documented, &["POST /auth/verify=close-after@4x3".to_owned()]);
    let start = machine.picture();
    machine.killed_at(Command::Rotate, "switched");
    std::thread::sleep(Duration::from_millis(3500));
    assert_ne!(machine.run(Command::Abort).code, 0);
    machine.run(Command::Resume).expect(0);
    assert_eq!(machine.violations(&start, "retired"), [""; 0]);
}

/// The registration is answered with 504 at once and carried out after this long.
const LATE: Duration = Duration::from_secs(11);

/// A rotation whose registration is under way, and since when.
fn under_way(dialect: Dialect) -> (Machine, Value, Instant) {
    let machine = Machine::new(dialect, &[format!("POST /ssh-keys=late:{}s@2x1", LATE.as_secs())]);
    let start = machine.picture();
    let run = machine.run(Command::Rotate);
    assert!([69, 75].contains(&run.code), "{run:?}");
    (machine, start, Instant::now())
}

fn arrived(machine: &Machine, records: usize) {
    let patience = Instant::now() + 3 * LATE;
    while machine.new_records().len() < records {
        assert!(Instant::now() < patience, "the late registration never came");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_late_registration_leaves_no_orphan_after_an_abort() {
    let (machine, start, _) = under_way(Dialect::Documented);
    assert_eq!(machine.run(Command::Abort).expect(6).code_name(), "PARTLY_DONE");
    assert_eq!(machine.violations(&start, "standing"), [""; 0]);
    arrived(&machine, 1);
    machine.run(Command::Abort).expect(0);
    assert_eq!(machine.violations(&start, "before"), [""; 0]);
}

#[test]
fn a_late_registration_beside_a_second_one_leaves_no_orphan_after_an_abort() {
    let (machine, start, _) = under_way(Dialect::AsBuilt);
    machine.killed_at(Command::Resume, "registered");
    // One is seen and deleted; the other may still come.
    assert_eq!(machine.run(Command::Abort).expect(6).code_name(), "PARTLY_DONE");
    arrived(&machine, 1);
    machine.run(Command::Abort).expect(0);
    assert_eq!(machine.violations(&start, "before"), [""; 0]);
}

#[test]
fn a_late_registration_leaves_no_duplicate_after_a_resume() {
    let (machine, start, _) = under_way(Dialect::Documented);
    machine.killed_at(Command::Resume, "proven");
    arrived(&machine, 2);
    machine.run(Command::Resume).expect(0);
    assert_eq!(machine.violations(&start, "retired"), [""; 0]);
}
