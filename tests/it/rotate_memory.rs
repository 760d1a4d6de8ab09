//! What is remembered of a rotation: configurations from the past, readers that met it, waiters, the link.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use artcafe::sandbox::Dialect;

use super::support::screen::assert_screen;
use super::support::{Run, Server, TestEnv};

fn proven(faults: &[&str]) -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, faults);
    let mut env = TestEnv::with(&server);
    env.set_up();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env)
}

#[test]
fn a_configuration_from_the_past_is_told_and_mended() {
    let (_server, env) = proven(&[]);
    let first = fs::read_to_string(env.config()).unwrap();
    env.run(&["key", "rotate"]).expect(0);
    let second = fs::read_to_string(env.config()).unwrap();
    env.run(&["key", "rotate"]).expect(0);
    let third = fs::read_to_string(env.config()).unwrap();
    for old in [&first, &second] {
        fs::write(env.config(), old.replace("auth:\n", "auth: # back again\n")).unwrap();
        let test = env.run(&["auth", "test", "--json"]).expect(4).data_or_failure();
        assert_eq!(test, "KEY_SUPERSEDED");
        let refused = env.run(&["auth", "test"]);
        if old == &first {
            assert_screen(
                &env,
                &refused,
                snapbox::str![[r#"
✓ challenge  POST /auth/agent/challenge [N] ms
✓ sign       on this machine [N] ms
✗ verify     POST /auth/verify [N] ms
not proven: agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER]
`[ROOT]/user/.artcafe/config.yaml` names a key that was replaced on [TIME]: it was [ID], and is [ID] now
caused by: the server does not accept the key: it is not registered under its key id, was revoked, or belongs to another agent: the server answered 401 to POST /auth/verify
the answer was: Invalid signature
hint: an older configuration was brought back: mend it with `artcafe config relink`
--- exit code 4

"#]],
            );
        } else {
            assert_screen(
                &env,
                &refused,
                snapbox::str![[r#"
--- stderr
error: `[ROOT]/user/.artcafe/config.yaml` names a key that was replaced on [TIME]: it was [ID], and is [ID] now
caused by: there is no key file `[ROOT]/user/.ssh/artcafe_agent.[STAMP]`
hint: an older configuration was brought back: mend it with `artcafe config relink`
--- exit code 4

"#]],
            );
        }
        assert_eq!(env.run(&["auth", "token", "--json"]).expect(4).code_name(), "KEY_SUPERSEDED");
        let report = env.run(&["config", "relink", "--json"]).expect(0).data();
        assert_eq!(report["changed"], true);
        assert_eq!(fs::read_to_string(env.config()).unwrap(), third.replace("auth:\n", "auth: # back again\n"));
        env.run(&["auth", "test"]).expect(0);
        assert_eq!(env.run(&["config", "relink", "--json"]).expect(0).data()["changed"], false);
    }
}

#[test]
fn one_brought_back_while_the_rotation_is_open_is_mended_too() {
    let (_server, env) = proven(&[]);
    let first = fs::read_to_string(env.config()).unwrap();
    env.run(&["key", "rotate", "--grace", "0s"]).expect(0);
    let now = fs::read_to_string(env.config()).unwrap();
    // In the grace period both keys work, so only the rotation itself notices.
    env.run(&["key", "rotate", "--grace", "2s"]).expect(0);
    fs::write(env.config(), &now).unwrap();
    env.run(&["auth", "test"]).expect(0);
    std::thread::sleep(std::time::Duration::from_millis(3500));
    let failure = env.run(&["key", "rotate", "--finish", "--json"]).expect(5).failure();
    assert!(failure["hint"].as_str().unwrap().contains("artcafe config relink"), "{failure}");
    env.run(&["config", "relink"]).expect(0);
    env.run(&["key", "rotate", "--finish"]).expect(0);
    fs::write(env.config(), &first).unwrap();
    env.run(&["config", "relink"]).expect(0);
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_key_that_no_rotation_replaced_is_no_memory() {
    let (_server, env) = proven(&[]);
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.key_id", "another-id"]).expect(0);
    let test = env.run(&["auth", "test", "--json"]).expect(4).data_or_failure();
    assert_ne!(test, "KEY_SUPERSEDED");
    assert_eq!(env.run(&["config", "relink", "--json"]).expect(0).data()["changed"], false);
}

#[test]
fn the_link_of_the_plain_name_is_repaired_and_never_read() {
    let (_server, env) = proven(&[]);
    env.run(&["key", "rotate"]).expect(0);
    let target = fs::read_link(env.key()).unwrap();
    fs::remove_file(env.key()).unwrap();
    env.run(&["auth", "test"]).expect(0);
    let report = env.run(&["config", "relink", "--json"]).expect(0).data();
    assert_eq!((&report["changed"], &report["link_repaired"]), (&false.into(), &true.into()));
    assert_eq!(fs::read_link(env.key()).unwrap(), target);
    // A file of somebody's that bears the name by now is left alone, by the next rotation too.
    fs::remove_file(env.key()).unwrap();
    fs::write(env.key(), "mine").unwrap();
    env.run(&["key", "rotate"]).expect(0);
    env.run(&["config", "relink"]).expect(0);
    assert_eq!(fs::read_to_string(env.key()).unwrap(), "mine");
    env.run(&["auth", "test"]).expect(0);
}

#[test]
fn a_reader_that_meets_the_end_of_a_rotation_reads_the_configuration_once_more() {
    let meet = |command: &[&str]| {
        // The third challenge is the reader's; by the time it is answered, the rotation that began after it is over.
        let (_server, env) = proven(&["POST /auth/agent/challenge=delay:4s@2x1"]);
        let reader = spawn(env.command(command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
        std::thread::sleep(std::time::Duration::from_millis(700));
        env.run(&["key", "rotate"]).expect(0);
        Run::of(reader.wait_with_output().unwrap()).expect(0);
    };
    std::thread::scope(|scope| {
        for command in [&["auth", "test"][..], &["auth", "token"], &["key", "list"]] {
            scope.spawn(move || meet(command));
        }
    });
}

fn spawn(command: &mut std::process::Command) -> std::process::Child {
    command.spawn().unwrap()
}

#[test]
fn one_that_waited_and_finds_the_key_changed_does_nothing() {
    let (server, env) = proven(&["POST /auth/agent/challenge=delay:1s@2x1"]);
    let first =
        spawn(env.command(&["key", "rotate"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    // It holds the lock by now, which names it.
    let holder = format!("pid {},", first.id());
    while !fs::read_to_string(env.path(".artcafe/lock")).unwrap().contains(&holder) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = env.run(&["key", "rotate", "--json"]).expect(0).data();
    assert_eq!((&second["outcome"], &second["reason"]), (&"nothing_to_do".into(), &"changed_meanwhile".into()));
    Run::of(first.wait_with_output().unwrap()).expect(0);
    assert_eq!(server.count("POST /api/v1/ssh-keys "), 2);
}

#[test]
fn a_key_of_which_only_the_public_half_is_here_is_refused_with_the_way_out() {
    let (server, env) = proven(&[]);
    fs::rename(env.key(), env.path("in-the-agent")).unwrap();
    let failure = env.run(&["key", "rotate", "--json"]).expect(3).failure();
    assert!(failure["message"].as_str().unwrap().contains("ssh-agent"), "{failure}");
    assert!(!failure["hint"].is_null());
    assert_eq!(server.keys().len(), 1);
}

#[test]
fn what_cannot_be_written_later_is_refused_before_anything_is_made() {
    let (server, env) = proven(&[]);
    if artcafe_is_root() {
        // A key of another user's under root, as `sudo` with that user's HOME has it.
        std::os::unix::fs::chown(env.key(), Some(4242), None).unwrap();
        let failure = env.run(&["key", "rotate", "--json"]).expect(77).failure();
        assert!(failure["hint"].as_str().unwrap().contains("sudo -u '#4242' artcafe key rotate"), "{failure}");
        std::os::unix::fs::chown(env.key(), Some(0), None).unwrap();
    }
    assert_eq!(server.keys().len(), 1);
    assert!(!env.path(".artcafe/state/rotations").exists());
    env.run(&["key", "rotate"]).expect(0);
}

fn artcafe_is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn the_dry_run_names_every_request_and_file_and_touches_nothing() {
    let (server, env) = proven(&[]);
    let before = server.requests().len();
    let steps = env
        .run(&["key", "rotate", "--dry-run", "--grace", "24h", "--post-switch", "restart it", "--json"])
        .expect(0)
        .data();
    let text = steps.to_string();
    let phases: Vec<&str> =
        steps["steps"].as_array().unwrap().iter().map(|step| step["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["planned", "generated", "registered", "proven", "switched", "confirmed", "retired"]);
    for wanted in [server.url(), "POST", "restart it", "stop here for 1d", "/revoke", env.key().to_str().unwrap()] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert_eq!(server.requests().len(), before);
    assert!(!Path::new(&env.path(".artcafe/state/rotations")).exists());
}

#[test]
fn a_key_without_a_registration_is_told_as_that() {
    let (server, mut env) = proven(&[]);
    let id = server.keys()[0]["key_id"].as_str().unwrap_or_default().to_owned();
    server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &serde_json::Value::Null);
    env.set("ARTCAFE_TOKEN", server.token());
    env.set("ARTCAFE_TENANT_ID", server.tenant());
    let report = env.run(&["key", "rotate", "--json"]).expect(0);
    assert!(report.warnings().contains(&"old_key_dead".to_owned()), "{report:?}");
    assert!(report.data()["old_tokens_end"].is_null(), "{report:?}");
}

#[test]
fn a_journal_that_cannot_be_read_stops_the_rotation_and_no_reader() {
    let (_server, env) = proven(&[]);
    env.run(&["key", "rotate", "--grace", "1h"]).expect(0);
    let journal = fs::read_dir(env.path(".artcafe/state/rotations")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, &whole[..100]).unwrap();
    for command in [&["auth", "test", "--json"][..], &["status", "--json"], &["key", "list", "--json"]] {
        assert_eq!(env.run(command).expect(0).warnings(), ["rotation_unreadable"], "{command:?}");
    }
    env.run(&["auth", "token"]).expect(0);
    for flag in ["--status", "--resume", "--abort"] {
        assert_eq!(env.run(&["key", "rotate", flag, "--json"]).expect(78).code_name(), "CONFIG_INVALID", "{flag}");
    }
    assert_eq!(env.run(&["key", "rotate", "--json"]).expect(78).code_name(), "CONFIG_INVALID");
    fs::write(&journal, whole).unwrap();
    env.run(&["key", "rotate", "--abort"]).expect(0);
}
