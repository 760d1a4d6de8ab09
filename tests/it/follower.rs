//! A program that knows nothing but `fix.argv` brings broken states back to health.
//!
//! It runs `auth test`, does what `fix` says, and starts again; it reads no message and has no other knowledge.
//! Where no fix is left, the code must be one of a closed list of matters for a person, or a plain "later".

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};

use super::support::{AGENT, Server, TestEnv};

/// What only a person, or time, can mend.
const FOR_PERSONS: &[&str] = &[
    // Nobody gave a token with which a key can be registered; the second one is of a setup that lacks only that.
    "TOKEN_MISSING",
    "PARTLY_DONE",
    "TOKEN_REFUSED",
    "PROOF_REFUSED",
    // Somebody took the key's right away, which no program gives back.
    "KEY_REVOKED",
    // Whose identity it is to be, or which place, is not known here.
    "INPUT_NEEDED",
    "KEY_OF_ANOTHER_AGENT",
    "NEW_ENDPOINT",
    "ENDPOINT_INSECURE",
    "TENANT_UNKNOWN",
    // The portal's, the plan's, the machine's.
    "PLAN_LIMIT",
    "TENANT_INACTIVE",
    "ALGORITHM_REFUSED",
    "CLOCK_SKEW",
    // A file that somebody wrote, and that nobody else may guess at.
    "CONFIG_INVALID",
    "KEY_UNUSABLE",
];

/// What passes by itself: the same command again, later.
const LATER: &[&str] = &["SERVER_UNREACHABLE", "SERVER_FAILED", "RATE_LIMITED"];

struct World {
    server: Server,
    env: TestEnv,
}

/// Where the follower came to.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Healthy { fixes: usize },
    Person(String),
    Later(String),
    Lost(String),
}

/// What a state is expected to end as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    Healthy,
    Person,
    Later,
}

impl World {
    fn new() -> Self {
        Self::with(Server::start(Dialect::Documented, &[]))
    }

    fn with(server: Server) -> Self {
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_RETRIES", "0");
        Self { server, env }
    }

    fn set_up() -> Self {
        let world = Self::new();
        world.env.set_up();
        world
    }

    fn without_token(mut self) -> Self {
        self.env.unset("ARTCAFE_TOKEN");
        self
    }

    /// The identity comes from variables, as in a container.
    fn with_ids(mut self) -> Self {
        self.env.set("ARTCAFE_AGENT_ID", AGENT);
        self
    }

    fn run(&self, args: &[&str]) {
        let _ = self.env.run(args);
    }

    fn killed_at(self, point: &str, args: &[&str]) -> Self {
        let mut env = self.env.clone();
        env.set("ARTCAFE_TEST_KILL_AT", point);
        let run = env.run(args);
        assert_eq!(run.code, -1, "not killed at {point}: {run:?}");
        self
    }

    /// At this call that changes a file, or at this request.
    fn killed_in_setup(self, number: u32) -> Self {
        let mut env = self.env.clone();
        env.set("ARTCAFE_TEST_FAIL", &format!("{number}:kill"));
        let run = env.run(&["setup", "--bits", "2048"]);
        assert_eq!(run.code, -1, "not killed at {number}: {run:?}");
        self
    }

    fn rotated(self) -> Self {
        let _ = self.env.run(&["key", "rotate", "--bits", "2048"]).expect(0);
        self
    }

