//! `artcafe auth test` and `auth token`: the exit code is the product.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::fake::{Fake, json as answer, raw};
use crate::support::files::picture;
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Run, Server, TestEnv};

const TEST: [&str; 3] = ["auth", "test", "--json"];

/// A proven agent whose server then shows these faults.
fn proven(dialect: Dialect, faults: &[&str]) -> (Server, TestEnv) {
    let server = Server::start(dialect, faults);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TOKEN");
    (server, env)
}

/// The code of a verdict that is none, which is data and not an error.
#[track_caller]
fn failure(run: &Run) -> (String, String, String) {
    let data = run.data();
    assert_eq!(data["proven"], false);
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    (text("failure"), text("reason"), text("hint"))
}

#[test]
fn a_proof_tells_route_claims_life_and_the_time_of_each_step() {
    for dialect in Dialect::ALL {
        let (server, env) = proven(dialect, &[]);
        let before = picture(&env.home());
        let data = env.run(&TEST).expect(0).data();
        assert_eq!(
            (&data["proven"], &data["failure"], &data["store"]),
            (&json!(true), &Value::Null, &json!("ssh-keys"))
        );
        let routes: Vec<&Value> = data["steps"].as_array().unwrap().iter().map(|step| &step["route"]).collect();
        let expected =
            [json!("POST /auth/agent/challenge"), Value::Null, json!("POST /auth/verify"), json!("GET /ssh-keys/{id}")];
        assert_eq!(routes, expected.iter().collect::<Vec<_>>());
        assert!(data["steps"].as_array().unwrap().iter().all(|step| step["ms"].is_u64() && step["ok"] == true));
        assert_eq!(
            (&data["claims"]["agent_id"], &data["claims"]["tenant_id"]),
            (&json!(AGENT), &json!(server.tenant()))
        );
        let life = data["token_life_seconds"].as_i64().unwrap();
        assert!((3500..=3600).contains(&life), "{life}");
        assert!(data["clock_offset_seconds"].as_i64().unwrap().abs() < 5);
        assert_screen(
            &env,
            &env.run(&["auth", "test"]),
            snapbox::str![[r#"
✓ challenge  POST /auth/agent/challenge [N] ms
✓ sign       on this machine [N] ms
✓ verify     POST /auth/verify [N] ms
✓ confirm    GET /ssh-keys/{id} [N] ms
proven: agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER], its token lives [N] min
key [ID] ([FINGERPRINT])

"#]],
        );
        assert_eq!(picture(&env.home()), before);
    }
}

#[test]
fn a_bare_token_comes_out_and_opens_the_agents_own_things() {
    for dialect in Dialect::ALL {
        let (server, env) = proven(dialect, &[]);
        let run = env.run(&["auth", "token"]).expect(0);
        let token = run.stdout.trim();
        assert!(run.stdout.ends_with('\n') && token.split('.').count() == 3 && run.stderr.is_empty(), "{run:?}");
        let (status, _) = crate::support::http::ask(server.url(), "GET", "/api/v1/ssh-keys", Some(token), &Value::Null);
        assert_eq!(status, 200);
        let data = env.run(&["auth", "token", "--json"]).expect(0).data();
        assert!(data["token"].is_string() && data["expires_at"].is_string());
    }
}

#[test]
fn a_token_is_printed_only_for_a_proven_key() {
    let (server, env) = proven(Dialect::Documented, &[]);
    let id = crate::support::id_of(&server.keys()[0]);
    assert_eq!(server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null).0, 204);
    let run = env.run(&["auth", "token"]).expect(4);
    assert_eq!(run.stdout, "");
    assert_eq!(env.run(&["auth", "token", "--json"]).expect(4).code_name(), "PROOF_REFUSED");
}

