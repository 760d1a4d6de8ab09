//! How steps are told: as events for programs, as lines for people, and with a spinner on a terminal alone.

use super::support::TestEnv;

#[test]
fn plain_lines_stand_for_a_spinner_where_it_cannot_be_followed() {
    let generate = ["key", "generate", "--bits", "2048", "--overwrite"];
    let mut env = TestEnv::new();
    let spinning = |text: &str| text.contains('\u{1b}') || text.contains('⠁') || text.contains('\r');
    // In a pipe neither, unless asked for.
    let quiet = env.run(&generate).expect(0);
    assert_eq!(quiet.stderr, "", "{quiet:?}");
    let verbose = env.run(&[&generate[..], &["--verbose"]].concat()).expect(0);
    assert!(verbose.stderr.contains("… generating the key\n") && !spinning(&verbose.stderr), "{verbose:?}");
    // On a terminal a spinner, and plain lines for those who cannot see it turn.
    let on_terminal = |env: &TestEnv| {
        let command = format!("{} key generate --algorithm rsa --overwrite", env!("CARGO_BIN_EXE_artcafe"));
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env_clear().envs(env.variables()).env("TERM", "xterm");
        let output = script.stdin(std::process::Stdio::null()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let seen = on_terminal(&env);
    assert!(seen.contains("generating the key") && seen.contains("\u{1b}["), "{seen:?}");
    env.set("ACCESSIBLE", "1");
    let seen = on_terminal(&env);
    assert!(seen.contains("… generating the key\r\n"), "{seen:?}");
    assert!(!seen.contains("\u{1b}[2K"), "{seen:?}");
    // A value that cannot be is told.
    assert_eq!(env.run(&["status", "--progress", "loud", "--json"]).expect(2).code_name(), "USAGE");
}
