//! A machine with a proven key, made without a rotation's help, and what is done to it.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::edges::Strike;
use super::world::Command;
use crate::support::{AGENT, Run, Server, TestEnv};

/// A server and a home with a proven key, made without a rotation's help.
pub(crate) struct Machine {
    pub(crate) server: Server,
    pub(crate) env: TestEnv,
    /// The first key's record.
    pub(crate) old_id: String,
    old_public: String,
    dialect: Dialect,
}

impl Machine {
    pub(crate) fn new(dialect: Dialect, faults: &[String]) -> Self {
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        Self::on(Server::start(dialect, &faults), dialect)
    }

    pub(crate) fn on(server: Server, dialect: Dialect) -> Self {
        let mut env = TestEnv::new();
        // A lost answer must end the step: repeating it is no step of its own.
        env.set("ARTCAFE_RETRIES", "0");
        // Its history is no part of the machine.
        env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        fs::remove_dir_all(env.path(".artcafe")).unwrap();
        {
            use std::os::unix::fs::DirBuilderExt as _;
            fs::DirBuilder::new().mode(0o700).create(env.path(".artcafe")).unwrap();
        }
        let public = fs::read_to_string(env.path(".ssh/artcafe_agent.pub")).unwrap();
        let old_id = server.register(AGENT, public.trim());
        let config = format!(
            "# above\napi:\n  endpoint: {}\nauth: # mine\n  custom: [kept, as it is]\n  agent_id: {AGENT}\n  tenant_id: {}\n  \
             ssh_key:\n    private_key_path: ~/.ssh/artcafe_agent\n    key_id: {old_id} # this one\n    key_type: agent\nzoo: kept\n",
            server.url(),
            server.tenant()
        );
        write(&env.config(), &config, 0o600);
        Self { server, env, old_id, old_public: public, dialect }
    }

    /// The journal, while a rotation is open.
    pub(crate) fn journal(&self) -> Option<Value> {
        let folder = fs::read_dir(self.env.path(".artcafe/state/rotations")).ok()?;
        let paths = folder.map(|entry| entry.unwrap().path());
        let mut paths = paths.filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with('.'));
        paths.find(|path| path.extension().is_some_and(|extension| extension == "json")).map(|path| {
            let text = fs::read_to_string(path).unwrap();
            serde_json::from_str(&text).unwrap()
        })
    }

    /// The new key's file.
    pub(crate) fn new_key(&self) -> Option<std::path::PathBuf> {
        let entries = fs::read_dir(self.env.path(".ssh")).unwrap().map(|entry| entry.unwrap().path());
        let mut entries =
            entries.filter(|path| path.extension().is_some_and(|stamp| stamp.to_str().unwrap().ends_with('Z')));
        entries.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("artcafe_agent."))
    }

    /// The records of the new key.
    pub(crate) fn new_records(&self) -> Vec<Value> {
        let old = self.old_public.split(' ').nth(1).unwrap();
        let mut records = self.server.keys();
        records.retain(|record| !record["public_key"].as_str().unwrap().contains(old));
        records
    }

    /// An administrator takes a key's record away, by what this platform has for that.
    pub(crate) fn take_away(&self, id: &str) {
        match self.dialect {
            Dialect::Documented => {
                let reason = serde_json::json!({ "reason": "by the administrator" });
                assert_eq!(self.server.ask("POST", &format!("/api/v1/ssh-keys/{id}/revoke"), &reason).0, 200);
            }
            Dialect::AsBuilt => {
                assert_eq!(self.server.ask("DELETE", &format!("/api/v1/ssh-keys/{id}"), &Value::Null).0, 204);
            }
        }
    }

    /// What `check.py` finds wrong, against a picture of the start.
    pub(crate) fn violations(&self, start: &Value, expected: &str) -> Vec<String> {
        let answer = self.ask_checker(serde_json::json!({ "start": start, "expected": expected }));
        answer["violations"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// The picture that `check.py` takes of files and records.
    pub(crate) fn picture(&self) -> Value {
        self.ask_checker(serde_json::json!({ "do": "picture" }))
    }

    fn ask_checker(&self, mut request: Value) -> Value {
        use std::io::Write as _;
        let own = serde_json::json!({
            "home": self.env.home(), "config": self.env.config(), "url": self.server.url(), "agent": AGENT,
            "tenant": self.server.tenant(), "token": self.server.token(),
        });
        request.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let program = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deep/rotation/check.py");
        let mut child = std::process::Command::new("python3")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{request}").unwrap();
        let output = child.wait_with_output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Kills a command at a named point.
    pub(crate) fn killed_at(&self, command: Command, point: &'static str) {
        self.strike(command, &Strike::Kill(point));
    }

    /// Runs a command that a kill or a loss may end.
    pub(super) fn strike(&self, command: Command, strike: &Strike) {
        let mut process = self.env.command(words(command));
        process.stdin(Stdio::null());
        match strike {
            Strike::Kill(point) => process.env("ARTCAFE_TEST_KILL_AT", point),
            Strike::KillFirst => process.env("ARTCAFE_TEST_FAIL", "1:kill"),
            Strike::Fault(_) | Strike::Nothing => &mut process,
        };
        let output = process.output().unwrap();
        if matches!(strike, Strike::Kill(_) | Strike::KillFirst) {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.signal(), Some(9), "{command:?} never came to {strike:?}: {said}");
        }
    }

    pub(crate) fn run(&self, command: Command) -> Run {
        self.env.run(words(command))
    }
}

fn words(command: Command) -> &'static [&'static str] {
    match command {
        Command::Rotate => &["key", "rotate", "--json"],
        Command::Resume => &["key", "rotate", "--resume", "--json"],
        Command::Abort => &["key", "rotate", "--abort", "--json"],
    }
}

pub(crate) fn write(path: &std::path::Path, text: &str, mode: u32) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
