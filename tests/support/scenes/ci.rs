//! What tests of `ci` in more than one tier share.

use crate::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use std::process::{Child, Stdio};

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