#[test]
fn each_reason_of_a_refusal_is_found_with_an_administrators_token() {
    for dialect in Dialect::ALL {
        let (server, mut env) = proven(dialect, &[]);
        env.set("ARTCAFE_TOKEN", server.token());
        let id = crate::support::id_of(&server.keys()[0]);

        // Under another id than configured.
        env.set("ARTCAFE_KEY_ID", "01AAAAAAAAAAAAAAAAAAAAAAAA");
        let (code, reason, hint) = failure(&env.run(&TEST).expect(4));
        assert_eq!(code, "KEY_NOT_REGISTERED");
        assert!(
            reason.contains(&id) && hint.contains(&format!("config set auth.ssh_key.key_id {id}")),
            "{reason} {hint}"
        );
        env.unset("ARTCAFE_KEY_ID");

        // Without an id the other store is asked, which does not hold the key.
        let config = fs::read(env.config()).unwrap();
        let state = env.path(".artcafe/state");
        fs::rename(&state, env.path("state")).unwrap();
        let _ = env.run(&["config", "unset", "auth.ssh_key.key_id"]).expect(0);
        let (code, reason, hint) = failure(&env.run(&TEST).expect(4));
        assert_eq!(code, "KEY_NOT_REGISTERED");
        assert!(reason.contains("no key id is known") && hint.contains(&id), "{reason} {hint}");
        fs::rename(env.path("state"), &state).unwrap();
        fs::write(env.config(), config).unwrap();

        // Another agent's.
        let args = ["auth", "test", "--json", "--agent-id", "other-agent"];
        env.set("ARTCAFE_KEY_ID", &id);
        assert_eq!(failure(&env.run(&args).expect(4)).0, "KEY_OF_ANOTHER_AGENT");
        env.unset("ARTCAFE_KEY_ID");

        // Revoked.
        if dialect == Dialect::Documented {
            server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &json!({ "reason": "test" }));
            let (code, reason, hint) = failure(&env.run(&TEST).expect(4));
            assert_eq!(code, "KEY_REVOKED");
            assert!(reason.contains("revoked") && hint.contains("key generate --overwrite"), "{reason} {hint}");
        }

        // Gone.
        server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null);
        let (code, _, hint) = failure(&env.run(&TEST).expect(4));
        assert_eq!(code, "KEY_NOT_REGISTERED");
        assert!(hint.contains("artcafe key register"), "{hint}");

        // And without the token it says what is likely, and how to know.
        env.unset("ARTCAFE_TOKEN");
        let (code, _, hint) = failure(&env.run(&TEST).expect(4));
        assert_eq!(code, "PROOF_REFUSED");
        assert!(hint.contains("artcafe auth login"), "{hint}");
        assert_screen(
            &env,
            &env.run(&["auth", "test"]),
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
}

#[test]
fn an_unknown_tenant_is_exit_4() {
    for dialect in Dialect::ALL {
        let (_server, env) = proven(dialect, &[]);
        let run = env.run(&["auth", "test", "--json", "--tenant-id", "no-such-tenant"]).expect(4);
        assert_eq!(failure(&run).0, "TENANT_UNKNOWN");
    }
}

#[test]
fn ed25519_that_a_server_cannot_verify_is_named() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let mut env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
    let id = server.register(AGENT, &env.public_line());
    for token in [true, false] {
        if !token {
            env.unset("ARTCAFE_TOKEN");
        }
        env.set("ARTCAFE_KEY_ID", &id);
        let (code, reason, hint) = failure(&env.run(&[&TEST[..], &["--agent-id", AGENT]].concat()).expect(4));
        assert!(reason.contains("Ed25519"), "{reason}");
        // Without a token it is one of the likely reasons.
        let (expected, advice) =
            if token { ("ALGORITHM_REFUSED", "--algorithm rsa") } else { ("PROOF_REFUSED", "auth login") };
        assert!(code == expected && hint.contains(advice), "{code}: {hint}");
    }
}

#[test]
fn without_a_key_id_the_other_store_is_tested_and_said() {
    let server = Server::start(Dialect::AsBuilt, &[]);
    let mut env = TestEnv::with(&server);
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    let body = json!({ "name": "own", "type": "worker", "public_key": env.public_line() });
    let (status, body) = server.ask("POST", "/api/v1/agents", &body);
    assert_eq!(status, 201, "{body}");
    let agent = crate::support::id_of(&body["agent"]);
    env.unset("ARTCAFE_TOKEN");
    env.set("ARTCAFE_AGENT_ID", &agent);

    // The agent's own record knows the key, but no such key is registered: that is no proof.
    let run = env.run(&TEST).expect(4);
    assert_eq!(failure(&run).0, "KEY_NOT_REGISTERED");
    assert_eq!((run.warnings(), &run.data()["store"]), (vec!["agent_record".to_owned()], &json!("agent-record")));

    // Registered as well, the token shows it, and its id is found.
    let id = server.register(&agent, &env.public_line());
    let run = env.run(&TEST).expect(0);
    assert_eq!((&run.data()["key_id"], run.warnings()), (&json!(id), vec!["agent_record".to_owned()]));
}

