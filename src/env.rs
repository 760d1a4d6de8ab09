//! The process's surroundings: arguments, environment variables, streams, clock.
//!
//! Owns the one list of variables that this program reads, with their documentation, and the snapshot
//! of them taken at start. No other module asks the operating system for a variable, for the time or
//! whether a stream is a terminal, so that a test can say what they are.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// One environment variable of the program.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The flag that means the same and wins over it, where there is one.
    pub flag: Option<&'static str>,
    /// What it does, one sentence.
    pub about: &'static str,
}

const fn variable(name: &'static str, flag: Option<&'static str>, about: &'static str) -> Variable {
    Variable { name, flag, about }
}

/// Every variable that the program reads. `artcafe help environment` prints this table.
pub const VARIABLES: &[Variable] = &[
    variable("ARTCAFE_HOME", None, "Directory of everything but the keys [default: ~/.artcafe]"),
    variable("ARTCAFE_KEY_DIR", None, "Directory of new keys [default: ~/.ssh]"),
    variable("ARTCAFE_CONFIG", Some("--config"), "The configuration file [default: $ARTCAFE_HOME/config.yaml]"),
    variable("ARTCAFE_PROFILE", Some("--profile"), "Use $ARTCAFE_HOME/profiles/NAME.yaml instead"),
    variable(
        "ARTCAFE_API_ENDPOINT",
        Some("--api-endpoint"),
        "Origin of the platform's API [default: https://api.artcafe.ai]",
    ),
    variable("ARTCAFE_AGENT_ID", Some("--agent-id"), "The agent to act for"),
    variable("ARTCAFE_TENANT_ID", Some("--tenant-id"), "The tenant (organization) to act in"),
    variable("ARTCAFE_AUTH_AGENT_ID", None, "Synonym of ARTCAFE_AGENT_ID, as the platform's documents spell it"),
    variable("ARTCAFE_AUTH_TENANT_ID", None, "Synonym of ARTCAFE_TENANT_ID, as the platform's documents spell it"),
    variable("ARTCAFE_ORGANIZATION_ID", None, "Synonym of ARTCAFE_TENANT_ID, as the platform's examples spell it"),
    variable("ARTCAFE_KEY_ID", None, "The key record's id on the server; overrides auth.ssh_key.key_id"),
    variable("ARTCAFE_PRIVATE_KEY_PATH", None, "The private key file; overrides auth.ssh_key.private_key_path"),
    variable(
        "ARTCAFE_PRIVATE_KEY",
        None,
        "Where the private key itself comes from for this run: a SOURCE; used instead of a key file, never saved",
    ),
    variable("ARTCAFE_SSH_AGENT", Some("--ssh-agent"), "1 signs through the ssh-agent; KEY.pub says which of its keys"),
    variable("SSH_AUTH_SOCK", None, "Socket of the ssh-agent, for --ssh-agent or where only KEY.pub is on the disk"),
    variable(
        "ARTCAFE_ROTATION_AFTER",
        None,
        "Age at which timers replace the key; overrides rotation.after [default: 30d]",
    ),
    variable(
        "ARTCAFE_ROTATION_MAX_AGE",
        None,
        "Age at which the key is due; overrides rotation.max_age [default: 90d]",
    ),
    variable("ARTCAFE_TOKEN", None, "An administrator's token itself; used, never saved"),
    variable(
        "ARTCAFE_TOKEN_SOURCE",
        Some("--token"),
        "Where an administrator's token comes from: a SOURCE, see `artcafe help secrets`",
    ),
    variable(
        "ARTCAFE_PASSPHRASE_SOURCE",
        Some("--passphrase"),
        "Where the private key's passphrase comes from: a SOURCE",
    ),
    variable("ARTCAFE_TIMEOUT", Some("--timeout"), "Seconds for one request [default: 30]"),
    variable("ARTCAFE_RETRIES", Some("--retries"), "Repeats of a request where a repeat is safe [default: 3]"),
    variable("ARTCAFE_CA_CERT", Some("--ca-cert"), "PEM file of a certificate authority to trust besides the system's"),
    variable("ARTCAFE_INSECURE_HTTP", Some("--insecure-http"), "1 allows http to an endpoint that is not loopback"),
    variable(
        "ARTCAFE_ALLOW_NEW_ENDPOINT",
        Some("--allow-new-endpoint"),
        "1 proves a key at an endpoint where it was not registered",
    ),
    variable("ARTCAFE_JSON", Some("--json"), "1 prints one JSON object"),
    variable("ARTCAFE_QUIET", Some("--quiet"), "1 prints no status lines"),
    variable("ARTCAFE_VERBOSE", Some("--verbose"), "1 describes each request on stderr, without secrets"),
    variable("ARTCAFE_PROGRESS", Some("--progress"), "json tells steps as events on stderr, one JSON object a line"),
    variable("ACCESSIBLE", None, "1 says what is being done in plain lines instead of a spinner"),
    variable("ARTCAFE_NO_INPUT", Some("--no-input"), "1 never asks"),
    variable("ARTCAFE_YES", Some("--yes"), "1 agrees to every confirmation"),
    variable("ARTCAFE_COLOR", Some("--color"), "auto, always or never"),
    variable("ARTCAFE_COMPLETE", None, "Set by the completion scripts: the shell whose words are to be completed"),
    variable("NO_COLOR", None, "Set to anything: no colour, unless --color or ARTCAFE_COLOR says otherwise"),
    variable("HOME", None, "The user's home directory, for `~` and the two defaults above"),
    variable("XDG_CONFIG_HOME", None, "Directory of a user's own systemd units, in systemd/user [default: ~/.config]"),
    variable(
        "GITHUB_ACTIONS",
        None,
        "Set in GitHub Actions: tokens are masked, failures annotated, `setup` tells its outputs",
    ),
    variable("GITHUB_OUTPUT", None, "The file of a step's outputs in GitHub Actions"),
    variable("GITHUB_RUN_ID", None, "The run's number in GitHub Actions, for the name of `artcafe ci`'s key"),
    variable("CI_JOB_ID", None, "The job's number in GitLab, for the same"),
    variable("LANG", None, "UTF-8 allows bars of blocks on a terminal (LC_ALL and LC_CTYPE win over it)"),
    variable("USER", None, "The user's name, for the comment of a new key"),
    variable("HTTPS_PROXY", None, "Proxy for https requests (also https_proxy, ALL_PROXY); never used for loopback"),
    variable("HTTP_PROXY", None, "Proxy for http requests (also http_proxy, ALL_PROXY); never used for loopback"),
    variable("NO_PROXY", None, "Hosts that are reached without the proxy (also no_proxy)"),
];

