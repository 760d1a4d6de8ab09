//! `artcafe setup`: from nothing to a proven agent, again, and with other values.

use crate::support::files::{chmod, picture};
use crate::support::{AGENT, Server, TestEnv, id_of};
use artcafe::sandbox::Dialect;
use std::fs;
use std::process::Command;

/// As the platform's own script writes it: sorted, flat style, umask modes.
fn of_the_platforms_script(server: &Server, key: &str) -> String {
    format!(
        "api:\n  endpoint: {url}\n  version: v1\n  websocket_endpoint: {ws}/ws\nauth:\n  agent_id: {AGENT}\n  ssh_key:\n    \
         key_type: agent\n    private_key_path: {key}\n  tenant_id: {tenant}\nllm:\n  model: claude-3-opus-20240229\n  \
         provider: anthropic\nlogging:\n  format: '%(asctime)s - %(name)s - %(levelname)s - %(message)s'\n  level: INFO\n\
         messaging:\n  heartbeat_interval: 30\n  provider: artcafe_pubsub\n",
        url = server.url(),
        ws = server.url().replace("http", "ws"),
        tenant = server.tenant(),
    )
}

fn ssh_keygen(path: &std::path::Path, passphrase: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let status = Command::new("ssh-keygen")
        .args(["-q", "-t", "rsa", "-b", "2048", "-C", "user@host", "-N", passphrase, "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn what_the_platforms_script_made_is_adopted() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.unset("ARTCAFE_API_ENDPOINT");
        env.unset("ARTCAFE_TENANT_ID");
        ssh_keygen(&env.key(), "");
        let config = of_the_platforms_script(&server, env.key().to_str().unwrap());
        env.write(".artcafe/config.yaml", &config);
        chmod(&env.config(), 0o644);
        let key = picture(&env.path(".ssh"));

        let data = env.run(&["setup", "--json"]).expect(0).data();
        assert_eq!(data["key_id"], id_of(&server.keys()[0]));
        assert_eq!(picture(&env.path(".ssh")), key);
        // Everything stays as and where it was; only the key id came in.
        let adopted = fs::read_to_string(env.config()).unwrap();
        let kept: Vec<&str> = adopted.lines().filter(|line| !line.contains("key_id")).collect();
        assert_eq!(kept, config.lines().collect::<Vec<_>>());
        assert_eq!(adopted.lines().count(), config.lines().count() + 1);

        let before = picture(&env.home());
        env.run(&["setup"]).expect(0);
        assert_eq!(picture(&env.home()), before);
    }
}

#[test]
fn a_relative_key_path_of_the_platforms_script_becomes_one_that_works_everywhere() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    ssh_keygen(&env.path("keys/artcafe_agent"), "");
    // Relative to the directory in which the commands run.
    env.write(".artcafe/config.yaml", &of_the_platforms_script(&server, "user/keys/artcafe_agent"));
    env.run(&["setup"]).expect(0);
    let mut elsewhere = env.command(&["auth", "test"]);
    let output = elsewhere.current_dir("/").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_existing_key_is_adopted_and_never_touched() {
    for passphrase in ["", "correct horse"] {
        let server = Server::start(Dialect::AsBuilt, &[]);
        let env = TestEnv::with(&server);
        let key = env.path("mine/id_rsa");
        ssh_keygen(&key, passphrase);
        let before = picture(&env.path("mine"));
        let secret = env.write("passphrase", passphrase);
        let key = key.to_str().unwrap();
        let mut args = vec!["setup", "--agent-id", AGENT, "--private-key", key];
        let source = format!("file:{secret}");
        if !passphrase.is_empty() {
            args.extend(["--passphrase", &source]);
        }
        env.run(&args).expect(0);
        assert_eq!(picture(&env.path("mine")), before);
        let config = fs::read_to_string(env.config()).unwrap();
        assert!(config.contains("~/mine/id_rsa") && !config.contains("correct"), "{config}");
        assert!(!env.key().exists());
    }
}
