//! What tests of `interrupts` in more than one tier share.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use artcafe::sandbox::Dialect;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use crate::support::fake::{self, Fake};
use crate::support::{AGENT, Run, Server, TestEnv};

pub(crate) fn start(env: &TestEnv, args: &[&str]) -> Child {
    env.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn end(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}
