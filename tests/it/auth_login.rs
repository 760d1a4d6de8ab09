//! `artcafe auth login`, `logout`, `status`: an administrator's token, kept for one endpoint and tenant.

use std::fs;
use std::process::Stdio;

use artcafe::sandbox::Dialect;
use serde_json::json;

use crate::support::files::picture;
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Run, Server, TestEnv, mode};

fn without_token(server: &Server) -> TestEnv {
    let mut env = TestEnv::with(server);
    env.unset("ARTCAFE_TOKEN");
    env
}

#[test]
fn a_token_is_validated_stored_and_used() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = without_token(&server);
        let source = format!("file:{}", env.write("token", server.token()));
        let run = env.run(&["auth", "login", "--token", &source, "--json"]).expect(0);
        assert!(!run.stdout.contains(server.token()));
        assert_eq!(
            (&run.data()["endpoint"], &run.data()["tenant_id"]),
            (&json!(server.url()), &json!(server.tenant()))
        );
        let file = env.path(".artcafe/credentials.json");
        assert_eq!(mode(&file), 0o600);
        assert!(fs::read_to_string(&file).unwrap().contains(server.token()));

        env.set_up();
        let status = env.run(&["auth", "status", "--json"]).expect(0);
        assert!(!status.stdout.contains(server.token()));
        assert_eq!(
            (&status.data()["logins"][0]["expired"], &status.data()["overridden_by"]),
            (&json!(false), &json!(null))
        );

        // Only for the endpoint and the tenant that it was given for.
        let other = Server::start(dialect, &[]);
        for more in [&["--api-endpoint", other.url()][..], &["--tenant-id", &server.info.tenants[1].id]] {
            let run = env.run(&[&["key", "list", "--json"], more].concat());
            assert_ne!(run.code, 0, "{run:?}");
        }
        assert!(other.requests().iter().all(|line| !line.contains("/ssh-keys")), "{:?}", other.requests());
    }
}

#[test]
fn a_token_that_the_server_refuses_is_not_stored() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = without_token(&server);
        env.set("WRONG", "some.wrong.token");
        env.set("OTHER", &server.info.tenants[1].admin_token);
        for source in ["env:WRONG", "env:OTHER"] {
            let run = env.run(&["auth", "login", "--token", source, "--json"]).expect(4);
            assert_eq!(run.code_name(), "TOKEN_REFUSED");
            assert!(!env.path(".artcafe/credentials.json").exists());
        }
    }
    let mut env = TestEnv::new();
    env.set("T", "a.b.c");
    let args =
        ["auth", "login", "--token", "env:T", "--api-endpoint", "http://127.0.0.1:9", "--tenant-id", "t", "--json"];
    assert_eq!(env.run(&[&args[..], &["--retries", "0"]].concat()).expect(69).code_name(), "SERVER_UNREACHABLE");
    assert!(!env.path(".artcafe/credentials.json").exists());
}

#[test]
fn every_source_works() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = without_token(&server);
    let file = env.write("token", &format!("{}\n", server.token()));
    env.set("MINE", server.token());
    let (from_file, from_command) = (format!("file:{file}"), format!("cmd:cat {file}"));
    for source in [&from_file, "env:MINE", &from_command] {
        let _ = env.run(&["auth", "login", "--token", source]).expect(0);
        let _ = env.run(&["auth", "logout"]).expect(0);
    }
    let _ = env.run_with_input(&["auth", "login", "--token", "-"], Some(server.token())).expect(0);
    let _ = env.run(&["auth", "logout"]).expect(0);
    // A descriptor that the shell opens.
    let program = env!("CARGO_BIN_EXE_artcafe");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("exec 3<{file}; exec {program} auth login --token fd:3")]);
    let output = shell.env_clear().envs(env.variables()).stdin(Stdio::null()).output().unwrap();
    let _ = Run::of(output).expect(0);
    let _ = env.run(&["auth", "logout"]).expect(0);
    env.set("ARTCAFE_TOKEN_SOURCE", "env:MINE");
    let _ = env.run(&["key", "list"]).expect(0);
}

