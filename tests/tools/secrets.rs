//! No secret where it does not belong: a whole life cycle is run with known secrets, and everything
//! that it printed and left is searched for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use artcafe::sandbox::Dialect;
use base64::Engine as _;

use super::support::marks::{Kind, Marks};
use super::support::{AGENT, Run, Server, TestEnv, mode};

const PASSPHRASE: &str = "correct-horse-battery-staple-77";

/// A secret in every form that it could leak in.
fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                (byte as char).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    vec![secret.to_owned(), base64::engine::general_purpose::STANDARD.encode(secret), hex, url]
}

fn found_in(text: &[u8], secret: &str) -> bool {
    let text = String::from_utf8_lossy(text);
    forms(secret).iter().any(|form| text.contains(form.as_str()))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn nothing_secret_is_printed_or_left_about() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server).under_watch();
    let token = server.token().to_owned();
    env.unset("ARTCAFE_TOKEN");
    env.set("ADMIN", &token);
    env.set("PASS", PASSPHRASE);
    let given = ["--token", "env:ADMIN", "--passphrase", "env:PASS", "--verbose"];
    let run = |args: &[&str]| env.run(&[args, given.as_slice()].concat());
    let plain = |args: &[&str]| env.run(&[args, &["--passphrase", "env:PASS", "--verbose"]].concat());
    let refused = env.untraced("the test itself gives the secret as an argument");
    let mut runs: Vec<(&str, Run)> = vec![
        ("setup", run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0)),
        ("login", env.run(&["auth", "login", "--token", "env:ADMIN", "--verbose"]).expect(0)),
        ("test", plain(&["auth", "test"]).expect(0)),
        ("test json", plain(&["auth", "test", "--json"]).expect(0)),
        ("list", plain(&["key", "list"]).expect(0)),
        ("show", plain(&["key", "show"]).expect(0)),
        ("status", env.run(&["status"]).expect(0)),
        ("auth status", env.run(&["auth", "status", "--json"]).expect(0)),
        ("wrong passphrase", env.run(&["auth", "test", "--passphrase", "env:ADMIN"]).expect(4)),
        ("plain token", refused.run(&["auth", "login", &token]).expect(2)),
        ("plain token flag", refused.run(&["auth", "test", "--token", &token]).expect(2)),
        ("plain passphrase", refused.run(&["auth", "test", "--passphrase", PASSPHRASE]).expect(2)),
    ];
    let key = fs::read_to_string(env.key()).unwrap();
    let key_line = key.lines().nth(3).unwrap().to_owned();
    let access = plain(&["auth", "token"]).expect(0).stdout.trim().to_owned();
    runs.push(("deregister", plain(&["deregister", "--yes"]).expect(0)));
    for secret in [token.as_str(), PASSPHRASE, key_line.as_str(), access.as_str()] {
        for (name, run) in &runs {
            assert!(!found_in(run.stdout.as_bytes(), secret), "`{name}` printed a secret on stdout");
            assert!(!found_in(run.stderr.as_bytes(), secret), "`{name}` printed a secret on stderr");
        }
        let mut files = Vec::new();
        files_below(&env.home(), &mut files);
        for file in files {
            let own = file.ends_with("credentials.json");
            assert!(own || !found_in(&fs::read(&file).unwrap(), secret), "{} holds a secret", file.display());
        }
    }
    // The search does find what is there.
    assert!(found_in(&fs::read(env.path(".artcafe/credentials.json")).unwrap(), &token));
    assert!(found_in(access.as_bytes(), &access));
}

#[test]
fn no_challenge_or_signature_is_shown() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server).under_watch();
    let run = env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--verbose"]).expect(0);
    let test = env.run(&["auth", "test", "--verbose"]).expect(0);
    for text in [&run.stdout, &run.stderr, &test.stdout, &test.stderr] {
        let longest_hex = text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or(0);
        assert!(longest_hex < 32, "something like a challenge was shown: {text}");
        let longest_word =
            text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).map(str::len).max().unwrap_or(0);
        assert!(longest_word < 200, "something like a signature was shown: {text}");
    }
    // The same search does see a challenge.
    assert!("0a".repeat(32).split(|c: char| !c.is_ascii_hexdigit()).any(|word| word.len() >= 32));
}

