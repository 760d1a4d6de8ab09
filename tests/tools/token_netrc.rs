//! `auth token --format netrc`, and what a real curl makes of it.

use std::process::Command;

use base64::Engine as _;
use serde_json::json;

use super::support::fake::{Fake, json as answer};
use super::support::scenes::tokens::{is_good, proven, token};
use super::support::{AGENT, Run, TestEnv};

/// What a shell prints, with this program as `artcafe`.
fn shell(env: &TestEnv, script: &str) -> Run {
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_artcafe")).parent().unwrap().display().to_string();
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", script]).env_clear().envs(env.variables()).current_dir(env.root());
    command.env("PATH", format!("{own}:/usr/local/bin:/usr/bin:/bin"));
    Run::of(command.output().unwrap())
}

#[test]
fn the_line_is_one_that_every_reader_of_netrc_files_takes() {
    let (server, env) = proven();
    let line = token(&env, "netrc");
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[..5], ["machine", "127.0.0.1", "login", AGENT, "password"]);
    assert!(words.len() == 6 && is_good(&server, words[5]), "{line}");
    let file = env.write("netrc", &format!("{line}\n"));
    // The document has the user write it, here and in the working directory.
    env.wrote(std::path::Path::new(&file));
    env.wrote(&env.root().join("netrc"));
    let script = "import netrc, sys; print(*netrc.netrc(sys.argv[1]).authenticators('127.0.0.1'))";
    let read = Run::of(Command::new("python3").args(["-c", script, &file]).output().unwrap()).expect(0);
    assert_eq!(read.stdout.trim_end(), format!("{AGENT} None {}", words[5]).replace("None", &read_account(&read)));
}

/// Old Pythons say `None` for an account that is not given, newer ones nothing.
fn read_account(read: &Run) -> String {
    if read.stdout.contains(" None ") { "None".to_owned() } else { String::new() }
}

#[test]
fn curl_sends_basic_of_a_netrc_file_and_bearer_as_the_document_says() {
    let (server, env) = proven();
    env.wrote(&env.root().join("netrc"));
    let seen = Fake::start(|_| answer(200, &json!({})));
    // The same host, so the very file that is for the server.
    let sent = |script: &str| {
        let before = seen.seen().len();
        shell(&env, &script.replace("URL", seen.url())).expect(0);
        let requests = seen.seen();
        assert_eq!(requests.len(), before + 1);
        let headers = requests[before].headers.iter();
        let sent: Vec<String> = headers
            .filter(|line| line.to_ascii_lowercase().starts_with("authorization:"))
            .map(|line| line["authorization:".len()..].trim().to_owned())
            .collect();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent[0].clone()
    };
    let bare = token(&env, "raw");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{AGENT}:{bare}"));
    let (basic, bearer) = (format!("Basic {basic}"), format!("Bearer {bare}"));
    let make = "umask 077; artcafe auth token --format netrc >netrc";
    assert_eq!(sent(&format!("{make}; curl -sf --netrc-file netrc URL")), basic);
    let from_file = "awk '{ print \"Authorization: Bearer \" $6 }' netrc | curl -sf -H @- URL";
    for script in [from_file, "artcafe auth token --format header | curl -sf -H @- --netrc-file netrc URL"] {
        assert_eq!(sent(script), bearer, "{script}");
    }
    // And what the platform makes of both.
    let code = |script: &str| {
        let url = format!("-o /dev/null -w '%{{http_code}}' {}/api/v1/ssh-keys", server.url());
        shell(&env, &script.replace("-sf", "-s").replace("URL", &url)).expect(0).stdout
    };
    assert_eq!(code("curl -sf --netrc-file netrc URL"), "403");
    assert_eq!(code(from_file), "200");
}
