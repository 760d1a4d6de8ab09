//! A command on a terminal of its own, with one key pressed at its first question.

use std::process::Command;

use super::TestEnv;

/// Presses the key once at the first question, then prints all that came, and the code.
const SCRIPT: &str = r#"
import os, pty, select, sys, time
key = sys.argv[1].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, pressed, end = b"", False, time.time() + 30
while time.time() < end:
    if select.select([terminal], [], [], 0.2)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    elif not pressed and (b"y/n" in seen or b"[y" in seen):
        pressed = True
        os.write(terminal, key)
status = os.waitpid(pid, 0)[1]
print(os.waitstatus_to_exitcode(status))
print(ascii(seen.decode("utf-8", "replace")))
"#;

/// Ctrl-C.
pub(crate) const INTERRUPT: &str = "\u{3}";

/// Runs the program on a terminal; answers what was seen, control characters escaped, and the exit code.
#[track_caller]
pub(crate) fn answering(env: &TestEnv, key: &str, args: &[&str]) -> (String, i32) {
    let output = Command::new("python3")
        .args(["-c", SCRIPT, key, env!("CARGO_BIN_EXE_artcafe")])
        .args(args)
        .env_clear()
        .envs(env.variables())
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (code, seen) = text.split_once('\n').unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (seen.trim_end().to_owned(), code.parse().unwrap())
}
