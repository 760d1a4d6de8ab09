//! `artcafe tenant usage`: one report whichever route answers, and the verdict of `--check`.

use super::support::scenes::tenant_usage::*;
use super::support::screen::assert_screen;
use crate::support::{Server, TestEnv, fake};
use artcafe::sandbox::{Dialect, Options};
use serde_json::{Value, json};

fn counter<'a>(data: &'a Value, name: &str) -> &'a Value {
    data["counters"].as_array().unwrap().iter().find(|counter| counter["name"] == name).unwrap()
}

#[test]
fn both_dialects_tell_the_plan_and_what_is_used() {
    for (dialect, source) in
        [(Dialect::Documented, "GET /usage-metrics"), (Dialect::AsBuilt, "GET /billing/usage-summary")]
    {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        let data = usage(&env, &[], 0).data();
        assert_eq!((&data["plan"], &data["source"]), (&json!("basic"), &json!(source)), "{data}");
        assert_eq!(data["tenant_id"], server.tenant());
        let keys = counter(&data, "ssh_keys");
        assert_eq!((&keys["current"], &keys["limit"], &keys["percentage"]), (&json!(1), &json!(20), &json!(5)));
        assert_eq!(keys["current_from"], "GET /billing/usage-summary");
        assert_eq!(counter(&data, "agents")["current"], 1);
        // What no route tells has a limit from the table of plans at most, and no zero.
        let connections = counter(&data, "connections");
        assert_eq!((&connections["current"], &connections["limit"]), (&Value::Null, &json!(20)));
        assert_eq!(counter(&data, "bytes")["current"], Value::Null);
        // The agent's own token opens it as well.
        let mut own = env.clone();
        own.unset("ARTCAFE_TOKEN");
        let of_agent = usage(&own, &[], 0).data();
        assert_eq!(of_agent["authorized_by"], "the agent's own key");
        assert_eq!(counter(&of_agent, "ssh_keys")["current"], 1);
        // A pipe gets numbers and no bars.
        let run = env.run(&["tenant", "usage"]);
        match dialect {
            Dialect::Documented => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
tenant   11111111-aaaa-4aaa-8aaa-111111111111 at [SERVER]
plan     basic
source   GET /usage-metrics
period   [DATE] to [DATE]
agents                          1 of 10               10%
ssh keys                        1 of 20                5%
channels                        0 of 100               0%
messages this month             0 of 100000            0%
storage (GB)                    0 of 10                0%
connections                     ? of 20
api calls a minute              ? of 500
active agents                   0
active channels                 0
messages                        0
api calls [N]

"#]],
            ),
            Dialect::AsBuilt => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
tenant   11111111-aaaa-4aaa-8aaa-111111111111 at [SERVER]
plan     basic
source   GET /billing/usage-summary
agents                          1 of 10               10%
ssh keys                        1 of 20                5%
channels                        0 of 100               0%
messages this month             0 of 100000            0%
storage (GB)                    0 of 10                0%
connections                     ? of 20
api calls a minute              ? of 500

"#]],
            ),
        }
    }
}