#[test]
fn files_and_directories_are_private() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server).under_watch();
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    env.run(&["auth", "login", "--token", "env:ARTCAFE_TOKEN"]).expect(0);
    for directory in [".artcafe", ".artcafe/state", ".ssh"] {
        assert_eq!(mode(&env.path(directory)), 0o700, "{directory}");
    }
    for file in [
        ".artcafe/config.yaml",
        ".artcafe/credentials.json",
        ".artcafe/state/registrations.json",
        ".artcafe/lock",
        ".ssh/artcafe_agent",
    ] {
        assert_eq!(mode(&env.path(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&env.path(".ssh/artcafe_agent.pub")), 0o644);
}

/// Every kind of secret in every form, planted in an output and in a file.
#[test]
fn a_planted_leak_is_found_in_every_form() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server).under_watch();
    env.set("PASS", PASSPHRASE);
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--passphrase", "env:PASS"]).expect(0);
    env.run(&["auth", "login", "--token", "env:ARTCAFE_TOKEN"]).expect(0);
    env.run(&["auth", "token", "--passphrase", "env:PASS"]).expect(0);
    assert_eq!(env.leaks(), Vec::<String>::new());
    // The marks are where they belong.
    let mut marks = Marks::default();
    let known = server.known.all();
    for (kind, secret) in &known {
        marks.add(*kind, secret);
    }
    let held = |file: &Path| marks.found_in(&fs::read(file).unwrap());
    assert!(held(&env.path(".artcafe/credentials.json")).contains(&Kind::Administrator));
    let kept = fs::read_dir(env.path(".artcafe/state/tokens")).unwrap().map(|entry| entry.unwrap().path());
    assert!(kept.filter(|path| path.extension().is_some()).any(|path| held(&path).contains(&Kind::Token)));
    let key = fs::read(env.key()).unwrap();
    marks.add_private_key(&key);
    assert!(marks.found_in(&key).contains(&Kind::PrivateKey));
    assert!(!marks.found_in(&fs::read(env.path(".ssh/artcafe_agent.pub")).unwrap()).contains(&Kind::PrivateKey));
    marks.add(Kind::Passphrase, PASSPHRASE);
    // And would be found anywhere else.
    let key = String::from_utf8(key).unwrap();
    let key_part = key.lines().rev().nth(6).unwrap().to_owned();
    let one = |kind| known.iter().find(|(known, _)| *known == kind).unwrap().1.clone();
    for (kind, secret) in [
        (Kind::Administrator, one(Kind::Administrator)),
        (Kind::Token, one(Kind::Token)),
        (Kind::Challenge, one(Kind::Challenge)),
        (Kind::Signature, one(Kind::Signature)),
        (Kind::Passphrase, PASSPHRASE.to_owned()),
    ] {
        for form in forms(&secret) {
            // Among other words, not at a boundary of anything.
            for leak in [format!("error: x{form}y"), format!("{{\"a\":\"{form}\"}}")] {
                assert!(marks.found_in(leak.as_bytes()).contains(&kind), "{kind:?} in {leak}");
                let file = env.path(".artcafe/planted");
                fs::write(&file, &leak).unwrap();
                let found = env.leaks();
                assert!(found.iter().any(|line| line.starts_with(&format!("{kind:?} in "))), "{kind:?}: {found:?}");
                fs::remove_file(file).unwrap();
            }
        }
        // A part of it is one as well.
        let tail = &secret[secret.len() - secret.len().min(32)..];
        assert!(marks.found_in(tail.as_bytes()).contains(&kind), "{kind:?}");
    }
    assert!(marks.found_in(key_part.as_bytes()).contains(&Kind::PrivateKey), "{key_part}");
    // An output.
    let said = super::support::Run { code: 0, stdout: one(Kind::Signature), stderr: String::new() };
    env.ran(&["status"], &said);
    assert_eq!(env.leaks(), ["Signature in the output of `status`"]);
    env.forget_outputs();
}

