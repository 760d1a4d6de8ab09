//! An identity from variables alone: no configuration, no key file, no home that can be written.

use super::support::files::chmod;
use super::support::scenes::stateless::*;
use super::support::{Run, TestEnv};
use std::fs;
use std::process::{Command, Stdio};

/// Runs as a user whom no database knows, in a world that is closed to it.
fn as_stranger(env: &TestEnv, args: &[&str], remove: &[&str]) -> Run {
    let program = env.root().join("artcafe");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_artcafe"), &program).unwrap();
        chmod(&program, 0o755);
        chmod(env.root(), 0o755);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=54321", "--regid=54321", "--clear-groups"]).arg(program).args(args);
    command.env_clear().envs(env.variables()).current_dir("/").stdin(Stdio::null());
    for name in remove {
        command.env_remove(name);
    }
    Run::of(command.output().unwrap())
}

#[test]
fn a_home_that_is_absent_or_cannot_be_written_is_no_obstacle() {
    let (server, mut env, _key) = bare("2048");
    chmod(&env.home(), 0o755);
    let works = |env: &TestEnv, remove: &[&str]| {
        as_stranger(env, &["auth", "test"], remove).expect(0);
        let token = as_stranger(env, &["auth", "token"], remove).expect(0).stdout;
        assert!(token.len() > 50, "{token}");
        let run = as_stranger(env, &["exec", "--", "sh", "-c", "printf %s $ARTCAFE_ACCESS_TOKEN"], remove).expect(0);
        assert!(run.stdout.len() > 50 && run.stderr.is_empty(), "{run:?}");
    };
    // One that belongs to somebody else.
    works(&env, &[]);
    // One that no database names.
    works(&env, &["HOME"]);
    let run = as_stranger(&env, &["auth", "login", "--token", "env:T", "--json"], &["HOME"]);
    assert_ne!(run.code, 0, "{run:?}");
    // One that does not exist.
    env.set("HOME", "/no/such/home");
    works(&env, &[]);
    // Root could make it, and does not.
    env.run(&["auth", "token"]).expect(0);
    assert!(!fs::exists("/no").unwrap());
    assert!(server.count("POST /api/v1/auth/verify") >= 10);
    // Without the key in a variable the home is needed, and that is said.
    env.unset("ARTCAFE_PRIVATE_KEY");
    assert_eq!(as_stranger(&env, &["auth", "test", "--json"], &["HOME"]).expect(78).code_name(), "NO_HOME");
}

#[test]
fn a_read_only_disk_is_no_obstacle() {
    let (_server, mut env, _key) = bare("2048");
    let disk = env.path("disk");
    let _mounted = super::support::files::SmallDisk::mount(&disk, 64);
    env.set("HOME", disk.to_str().unwrap());
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&disk).status().unwrap();
    assert!(remounted.success());
    env.run(&["auth", "test"]).expect(0);
    env.run(&["auth", "token"]).expect(0);
    env.run(&["exec", "--", "true"]).expect(0);
}
