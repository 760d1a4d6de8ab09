//! What tests of `interrupts` in more than one tier share.

use crate::support::{Run, TestEnv};
use std::process::{Child, Stdio};

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> Child {
    env.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn end(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}
