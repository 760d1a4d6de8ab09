//! A machine made up for one test: an empty home, a cleared environment, a sandbox on port 0.
//!
//! Most commands run within the test's process, as `artcafe::cli::run` with captured streams. Where a
//! process is the subject (signals, children, standard input, kills), the real binary is started. The
//! sandbox is the real server on a thread of this process.

pub(crate) mod fake;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod marks;
pub(crate) mod scenes;
pub(crate) mod schema;
pub(crate) mod screen;
pub(crate) mod sweep;
pub(crate) mod terminal;
pub(crate) mod tier;
pub(crate) mod trace;

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use artcafe::checkpoint::{TestKeys, divide_waits, take_keys_from};
use artcafe::env::{Env, Kept, Streams};
use artcafe::sandbox::{Dialect, Info, Options, Sandbox, Tap};
use serde_json::Value;
use tokio::sync::oneshot;

use marks::{Kind, Known, Watch};
use trace::Started;

/// The agent that every tenant of the sandbox has.
pub(crate) const AGENT: &str = "prod-data-processor-01";

/// A running sandbox; it ends with this value.
pub(crate) struct Server {
    pub(crate) info: Info,
    /// The secrets that went over the wire.
    pub(crate) known: std::sync::Arc<Known>,
    log: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a sandbox with these faults.
    pub(crate) fn start(dialect: Dialect, faults: &[&str]) -> Self {
        let faults = faults.iter().map(|spec| spec.parse().unwrap()).collect();
        Self::start_with(Options { dialect, faults, ..Options::default() })
    }

