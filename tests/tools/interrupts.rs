//! SIGINT and SIGTERM, sent to real processes: what is in hand is finished, what waits ends, and the work goes on
//! afterwards as the hint says.

use super::support::{AGENT, Run, Server, TestEnv};
use artcafe::sandbox::Dialect;
use serde_json::Value;
use std::process::{Command, Stdio};

/// Runs a command on a terminal, presses Ctrl-C when `until` is seen, and tells what came, the exit code, and
/// whether the terminal echoes: before, while it asked, and afterwards.
const TERMINAL: &str = r#"
import json, os, pty, select, subprocess, sys, termios, time
until, command = sys.argv[1].encode(), sys.argv[2:]
ours, theirs = pty.openpty()
echoes = lambda: bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
def lead():
    os.setsid()
    import fcntl
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
before = echoes()
child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=lead)
seen, pressed, asking, end = b"", False, None, time.time() + 30
while time.time() < end:
    if select.select([ours], [], [], 0.2)[0]:
        seen += os.read(ours, 65536)
    elif child.poll() is not None:
        break
    elif not pressed and until in seen:
        pressed, asking = True, echoes()
        os.write(ours, b"\x03")
if child.poll() is None:
    child.kill()
code = child.wait()
print(json.dumps({"seen": seen.decode("utf-8", "replace"), "code": code, "echo": [before, asking, echoes()]}))
"#;

#[test]
fn a_hidden_question_gives_the_echo_back() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set("PASS", "correct-horse");
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--passphrase", "env:PASS"]).expect(0);
    let on_terminal = |until: &str, args: &[&str]| -> Value {
        let output = Command::new("python3")
            .args(["-c", TERMINAL, until, env!("CARGO_BIN_EXE_artcafe")])
            .args(args)
            .env_clear()
            .envs(env.variables())
            .env("TERM", "xterm")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    for (until, args, is_hidden) in [
        ("Passphrase", &["auth", "test"][..], true),
        ("Passphrase", &["key", "generate", "--output", "other", "--passphrase"], true),
        ("Passphrase", &["key", "rotate"], true),
        ("Revoke", &["deregister"], false),
        ("Agent ID", &["setup", "--interactive"], false),
    ] {
        let told = on_terminal(until, args);
        assert_eq!(told["code"], 130, "{args:?}: {told}");
        assert_eq!(told["echo"][0], true, "{told}");
        assert!(!is_hidden || told["echo"][1] == false, "the question was not hidden, so this shows nothing: {told}");
        assert_eq!(told["echo"][2], true, "{args:?} left the terminal without echo: {told}");
        let seen = told["seen"].as_str().unwrap();
        assert!(seen.contains("interrupted (SIGINT)") && seen.contains("run the same command again"), "{seen}");
        assert!(seen.rfind("[?25l").is_none_or(|hidden| seen.rfind("[?25h") > Some(hidden)), "{seen}");
    }
}

#[test]
fn a_closed_pipe_is_quiet() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let program = env!("CARGO_BIN_EXE_artcafe");
    let shell = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash", program]).env_clear().envs(env.variables()).current_dir(env.root());
        Run::of(command.stdin(Stdio::null()).output().unwrap())
    };
    for script in [
        "set -o pipefail; \"$1\" key list | head -0",
        "set -o pipefail; \"$1\" key list --json | true",
        "set -o pipefail; \"$1\" help | head -0",
        "set -o pipefail; \"$1\" --help | head -0",
        "\"$1\" key list >&-",
        "\"$1\" key list --verbose 2>&-",
        "\"$1\" key list >&- 2>&- <&-",
        "set -o pipefail; \"$1\" auth test --verbose 2>&1 >/dev/null | head -0",
    ] {
        let run = shell(script);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{script}: {run:?}");
    }
    // A failure keeps its code although nobody hears of it.
    assert_eq!(shell("\"$1\" key show nothing 2>&-").code, 3);
}