    fn config_text(&self) -> String {
        fs::read_to_string(self.env.config()).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "breaks a file on purpose")]
    fn write_config(&self, text: &str) {
        fs::write(self.env.config(), text).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "breaks a file on purpose")]
    fn write(&self, path: &Path, text: &str) {
        fs::write(path, text).unwrap();
    }

    fn key_id(&self) -> String {
        self.env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout.trim().to_owned()
    }

    fn delete_record(&self) {
        let (status, body) = self.server.ask("DELETE", &format!("/api/v1/ssh-keys/{}", self.key_id()), &Value::Null);
        assert!(status == 200 || status == 204, "{status} {body}");
    }

    /// As an administrator does from another machine.
    fn revoke_record(&self) {
        let elsewhere = TestEnv::with(&self.server);
        let _ = elsewhere.run(&["key", "revoke", &self.key_id(), "--allow-last", "--yes"]).expect(0);
    }

    fn chmod(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Follows `fix.argv` and nothing else.
    fn follow(&self) -> End {
        let mut words: Vec<String> = vec!["auth".to_owned(), "test".to_owned()];
        let mut fixes = 0;
        while fixes <= 5 {
            let args: Vec<&str> = words.iter().map(String::as_str).chain(["--json"]).collect();
            let run = self.env.run(&args);
            let text = if run.stdout.is_empty() { &run.stderr } else { &run.stdout };
            let object: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {run:?}"));
            let own = [&object["fix"], &object["data"]["fix"]].into_iter().find(|fix| fix.is_object());
            let warned = object["warnings"].as_array().unwrap().iter().map(|warning| &warning["fix"]);
            let fix = own.or_else(|| warned.into_iter().find(|fix| fix.is_object()));
            let is_test = words == ["auth", "test"];
            words = match fix {
                Some(fix) => {
                    let argv: Vec<String> = serde_json::from_value(fix["argv"].clone()).unwrap();
                    assert_eq!(argv[0], "artcafe");
                    fixes += 1;
                    argv[1..].to_vec()
                }
                None if run.code == 0 && is_test => return End::Healthy { fixes },
                None if run.code == 0 => vec!["auth".to_owned(), "test".to_owned()],
                None => {
                    let code = object["code"].as_str().or(object["data"]["failure"].as_str()).unwrap().to_owned();
                    let retryable = object["retryable"] == true || object["data"]["retryable"] == true;
                    return if retryable { End::Later(code) } else { End::Person(code) };
                }
            };
        }
        End::Lost(words.join(" "))
    }
}

