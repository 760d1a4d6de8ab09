//! `service`: units that systemd accepts, that do what they say, and that are only ours to replace.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use artcafe::sandbox::Dialect;

use super::support::{Run, Server, TestEnv, mode};

/// A proven agent that works with its own key alone, in a directory with an awkward name.
fn proven() -> (Server, TestEnv) {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let home = env.path("a b 50% \"q\" $HOME");
    env.set("ARTCAFE_HOME", home.to_str().unwrap());
    env.set_up();
    for name in ["ARTCAFE_TOKEN", "ARTCAFE_API_ENDPOINT", "ARTCAFE_TENANT_ID"] {
        env.unset(name);
    }
    (server, env)
}

/// Makes the remembered registrations so many days old.
fn age(env: &TestEnv, days: i64) {
    let path = env.path("a b 50% \"q\" $HOME/state/registrations.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    for entry in state["registrations"].as_array_mut().unwrap() {
        entry["registered_at"] = serde_json::Value::String(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    fs::write(&path, state.to_string()).unwrap();
}

fn units(env: &TestEnv) -> PathBuf {
    env.path(".config/systemd/user")
}

/// What `systemd-analyze verify` says of a unit: nothing, if it is good.
fn verify(env: &TestEnv, manager: &str, unit: &Path) {
    let runtime = env.root().join("run");
    fs::create_dir_all(&runtime).unwrap();
    let mut command = Command::new("systemd-analyze");
    command.arg(manager).arg("verify").arg(unit).env_clear().envs(env.variables());
    command.env("XDG_RUNTIME_DIR", &runtime).current_dir(env.root()).stdin(Stdio::null());
    let run = Run::of(command.output().unwrap()).expect(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""), "{}", unit.display());
}

/// A line's words as systemd splits them: quotes, backslashes, doubled percent signs.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' => word.get_or_insert_default().push(characters.next().unwrap()),
            '%' => {
                assert_eq!(characters.next(), Some('%'), "a specifier in {line}");
                word.get_or_insert_default().push('%');
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

fn values(text: &str, name: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix(&format!("{name}="))).map(str::to_owned).collect()
}

/// Runs a command of a unit file as the manager would: nothing in the environment but what the unit says and HOME.
fn run_line(env: &TestEnv, unit: &Path, name: &str) -> Run {
    let text = fs::read_to_string(unit).unwrap();
    let words = words(&values(&text, name)[0]);
    let mut command = Command::new(words[0].strip_prefix(':').unwrap());
    command.args(&words[1..]).env_clear().env("HOME", env.home()).stdin(Stdio::null());
    for line in values(&text, "Environment") {
        let [assignment] = &self::words(&line)[..] else { panic!("{line}") };
        let (name, value) = assignment.split_once('=').unwrap();
        command.env(name, value);
    }
    Run::of(command.output().unwrap())
}

#[test]
fn the_units_are_accepted_and_rotate_a_due_key() {
    let (server, env) = proven();
    let report = env.run(&["service", "install", "--json"]).expect(0).data();
    let service = units(&env).join("artcafe-rotate.service");
    let timer = units(&env).join("artcafe-rotate.timer");
    assert_eq!(report["commands"][1], "systemctl --user enable --now artcafe-rotate.timer");
    for unit in [&service, &timer] {
        verify(&env, "--user", unit);
        assert_eq!(mode(unit), 0o644);
    }
    let text = fs::read_to_string(&timer).unwrap();
    for (name, value) in [("OnCalendar", "daily"), ("Persistent", "true"), ("RandomizedDelaySec", "1h")] {
        assert_eq!(values(&text, name), [value]);
    }
    let text = fs::read_to_string(&service).unwrap();
    assert_eq!(values(&text, "StartLimitIntervalSec"), ["0"]);
    assert_eq!(values(&text, "Type"), ["oneshot"]);
    let writable: Vec<String> = values(&text, "ReadWritePaths").iter().flat_map(|line| words(line)).collect();
    let home = env.path("a b 50% \"q\" $HOME").display().to_string();
    assert_eq!(writable, [env.path(".ssh").display().to_string(), home]);
    // A fresh key is left alone; the commands ask nothing and nobody.
    run_line(&env, &service, "ExecCondition").expect(1);
    run_line(&env, &service, "ExecStart").expect(0);
    assert_eq!(server.keys().len(), 1);
    age(&env, 31);
    run_line(&env, &service, "ExecCondition").expect(0);
    run_line(&env, &service, "ExecStart").expect(0);
    assert_eq!(server.keys().len(), 2);
    env.run(&["auth", "test"]).expect(0);
    run_line(&env, &service, "ExecCondition").expect(1);
}

#[test]
fn the_systems_units_are_accepted_and_say_who_they_are() {
    let (_server, env) = proven();
    let directory = env.path("units of the system");
    let place = ["--system", "--unit-dir", directory.to_str().unwrap()];
    env.run(&[&["service", "install", "--on-calendar", "Mon *-*-* 04:00", "--splay", "90m"][..], &place].concat())
        .expect(0);
    for unit in ["artcafe-rotate.service", "artcafe-rotate.timer"] {
        verify(&env, "--system", &directory.join(unit));
    }
    let text = fs::read_to_string(directory.join("artcafe-rotate.service")).unwrap();
    // The system's manager knows no home: the places are written down.
    let variables = values(&text, "Environment").join("\n");
    assert!(variables.contains("ARTCAFE_HOME=") && variables.contains("ARTCAFE_KEY_DIR="), "{variables}");
    assert!(!text.contains("TOKEN"), "{text}");
    run_line(&env, &directory.join("artcafe-rotate.service"), "ExecCondition").expect(1);
    let status = env.run(&[&["service", "status", "--json"][..], &place].concat()).expect(0).data();
    assert_eq!(status["state"], "installed");
}

#[test]
fn each_configuration_has_units_of_its_own() {
    let (server, mut env) = proven();
    env.set("ARTCAFE_TOKEN", server.token());
    env.set("ARTCAFE_API_ENDPOINT", server.url());
    env.set("ARTCAFE_TENANT_ID", server.tenant());
    let second = ["setup", "--agent-id", "second", "--bits", "2048", "--ssh-key-name", "second"];
    env.run(&[&["--profile", "staging"][..], &second].concat()).expect(0);
    let config = env.path("else where/agent.yaml");
    let third = ["setup", "--agent-id", "third", "--bits", "2048", "--ssh-key-name", "third"];
    env.run(&[&["--config", config.to_str().unwrap()][..], &third].concat()).expect(0);
    env.run(&["service", "install"]).expect(0);
    env.run(&["--profile", "staging", "service", "install"]).expect(0);
    env.run(&["--config", config.to_str().unwrap(), "service", "install"]).expect(0);
    let mut services: Vec<PathBuf> = fs::read_dir(units(&env))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().unwrap() == "service")
        .collect();
    services.sort();
    assert_eq!(services.len(), 3, "{services:?}");
    for service in &services {
        verify(&env, "--user", service);
        verify(&env, "--user", &service.with_extension("timer"));
        run_line(&env, service, "ExecCondition").expect(1);
    }
    let text = fs::read_to_string(units(&env).join("artcafe-rotate-staging.service")).unwrap();
    assert!(values(&text, "ExecStart")[0].contains("--profile staging"), "{text}");
    // A broken profile makes its own service fail for all to see, and no other.
    fs::write(env.path("a b 50% \"q\" $HOME/profiles/staging.yaml"), "auth: [").unwrap();
    run_line(&env, &units(&env).join("artcafe-rotate-staging.service"), "ExecCondition").expect(255);
    run_line(&env, &units(&env).join("artcafe-rotate.service"), "ExecCondition").expect(1);
    env.run(&["--profile", "staging", "service", "uninstall"]).expect(0);
    assert_eq!(env.run(&["service", "status", "--json"]).expect(0).data()["state"], "installed");
}

