//! In GitHub Actions: masks, outputs, annotations.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::support::scenes::tokens::{is_good, proven};
use super::support::screen::assert_screen;
use super::support::{AGENT, Run, Server, TestEnv};
use artcafe::sandbox::Dialect;

/// A step of a job.
fn step(env: &mut TestEnv) -> String {
    let file = env.write("output", "before=1\n");
    env.set("GITHUB_ACTIONS", "true");
    env.set("GITHUB_OUTPUT", &file);
    file
}

/// The outputs as the runner reads them: `NAME=VALUE`, or `NAME<<DELIMITER` up to a line that is the delimiter.
fn outputs(file: &str) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let mut found = BTreeMap::new();
    while let Some(line) = lines.next() {
        if let Some((name, delimiter)) = line.split_once("<<") {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            found.insert(name.to_owned(), value.join("\n"));
        } else {
            let (name, value) = line.split_once('=').unwrap();
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}

#[test]
fn a_token_goes_to_the_outputs_masked_and_is_printed_nowhere() {
    let (server, mut env) = proven();
    let file = step(&mut env);
    let run = env.run(&["auth", "token", "--github-output", "access_token"]).expect(0);
    let token = outputs(&file)["access_token"].clone();
    assert!(is_good(&server, &token));
    assert_eq!((run.stdout.as_str(), run.stderr), ("", format!("::add-mask::{token}\n")));
    assert_eq!(outputs(&file)["before"], "1");
    let json = env.run(&["auth", "token", "--github-output", "second", "--json"]).expect(0);
    assert!(!json.stdout.contains(&token) && json.stdout.contains("\"output\":\"second\""), "{json:?}");
    // Another delimiter each time, so that no value can know it.
    let text = fs::read_to_string(&file).unwrap();
    let delimiters: Vec<&str> = text.lines().filter_map(|line| line.split_once("<<")).map(|(_, mark)| mark).collect();
    assert!(delimiters.len() == 2 && delimiters[0] != delimiters[1] && delimiters[0].len() > 32, "{text}");
    for name in ["", "1x", "a b", "a=b", "a\nb"] {
        assert_eq!(env.run(&["auth", "token", "--json", "--github-output", name]).code, 2, "{name}");
    }
    assert_eq!(outputs(&file).len(), 3);
    env.unset("GITHUB_OUTPUT");
    assert_screen(
        &env,
        &env.run(&["auth", "token", "--github-output", "x"]),
        snapbox::str![[r#"
--- stderr
::add-mask::[TOKEN]
::error title=INPUT_NEEDED::there is no place for outputs: GITHUB_OUTPUT is not set%0Ahint: leave out `--github-output`, which is for steps of GitHub Actions
error: there is no place for outputs: GITHUB_OUTPUT is not set
hint: leave out `--github-output`, which is for steps of GitHub Actions
--- exit code 2

"#]],
    );
}

#[test]
fn setup_tells_the_identity_to_later_steps() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let file = step(&mut env);
    let _ = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--dry-run"]).expect(0);
    assert_eq!(outputs(&file).len(), 1);
    let data = env.set_up();
    let told = outputs(&file);
    assert_eq!(told["agent_id"], AGENT);
    assert_eq!(told["key_id"], data["key_id"].as_str().unwrap());
    assert_eq!(told["fingerprint"], data["key"]["fingerprint"].as_str().unwrap());
    assert_eq!(told.len(), 4);
    // Elsewhere the variable means nothing to us.
    env.unset("GITHUB_ACTIONS");
    let before = fs::read_to_string(&file).unwrap();
    env.set_up();
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn a_failure_is_annotated_on_stderr_and_json_stays_json() {
    let (server, mut env) = proven();
    step(&mut env);
    drop(server);
    env.set("ARTCAFE_RETRIES", "0");
    assert_screen(
        &env,
        &env.run(&["auth", "token"]),
        snapbox::str![[r#"
--- stderr
::error title=SERVER_UNREACHABLE::cannot connect to [SERVER] (POST /auth/agent/challenge)%0Acaused by: error sending request%0Acaused by: client error (Connect)%0Acaused by: tcp connect error%0Acaused by: Connection refused (os error 111)%0Ahint: check the endpoint (`artcafe config get api.endpoint`), the network and the proxy variables, then run the same command again
error: cannot connect to [SERVER] (POST /auth/agent/challenge)
caused by: error sending request
caused by: client error (Connect)
caused by: tcp connect error
caused by: Connection refused (os error 111)
hint: check the endpoint (`artcafe config get api.endpoint`), the network and the proxy variables, then run the same command again
--- exit code 69

"#]],
    );
    assert_eq!(env.run(&["auth", "token", "--json"]).expect(69).code_name(), "SERVER_UNREACHABLE");
    // Under `$(...)` nothing of it is taken for the token.
    let script = format!("TOKEN=$({} auth token 2>log) || printf 'none%s' \"$TOKEN\"", env!("CARGO_BIN_EXE_artcafe"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(env.variables()).current_dir(env.root());
    assert_eq!(Run::of(command.output().unwrap()).expect(0).stdout, "none");
    assert!(fs::read_to_string(env.root().join("log")).unwrap().starts_with("::error title="));
    env.unset("GITHUB_ACTIONS");
    assert_screen(
        &env,
        &env.run(&["auth", "token"]),
        snapbox::str![[r#"
--- stderr
error: cannot connect to [SERVER] (POST /auth/agent/challenge)
caused by: error sending request
caused by: client error (Connect)
caused by: tcp connect error
caused by: Connection refused (os error 111)
hint: check the endpoint (`artcafe config get api.endpoint`), the network and the proxy variables, then run the same command again
--- exit code 69

"#]],
    );
}
