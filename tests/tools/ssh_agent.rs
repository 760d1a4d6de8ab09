//! Keys that an ssh-agent holds, with the real `ssh-agent` and `ssh-add`.

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::{AGENT, Server, TestEnv};

/// A running ssh-agent; killed when dropped.
struct SshAgent {
    child: std::process::Child,
    socket: String,
}

impl SshAgent {
    fn start(env: &mut TestEnv) -> Self {
        let socket = env.path("agent.sock").display().to_string();
        let child = Command::new("ssh-agent")
            .args(["-D", "-a", &socket])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("ssh-agent (Debian: openssh-client)");
        while !fs::exists(&socket).unwrap() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        env.set("SSH_AUTH_SOCK", &socket);
        Self { child, socket }
    }

    #[track_caller]
    fn add(&self, args: &[&str]) {
        let output = Command::new("ssh-add").args(args).env("SSH_AUTH_SOCK", &self.socket).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Locks or unlocks it. The words are asked for, by a program since there is no terminal.
    #[track_caller]
    fn lock(&self, env: &TestEnv, flag: &str) {
        let ask = env.write("ask", "#!/bin/sh\necho words\n");
        super::support::files::chmod(&env.path("ask"), 0o700);
        let output = Command::new("ssh-add")
            .arg(flag)
            .env("SSH_AUTH_SOCK", &self.socket)
            .env("SSH_ASKPASS", ask)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A proven agent whose private key file has gone into an ssh-agent.
fn moved(dialect: Dialect, key: &[&str]) -> (Server, TestEnv, SshAgent) {
    let server = Server::start(dialect, &[]);
    let mut env = TestEnv::with(&server);
    env.run(&[&["setup", "--agent-id", AGENT, "--key-format", "openssh"], key].concat()).expect(0);
    env.unset("ARTCAFE_TOKEN");
    let agent = SshAgent::start(&mut env);
    agent.add(&[env.key().to_str().unwrap()]);
    fs::remove_file(env.key()).unwrap();
    (server, env, agent)
}

#[test]
fn a_key_that_only_an_agent_holds_proves_itself() {
    let rsa: &[&str] = &["--bits", "2048"];
    let ed25519: &[&str] = &["--algorithm", "ed25519"];
    for (dialect, key) in [(Dialect::Documented, rsa), (Dialect::AsBuilt, rsa), (Dialect::Documented, ed25519)] {
        let (server, env, _agent) = moved(dialect, key);
        let status = env.run(&["status", "--json"]).expect(0).data();
        assert_eq!((&status["key"]["only_public"], &status["next"]), (&true.into(), &"artcafe auth test".into()));
        assert!(env.run(&["status"]).expect(0).stdout.contains("held by an ssh-agent"));
        let standing = &env.run(&["key", "status", "--json"]).expect(0).data()["keys"][0]["standing"];
        assert_eq!(
            (&standing["key_format"], &standing["registration"]),
            (&serde_json::Value::Null, &"active".into()),
            "{standing}"
        );
        assert!(env.run(&["key", "status"]).expect(0).stdout.contains("held by an ssh-agent"));
        let data = env.run(&["auth", "test", "--json"]).expect(0).data();
        assert_eq!((&data["proven"], &data["signer"]), (&true.into(), &"ssh-agent".into()), "{dialect:?} {key:?}");
        // Kept as that of a key file is, and asked for once.
        let token = env.run(&["auth", "token"]).expect(0).stdout;
        let asked = server.count("POST /api/v1/auth/verify");
        assert_eq!(env.run(&["exec", "--", "sh", "-c", "echo $ARTCAFE_ACCESS_TOKEN"]).expect(0).stdout, token);
        assert_eq!(server.count("POST /api/v1/auth/verify"), asked);
        env.run(&["auth", "token", "--fresh"]).expect(0);
        // What needs some token gets it by the same signature.
        assert!(env.run(&["key", "list"]).expect(0).stdout.contains("active"));
    }
}

#[test]
fn the_platforms_refusal_of_ed25519_is_told_of_an_agents_key_too() {
    let (server, mut env, _agent) = moved(Dialect::Documented, &["--bits", "2048"]);
    drop(server);
    let server = Server::start(Dialect::AsBuilt, &[]);
    let path = env.path("ed").display().to_string();
    env.run(&["key", "generate", "--algorithm", "ed25519", "--output", &path]).expect(0);
    let line = fs::read_to_string(env.path("ed.pub")).unwrap();
    let id = server.register(AGENT, line.trim());
    let add = Command::new("ssh-add").arg(&path).envs(env.variables()).output().unwrap();
    assert!(add.status.success(), "{add:?}");
    fs::remove_file(&path).unwrap();
    for (name, value) in
        [("ARTCAFE_API_ENDPOINT", server.url()), ("ARTCAFE_TENANT_ID", server.tenant()), ("ARTCAFE_KEY_ID", &id)]
    {
        env.set(name, value);
    }
    env.set("ARTCAFE_TOKEN", server.token());
    let run = env.run(&["auth", "test", "--json", "--private-key", &path]).expect(4);
    assert_eq!(run.data_or_failure(), "ALGORITHM_REFUSED");
}

#[test]
fn an_agent_is_used_beside_the_key_file_only_when_asked_for() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("WORDS", "words of a passphrase");
    env.set("ARTCAFE_PASSPHRASE_SOURCE", "env:WORDS");
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--key-format", "openssh"]).expect(0);
    env.unset("ARTCAFE_PASSPHRASE_SOURCE");
    env.unset("ARTCAFE_TOKEN");
    let agent = SshAgent::start(&mut env);
    let ask = env.write("ask", "#!/bin/sh\necho words of a passphrase\n");
    super::support::files::chmod(&env.path("ask"), 0o700);
    let add = Command::new("ssh-add")
        .arg(env.key())
        .envs([("SSH_AUTH_SOCK", agent.socket.as_str()), ("SSH_ASKPASS", &ask), ("SSH_ASKPASS_REQUIRE", "force")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(add.status.success(), "{add:?}");
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    let signer = |env: &TestEnv, args: &[&str]| {
        env.run(&[&["auth", "test", "--json"], args].concat()).expect(0).data()["signer"].clone()
    };
    assert_eq!(signer(&env, &["--ssh-agent"]), "ssh-agent");
    assert_eq!(signer(&env, &["--passphrase", "env:WORDS"]), "key-file");
    env.set("ARTCAFE_SSH_AGENT", "1");
    assert_eq!(signer(&env, &[]), "ssh-agent");
    // The key file itself says which key is meant, where its public half is not beside it.
    fs::remove_file(env.path(".ssh/artcafe_agent.pub")).unwrap();
    assert_eq!(signer(&env, &[]), "ssh-agent");
    // A rotation works with the file in any case.
    env.run(&["key", "rotate", "--passphrase", "env:WORDS"]).expect(0);
}

#[test]
fn a_key_is_registered_from_an_agent() {
    let (server, mut env, agent) = moved(Dialect::Documented, &["--bits", "2048"]);
    let other = env.path("other").display().to_string();
    env.run(&["key", "generate", "--bits", "2048", "--key-format", "openssh", "--output", &other]).expect(0);
    agent.add(&[&other]);
    fs::remove_file(&other).unwrap();
    env.set("ARTCAFE_TOKEN", server.token());
    let data = env.run(&["key", "register", "--private-key", &other, "--json"]).expect(0).data();
    assert_eq!(server.keys().len(), 2);
    env.set("ARTCAFE_KEY_ID", data["key_id"].as_str().unwrap());
    env.run(&["auth", "test", "--private-key", &other]).expect(0);
}

#[test]
fn what_an_agent_cannot_do_is_told_with_the_next_command() {
    let (_server, mut env, agent) = moved(Dialect::Documented, &["--bits", "2048"]);
    let add = format!("ssh-add {}", env.key().display());
    let expect = |env: &TestEnv, words: &str, hint: &str| {
        let run = env.run(&["auth", "test", "--json"]).expect(4);
        assert_eq!(run.code_name(), "SSH_AGENT");
        assert!(run.failure()["message"].as_str().unwrap().contains(words), "{words}: {run:?}");
        assert!(run.failure()["hint"].as_str().unwrap().contains(hint), "{hint}: {run:?}");
    };
    agent.lock(&env, "-x");
    expect(&env, "empty or locked", "ssh-add -X");
    agent.lock(&env, "-X");
    env.run(&["auth", "test"]).expect(0);
    // Others, and not this one.
    agent.add(&["-D"]);
    expect(&env, "empty or locked", &add);
    let other = env.path("other").display().to_string();
    env.run(&["key", "generate", "--algorithm", "ed25519", "--output", &other]).expect(0);
    agent.add(&[&other]);
    expect(&env, "only others (1)", &add);
    // One that is there and says nothing.
    agent.signal("-STOP");
    expect(&env, "gives no answer", "ssh-add -l");
    agent.signal("-CONT");
    // One that is gone, and its socket left behind.
    let socket = env.path("dead.sock").display().to_string();
    drop(UnixListener::bind(&socket).unwrap());
    env.set("SSH_AUTH_SOCK", &socket);
    expect(&env, "no ssh-agent answers", &add);
    env.unset("SSH_AUTH_SOCK");
    expect(&env, "SSH_AUTH_SOCK names none", &add);
    // What looks shows the public half, and says that it is alone.
    assert_eq!(env.run(&["key", "show", "--json"]).expect(0).warnings(), ["private_half_missing"]);
    // A setup stops before it asks the server.
    let run = env.run(&["setup", "--agent-id", AGENT, "--json"]).expect(4);
    assert_eq!(run.code_name(), "SSH_AGENT");
}

/// Whether the configuration, the history and the memory name this fingerprint's key, and nothing stands for a file.
#[track_caller]
fn adopted(env: &TestEnv, data: &serde_json::Value, fingerprint: &str) {
    assert_eq!(
        (&data["key"]["holder"], &data["key"]["fingerprint"]),
        (&"ssh-agent".into(), &fingerprint.into()),
        "{data}"
    );
    assert_eq!(data["proof"]["signer"], "ssh-agent", "{data}");
    let history = fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
    for action in ["key_registered", "key_adopted", "config_written"] {
        assert!(history.contains(&format!("\"{action}\"")), "{action}: {history}");
    }
    assert!(!history.contains("\"key_generated\""), "{history}");
}

/// A key that was made elsewhere and that nothing but an ssh-agent holds here; its public half and fingerprint.
fn foreign(env: &mut TestEnv, agent: &SshAgent, kind: &[&str]) -> (String, String) {
    let private = env.path("elsewhere/agent_key").display().to_string();
    fs::create_dir_all(env.path("elsewhere")).unwrap();
    let made = Command::new("ssh-keygen")
        .args([&["-q", "-N", "", "-C", "on a token", "-f", &private], kind].concat())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    agent.add(&[&private]);
    fs::remove_file(&private).unwrap();
    let listed = Command::new("ssh-add").arg("-l").env("SSH_AUTH_SOCK", &agent.socket).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    (format!("{private}.pub"), listed.split(' ').nth(1).unwrap().to_owned())
}

#[test]
fn setup_takes_an_agents_key_from_nothing_to_a_proven_identity() {
    let rsa: &[&str] = &["-t", "rsa", "-b", "2048"];
    let ed25519: &[&str] = &["-t", "ed25519"];
    for (dialect, kind) in [(Dialect::Documented, rsa), (Dialect::AsBuilt, rsa), (Dialect::Documented, ed25519)] {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        let agent = SshAgent::start(&mut env);
        let (public, fingerprint) = foreign(&mut env, &agent, kind);
        let setup = ["setup", "--agent-id", AGENT, "--public-key", &public, "--json"];
        assert_eq!(env.run(&[&setup[..], &["--dry-run"]].concat()).expect(0).data()["dry_run"], true);
        assert_eq!(server.keys().len(), 0);
        let data = env.run(&setup).expect(0).data();
        adopted(&env, &data, &fingerprint);
        assert_eq!(super::support::files::names(&env.path("elsewhere")), ["agent_key.pub"]);
        // Again, and without naming it: all of it stands.
        for again in [&setup[..], &["setup", "--json"]] {
            let data = env.run(again).expect(0).data();
            assert_eq!((&data["changed"], server.keys().len()), (&false.into(), 1), "{data}");
        }
        env.unset("ARTCAFE_TOKEN");
        env.run(&["auth", "test"]).expect(0);
        env.run(&["auth", "token"]).expect(0);
        let data = env.run(&["key", "show", "--json"]).expect(0).data();
        assert_eq!((&data["holder"], &data["fingerprint"]), (&"ssh-agent".into(), &fingerprint.into()), "{data}");
        assert_eq!((&data["mode"], &data["comment"]), (&serde_json::Value::Null, &"on a token".into()), "{data}");
        let line = fs::read_to_string(&public).unwrap();
        assert_eq!(env.run(&["key", "show", "--public"]).expect(0).stdout, line);
        // Its end, which the agent's own signature sees.
        let revoke = ["key", "revoke", "--current", "--allow-last", "--yes", "--json"];
        let data = env.run(&revoke).expect(0).data();
        assert_eq!(data["refusal"]["evidence"], "challenge", "{data}");
    }
}

#[test]
fn an_agents_key_that_the_platform_cannot_verify_leaves_nothing() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let mut env = TestEnv::with(&server);
    let agent = SshAgent::start(&mut env);
    let (public, _) = foreign(&mut env, &agent, &["-t", "ed25519"]);
    let run = env.run(&["setup", "--agent-id", AGENT, "--public-key", &public, "--json"]).expect(4);
    assert_eq!(run.code_name(), "ALGORITHM_REFUSED");
    assert!(run.failure()["message"].as_str().unwrap().contains("stays in the ssh-agent"), "{run:?}");
    assert_eq!(server.keys().len(), 0);
    assert!(!env.config().exists());
}

#[test]
fn a_setup_says_which_key_of_an_agent_it_cannot_use() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let agent = SshAgent::start(&mut env);
    let (public, _) = foreign(&mut env, &agent, &["-t", "ed25519"]);
    let setup = |more: &[&str]| env.run(&[&["setup", "--agent-id", AGENT, "--json"], more].concat());
    // Named without its ending, or not there.
    let run = setup(&["--public-key", public.trim_end_matches(".pub")]).expect(2);
    assert!(run.failure()["hint"].as_str().unwrap().contains("NAME.pub"), "{run:?}");
    let run = setup(&["--public-key", "/no/such.pub"]).expect(3);
    assert!(run.failure()["message"].as_str().unwrap().contains("/no/such.pub"), "{run:?}");
    // An agent is asked for, and nothing says which of its keys is meant; no key file is made instead.
    let run = setup(&["--ssh-agent"]).expect(3);
    assert!(run.failure()["hint"].as_str().unwrap().contains("--public-key"), "{run:?}");
    // Not this one's kind.
    assert_eq!(setup(&["--public-key", &public, "--algorithm", "rsa"]).expect(5).code_name(), "DIFFERS");
    // One that the agent has no more.
    agent.add(&["-D"]);
    assert_eq!(setup(&["--public-key", &public]).expect(4).code_name(), "SSH_AGENT");
    assert_eq!((server.requests().len(), env.config().exists(), env.key().exists()), (0, false, false));
}

#[test]
fn a_protected_key_file_is_set_up_through_the_agent() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let agent = SshAgent::start(&mut env);
    env.set("WORDS", "words of a passphrase");
    env.run(&["key", "generate", "--bits", "2048", "--key-format", "openssh", "--passphrase", "env:WORDS"]).expect(0);
    let ask = env.write("ask", "#!/bin/sh\necho words of a passphrase\n");
    super::support::files::chmod(&env.path("ask"), 0o700);
    let add = Command::new("ssh-add")
        .arg(env.key())
        .envs([("SSH_AUTH_SOCK", agent.socket.as_str()), ("SSH_ASKPASS", &ask), ("SSH_ASKPASS_REQUIRE", "force")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(add.status.success(), "{add:?}");
    env.unset("WORDS");
    let setup = ["setup", "--agent-id", AGENT, "--json"];
    assert_eq!(env.run(&setup).expect(2).code_name(), "INPUT_NEEDED");
    let data = env.run(&[&setup[..], &["--ssh-agent"]].concat()).expect(0).data();
    assert_eq!(data["proof"]["signer"], "ssh-agent");
    env.unset("ARTCAFE_TOKEN");
    let revoke = ["key", "revoke", "--current", "--allow-last", "--yes", "--json"];
    env.run(&["auth", "test", "--ssh-agent"]).expect(0);
    env.set("ARTCAFE_TOKEN", server.token());
    let data = env.run(&[&revoke[..], &["--ssh-agent"]].concat()).expect(0).data();
    assert_eq!(data["refusal"]["evidence"], "challenge", "{data}");
}

#[test]
fn what_an_agent_holds_is_replaced_by_a_key_file_as_the_hint_says() {
    let (server, mut env, _agent) = moved(Dialect::Documented, &["--bits", "2048"]);
    let old = super::support::id_of(&server.keys()[0]);
    let run = env.run(&["key", "rotate", "--json"]).expect(3);
    let hint = run.failure()["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("`artcafe setup --output PATH --yes`"), "{hint}");
    assert!(hint.contains(&format!("`artcafe key revoke {old}`")), "{hint}");
    assert_eq!((server.keys().len(), &run.failure()["fix"]), (1, &serde_json::Value::Null));
    env.set("ARTCAFE_TOKEN", server.token());
    let new = env.path(".ssh/in_its_place").display().to_string();
    let data = env.run(&["setup", "--output", &new, "--yes", "--bits", "2048", "--json"]).expect(0).data();
    assert_eq!(data["proof"]["signer"], "key-file", "{data}");
    env.unset("ARTCAFE_TOKEN");
    env.run(&["auth", "test"]).expect(0);
    // The old one is still in the agent: its own signature sees that it is refused.
    let data = env.run(&["key", "revoke", &old, "--yes", "--json"]).expect(0).data();
    assert_eq!(data["refusal"]["evidence"], "challenge", "{data}");
    env.run(&["auth", "test"]).expect(0);
    env.run(&["key", "rotate"]).expect(0);
}

#[test]
fn which_key_of_the_agents_is_meant_has_to_be_known() {
    let (_server, env, _agent) = moved(Dialect::Documented, &["--bits", "2048"]);
    fs::remove_file(env.path(".ssh/artcafe_agent.pub")).unwrap();
    let run = env.run(&["auth", "test", "--ssh-agent", "--json"]).expect(3);
    assert_eq!(run.code_name(), "KEY_FILE_MISSING");
    assert!(run.failure()["hint"].as_str().unwrap().contains("ssh-add -L"), "{run:?}");
}
