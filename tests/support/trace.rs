//! What every process of a run is started with: its arguments and its environment, by strace.
//!
//! Runs of a machine that is `TestEnv::under_watch` are traced, and those of every machine with `ARTCAFE_TEST_SECRETS=1`, so
//! that a secret among the arguments or in the environment of the program or of anything that it starts is found. The
//! trace is written outside of the home that is searched.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

use super::marks::{Kind, Marks};

/// One start of a program.
#[derive(Debug, PartialEq, Eq)]
struct Start {
    words: Vec<Vec<u8>>,
    variables: Vec<Vec<u8>>,
}

/// What one run started, itself first.
#[derive(Debug)]
pub(crate) struct Started {
    /// The run's words after the program's name.
    args: Vec<String>,
    /// The variables that the test set.
    given: Vec<(String, String)>,
    starts: Vec<Start>,
}

/// The tracer (Debian: strace).
pub(crate) const STRACE: &str = "/usr/bin/strace";

/// Only starts are stopped at, and they are written out whole.
pub(crate) const FLAGS: [&str; 9] =
    ["-f", "--seccomp-bpf", "-qq", "-v", "-s200000", "-e", "signal=none", "-e", "trace=execve,execveat"];

/// The program under a tracer that writes to this file.
pub(crate) fn under_strace(program: &Command, to: &Path) -> Command {
    let mut strace = Command::new(STRACE);
    strace.args(FLAGS).arg("-o").arg(to).arg("--").arg(program.get_program()).args(program.get_args());
    strace
}

impl Started {
    /// Reads a trace.
    #[track_caller]
    pub(crate) fn read(trace: &[u8], args: &[&str], given: &[(String, String)]) -> Self {
        let starts: Vec<Start> = trace.split(|byte| *byte == b'\n').filter_map(Start::read).collect();
        assert!(!starts.is_empty(), "strace saw no start of {args:?}: {}", String::from_utf8_lossy(trace));
        Self { args: args.iter().map(|&word| word.to_owned()).collect(), given: given.to_vec(), starts }
    }

    /// Where something stands that does not belong there.
    pub(crate) fn findings(&self, search: &mut Search<'_>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        // What changes the user comes before the program itself.
        let own = self.starts.iter().position(|start| start.name() == "artcafe").unwrap_or_default();
        for (place, start) in self.starts.iter().enumerate() {
            let is_below = place > own;
            let whose = format!("`{}` of `{}`", start.name(), self.args.join(" "));
            for word in &start.words {
                for kind in search.kinds(word) {
                    if !(is_below && self.may_be_argument(kind, start)) {
                        found.insert(format!("{kind:?} in an argument of {whose}"));
                    }
                }
            }
            for variable in &start.variables {
                for kind in search.kinds(variable) {
                    let text = String::from_utf8_lossy(variable);
                    let name = text.split('=').next().unwrap_or_default();
                    // The program's own variables are those that the test set.
                    if is_below && !self.may_be_variable(kind, name, &text) {
                        found.insert(format!("{kind:?} in {name} of {whose}"));
                    }
                }
            }
        }
        found
    }

    /// A token among the arguments of what the command of `exec` or `ci` starts is that command's doing.
    fn may_be_argument(&self, kind: Kind, start: &Start) -> bool {
        let Some(command) = self.command() else { return false };
        let is_command = start.words.iter().map(Vec::as_slice).eq(command.iter().map(|word| word.as_bytes()));
        kind == Kind::Token && !is_command
    }

    /// A secret stands in a variable where that hands it over: the token to the command of `exec` and `ci`, and to a
    /// SOURCE's `cmd:` what the test keeps secrets in. Every other variable of the program's stays with it.
    fn may_be_variable(&self, kind: Kind, name: &str, text: &str) -> bool {
        if self.command().is_some() && kind == Kind::Token {
            return true;
        }
        let is_inherited = self.given.iter().any(|(known, value)| known == name && text == format!("{known}={value}"));
        let is_source = name == "ARTCAFE_TOKEN" || !name.starts_with("ARTCAFE_");
        is_inherited && is_source && self.runs_a_source()
    }