/// The variables that are on or off.
const SWITCHES: [&str; 8] = [
    "ARTCAFE_SSH_AGENT",
    "ARTCAFE_INSECURE_HTTP",
    "ARTCAFE_ALLOW_NEW_ENDPOINT",
    "ARTCAFE_JSON",
    "ARTCAFE_QUIET",
    "ARTCAFE_VERBOSE",
    "ARTCAFE_NO_INPUT",
    "ARTCAFE_YES",
];

/// What they say.
const ON_OR_OFF: &str = "1, true, yes, on, 0, false, no, off";

/// The variables that hold one of few words.
const CHOICES: [(&str, &str); 2] = [("ARTCAFE_PROGRESS", "auto, json"), ("ARTCAFE_COLOR", "auto, always, never")];

/// A snapshot of the surroundings, or a made-up one in tests.
#[derive(Debug, Clone)]
pub struct Env {
    /// The arguments, the program's name first.
    pub args: Vec<OsString>,
    /// Whether standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// Whether standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// Where output goes.
    pub streams: Streams,
    /// Where relative paths begin; absent: the process's own directory.
    pub working_directory: Option<PathBuf>,
    /// The file of this program, for processes that it starts; absent: what this process runs.
    pub program: Option<PathBuf>,
    vars: BTreeMap<OsString, OsString>,
}

/// Where output goes: to this process's own streams, or into memory for a test within one process.
#[derive(Debug, Clone, Default)]
pub enum Streams {
    /// Standard output and standard error.
    #[default]
    Process,
    /// Kept, each in its own buffer.
    Kept(Arc<Mutex<Kept>>),
}

/// What was written.
#[derive(Debug, Default)]
pub struct Kept {
    /// To standard output.
    pub stdout: Vec<u8>,
    /// To standard error.
    pub stderr: Vec<u8>,
}