type State = (&'static str, Expected, fn() -> World);

use Expected::{Healthy, Later, Person};

const STATES: &[State] = &[
    ("nothing is wrong", Healthy, World::set_up),
    ("the key is open to the group", Healthy, || {
        let world = World::set_up();
        world.chmod(&world.env.key(), 0o640);
        world
    }),
    ("the key is open to everybody", Healthy, || {
        let world = World::set_up();
        world.chmod(&world.env.key(), 0o644);
        world
    }),
    ("the key's directory can be changed by others", Healthy, || {
        let world = World::set_up();
        world.chmod(world.env.key().parent().unwrap(), 0o777);
        world
    }),
    ("key and directory are open, the public half is gone", Healthy, || {
        let world = World::set_up();
        world.chmod(&world.env.key(), 0o666);
        world.chmod(world.env.key().parent().unwrap(), 0o775);
        fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world
    }),
    ("the configuration is open to others", Healthy, || {
        let world = World::set_up();
        world.chmod(&world.env.config(), 0o664);
        world
    }),
    ("the private key is gone", Healthy, || {
        let world = World::set_up();
        fs::remove_file(world.env.key()).unwrap();
        fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world
    }),
    ("the private key is gone and nobody gave a token", Person, || {
        let world = World::set_up();
        fs::remove_file(world.env.key()).unwrap();
        fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world.without_token()
    }),
    ("the whole key directory is gone", Healthy, || {
        let world = World::set_up();
        fs::remove_dir_all(world.env.key().parent().unwrap()).unwrap();
        world
    }),
    ("the public half is gone", Healthy, || {
        let world = World::set_up();
        fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world
    }),
    ("the public half is another key's", Healthy, || {
        let world = World::set_up();
        world.run(&["key", "generate", "--output", world.env.path("other").to_str().unwrap(), "--bits", "2048"]);
        fs::copy(world.env.path("other.pub"), world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world
    }),
    ("the record was deleted", Healthy, || {
        let world = World::set_up();
        world.delete_record();
        world
    }),
    ("the record was deleted and nobody gave a token", Person, || {
        let world = World::set_up();
        world.delete_record();
        world.without_token()
    }),
    ("the key was revoked in the portal", Person, || {
        let world = World::set_up();
        world.revoke_record();
        world
    }),
    ("the key was revoked in the portal and nobody gave a token", Person, || {
        let world = World::set_up();
        world.revoke_record();
        world.without_token()
    }),
    ("the key was revoked from here", Person, || {
        let world = World::set_up();
        world.run(&["key", "revoke", "--current", "--allow-last", "--yes"]);
        world
    }),
    ("the agent was deleted from here", Person, || {
        let world = World::set_up();
        world.run(&["agent", "delete", AGENT, "--yes"]);
        world
    }),
    ("the key was deleted from here", Person, || {
        let world = World::set_up();
        world.run(&["key", "delete", &world.key_id(), "--allow-last", "--yes"]);
        world
    }),
    ("the key of a rotated agent was revoked", Person, || {
        let world = World::set_up().rotated();
        world.revoke_record();
        world
    }),
    ("the configuration names another record", Healthy, || {
        let world = World::set_up();
        world.run(&["config", "set", "auth.ssh_key.key_id", "01HZZZZZZZZZZZZZZZZZZZZZZZ"]);
        world
    }),
    ("the configuration names no record", Healthy, || {
        let world = World::set_up();
        world.run(&["config", "unset", "auth.ssh_key.key_id"]);
        world
    }),
    ("neither configuration nor memory names a record", Healthy, || {
        let world = World::set_up();
        world.run(&["config", "unset", "auth.ssh_key.key_id"]);
        fs::remove_dir_all(world.env.path(".artcafe/state")).unwrap();
        world
    }),
    ("the memory is gone", Healthy, || {
        let world = World::set_up();
        fs::remove_dir_all(world.env.path(".artcafe/state")).unwrap();
        world
    }),
    ("the configuration is gone, and nothing says whose key it is", Person, || {
        let world = World::set_up();
        fs::remove_file(world.env.config()).unwrap();
        world
    }),
    ("the configuration is gone, and variables name the identity", Healthy, || {
        let world = World::set_up().with_ids();
        fs::remove_file(world.env.config()).unwrap();
        world
    }),
    ("the configuration of a rotated agent is gone, and variables name the identity", Healthy, || {
        let world = World::set_up().rotated().with_ids();
        fs::remove_file(world.env.config()).unwrap();
        world
    }),
    ("everything below the home is gone, and variables name the identity", Healthy, || {
        let world = World::set_up().with_ids();
        fs::remove_dir_all(world.env.path(".artcafe")).unwrap();
        fs::remove_dir_all(world.env.key().parent().unwrap()).unwrap();
        world
    }),
    ("the configuration is no YAML", Person, || {
        let world = World::set_up();
        world.write_config("auth: [unclosed\n");
        world
    }),
    ("the configuration was cut", Person, || {
        let world = World::set_up();
        let text = world.config_text();
        world.write_config(&format!("{}\n  : :", &text[..text.len() / 2]));
        world
    }),
    ("the configuration has a value that cannot be", Person, || {
        let mut world = World::set_up();
        let text = world.config_text().replace(world.server.url(), "not a url");
        world.write_config(&text);
        world.env.unset("ARTCAFE_API_ENDPOINT");
        world
    }),
    ("an older configuration came back after a rotation", Healthy, || {
        let world = World::set_up();
        let text = world.config_text();
        let world = world.rotated();
        world.write_config(&text);
        world
    }),
    ("a configuration from before two rotations came back", Healthy, || {
        let world = World::set_up();
        let text = world.config_text();
        let world = world.rotated().rotated();
        world.write_config(&text);
        world
    }),
    ("the plain name's link is gone", Healthy, || {
        let world = World::set_up().rotated();
        fs::remove_file(world.env.key()).unwrap();
        world
    }),
    ("the plain name's link leads nowhere", Healthy, || {
        let world = World::set_up().rotated();
        fs::remove_file(world.env.key()).unwrap();
        std::os::unix::fs::symlink("nowhere", world.env.key()).unwrap();
        world
    }),
    ("a rotation died after its plan", Healthy, || {
        World::set_up().killed_at("planned", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation died before its key was written down", Healthy, || {
        World::set_up().killed_at("generate.before_write", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation died while it registered", Healthy, || {
        World::set_up().killed_at("register.after_request", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation died right after the switch", Healthy, || {
        World::set_up().killed_at("switch.after_write", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation died while it retired the old key", Healthy, || {
        World::set_up().killed_at("retire.after_request", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation died between the old key's files", Healthy, || {
        World::set_up().killed_at("retire.between_files", &["key", "rotate", "--bits", "2048"])
    }),
    ("a rotation is in its grace period", Healthy, || {
        let world = World::set_up();
        let _ = world.env.run(&["key", "rotate", "--bits", "2048", "--grace", "1h"]).expect(0);
        world
    }),
    ("an unfinished rotation and an open key file", Healthy, || {
        let world = World::set_up().killed_at("registered", &["key", "rotate", "--bits", "2048"]);
        world.chmod(&world.env.key(), 0o644);
        world
    }),
    ("a setup died at its third step on a file", Healthy, || World::new().with_ids().killed_in_setup(3)),
    ("a setup died at its eighth step", Healthy, || World::new().with_ids().killed_in_setup(8)),
    ("a setup died at its fifteenth step", Healthy, || World::new().with_ids().killed_in_setup(15)),
    ("a setup died at its twenty-fifth step", Healthy, || World::new().with_ids().killed_in_setup(25)),
    ("a lock was left by a process that is gone", Healthy, || {
        let world = World::set_up();
        world.write(&world.env.path(".artcafe/lock"), "pid 999999, since 2020-01-01T00:00:00Z");
        world
    }),
    ("the kept token is torn", Healthy, || {
        let world = World::set_up();
        let _ = world.env.run(&["auth", "token"]).expect(0);
        for entry in fs::read_dir(world.env.path(".artcafe/state/tokens")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                world.write(&path, "{\"tok");
            }
        }
        world
    }),
    ("the private key is no key", Person, || {
        let world = World::set_up();
        world.write(&world.env.key(), "no key\n");
        world
    }),
    ("the private key was cut", Person, || {
        let world = World::set_up();
        let text = fs::read_to_string(world.env.key()).unwrap();
        world.write(&world.env.key(), &text[..text.len() / 2]);
        world
    }),
    ("the key has a passphrase that nobody gave", Person, || {
        let world = World::new();
        world.write(&world.env.path("passphrase"), "correct horse");
        let source = format!("file:{}", world.env.path("passphrase").display());
        let args = ["setup", "--agent-id", AGENT, "--bits", "2048", "--passphrase", &source];
        let _ = world.env.run(&args).expect(0);
        world
    }),
    ("the server is down", Later, || {
        let mut world = World::set_up();
        world.env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
        world.env.set("ARTCAFE_ALLOW_NEW_ENDPOINT", "1");
        world
    }),
    ("the server fails", Later, || {
        let world = World::with(Server::start(Dialect::Documented, &["POST /auth/agent/challenge=500@3"]));
        world.env.set_up();
        world
    }),
    ("the server asks to wait", Later, || {
        let faults = ["POST /auth/agent/challenge=429:retry-after=7@3"];
        let world = World::with(Server::start(Dialect::Documented, &faults));
        world.env.set_up();
        world
    }),
    ("the plan allows no more keys", Person, || {
        let tenants = vec!["Small:free".parse().unwrap()];
        let world = World::with(Server::start_with(Options { tenants, ..Options::default() }));
        world.env.set_up();
        for place in 0..4 {
            let other = TestEnv::new();
            let _ = other.run(&["key", "generate", "--algorithm", "ed25519"]).expect(0);
            world.server.register(&format!("agent-{place}"), &other.public_line());
        }
        fs::remove_file(world.env.key()).unwrap();
        fs::remove_file(world.env.path(".ssh/artcafe_agent.pub")).unwrap();
        world
    }),
    ("the server's clock is another", Healthy, || {
        let world = World::with(Server::start(Dialect::Documented, &["*=skew:-3h@30"]));
        world.env.set_up();
        while world.server.requests().len() < 30 {
            let _ = world.server.ask("GET", "/health", &Value::Null);
        }
        world
    }),
    ("the tenant is unknown", Person, || {
        let mut world = World::set_up();
        world.env.set("ARTCAFE_TENANT_ID", "99999999-aaaa-4aaa-8aaa-999999999999");
        world.env.set("ARTCAFE_KEY_ID", "01HZZZZZZZZZZZZZZZZZZZZZZZ");
        world
    }),
    ("the endpoint is another than the key was registered at", Person, || {
        let mut world = World::set_up();
        world.env.set("ARTCAFE_API_ENDPOINT", "http://127.0.0.1:9");
        world
    }),
    ("the endpoint has no encryption", Person, || {
        let mut world = World::set_up();
        world.env.set("ARTCAFE_API_ENDPOINT", "http://10.1.2.3:8000");
        world.env.set("ARTCAFE_ALLOW_NEW_ENDPOINT", "1");
        world
    }),
    ("the key is another agent's", Person, || {
        let world = World::set_up();
        let (status, body) = world.server.ask("POST", "/api/v1/agents", &json!({ "name": "other", "type": "worker" }));
        assert_eq!(status, 201, "{body}");
        let other = super::support::id_of(body.get("agent").unwrap_or(&body));
        world.run(&["config", "set", "auth.agent_id", &other]);
        world
    }),
    ("an Ed25519 key, which the platform cannot verify", Person, || {
        let world = World::with(Server::start(Dialect::AsBuilt, &[]));
        let key = world.env.key();
        let generate = ["key", "generate", "--algorithm", "ed25519", "--output", key.to_str().unwrap()];
        let _ = world.env.run(&generate).expect(0);
        let _ = world.env.run(&["config", "set", "auth.agent_id", AGENT]);
        let _ = world.env.run(&["key", "register"]);
        world
    }),
    ("the token of the administrator is wrong and the key is gone", Person, || {
        let mut world = World::set_up();
        fs::remove_dir_all(world.env.key().parent().unwrap()).unwrap();
        world.env.set("ARTCAFE_TOKEN", "eyJhbGciOiJIUzI1NiJ9.e30.wrong");
        world
    }),
];

#[test]
fn fix_alone_leads_out_of_broken_states() {
    assert!(STATES.len() >= 40, "only {} states", STATES.len());
    let mut wrong = Vec::new();
    let (mut healthy, mut told) = (0, Vec::new());
    for (name, expected, make) in STATES {
        let end = std::panic::catch_unwind(|| make().follow()).unwrap_or_else(|_| End::Lost("it panicked".to_owned()));
        let as_expected = match (&end, expected) {
            (End::Healthy { .. }, Healthy) => true,
            (End::Person(code), Person) => FOR_PERSONS.contains(&code.as_str()),
            (End::Later(code), Later) => LATER.contains(&code.as_str()),
            _ => false,
        };
        healthy += usize::from(matches!(end, End::Healthy { fixes } if fixes <= 5));
        told.push(format!("{name}: {end:?}"));
        if !as_expected {
            wrong.push(format!("{name}: {end:?}, expected {expected:?}"));
        }
    }
    println!("{}", told.join("\n"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(healthy >= 28, "only {healthy} ended in health");
}
