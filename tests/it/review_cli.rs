//! What a review of the program found: secrets read for nothing or echoed, JSON that was more than one
//! object, keys that a passphrase hid, advice that led nowhere.

use super::support::fake::{Fake, json as answer, raw};
use super::support::files::picture;
use super::support::screen::assert_screen;
use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use base64::Engine as _;
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;

const PASSPHRASE: &str = "a passphrase of five words";

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// An identity whose PKCS#8 key is protected by a passphrase in `PASS`.
fn hidden_key(server: &Server) -> TestEnv {
    let mut env = TestEnv::with(server);
    env.set("PASS", PASSPHRASE);
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--passphrase", "env:PASS"]).expect(0);
    env
}

#[test]
fn login_takes_the_source_that_its_error_names() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.unset("ARTCAFE_TOKEN");
    assert!(env.run(&["auth", "login", "--json"]).expect(2).failure()["hint"].to_string().contains("_TOKEN_SOURCE"));
    let source = format!("file:{}", env.write("admin.token", server.token()));
    env.set("ARTCAFE_TOKEN_SOURCE", &source);
    env.run(&["auth", "login"]).expect(0);
    assert!(fs::read_to_string(env.path(".artcafe/credentials.json")).unwrap().contains(server.token()));
}

#[test]
fn an_agents_own_token_is_no_login() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let token = env.run(&["auth", "token"]).expect(0).stdout;
    let run = env.run_with_input(&["auth", "login", "--token", "-", "--json"], Some(&token)).expect(4);
    assert_eq!(run.code_name(), "NOT_ALLOWED");
    assert!(run.failure()["message"].as_str().unwrap().contains("agent"), "{run:?}");
    assert!(!env.path(".artcafe/credentials.json").exists());
}

#[test]
fn a_source_is_read_only_where_its_secret_is_used() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TOKEN");
    let mark = env.path("was-read");
    env.set("ARTCAFE_TOKEN_SOURCE", &format!("cmd:touch {}; printf %s \"$ADMIN\"", mark.display()));
    env.set("ARTCAFE_PASSPHRASE_SOURCE", "env:NOWHERE");
    env.set("ADMIN", server.token());
    for args in [
        &["status"][..],
        &["key", "show"],
        &["auth", "status"],
        &["auth", "test"],
        &["config", "show"],
        &["auth", "logout"],
        &["status", "--token", "file:/nowhere/at/all"],
    ] {
        env.run(args).expect(0);
        assert!(!mark.exists(), "{args:?} read the token");
    }
    assert_eq!(env.run(&["auth", "status", "--json"]).expect(0).data()["overridden_by"], "ARTCAFE_TOKEN_SOURCE");
    env.run(&["key", "list"]).expect(0);
    assert!(mark.exists(), "the token was used although it was not read");
}

#[test]
fn standard_input_is_read_by_one_option() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = hidden_key(&server);
    env.unset("ARTCAFE_TOKEN");
    let both = ["key", "list", "--token", "-", "--passphrase", "-", "--json"];
    let run = env.run_with_input(&both, Some(server.token())).expect(2);
    let message = run.failure()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("--token") && message.contains("--passphrase"), "{message}");
    let both = ["key", "convert", "--passphrase", "-", "--new-passphrase", "-"];
    let before = picture(&env.path(".ssh"));
    let _ = env.run_with_input(&both, Some(PASSPHRASE)).expect(2);
    assert_eq!(picture(&env.path(".ssh")), before);
    // One of them alone is fine, and so is a variable that is not needed.
    env.set("ARTCAFE_TOKEN_SOURCE", "-");
    let _ = env.run_with_input(&["key", "show", "--passphrase", "-"], Some(PASSPHRASE)).expect(0);
}

