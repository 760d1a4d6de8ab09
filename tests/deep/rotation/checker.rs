//! The independent checker: one Python process that answers questions about a machine.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::machine::Machine;
use crate::support::AGENT;

/// What a rotation has to have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// In between: whatever was met, the identity stands.
    Standing,
    /// The new key alone.
    Retired,
    /// Exactly the state before.
    Before,
}

impl Expected {
    fn name(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Retired => "retired",
            Self::Before => "before",
        }
    }
}

/// A running `check.py`.
pub(super) struct Checker {
    child: Child,
    talk: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Checker {
    pub(super) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deep/rotation/check.py");
        let mut child = Command::new("python3")
            .arg("-B")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 with PyYAML is needed for this test");
        let talk = RefCell::new((child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap())));
        Self { child, talk }
    }

    fn ask(&self, request: &Value) -> Value {
        let mut talk = self.talk.borrow_mut();
        writeln!(talk.0, "{request}").unwrap();
        let mut line = String::new();
        talk.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the checker said {line:?}: {error}"))
    }

    fn request(machine: &Machine) -> Value {
        json!({
            "home": machine.home(), "config": machine.config(), "url": machine.url(), "tenant": machine.tenant(),
            "token": machine.token(), "agent": AGENT,
        })
    }

    /// The state at the start, which later answers are held against.
    pub(super) fn picture(&self, machine: &Machine) -> Value {
        let mut request = Self::request(machine);
        request["do"] = json!("picture");
        let picture = self.ask(&request);
        assert!(picture.get("violations").is_none(), "{picture}");
        picture
    }

    /// The violations of the invariants, the exempt ones aside.
    pub(super) fn violations(
        &self,
        machine: &Machine,
        start: &Value,
        expected: Expected,
        exempt: &[u8],
    ) -> Vec<String> {
        let mut request = Self::request(machine);
        request["start"] = start.clone();
        request["expected"] = json!(expected.name());
        request["exempt"] = json!(exempt);
        let answer = self.ask(&request);
        answer["violations"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Checker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
