//! `artcafe agent watch`: lines in a pipe, objects for programs, a table on a terminal, and servers that fail.

use super::support::{AGENT, Server, TestEnv};
use artcafe::sandbox::Dialect;
use std::process::Command;

/// Watches on a terminal; once the table stands, sets the status, and once that shows, presses Ctrl-C. Prints what came,
/// whether the terminal's modes are what they were, and the code.
const TERMINAL: &str = r#"
import os, pty, select, sys, termios, time, urllib.request
url, token = sys.argv[1:3]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
before = termios.tcgetattr(terminal)
seen, step, end = b"", 0, time.time() + 30
while time.time() < end:
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    if step == 0 and b"Ctrl-C ends" in seen:
        step = 1
        request = urllib.request.Request(url, b'{"status": "online"}', {"Authorization": "Bearer " + token, "Content-Type": "application/json"}, method="PUT")
        urllib.request.urlopen(request).read()
    elif step == 1 and b"online" in seen:
        step = 2
        after = termios.tcgetattr(terminal)
        os.write(terminal, b"\x03")
status = os.waitpid(pid, 0)[1]
print(ascii(seen.decode("utf-8", "replace")))
print(before == after, os.waitstatus_to_exitcode(status))
"#;

#[test]
fn a_terminal_gets_a_table_that_is_drawn_anew_and_is_left_as_it_was() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let url = format!("{}/sandbox/agents/{AGENT}/status", server.url());
    let watch = |term: &str| {
        let output = Command::new("python3")
            .args([
                "-c",
                TERMINAL,
                &url,
                server.token(),
                env!("CARGO_BIN_EXE_artcafe"),
                "agent",
                "watch",
                "--interval",
                "1s",
            ])
            .env_clear()
            .envs(env.variables())
            .env("TERM", term)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let (seen, end) = text.trim_end().rsplit_once('\n').unwrap_or_else(|| panic!("{output:?}"));
        (seen.to_owned(), end.to_owned())
    };
    let (seen, end) = watch("xterm");
    assert_eq!(end, "True 130", "{seen}");
    // Three lines are drawn over: heading, agent, state.
    assert!(seen.contains("[3A") && seen.contains("[J") && seen.contains("online"), "{seen}");
    // Nothing is switched that would have to be switched back.
    for mode in ["[?25l", "[?1049h", "[?7l"] {
        assert!(!seen.contains(mode), "{seen}");
    }
}