    /// Starts a sandbox as these options say.
    pub(crate) fn start_with(mut options: Options) -> Self {
        let log = tempfile::tempdir().unwrap();
        options.log = Some(log.path().join("requests"));
        let known = std::sync::Arc::new(Known::default());
        let hears = std::sync::Arc::clone(&known);
        options.tap = Some(Tap::new(move |request, answer| hears.hear(request, answer)));
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sandbox = Sandbox::open(options).unwrap();
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(sandbox.info(listener.local_addr().unwrap())).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                sandbox.serve(listener, stop).await.unwrap();
            });
        });
        let info: Info = told.recv().unwrap();
        for tenant in &info.tenants {
            known.add(Kind::Administrator, &tenant.admin_token);
        }
        known.of_server(&info.url);
        Self { info, known, log, stop: Some(stop), thread: Some(thread) }
    }

    /// Every request so far, such as `POST /api/v1/ssh-keys 201`; `-` where none was answered.
    pub(crate) fn requests(&self) -> Vec<String> {
        let text = fs::read_to_string(self.log.path().join("requests")).unwrap();
        let line = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            let status = line["status"].as_u64().map_or("-".to_owned(), |status| status.to_string());
            format!("{} {} {status}", line["method"].as_str().unwrap(), line["path"].as_str().unwrap())
        };
        text.lines().map(line).collect()
    }

    /// How many requests there were so far; cheaper than looking at them.
    pub(crate) fn answered(&self) -> usize {
        fs::read(self.log.path().join("requests")).unwrap().iter().filter(|byte| **byte == b'\n').count()
    }

    /// How many requests so far begin like this.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.requests().iter().filter(|line| line.starts_with(start)).count()
    }

    /// Asks the server itself, past the client, as the first tenant's administrator.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        http::ask(self.url(), method, path, Some(self.token()), body)
    }

    /// All key records of the first tenant.
    #[track_caller]
    pub(crate) fn keys(&self) -> Vec<Value> {
        let (status, body) = self.ask("GET", "/api/v1/ssh-keys?limit=100", &Value::Null);
        assert_eq!(status, 200, "{body}");
        body.get("keys").or(body.get("ssh_keys")).unwrap().as_array().unwrap().clone()
    }

    /// Registers a public line past the client; answers the record's id.
    #[track_caller]
    pub(crate) fn register(&self, agent: &str, line: &str) -> String {
        let body = serde_json::json!({ "name": "by hand", "public_key": line, "key_type": "agent", "agent_id": agent });
        let (status, body) = self.ask("POST", "/api/v1/ssh-keys", &body);
        assert_eq!(status, 201, "{body}");
        id_of(&body["key"])
    }

    /// The origin.
    pub(crate) fn url(&self) -> &str {
        &self.info.url
    }

    /// The first tenant's id.
    pub(crate) fn tenant(&self) -> &str {
        &self.info.tenants[0].id
    }

    /// The first tenant's administrator's token.
    pub(crate) fn token(&self) -> &str {
        &self.info.tenants[0].admin_token
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// What a process left.
    #[track_caller]
    pub(crate) fn of(output: Output) -> Self {
        Self::new(output.status.code().unwrap_or(-1), output.stdout, output.stderr)
    }

    #[track_caller]
    fn new(code: i32, stdout: Vec<u8>, stderr: Vec<u8>) -> Self {
        let run = Self { code, stdout: String::from_utf8(stdout).unwrap(), stderr: String::from_utf8(stderr).unwrap() };
        schema::check(&run.stdout, &run.stderr);
        run
    }

    /// Expects an exit code, and shows everything when it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// The `data` of a JSON report; stderr must be empty then.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        let object: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert!(object["schema"].as_str().is_some_and(|schema| schema.starts_with("artcafe.")), "{self:?}");
        assert!(object["warnings"].is_array(), "{self:?}");
        object["data"].clone()
    }

    /// The codes of a JSON report's warnings.
    #[track_caller]
    pub(crate) fn warnings(&self) -> Vec<String> {
        let object: Value = serde_json::from_str(&self.stdout).unwrap();
        object["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| warning["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The failure object on stderr; stdout must be empty then.
    #[track_caller]
    pub(crate) fn failure(&self) -> Value {
        assert_eq!(self.stdout, "", "{self:?}");
        let object: Value = serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        for member in ["code", "message", "cause", "hint", "exit_code", "retryable"] {
            assert!(object.get(member).is_some(), "no {member}: {self:?}");
        }
        assert_eq!(object["exit_code"], self.code, "{self:?}");
        object
    }

    /// Everything that was printed.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The code of a verdict that is data (as of `auth test`), or of a failure.
    #[track_caller]
    pub(crate) fn data_or_failure(&self) -> String {
        if self.stdout.is_empty() { self.code_name() } else { self.data()["failure"].as_str().unwrap().to_owned() }
    }

    /// The failure's code.
    #[track_caller]
    pub(crate) fn code_name(&self) -> String {
        self.failure()["code"].as_str().unwrap().to_owned()
    }
}

/// The id of a record in either dialect.
#[track_caller]
pub(crate) fn id_of(record: &Value) -> String {
    record.get("key_id").or(record.get("id")).or(record.get("agent_id")).and_then(Value::as_str).unwrap().to_owned()
}

/// A directory that is searched for secrets before it goes.
struct Home {
    dir: tempfile::TempDir,
    /// What is not part of the home: the tracer's file.
    beside: tempfile::TempDir,
    /// The marks of the key pairs that were used, by any machine of this test.
    keys: Rc<tempfile::TempDir>,
    watch: Watch,
    is_watched: Cell<bool>,
}

impl Home {
    fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A test that fails has its own words.
        if self.is_watched.get() && !std::thread::panicking() {
            let found = self.watch.findings(self.dir.path());
            assert!(found.is_empty(), "secrets where they do not belong:\n{}", found.join("\n"));
        }
    }
}

/// Whether every process is traced and every home is searched for secrets: `ARTCAFE_TEST_SECRETS=1`.
#[expect(clippy::disallowed_methods, reason = "a switch of the tests, not of the program")]
pub(crate) fn is_watched() -> bool {
    std::env::var_os("ARTCAFE_TEST_SECRETS").is_some_and(|value| value == "1")
}

/// Where the key pairs of the tests are.
const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keys");

/// An empty home and a cleared environment.
#[derive(Clone)]
pub(crate) struct TestEnv {
    // Shared, so that a copy with other variables is the same machine.
    dir: Rc<Home>,
    vars: Vec<(String, String)>,
    is_traced: bool,
    /// Each wait of the program takes this part of its time.
    waits: u32,
    makes_keys: bool,
}

