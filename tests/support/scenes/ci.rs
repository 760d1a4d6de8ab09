//! What tests of `ci` in more than one tier share.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use crate::support::{AGENT, Run, Server, TestEnv, id_of};
use super::tokens::is_good;

/// A machine with an administrator's token and nothing else.
pub(crate) fn runner(dialect: Dialect, faults: &[&str]) -> (Server, TestEnv) {
    let server = Server::start(dialect, faults);
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_AGENT_ID", AGENT);
    env.set("ARTCAFE_RETRIES", "1");
    (server, env)
}

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> Child {
    let mut command = env.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}
