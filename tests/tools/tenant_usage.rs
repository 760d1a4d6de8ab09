//! `artcafe tenant usage`: one report whichever route answers, and the verdict of `--check`.

use crate::support::{Server, TestEnv};
use artcafe::sandbox::Dialect;

#[test]
fn a_terminal_gets_bars_and_ascii_where_it_has_no_more() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let shown = |vars: &str| {
        let mut command = std::process::Command::new("script");
        let program = env!("CARGO_BIN_EXE_artcafe");
        let line = format!("{vars} {program} tenant usage");
        command.args(["-qec", &line, "/dev/null"]).env_clear().envs(env.variables()).stdin(std::process::Stdio::null());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let blocks = shown("TERM=xterm LANG=C.UTF-8");
    assert!(blocks.contains('█') && blocks.contains('░'), "{blocks}");
    let ascii = shown("TERM=xterm LANG=C.UTF-8 NO_COLOR=1");
    assert!(ascii.contains("[#...................]") && !ascii.contains('█') && !ascii.contains('\u{1b}'), "{ascii}");
}