impl TestEnv {
    /// Nothing is set but HOME and PATH.
    pub(crate) fn new() -> Self {
        let home = Home {
            dir: temporary(),
            beside: temporary(),
            keys: used_keys(),
            watch: Watch::default(),
            is_watched: Cell::new(is_watched()),
        };
        let dir = Rc::new(home);
        fs::create_dir(dir.path().join("user")).unwrap();
        let mut env = Self { dir, vars: Vec::new(), is_traced: is_watched(), waits: 20, makes_keys: false };
        let home = env.home().display().to_string();
        env.set("HOME", &home);
        env.set("PATH", "/usr/local/bin:/usr/bin:/bin");
        env.set("ARTCAFE_TIMEOUT", "10");
        env
    }

    /// The environment points to this server's first tenant, with an administrator's token.
    pub(crate) fn with(server: &Server) -> Self {
        Self::new().pointed_to(server)
    }

    fn pointed_to(mut self, server: &Server) -> Self {
        self.set("ARTCAFE_API_ENDPOINT", server.url());
        self.set("ARTCAFE_TENANT_ID", server.tenant());
        self.set("ARTCAFE_TOKEN", server.token());
        self
    }

    /// Sets a variable for every run from here on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.vars.retain(|(known, _)| known != name);
        if name == "ARTCAFE_API_ENDPOINT" {
            self.dir.watch.meet(value);
        }
        self.vars.push((name.to_owned(), value.to_owned()));
    }

    /// Unsets a variable.
    pub(crate) fn unset(&mut self, name: &str) {
        self.vars.retain(|(known, _)| known != name);
    }

    /// The user's home directory.
    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("user")
    }

    /// The default configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        self.home().join(".artcafe/config.yaml")
    }

    /// The default private key file.
    pub(crate) fn key(&self) -> PathBuf {
        self.home().join(".ssh/artcafe_agent")
    }

    /// A file below the home directory.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.home().join(below)
    }

    /// The directory that holds the home; commands run in it.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file below the home directory, mode 0600, and answers its path as text.
    pub(crate) fn write(&self, below: &str, content: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.wrote(&path);
        path.display().to_string()
    }

    /// Takes the example agent to a proven identity, with a small key.
    #[track_caller]
    pub(crate) fn set_up(&self) -> Value {
        self.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--json"]).expect(0).data()
    }

    /// The public line of the default key.
    #[track_caller]
    pub(crate) fn public_line(&self) -> String {
        self.run(&["key", "show", "--public"]).expect(0).stdout.trim().to_owned()
    }

    /// Runs the program with stdin closed: within this process, unless the command needs one of its own.
    #[must_use]
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        if self.is_traced || needs_process(args, &self.vars) { self.spawn(args) } else { self.run_here(args) }
    }

    /// Runs the program in a process of its own, with stdin closed.
    #[must_use]
    #[track_caller]
    pub(crate) fn spawn(&self, args: &[&str]) -> Run {
        self.run_with_input(args, None)
    }

    #[track_caller]
    fn run_here(&self, args: &[&str]) -> Run {
        let words: Vec<&str> = std::iter::once("artcafe").chain(args.iter().copied()).collect();
        let mut env = Env::made_up(&words, []);
        for (name, value) in &self.vars {
            env = env.with(name, value);
        }
        let kept = Arc::new(Mutex::new(Kept::default()));
        env.streams = Streams::Kept(Arc::clone(&kept));
        env.working_directory = Some(self.root().to_path_buf());
        env.program = Some(env!("CARGO_BIN_EXE_artcafe").into());
        divide_waits(self.waits);
        take_keys_from(TestKeys::parse(&self.prepared_keys()).filter(|_| !self.makes_keys));
        let code = artcafe::cli::run(env).number();
        let kept = std::mem::take(&mut *kept.lock().unwrap());
        let run = Run::new(code.into(), kept.stdout, kept.stderr);
        self.dir.watch.ran(args, &self.vars, None, &run);
        run
    }

    /// The value of `ARTCAFE_TEST_KEYS` for this home.
    fn prepared_keys(&self) -> String {
        format!("{KEYS}:{}", self.dir.keys.path().display())
    }

    /// Runs the program in a process of its own and gives it this on stdin.
    #[must_use]
    pub(crate) fn run_with_input(&self, args: &[&str], input: Option<&str>) -> Run {
        let mut command = self.command(args);
        command.env("ARTCAFE_TEST_WAITS", self.waits.to_string());
        self.watched(command, args, input)
    }

    /// Runs a command line of the program under the tracer, and keeps what it printed and started for the search.
    fn watched(&self, mut command: Command, args: &[&str], input: Option<&str>) -> Run {
        let trace = self.dir.beside.path().join("execve");
        if self.is_traced {
            command = trace::under_strace(&command, &trace);
            command.env_clear().envs(self.variables()).env("ARTCAFE_TEST_KEYS", self.prepared_keys());
            command.env("ARTCAFE_TEST_WAITS", self.waits.to_string());
            command.current_dir(self.root());
        }
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(input) = input {
            // The program may end without reading it all.
            let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        }
        let run = Run::of(child.wait_with_output().unwrap());
        self.dir.watch.ran(args, &self.vars, input, &run);
        if self.is_traced {
            self.dir.watch.started(Started::read(&fs::read(&trace).unwrap(), args, &self.vars));
        }
        run
    }

    /// The same machine, whose processes are traced and whose home is searched for secrets when it ends.
    pub(crate) fn under_watch(self) -> Self {
        self.dir.is_watched.set(true);
        Self { is_traced: true, ..self }
    }

    /// The same machine without the tracer, for this reason.
    pub(crate) fn untraced(&self, reason: &'static str) -> Self {
        assert!(!reason.is_empty());
        Self { is_traced: false, ..self.clone() }
    }

    /// The same machine, which makes its keys itself, as it is in use.
    pub(crate) fn with_new_keys(&self) -> Self {
        Self { makes_keys: true, ..self.clone() }
    }

    /// The same machine, whose waits take their time: the server does something in the meantime.
    pub(crate) fn with_real_waits(&self) -> Self {
        Self { waits: 1, ..self.clone() }
    }

    /// A file that the test fills itself, with what it likes.
    pub(crate) fn wrote(&self, path: &Path) {
        self.dir.watch.wrote(path);
    }

    /// An output that is searched like the program's own.
    pub(crate) fn ran(&self, args: &[&str], run: &Run) {
        self.dir.watch.ran(args, &self.vars, None, run);
    }

    /// Forgets what was printed so far.
    pub(crate) fn forget_outputs(&self) {
        self.dir.watch.forget_outputs();
    }

    /// What of secrets is where it does not belong so far.
    pub(crate) fn leaks(&self) -> Vec<String> {
        self.dir.watch.findings(self.dir.path())
    }

    /// The variables that are set.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.vars.clone()
    }

    /// The program with this environment, not yet started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_artcafe"));
        command
            .args(args)
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir.path());
        if !self.makes_keys {
            command.env("ARTCAFE_TEST_KEYS", self.prepared_keys());
        }
        command
    }
}

