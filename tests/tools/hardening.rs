//! The memory of the process: no core file, and nobody else of the same user in it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::{Run, Server, TestEnv};

/// The program while it waits, as somebody who is not root, with core files allowed.
fn waiting(env: &TestEnv) -> Child {
    env.open_to_nobody();
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "sh",
            "-c",
            "ulimit -S -c hard; exec \"$0\" sandbox serve",
        ])
        .arg(env.root().join("artcafe"))
        .env_clear()
        .envs(env.variables())
        .current_dir(env.home())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty());
    child
}

/// The soft limit of core files, and the owner of the memory.
fn seen(child: &Child) -> (String, u32) {
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let soft = line.split_whitespace().nth(4).unwrap().to_owned();
    (soft, fs::metadata(format!("/proc/{}/mem", child.id())).unwrap().uid())
}

#[test]
fn no_core_file_and_no_stranger_in_its_memory() {
    let env = TestEnv::new();
    let mut child = waiting(&env);
    assert_eq!(seen(&child), ("0".to_owned(), 0));
    // Its own user reads neither its memory nor its environment.
    for file in ["mem", "environ", "maps"] {
        let path = format!("/proc/{}/{file}", child.id());
        let read = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "head", "-c1", &path])
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&read.stderr).into_owned();
        assert!(!read.status.success() && words.contains("Permission denied"), "{file}: {words}");
    }
    let killed = Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));

    // The same look at a process that does nothing for itself: the test sees the difference.
    let mut sleeper = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "60"])
        .env_clear()
        .spawn()
        .unwrap();
    let owner = |child: &Child| {
        for _ in 0..500 {
            if seen(child).1 == 65534 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        seen(child).1
    };
    assert_eq!(owner(&sleeper), 65534);
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
}

#[test]
fn a_command_of_the_users_own_has_the_limit_that_was_found() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.set("OUT", env.path("hook").to_str().unwrap());
    let under = |env: &TestEnv, command: &str| {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -S -c 0; ulimit -H -c 77 && ulimit -S -c 42 && {command}");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_artcafe")]).env_clear().envs(env.variables());
        Run::of(shell.output().unwrap()).expect(0).stdout
    };
    let limits = "'ulimit -S -c; ulimit -H -c'";
    assert_eq!(under(&env, &format!("\"$0\" exec -- sh -c {limits}")), "42\n77\n");
    assert_eq!(under(&env, &format!("\"$0\" sandbox exec -- sh -c {limits}")), "42\n77\n");
    under(&env, "\"$0\" key rotate --post-switch 'ulimit -S -c > $OUT'");
    assert_eq!(fs::read_to_string(env.path("hook")).unwrap(), "42\n");
    // What fetches a secret for us is held as we are.
    env.set("OUT", env.path("source").to_str().unwrap());
    under(&env, "\"$0\" key list --token 'cmd:ulimit -S -c > $OUT; printf %s $ARTCAFE_TOKEN'");
    assert_eq!(fs::read_to_string(env.path("source")).unwrap(), "0\n");
}