#[test]
fn a_lost_verify_is_begun_anew_with_a_new_challenge() {
    for dialect in Dialect::ALL {
        for fault in [
            "POST /auth/verify=close-after@2x1",
            "POST /auth/verify=cut@2x1",
            "POST /auth/verify=late:100ms@2x1",
            "POST /auth/verify=502@2x1",
        ] {
            let (server, env) = proven(dialect, &[fault]);
            let challenges = server.count("POST /api/v1/auth/agent/challenge");
            let _ = env.run(&TEST).expect(0);
            assert_eq!(server.count("POST /api/v1/auth/agent/challenge") - challenges, 2, "{fault}");
            assert_eq!(server.count("POST /api/v1/auth/verify"), 3, "{fault}");
        }
    }
}

#[test]
fn no_signature_goes_out_twice() {
    let server = Arc::new(Server::start(Dialect::Documented, &["POST /auth/verify=close-after@2x2"]));
    let behind = Arc::clone(&server);
    let fake = Fake::start(move |request| request.forward(&behind));
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set_up();
    let _ = env.run(&TEST).expect(0);
    let bodies: Vec<String> = fake
        .seen()
        .into_iter()
        .filter(|request| request.line.ends_with("/auth/verify"))
        .map(|request| request.body)
        .collect();
    let mut once = bodies.clone();
    once.sort();
    once.dedup();
    assert_eq!((bodies.len(), once.len()), (4, 4));
}

#[test]
fn the_servers_trouble_is_never_a_dead_key() {
    for (fault, exit, code) in [
        ("POST /auth/agent/challenge=500@3", 69, "SERVER_FAILED"),
        ("POST /auth/verify=500@2", 69, "SERVER_FAILED"),
        ("POST /auth/verify=503@2", 69, "SERVER_FAILED"),
        ("POST /auth/verify=close-before@2", 69, "SERVER_UNREACHABLE"),
        ("POST /auth/verify=close-after@2", 69, "SERVER_UNREACHABLE"),
        ("POST /auth/verify=429@2", 75, "RATE_LIMITED"),
        ("POST /auth/agent/challenge=429:retry-after=3600@3", 75, "RATE_LIMITED"),
        ("POST /auth/agent/challenge=429:retry-after=date+3600@3", 75, "RATE_LIMITED"),
        ("GET /ssh-keys/{id}=500@2", 69, "SERVER_FAILED"),
        ("GET /ssh-keys/{id}=cut@2", 69, "SERVER_UNREACHABLE"),
    ] {
        let (_server, mut env) = proven(Dialect::Documented, &[fault]);
        env.set("ARTCAFE_RETRIES", "1");
        let (found, reason, hint) = failure(&env.run(&TEST).expect(exit));
        assert_eq!(found, code, "{fault}");
        assert!(!reason.is_empty() && !hint.is_empty(), "{fault}");
        assert!(!reason.contains("revoked") && !hint.contains("key generate"), "{fault}: {reason} {hint}");
    }
}