#[test]
fn nothing_is_written_twice_and_nobody_elses_change_is_lost() {
    let (_server, env) = proven();
    let printed = env.run(&["service", "install", "--print"]).expect(0).stdout;
    assert!(!units(&env).exists(), "--print wrote something");
    env.run(&["service", "install"]).expect(0);
    let timer = units(&env).join("artcafe-rotate.timer");
    let written = fs::read_to_string(&timer).unwrap();
    assert!(printed.contains(&written), "{printed}");
    let again = env.run(&["service", "install", "--json"]).expect(0).data();
    assert_eq!(again["changed"], serde_json::json!([]));
    // Other options change what is ours.
    let changed = env.run(&["service", "install", "--splay", "2h", "--json"]).expect(0).data();
    assert_eq!(changed["changed"].as_array().unwrap().len(), 1);
    let mine = fs::read_to_string(&timer).unwrap().replace("daily", "weekly");
    fs::write(&timer, &mine).unwrap();
    assert_eq!(env.run(&["service", "status", "--json"]).expect(7).data()["state"], "differs");
    assert_eq!(env.run(&["service", "install", "--json"]).expect(5).code_name(), "DIFFERS");
    assert_eq!(env.run(&["service", "uninstall", "--json"]).expect(5).code_name(), "DIFFERS");
    assert_eq!(fs::read_to_string(&timer).unwrap(), mine);
    assert!(units(&env).join("artcafe-rotate.service").exists());
    env.run(&["service", "install", "--overwrite"]).expect(0);
    assert_eq!(fs::read_to_string(&timer).unwrap(), written);
    // A masked unit is a link, which is never followed.
    fs::remove_file(&timer).unwrap();
    std::os::unix::fs::symlink("/dev/null", &timer).unwrap();
    assert_eq!(env.run(&["service", "install", "--overwrite", "--json"]).expect(5).code_name(), "FILE_EXISTS");
    assert!(timer.is_symlink());
}