#[test]
fn a_broken_route_is_asked_once_and_others_take_its_place() {
    let faults = ["GET /usage-metrics=500", "GET /billing/usage-summary=500"];
    let server = Server::start(Dialect::Documented, &faults);
    let env = TestEnv::with(&server);
    env.set_up();
    let before = server.count("GET /api/v1/usage-metrics");
    let data = usage(&env, &[], 0).data();
    assert_eq!(server.count("GET /api/v1/usage-metrics") - before, 1);
    assert_eq!(data["source"], "GET /usage/current");
    assert_eq!(data["plan"], Value::Null);
    // Counted on this side, and without a limit that nobody told.
    let keys = counter(&data, "ssh_keys");
    assert_eq!((&keys["current"], &keys["current_from"]), (&json!(1), &json!("listing")));
    assert_eq!((&keys["limit"], &keys["percentage"]), (&Value::Null, &Value::Null));
    assert!(counter(&data, "api_calls")["current"].as_u64().unwrap() > 0);
    assert!(data["period"]["start"].is_string());
    assert_eq!(counter(&data, "channels")["current"], Value::Null);
    let routes: Vec<(&str, bool)> = data["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| (route["route"].as_str().unwrap(), route["answered"].as_bool().unwrap()))
        .collect();
    assert_eq!(
        routes[..3],
        [("GET /usage-metrics", false), ("GET /billing/usage-summary", false), ("GET /usage/current", true)]
    );
    // Nothing can be checked: told, and no finding.
    let run = usage(&env, &["--check"], 0);
    assert_eq!(run.warnings(), ["limits_unknown"]);
    assert_eq!(run.data()["check"]["exceeded"], json!([]));
}

#[test]
fn listing_is_the_last_resort_and_no_answer_at_all_a_failure() {
    let server = Server::start(Dialect::AsBuilt, &["GET /billing/usage-summary=404"]);
    let env = TestEnv::with(&server);
    env.set_up();
    let data = usage(&env, &[], 0).data();
    assert_eq!(data["source"], "listing");
    assert_eq!(counter(&data, "agents")["current"], 1);

    let down = Server::start(Dialect::AsBuilt, &["GET /billing/usage-summary=close-before"]);
    let env = TestEnv::with(&down);
    assert_eq!(usage(&env, &["--retries", "0"], 69).code_name(), "SERVER_UNREACHABLE");
    let nothing =
        Server::start(Dialect::AsBuilt, &["GET /billing/usage-summary=500", "GET /agents=500", "GET /ssh-keys=500@2"]);
    let env = TestEnv::with(&nothing);
    assert_eq!(usage(&env, &["--retries", "0"], 69).code_name(), "SERVER_FAILED");
    let mut env = TestEnv::with(&server);
    env.set("ARTCAFE_TOKEN", "a.b.c");
    assert_eq!(usage(&env, &[], 4).code_name(), "TOKEN_REFUSED");
}

#[test]
fn a_near_limit_is_a_finding_at_the_limit_that_was_asked_for() {
    for dialect in Dialect::ALL {
        let tenants = vec!["small=Small:free".parse().unwrap()];
        let server = Server::start_with(Options { dialect, tenants, ..Options::default() });
        let env = TestEnv::with(&server);
        env.set_up();
        let line = env.public_line();
        for place in 0..3 {
            server.register(&format!("agent-{place}"), &line);
        }
        // Four of five keys: exactly at 80 %.
        let run = usage(&env, &["--check"], 7);
        let data = run.data();
        assert_eq!(data["check"]["at"], 80);
        assert_eq!(data["check"]["exceeded"], json!(["ssh_keys"]), "{data}");
        // No route counts them, which nobody is warned of at every run.
        assert_eq!(data["check"]["unknown"], json!(["connections", "api_calls_per_minute"]));
        assert_eq!(run.warnings(), [] as [&str; 0]);
        usage(&env, &["--check", "--at", "80.1%"], 0);
        usage(&env, &["--check", "--at", "20%"], 7);
        let run = env.run(&["tenant", "usage", "--check"]);
        match dialect {
            Dialect::Documented => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
tenant   small at [SERVER]
plan     free
source   GET /usage-metrics
period   [DATE] to [DATE]
agents                          1 of 3             33.33%
ssh keys                        4 of 5                80%
channels                        0 of 10                0%
messages this month             0 of 10000             0%
storage (GB)                    0 of 1                 0%
connections                     ? of 5
api calls a minute              ? of 100
active agents                   0
active channels                 0
messages                        0
api calls [N]
at 80% of the limit or over it: ssh keys
--- exit code 7

"#]],
            ),
            Dialect::AsBuilt => assert_screen(
                &env,
                &run,
                snapbox::str![[r#"
tenant   small at [SERVER]
plan     free
source   GET /billing/usage-summary
agents                          1 of 3             33.33%
ssh keys                        4 of 5                80%
channels                        0 of 10                0%
messages this month             0 of 10000             0%
storage (GB)                    0 of 1                 0%
connections                     ? of 5
api calls a minute              ? of 100
at 80% of the limit or over it: ssh keys
--- exit code 7

"#]],
            ),
        }
        usage(&env, &[], 0);
        for wrong in [&["--check", "--at", "0.8"] as &[&str], &["--check", "--at", "80"], &["--at", "80%"]] {
            assert_eq!(usage(&env, wrong, 2).code_name(), "USAGE");
        }
    }
}

#[test]
fn odd_answers_are_unknown_and_never_zero() {
    let answers = |metrics: Value, billing: Value| {
        fake::Fake::start(move |request| match request.line.as_str() {
            "GET /api/v1/usage-metrics" => fake::json(200, &metrics),
            "GET /api/v1/billing/usage-summary" => fake::json(200, &billing),
            line if line.starts_with("GET /api/v1/ssh-keys") => {
                fake::json(200, &json!({ "keys": [], "next_token": null }))
            }
            "GET /api/v1/agents" => fake::json(403, &json!({ "detail": "no" })),
            _ => fake::json(404, &json!({ "detail": "Not Found" })),
        })
    };
    // A collector that never ran sends zeros; a plan without limits gets those of the table.
    let zeros = json!({ "totals": { "agents_total": 0, "channels_total": 0, "api_calls_total": 0,
        "messages_in_total": 0, "messages_out_total": 0 }, "limits": { "max_agents": 7 } });
    let billing = json!({ "plan": "pro", "usage": { "agents": { "current": "many", "limit": null },
        "storage_gb": { "current": 0.5, "limit": 2 }, "ssh_keys": { "current": -1 } } });
    let server = answers(zeros, billing);
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", server.url());
    env.set("ARTCAFE_TENANT_ID", "t");
    env.set("ARTCAFE_TOKEN", "opaque");
    let data = usage(&env, &["--check"], 0).data();
    let agents = counter(&data, "agents");
    assert_eq!((&agents["current"], &agents["limit"]), (&Value::Null, &json!(7)));
    assert_eq!(agents["limit_from"], "GET /usage-metrics");
    let keys = counter(&data, "ssh_keys");
    assert_eq!((&keys["current"], &keys["limit"]), (&json!(0), &json!(100)));
    assert_eq!((&keys["current_from"], &keys["limit_from"]), (&json!("listing"), &json!("plan table")));
    assert_eq!(counter(&data, "storage_gb")["percentage"], 25);
    assert_eq!(
        data["check"]["unknown"],
        json!(["agents", "channels", "messages_this_month", "connections", "api_calls_per_minute"])
    );

    let nonsense = answers(json!([1]), json!({ "usage": 3 }));
    env.set("ARTCAFE_API_ENDPOINT", nonsense.url());
    let data = usage(&env, &[], 0).data();
    assert_eq!(data["source"], "listing");
    assert_eq!(counter(&data, "agents")["current"], Value::Null);
}
