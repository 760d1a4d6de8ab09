//! What must never happen: a secret seen, a request to somebody else, a key open to others.

use std::fs;
use std::process::Stdio;

use artcafe::sandbox::Dialect;
use serde_json::json;

use crate::support::fake::{Fake, json as answer};
use crate::support::files::{chmod, picture};
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Run, Server, TestEnv};

/// Every base64 line of the private key, each longer than any word.
fn private_lines(env: &TestEnv) -> Vec<String> {
    let text = fs::read_to_string(env.key()).unwrap();
    text.lines().filter(|line| !line.starts_with("-----") && line.len() > 16).map(str::to_owned).collect()
}

#[test]
fn no_secret_is_seen_in_all_that_is_printed_logged_or_written_elsewhere() {
    for dialect in Dialect::ALL {
        let server = std::sync::Arc::new(Server::start(dialect, &["POST /auth/verify=502@2x1"]));
        let behind = std::sync::Arc::clone(&server);
        let fake = Fake::start(move |request| request.forward(&behind));
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_API_ENDPOINT", fake.url());
        env.set("PHRASE", "correct horse battery");
        let with = ["--verbose", "--passphrase", "env:PHRASE"];
        let mut runs = Vec::new();
        for json in [&[][..], &["--json"]] {
            for command in [
                &["setup", "--agent-id", AGENT, "--bits", "2048"][..],
                &["auth", "test"],
                &["auth", "test", "--tenant-id", "other"],
                &["auth", "test", "--agent-id", "other"],
                &["key", "register"],
                &["key", "list", "--all-agents"],
                &["key", "show"],
                &["key", "convert", "--new-passphrase", "env:PHRASE"],
                &["deregister", "--yes"],
            ] {
                runs.push(env.run(&[command, &with[..], json].concat()));
            }
            for command in [&["status"][..], &["auth", "status"], &["config", "show"], &["config", "validate"]] {
                runs.push(env.run(&[command, &["--verbose"], json].concat()));
            }
            // What deregister left would be found by the next round.
            let _ =
                env.run(&["key", "generate", "--bits", "2048", "--passphrase", "env:PHRASE", "--overwrite"]).expect(0);
        }
        assert!(runs.iter().filter(|run| run.code == 0).count() > 10);
        assert!(runs.iter().any(|run| run.stderr.contains("POST /auth/verify at ")), "nothing was verbose");

        let mut secrets = vec![server.token().to_owned(), "correct horse battery".to_owned()];
        secrets.extend(private_lines(&env));
        for request in fake.seen() {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
            for member in ["challenge", "response"] {
                secrets.extend(body[member].as_str().map(str::to_owned));
            }
            secrets.extend(
                request.headers.iter().filter_map(|line| line.split_once("Bearer ").map(|(_, token)| token.to_owned())),
            );
        }
        secrets.sort();
        secrets.dedup();
        assert!(secrets.len() > 10);
        let mut places: Vec<(String, String)> = runs
            .iter()
            .enumerate()
            .map(|(place, run)| (format!("run {place}"), format!("{}{}", run.stdout, run.stderr)))
            .collect();
        places.push(("the request log".to_owned(), server.requests().join("\n")));
        for (path, seen) in picture(&env.home()) {
            if !path.starts_with(env.path(".ssh")) {
                places.push((path.display().to_string(), String::from_utf8_lossy(&seen.4).into_owned()));
            }
        }
        for (place, text) in places {
            for secret in &secrets {
                // The placeholder that the older challenge route gets is no secret.
                assert!(secret == "challenge" || !text.contains(secret.as_str()), "{place} shows a secret:\n{text}");
            }
        }
    }
}

