//! Completions in real shells: words from the command tree, values from this machine's files.

use std::fs;
use std::path::Path;
use std::process::Command;

use artcafe::sandbox::Dialect;

use super::support::{AGENT, Run, Server, TestEnv};

/// A machine with a registered agent and a profile, and `artcafe` on its path.
fn known() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.write(".artcafe/profiles/staging.yaml", "auth:\n  agent_id: second-agent\n  tenant_id: other-tenant\n");
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    let folder = Path::new(env!("CARGO_BIN_EXE_artcafe")).parent().unwrap();
    env.set("PATH", &format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()));
    env.set("TERM", "dumb");
    (server, env)
}

/// Types a line in an interactive shell, presses Tab, and answers the line as it then stands.
const TYPIST: &str = r#"
import os, pty, re, select, sys, time
shell, setup, typed, wanted = sys.argv[1].split(), sys.argv[2], sys.argv[3], sys.argv[4]
pid, end = pty.fork()
if pid == 0:
    os.execvp(shell[0], shell)
seen = b""
def until(word, seconds=30):
    global seen
    deadline = time.monotonic() + seconds
    while word not in seen and time.monotonic() < deadline:
        if select.select([end], [], [], 0.1)[0]:
            try:
                seen += os.read(end, 65536)
            except OSError:
                return
os.write(end, (setup + "; echo rea''dy\n").encode())
until(b"ready\r\n")
seen = b""
os.write(end, typed.encode() + b"\t")
until(wanted.encode(), 20)
os.kill(pid, 9)
os.waitpid(pid, 0)
sys.stdout.write(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x08.|\r|\x07", "", seen.decode(errors="replace")))
"#;

#[track_caller]
fn typed(env: &TestEnv, shell: &str, setup: &str, line: &str, wanted: &str) {
    let mut command = Command::new("python3");
    command.args(["-c", TYPIST, shell, setup, line, wanted]).env_clear().envs(env.variables()).current_dir(env.root());
    let run = Run::of(command.output().unwrap()).expect(0);
    assert!(run.stdout.contains(wanted), "{shell}: `{line}` did not become `{wanted}`: {run:?}");
}

/// What is typed, and what Tab makes of it.
fn lines(server: &Server) -> Vec<(String, String)> {
    let id = super::support::id_of(&server.keys()[0]);
    let pair = |typed: &str, whole: &str| (typed.to_owned(), whole.to_owned());
    vec![
        pair("artcafe key gen", "artcafe key generate"),
        pair("artcafe config get auth.ag", "artcafe config get auth.agent_id"),
        pair("artcafe --agent-id prod", &format!("artcafe --agent-id {AGENT}")),
        pair("artcafe status --tenant-id othe", "artcafe status --tenant-id other-tenant"),
        pair("artcafe --profile st", "artcafe --profile staging"),
        (format!("artcafe key revoke {}", &id[..6]), format!("artcafe key revoke {id}")),
    ]
}

#[test]
fn bash_completes_what_this_machine_knows() {
    let (server, env) = known();
    for (line, whole) in lines(&server) {
        typed(&env, "bash --norc --noprofile", "source <(artcafe completions bash)", &line, &whole);
    }
}

#[test]
fn zsh_completes_what_this_machine_knows() {
    let (server, env) = known();
    let setup = "autoload -U compinit; compinit -u -d $HOME/dump; source <(artcafe completions zsh)";
    for (line, whole) in lines(&server) {
        typed(&env, "zsh -f", setup, &line, &whole);
    }
}

#[test]
fn fish_completes_what_this_machine_knows() {
    let (server, env) = known();
    for (line, whole) in lines(&server) {
        let mut command = Command::new("fish");
        command
            .args(["--no-config", "-c", "artcafe completions fish | source; complete --do-complete $argv[1]", &line])
            .env_clear()
            .envs(env.variables());
        let run = Run::of(command.output().expect("fish (Debian: fish)")).expect(0);
        let word = whole.rsplit(' ').next().unwrap();
        let offered: Vec<_> = run.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(offered, [word], "`{line}`: {run:?}");
    }
}

/// What is offered after these words.
fn offered(env: &TestEnv, words: &[&str]) -> Vec<String> {
    let mut command = env.command(&[&["--"], words].concat());
    command.env("ARTCAFE_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let run = Run::of(command.output().unwrap()).expect(0);
    assert_eq!(run.stderr, "");
    run.stdout.split(['\n', '\u{b}']).map(str::to_owned).collect()
}

#[test]
fn no_server_is_asked_and_nothing_is_written() {
    let (server, env) = known();
    let requests = server.requests().len();
    let before = super::support::files::picture(&env.home());
    let trace = env.root().join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-e", "trace=network,fsync,rename,mkdir,unlink", "-o", trace.to_str().unwrap(), "artcafe"])
        .args(["--", "artcafe", "--agent-id", ""])
        .env_clear()
        .envs(env.variables())
        .envs([("ARTCAFE_COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "2")]);
    let run = Run::of(command.output().unwrap()).expect(0);
    assert!(run.stdout.contains(AGENT) && run.stdout.contains("second-agent"), "{run:?}");
    let calls = fs::read_to_string(trace).unwrap();
    assert!(calls.lines().all(|line| line.contains("+++")), "{calls}");
    assert_eq!(server.requests().len(), requests);
    assert_eq!(super::support::files::picture(&env.home()), before);
}

#[test]
fn where_nothing_is_known_or_readable_nothing_fails() {
    let empty = TestEnv::new();
    assert_eq!(offered(&empty, &["artcafe", "--agent-id", ""]), [""]);
    assert_eq!(offered(&empty, &["artcafe", "config", "get", "api"]), ["api.endpoint"]);
    let (_server, mut env) = known();
    env.write(".artcafe/profiles/staging.yaml", "auth: [");
    env.write(".artcafe/state/registrations.json", "{");
    assert_eq!(offered(&env, &["artcafe", "--agent-id", ""]), [AGENT]);
    env.set("HOME", "");
    env.set("ARTCAFE_HOME", "/dev/null/none");
    assert_eq!(offered(&env, &["artcafe", "--profile", ""]), [""]);
    // A shell that nobody knows is no reason to say anything.
    let mut command = env.command(&["--", "artcafe", ""]);
    let run = Run::of(command.env("ARTCAFE_COMPLETE", "csh").output().unwrap()).expect(1);
    assert_eq!(run.all(), "");
}

#[test]
fn an_agents_id_is_offered_wherever_one_is_asked_for() {
    let (_server, env) = known();
    for verb in ["show", "update", "delete", "use", "watch"] {
        let offered = offered(&env, &["artcafe", "agent", verb, "prod"]);
        assert!(offered.iter().any(|word| word.starts_with(AGENT)), "{verb}: {offered:?}");
    }
}
