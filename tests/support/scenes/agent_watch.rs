//! What tests of `agent_watch` in more than one tier share.

use std::io::{BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use crate::support::{AGENT, Server, TestEnv, schema};

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child =
        env.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}
