//! Where an identity got into a corner, the hint leads out: each is followed here to the letter.

use std::fs;
use std::path::PathBuf;

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::support::screen::assert_screen;
use super::support::{AGENT, Server, TestEnv};

/// An agent that works with its own key alone, and the same with an administrator's token.
fn proven() -> (Server, TestEnv, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let administrator = TestEnv::with(&server);
    administrator.set_up();
    let mut env = administrator.clone();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env, administrator)
}

fn working(server: &Server) -> usize {
    server.keys().iter().filter(|record| record["revoked"] == false).count()
}

/// Runs the first command that a hint names in backticks, and says which.
#[track_caller]
fn follow(env: &TestEnv, hint: &Value, begins: &str) -> String {
    let hint = hint.as_str().unwrap();
    let command = hint.split('`').skip(1).step_by(2).find(|text| text.starts_with(begins));
    let command = command.unwrap_or_else(|| panic!("no `{begins}…` in: {hint}")).to_owned();
    let shell = env.command(&[]);
    let program = PathBuf::from(shell.get_program());
    let mut process = std::process::Command::new("/bin/sh");
    process.args(["-c", &command]).current_dir(shell.get_current_dir().unwrap()).env_clear();
    for (name, value) in shell.get_envs() {
        process.env(name, value.unwrap());
    }
    // The installed program is found by its name.
    let found = format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().unwrap().display());
    let output = process.env("PATH", found).stdin(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success(), "`{command}`: {output:?}");
    command
}

