//! `ci`: a token by a key that is kept nowhere, and the sweep after a kill.

use super::support::scenes::ci::*;
use super::support::scenes::tokens::is_good;
use super::support::screen::assert_screen;
use super::support::{AGENT, Run, Server, id_of};
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
use std::time::Duration;

/// The names of the keys that are registered.
fn names(server: &Server) -> Vec<String> {
    server.keys().iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect()
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
}

fn until(done: impl Fn() -> bool) {
    while !done() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

const PRINT: [&str; 3] = ["sh", "-c", "printf %s \"$ARTCAFE_ACCESS_TOKEN\""];

#[test]
fn a_job_gets_a_token_and_leaves_no_key() {
    for dialect in [Dialect::Documented, Dialect::AsBuilt] {
        let (server, env) = runner(dialect, &[]);
        let run = env.run(&[&["ci", "--"], &PRINT[..]].concat());
        assert_screen(
            &env,
            &run,
            snapbox::str![[r#"
[TOKEN][no newline]
--- stderr
the job's key [ID] was registered, proved and deleted

"#]],
        );
        assert!(is_good(&server, &run.stdout), "{run:?}");
        assert_eq!(names(&server), Vec::<String>::new());
        let changes: Vec<String> = server.requests().into_iter().filter(|line| !line.starts_with("GET ")).collect();
        let changes: Vec<&str> = changes.iter().map(|line| line.split("/ssh-keys/").next().unwrap()).collect();
        assert_eq!(
            changes,
            [
                "POST /api/v1/ssh-keys 201",
                "POST /api/v1/auth/agent/challenge 200",
                "POST /api/v1/auth/verify 200",
                "POST /api/v1",
                "DELETE /api/v1"
            ]
        );
        // Where the platform can revoke, the key is revoked before its record goes.
        let revocation = server.requests().into_iter().find(|line| line.contains("/revoke ")).unwrap();
        let is_revoked = dialect == Dialect::Documented;
        assert!(revocation.ends_with(if is_revoked { " 200" } else { " 404" }), "{revocation}");
        // No key, no configuration and no kept token is on the machine; the history tells what was done.
        assert!(!env.path(".ssh").exists() && !env.config().exists() && !env.path(".artcafe/state").exists());
        let history = env.run(&["audit", "show", "--json"]).expect(0).data();
        let lines = history["lines"].as_array().unwrap();
        let actions: Vec<&str> = lines.iter().map(|line| line["what"].as_str().unwrap()).collect();
        let revoked: &[&str] = if is_revoked { &["key_revoked"] } else { &[] };
        assert_eq!(actions, [&["key_registered"], revoked, &["key_deleted"]].concat());
    }
}

#[test]
fn the_command_is_as_under_exec() {
    let (server, mut env) = runner(Dialect::Documented, &[]);
    let run = env.run(&["ci", "--", "env"]).expect(0);
    assert!(!run.stdout.contains(server.token()) && !run.stdout.contains("ARTCAFE_TOKEN="), "{run:?}");
    let run = env.run(&["ci", "--quiet", "--fd", "3", "--", "sh", "-c", "cat <&3; env >&2; exit 9"]).expect(9);
    assert!(is_good(&server, &run.stdout) && !run.stderr.contains(&run.stdout), "{run:?}");
    let script = "cat \"$ARTCAFE_TOKEN_FILE\"; kill -TERM $$";
    let run = env.run(&["ci", "--token-file", "--", "sh", "-c", script]).expect(143);
    assert!(is_good(&server, &run.stdout), "{run:?}");
    let left: Vec<_> = fs::read_dir(env.path(".artcafe/state/run")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "the directory's lock alone: {left:?}");
    assert_eq!(env.run(&["ci", "--json", "--", "no-such-command"]).expect(3).code_name(), "FILE_MISSING");
    let child =
        start(&env, &["ci", "--", "sh", "-c", "trap 'exit 7' INT; touch $HOME/ready; while :; do sleep 0.02; done"]);
    until(|| env.path("ready").exists());
    send(&child, Signal::INT);
    assert_eq!(Run::of(child.wait_with_output().unwrap()).code, 7);
    env.set("GITHUB_ACTIONS", "true");
    let run = env.run(&[&["ci", "--quiet", "--"], &PRINT[..]].concat()).expect(0);
    assert_eq!(run.stderr, format!("::add-mask::{}\n", run.stdout));
    assert_eq!(names(&server), Vec::<String>::new());
}

#[test]
fn what_cannot_begin_registers_nothing() {
    let (server, mut env) = runner(Dialect::Documented, &["POST /ssh-keys=402"]);
    let run = env.run(&["ci", "--json", "--", "touch", "ran"]).expect(5);
    assert_eq!(run.code_name(), "PLAN_LIMIT");
    assert!(run.failure()["hint"].as_str().unwrap().contains("artcafe ci sweep"), "{run:?}");
    assert_eq!(env.run(&["ci", "--bits", "1024", "--", "true"]).code, 2);
    assert_eq!(env.run(&["ci"]).code, 2);
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.run(&["ci", "--json", "--", "touch", "ran"]).expect(4).code_name(), "TOKEN_MISSING");
    assert!(names(&server).is_empty() && !env.root().join("ran").exists());
}

#[test]
fn ed25519_works_where_the_server_can_verify_it_and_leaves_nothing_where_not() {
    let (server, env) = runner(Dialect::Documented, &[]);
    let run = env.run(&[&["ci", "--algorithm", "ed25519", "--"], &PRINT[..]].concat()).expect(0);
    assert!(is_good(&server, &run.stdout));
    let (server, env) = runner(Dialect::AsBuilt, &[]);
    let run = env.run(&["ci", "--algorithm", "ed25519", "--json", "--", "touch", "ran"]).expect(4);
    assert_eq!(run.code_name(), "ALGORITHM_REFUSED");
    assert!(run.failure()["hint"].as_str().unwrap().contains("leave out `--algorithm ed25519`"), "{run:?}");
    assert!(names(&server).is_empty() && !env.root().join("ran").exists());
}

#[test]
fn a_failure_after_the_registration_takes_the_key_back() {
    for (fault, code, name) in [
        ("POST /auth/verify=500", 69, "SERVER_FAILED"),
        ("POST /auth/verify=close-before", 69, "SERVER_UNREACHABLE"),
        ("POST /auth/agent/challenge=429:retry-after=600", 75, "RATE_LIMITED"),
    ] {
        let (server, env) = runner(Dialect::Documented, &[fault]);
        let run = env.run(&["ci", "--json", "--", "touch", "ran"]).expect(code);
        assert_eq!(run.code_name(), name, "{fault}");
        assert!(run.failure()["message"].as_str().unwrap().contains("was deleted"), "{run:?}");
        assert!(names(&server).is_empty() && !env.root().join("ran").exists(), "{fault}");
    }
    // An answer that is lost is settled by looking.
    for fault in ["POST /ssh-keys=close-afterx1", "DELETE /ssh-keys/*=close-afterx1", "POST /auth/verify=close-afterx1"]
    {
        let (server, env) = runner(Dialect::Documented, &[fault]);
        let run = env.run(&[&["ci", "--"], &PRINT[..]].concat()).expect(0);
        assert!(is_good(&server, &run.stdout) && names(&server).is_empty(), "{fault}: {run:?}");
    }
}

#[test]
fn a_key_that_cannot_be_taken_back_is_told_and_swept_later() {
    let (server, env) = runner(Dialect::Documented, &["DELETE /ssh-keys/*=500x2"]);
    let run = env.run(&["ci", "--json", "--", "touch", "ran"]).expect(6);
    let failure = run.failure();
    assert_eq!(failure["code"], "PARTLY_DONE");
    let left = names(&server);
    assert!(left.len() == 1 && failure["message"].as_str().unwrap().contains(&left[0]), "{run:?}");
    assert!(failure["hint"].as_str().unwrap().contains("artcafe ci sweep"), "{run:?}");
    assert!(failure["cause"].as_str().unwrap().contains("could not be deleted"), "{run:?}");
    assert!(!env.root().join("ran").exists());
    let _ = env.run(&["ci", "sweep", "--older-than", "0s", "--yes"]).expect(0);
    assert_eq!(names(&server), Vec::<String>::new());
}

#[test]
fn a_signal_before_the_command_runs_takes_the_key_back() {
    for (signal, code, name) in [(Signal::INT, 130, "INTERRUPTED"), (Signal::TERM, 143, "TERMINATED")] {
        // While the registration is under way, and while the key is proved.
        for (fault, is_there) in [
            ("POST /ssh-keys=delay:1500ms", "GET /api/v1/ssh-keys"),
            ("POST /auth/verify=delay:9s", "POST /api/v1/auth/agent/challenge"),
        ] {
            let (server, env) = runner(Dialect::Documented, &[fault]);
            let child = start(&env, &["ci", "--json", "--", "touch", "ran"]);
            until(|| server.count(is_there) > 0);
            // The next request is sent within this time, or else what is shown is an earlier moment.
            std::thread::sleep(Duration::from_millis(600));
            send(&child, signal);
            let run = Run::of(child.wait_with_output().unwrap()).expect(code);
            assert_eq!(run.code_name(), name, "{fault}");
            assert!(run.failure()["message"].as_str().unwrap().contains("was deleted"), "{fault}: {run:?}");
            assert_eq!(server.count("POST /api/v1/ssh-keys 201"), 1, "{fault}");
            assert!(names(&server).is_empty() && !env.root().join("ran").exists(), "{fault}");
        }
    }
}

#[test]
fn a_history_that_cannot_be_written_costs_itself_alone() {
    let (server, env) = runner(Dialect::Documented, &[]);
    fs::create_dir_all(env.path(".artcafe/audit.jsonl")).unwrap();
    let run = env.run(&[&["ci", "--"], &PRINT[..]].concat());
    assert!(is_good(&server, &run.stdout) && names(&server).is_empty());
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
[TOKEN][no newline]
--- stderr
warning: the change was made (`key_registered`), but it could not be written to the history `[ROOT]/user/.artcafe/audit.jsonl`
the job's key [ID] was registered, proved and deleted

"#]],
    );
}

#[test]
fn a_kill_at_any_step_leaves_what_the_sweep_finds() {
    for (point, left) in [("before_register", 0), ("after_register", 1), ("after_proof", 1), ("after_end", 0)] {
        let (server, env) = runner(Dialect::Documented, &[]);
        let mut command = env.command(&["ci", "--", "touch", "ran"]);
        let dead = command.env("ARTCAFE_TEST_KILL_AT", format!("ci.{point}")).output().unwrap();
        assert_eq!(dead.status.signal(), Some(9), "{point}: {dead:?}");
        assert_eq!(names(&server).len(), left, "{point}");
        // It is not old enough.
        let none = env.run(&["ci", "sweep", "--json", "--yes"]).expect(0).data();
        assert_eq!((none["keys"].as_array().unwrap().len(), names(&server).len()), (0, left), "{point}");
        let found = env.run(&["ci", "sweep", "--json", "--older-than", "0s", "--yes"]).expect(0).data();
        assert_eq!(found["keys"].as_array().unwrap().len(), left, "{point}");
        assert!(found["keys"].as_array().unwrap().iter().all(|key| key["outcome"] == "deleted"), "{found}");
        assert_eq!(names(&server), Vec::<String>::new(), "{point}");
    }
}

#[test]
fn the_sweep_takes_jobs_keys_of_its_own_agent_and_nothing_else() {
    // By the server's time everything here is two hours old, whatever this machine's clock says.
    let (server, env) = runner(Dialect::Documented, &["GET /ssh-keys=skew:2h"]);
    let line = |name: &str| {
        let path = env.path(name).display().to_string();
        let _ = env.run(&["key", "generate", "--algorithm", "ed25519", "--output", &path]).expect(0);
        fs::read_to_string(format!("{path}.pub")).unwrap()
    };
    let register = |name: &str, agent: &str, line: &str| {
        let body = serde_json::json!({ "name": name, "public_key": line, "key_type": "agent", "agent_id": agent });
        let (status, body) = server.ask("POST", "/api/v1/ssh-keys", &body);
        assert_eq!(status, 201, "{body}");
        id_of(&body["key"])
    };
    let ours = "artcafe-ci-runner-42-0123456789abcdef";
    let swept = register(ours, AGENT, &line("a"));
    let stay = [
        register(ours, "another-agent", &line("b")),
        register("artcafe-ci-prod-deploy", AGENT, &line("c")),
        register(&format!("{ours}-2"), AGENT, &line("d")),
        register("web 1", AGENT, &line("e")),
    ];
    let ids = || server.keys().iter().map(id_of).collect::<Vec<_>>();
    let dry = env.run(&["ci", "sweep", "--dry-run", "--json"]).expect(0).data();
    assert_eq!(dry["keys"].as_array().unwrap().len(), 1);
    assert_eq!((&dry["keys"][0]["key_id"], &dry["keys"][0]["outcome"]), (&swept.clone().into(), &"found".into()));
    assert_eq!(ids().len(), 5);
    // Nobody can be asked here, so somebody has to have agreed.
    assert_eq!(env.run(&["ci", "sweep", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    assert_eq!(ids().len(), 5);
    assert_eq!(env.run(&["ci", "sweep", "--older-than", "3h", "--yes"]).expect(0).stdout, "no job has left a key\n");
    assert_screen(
        &env,
        &env.run(&["ci", "sweep", "--yes"]),
        snapbox::str![[r#"
deleted  [ID]  artcafe-ci-runner-42-0123456789abcdef
--- stderr
  [ID]  artcafe-ci-runner-42-0123456789abcdef  [DATE] [CLOCK] UTC

"#]],
    );
    let left = ids();
    assert!(left.len() == 4 && stay.iter().all(|id| left.contains(id)), "{left:?}");
}