impl Streams {
    /// Writes to standard output, at once.
    pub fn write_stdout(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Process => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
            Self::Kept(kept) => {
                kept.lock().map_err(|_| io::Error::other("a writer failed before"))?.stdout.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Writes to standard error, at once.
    pub fn write_stderr(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Process => io::stderr().lock().write_all(bytes),
            Self::Kept(kept) => {
                kept.lock().map_err(|_| io::Error::other("a writer failed before"))?.stderr.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}

impl Env {
    /// Takes the snapshot of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_process() -> Self {
        Self {
            args: std::env::args_os().collect(),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            streams: Streams::Process,
            working_directory: None,
            program: None,
            vars: std::env::vars_os().collect(),
        }
    }

    /// Surroundings made up for a test: no terminal, these arguments, these variables.
    pub fn made_up<const N: usize>(args: &[&str], vars: [(&str, &str); N]) -> Self {
        Self {
            args: args.iter().map(OsString::from).collect(),
            stdin_is_terminal: false,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            streams: Streams::Process,
            working_directory: None,
            program: None,
            vars: vars.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect(),
        }
    }

    /// The same surroundings with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// The same surroundings without some variables.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let mut env = self.clone();
        env.vars.retain(|name, _| !names.iter().any(|removed| name == removed));
        env
    }

    /// The value of a variable; empty counts as absent, and so does what is not Unicode.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(std::ffi::OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// Every variable, for a process that is to find what this one found.
    pub fn variables(&self) -> impl Iterator<Item = (OsString, OsString)> + '_ {
        self.vars.iter().map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Whether a switch variable is on: `1`, `true`, `yes` or `on`.
    pub fn is_on(&self, name: &str) -> bool {
        self.var(name).is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"))
    }

    /// The switches and choices that are set to a word that they do not know, each with the words that they do.
    pub fn misspelt(&self) -> Vec<(&'static str, &'static str)> {
        let is_known = |name: &str| {
            self.var(name).is_none_or(|value| {
                self.is_on(name) || matches!(value.to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off")
            })
        };
        let mut wrong: Vec<_> = SWITCHES.iter().filter(|name| !is_known(name)).map(|name| (*name, ON_OR_OFF)).collect();
        for (name, words) in CHOICES {
            let mut known = words.split(", ");
            if self.var(name).is_some_and(|value| known.all(|word| word != value)) {
                wrong.push((name, words));
            }
        }
        wrong
    }

    /// The file of this program.
    pub fn program(&self) -> io::Result<PathBuf> {
        self.program.clone().map_or_else(std::env::current_exe, Ok)
    }

    /// The home directory: `HOME`, else what the user database says; absent when neither knows.
    pub fn home(&self) -> Option<PathBuf> {
        match self.var("HOME") {
            Some(home) => Some(PathBuf::from(home)),
            None => dirs::home_dir().filter(|home| home.is_absolute()),
        }
    }

    /// Whether a person can be asked: standard input and standard error are both terminals.
    pub fn can_ask(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }

    /// The time by this machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now() -> jiff::Timestamp {
        // A clock outside jiff's range (years -9999 to 9999) reads as the epoch.
        jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// The current time to the second, as RFC 3339 in UTC.
    pub fn now_text() -> String {
        Self::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The current time for file names: `20261124T093000Z`.
    pub fn now_stamp() -> String {
        Self::now().strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// This machine's name, for comments and key names.
    pub fn host_name() -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }

    /// The id of the user on whose behalf files are opened.
    pub fn effective_user() -> u32 {
        rustix::process::geteuid().as_raw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_documented_once() {
        let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(VARIABLES.iter().all(|variable| !variable.about.is_empty()));
    }

    #[test]
    fn an_empty_variable_is_absent() {
        let env = Env::made_up(&[], [("A", ""), ("B", "1"), ("C", "no")]);
        assert_eq!(env.var("A"), None);
        assert!(env.is_on("B") && !env.is_on("C"));
    }

    #[test]
    fn a_word_that_a_switch_does_not_know_is_named() {
        let env = Env::made_up(&[], [("ARTCAFE_JSON", "ture"), ("ARTCAFE_YES", "No"), ("ARTCAFE_QUIET", "ON")]);
        assert_eq!(env.misspelt(), [("ARTCAFE_JSON", ON_OR_OFF)]);
        let env = Env::made_up(&[], [("ARTCAFE_COLOR", "blue"), ("ARTCAFE_PROGRESS", "json"), ("ARTCAFE_YES", "")]);
        assert_eq!(env.misspelt(), [("ARTCAFE_COLOR", "auto, always, never")]);
    }
}