/// The marks of used key pairs that all machines of a test share: two machines never have the same key.
fn used_keys() -> Rc<tempfile::TempDir> {
    thread_local! {
        static USED: RefCell<Weak<tempfile::TempDir>> = const { RefCell::new(Weak::new()) };
    }
    if let Some(shared) = USED.with_borrow(Weak::upgrade) {
        return shared;
    }
    let made = Rc::new(temporary());
    USED.set(Rc::downgrade(&made));
    made
}

/// A directory in memory where that exists: an fsync costs nothing there.
pub(crate) fn temporary() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

/// Whether a command has to be a process: it reads its standard input or descriptors, starts others that share its
/// streams and directory, finds its home in the user database, goes through a proxy, or is to be made to fail.
fn needs_process(args: &[&str], vars: &[(String, String)]) -> bool {
    let is_source = |text: &str| text == "-" || ["cmd:", "fd:"].iter().any(|kind| text.contains(kind));
    let words = ["exec", "ci", "sandbox", "service", "--interactive", "--post-switch"];
    args.iter().any(|word| words.contains(word) || is_source(word))
        || vars.iter().any(|(name, value)| name.starts_with("ARTCAFE_TEST_") || is_source(value))
        || vars.iter().any(|(name, _)| name.to_ascii_lowercase().ends_with("_proxy"))
        || !vars.iter().any(|(name, _)| name == "HOME")
}

/// The mode bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
