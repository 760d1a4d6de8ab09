//! What tests of `interrupts` in more than one tier share.

use crate::support::{Run, TestEnv};
use std::fs;
use std::process::{Child, Stdio};

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> Child {
    env.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn end(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}

/// How many numbered points a run passes.
pub(crate) fn points(env: &TestEnv, args: &[&str]) -> usize {
    let mut env = env.clone();
    let file = env.path("points");
    env.set("ARTCAFE_TEST_POINTS", &file.display().to_string());
    let _ = env.run(args).expect(0);
    let count = fs::read_to_string(&file).unwrap().lines().count();
    fs::remove_file(file).unwrap();
    count
}