    /// The words of the command that `exec` or `ci` runs.
    fn command(&self) -> Option<&[String]> {
        let place = self.args.iter().position(|word| word == "--")?;
        let (own, rest) = self.args.split_at(place);
        own.iter().any(|word| word == "exec" || word == "ci").then(|| &rest[1..])
    }

    /// Whether a SOURCE of this run is a command.
    fn runs_a_source(&self) -> bool {
        let values = self.given.iter().map(|(_, value)| value);
        self.args.iter().chain(values).any(|text| text.starts_with("cmd:"))
    }
}

/// Looks each text up once: most variables are the same in every start.
pub(crate) struct Search<'a> {
    marks: &'a Marks,
    seen: HashMap<Vec<u8>, BTreeSet<Kind>>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(marks: &'a Marks) -> Self {
        Self { marks, seen: HashMap::new() }
    }

    fn kinds(&mut self, text: &[u8]) -> BTreeSet<Kind> {
        if let Some(known) = self.seen.get(text) {
            return known.clone();
        }
        let found = self.marks.found_in(text);
        self.seen.insert(text.to_vec(), found.clone());
        found
    }
}

impl Start {
    /// The program's name without its directory.
    fn name(&self) -> String {
        let word = self.words.first().map_or_else(String::new, |word| String::from_utf8_lossy(word).into_owned());
        word.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// From a line such as `12 execve("/bin/true", ["true"], ["A=b"]) = 0`.
    fn read(line: &[u8]) -> Option<Self> {
        let at = line.windows(7).position(|window| window == b"execve(" || window == b"execvea")?;
        let mut rest = &line[at..];
        let mut lists = Vec::new();
        while lists.len() < 2 {
            let open = list_start(rest)?;
            let (list, after) = strings(&rest[open + 1..]);
            lists.push(list);
            rest = after;
        }
        let variables = lists.pop()?;
        Some(Self { words: lists.pop()?, variables })
    }
}

/// Where the next list begins, outside of any string.
fn list_start(text: &[u8]) -> Option<usize> {
    let mut inside = false;
    let mut escaped = false;
    for (place, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'[' if !inside => return Some(place),
            _ => {}
        }
    }
    None
}

/// The strings up to the end of a list, and what comes after it.
fn strings(text: &[u8]) -> (Vec<Vec<u8>>, &[u8]) {
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(byte) = text.get(place) {
        place += 1;
        match byte {
            b']' => break,
            b'"' => {
                let (string, length) = string(&text[place..]);
                found.push(string);
                place += length;
            }
            _ => {}
        }
    }
    (found, text.get(place..).unwrap_or_default())
}

/// A string up to its quote, and how long it is written.
fn string(text: &[u8]) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let mut place = 0;
    while let Some(&byte) = text.get(place) {
        place += 1;
        if byte == b'"' {
            break;
        }
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let Some(&escaped) = text.get(place) else { break };
        place += 1;
        bytes.push(match escaped {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 11,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut value = u32::from(escaped - b'0');
                for _ in 0..2 {
                    match text.get(place) {
                        Some(digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            place += 1;
                        }
                        _ => break,
                    }
                }
                u8::try_from(value & 255).unwrap_or_default()
            }
            other => other,
        });
    }
    (bytes, place)
}

#[test]
fn a_line_of_strace_is_read() {
    let line = br#"7 execve("/x[y", ["sh", "-c", "a \"]\" \\ b\n\303\274"], ["A=b[", "B=c d"]) = 0"#;
    let start = Start::read(line).unwrap();
    assert_eq!(start.words, [b"sh".to_vec(), b"-c".to_vec(), "a \"]\" \\ b\nü".into()]);
    assert_eq!(start.variables, [b"A=b[".to_vec(), b"B=c d".to_vec()]);
    let unfinished = br#"8 execve("/bin/true", ["true"], [] <unfinished ...>"#;
    assert_eq!(Start::read(unfinished).unwrap(), Start { words: vec![b"true".to_vec()], variables: Vec::new() });
    assert_eq!(Start::read(b"8 <... execve resumed>) = 0"), None);
}
