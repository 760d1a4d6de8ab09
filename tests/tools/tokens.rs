//! Tokens for scripts: the formats of `auth token`, and `exec`.

use super::support::Run;
use super::support::scenes::tokens::*;
use std::fs;
use std::process::Command;

#[test]
fn curl_takes_the_header_from_a_pipe_and_no_argument() {
    let (server, env) = proven();
    let script = format!(
        "{} auth token --format header | curl -sf -o /dev/null -w '%{{http_code}}' -H @- {}/api/v1/ssh-keys",
        env!("CARGO_BIN_EXE_artcafe"),
        server.url()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env_clear().envs(env.variables());
    assert_eq!(Run::of(command.output().unwrap()).expect(0).stdout, "200");
}

#[test]
fn what_is_torn_or_foreign_is_as_good_as_none() {
    let (server, env) = proven();
    let first = token(&env, "raw");
    let file = kept(&env).remove(0);
    for damage in ["", "{", "[]", "null"] {
        fs::write(&file, damage).unwrap();
        assert!(is_good(&server, &token(&env, "raw")), "{damage}");
    }
    // One whose key file was replaced since: the very same bytes in another file are another key's for all that is known.
    let asked_before = asked(&server).1;
    let key = fs::read(env.key()).unwrap();
    fs::remove_file(env.key()).unwrap();
    env.write(".ssh/artcafe_agent", &String::from_utf8(key).unwrap());
    token(&env, "raw");
    assert_eq!(asked(&server).1, asked_before + 1);
    // And after a rotation nothing of the old key's is handed out.
    env.run(&["key", "rotate"]).expect(0);
    let id = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim_end().to_owned();
    let data = env.run(&["auth", "token", "--json"]).expect(0).data();
    let claims = data["token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let script = "import base64, json, sys; print(json.loads(base64.urlsafe_b64decode(sys.argv[1] + '=='))['sub'])";
    let sub = Command::new("python3").args(["-c", script, &claims]).output().unwrap();
    assert_eq!(String::from_utf8(sub.stdout).unwrap().trim_end(), id);
    assert_ne!(data["token"], first);
}

#[test]
fn a_home_that_cannot_be_written_costs_the_cache_and_no_token() {
    let (server, env) = proven();
    fs::create_dir_all(env.path(".artcafe/state")).unwrap();
    let before = asked(&server).1;
    let home = env.home();
    let chown = Command::new("chown").args(["-R", "65534:65534"]).arg(&home).status().unwrap();
    assert!(chown.success());
    for directory in [".artcafe/state", ".artcafe"] {
        super::support::files::chmod(&env.path(directory), 0o500);
    }
    let artcafe = env.home().join("artcafe");
    fs::copy(env!("CARGO_BIN_EXE_artcafe"), &artcafe).unwrap();
    super::support::files::chmod(&artcafe, 0o755);
    super::support::files::chmod(env.root(), 0o755);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&artcafe).args(["auth", "token"]);
    let output = command.env_clear().envs(env.variables()).output().unwrap();
    let run = Run::of(output).expect(0);
    assert!(is_good(&server, run.stdout.trim_end()));
    assert_eq!(asked(&server).1, before + 1);
    assert!(!env.path(".artcafe/state/tokens").exists());
}
