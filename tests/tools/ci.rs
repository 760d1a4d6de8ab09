//! `ci`: a token by a key that is kept nowhere, and the sweep after a kill.

use super::support::scenes::ci::*;
use super::support::{Run, TestEnv};
use artcafe::sandbox::Dialect;
use std::fs;
use std::process::{Command, Stdio};

/// What strace saw of a run: each file that was opened for writing, and each text that was written to any descriptor.
fn traced(env: &TestEnv, args: &[&str]) -> (Vec<String>, Vec<String>) {
    let trace = env.root().join("trace");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-s", "1000000", "-e"]);
    command.arg("trace=open,openat,creat,memfd_create,write,writev,pwrite64,pwritev,sendto,sendmsg,mmap,rename,link");
    // What went over the wire is in it.
    env.wrote(&trace);
    command.arg("-o").arg(&trace).arg(env!("CARGO_BIN_EXE_artcafe"));
    command.args(args).env_clear().envs(env.variables()).current_dir(env.root()).stdin(Stdio::null());
    Run::of(command.output().unwrap()).expect(0);
    let text = fs::read_to_string(&trace).unwrap();
    let (mut opened, mut written) = (Vec::new(), Vec::new());
    for call in text.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start())) {
        let opens =
            ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| call.contains(flag)) && call.starts_with("open");
        let shared = call.starts_with("mmap") && call.contains("PROT_WRITE") && call.contains("MAP_SHARED");
        if opens || shared || ["creat", "memfd_create", "rename", "link"].iter().any(|name| call.starts_with(name)) {
            opened.push(call.to_owned());
        } else if !call.starts_with("open") && !call.starts_with("mmap") {
            written.push(call.to_owned());
        }
    }
    (opened, written)
}

#[test]
fn nothing_of_the_key_touches_a_disk() {
    let (_server, mut env) = runner(Dialect::Documented, &[]);
    env.set("ARTCAFE_QUIET", "1");
    let (opened, written) = traced(&env, &["ci", "--", "true"]);
    // The history alone is written, and its lines are read here.
    let ours = |call: &str| {
        ["/.artcafe/audit.jsonl\"", "/.artcafe/audit.lock\"", "/.artcafe/.audit.head.", "/.artcafe/audit.head\""]
            .iter()
            .any(|file| call.contains(file))
    };
    let others: Vec<&String> = opened.iter().filter(|call| !ours(call) && !call.contains("\"/dev/null\"")).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(opened.iter().any(|call| call.contains("audit.jsonl")), "nothing was seen: {opened:?}");
    let is_file = |call: &str| call.contains("/.artcafe/");
    for call in &written {
        assert!(!call.contains("PRIVATE KEY"), "{call}");
        // What goes to a file is text of ours; the key's bytes would be escapes, its encodings long words.
        if is_file(call) {
            let text = call.split_once(">, \"").unwrap().1.replace("\\\"", "\"").replace("\\n", "\n");
            assert!(!text.contains('\\'), "{call}");
            let longest = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '/').map(str::len).max();
            assert!(longest.is_some_and(|longest| longest <= 64), "{call}");
        }
    }
    assert!(written.iter().any(|call| is_file(call)), "{written:?}");
    // The same look finds the key where one is written.
    let (opened, written) = traced(&env, &["setup", "--bits", "2048"]);
    assert!(opened.iter().any(|call| call.contains("/.ssh/") && !ours(call)), "{opened:?}");
    assert!(written.iter().any(|call| call.contains("PRIVATE KEY")), "no key was seen");
}