#[test]
fn a_source_that_yields_nothing_is_told() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = without_token(&server);
    env.set("EMPTY", "");
    let empty = format!("file:{}", env.write("empty", "\n"));
    for (source, exit) in [
        ("file:/nowhere/at/all", 3),
        ("env:UNSET", 2),
        ("env:EMPTY", 2),
        ("cmd:exit 3", 1),
        ("cmd:true", 2),
        ("fd:99", 2),
        ("-", 2),
        (empty.as_str(), 2),
    ] {
        let run = env.run(&["auth", "login", "--token", source, "--json"]);
        assert_eq!(run.code, exit, "{source}: {run:?}");
        let _ = run.failure();
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_token_on_the_command_line_is_refused_and_not_repeated() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = without_token(&server).untraced("the test itself gives the secret as an argument");
    let secret = server.token();
    for args in [
        &["auth", "login", secret][..],
        &["auth", "login", "--token", secret],
        &["--token", secret, "key", "list"],
        &["setup", "--agent-id", AGENT, "--token", secret],
        &["status", "--token", secret],
        &["sandbox", "serve", "--token", secret],
    ] {
        for json in [false, true] {
            let args = if json { [args, &["--json"]].concat() } else { args.to_vec() };
            let run = env.run(&args).expect(2);
            assert!(!run.stderr.contains(secret) && run.stdout.is_empty(), "{run:?}");
            assert!(run.stderr.contains("file:PATH"), "{run:?}");
            if json {
                assert_eq!(run.code_name(), "SECRET_ON_COMMAND_LINE");
            }
        }
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_variable_overrides_and_is_never_saved() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = without_token(&server);
    env.set("MINE", server.token());
    let _ = env.run(&["auth", "login", "--token", "env:MINE"]).expect(0);
    let before = picture(&env.home());
    env.set("ARTCAFE_TOKEN", "another.token.here");
    assert_eq!(env.run(&["key", "list", "--json"]).expect(4).code_name(), "TOKEN_REFUSED");
    assert_eq!(env.run(&["auth", "status", "--json"]).expect(0).data()["overridden_by"], "ARTCAFE_TOKEN");
    // Nor is it what `auth login` keeps: nobody asked for that.
    assert_eq!(env.run(&["auth", "login", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    let _ = env.run(&["key", "list", "--token", "env:MINE"]).expect(0);
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn logging_out_says_what_stays_valid() {
    let server = Server::start(Dialect::Documented, &[]);
    let other = Server::start(Dialect::Documented, &[]);
    let env = without_token(&server);
    for server in [&server, &other] {
        let source = format!("file:{}", env.write("token", server.token()));
        let args = ["auth", "login", "--token", &source, "--api-endpoint", server.url()];
        let _ = env.run(&args).expect(0);
    }
    let run = env.run(&["auth", "logout", "--json"]).expect(0);
    assert_eq!(
        (run.data()["removed"].as_array().unwrap().len(), run.warnings()),
        (1, vec!["token_stays_valid".to_owned()])
    );
    assert_eq!(env.run(&["key", "list", "--json"]).expect(4).code_name(), "TOKEN_MISSING");
    let all = env.run(&["auth", "logout", "--all"]);
    assert_screen(
        &env,
        &all,
        snapbox::str![[r#"
logged out of tenant `11111111-aaaa-4aaa-8aaa-111111111111` at [SERVER]
--- stderr
warning: the platform cannot end a token: whoever has a copy can use it until it expires; agents' keys and their tokens stay valid as well

"#]],
    );
    assert!(all.stdout.contains(other.url()), "{all:?}");
    assert!(!env.path(".artcafe/credentials.json").exists());
    let again = env.run(&["auth", "logout", "--all", "--json"]).expect(0);
    assert_eq!((again.data()["removed"].as_array().unwrap().len(), again.warnings().len()), (0, 0));

    // A damaged file shows nothing of itself, and `--all` is the way out.
    env.write(".artcafe/credentials.json", "{\"logins\": [{\"token\": \"very.secret.token\", oops");
    let run = env.run(&["auth", "status", "--json"]).expect(78);
    assert!(!run.stderr.contains("secret.token"), "{run:?}");
    assert!(run.failure()["hint"].as_str().unwrap().contains("auth logout --all"));
    let _ = env.run(&["auth", "logout", "--all"]).expect(0);
    let _ = env.run(&["auth", "status"]).expect(0);
}

#[test]
fn a_variable_that_hides_a_login_is_told_once() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = without_token(&server);
    let source = format!("file:{}", env.write("token", server.token()));
    env.run(&["auth", "login", "--token", &source]).expect(0);
    env.set_up();
    // The same token twice hides nothing.
    env.set("ARTCAFE_TOKEN", server.token());
    assert_eq!(env.run(&["key", "list", "--json"]).expect(0).warnings(), Vec::<String>::new());
    env.set("OTHER", "some.other.token");
    for (name, value) in [("ARTCAFE_TOKEN", "some.other.token"), ("ARTCAFE_TOKEN_SOURCE", "env:OTHER")] {
        env.unset("ARTCAFE_TOKEN");
        env.set(name, value);
        let run = env.run(&["key", "list"]);
        assert_eq!(run.stderr.matches("is used, not the stored login").count(), 1, "{run:?}");
        assert!(run.stderr.contains(&format!("unset {name}")) && !run.all().contains("some.other"), "{run:?}");
        let run = env.run(&["key", "list", "--json"]).expect(4);
        let failure = run.failure();
        let codes: Vec<_> = failure["warnings"].as_array().unwrap().iter().map(|warning| &warning["code"]).collect();
        assert_eq!(codes, ["login_hidden"]);
        assert_eq!(env.run(&["auth", "status", "--json"]).expect(0).warnings(), ["login_hidden"]);
        // What needs no administrator's token does not speak of one.
        assert_eq!(env.run(&["auth", "test", "--json"]).expect(0).warnings(), Vec::<String>::new());
        let run = env.run(&["auth", "login", "--token", &source, "--json"]).expect(0);
        assert_eq!(run.warnings(), ["login_hidden"]);
    }
    // A login for another endpoint is not hidden.
    let other = Server::start(Dialect::Documented, &[]);
    env.unset("ARTCAFE_TOKEN_SOURCE");
    for (name, value) in [("ARTCAFE_API_ENDPOINT", other.url()), ("ARTCAFE_TENANT_ID", other.tenant())] {
        env.set(name, value);
    }
    env.set("ARTCAFE_TOKEN", other.token());
    assert_eq!(env.run(&["key", "list", "--json"]).expect(0).warnings(), Vec::<String>::new());
}