#[test]
fn removing_takes_what_was_made_and_no_more() {
    let (_server, env) = proven();
    env.run(&["service", "install"]).expect(0);
    let wants = units(&env).join("timers.target.wants");
    fs::create_dir(&wants).unwrap();
    std::os::unix::fs::symlink(units(&env).join("artcafe-rotate.timer"), wants.join("artcafe-rotate.timer")).unwrap();
    std::os::unix::fs::symlink("/dev/null", wants.join("other.timer")).unwrap();
    fs::write(units(&env).join("artcafe-rotate-mine.service"), "[Service]\nExecStart=/bin/true\n").unwrap();
    env.run(&["service", "uninstall"]).expect(0);
    let left: Vec<String> = super::support::files::names(&units(&env));
    assert_eq!(left, ["artcafe-rotate-mine.service", "timers.target.wants/other.timer"]);
    for action in ["service_installed", "service_removed"] {
        let told = env.run(&["audit", "show", "--action", action, "--json"]).expect(0).data();
        let paths: Vec<&str> =
            told["lines"].as_array().unwrap().iter().filter_map(|line| line["path"].as_str()).collect();
        assert!(paths.len() == 2 && paths.iter().all(|path| path.contains("artcafe-rotate.")), "{action} {paths:?}");
    }
    let again = env.run(&["service", "uninstall", "--json"]).expect(0).data();
    assert_eq!(again["changed"], serde_json::json!([]));
    assert_eq!(env.run(&["service", "status", "--json"]).expect(7).data()["state"], "absent");
    env.run(&["--profile", "mine", "service", "uninstall"]).expect(5);
}

#[test]
fn systemd_is_told_only_when_that_is_asked_for() {
    let (_server, mut env) = proven();
    // A made-up systemctl that writes down what it is told, and whether it sees a secret.
    let tools = env.root().join("tools");
    fs::create_dir(&tools).unwrap();
    let log = env.root().join("told");
    let script = format!(
        "#!/bin/sh\necho \"$@ ${{ARTCAFE_TOKEN-none}}\" >> '{}'\nif [ \"$2\" = is-enabled ]; then echo enabled; fi\nif [ \"$2\" = is-active ]; then echo 'b[ad'; fi\n",
        log.display()
    );
    let program = tools.join("systemctl");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    env.set("PATH", &format!("{}:/usr/bin:/bin", tools.display()));
    env.set("ARTCAFE_TOKEN", "secret");
    env.run(&["service", "install"]).expect(0);
    assert!(!log.exists());
    env.run(&["service", "install", "--enable"]).expect(0);
    let status = env.run(&["service", "status", "--json"]).expect(0).data();
    assert_eq!((&status["enabled"], status["active"].is_null()), (&serde_json::json!("enabled"), true));
    env.run(&["service", "uninstall", "--disable"]).expect(0);
    let told = fs::read_to_string(&log).unwrap();
    let wanted = [
        "--user daemon-reload none",
        "--user enable --now artcafe-rotate.timer none",
        "--user is-enabled artcafe-rotate.timer none",
        "--user is-active artcafe-rotate.timer none",
        "--user disable --now artcafe-rotate.timer none",
        "--user daemon-reload none",
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), wanted);
    // One that refuses leaves the units, and that is said.
    fs::write(&program, "#!/bin/sh\necho 'no bus' >&2\nexit 1\n").unwrap();
    let failure = env.run(&["service", "install", "--enable", "--json"]).expect(6);
    assert_eq!(failure.code_name(), "PARTLY_DONE");
    assert!(failure.failure()["cause"].as_str().unwrap().contains("no bus"));
    assert!(units(&env).join("artcafe-rotate.timer").exists());
}

