//! `artcafe sandbox serve`: what it prints, what it refuses, how it ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{AGENT, TestEnv, http};

struct Serving {
    child: Child,
    info: Value,
}

impl Serving {
    #[track_caller]
    fn start(env: &TestEnv, more: &[&str]) -> Self {
        let mut command = env.command(&[&["sandbox", "serve", "--json"], more].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let object: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(object["schema"], "artcafe.sandbox.serve/1");
        Self { child, info: object["data"].clone() }
    }

    fn url(&self) -> &str {
        self.info["url"].as_str().unwrap()
    }

    #[track_caller]
    fn end(mut self, signal: Signal) {
        kill_process(Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap(), signal).unwrap();
        let started = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(started.elapsed() < Duration::from_secs(2));
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn one_line_says_all_that_a_script_needs() {
    let env = TestEnv::new();
    for (signal, dialect) in [(Signal::TERM, "documented"), (Signal::INT, "as-built")] {
        let serving = Serving::start(&env, &["--dialect", dialect]);
        assert_eq!(serving.info["dialect"], dialect);
        let tenants = serving.info["tenants"].as_array().unwrap();
        assert_eq!(tenants.len(), 2);
        for tenant in tenants {
            let token = tenant["admin_token"].as_str().unwrap();
            assert!(tenant["id"].is_string() && tenant["name"].is_string());
            let (status, body) =
                http::ask(serving.url(), "GET", &format!("/api/v1/agents/{AGENT}"), Some(token), &Value::Null);
            assert_eq!(status, 200, "{body}");
        }
        let (status, health) = http::ask(serving.url(), "GET", "/health", None, &Value::Null);
        assert_eq!((status, &health["status"]), (200, &json!("ok")));
        serving.end(signal);
    }
}

#[test]
fn what_is_not_loopback_is_refused() {
    let env = TestEnv::new();
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:80", "nonsense"] {
        let run = env.run(&["sandbox", "serve", "--listen", address, "--json"]).expect(2);
        assert_eq!(run.code_name(), "USAGE", "{address}");
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let env = TestEnv::new();
    let serving = Serving::start(&env, &[]);
    let address = serving.url().trim_start_matches("http://").to_owned();
    let failure = env.run(&["sandbox", "serve", "--listen", &address, "--json"]).expect(1).failure();
    assert!(failure["message"].as_str().unwrap().contains(&address), "{failure}");
    assert!(failure["hint"].as_str().unwrap().contains("--listen"), "{failure}");
}

#[test]
fn data_lasts_from_one_run_to_the_next() {
    let mut env = TestEnv::new();
    let data = env.path("sandbox");
    let options = ["--data", data.to_str().unwrap()];
    let serving = Serving::start(&env, &options);
    let tenant = serving.info["tenants"][0].clone();
    env.set("ARTCAFE_API_ENDPOINT", serving.url());
    env.set("ARTCAFE_TENANT_ID", tenant["id"].as_str().unwrap());
    env.set("ARTCAFE_TOKEN", tenant["admin_token"].as_str().unwrap());
    let made = env.set_up();
    serving.end(Signal::TERM);
    assert_eq!(crate::support::mode(&data.join("sandbox.db")), 0o600);
    let again = Serving::start(&env, &options);
    let args = ["key", "list", "--api-endpoint", again.url(), "--json"];
    let list = env.run(&args).expect(0).data();
    assert_eq!(list["keys"][0]["key_id"], made["key_id"]);
    again.end(Signal::TERM);
}

#[test]
fn it_starts_at_once() {
    let env = TestEnv::new();
    // The best of some, since other tests run beside this one and nothing here is optimised.
    let best = (0..5)
        .map(|_| {
            let started = Instant::now();
            let serving = Serving::start(&env, &[]);
            let took = started.elapsed();
            serving.end(Signal::TERM);
            took
        })
        .min()
        .unwrap();
    assert!(best < Duration::from_millis(500), "{best:?}");
}
