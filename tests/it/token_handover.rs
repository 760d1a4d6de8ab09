//! How a command gets its token: `exec --fd` and `exec --token-file`.

use super::support::scenes::token_handover::*;
use super::support::scenes::tokens::{is_good, kept, token};
use super::support::{Run, Server, TestEnv, mode};
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

fn wait_for(path: &Path) {
    while !path.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
}

#[test]
fn a_descriptor_yields_the_token_once_and_the_environment_nothing() {
    let (server, env) = proven();
    for number in ["3", "4", "5", "9", "200"] {
        // The shell's own redirection takes one digit alone.
        let script = format!(
            "cat /dev/fd/{number} >first; cat /dev/fd/{number} >second; env >variables; \
             tr '\\0' '\\n' </proc/$PPID/environ >parents; tr '\\0' ' ' </proc/$PPID/cmdline >>parents"
        );
        let _ = env.run(&["exec", "--fd", number, "--", "sh", "-c", &script]).expect(0);
        let read = |name: &str| fs::read_to_string(env.root().join(name)).unwrap();
        let first = read("first");
        assert!(is_good(&server, &first), "{number}: {first}");
        assert_eq!(read("second"), "");
        for place in ["variables", "parents"] {
            assert!(
                !read(place).contains(&first) && !read(place).contains("ARTCAFE_ACCESS_TOKEN"),
                "{number}: {place}"
            );
        }
    }
    let direct = env.run(&["exec", "--fd", "3", "--", "sh", "-c", "cat <&3"]).expect(0);
    assert_eq!(direct.stdout, token(&env, "raw"));
    // A command that does not want it ends as it likes.
    assert_eq!(env.run(&["exec", "--fd", "3", "--", "sh", "-c", "exec 3<&-; exit 5"]).code, 5);
}

#[test]
fn only_the_asked_for_descriptor_reaches_the_command() {
    let (_server, env) = proven();
    let list = ["sh", "-c", "ls /proc/$$/fd"];
    let run = |args: &[&str]| -> Vec<String> {
        let run = env.run(&[args, &["--"], &list].concat()).expect(0);
        run.stdout.lines().map(str::to_owned).collect()
    };
    let without = run(&["exec"]);
    let mut with = run(&["exec", "--fd", "7"]);
    with.retain(|number| number != "7");
    assert_eq!(with, without);
}

#[test]
fn a_descriptor_that_is_in_use_is_refused() {
    let (_server, env) = proven();
    let own = env!("CARGO_BIN_EXE_artcafe");
    let script = format!("echo mine >mine; {own} exec --json --fd 5 -- touch ran 5<mine");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(env.variables()).current_dir(env.root());
    let run = Run::of(command.output().unwrap()).expect(2);
    assert_eq!(run.code_name(), "USAGE");
    assert!(run.stderr.contains("file descriptor 5 is in use already"), "{run:?}");
    assert!(!env.root().join("ran").exists());
    for number in ["0", "2", "-1", "x"] {
        assert_eq!(env.run(&["exec", "--fd", number, "--", "true"]).code, 2, "{number}");
    }
    let large = env.run(&["exec", "--json", "--fd", "2000000000", "--", "true"]).expect(2);
    assert!(large.stderr.contains("there can be no file descriptor"), "{large:?}");
    assert_eq!(env.run(&["exec", "--fd", "3", "--token-file", "--", "true"]).code, 2);
}

#[test]
fn a_file_holds_the_token_for_as_long_as_the_command_runs() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_ACCESS_TOKEN", "from.another.exec");
    let script = "stat -c '%a' \"$ARTCAFE_TOKEN_FILE\"; stat -c '%a' \"$(dirname \"$ARTCAFE_TOKEN_FILE\")\"; \
                  cat \"$ARTCAFE_TOKEN_FILE\" >token; echo \"$ARTCAFE_TOKEN_FILE\" >path; env >variables; exit 6";
    let run = env.run(&["exec", "--token-file", "--", "sh", "-c", script]).expect(6);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("600\n700\n", ""));
    let read = |name: &str| fs::read_to_string(env.root().join(name)).unwrap();
    assert!(is_good(&server, &read("token")));
    assert!(!read("variables").contains(&read("token")) && !read("variables").contains("ARTCAFE_ACCESS_TOKEN"));
    assert!(Path::new(read("path").trim_end()).starts_with(run_folder(&env)));
    assert_eq!(files(&env), Vec::<String>::new());
}

#[test]
fn a_file_that_cannot_be_renewed_stays_and_the_command_goes_on() {
    let (server, env) = proven();
    let script = "cp \"$ARTCAFE_TOKEN_FILE\" first; touch ready; while [ ! -e on ]; do sleep 0.02; done; \
                  cmp \"$ARTCAFE_TOKEN_FILE\" first && exit 4";
    let mut command =
        env.command(&["exec", "--min-ttl", "3599s", "--retries", "0", "--token-file", "--", "sh", "-c", script]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&env.root().join("ready"));
    drop(server);
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut said).unwrap();
    fs::write(env.root().join("on"), "").unwrap();
    assert!(said.contains("warning: the token's file could not be renewed"), "{said}");
    // A renewal may have come before the server went.
    assert!(matches!(child.wait().unwrap().code(), Some(4 | 1)));
}

#[test]
fn a_signal_leaves_no_file_and_a_kill_leaves_it_to_the_next_run() {
    let (_server, env) = proven();
    let start = |script: &str| {
        let _ = fs::remove_file(env.root().join("ready"));
        let mut command = env.command(&["exec", "--token-file", "--", "sh", "-c", script]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&env.root().join("ready"));
        child
    };
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut child = start("touch ready; exec sleep 100");
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(128 + signal.as_raw()));
        assert_eq!(files(&env), Vec::<String>::new());
    }
    let lives_on = start("echo $$ >pid; touch ready; exec sleep 100");
    let mut dies = start("echo $$ >orphan; touch ready; exec sleep 100");
    assert_eq!(files(&env).len(), 4);
    send(&dies, Signal::KILL);
    assert_eq!(dies.wait().unwrap().signal(), Some(9));
    assert_eq!(files(&env).len(), 4);
    // The next run removes what nobody holds, and that alone.
    let _ = env.run(&["exec", "--token-file", "--", "true"]).expect(0);
    assert_eq!(files(&env).len(), 2);
    for name in ["pid", "orphan"] {
        let pid = fs::read_to_string(env.root().join(name)).unwrap().trim().parse().unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    }
    assert_eq!(lives_on.wait_with_output().unwrap().status.code(), Some(143));
    assert_eq!(files(&env), Vec::<String>::new());
    assert!(kept(&env).iter().all(|file| mode(file) == 0o600));
}

#[test]
fn a_signal_while_a_token_is_asked_for_ends_in_words_and_starts_nothing() {
    for (signal, code, name) in [(Signal::INT, 130, "INTERRUPTED"), (Signal::TERM, 143, "TERMINATED")] {
        let server = Server::start(Dialect::Documented, &["POST /auth/verify=delay:20s@2"]);
        let env = TestEnv::with(&server);
        env.set_up();
        let before = server.count("POST /api/v1/auth/agent/challenge");
        let mut command = env.command(&["exec", "--json", "--", "touch", "ran"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while server.count("POST /api/v1/auth/agent/challenge") == before {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(300));
        send(&child, signal);
        let run = Run::of(child.wait_with_output().unwrap()).expect(code);
        assert_eq!(run.code_name(), name);
        assert!(run.failure()["message"].as_str().unwrap().contains("was not started"), "{run:?}");
        assert!(!env.root().join("ran").exists());
    }
}
