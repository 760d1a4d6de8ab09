//! No secret where it does not belong: a whole life cycle is run with known secrets, and everything
//! that it printed and left is searched for them.

use std::fs;
use std::path::{Path, PathBuf};

use artcafe::sandbox::Dialect;
use base64::Engine as _;

use super::support::{AGENT, Run, Server, TestEnv, mode};

const PASSPHRASE: &str = "correct-horse-battery-staple-77";

/// A secret in every form that it could leak in.
fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                (byte as char).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    vec![secret.to_owned(), base64::engine::general_purpose::STANDARD.encode(secret), hex, url]
}

fn found_in(text: &[u8], secret: &str) -> bool {
    let text = String::from_utf8_lossy(text);
    forms(secret).iter().any(|form| text.contains(form.as_str()))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn nothing_secret_is_printed_or_left_about() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let token = server.token().to_owned();
    env.unset("ARTCAFE_TOKEN");
    env.set("ADMIN", &token);
    env.set("PASS", PASSPHRASE);
    let given = ["--token", "env:ADMIN", "--passphrase", "env:PASS", "--verbose"];
    let run = |args: &[&str]| env.run(&[args, given.as_slice()].concat());
    let plain = |args: &[&str]| env.run(&[args, &["--passphrase", "env:PASS", "--verbose"]].concat());
    let mut runs: Vec<(&str, Run)> = vec![
        ("setup", run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0)),
        ("login", env.run(&["auth", "login", "--token", "env:ADMIN", "--verbose"]).expect(0)),
        ("test", plain(&["auth", "test"]).expect(0)),
        ("test json", plain(&["auth", "test", "--json"]).expect(0)),
        ("list", plain(&["key", "list"]).expect(0)),
        ("show", plain(&["key", "show"]).expect(0)),
        ("status", env.run(&["status"]).expect(0)),
        ("auth status", env.run(&["auth", "status", "--json"]).expect(0)),
        ("wrong passphrase", env.run(&["auth", "test", "--passphrase", "env:ADMIN"]).expect(4)),
        ("plain token", env.run(&["auth", "login", &token]).expect(2)),
        ("plain token flag", env.run(&["auth", "test", "--token", &token]).expect(2)),
        ("plain passphrase", env.run(&["auth", "test", "--passphrase", PASSPHRASE]).expect(2)),
    ];
    let key = fs::read_to_string(env.key()).unwrap();
    let key_line = key.lines().nth(3).unwrap().to_owned();
    let access = plain(&["auth", "token"]).expect(0).stdout.trim().to_owned();
    runs.push(("deregister", plain(&["deregister", "--yes"]).expect(0)));
    for secret in [token.as_str(), PASSPHRASE, key_line.as_str(), access.as_str()] {
        for (name, run) in &runs {
            assert!(!found_in(run.stdout.as_bytes(), secret), "`{name}` printed a secret on stdout");
            assert!(!found_in(run.stderr.as_bytes(), secret), "`{name}` printed a secret on stderr");
        }
        let mut files = Vec::new();
        files_below(&env.home(), &mut files);
        for file in files {
            let own = file.ends_with("credentials.json");
            assert!(own || !found_in(&fs::read(&file).unwrap(), secret), "{} holds a secret", file.display());
        }
    }
    // The search does find what is there.
    assert!(found_in(&fs::read(env.path(".artcafe/credentials.json")).unwrap(), &token));
    assert!(found_in(access.as_bytes(), &access));
}

#[test]
fn no_challenge_or_signature_is_shown() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let run = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--verbose"]).expect(0);
    let test = env.run(&["auth", "test", "--verbose"]).expect(0);
    for text in [&run.stdout, &run.stderr, &test.stdout, &test.stderr] {
        let longest_hex = text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
        assert!(longest_hex < 32, "something like a challenge was shown: {text}");
        let longest_word =
            text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).map(str::len).max().unwrap_or(0);
        assert!(longest_word < 200, "something like a signature was shown: {text}");
    }
    // The same search does see a challenge.
    assert!("0a".repeat(32).split(|c: char| !c.is_ascii_hexdigit()).any(|word| word.len() >= 32));
}

#[test]
fn files_and_directories_are_private() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    env.run(&["auth", "login", "--token", "env:ARTCAFE_TOKEN"]).expect(0);
    for directory in [".artcafe", ".artcafe/state", ".ssh"] {
        assert_eq!(mode(&env.path(directory)), 0o700, "{directory}");
    }
    for file in [
        ".artcafe/config.yaml",
        ".artcafe/credentials.json",
        ".artcafe/state/registrations.json",
        ".artcafe/lock",
        ".ssh/artcafe_agent",
    ] {
        assert_eq!(mode(&env.path(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&env.path(".ssh/artcafe_agent.pub")), 0o644);
}