#[test]
fn a_rotated_key_that_was_revoked_is_replaced_by_following_the_hints() {
    let (server, env, administrator) = proven();
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["key", "revoke", "--current", "--allow-last", "--yes"]).expect(0);
    let failure = administrator.run(&["setup", "--json"]).expect(4).failure();
    assert_eq!(failure["code"], "KEY_REVOKED");
    follow(&administrator, &failure["hint"], "artcafe key generate --overwrite");
    administrator.run(&["setup"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
    // The same by what the documentation says, which names no file.
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["key", "revoke", "--current", "--allow-last", "--yes"]).expect(0);
    let made = administrator.run(&["key", "generate", "--overwrite", "--bits", "2048", "--json"]).expect(0).data();
    assert!(!fs::symlink_metadata(made["backup_path"].as_str().unwrap()).unwrap().is_symlink(), "{made}");
    administrator.run(&["setup"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
    assert_eq!(working(&server), 1);
    // The plain name still leads to the key that is in force.
    assert_eq!(
        fs::read_link(env.key()).unwrap().file_name().unwrap(),
        PathBuf::from(made["private_key_path"].as_str().unwrap()).file_name().unwrap()
    );
}

#[test]
fn a_key_that_an_open_rotation_needs_is_not_overwritten() {
    let (_server, env, _) = proven();
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    assert_eq!(env.run(&["key", "generate", "--overwrite", "--json"]).expect(5).code_name(), "ROTATION_OPEN");
    let old = env.key();
    let run = env.run(&["key", "generate", "--overwrite", "--json", "--output", old.to_str().unwrap()]);
    assert_eq!(run.expect(5).code_name(), "ROTATION_OPEN");
    env.run(&["key", "rotate", "--abort"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_key_is_generated_where_the_configuration_says() {
    let env = TestEnv::new();
    env.run(&["config", "init", "--agent-id", AGENT, "--tenant-id", "t"]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.private_key_path", "~/keys/mine"]).expect(0);
    let made = env.run(&["key", "generate", "--bits", "2048", "--json"]).expect(0).data();
    assert_eq!(made["private_key_path"], env.path("keys/mine").to_str().unwrap());
    // A configuration that cannot be read names no place.
    fs::write(env.config(), "auth: [").unwrap();
    let made = env.run(&["key", "generate", "--bits", "2048", "--json"]).expect(0).data();
    assert_eq!(made["private_key_path"], env.key().to_str().unwrap());
}

#[test]
fn an_abort_that_is_refused_has_turned_nothing() {
    let (server, env, _) = proven();
    let first = fs::read_to_string(env.config()).unwrap();
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    let switched = fs::read_to_string(env.config()).unwrap();
    // Two rotations old: it names neither of the two keys.
    fs::write(env.config(), &first).unwrap();
    let failure = env.run(&["key", "rotate", "--abort", "--json"]).expect(5).failure();
    assert_eq!(failure["code"], "DIFFERS");
    let status = env.run(&["key", "rotate", "--status", "--json"]).expect(0).data();
    assert_eq!(
        (&status["outcome"], &status["direction"], &status["configuration_names"]),
        (&"in_grace".into(), &"forward".into(), &"another".into()),
        "{status}"
    );
    assert_screen(
        &env,
        &env.run(&["key", "rotate", "--status"]),
        snapbox::str![[r#"
the configuration names another key; next: artcafe config relink
new key  [ID] [FINGERPRINT]
file     [ROOT]/user/.ssh/artcafe_agent.[STAMP]
old key  [ID] stays until [DATE] [CLOCK] UTC
next: artcafe key rotate --finish, after that time

"#]],
    );
    follow(&env, &failure["hint"], "artcafe config relink");
    assert_eq!(fs::read_to_string(env.config()).unwrap(), switched);
    // And so the way forward is still open.
    env.run(&["key", "rotate", "--resume"]).expect(0);
    env.run(&["key", "rotate", "--abort"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
    assert_eq!(working(&server), 1);
}

#[test]
fn a_rotation_that_is_being_undone_says_so() {
    let (_server, env, _) = proven();
    let mut command = env.command(&["key", "rotate", "--grace", "1h"]);
    assert!(command.stdout(std::process::Stdio::null()).status().unwrap().success());
    let mut command = env.command(&["key", "rotate", "--abort"]);
    command.env("ARTCAFE_TEST_KILL_AT", "back.journalled").status().unwrap();
    let status = env.run(&["key", "rotate", "--status", "--json"]).expect(0).data();
    assert_eq!((&status["outcome"], &status["configuration_names"]), (&"being_undone".into(), &"new".into()));
    assert_eq!(status["old_private_key_path"], env.key().to_str().unwrap());
    assert_screen(
        &env,
        &env.run(&["key", "rotate", "--status"]),
        snapbox::str![[r#"
being undone, back to the old key ([ID], [ROOT]/user/.ssh/artcafe_agent); the configuration names the new key
next: artcafe key rotate --abort

"#]],
    );
    let undone = env.run(&["key", "rotate", "--abort", "--json"]).expect(0).data();
    assert_eq!((&undone["outcome"], &undone["configuration_names"]), (&"undone".into(), &"old".into()));
}

#[test]
fn a_configuration_that_is_lost_during_a_rotation_is_written_anew_from_its_journal() {
    for (kill, end) in
        [(None, "--resume"), (None, "--abort"), (Some("registered"), "--resume"), (Some("registered"), "--abort")]
    {
        let (server, env, _) = proven();
        env.run(&["key", "rotate"]).expect(0);
        match kill {
            None => drop(env.run(&["key", "rotate", "--post-switch", "rm -f \"$ARTCAFE_HOOK_CONFIG\""])),
            Some(point) => {
                let mut command = env.command(&["key", "rotate"]);
                command.env("ARTCAFE_TEST_KILL_AT", point).status().unwrap();
                fs::remove_file(env.config()).unwrap();
            }
        }
        assert!(!env.config().exists());
        let asked = server.requests().len();
        for way in ["--abort", "--resume"] {
            let failure = env.run(&["key", "rotate", way, "--json"]).expect(3).failure();
            assert_eq!(failure["code"], "FILE_MISSING", "{kill:?} {way}: {failure}");
            assert!(failure["hint"].as_str().unwrap().contains("artcafe config relink"), "{failure}");
            if way == "--abort" {
                assert_eq!(server.requests().len(), asked, "{kill:?}: nothing has to be asked to say so");
            }
        }
        follow(&env, &"`artcafe config relink`".into(), "artcafe config relink");
        env.run(&["auth", "test"]).expect(0);
        env.run(&["key", "rotate", end]).expect(0);
        if kill.is_some() {
            env.run(&["auth", "test"]).expect(0);
        }
        assert_eq!(working(&server), 1, "{kill:?} {end}");
    }
}

#[test]
fn a_rotation_goes_on_at_its_own_server_alone() {
    let (server, mut env, _) = proven();
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    let other = Server::start(Dialect::Documented, &[]);
    env.set("ARTCAFE_API_ENDPOINT", other.url());
    for way in ["--resume", "--abort", "--finish"] {
        assert_eq!(env.run(&["key", "rotate", way, "--json"]).expect(5).code_name(), "DIFFERS", "{way}");
    }
    env.unset("ARTCAFE_API_ENDPOINT");
    assert_eq!(other.requests().len(), 0);
    env.run(&["key", "rotate", "--abort"]).expect(0);
    assert_eq!(working(&server), 1);
}

#[test]
fn a_configuration_that_names_the_plain_link_means_the_file_behind_it() {
    let (server, env, administrator) = proven();
    env.run(&["key", "rotate"]).expect(0);
    let dated = env.path(".ssh").join(fs::read_link(env.key()).unwrap());
    fs::remove_file(env.config()).unwrap();
    administrator.run(&["setup", "--agent-id", AGENT]).expect(0);
    assert!(fs::read_to_string(env.config()).unwrap().contains("~/.ssh/artcafe_agent\""));
    let before = fs::read_to_string(env.config()).unwrap();
    // Back, and forward.
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    env.run(&["key", "rotate", "--abort"]).expect(0);
    assert_eq!(fs::read_to_string(env.config()).unwrap(), before);
    env.run(&["auth", "test"]).expect(0);
    // A configuration written anew by hand in the meantime names the old key through the link.
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    fs::write(env.config(), &before).unwrap();
    env.run(&["key", "rotate", "--abort"]).expect(0);
    env.run(&["key", "rotate"]).expect(0);
    assert!(!dated.exists(), "the retired key's file is gone");
    env.run(&["auth", "test"]).expect(0);
    assert_eq!((working(&server), fs::read_dir(env.path(".ssh")).unwrap().count()), (1, 4));
}

#[test]
fn a_journal_that_is_damaged_is_given_up_as_its_hint_says() {
    let (server, env, administrator) = proven();
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    let journal = fs::read_dir(env.path(".artcafe/state/rotations")).unwrap().next().unwrap().unwrap().path();
    let current = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned();
    for damage in ["", "{\"version\": 1", "garbage"] {
        fs::write(&journal, damage).unwrap();
        assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).warnings(), ["rotation_unreadable"], "{damage}");
        env.run(&["auth", "token"]).expect(0);
        assert_eq!(env.run(&["key", "rotate", "--dry-run", "--json"]).expect(78).code_name(), "CONFIG_INVALID");
    }
    let failure = env.run(&["key", "rotate", "--resume", "--json"]).expect(78).failure();
    follow(&env, &failure["hint"], "mv ");
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).warnings(), [""; 0]);
    // What is left is listed, and can be ended by its id.
    let listed = env.run(&["key", "list", "--json"]).expect(0).data()["keys"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    let left = listed.iter().map(super::support::id_of).find(|id| *id != current).unwrap();
    administrator.run(&["key", "revoke", &left, "--yes"]).expect(0);
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
    assert_eq!(working(&server), 1);
}

#[test]
fn a_dry_run_of_what_would_be_refused_is_refused() {
    let (_server, env, _) = proven();
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    assert_eq!(env.run(&["key", "rotate", "--dry-run", "--json"]).expect(5).code_name(), "ROTATION_OPEN");
}

#[test]
fn a_flag_that_would_have_no_effect_is_refused() {
    let (_server, env, _) = proven();
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    for flags in [
        &["--resume", "--grace", "3h"][..],
        &["--finish", "--keep-old"],
        &["--resume", "--algorithm", "rsa"],
        &["--abort", "--also"],
        &["--status", "--accept-agent-record"],
        &["--resume", "--post-switch-timeout", "9s"],
    ] {
        let failure = env.run(&[&["key", "rotate", "--json"][..], flags].concat()).expect(2).failure();
        assert!(failure["message"].as_str().unwrap().contains("has no effect"), "{flags:?}: {failure}");
    }
    env.run(&["key", "rotate", "--resume", "--also", "--post-switch", "true"]).expect(0);
}

#[test]
fn a_proof_that_is_asked_for_quietly_says_nothing() {
    let (_server, env, _) = proven();
    assert_eq!(env.run(&["auth", "test", "--quiet"]).expect(0).all(), "");
    env.run(&["auth", "test", "--quiet", "--json"]).expect(0).data();
    env.run(&["config", "set", "auth.ssh_key.key_id", "another-id"]).expect(0);
    assert_screen(
        &env,
        &env.run(&["auth", "test", "--quiet"]),
        snapbox::str![[r#"
✓ challenge  POST /auth/agent/challenge [N] ms
✓ sign       on this machine [N] ms
✗ verify     POST /auth/verify [N] ms
not proven: agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER]
the server does not accept the key: it is not registered under its key id, was revoked, or belongs to another agent
caused by: the server answered 401 to POST /auth/verify
the answer was: Invalid signature
hint: an administrator's token tells which: `artcafe auth login`, then `artcafe auth test` again
--- exit code 4

"#]],
    );
}

#[test]
fn a_failure_in_a_rotation_names_what_goes_on_with_it() {
    // The registration fails at the server: the same command would be refused, since a rotation is open by then.
    let server = Server::start(Dialect::Documented, &["POST /ssh-keys=503@2x9"]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_RETRIES", "0");
    env.set_up();
    let failure = env.run(&["key", "rotate", "--json"]).expect(69).failure();
    let hint = failure["hint"].as_str().unwrap();
    assert!(hint.contains("`artcafe key rotate --resume`") && !hint.contains("same command"), "{failure}");
    let mut told = 0;
    for write in (15..75).step_by(6) {
        let (_server, env, _) = proven();
        let mut command = env.command(&["key", "rotate", "--json"]);
        command.env("ARTCAFE_TEST_FAIL", format!("{write}+:enospc")).stdin(std::process::Stdio::null());
        let run = super::support::Run::of(command.output().unwrap());
        if run.code != 0 && !env.run(&["key", "rotate", "--status", "--json"]).expect(0).data().is_null() {
            let failure = run.failure();
            let hint = failure["hint"].as_str().unwrap();
            assert!(hint.contains("`artcafe key rotate --resume`") && !hint.contains("same command"), "{failure}");
            env.run(&["key", "rotate", "--resume"]).expect(0);
            told += 1;
        }
        env.run(&["auth", "test"]).expect(0);
    }
    assert!(told > 3, "{told}");
}

#[test]
fn a_record_that_was_deleted_is_not_called_revoked() {
    let (server, _, administrator) = proven();
    let spare = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea spare";
    let id = server.register(AGENT, spare);
    administrator.run(&["key", "delete", &id, "--yes"]).expect(0);
    let again = administrator.run(&["key", "revoke", &id, "--yes", "--json"]).expect(0).data();
    assert_eq!(again["outcome"], "already_deleted", "{again}");
    let failure = administrator.run(&["key", "delete", "--current", "--yes", "--json"]).expect(2).failure();
    assert!(failure["hint"].as_str().unwrap().contains("auth.ssh_key.key_id"), "{failure}");
}

#[test]
fn an_older_configuration_is_seen_by_everything_that_looks() {
    let (server, env, administrator) = proven();
    let first = fs::read_to_string(env.config()).unwrap();
    let first_id = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned();
    env.run(&["key", "rotate"]).expect(0);
    let second = fs::read_to_string(env.config()).unwrap();
    env.run(&["key", "rotate"]).expect(0);
    let third = fs::read_to_string(env.config()).unwrap();
    let current = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned();
    // The first names the plain name, which is a link by now; the second a file that is gone.
    for old in [&first, &second] {
        fs::write(env.config(), old).unwrap();
        let status = env.run(&["status", "--json"]).expect(0).data();
        assert_eq!(
            (&status["next"], &status["superseded_by"]["key_id"]),
            (&"artcafe config relink".into(), &current.as_str().into())
        );
        let seen = env.run(&["status"]);
        if old == &first {
            assert_screen(
                &env,
                &seen,
                snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml
key           [ROOT]/user/.ssh/artcafe_agent (rsa 2048, 0 days old)
fingerprint   [FINGERPRINT]
registration  key id [ID], registered [TIME]; the configuration names key id [ID]
superseded    an older configuration: the key was replaced on [TIME], by [ROOT]/user/.ssh/artcafe_agent.[STAMP] ([ID])
admin login   none
next          artcafe config relink

"#]],
            );
        } else {
            assert_screen(
                &env,
                &seen,
                snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml
key           there is no key file `[ROOT]/user/.ssh/artcafe_agent.[STAMP]`
registration  key id [ID], as configured
superseded    an older configuration: the key was replaced on [TIME], by [ROOT]/user/.ssh/artcafe_agent.[STAMP] ([ID])
admin login   none
next          artcafe config relink

"#]],
            );
        }
        for args in [
            &["key", "needs-rotation", "--json"][..],
            &["key", "rotate", "--if-due", "--json"],
            &["key", "rotate", "--json"],
            &["key", "revoke", "--current", "--allow-last", "--yes", "--json"],
        ] {
            let run = env.run(args);
            assert_eq!(run.code, if args[1] == "needs-rotation" { 255 } else { 4 }, "{args:?}: {run:?}");
            let failure = run.failure();
            assert_eq!(failure["code"], "KEY_SUPERSEDED", "{args:?}: {failure}");
            assert!(failure["hint"].as_str().unwrap().contains("artcafe config relink"), "{args:?}: {failure}");
        }
        if old == &first {
            let failure = env.run(&["key", "rotate", "--json"]).failure();
            assert!(
                failure["message"].as_str().unwrap().contains(&format!("it was {first_id}, and is {current} now")),
                "{failure}"
            );
            let entry = env.run(&["key", "status", "--check", "--json"]).expect(7).data()["keys"][0].clone();
            assert_eq!(
                (&entry["needs_attention"], &entry["standing"]["superseded_by"]["key_id"]),
                (&true.into(), &current.as_str().into())
            );
            assert_screen(
                &env,
                &env.run(&["key", "status"]),
                snapbox::str![[r#"
configuration [ROOT]/user/.artcafe/config.yaml
agent         prod-data-processor-01
key           [ROOT]/user/.ssh/artcafe_agent (rsa 2048, pem)
age           0 days, from [DATE] [CLOCK] UTC (registered, as this machine remembers)
registration  refused, key id [ID]
              `[ROOT]/user/.artcafe/config.yaml` names a key that was replaced on [TIME]: it was [ID], and is [ID] now: the server does not accept the key: it is not registered under its key id, was revoked, or belongs to another agent: the server answered 401 to POST /auth/verify
superseded    an older configuration: the key was replaced on [TIME], by [ROOT]/user/.ssh/artcafe_agent.[STAMP], key id [ID]
window opens  [DATE] [CLOCK] UTC
due           [DATE] [CLOCK] UTC
verdict       fresh by its age, but it cannot authenticate
next          artcafe config relink

"#]],
            );
        } else {
            // No other key is made and registered beside the one that is in force.
            let failure = administrator.run(&["setup", "--json"]).expect(4).failure();
            assert_eq!(failure["code"], "KEY_SUPERSEDED");
        }
        // Not even with an administrator's token.
        assert_eq!(administrator.run(&["key", "rotate", "--json"]).expect(4).code_name(), "KEY_SUPERSEDED");
        assert_eq!(working(&server), 1);
        follow(&env, &env.run(&["key", "rotate", "--json"]).failure()["hint"], "artcafe config relink");
        assert_eq!(fs::read_to_string(env.config()).unwrap(), third);
    }
    env.run(&["key", "needs-rotation"]).expect(1);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_new_beginning_is_not_taken_for_an_older_configuration() {
    let (_server, env, administrator) = proven();
    env.run(&["key", "rotate"]).expect(0);
    administrator.run(&["deregister", "--yes"]).expect(0);
    administrator.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    assert!(env.run(&["status", "--json"]).expect(0).data()["superseded_by"].is_null());
    env.run(&["config", "unset", "auth.ssh_key.key_id"]).expect(0);
    assert!(env.run(&["status", "--json"]).expect(0).data()["superseded_by"].is_null());
    env.run(&["key", "needs-rotation"]).expect(1);
}

#[test]
fn an_agent_whose_record_carries_its_key_is_told_before_a_timer_meets_it() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let args = ["setup", "--agent-name", "prod-web-01", "--bits", "2048", "--json"];
    assert_eq!(env.run(&args).expect(0).warnings(), ["agent_record_key"]);
    assert_eq!(env.run(&args).expect(0).warnings(), ["agent_record_key"]);
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    for command in [&["key", "status", "--json"][..], &["key", "status", "--offline", "--json"]] {
        let run = env.run(command).expect(0);
        assert_eq!(run.warnings(), ["agent_record_key"], "{command:?}");
        assert_eq!(run.data()["keys"][0]["standing"]["on_agent_record"], true);
    }
    assert_eq!(env.run(&["key", "needs-rotation", "--json"]).expect(1).warnings(), ["agent_record_key"]);
    let units = env.run(&["service", "install", "--print", "--json"]).expect(0);
    assert_eq!(units.warnings(), ["agent_record_key"]);
    let units = env.run(&["service", "install", "--print", "--accept-agent-record", "--json"]).expect(0);
    assert_eq!(units.warnings(), [""; 0]);
    let text = units.data()["units"][0]["text"].as_str().unwrap().to_owned();
    let start = text.lines().find_map(|line| line.strip_prefix("ExecStart=:")).unwrap();
    // A key that is due is replaced by that command, and not without the flag.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    env.set("ARTCAFE_ROTATION_AFTER", "1s");
    assert_eq!(env.run(&["key", "rotate", "--if-due", "--json"]).expect(5).code_name(), "AGENT_RECORD_KEY");
    let words: Vec<&str> = start.split(' ').skip(1).collect();
    env.run(&words).expect(0);
    env.unset("ARTCAFE_ROTATION_AFTER");
    // The new key is on no agent's record.
    let run = env.run(&["key", "status", "--json"]).expect(0);
    assert_eq!((run.warnings().len(), &run.data()["keys"][0]["standing"]["on_agent_record"]), (0, &false.into()));
    env.run(&["key", "rotate"]).expect(0);
}

#[test]
fn a_damaged_memory_stops_no_reader_that_can_do_without() {
    let (server, env, administrator) = proven();
    let memory = env.path(".artcafe/state/registrations.json");
    fs::write(&memory, "{\"registrations\": [").unwrap();
    for command in [&["auth", "test", "--json"][..], &["auth", "token", "--fresh", "--json"], &["status", "--json"]] {
        assert_eq!(env.run(command).expect(0).warnings(), ["memory_unreadable"], "{command:?}");
    }
    // A variable that says the same as the file leads nowhere else.
    assert_eq!(administrator.run(&["auth", "test", "--json"]).expect(0).warnings(), ["memory_unreadable"]);
    // Where the endpoint is another one, only the memory says whether the key belongs there.
    let requests = server.requests().len();
    let elsewhere = server.url().replace("127.0.0.1", "localhost");
    let run = administrator.run(&["auth", "test", "--json", "--api-endpoint", &elsewhere]).expect(78);
    assert_eq!(run.code_name(), "CONFIG_INVALID");
    assert_eq!(server.requests().len(), requests);
    // Nothing is made that could not be remembered.
    let failure = env.run(&["key", "rotate", "--json"]).expect(78).failure();
    assert_eq!((server.keys().len(), env.path(".artcafe/state/rotations").exists()), (1, false));
    follow(&env, &failure["hint"], "mv ");
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).warnings(), [""; 0]);
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_directory_that_somebody_else_made_is_made_durable_first() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    for folder in [".artcafe", ".ssh"] {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().mode(0o700).create(env.path(folder)).unwrap();
    }
    let log = env.root().join("points");
    let mut command = env.command(&["setup", "--agent-id", AGENT, "--bits", "2048"]);
    command.env("ARTCAFE_TEST_POINTS", &log).stdin(std::process::Stdio::null());
    assert!(command.output().unwrap().status.success());
    let points = fs::read_to_string(log).unwrap();
    let name = format!("fsync-directory {}\n", env.home().display());
    let (synced, made) = (points.find(&name), points.find("artcafe_agent"));
    assert!(synced.is_some() && synced < made, "{points}");
}
