//! An identity from variables alone: no configuration, no key file, no home that can be written.

use super::support::files::{chmod, names};
use super::support::scenes::stateless::*;
use super::support::screen::assert_screen;
use super::support::{AGENT, Run, TestEnv};
use std::fs;
use std::process::Command;

#[test]
fn every_source_gives_the_key() {
    let (_server, mut env, key) = bare("2048");
    let file = env.write("key", &key);
    let data = env.run(&["auth", "test", "--json"]).expect(0).data();
    assert_eq!(data["signer"], "variable");
    for source in [format!("file:{file}"), format!("cmd:cat {file}")] {
        env.set("ARTCAFE_PRIVATE_KEY", &source);
        env.run(&["auth", "test"]).expect(0);
    }
    env.set("ARTCAFE_PRIVATE_KEY", "-");
    env.run_with_input(&["auth", "test"], Some(&key)).expect(0);
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$0\" auth test 3<\"$1\"", env!("CARGO_BIN_EXE_artcafe"), &file])
        .env_clear()
        .envs(env.variables())
        .env("ARTCAFE_PRIVATE_KEY", "fd:3");
    Run::of(command.output().unwrap()).expect(0);
}

#[test]
fn nothing_of_the_key_stays_behind() {
    let (_server, env, key) = bare("2048");
    env.run(&["auth", "test"]).expect(0);
    assert_eq!(names(&env.home()), Vec::<String>::new());
    let token = env.run(&["auth", "token"]).expect(0).stdout;
    let command = "echo $ARTCAFE_ACCESS_TOKEN; env";
    let run = env.run(&["exec", "--", "sh", "-c", command]).expect(0);
    assert!(run.stdout.starts_with(&token), "the kept token was not handed out again");
    // Neither the key nor where it is reaches the command.
    assert!(!run.stdout.contains("PRIVATE KEY") && !run.stdout.contains("KEY_OF_AGENT"), "{run:?}");
    let secret = key.lines().nth(3).unwrap();
    for name in names(&env.home()) {
        assert!(name.starts_with(".artcafe/state/tokens/"), "{name}");
        let text = fs::read_to_string(env.home().join(&name)).unwrap();
        assert!(!text.contains(secret), "{name} holds a part of the key");
    }
}

#[test]
fn another_key_gets_no_token_of_the_first() {
    let (server, mut env, _key) = bare("2048");
    let first = env.run(&["auth", "token"]).expect(0).stdout;
    let other = TestEnv::with(&server);
    let path = other.path("other").display().to_string();
    other.run(&["key", "generate", "--bits", "2048", "--output", &path]).expect(0);
    env.set("KEY_OF_AGENT", &fs::read_to_string(&path).unwrap());
    let run = env.run(&["auth", "token", "--json"]).expect(4);
    assert!(!run.all().contains(first.trim_end()));
}

#[test]
fn two_keys_at_once_are_refused_and_a_flag_wins() {
    let (server, mut env, key) = bare("2048");
    let file = env.write("keys/key", &key);
    chmod(&env.path("keys"), 0o700);
    env.run(&["auth", "test", "--private-key", &file]).expect(0);
    for (name, value) in [("ARTCAFE_PRIVATE_KEY_PATH", file.as_str()), ("ARTCAFE_SSH_AGENT", "1")] {
        env.set(name, value);
        let run = env.run(&["auth", "test", "--json"]).expect(2);
        assert_eq!(run.code_name(), "USAGE");
        assert!(run.failure()["message"].as_str().unwrap().contains(name), "{run:?}");
        env.unset(name);
    }
    // What works with files does not take one that has none.
    env.set("ARTCAFE_TOKEN", server.token());
    for args in [&["key", "register", "--json"][..], &["deregister", "--yes", "--json"]] {
        assert_eq!(env.run(args).expect(2).code_name(), "USAGE");
    }
    assert_eq!(server.keys().len(), 1);
    // The key itself where its SOURCE belongs is not repeated.
    env.set("ARTCAFE_PRIVATE_KEY", &key);
    let run = env.run(&["auth", "test", "--json"]).expect(2);
    assert!(run.failure()["hint"].as_str().unwrap().contains("env:NAME"), "{run:?}");
    assert!(!run.all().contains(key.lines().nth(3).unwrap()));
}

