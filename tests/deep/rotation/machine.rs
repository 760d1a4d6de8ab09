//! A machine with a proven agent and a server beside it, both of which can be put back to any state.
//!
//! The home and the server's data are directories at fixed paths, and the server comes back on its
//! port, since configuration, journal and state hold all three.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use artcafe::sandbox::{Dialect, Info, Options, Sandbox, Tap};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::support::marks::{Kind, Known};
use crate::support::sweep::Sweep;
use crate::support::trace::{self, Started};
use crate::support::{AGENT, Run, is_watched};

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) run: Run,
    pub(super) signal: Option<i32>,
}

impl Ended {
    /// The failure's code, or nothing where it succeeded or was killed.
    pub(super) fn failure(&self) -> String {
        let object: Value = serde_json::from_str(&self.run.stderr).unwrap_or_default();
        object["code"].as_str().unwrap_or_default().to_owned()
    }
}

struct Serving {
    info: Info,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

pub(super) struct Machine {
    dir: tempfile::TempDir,
    dialect: Dialect,
    format: &'static str,
    /// Bound as long as the machine lives: the server comes back on its port.
    listener: std::net::TcpListener,
    serving: Option<Serving>,
    pub(super) with_administrator: bool,
    /// The secrets that went over the wire, and the search for them after each run.
    known: Arc<Known>,
    sweep: RefCell<Sweep>,
    pub(super) is_watched: bool,
}

impl Machine {
    /// A proven agent whose configuration holds a person's own words.
    pub(super) fn new(dialect: Dialect, format: &'static str) -> Self {
        // In memory where that exists: what survives a power cut is worked out, not waited for.
        let base = Path::new("/dev/shm");
        let dir = if base.is_dir() { tempfile::tempdir_in(base).unwrap() } else { tempfile::tempdir().unwrap() };
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let known = Arc::new(Known::default());
        let mut machine = Self {
            dir,
            dialect,
            format,
            listener,
            serving: None,
            with_administrator: false,
            sweep: RefCell::new(Sweep::of(Arc::clone(&known))),
            known,
            is_watched: is_watched(),
        };
        fs::create_dir(machine.home()).unwrap();
        machine.serve(&[]);
        let vars = [
            ("ARTCAFE_API_ENDPOINT", machine.url().to_owned()),
            ("ARTCAFE_TENANT_ID", machine.tenant().to_owned()),
            ("ARTCAFE_TOKEN", machine.token().to_owned()),
        ];
        let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let ended = machine.run(&["setup", "--agent-id", AGENT, "--bits", "2048"], &vars);
        ended.run.expect(0);
        let text = fs::read_to_string(machine.config()).unwrap();
        let text = if format == "json" {
            let mut tree: Value = serde_json::from_str(&text).unwrap();
            tree["auth"]["custom"] = Value::from(vec!["kept", "as it is"]);
            tree["zoo"] = Value::from("kept too");
            format!("{tree:#}\n")
        } else {
            text.replace("auth:\n", "auth: # mine\n  custom: [kept, as it is]\n").replace("api:", "# above\napi:")
                + "zoo: 'kept too' # last\n"
        };
        overwrite(&machine.config(), text.as_bytes());
        machine.stop();
        machine
    }