#[test]
fn a_passphrase_on_the_command_line_is_refused_and_not_repeated() {
    let env = TestEnv::new();
    let _ = env.run(&["key", "generate", "--bits", "2048", "--output", "there"]).expect(0);
    for args in [
        &["key", "generate", "--passphrase", "hunter2hunter2"][..],
        &["setup", "--agent-id", AGENT, "--tenant-id", "t", "--passphrase", "hunter2hunter2"],
        &["setup", "--generate-key", "--passphrase", "hunter2hunter2"],
        &["key", "show", "there", "--passphrase", "hunter2hunter2"],
        &["key", "convert", "there", "--new-passphrase", "hunter2hunter2"],
        &["key", "convert", "there", "--passphrase", "hunter2hunter2"],
        &["auth", "test", "--passphrase", "hunter2hunter2"],
    ] {
        for json in [&[][..], &["--json"]] {
            let run = env.run(&[args, json].concat()).expect(2);
            assert!(!run.stderr.contains("hunter2") && run.stdout.is_empty(), "{args:?}: {run:?}");
            assert!(run.stderr.contains("file:PATH"), "{args:?}: {run:?}");
        }
    }
    assert!(!env.key().exists() && !env.config().exists());
}

#[test]
fn every_source_of_a_passphrase_works() {
    let mut env = TestEnv::new();
    env.set("PHRASE", "correct horse");
    let file = env.write("phrase", "correct horse\n");
    let _ = env.run(&["key", "generate", "--bits", "2048", "--passphrase", "env:PHRASE"]).expect(0);
    let convert = ["key", "convert", "--new-passphrase", "env:PHRASE"];
    for source in [format!("file:{file}"), "env:PHRASE".to_owned(), format!("cmd:cat {file}")] {
        let _ = env.run(&[&convert[..], &["--passphrase", &source]].concat()).expect(0);
        env.set("ARTCAFE_PASSPHRASE_SOURCE", &source);
        let _ = env.run(&convert).expect(0);
        env.unset("ARTCAFE_PASSPHRASE_SOURCE");
    }
    let _ = env.run_with_input(&[&convert[..], &["--passphrase", "-"]].concat(), Some("correct horse\n")).expect(0);
    let program = env!("CARGO_BIN_EXE_artcafe");
    let mut shell = std::process::Command::new("sh");
    shell.args([
        "-c",
        &format!("exec 3<{file}; exec {program} key convert --passphrase fd:3 --new-passphrase env:PHRASE"),
    ]);
    let output = shell.env_clear().envs(env.variables()).stdin(Stdio::null()).output().unwrap();
    let _ = Run::of(output).expect(0);
}

#[test]
fn plain_http_beyond_loopback_is_refused_without_a_request() {
    let fake = Fake::start(|_| answer(200, &json!({})));
    let port = fake.url().rsplit_once(':').unwrap().1.to_owned();
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_TOKEN", "a.b.c");
    env.set("ARTCAFE_RETRIES", "0");
    env.set("http_proxy", fake.url());
    env.set("HTTP_PROXY", fake.url());
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    for endpoint in [
        "http://192.0.2.1",
        "http://example.com",
        "http://localhost.example.com",
        "http://0.0.0.0",
        "http://127.0.0.1.example.com",
    ] {
        for command in [&["auth", "test"][..], &["key", "list"], &["key", "register"], &["setup"]] {
            let endpoint = format!("{endpoint}:{port}");
            let run = env.run(&[command, &["--api-endpoint", &endpoint, "--json"]].concat()).expect(78);
            assert_eq!(run.code_name(), "ENDPOINT_INSECURE", "{endpoint} {command:?}");
        }
    }
    assert_eq!(fake.seen().len(), 0);
    assert!(!env.config().exists());
    // Allowed in so many words, it is asked; here by way of the proxy.
    let run = env.run(&["auth", "test", "--insecure-http", "--api-endpoint", "http://agent.example.com"]);
    assert_ne!(run.code, 78, "{run:?}");
    assert_eq!(fake.seen().len(), 1);
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let proxy = Fake::start(|_| answer(200, &json!({})));
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        env.set(name, proxy.url());
    }
    env.set_up();
    let _ = env.run(&["auth", "test"]).expect(0);
    env.set("ARTCAFE_KEY_ID", &crate::support::id_of(&server.keys()[0]));
    let by_name = server.url().replace("127.0.0.1", "localhost");
    let _ = env.run(&["auth", "test", "--api-endpoint", &by_name, "--allow-new-endpoint"]).expect(0);
    assert_eq!(proxy.seen().len(), 0);
}