#[test]
fn a_proxys_page_is_told_as_such_and_not_shown() {
    let (_server, env) = proven(Dialect::Documented, &["POST /auth/agent/challenge=502@3"]);
    assert_screen(
        &env,
        &env.run(&["auth", "test", "--retries", "0"]),
        snapbox::str![[r#"
✗ challenge  POST /auth/agent/challenge [N] ms
not proven: agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER]
the server answered 502 to POST /auth/agent/challenge
the answer was: a page that is no JSON, as a proxy in between would send
hint: run the same command again later
--- exit code 69

"#]],
    );
}

#[test]
fn both_forms_of_retry_after_are_waited_for() {
    for (fault, divisor) in
        [("POST /auth/verify=429:retry-after=2@2x1", 1), ("POST /auth/verify=429:retry-after=date+3@2x1", 20)]
    {
        let (server, env) = proven(Dialect::Documented, &[fault]);
        let env = if divisor == 1 { env.with_real_waits() } else { env };
        let started = Instant::now();
        let _ = env.run(&TEST).expect(0);
        let took = started.elapsed();
        assert!(took > Duration::from_millis(1500) / divisor && took < Duration::from_secs(6), "{fault}: {took:?}");
        assert_eq!(server.count("POST /api/v1/auth/verify"), 3);
    }
}

#[test]
fn a_clock_that_is_off_is_told_with_its_seconds() {
    for (skew, off) in [("-1h", 3600), ("+1h", -3600)] {
        let skewed = Server::start(Dialect::AsBuilt, &[&format!("*=skew:{skew}")]);
        let mut env = TestEnv::with(&skewed);
        let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        let id = skewed.register(AGENT, &env.public_line());
        env.set("ARTCAFE_KEY_ID", &id);
        env.unset("ARTCAFE_TOKEN");
        let run = env.run(&[&TEST[..], &["--agent-id", AGENT]].concat());
        assert_eq!(run.warnings(), ["clock_skew"], "{run:?}");
        let found = run.data()["clock_offset_seconds"].as_i64().unwrap();
        assert!((found + off).abs() <= 2, "{found}");
        // A life is counted by the server's clock.
        if run.code == 0 {
            let life = run.data()["token_life_seconds"].as_i64().unwrap();
            assert!((3500..=3601).contains(&life), "{life}");
        }
    }
}

#[test]
fn a_refusal_on_a_machine_whose_clock_is_off_says_so() {
    let (_server, env) = proven(Dialect::Documented, &["POST /auth/verify=401@2", "*=skew:-2h@9"]);
    let run = env.run(&TEST).expect(4);
    let (code, reason, hint) = failure(&run);
    assert_eq!(code, "CLOCK_SKEW");
    assert!(hint.contains("clock"), "{hint}");
    assert!(reason.contains("clock is off by 7") || reason.contains("clock is off by 8"), "{reason}");
}

#[test]
fn a_token_that_does_not_show_the_key_is_no_proof() {
    let server = Arc::new(Server::start(Dialect::Documented, &[]));
    let env = {
        let env = TestEnv::with(&server);
        env.set_up();
        env
    };
    let foreign = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    type Change = (&'static str, Value);
    let changes: [Option<Change>; 5] = [
        Some(("public_key", json!(foreign))),
        Some(("agent_id", json!("another"))),
        Some(("revoked", json!(true))),
        Some(("status", json!("inactive"))),
        None,
    ];
    for change in changes {
        let (behind, name) = (Arc::clone(&server), format!("{change:?}"));
        let fake = Fake::start(move |request| match (&change, request.line.as_str()) {
            (Some((member, value)), line) if line.starts_with("GET /api/v1/ssh-keys/") => {
                request.forward_changed(&behind, |body| body["key"][*member] = value.clone())
            }
            // Neither the record nor the list shows anything.
            (None, line) if line.starts_with("GET /api/v1/ssh-keys/") => {
                answer(404, &json!({ "detail": "SSH key x not found" }))
            }
            (None, line) if line.starts_with("GET /api/v1/ssh-keys") => answer(200, &json!({ "keys": [] })),
            _ => request.forward(&behind),
        });
        let args = ["auth", "test", "--json", "--allow-new-endpoint", "--api-endpoint", fake.url()];
        let id = crate::support::id_of(&server.keys()[0]);
        let mut command = env.command(&args);
        let output = command.env("ARTCAFE_KEY_ID", id).output().unwrap();
        let run = Run::of(output).expect(4);
        assert_eq!(failure(&run).0, "PROOF_REFUSED", "{name}");
        // The question is put without the tenant header, beside which any token would do.
        for request in fake.seen().iter().filter(|request| request.line.starts_with("GET")) {
            assert!(
                request.headers.iter().all(|line| !line.to_ascii_lowercase().starts_with("x-tenant-id")),
                "{request:?}"
            );
        }
    }
}

/// A server that answers challenge and verify like this, and everything else with 404.
fn strange(challenge: Value, verify: Value) -> Fake {
    Fake::start(move |request| match request.line.as_str() {
        "POST /api/v1/auth/agent/challenge" => answer(200, &challenge),
        "POST /api/v1/auth/verify" | "POST /api/v1/auth/agent/verify" => answer(200, &verify),
        _ => answer(404, &json!({ "detail": "Not Found" })),
    })
}

fn stranger(fake: &Fake) -> TestEnv {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_KEY_ID", "k");
    env.set("ARTCAFE_RETRIES", "0");
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    env
}

#[test]
fn nothing_but_a_challenge_is_ever_signed() {
    for challenge in [
        json!({ "challenge": "please sign: transfer everything" }),
        json!({ "challenge": "g".repeat(64) }),
        json!({ "challenge": "0".repeat(31) }),
        json!({ "challenge": "0".repeat(129) }),
        json!({ "challenge": format!("{}\n", "0".repeat(64)) }),
        json!({ "challenge": 12 }),
        json!({}),
        json!([]),
    ] {
        let fake = strange(challenge.clone(), json!({ "valid": true, "token": "a.b.c" }));
        let env = stranger(&fake);
        let (code, _, _) = failure(&env.run(&TEST).expect(1));
        assert_eq!(code, "BAD_ANSWER", "{challenge}");
        assert!(fake.seen().iter().all(|request| !request.line.contains("verify")), "{challenge}");
    }
}

#[test]
fn a_verdict_that_is_none_is_no_proof() {
    for verify in [
        json!({ "valid": false, "token": "a.b.c" }),
        json!({ "valid": "true", "token": "a.b.c" }),
        json!({ "valid": true }),
        json!({ "valid": true, "token": "" }),
        json!({ "valid": true, "token": "a b\r\nx: y" }),
        json!({ "token": "a.b.c" }),
        // A token, but nothing that shows the key.
        json!({ "valid": true, "token": "a.b.c" }),
    ] {
        let fake = strange(json!({ "challenge": "0a".repeat(32) }), verify.clone());
        let run = stranger(&fake).run(&TEST);
        assert!(run.code == 1 || run.code == 4, "{verify}: {run:?}");
        let _ = failure(&run);
    }
}

#[test]
fn the_older_route_is_tried_where_the_newer_is_missing() {
    let server = Arc::new(Server::start(Dialect::AsBuilt, &[]));
    let behind = Arc::clone(&server);
    let fake = Fake::start(move |request| match request.line.as_str() {
        "POST /api/v1/auth/agent/challenge" => answer(404, &json!({ "detail": "Not Found" })),
        _ => request.forward(&behind),
    });
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_API_ENDPOINT", fake.url());
    env.set_up();
    let data = env.run(&TEST).expect(0).data();
    let routes: Vec<&Value> = data["steps"].as_array().unwrap().iter().map(|step| &step["route"]).collect();
    assert_eq!(routes[..2], ["POST /auth/agent/challenge", "POST /auth/challenge"]);
    // The real token is not spent on a route that looks at none.
    for request in fake.seen().iter().filter(|request| request.line == "POST /api/v1/auth/challenge") {
        assert!(request.headers.iter().all(|line| !line.contains(server.token())));
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Fake::start(|_| answer(200, &json!({ "challenge": "0a".repeat(32) })));
    for status in [301, 302, 307, 308] {
        let to = format!("location: {}/api/v1/auth/agent/challenge", elsewhere.url());
        let fake = Fake::start(move |_| raw(status, &[&to], b""));
        let (code, reason, hint) = failure(&stranger(&fake).run(&TEST).expect(1));
        assert_eq!(code, "BAD_ANSWER");
        assert!(hint.contains("redirect") && hint.contains("--api-endpoint"), "{reason} {hint}");
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[test]
fn what_a_server_says_is_shown_harmlessly() {
    let words = format!("\u{1b}]0;gone\u{7}\u{1b}[2J\r\n\u{202e}{}", "x".repeat(5000));
    let detail = words.clone();
    let fake = Fake::start(move |_| answer(400, &json!({ "detail": detail })));
    for args in [&["auth", "test"][..], &TEST, &["auth", "test", "--verbose"], &["key", "list", "--token", "env:T"]] {
        let mut env = stranger(&fake);
        env.set("T", "a.b.c");
        let run = env.run(args);
        assert_ne!(run.code, 0);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(shown.contains("\\u{1b}") || shown.contains("u{1b}"), "{shown}");
        assert!(
            !shown.chars().any(|character| (character.is_control() && character != '\n') || character == '\u{202e}'),
            "{shown:?}"
        );
        assert!(!shown.contains(&"x".repeat(500)) && shown.len() < 3000, "{}", shown.len());
    }
}

#[test]
fn a_huge_or_garbled_answer_is_refused_quickly() {
    let huge = Fake::start(|_| raw(200, &["content-type: application/json"], &vec![b' '; 8 * 1024 * 1024]));
    let garbled = Fake::start(|_| raw(200, &[], b"{\"challenge\": \"\xff\xfe"));
    let deep = Fake::start(|_| raw(200, &[], "[".repeat(100_000).as_bytes()));
    let no_http = Fake::start(|_| b"SSH-2.0-OpenSSH_9.6\r\n".to_vec());
    let silent = Fake::start(|_| Vec::new());
    for (fake, exit) in [(&huge, 1), (&garbled, 1), (&deep, 1), (&no_http, 69), (&silent, 69)] {
        let started = Instant::now();
        let run = stranger(fake).run(&TEST).expect(exit);
        assert!(started.elapsed() < Duration::from_secs(8));
        let _ = failure(&run);
    }
}

#[test]
fn an_endless_answer_ends_with_the_timeout() {
    // Announces more than it ever sends.
    let fake = Fake::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        raw(200, &[], b"{}")
    });
    let started = Instant::now();
    let run = stranger(&fake).run(&["auth", "test", "--json", "--timeout", "0.5"]).expect(69);
    assert!(started.elapsed() < Duration::from_secs(3));
    let (code, reason, _) = failure(&run);
    assert_eq!(code, "SERVER_UNREACHABLE");
    assert!(reason.contains("in time"), "{reason}");
}

#[test]
fn a_key_is_not_proved_to_another_endpoint_unasked() {
    for dialect in Dialect::ALL {
        let (first, mut env) = proven(dialect, &[]);
        let second = Server::start(dialect, &[]);
        env.set("ARTCAFE_API_ENDPOINT", second.url());
        let hint = {
            let failure = env.run(&TEST).expect(5).failure();
            assert_eq!(failure["code"], "NEW_ENDPOINT");
            let message = failure["message"].as_str().unwrap();
            assert!(message.contains(first.url()) && message.contains(second.url()), "{message}");
            failure["hint"].as_str().unwrap().to_owned()
        };
        assert!(hint.contains("--allow-new-endpoint"), "{hint}");
        assert_eq!(second.requests(), Vec::<String>::new());
        assert_eq!(env.run(&["auth", "token", "--json"]).expect(5).code_name(), "NEW_ENDPOINT");
        // Nor in passing, on the way to something else.
        assert_ne!(env.run(&["key", "list", "--json"]).code, 0);
        assert_ne!(env.run(&["setup", "--yes", "--json"]).code, 0);
        assert_eq!(second.count("POST /api/v1/auth/verify") + second.count("POST /api/v1/auth/agent/verify"), 0);

        // Meant, it is tried, and registered there it is proven without more words.
        assert_eq!(
            failure(&env.run(&[&TEST[..], &["--allow-new-endpoint"]].concat()).expect(4)).0,
            "KEY_NOT_REGISTERED"
        );
        env.set("ARTCAFE_TOKEN", second.token());
        env.set("ARTCAFE_TENANT_ID", second.tenant());
        let _ = env.run(&["key", "register"]).expect(0);
        let _ = env.run(&TEST).expect(0);
    }
}

#[test]
fn what_is_wrong_before_any_request_is_an_error_object() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
    assert_eq!(env.run(&TEST).expect(3).code_name(), "KEY_FILE_MISSING");
    let _ = env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    assert_eq!(env.run(&TEST).expect(2).code_name(), "INPUT_NEEDED");
    fs::write(env.key(), "garbage").unwrap();
    assert_eq!(env.run(&TEST).expect(1).code_name(), "KEY_UNUSABLE");
}

#[test]
fn a_key_of_another_tenant_is_not_registered_in_this_one_by_a_program() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let other = server.info.tenants[1].id.clone();
    let mut alone = env.clone();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_TENANT_ID"] {
        alone.unset(name);
    }
    let run = alone.run(&["auth", "test", "--json", "--tenant-id", &other]).expect(4);
    let data = run.data();
    let reason = data["reason"].as_str().unwrap();
    assert_eq!((&data["failure"], &data["fix"]), (&json!("KEY_NOT_REGISTERED"), &Value::Null));
    assert!(reason.contains(server.tenant()) && reason.contains("--tenant-id"), "{reason}");
}
