//! What tests of `token_flight` in more than one tier share.

use crate::support::{Run, TestEnv};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A gate that many processes wait at, to go through at once.
pub(crate) struct Gate(PathBuf);

impl Gate {
    pub(crate) fn new(env: &TestEnv) -> Self {
        let path = env.root().join("gate");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(path)
    }

    /// A process that runs the program once the gate is open.
    pub(crate) fn waiting(&self, env: &TestEnv, args: &str) -> Child {
        let script = format!(": <'{}'; exec {} {args}", self.0.display(), env!("CARGO_BIN_EXE_artcafe"));
        let mut command = Command::new("sh");
        command.args(["-c", &script]).env_clear().envs(env.variables()).current_dir(env.root());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Lets them through, for as long as this is held.
    pub(crate) fn open(&self) -> fs::File {
        fs::OpenOptions::new().write(true).open(&self.0).unwrap()
    }
}

pub(crate) fn ended(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}