#[test]
fn what_no_timer_could_use_is_refused() {
    let (_server, env) = proven();
    assert_eq!(env.run(&["service", "install", "--on-calendar", "soonish", "--json"]).expect(2).code_name(), "USAGE");
    for source in ["env:PASS", "fd:3"] {
        let args = ["service", "install", "--passphrase", source, "--json"];
        assert_eq!(env.run(&args).expect(2).code_name(), "USAGE");
    }
    assert!(!units(&env).exists());
    env.run(&["service", "install", "--passphrase", "file:pass"]).expect(0);
    let text = fs::read_to_string(units(&env).join("artcafe-rotate.service")).unwrap();
    // A relative path would be another one when the timer runs.
    let wanted = format!("ARTCAFE_PASSPHRASE_SOURCE=file:{}", env.root().join("pass").display());
    assert!(values(&text, "Environment").iter().any(|line| words(line) == [wanted.as_str()]), "{text}");
    let empty = TestEnv::new();
    assert_eq!(empty.run(&["service", "install", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
}

/// The system calls of a group of systemd's, groups inside it included.
fn allowed(group: &str, found: &mut BTreeSet<String>) {
    let output = Command::new("systemd-analyze").args(["syscall-filter", group]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines().skip(1).map(str::trim).filter(|line| !line.starts_with('#')) {
        match line.starts_with('@') {
            true => allowed(line, found),
            false => {
                found.insert(line.to_owned());
            }
        }
    }
}

#[test]
fn the_hardening_leaves_a_rotation_all_that_it_needs() {
    let (_server, env) = proven();
    env.run(&["service", "install"]).expect(0);
    let unit = fs::read_to_string(units(&env).join("artcafe-rotate.service")).unwrap();
    age(&env, 31);
    let trace = env.root().join("trace");
    // What went over the wire is in it.
    env.wrote(&trace);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "4096", "-o"]).arg(&trace).arg(env!("CARGO_BIN_EXE_artcafe"));
    command.args(["key", "rotate", "--if-due"]).env_clear().envs(env.variables()).stdin(Stdio::null());
    Run::of(command.output().unwrap()).expect(0);
    let text = fs::read_to_string(&trace).unwrap();
    let calls: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start())).collect();
    let name = |call: &str| call.trim_start_matches("<... ").split(['(', ' ']).next().unwrap().to_owned();

    let mut may = BTreeSet::new();
    allowed(&values(&unit, "SystemCallFilter")[0], &mut may);
    let used: BTreeSet<String> =
        calls.iter().filter(|call| call.starts_with(|c: char| c.is_ascii_lowercase())).map(|call| name(call)).collect();
    assert!(used.contains("fsync") && used.contains("connect"), "{used:?}");
    let denied: Vec<_> = used.difference(&may).collect();
    assert!(denied.is_empty(), "outside SystemCallFilter: {denied:?}");

    let families = &values(&unit, "RestrictAddressFamilies")[0];
    for call in calls.iter().filter(|call| call.starts_with("socket")) {
        let family = call.split(['(', ',']).nth(1).unwrap();
        assert!(families.split(' ').any(|known| known == family), "{call}");
    }

    // Nothing is changed outside the directories that stay writable.
    let writable: Vec<String> = values(&unit, "ReadWritePaths").iter().flat_map(|line| words(line)).collect();
    let mut changes = 0;
    for call in &calls {
        let opens =
            call.starts_with("open") && ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| call.contains(flag));
        let changing = ["rename", "unlink", "mkdir", "link", "symlink", "chmod", "chown", "truncate"];
        if !opens && !changing.iter().any(|known| name(call).starts_with(known)) {
            continue;
        }
        // strace writes quotes inside a path with a backslash.
        let paths = call.replace("\\\"", "\u{1}");
        for path in paths.split('"').skip(1).step_by(2).map(|path| path.replace('\u{1}', "\"")) {
            let relative = !path.starts_with('/');
            let device = path.starts_with("/dev/") || path.starts_with("/proc/self/");
            let inside = writable.iter().any(|directory| Path::new(&path).starts_with(directory));
            assert!(relative || device || inside, "{call}");
            changes += usize::from(inside);
        }
    }
    assert!(changes > 20, "only {changes} changes were seen");
}