#[test]
fn logout_of_all_works_beside_damaged_files() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["auth", "login", "--token", "env:ARTCAFE_TOKEN"]).expect(0);
    env.write(".artcafe/config.yaml", "auth: [not, a: mapping\n");
    let report = env.run(&["auth", "logout", "--all", "--json"]).expect(0).data();
    assert_eq!(report["removed"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["damaged_file_removed"], false);
    let credentials = env.path(".artcafe/credentials.json");
    assert!(!credentials.exists());
    env.write(".artcafe/credentials.json", "{\"logins\": [");
    let report = env.run(&["auth", "logout", "--all", "--json"]).expect(0).data();
    assert_eq!(report["damaged_file_removed"], true);
    assert!(!credentials.exists());
    env.write(".artcafe/credentials.json", "{\"logins\": [");
    assert_screen(
        &env,
        &env.run(&["auth", "logout", "--all"]),
        snapbox::str![[r#"
the file of the logins was damaged and is removed, with whatever it held
--- stderr
warning: the platform cannot end a token: whoever has a copy can use it until it expires; agents' keys and their tokens stay valid as well

"#]],
    );
    assert_screen(
        &env,
        &env.run(&["auth", "logout", "--all"]),
        snapbox::str![[r#"
there was no login

"#]],
    );
}

#[test]
fn a_key_that_a_passphrase_hides_is_known_by_its_registration() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = hidden_key(&server);
    let shown = env.run(&["key", "show", "--passphrase", "env:PASS", "--json"]).expect(0).data();
    let status = env.run(&["status", "--json"]).expect(0).data();
    assert_eq!(status["key"]["fingerprint"], shown["fingerprint"], "{status}");
    assert_eq!(status["key"]["encrypted"], true);
    assert_eq!(status["key"]["algorithm"], Value::Null);
    assert_eq!(status["registration"]["fingerprint"], shown["fingerprint"]);
    assert_eq!(status["next"], "artcafe auth test");
    assert_screen(
        &env,
        &env.run(&["status"]),
        snapbox::str![[r#"
agent         prod-data-processor-01
tenant        11111111-aaaa-4aaa-8aaa-111111111111
endpoint      [SERVER]
configuration [ROOT]/user/.artcafe/config.yaml
key           [ROOT]/user/.ssh/artcafe_agent (algorithm hidden, 0 days old, protected by a passphrase)
fingerprint   [FINGERPRINT]
registration  key id [ID], registered [TIME]
admin login   token from ARTCAFE_TOKEN
next          artcafe auth test

"#]],
    );

    let local = |args: &[&str]| {
        let data = env.run(&[&["key", "list", "--json"], args].concat()).expect(0).data();
        data["keys"].as_array().unwrap().iter().filter(|key| key["is_local"] == true).count()
    };
    assert_eq!(local(&[]), 1);
    fs::remove_file(env.path(".artcafe/state/registrations.json")).unwrap();
    assert_eq!(local(&[]), 0);
    assert_eq!(local(&["--passphrase", "env:PASS"]), 1);
    // Without any memory the configured key id still says what comes next.
    let status = env.run(&["status", "--json"]).expect(0).data();
    assert_eq!(status["key"]["fingerprint"], Value::Null);
    assert_eq!(status["next"], "artcafe auth test");
    fs::remove_file(env.config()).unwrap();
    let status = env.run(&["status", "--agent-id", AGENT, "--json"]).expect(0).data();
    assert_eq!(status["next"], "artcafe key register");
}

#[test]
fn json_is_one_object_for_every_command() {
    let env = TestEnv::new();
    let version = object(&env.run(&["--json", "--version"]).expect(0).stdout);
    assert_eq!(version["schema"], "artcafe.version/1");
    assert_eq!(version["data"]["version"], env!("CARGO_PKG_VERSION"));
    for args in [&["--json", "--help"][..], &["--json", "key", "--help"], &["--json", "help", "environment"]] {
        let help = object(&env.run(args).expect(0).stdout);
        assert_eq!(help["schema"], "artcafe.help/1", "{args:?}");
        assert!(help["data"]["text"].as_str().unwrap().len() > 200, "{args:?}");
    }
    let script = object(&env.run(&["--json", "completions", "bash"]).expect(0).stdout);
    assert_eq!(script["schema"], "artcafe.completions/1");
    assert_eq!(script["data"]["shell"], "bash");
    assert_eq!(script["data"]["script"], env.run(&["completions", "bash"]).expect(0).stdout);
    let plan = object(&env.run(&["--json", "setup", "--generate-key", "--dry-run"]).expect(0).stdout);
    assert_eq!(plan["schema"], "artcafe.key.generate.plan/1");
    assert_eq!(plan["data"]["private_key_path"], env.key().display().to_string());
    assert!(!env.key().exists());
    assert_screen(
        &env,
        &env.run(&["setup", "--generate-key", "--dry-run"]),
        snapbox::str![[r#"
would make a key at `[ROOT]/user/.ssh/artcafe_agent`

"#]],
    );
    for args in [&["--json", "key"][..], &["--json", "auth"], &["--json"]] {
        let message = env.run(args).expect(2).failure()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("subcommand"), "{args:?}: {message}");
    }
    let message = env.run(&["--json", "config", "set"]).expect(2).failure()["message"].to_string();
    assert!(message.contains("<KEY>"), "{message}");
}

#[test]
fn what_is_told_on_the_way_is_in_the_object() {
    let server = Server::start(Dialect::Documented, &["GET /ssh-keys=500"]);
    let env = TestEnv::with(&server);
    let run = env.run(&["key", "list", "--json", "--verbose", "--retries", "0", "--agent-id", AGENT]).expect(69);
    let failure = run.failure();
    assert!(failure["trace"][0].as_str().unwrap().contains("GET /ssh-keys"), "{failure}");
    assert_eq!(failure["warnings"], json!([]));
    assert!(env.run(&["key", "list", "--json", "--retries", "0"]).expect(69).failure().get("trace").is_none());

    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let run = env.run(&["auth", "test", "--json", "--verbose"]).expect(0);
    assert_eq!(run.stderr, "");
    let report = object(&run.stdout);
    assert!(report["trace"].as_array().unwrap().len() >= 3, "{report}");
    assert_eq!(report["data"]["proven"], true);
    assert_eq!(report["data"]["cause"], Value::Null);
    assert_screen(
        &env,
        &env.run(&["auth", "test", "--verbose"]),
        snapbox::str![[r#"
✓ challenge  POST /auth/agent/challenge [N] ms
✓ sign       on this machine [N] ms
✓ verify     POST /auth/verify [N] ms
✓ confirm    GET /ssh-keys/{id} [N] ms
proven: agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER], its token lives [N] min
key [ID] ([FINGERPRINT])
--- stderr
… asking for a challenge
POST /auth/agent/challenge at [SERVER]: 200 ([N] ms)
… signing it
… sending the signature
POST /auth/verify at [SERVER]: 200 ([N] ms)
… looking whether the token shows the key
GET /ssh-keys/{id} at [SERVER]: 200 ([N] ms)

"#]],
    );
}

#[test]
fn warnings_reach_the_error_object() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    env.run(&["key", "rotate", "--grace", "24h"]).expect(0);
    let failure = env.run(&["key", "show", "/nowhere/key", "--json"]).expect(3).failure();
    assert_eq!(failure["warnings"][0]["code"], "rotation_open", "{failure}");
}

#[test]
fn a_refused_proof_says_its_cause() {
    let server = Server::start(Dialect::Documented, &["POST /auth/verify=401"]);
    let mut env = TestEnv::with(&server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let id = server.register(AGENT, &env.public_line());
    env.set("ARTCAFE_KEY_ID", &id);
    let data = env.run(&["auth", "test", "--agent-id", AGENT, "--json"]).expect(4).data();
    assert!(data["cause"].as_str().unwrap().contains("401"), "{data}");
}

#[test]
fn generating_the_key_again_shows_the_one_that_is_there() {
    let mut env = TestEnv::new();
    env.set("PASS", PASSPHRASE);
    let made = ["setup", "--generate-key", "--bits", "2048", "--json"];
    let first = env.run(&[&made[..], &["--passphrase", "env:PASS"]].concat()).expect(0).data();
    let before = picture(&env.path(".ssh"));
    for passphrase in [&[][..], &["--passphrase", "env:PASS"]] {
        let run = env.run(&[&made[..], passphrase].concat()).expect(0);
        let again = run.data();
        for member in ["fingerprint", "public_key", "algorithm", "bits", "private_key_path", "encrypted"] {
            assert_eq!(again[member], first[member], "{member}");
        }
        assert_eq!(again["existed"], true);
        assert_eq!(run.warnings().is_empty(), !passphrase.is_empty(), "{run:?}");
    }
    assert_eq!(picture(&env.path(".ssh")), before);
}

#[test]
fn a_token_of_two_lines_is_refused_when_it_is_read() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.unset("ARTCAFE_TOKEN");
    let two_lines = format!("file:{}", env.write("two-lines", &format!("{}\nsecond-half\n", server.token())));
    let list = ["key", "list", "--agent-id", AGENT, "--json", "--token", &two_lines];
    for args in [&list[..], &["auth", "login", "--json", "--token", &two_lines]] {
        let run = env.run(args).expect(2);
        assert!(run.failure()["message"].as_str().unwrap().contains("--token"), "{run:?}");
        assert!(!run.stderr.contains("second-half"), "{run:?}");
    }
    env.set("ARTCAFE_TOKEN", "two words");
    let run = env.run(&["key", "list", "--agent-id", AGENT, "--json"]).expect(2);
    assert!(run.failure()["message"].as_str().unwrap().contains("ARTCAFE_TOKEN"), "{run:?}");
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn only_a_failure_of_tls_is_called_one() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_TOKEN", "x");
    let message = |endpoint: &str| {
        let run = env.run(&["key", "list", "--json", "--retries", "0", "--api-endpoint", endpoint]).expect(69);
        run.failure()["message"].as_str().unwrap().to_owned()
    };
    let named = message("https://tls.certificate.handshake.invalid");
    assert!(named.contains("cannot connect"), "{named}");
    // Whoever answers without TLS.
    let plain = Fake::start(|_| answer(200, &json!({})));
    let told = message(&plain.url().replace("http:", "https:"));
    assert!(told.contains("no secure connection"), "{told}");
    // Whoever hangs up in the middle of the handshake.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let closer = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let told = message(&format!("https://127.0.0.1:{port}"));
    closer.join().unwrap();
    assert!(told.contains("127.0.0.1"), "{told}");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = message(&format!("https://{nobody}"));
    assert!(told.contains("cannot connect"), "{told}");
}

/// The failure of `key list` against a server that answers everything with this.
fn failure_of(status: u16, headers: &'static [&'static str], body: &Value, code: i32) -> Value {
    let body = body.to_string();
    let fake = Fake::start(move |_| raw(status, headers, body.as_bytes()));
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_TOKEN", "x");
    env.run(&["key", "list", "--json", "--retries", "0"]).expect(code).failure()
}

#[test]
fn advice_fits_what_the_server_refused() {
    let limit = |resource: &str| {
        let detail = json!({ "message": "no more", "resource": resource, "current": 5, "limit": 5, "plan": "free" });
        failure_of(402, &[], &json!({ "detail": detail }), 5)["hint"].as_str().unwrap().to_owned()
    };
    assert!(limit("ssh_keys").contains("artcafe key list"));
    for other in ["agents", "channels"] {
        assert!(!limit(other).contains("key list"), "{other}: {}", limit(other));
    }
    assert!(limit("agents").contains("artcafe agent delete"));

    let slow = json!({ "detail": "slow down" });
    let limited = failure_of(429, &["retry-after: 90"], &slow, 75);
    assert_eq!(limited["code"], "RATE_LIMITED");
    assert!(limited["hint"].as_str().unwrap().contains("90 s"), "{limited}");
    let limited = failure_of(429, &["retry-after: 3600"], &slow, 75);
    assert!(limited["hint"].as_str().unwrap().contains("60 min"), "{limited}");
    for status in [408, 425] {
        let busy = failure_of(status, &[], &slow, 75);
        assert_eq!(busy["code"], "SERVER_BUSY");
        assert_eq!(busy["retryable"], true);
    }
}

#[test]
fn a_verdict_of_not_valid_is_a_refused_proof() {
    let server = std::sync::Arc::new(Server::start(Dialect::Documented, &[]));
    let behind = std::sync::Arc::clone(&server);
    let fake = Fake::start(move |request| {
        if request.line.starts_with("POST /api/v1/auth/verify") {
            return answer(200, &json!({ "valid": false, "token": null }));
        }
        request.forward(&behind)
    });
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_KEY_ID", server.keys()[0]["key_id"].as_str().unwrap());
    let run = env.run(&["auth", "test", "--allow-new-endpoint", "--json"]).expect(4);
    assert_eq!(run.data()["failure"], "PROOF_REFUSED", "{run:?}");
}

#[test]
fn an_id_that_is_null_beside_another_is_read() {
    let server = std::sync::Arc::new(Server::start(Dialect::AsBuilt, &[]));
    let behind = std::sync::Arc::clone(&server);
    let fake = Fake::start(move |request| {
        if !request.line.starts_with("GET /api/v1/ssh-keys") {
            return request.forward(&behind);
        }
        request.forward_changed(&behind, |body| {
            for name in ["keys", "ssh_keys"] {
                for record in body.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
                    record["key_id"] = Value::Null;
                }
            }
        })
    });
    let mut env = TestEnv::with(&server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    server.register(AGENT, &env.public_line());
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    let data = env.run(&["key", "list", "--agent-id", AGENT, "--json"]).expect(0).data();
    assert_eq!(data["keys"].as_array().unwrap().len(), 1, "{data}");
}

#[test]
fn a_bare_secret_is_not_echoed() {
    let env = TestEnv::new();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"sub":"admin"}"#);
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJl");
    for secret in [token.as_str(), "hunter2"] {
        for args in [&["auth", "test", secret][..], &["status", secret], &[secret], &["key", secret]] {
            for more in [&[][..], &["--json"]] {
                let run = env.run(&[args, more].concat()).expect(2);
                assert!(!run.stderr.contains(secret) && !run.stdout.contains(secret), "{args:?} {run:?}");
            }
        }
    }
    assert_screen(
        &env,
        &env.run(&["stauts"]),
        snapbox::str![[r#"
--- stderr
error: unrecognized subcommand 'stauts'

  tip: some similar subcommands exist: 'setup', 'audit', 'status'

Usage: artcafe [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit code 2

"#]],
    );
    assert_screen(
        &env,
        &env.run(&["status", "--qiet"]),
        snapbox::str![[r#"
--- stderr
error: unexpected argument '--qiet' found

  tip: a similar argument exists: '--quiet'

Usage: artcafe status --quiet

For more information, try '--help'.
--- exit code 2

"#]],
    );
}

#[test]
fn no_secret_is_set_in_the_configuration() {
    let env = TestEnv::new();
    env.write(".artcafe/config.yaml", "auth:\n  agent_id: a\n");
    let before = fs::read_to_string(env.config()).unwrap();
    for key in [
        "auth.token",
        "llm.api_key",
        "llm.openai.apiKey",
        "x.client-secret",
        "x.password",
        "x.passphrase",
        "auth.private_key",
    ] {
        let run = env.run(&["config", "set", key, "hunter2", "--json"]).expect(2);
        assert_eq!(run.code_name(), "SECRET_ON_COMMAND_LINE", "{key}");
        assert!(!run.stderr.contains("hunter2"), "{run:?}");
    }
    assert_eq!(fs::read_to_string(env.config()).unwrap(), before);
    env.run(&["config", "set", "auth.ssh_key.private_key_path", "~/.ssh/other"]).expect(0);
    env.run(&["config", "set", "llm.api_key", "${ANTHROPIC_API_KEY}"]).expect(0);
}
