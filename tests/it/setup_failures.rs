//! `artcafe setup` where something refuses: a clear error, nothing lost, and the way on.

use super::support::scenes::setup_failures::*;
use crate::support::files::{chmod, names, picture};
use crate::support::{Server, TestEnv};
use artcafe::sandbox::{Dialect, Options};
use std::fs;

/// Neither key nor configuration nor registration.
#[track_caller]
fn nothing_made(env: &TestEnv, server: &Server) {
    assert_eq!(names(&env.home()), Vec::<String>::new());
    assert_eq!(server.count("POST /api/v1/ssh-keys"), 0);
}

#[test]
fn a_wrong_token_makes_nothing() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        let (head, _) = server.token().rsplit_once('.').unwrap();
        for wrong in ["nonsense".to_owned(), format!("{head}.AAAA")] {
            env.set("ARTCAFE_TOKEN", &wrong);
            let run = env.run(&SETUP).expect(4);
            assert_eq!(run.code_name(), "TOKEN_REFUSED", "{dialect}");
            assert!(!run.stderr.contains(&wrong));
            nothing_made(&env, &server);
        }
    }
}

#[test]
fn another_tenants_token_makes_nothing() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_TOKEN", &server.info.tenants[1].admin_token);
        let failure = env.run(&SETUP).expect(4).failure();
        assert_eq!(failure["code"], "TOKEN_REFUSED");
        let message = failure["message"].as_str().unwrap();
        assert!(message.contains(server.tenant()) && message.contains(&server.info.tenants[1].id), "{message}");
        nothing_made(&env, &server);
    }
}

#[test]
fn a_tenant_that_cannot_be_used_makes_nothing() {
    let tenants = ["t-1=Gone:free:suspended", "t-2=Poor:free:unpaid"].map(|spec| spec.parse().unwrap()).to_vec();
    for dialect in Dialect::ALL {
        let server = Server::start_with(Options { dialect, tenants: tenants.clone(), ..Options::default() });
        let mut env = TestEnv::with(&server);
        for (tenant, code) in [(Some(0), "TENANT_INACTIVE"), (Some(1), "TENANT_INACTIVE"), (None, "TENANT_UNKNOWN")] {
            match tenant.map(|place: usize| &server.info.tenants[place]) {
                Some(tenant) => {
                    env.set("ARTCAFE_TENANT_ID", &tenant.id);
                    env.set("ARTCAFE_TOKEN", &tenant.admin_token);
                }
                None => {
                    env.set("ARTCAFE_TENANT_ID", "no-such-tenant");
                    env.unset("ARTCAFE_TOKEN");
                }
            }
            assert_eq!(env.run(&SETUP).expect(4).code_name(), code, "{dialect}");
            nothing_made(&env, &server);
        }
    }
}

#[test]
fn a_server_that_is_down_makes_nothing() {
    let mut env = TestEnv::new();
    env.set("ARTCAFE_TENANT_ID", "tenant-1");
    env.set("ARTCAFE_RETRIES", "1");
    {
        // A port that was just closed.
        let server = Server::start(Dialect::Documented, &[]);
        env.set("ARTCAFE_API_ENDPOINT", server.url());
    }
    for token in [None, Some("some.admin.token")] {
        if let Some(token) = token {
            env.set("ARTCAFE_TOKEN", token);
        }
        let failure = env.run(&SETUP).expect(69).failure();
        assert_eq!((&failure["code"], &failure["retryable"]), (&"SERVER_UNREACHABLE".into(), &true.into()));
        assert_eq!(names(&env.home()), Vec::<String>::new());
    }
}

#[test]
fn a_corrupt_configuration_is_left_as_it_is() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    for corrupt in [
        "auth: [unclosed\n",
        "auth:\n  agent_id: a\n  agent_id: b\n",
        "- just\n- a list\n",
        "auth:\n  agent_id: 'x\n",
        "\u{1}\u{2}",
    ] {
        env.write(".artcafe/config.yaml", corrupt);
        let before = picture(&env.home());
        for args in [&SETUP[..], &[&SETUP[..], &["--yes", "--force"]].concat()] {
            let failure = env.run(args).expect(78).failure();
            assert_eq!(failure["code"], "CONFIG_INVALID");
            let told = format!("{} {}", failure["message"], failure["hint"]);
            assert!(told.contains("config.yaml"), "{told}");
            assert_eq!(picture(&env.home()), before, "{corrupt:?}");
        }
    }
    assert_eq!(server.count("POST /api/v1/ssh-keys"), 0);
}

#[test]
fn a_home_that_cannot_be_written_is_told_before_the_server_is_asked() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.open_to_nobody();
    chmod(&env.home(), 0o555);
    let run = env.run_as_nobody(&SETUP).expect(77);
    let failure = run.failure();
    assert_eq!(failure["code"], "PERMISSION_DENIED");
    assert!(failure["hint"].as_str().unwrap().contains("ARTCAFE_HOME"), "{failure}");
    assert_eq!(server.requests(), Vec::<String>::new());

    // A configuration home that works does not help a key directory that does not.
    chmod(&env.home(), 0o755);
    fs::create_dir(env.path("state")).unwrap();
    chmod(&env.path("state"), 0o777);
    env.set("ARTCAFE_HOME", env.path("state/artcafe").to_str().unwrap());
    chmod(&env.home(), 0o555);
    assert_eq!(env.run_as_nobody(&SETUP).expect(77).code_name(), "PERMISSION_DENIED");
    nothing_made_but_state(&env);
    assert_eq!(server.keys().len(), 0);

    // And with one of its own it works.
    env.set("ARTCAFE_KEY_DIR", env.path("state/keys").to_str().unwrap());
    env.run_as_nobody(&SETUP).expect(0);
}

