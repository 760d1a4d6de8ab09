//! What somebody who had never seen the program ran into: each slip is told in words that lead on.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::support::screen::assert_screen;
use super::support::{AGENT, Run, Server, TestEnv};

#[test]
fn a_misspelt_switch_is_told_and_counts_as_not_set() {
    let mut env = TestEnv::new();
    for name in ["JSON", "QUIET", "VERBOSE", "PROGRESS", "COLOR", "SSH_AGENT", "NO_INPUT", "YES"] {
        let name = format!("ARTCAFE_{name}");
        env.set(&name, "ture");
        let run = env.run(&["status"]).expect(0);
        assert!(run.stdout.starts_with("agent "), "{run:?}");
        assert!(run.stderr.contains(&format!("warning: `{name}` says none of ")), "{run:?}");
        assert_eq!(env.run(&["status", "--json"]).expect(0).warnings(), ["variable_misspelt"], "{name}");
        for good in ["", if name.ends_with("COLOR") || name.ends_with("PROGRESS") { "auto" } else { "Off" }] {
            env.set(&name, good);
            assert_eq!(env.run(&["status"]).expect(0).stderr, "", "{name}={good}");
        }
        env.unset(&name);
    }
    // All of them at once are told at once, and what was meant is shown.
    env.set("ARTCAFE_COLOR", "blue");
    env.set("ARTCAFE_YES", "sure");
    let run = env.run(&["status"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
agent         none
tenant        none
endpoint      https://api.artcafe.ai
configuration [ROOT]/user/.artcafe/config.yaml (absent)
key           there is no key file `[ROOT]/user/.ssh/artcafe_agent`
registration  none
admin login   none
next          artcafe setup
--- stderr
warning: `ARTCAFE_YES` says none of 1, true, yes, on, 0, false, no, off and counts as not set
warning: `ARTCAFE_COLOR` says none of auto, always, never and counts as not set

"#]],
    );
    assert!(!run.stderr.contains("blue") && !run.stderr.contains("sure"), "it may be a secret: {run:?}");
}

#[test]
fn a_source_that_is_none_is_told_as_what_it_is() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
    // A descriptor that nobody opened.
    let run = env.run(&["key", "list", "--token", "fd:9", "--json"]).expect(2);
    assert_eq!(run.code_name(), "INPUT_NEEDED");
    let failure = run.failure();
    assert!(failure["message"].as_str().unwrap().contains("file descriptor 9 of the SOURCE is not open"), "{failure}");
    assert!(failure["hint"].as_str().unwrap().contains("9<FILE"), "{failure}");
    // A variable is no command line.
    for word in ["admin.token", "fd:x", "foo:bar"] {
        env.set("ARTCAFE_TOKEN_SOURCE", word);
        let failure = env.run(&["key", "list", "--json"]).expect(2).failure();
        let message = failure["message"].as_str().unwrap();
        assert_eq!((message, &failure["code"]), ("`ARTCAFE_TOKEN_SOURCE` is no SOURCE", &"USAGE".into()), "{failure}");
        assert!(failure["hint"].as_str().unwrap().contains("ARTCAFE_TOKEN_SOURCE=env:NAME"), "{failure}");
        assert!(!failure.to_string().contains(word), "{failure}");
    }
}

#[test]
fn a_log_that_cannot_be_opened_runs_nothing() {
    let env = TestEnv::new();
    let ran = env.path("ran").display().to_string();
    let run = env.run(&["sandbox", "exec", "--log", "/no/such/folder/log", "--", "touch", &ran]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
--- stderr
error: cannot open the request log /no/such/folder/log
caused by: No such file or directory (os error 2)
--- exit code 3

"#]],
    );
    assert!(!fs::exists(ran).unwrap());
}

/// From each broken state the hint of what fails, pasted, mends it: no circle of two commands.
#[test]
fn a_key_that_is_gone_dangling_or_empty_has_a_way_out_that_is_no_circle() {
    type Damage = fn(&TestEnv);
    let states: [(&str, Damage); 3] = [
        ("but not the private key", |env| fs::remove_file(env.key()).unwrap()),
        ("a symbolic link to nothing", |env| {
            fs::remove_file(env.key()).unwrap();
            symlink("/no/such/key", env.key()).unwrap();
        }),
        ("an empty file", |env| fs::write(env.key(), "").unwrap()),
    ];
    for (words, damage) in states {
        let server = Server::start(Dialect::Documented, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        damage(&env);
        let failure = env.run(&["key", "generate", "--bits", "2048", "--json"]).expect(5).failure();
        assert!(failure["message"].as_str().unwrap().contains(words), "{failure}");
        let hint = failure["hint"].as_str().unwrap();
        assert!(hint.contains("`artcafe key generate --overwrite`") && !hint.contains("key show"), "{hint}");
        env.run(&["key", "generate", "--bits", "2048", "--overwrite"]).expect(0);
        env.run(&["key", "register"]).expect(0);
        env.run(&["auth", "test"]).expect(0);
    }
}

#[test]
fn an_algorithm_that_is_none_is_answered_with_those_that_are() {
    let env = TestEnv::new();
    let run = env.run(&["key", "generate", "--algorithm", "dsa", "--json"]).expect(2);
    let message = run.failure()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("rsa") && message.contains("ed25519"), "{message}");
}