/// The tracer of every run sees what the program starts, and what that starts.
#[test]
fn a_planted_leak_in_an_argument_or_an_environment_turns_a_test_red() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server).under_watch();
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    let admin = env.write("admin", server.token());
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.leaks(), Vec::<String>::new());
    let known = |kind| server.known.all().into_iter().find(|(known, _)| *known == kind).unwrap().1;
    // Where the leak is, below whom, and what is said of it; the words of the program itself show nothing.
    let leaks = |env: &TestEnv, args: &[&str]| {
        env.run(args).expect(0);
        let found: Vec<String> =
            env.leaks().iter().map(|line| line.split(" of `").take(2).collect::<Vec<_>>().join(" of `")).collect();
        env.forget_outputs();
        found
    };
    for (kind, name) in [(Kind::Administrator, "admin"), (Kind::Challenge, "challenge"), (Kind::Signature, "signature")]
    {
        let file = env.write(name, &known(kind));
        let hex = "od -An -v -tx1 | tr -d ' \n'";
        for form in ["cat".to_owned(), "base64 -w0".to_owned(), hex.to_owned()] {
            let argument = format!("/bin/true \"x$({form} < {file})\"");
            let variable = format!("LEAK=\"$({form} < {file})\" /bin/true");
            // By the command of `exec`, by a hook, by a SOURCE.
            assert_eq!(
                leaks(&env, &["exec", "--", "sh", "-c", &argument]),
                [format!("{kind:?} in an argument of `true`")],
                "{form}"
            );
            assert_eq!(
                leaks(&env, &["exec", "--", "sh", "-c", &variable]),
                [format!("{kind:?} in LEAK of `true`")],
                "{form}"
            );
        }
        let script = env.write("leak.sh", &format!("LEAK=\"$(cat {file})\" /bin/true \"$(cat {file})\"; cat {admin}"));
        let both = [format!("{kind:?} in LEAK of `true`"), format!("{kind:?} in an argument of `true`")];
        assert_eq!(leaks(&env, &["key", "list", "--token", &format!("cmd:sh {script}")]), both);
        assert_eq!(leaks(&env, &["key", "rotate", "--post-switch", &format!("sh {script} > /dev/null")]), both);
    }
    // The program's own argument, where the test does not say that it is its own.
    let admin = known(Kind::Administrator);
    env.run(&["auth", "login", &admin]).expect(2);
    assert_eq!(env.leaks().len(), 1, "{:?}", env.leaks());
    assert!(env.leaks()[0].starts_with("Administrator in an argument of `artcafe`"), "{:?}", env.leaks());
    env.forget_outputs();
    // The token belongs to the command of `exec`; what that command itself does with it is its own affair.
    assert_eq!(leaks(&env, &["exec", "--", "sh", "-c", "/bin/true $ARTCAFE_ACCESS_TOKEN"]), Vec::<String>::new());
    // In an argument of the very command it would have come from us.
    let token = known(Kind::Token);
    assert_eq!(
        leaks(&env, &["exec", "--", "/bin/true", &token]),
        ["Token in an argument of `artcafe`", "Token in an argument of `true`"]
    );
    // A variable that holds a secret goes to no command unasked.
    env.set("MINE", &admin);
    assert_eq!(leaks(&env, &["exec", "--", "/bin/true"]), ["Administrator in MINE of `true`"]);
    env.unset("MINE");
}

/// What every process is started with: the arguments and the whole environment, by strace.
#[test]
fn no_secret_is_an_argument_or_in_an_environment_that_it_is_not_for() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server).under_watch();
    let admin = format!("file:{}", env.write("admin", server.token()));
    let passphrase = format!("file:{}", env.write("passphrase", PASSPHRASE));
    env.unset("ARTCAFE_TOKEN");
    let traced = |args: &[&str]| -> Vec<String> {
        let file = env.root().join("execve");
        let program = env.command(args);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-v", "-e", "trace=execve", "-s", "65536", "-o"]).arg(&file);
        strace.arg(program.get_program()).args(program.get_args());
        strace.env_clear().envs(env.variables()).current_dir(env.root());
        let output = strace.stdin(std::process::Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(file).unwrap();
        text.lines().filter(|line| line.contains("execve(")).map(str::to_owned).collect()
    };
    let token = ["--token", admin.as_str(), "--passphrase", passphrase.as_str()];
    let own = ["--passphrase", passphrase.as_str()];
    let mut seen = Vec::new();
    for (args, rest) in [
        (&["setup", "--agent-id", AGENT, "--bits", "2048"][..], &token[..]),
        (&["auth", "login"], &token[..2]),
        (&["auth", "test"], &own),
        (&["auth", "token"], &own),
        (&["key", "rotate", "--post-switch", "/bin/true"], &own),
        (&["key", "list"], &own),
        (&["status"], &[]),
        (&["deregister", "--yes"], &token),
    ] {
        seen.extend(traced(&[args, rest].concat()));
    }
    assert!(seen.iter().any(|line| line.contains("\"auth\", \"test\"")), "no fresh process was seen");
    assert!(seen.iter().any(|line| line.contains("/bin/true")), "no hook was seen");
    let mut marks = Marks::default();
    for (kind, secret) in server.known.all() {
        marks.add(kind, &secret);
    }
    marks.add(Kind::Passphrase, PASSPHRASE);
    for line in &seen {
        assert!(marks.found_in(line.as_bytes()).is_empty(), "{:?} in {line}", marks.found_in(line.as_bytes()));
    }
    // The controls: a secret in an argument, in a variable, and the token where it belongs.
    let planted = |argument: &str, variable: &str| {
        let file = env.root().join("planted");
        let mut strace = Command::new("strace");
        strace.args(["-f", "-v", "-e", "trace=execve", "-s", "65536", "-o"]).arg(&file);
        strace.args(["/bin/true", argument]).env_clear().env("LEAK", variable).env("PATH", "/usr/bin:/bin");
        assert!(strace.output().unwrap().status.success());
        let found = marks.found_in(&fs::read(&file).unwrap());
        fs::remove_file(file).unwrap();
        found
    };
    assert_eq!(planted("nothing", "nothing"), [].into());
    for kind in [Kind::Administrator, Kind::Token, Kind::Challenge, Kind::Signature] {
        let known = server.known.all();
        let secret = &known.iter().find(|(known, _)| *known == kind).unwrap().1;
        assert!(planted(secret, "").contains(&kind) && planted("", secret).contains(&kind), "{kind:?}");
    }
    assert!(planted("", PASSPHRASE).contains(&Kind::Passphrase));
}
