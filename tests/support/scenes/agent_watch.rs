//! What tests of `agent_watch` in more than one tier share.

use crate::support::TestEnv;
use std::io::BufReader;
use std::process::{Child, Stdio};

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child =
        env.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}