#[test]
fn a_quiet_setup_says_nothing_but_what_a_person_has_to_do() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let setup = ["setup", "--agent-id", AGENT, "--bits", "2048", "--quiet"];
    for _ in 0..2 {
        let run = env.run(&setup).expect(0);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    }
    env.run(&["auth", "test", "--quiet"]).expect(0);
    env.set("ARTCAFE_PROFILE", "other");
    let run = env.run(&[&setup[..], &["--no-register", "--ssh-key-name", "other"]].concat());
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
key and configuration are ready; register the public key in the portal:
  1. open https://portal.artcafe.ai and go to "SSH Keys"
  2. click "Add New Key"
  3. name it, choose the key type "agent" and the associated agent `prod-data-processor-01`
  4. paste this public key: ssh-rsa [KEY]
  5. submit, and run `artcafe setup --key-id KEY_ID` with the key id that the portal shows
configuration [ROOT]/user/.artcafe/profiles/other.yaml
next: artcafe status, artcafe auth test, artcafe auth token

"#]],
    );
}

#[test]
fn a_usage_error_is_annotated_too() {
    let mut env = TestEnv::new();
    env.set("GITHUB_ACTIONS", "true");
    assert_screen(
        &env,
        &env.run(&["auth", "tokn"]),
        snapbox::str![[r#"
--- stderr
::error title=USAGE::unrecognized subcommand 'tokn'
error: unrecognized subcommand 'tokn'

  tip: a similar subcommand exists: 'token'

Usage: artcafe auth [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit code 2

"#]],
    );
    let run = env.run(&["key"]).expect(2);
    assert!(run.stderr.starts_with("::error title=USAGE::a subcommand is missing\n"), "{run:?}");
    let json = env.run(&["auth", "tokn", "--json"]).expect(2);
    assert_eq!(json.failure()["code"], "USAGE");
    // Nothing that may be a secret.
    let run = env.run(&["auth", "hunter2hunter2"]).expect(2);
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
}

#[test]
fn help_and_schemas_are_completed() {
    let env = TestEnv::new();
    let offered = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_artcafe"));
        command.args(["--", "artcafe"]).args(words).env_clear().envs(env.variables());
        command.env("ARTCAFE_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_IFS", "\n");
        Run::of(command.current_dir(env.root()).output().unwrap()).expect(0).stdout
    };
    for (words, wanted) in [
        (&["help", "KEY_REV"][..], "KEY_REVOKED"),
        (&["help", "exit"], "exit-codes"),
        (&["help", "stat"], "status"),
        (&["capabilities", "--schema", "artcafe.key.li"], "artcafe.key.list/1"),
    ] {
        assert!(offered(words).lines().any(|line| line == wanted), "{words:?}: {}", offered(words));
    }
}

/// The objects on standard error.
#[track_caller]
fn told(run: &Run) -> Vec<Value> {
    run.stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

#[test]
fn a_verdict_is_the_last_event_where_the_data_is_text() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let run = env.run(&["auth", "test", "--progress", "json"]).expect(0);
    assert!(told(&run).iter().all(|event| event["schema"] == "artcafe.event/1"), "{run:?}");
    env.run(&["key", "revoke", "--current", "--allow-last", "--yes"]).expect(0);
    let run = env.run(&["auth", "test", "--progress", "json"]).expect(4);
    let last = told(&run).pop().unwrap();
    assert_eq!((&last["schema"], &last["exit_code"]), (&"artcafe.error/1".into(), &4.into()), "{run:?}");
    // In JSON the one object on standard output is it.
    let run = env.run(&["auth", "test", "--progress", "json", "--json"]).expect(4);
    assert_eq!(run.data_or_failure(), last["code"].as_str().unwrap());
    assert!(told(&run).iter().all(|event| event["schema"] == "artcafe.event/1"), "{run:?}");
}

#[test]
fn a_job_tells_its_steps_as_events() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_AGENT_ID", AGENT);
    let run = env.run(&["ci", "--progress", "json", "--", "true"]).expect(0);
    let steps: Vec<String> = told(&run)
        .iter()
        .filter(|event| event["command"] == "ci")
        .map(|event| format!("{} {}", event["step"].as_str().unwrap(), event["state"].as_str().unwrap()))
        .collect();
    let wanted =
        ["register", "prove", "delete"].map(|step| [format!("{step} started"), format!("{step} done")]).concat();
    assert_eq!(steps, wanted, "{run:?}");
    // For a person it is the one line that it was.
    let run = env.run(&["ci", "--", "true"]).expect(0);
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}

#[test]
fn damaged_notes_stop_nothing_that_can_do_without_them() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let registrations = env.path(".artcafe/state/registrations.json");
    let whole = fs::read(&registrations).unwrap();
    fs::write(&registrations, "{ torn").unwrap();
    env.unset("ARTCAFE_TOKEN");
    // The endpoint stands in a variable as well, with the same value.
    for command in ["test", "token"] {
        let run = env.run(&["auth", command]).expect(0);
        assert!(run.stderr.contains("registrations.json"), "{run:?}");
    }
    assert_screen(
        &env,
        &env.run(&["status"]),
        snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml
key           [ROOT]/user/.ssh/artcafe_agent (rsa 2048, 0 days old)
fingerprint   [FINGERPRINT]
registration  key id [ID], as configured
admin login   none
next          artcafe auth test
--- stderr
warning: `[ROOT]/user/.artcafe/state/registrations.json` is damaged: move it away: `mv '[ROOT]/user/.artcafe/state/registrations.json' '[ROOT]/user/.artcafe/state/registrations.json.damaged'`; it holds only what `artcafe key register` can find out again

"#]],
    );
    // A variable that leads elsewhere is still refused.
    env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
    env.run(&["auth", "test"]).expect(78);
    env.set("ARTCAFE_API_ENDPOINT", server.url());
    fs::write(&registrations, whole).unwrap();
    // A rotation's journal that nobody can read says nothing of the key's age.
    env.run(&["key", "rotate", "--bits", "2048", "--grace", "1h"]).expect(0);
    for journal in fs::read_dir(env.path(".artcafe/state/rotations")).unwrap() {
        fs::write(journal.unwrap().path(), "{ torn").unwrap();
    }
    let run = env.run(&["key", "status", "--json"]).expect(0);
    assert!(run.warnings().contains(&"rotation_unreadable".to_owned()), "{run:?}");
    assert_eq!(run.data()["keys"][0]["standing"]["verdict"], "fresh", "{run:?}");
    // A timer has to know whether a rotation is open, and is told that nobody can say.
    env.run(&["key", "needs-rotation"]).expect(255);
    // What would work on it is refused.
    env.run(&["key", "rotate"]).expect(78);
}

