//! Each exit code, with its object on stderr and an empty stdout; and the same in words.

use crate::support::{AGENT, TestEnv};

#[test]
fn a_file_that_somebody_changes_meanwhile_is_not_overwritten() {
    let env = TestEnv::new();
    let _ = env.run(&["config", "init", "--agent-id", AGENT, "--tenant-id", "t-1"]).expect(0);
    // The first fsync, of the new content, takes a while, and meanwhile somebody writes a line.
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync"]);
    command.args(["-e", "inject=fsync:delay_enter=3000000:when=1", env!("CARGO_BIN_EXE_artcafe")]);
    command.args(["config", "set", "llm.model", "m-1", "--json"]);
    command.env_clear().envs(env.variables()).current_dir(env.root());
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let is_begun = || {
        let names = std::fs::read_dir(env.path(".artcafe")).unwrap().map(|entry| entry.unwrap().file_name());
        names.into_iter().any(|name| name.to_string_lossy().ends_with(".tmp"))
    };
    while !is_begun() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut text = std::fs::read_to_string(env.config()).unwrap();
    text.push_str("\n# of somebody else\n");
    env.write(".artcafe/config.yaml", &text);
    let failure = crate::support::Run::of(child.wait_with_output().unwrap()).expect(75).failure();
    assert_eq!((&failure["code"], &failure["retryable"]), (&"CHANGED_MEANWHILE".into(), &true.into()));
    assert_eq!(std::fs::read_to_string(env.config()).unwrap(), text);
}