#[track_caller]
fn nothing_made_but_state(env: &TestEnv) {
    assert!(!env.key().exists() && !env.path("state/artcafe/config.yaml").exists());
}

#[test]
fn an_unreadable_key_or_configuration_is_told() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    env.open_to_nobody();
    for path in [env.key(), env.config()] {
        chmod(&path, 0o000);
        let before = picture(&env.home());
        for args in [&SETUP[..], &["auth", "test", "--json"]] {
            let run = env.run_as_nobody(args).expect(77);
            assert_eq!(run.code_name(), "PERMISSION_DENIED");
            assert!(run.failure()["message"].as_str().unwrap().contains(path.to_str().unwrap()), "{run:?}");
        }
        assert_eq!(picture(&env.home()), before);
        chmod(&path, 0o600);
    }
    env.run_as_nobody(&SETUP).expect(0);
}

#[test]
fn a_key_that_others_can_read_is_refused_before_the_server_is_asked() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.run(&["key", "generate", "--bits", "2048"]).expect(0);
    chmod(&env.key(), 0o644);
    let failure = env.run(&SETUP).expect(77).failure();
    assert_eq!(failure["code"], "LOOSE_MODE");
    assert!(failure["hint"].as_str().unwrap().contains("chmod 600"), "{failure}");
    assert_eq!(server.requests(), Vec::<String>::new());
    chmod(&env.key(), 0o600);
    chmod(&env.path(".ssh"), 0o777);
    assert_eq!(env.run(&SETUP).expect(77).code_name(), "LOOSE_MODE");
    chmod(&env.path(".ssh"), 0o700);
    env.run(&SETUP).expect(0);
}

#[test]
fn a_public_half_alone_is_not_overwritten() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.write(".ssh/artcafe_agent.pub", "ssh-rsa AAAA lost\n");
    let before = picture(&env.home());
    assert_eq!(env.run(&SETUP).expect(5).code_name(), "FILE_EXISTS");
    assert_eq!(picture(&env.home()), before);
    assert_eq!(server.count("POST"), 0);
}

#[test]
fn a_key_with_a_passphrase_needs_it() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("SECRET", "correct horse");
    env.set("WRONG", "battery staple");
    let args = [&SETUP[..], &["--passphrase", "env:SECRET"]].concat();
    env.run(&args).expect(0);
    assert!(fs::read_to_string(env.key()).unwrap().contains("ENCRYPTED"));
    let before = picture(&env.home());
    let failure = env.run(&SETUP).expect(2).failure();
    assert_eq!(failure["code"], "INPUT_NEEDED");
    assert!(failure["hint"].as_str().unwrap().contains("--passphrase"), "{failure}");
    let wrong = env.run(&[&SETUP[..], &["--passphrase", "env:WRONG"]].concat()).expect(4);
    assert_eq!(wrong.code_name(), "PASSPHRASE_WRONG");
    assert!(!wrong.stderr.contains("battery"));
    env.run(&args).expect(0);
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn a_step_that_fails_late_leaves_the_earlier_ones_to_go_on_from() {
    for (fault, word) in [
        ("POST /ssh-keys=500x1", "500"),
        ("POST /ssh-keys=422x1", "422"),
        ("POST /auth/verify=401x1", "not accept"),
        ("POST /auth/verify=500x3", "500"),
        ("GET /ssh-keys/{id}=500x4", "500"),
    ] {
        let server = Server::start(Dialect::Documented, &[fault]);
        let env = TestEnv::with(&server);
        let failure = env.run(&SETUP).expect(6).failure();
        assert_eq!(failure["code"], "PARTLY_DONE", "{fault}");
        assert!(failure["message"].as_str().unwrap().contains("key ("), "{failure}");
        assert!(failure["cause"].as_str().unwrap().contains(word), "{fault}: {failure}");
        let key = picture(&env.path(".ssh"));
        let data = env.run(&SETUP).expect(0).data();
        assert_eq!(data["steps"][0]["state"], "already_done");
        assert_eq!((picture(&env.path(".ssh")), server.keys().len()), (key, 1), "{fault}");
    }
}

#[test]
fn a_registration_whose_answer_was_lost_is_settled() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &["POST /ssh-keys=close-afterx1"]);
        let env = TestEnv::with(&server);
        env.run(&SETUP).expect(0);
        assert_eq!(server.keys().len(), 1);
    }
}

#[test]
fn a_plan_that_is_used_up_is_told_with_its_numbers() {
    let tenants = vec!["t-1=Small:free".parse().unwrap()];
    let server = Server::start_with(Options { tenants, ..Options::default() });
    for place in 0..5 {
        let line = TestEnv::new();
        line.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
        server.register(&format!("agent-{place}"), &line.public_line());
    }
    let env = TestEnv::with(&server);
    let failure = env.run(&SETUP).expect(6).failure();
    assert_eq!(failure["code"], "PARTLY_DONE");
    assert!(failure["hint"].as_str().unwrap().contains("allows 5 and 5 are there"), "{failure}");
    assert_eq!(server.keys().len(), 5);
}