#[test]
fn what_the_parser_leaves_open_is_told() {
    let env = TestEnv::new();
    assert_screen(
        &env,
        &env.run(&["path", "storage", "--agent-id", "-x"]),
        snapbox::str![[r#"
--- stderr
error: unexpected argument '-x' found

Usage: artcafe path [OPTIONS] <KIND>

For more information, try '--help'.
hint: a value that begins with a dash goes behind an equals sign: `--agent-id=VALUE`
--- exit code 2

"#]],
    );
    // A bare word may be a secret.
    let run = env.run(&["agent", "register", "x10"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
--- stderr
error: unexpected argument '…' found

Usage: artcafe agent register [OPTIONS]

For more information, try '--help'.
hint: `artcafe agent register` takes no such bare word, which may be a secret and is not repeated; its values go behind flags: `artcafe agent register --help`
--- exit code 2

"#]],
    );
    assert!(!run.stderr.contains("x10"), "{run:?}");
    assert_screen(
        &env,
        &env.run(&["tenant", "zzz"]),
        snapbox::str![[r#"
--- stderr
error: unrecognized subcommand '…'

Usage: artcafe tenant [OPTIONS] <COMMAND>

For more information, try '--help'.
hint: `artcafe tenant` has show, list, usage, members, use, register
--- exit code 2

"#]],
    );
    // A command that has a name for it is still suggested, and no more is said.
    assert_screen(
        &env,
        &env.run(&["tenant", "shw"]),
        snapbox::str![[r#"
--- stderr
error: unrecognized subcommand 'shw'

  tip: a similar subcommand exists: 'show'

Usage: artcafe tenant [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit code 2

"#]],
    );
    assert_screen(
        &env,
        &env.run(&["help", "no_tenant_token"]),
        snapbox::str![[r#"
no_tenant_token, a rule of `artcafe topic check`

Topics of the agent framework carry no tenant. On a system that several tenants use, all of them read and write the very
same. Where a standard topic says the same with the tenant, it is named `instead`: `tenants/T/agents/A/status` for `agents/status/A`. For
presence, heartbeats, discovery and commands there is none in that form; agree on a topic of the tenant with whoever reads it.

"#]],
    );
    for twice in [["a=One", "a=Two"], ["One", "One:free"]] {
        let line =
            ["sandbox", "serve", "--json", "--listen", "127.0.0.1:0", "--tenant", twice[0], "--tenant", twice[1]];
        assert_eq!(env.run(&line).expect(2).code_name(), "USAGE", "{twice:?}");
    }
}