    pub(super) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn home(&self) -> PathBuf {
        self.dir.path().join("user")
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(super) fn config(&self) -> PathBuf {
        self.home().join(format!(".artcafe/config.{}", self.format))
    }

    pub(super) fn url(&self) -> &str {
        &self.serving.as_ref().unwrap().info.url
    }

    pub(super) fn tenant(&self) -> &str {
        &self.serving.as_ref().unwrap().info.tenants[0].id
    }

    pub(super) fn token(&self) -> &str {
        &self.serving.as_ref().unwrap().info.tenants[0].admin_token
    }

    /// Starts the server on the data that is there, in place of the one that runs.
    pub(super) fn serve(&mut self, faults: &[String]) {
        self.stop();
        let hears = Arc::clone(&self.known);
        let options = Options {
            tap: Some(Tap::new(move |request, answer| hears.hear(request, answer))),
            dialect: self.dialect,
            faults: faults.iter().map(|spec| spec.parse().unwrap()).collect(),
            data: Some(self.data()),
            log: Some(self.dir.path().join("requests")),
            ..Options::default()
        };
        let listener = self.listener.try_clone().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sandbox = Sandbox::open(options).unwrap();
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tell.send(sandbox.info(listener.local_addr().unwrap())).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                sandbox.serve(listener, stop).await.unwrap();
            });
        });
        let info: Info = told.recv().unwrap();
        for tenant in &info.tenants {
            self.known.add(Kind::Administrator, &tenant.admin_token);
        }
        self.serving = Some(Serving { info, stop: Some(stop), thread: Some(thread) });
    }

    pub(super) fn stop(&mut self) {
        if let Some(mut serving) = self.serving.take() {
            drop(serving.stop.take());
            let _ = serving.thread.take().map(JoinHandle::join);
        }
    }

    /// Every request since the server's first start: method, route as a fault names it, status.
    pub(super) fn requests(&self) -> Vec<(String, Option<u64>)> {
        let text = fs::read_to_string(self.dir.path().join("requests")).unwrap_or_default();
        text.lines()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let path = line["path"].as_str().unwrap().trim_start_matches("/api/v1").to_owned();
                let path: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
                (format!("{} {}", line["method"].as_str().unwrap(), path.join("/")), line["status"].as_u64())
            })
            .collect()
    }

    pub(super) fn forget_requests(&self) {
        let _ = fs::remove_file(self.dir.path().join("requests"));
    }

    /// Keeps home and data under a name; the server must be stopped.
    pub(super) fn keep(&self, name: &str) {
        assert!(self.serving.is_none());
        let to = self.dir.path().join("kept").join(name);
        let _ = fs::remove_dir_all(&to);
        copy_tree(&self.home(), &to.join("user"));
        copy_tree(&self.data(), &to.join("data"));
    }

    /// Puts back what was kept, the server included.
    pub(super) fn put_back(&mut self, name: &str) {
        self.stop();
        let from = self.dir.path().join("kept").join(name);
        for (from, to) in [(from.join("user"), self.home()), (from.join("data"), self.data())] {
            let _ = fs::remove_dir_all(&to);
            copy_tree(&from, &to);
        }
    }

    /// Runs the program with a cleared environment and these variables; traced and searched with `ARTCAFE_TEST_SECRETS=1`.
    pub(super) fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        if !self.is_watched {
            return self.finish(self.command(&[], args, variables));
        }
        let trace = self.dir.path().join("execve");
        let mut before = vec![trace::STRACE];
        before.extend(trace::FLAGS);
        before.extend(["-o", trace.to_str().unwrap(), "--"]);
        let ended = self.finish(self.command(&before, args, variables));
        let given: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let started = Started::read(&fs::read(&trace).unwrap(), args, &given);
        self.searched(ended, args, Some(started))
    }

    /// A run that is searched for secrets, with all that it left.
    fn searched(&self, ended: Ended, args: &[&str], started: Option<Started>) -> Ended {
        self.sweep.borrow_mut().check(&self.home(), args, &ended.run, started);
        ended
    }

    /// The program, started by another one if `before` names one.
    pub(super) fn command(&self, before: &[&str], args: &[&str], variables: &[(&str, &str)]) -> Command {
        let words: Vec<&str> =
            before.iter().copied().chain([env!("CARGO_BIN_EXE_artcafe")]).chain(args.iter().copied()).collect();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("ARTCAFE_TIMEOUT", "5")
            .env("ARTCAFE_RETRIES", "0")
            .envs(variables.iter().copied())
            .current_dir(self.dir.path())
            .stdin(Stdio::null());
        if self.format == "json" {
            command.env("ARTCAFE_CONFIG", self.config());
        }
        if self.with_administrator {
            command.env("ARTCAFE_TOKEN", self.token());
        }
        command
    }

    pub(super) fn finish(&self, mut command: Command) -> Ended {
        let output = command.output().unwrap();
        let signal = output.status.signal();
        Ended { run: Run::of(output), signal }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_id(part: &str) -> bool {
    part.len() >= 20 && part.bytes().any(|byte| byte.is_ascii_digit())
}

/// Puts content in a file as an editor would; the mode stays.
pub(super) fn overwrite(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    fs::OpenOptions::new().write(true).truncate(true).open(path).unwrap().write_all(content).unwrap();
}

/// Copies a directory with modes and links.
pub(super) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy_tree(&from, &to);
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from).unwrap(), &to).unwrap();
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Creates a directory of mode 0700 where there is none.
pub(super) fn private_dir(path: &Path) {
    fs::create_dir_all(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
}
