//! `artcafe topic`: the standard topics, and the verdict on any topic, by the real program.

use artcafe::ops::topic::Rule;
use serde_json::{Value, json};

use crate::support::TestEnv;
use crate::support::screen::assert_screen;

const IDS: [&str; 4] = ["--tenant-id", "abc", "--agent-id", "web-01"];

fn findings(env: &TestEnv, topic: &str, code: i32) -> Vec<String> {
    let data = env.run(&[&["topic", "check", "--json"] as &[&str], &IDS, &["--", topic]].concat()).expect(code).data();
    let topic = &data["topics"][0];
    assert_eq!(data["ok"], code == 0);
    topic["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_tenant_that_begins_like_ours_is_another_one() {
    let env = TestEnv::new();
    assert_eq!(findings(&env, "tenant.abc.agent.web-01", 0), [] as [&str; 0]);
    for other in ["tenant.abcd.agent.web-01", "tenants/abcd/results", "tenants/ab/results", "abcd.orders"] {
        assert_eq!(findings(&env, other, 7), ["tenant_prefix"], "{other}");
    }
    assert_eq!(findings(&env, "tenants/#", 7), ["wildcard_tenant", "wildcard_too_wide"]);
    assert_eq!(findings(&env, "tenants/abc/#", 7), ["wildcard_too_wide"]);
    assert_eq!(findings(&env, "-x", 7), ["unknown_form"]);
}

#[test]
fn without_any_configuration_the_flags_are_enough_and_without_them_it_is_asked_for() {
    let mut env = TestEnv::new();
    env.unset("HOME");
    env.set("ARTCAFE_HOME", "/proc/self/nowhere");
    let run = env.run(&["topic", "check", "--tenant-id", "abc", "tenants/abc/results"]).expect(0);
    assert_eq!(run.stdout, "ok  tenants/abc/results: inside the tenant, a standard topic (publish)\n");
    let run = env.run(&["topic", "check", "--tenant-id", "abc", "tenants/abc/+/x", "agents/a b"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
bad tenants/abc/+/x
    wildcard_too_wide: it takes in topics that no standard of the platform has: name those that are needed
bad agents/a b
    invalid_character: ` ` may not stand in a topic: letters, digits, `_` and `-` may
    no_tenant_token: it names no tenant, so agents of other tenants may use the very same topic
--- exit code 7

"#]],
    );
    assert_eq!(env.run(&["topic", "check", "x", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    assert_eq!(env.run(&["topic", "list", "--tenant-id", "abc", "--json"]).expect(2).code_name(), "INPUT_NEEDED");
    assert_eq!(env.run(&["topic", "check", "--json", "--tenant-id", "abc"]).expect(2).code_name(), "USAGE");
    assert_eq!(env.run(&["topic", "check", "--json", "--tenant-id", "a/b", "x"]).expect(2).code_name(), "USAGE");
}

#[test]
fn standard_input_holds_one_topic_a_line() {
    let env = TestEnv::new();
    let check = |input: &str, more: &[&str]| {
        env.run_with_input(&[&["topic", "check", "--json"] as &[&str], &IDS, more].concat(), Some(input))
    };
    let data = check("tenants/abc/results\n\n tenants/abc/x\r\ntenant.abc\r\n", &["agents/x", "-", "tenant.abc"])
        .expect(7)
        .data();
    let topics: Vec<&str> =
        data["topics"].as_array().unwrap().iter().map(|topic| topic["topic"].as_str().unwrap()).collect();
    // A blank is no part of the line's end.
    assert_eq!(topics, ["agents/x", "tenants/abc/results", " tenants/abc/x", "tenant.abc", "tenant.abc"]);
    assert_eq!(check("\n\n", &["-"]).expect(2).code_name(), "USAGE");
    assert_eq!(check(&"x\n".repeat(600_000), &["-"]).expect(2).code_name(), "USAGE");
    let shown = check("tenants/abc/\u{1b}[31mred\n", &["-"]).expect(7).data();
    assert!(!shown.to_string().contains("\\u001b["), "{shown}");
    assert_eq!(check("x", &["-", "--token", "-"]).expect(2).code_name(), "USAGE");
}

#[test]
fn the_list_is_of_the_forms_that_were_asked_for_and_passes_its_own_check() {
    let env = TestEnv::new();
    let list = |form: &str| {
        let run = env.run(&[&["topic", "list", "--json", "--form", form] as &[&str], &IDS].concat()).expect(0);
        run.data()["topics"].as_array().unwrap().clone()
    };
    let (slash, nats, all) = (list("slash"), list("nats"), list("all"));
    assert_eq!([slash.clone(), nats.clone()].concat(), all);
    assert!(slash.iter().all(|topic| topic["form"] == "slash") && nats.iter().all(|topic| topic["form"] == "nats"));
    let of = |topic: &str| all.iter().find(|listed| listed["topic"] == topic).unwrap_or_else(|| panic!("{topic}"));
    assert_eq!(of("tenants/abc/agents/web-01/status")["direction"], "publish");
    assert_eq!(of("agents/control/web-01/#")["in_tenant"], json!(false));
    assert_eq!(of("_heartbeat.abc.web-01")["direction"], "publish");
    let inside: Vec<&str> = all
        .iter()
        .filter(|topic| topic["in_tenant"] == true)
        .map(|topic| topic["topic"].as_str().unwrap())
        .filter(|topic| !topic.contains('{'))
        .collect();
    assert!(inside.len() > 12);
    let run =
        env.run_with_input(&[&["topic", "check", "-"] as &[&str], &IDS].concat(), Some(&inside.join("\n"))).expect(0);
    assert_eq!(run.stdout.matches("a standard topic").count(), inside.len(), "{run:?}");
    let text = env.run(&[&["topic", "list"] as &[&str], &IDS].concat()).expect(0).stdout;
    assert_eq!(text.lines().count(), all.len());
    assert!(text.lines().any(|line| line.starts_with("agents/heartbeat") && line.contains("(no tenant)")), "{text}");
    let dotted = env.run(&["topic", "list", "--json", "--tenant-id", "a.b", "--agent-id", "x"]).expect(0);
    assert_eq!(dotted.warnings(), ["id_unfit_for_nats"]);
}

#[test]
fn a_line_that_is_no_text_hides_no_other() {
    let env = TestEnv::new();
    let input = env.path("topics");
    std::fs::write(&input, b"tenants/abc/results\ntenants/abc/\xff\xfe\ntenants/abc/x\n").unwrap();
    let line = format!("\"$0\" topic check --json --tenant-id abc - < '{}'", input.display());
    let run = std::process::Command::new("sh").args(["-c", &line, env!("CARGO_BIN_EXE_artcafe")]).output().unwrap();
    assert_eq!(run.status.code(), Some(7), "{run:?}");
    let said: Value = serde_json::from_slice(&run.stdout).unwrap();
    let found = |at: usize| said["data"]["topics"][at]["findings"].clone();
    assert_eq!((found(0), found(2)), (json!([]), json!([])));
    assert_eq!(found(1)[0]["rule"], "invalid_character");
    assert!(found(1)[0]["message"].as_str().unwrap().contains("no UTF-8"), "{said}");
}

#[test]
fn the_agent_of_another_tenant_is_not_taken_for_ones_own() {
    let env = TestEnv::new();
    let text = "auth:\n  agent_id: web-01\n  tenant_id: other\n";
    std::fs::create_dir_all(env.path(".artcafe")).unwrap();
    env.write(".artcafe/config.yaml", text);
    let topic = "tenant.abc.agent.>";
    let run = env.run(&["topic", "check", "--json", "--tenant-id", "abc", topic]).expect(7);
    assert_eq!(run.warnings(), ["agent_of_other_tenant"]);
    assert_eq!(run.data()["agent_id"], Value::Null);
    assert_eq!(run.data()["topics"][0]["findings"][0]["instead"], json!([]));
    // One that is named for this run counts, and so does the configuration's own tenant.
    let run = env.run(&[&["topic", "check", "--json"] as &[&str], &IDS, &[topic]].concat()).expect(7);
    assert_eq!(run.data()["topics"][0]["findings"][0]["instead"], json!(["tenant.abc.agent.web-01"]));
    assert_eq!(run.warnings(), [] as [&str; 0]);
    let run = env.run(&["topic", "check", "--json", "tenant.other.agent.>"]).expect(7);
    assert_eq!(run.data()["agent_id"], "web-01");
}

#[test]
fn every_rule_is_explained_where_its_findings_say() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/topics.md")).unwrap();
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(headings, Rule::ALL.iter().map(|rule| rule.name()).collect::<Vec<_>>());
    let env = TestEnv::new();
    let run = env.run(&["topic", "check", "--json", "--tenant-id", "abc", "tenants/x/y"]).expect(7);
    let found: &Value = &run.data()["topics"][0]["findings"][0];
    assert_eq!(found["docs"], format!("docs/topics.md#{}", found["rule"].as_str().unwrap()));
}