#[test]
fn https_goes_through_the_proxy_unless_the_host_is_excepted() {
    let proxy = Fake::start(|_| answer(502, &json!({})));
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_RETRIES", "0");
    env.set("ARTCAFE_TIMEOUT", "2");
    env.set("ARTCAFE_API_ENDPOINT", "https://api.invalid");
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    for (name, value) in [("HTTPS_PROXY", proxy.url()), ("https_proxy", proxy.url()), ("ALL_PROXY", proxy.url())] {
        env.set(name, value);
        let before = proxy.seen().len();
        let _ = env.run(&["auth", "test"]).expect(69);
        assert_eq!(proxy.seen().len(), before + 1, "{name}");
        assert_eq!(proxy.seen()[before].line, "CONNECT api.invalid:443");
        env.set("NO_PROXY", "api.invalid");
        let _ = env.run(&["auth", "test"]).expect(69);
        assert_eq!(proxy.seen().len(), before + 1, "{name}");
        env.unset("NO_PROXY");
        env.unset(name);
    }
}

#[test]
fn a_key_that_others_can_reach_is_not_used() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let asked = server.requests().len();
    for (path, loose, strict) in [
        (env.key(), 0o640, 0o600),
        (env.key(), 0o604, 0o600),
        (env.path(".ssh"), 0o770, 0o700),
        (env.path(".ssh"), 0o707, 0o700),
    ] {
        chmod(&path, loose);
        for command in
            [&["auth", "test"][..], &["auth", "token"], &["key", "register"], &["setup"], &["deregister", "--yes"]]
        {
            let failure = env.run(&[command, &["--json"]].concat()).expect(77).failure();
            assert_eq!(failure["code"], "LOOSE_MODE", "{command:?}");
            assert!(failure["hint"].as_str().unwrap().contains("chmod "), "{failure}");
            assert_eq!(failure["fix"]["argv"], serde_json::json!(["artcafe", "key", "repair"]), "{failure}");
        }
        chmod(&path, strict);
    }
    assert_eq!(server.requests().len(), asked);
    // Looking is how one finds out.
    chmod(&env.key(), 0o644);
    assert_eq!(env.run(&["key", "show", "--json"]).expect(0).warnings(), ["loose_mode"]);
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
              `[ROOT]/user/.ssh/artcafe_agent` is open to other users (mode 0644): chmod 600 [ROOT]/user/.ssh/artcafe_agent
registration  key id [ID], registered [TIME]
admin login   token from ARTCAFE_TOKEN
next          artcafe auth test

"#]],
    );
}

#[test]
fn an_id_is_checked_before_it_reaches_a_path_or_a_url() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    for bad in ["../x", "a/b", "..", "a b", "a?b", "a%2fb", &"x".repeat(129)] {
        for flag in ["--agent-id", "--tenant-id"] {
            let _ = env.run(&["setup", flag, bad, "--json"]).expect(2).failure();
        }
        let _ = env.run(&["setup", "--agent-id", AGENT, "--profile", bad, "--json"]).expect(2).failure();
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn the_server_is_told_who_asks_and_never_asked_for_a_key_of_its_making() {
    let server = std::sync::Arc::new(Server::start(Dialect::Documented, &[]));
    let behind = std::sync::Arc::clone(&server);
    let fake = Fake::start(move |request| request.forward(&behind));
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    let _ = env.run(&["setup", "--agent-name", "new", "--bits", "2048"]).expect(0);
    let agent = format!("user-agent: artcafe/{}", env!("CARGO_PKG_VERSION"));
    for request in fake.seen() {
        assert!(request.headers.iter().any(|line| line.eq_ignore_ascii_case(&agent)), "{request:?}");
        assert!(!request.line.contains("generate"), "{request:?}");
        assert!(!request.body.contains("PRIVATE KEY"));
    }
    let agents: Vec<_> = fake.seen().into_iter().filter(|request| request.line == "POST /api/v1/agents").collect();
    assert!(agents.len() == 1 && agents[0].body.contains("ssh-rsa "), "{agents:?}");
}