#[test]
fn a_passphrase_and_a_configurations_key_id_keep_their_meaning() {
    let (server, mut env, _key) = bare("2048");
    let mut maker = TestEnv::with(&server);
    maker.set("WORDS", "words of a passphrase");
    let path = maker.path("locked").display().to_string();
    maker.run(&["key", "generate", "--bits", "2048", "--passphrase", "env:WORDS", "--output", &path]).expect(0);
    let line = fs::read_to_string(maker.path("locked.pub")).unwrap();
    let id = server.register(AGENT, line.trim());
    env.set("KEY_OF_AGENT", &fs::read_to_string(&path).unwrap());
    env.set("ARTCAFE_KEY_ID", &id);
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    env.set("WORDS", "words of a passphrase");
    env.run(&["auth", "test", "--passphrase", "env:WORDS"]).expect(0);
    // The id in a file is that of the file's key.
    env.unset("ARTCAFE_KEY_ID");
    env.run(&["config", "init"]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.key_id", "of-another-key"]).expect(0);
    let run = env.run(&["auth", "test", "--passphrase", "env:WORDS", "--json"]).expect(4);
    assert_eq!(run.data_or_failure(), "KEY_NOT_REGISTERED", "{run:?}");
}

/// Where it is looked at, the key is the one that signs, and not the file that would be used without the variable.
#[test]
fn what_shows_an_identity_shows_the_key_of_the_variable() {
    let (server, mut env, key) = bare("2048");
    let proven = env.run(&["auth", "test", "--json"]).expect(0).data()["fingerprint"].clone();
    let asked = server.requests().len();
    let status = |env: &TestEnv| env.run(&["status", "--json"]).expect(0).data();
    let from: serde_json::Value = "ARTCAFE_PRIVATE_KEY".into();
    let data = status(&env);
    assert_eq!((&data["key"]["path"], &data["key"]["holder"]), (&from, &"variable".into()), "{data}");
    assert_eq!((&data["key"]["fingerprint"], &data["key"]["hides"]), (&proven, &serde_json::Value::Null), "{data}");
    assert_eq!(
        (&data["next"], &data["key_problem"]),
        (&"artcafe auth test".into(), &serde_json::Value::Null),
        "{data}"
    );
    // Another key's file, which the variable hides.
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let file = env.key().display().to_string();
    let data = status(&env);
    assert_eq!((&data["key"]["fingerprint"], &data["key"]["hides"]), (&proven, &file.as_str().into()), "{data}");
    assert_screen(
        &env,
        &env.run(&["status"]),
        snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml (absent)
key           ARTCAFE_PRIVATE_KEY (rsa 2048, in place of [ROOT]/user/.ssh/artcafe_agent)
fingerprint   [FINGERPRINT]
registration  key id [ID], as configured
admin login   none
next          artcafe auth test

"#]],
    );
    let data = env.run(&["key", "show", "--json"]).expect(0).data();
    assert_eq!((&data["private_key_path"], &data["holder"]), (&from, &"variable".into()), "{data}");
    assert_eq!((&data["fingerprint"], &data["hides"]), (&proven, &file.as_str().into()), "{data}");
    assert_eq!((&data["key_format"], &data["mode"]), (&"pem".into(), &serde_json::Value::Null), "{data}");
    // A file that is named is what is shown.
    let data = env.run(&["key", "show", &file, "--json"]).expect(0).data();
    assert_eq!((&data["holder"], data["fingerprint"] == proven), (&"key-file".into(), false), "{data}");
    let explain =
        |env: &TestEnv, key: &str| env.run(&["config", "explain", key, "--json"]).expect(0).data()["values"].clone();
    let values = explain(&env, "auth.ssh_key.private_key_path");
    assert_eq!(
        (&values[0]["value"], &values[0]["origin"]["name"], &values[0]["wins"]),
        (&"the key from env:KEY_OF_AGENT".into(), &from, &true.into()),
        "{values}"
    );
    assert_eq!((&values[1]["value"], &values[1]["wins"]), (&file.as_str().into(), &false.into()), "{values}");
    assert_eq!(env.run(&["config", "show", "--json"]).expect(0).warnings(), ["key_from_variable"]);
    // The key id of a file is that of the file's key.
    env.run(&["config", "init"]).expect(0);
    env.run(&["config", "set", "auth.ssh_key.key_id", "of-another-key"]).expect(0);
    env.unset("ARTCAFE_KEY_ID");
    let values = explain(&env, "auth.ssh_key.key_id");
    assert_eq!((&values[0]["value"], &values[0]["wins"]), (&"of-another-key".into(), &false.into()), "{values}");
    assert_eq!(status(&env)["key_id"], serde_json::Value::Null);
    // What is no SOURCE may be the key itself, and what the SOURCE gives may be no key.
    env.set("ARTCAFE_PRIVATE_KEY", &key);
    let run = env.run(&["config", "explain", "auth.ssh_key.private_key_path"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
wins  (no SOURCE)  (ARTCAFE_PRIVATE_KEY)
loses ~/.ssh/artcafe_agent  ([ROOT]/user/.artcafe/config.yaml:7:23)
loses [ROOT]/user/.ssh/artcafe_agent  (default)

"#]],
    );
    env.set("ARTCAFE_PRIVATE_KEY", "env:NO_KEY");
    env.set("NO_KEY", "no key at all");
    let data = status(&env);
    assert!(data["key_problem"].as_str().unwrap().contains("ARTCAFE_PRIVATE_KEY"), "{data}");
    assert_eq!(server.requests().len(), asked, "nothing of this asks the server");
}

#[test]
fn a_protected_key_of_a_variable_is_shown_as_far_as_it_shows() {
    let (_server, mut env, _key) = bare("2048");
    env.set("WORDS", "words of a passphrase");
    for (format, shows) in [("openssh", true), ("pem", false)] {
        let path = env.path(format).display().to_string();
        let make = ["key", "generate", "--bits", "2048", "--passphrase", "env:WORDS"];
        let made =
            env.run(&[&make[..], &["--key-format", format, "--output", &path, "--json"]].concat()).expect(0).data();
        env.set("KEY_OF_AGENT", &fs::read_to_string(&path).unwrap());
        let data = env.run(&["status", "--json"]).expect(0).data();
        let fingerprint = if shows { made["fingerprint"].clone() } else { serde_json::Value::Null };
        assert_eq!((&data["key"]["encrypted"], &data["key"]["fingerprint"]), (&true.into(), &fingerprint), "{data}");
        let show = env.run(&["key", "show", "--json", "--passphrase", "env:WORDS"]).expect(0).data();
        assert_eq!((&show["encrypted"], &show["fingerprint"]), (&true.into(), &made["fingerprint"]), "{show}");
        let run = env.run(&["key", "show", "--json"]);
        assert_eq!(run.code, if shows { 0 } else { 2 }, "{run:?}");
    }
}
