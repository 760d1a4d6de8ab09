//! `artcafe config`: the commands around the file.

use std::fs;
use std::os::unix::fs::symlink;

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::files::{chmod, picture};
use crate::support::screen::assert_screen;
use crate::support::{AGENT, Server, TestEnv, mode};

const COMMENTED: &str = "# ours\nauth:\n    agent_id: 'agent-1'   # the first\n    tenant_id: tenant-1\n    unknown_key: {a: 1}\n\
    api:\n    endpoint: https://api.example.com\n";

fn with_config(text: &str) -> TestEnv {
    let env = TestEnv::new();
    env.write(".artcafe/config.yaml", text);
    env
}

#[test]
fn show_and_get_tell_each_value_and_where_it_is_from() {
    let mut env = with_config(COMMENTED);
    env.set("ARTCAFE_TENANT_ID", "tenant-2");
    let run = env.run(&["config", "show", "--json", "--api-endpoint", "https://flag.example.com"]).expect(0);
    let entry = |key: &str| {
        let data = run.data();
        data["entries"].as_array().unwrap().iter().find(|entry| entry["key"] == key).unwrap().clone()
    };
    let expect = |key: &str, value: &str, origin: &str| {
        let entry = entry(key);
        assert_eq!(entry["value"], value);
        assert!(entry["origin"].as_str().unwrap().contains(origin), "{entry}");
    };
    expect("auth.agent_id", "agent-1", "config.yaml:3");
    expect("auth.tenant_id", "tenant-2", "ARTCAFE_TENANT_ID");
    expect("api.endpoint", "https://flag.example.com", "--api-endpoint");
    expect("auth.ssh_key.key_type", "agent", "default");

    assert_eq!(env.run(&["config", "get", "auth.agent_id"]).expect(0).stdout, "agent-1\n");
    assert_eq!(env.run(&["config", "get", "auth.tenant_id"]).expect(0).stdout, "tenant-2\n");
    assert_eq!(env.run(&["config", "get", "auth.unknown_key", "--json"]).expect(0).data()["value"], json!({ "a": 1 }));
    assert_eq!(env.run(&["config", "get", "auth.nothing", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
}

#[test]
fn path_tells_which_file_even_beside_a_broken_one() {
    let env = with_config("auth: [");
    let data = env.run(&["config", "path", "--json"]).expect(0).data();
    assert_eq!((&data["path"], &data["exists"]), (&json!(env.config()), &json!(true)));
    let data = env.run(&["config", "path", "--profile", "prod", "--json"]).expect(0).data();
    assert_eq!((&data["path"], &data["exists"]), (&json!(env.path(".artcafe/profiles/prod.yaml")), &json!(false)));
}

#[test]
fn set_and_unset_change_their_value_alone() {
    let env = with_config(COMMENTED);
    let run = env.run(&["config", "set", "auth.agent_id", "agent-2", "--json"]).expect(0);
    assert_eq!(run.warnings(), ["proof_void"]);
    let text = fs::read_to_string(env.config()).unwrap();
    assert_eq!(text, COMMENTED.replace("agent-1", "agent-2"));
    let before = picture(&env.home());
    let again = env.run(&["config", "set", "auth.agent_id", "agent-2", "--json"]).expect(0);
    assert_eq!((&again.data()["changed"], again.warnings().len()), (&json!(false), 0));
    assert_eq!(picture(&env.home()), before);
    let told = env.run(&["config", "set", "llm.provider", "openai"]).expect(0);
    assert!(!told.stderr.contains("warning"), "{told:?}");
    let _ = env.run(&["config", "unset", "llm.provider"]).expect(0);
    assert_eq!(env.run(&["config", "get", "llm.provider", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
    assert!(fs::read_to_string(env.config()).unwrap().starts_with(&COMMENTED.replace("agent-1", "agent-2")));
}

#[test]
fn an_edit_follows_a_link_and_keeps_the_mode() {
    let env = with_config(COMMENTED);
    let real = env.path("dotfiles/artcafe.yaml");
    fs::create_dir(env.path("dotfiles")).unwrap();
    fs::rename(env.config(), &real).unwrap();
    symlink(&real, env.config()).unwrap();
    chmod(&real, 0o400);
    let _ = env.run(&["config", "set", "auth.agent_id", "agent-2"]).expect(0);
    assert!(env.config().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("'agent-2'"));
    assert_eq!(mode(&real), 0o400);
}

#[test]
fn a_bad_value_is_refused_and_nothing_is_written() {
    let env = with_config(COMMENTED);
    let before = picture(&env.home());
    for (key, value) in [
        ("auth.agent_id", "a/b"),
        ("auth.agent_id", ""),
        ("api.endpoint", "ftp://x"),
        ("api.endpoint", "https://user:secret@x"),
        ("auth.ssh_key.key_type", "other"),
        ("", "x"),
        ("auth..x", "x"),
    ] {
        let run = env.run(&["config", "set", key, value, "--json"]).expect(2);
        assert_eq!(run.code_name(), "USAGE", "{key} {value}");
        assert!(!run.stderr.contains("secret"), "{run:?}");
    }
    assert_eq!(picture(&env.home()), before);
}

#[test]
fn every_problem_is_told_with_its_place() {
    let env = with_config("auth:\n  agnet_id: x\n  tenant_id: [1]\napi:\n  endpoint: http://example.com\n");
    chmod(&env.config(), 0o644);
    let run = env.run(&["config", "validate", "--json"]).expect(78);
    let data = run.data();
    assert_eq!(data["valid"], false);
    let problems = data["problems"].as_array().unwrap();
    let at = |line: u64| problems.iter().filter(|problem| problem["line"] == line).count();
    assert!(at(2) >= 1 && at(3) >= 1 && at(5) >= 1, "{data}");
    assert!(data.to_string().contains("agent_id"), "{data}");
    assert_screen(
        &env,
        &env.run(&["config", "validate"]),
        snapbox::str![[r#"
warning: [ROOT]/user/.artcafe/config.yaml:1:1: other users can read or change the file (mode 0644)
  hint: run `chmod 600 [ROOT]/user/.artcafe/config.yaml`
error: [ROOT]/user/.artcafe/config.yaml:2:3: `auth.agnet_id` is unknown
  hint: did you mean `auth.agent_id`?
error: [ROOT]/user/.artcafe/config.yaml:3:14: `auth.tenant_id` must be a text, not a list
  hint: write one value behind the colon
error: [ROOT]/user/.artcafe/config.yaml:5:13: `api.endpoint` is not https
  hint: write https; plain http is for this machine alone
--- exit code 78

"#]],
    );

    // Warnings alone are findings.
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let _ = env.run(&["config", "validate"]).expect(0);
    chmod(&env.config(), 0o644);
    assert_eq!(env.run(&["config", "validate", "--json"]).expect(7).data()["valid"], true);
    assert_eq!(TestEnv::new().run(&["config", "validate", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
}

#[test]
fn init_writes_what_is_known_and_touches_no_existing_file() {
    let env = TestEnv::new();
    let args = ["config", "init", "--agent-id", AGENT, "--tenant-id", "t", "--json"];
    let _ = env.run(&args).expect(0);
    assert_eq!(mode(&env.config()), 0o600);
    let config: Value = serde_yaml::from_str(&fs::read_to_string(env.config()).unwrap()).unwrap();
    assert_eq!(config["auth"]["ssh_key"]["private_key_path"], "~/.ssh/artcafe_agent");
    let before = picture(&env.home());
    assert_eq!(env.run(&args).expect(5).code_name(), "FILE_EXISTS");
    assert_eq!(picture(&env.home()), before);

    let _ = env.run(&[&args[..], &["--profile", "staging"]].concat()).expect(0);
    assert_eq!(env.run(&["config", "profiles"]).expect(0).stdout, "staging\n");
    let _ = env.run(&["config", "profiles", "--profile", "../x"]).expect(2);
}

#[test]
fn a_configuration_in_the_working_directory_is_not_read() {
    let env = TestEnv::new();
    for name in ["config.yaml", "config.yml", "config.json"] {
        fs::write(env.root().join(name), "{\"auth\": {\"agent_id\": \"planted\"}}").unwrap();
    }
    assert!(!env.run(&["config", "show"]).expect(0).stdout.contains("planted"));
    assert_eq!(env.run(&["config", "get", "auth.agent_id", "--config", "config.json"]).expect(0).stdout, "planted\n");
}

#[test]
fn an_organization_is_a_tenant() {
    let env = with_config("auth:\n  organization_id: org-1\n");
    assert_eq!(env.run(&["config", "get", "auth.tenant_id"]).expect(0).stdout, "org-1\n");
    let mut env = TestEnv::new();
    env.set("ARTCAFE_ORGANIZATION_ID", "org-2");
    assert_eq!(env.run(&["config", "get", "auth.tenant_id"]).expect(0).stdout, "org-2\n");
    env.set("ARTCAFE_TENANT_ID", "org-3");
    let _ = env.run(&["config", "get", "auth.tenant_id"]).expect(2);
}

#[test]
fn every_value_that_lost_is_shown_with_its_place() {
    let mut env = TestEnv::new();
    env.write(".artcafe/config.yaml", "auth:\n  agent_id: from-file\napi:\n  endpoint: https://file.example\n");
    env.set("ARTCAFE_AGENT_ID", "from-variable");
    env.set("ARTCAFE_AUTH_AGENT_ID", "from-variable");
    let explain = |args: &[&str]| env.run(&[&["config", "explain", "--json"][..], args].concat()).expect(0).data();
    let told = |data: &serde_json::Value| -> Vec<(String, String, bool)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let values = data["values"].as_array().unwrap().iter();
        values
            .map(|value| (text(&value["value"]), text(&value["origin"]["kind"]), value["wins"].as_bool().unwrap()))
            .collect()
    };
    let wanted = |rows: &[(&str, &str, bool)]| -> Vec<(String, String, bool)> {
        rows.iter().map(|(value, kind, wins)| ((*value).to_owned(), (*kind).to_owned(), *wins)).collect()
    };
    let data = explain(&["auth.agent_id", "--agent-id", "from-flag"]);
    assert_eq!(
        told(&data),
        wanted(&[
            ("from-flag", "flag", true),
            ("from-variable", "variable", false),
            ("from-variable", "variable", false),
            ("from-file", "file", false)
        ])
    );
    assert_eq!((&data["values"][3]["origin"]["line"], &data["values"][3]["origin"]["column"]), (&2.into(), &13.into()));
    let data = explain(&["api.endpoint"]);
    assert_eq!(
        told(&data),
        wanted(&[("https://file.example", "file", true), ("https://api.artcafe.ai", "default", false)])
    );
    assert_eq!(told(&explain(&["rotation.after"])), wanted(&[("30d", "default", true)]));
    assert_screen(
        &env,
        &env.run(&["config", "explain", "api.endpoint"]),
        snapbox::str![[r#"
wins  https://file.example  ([ROOT]/user/.artcafe/config.yaml:4:13)
loses https://api.artcafe.ai  (default)

"#]],
    );
    assert_eq!(env.run(&["config", "explain", "auth.tenant_id", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
    let failure = env.run(&["config", "explain", "auth.agent", "--json"]).expect(2).failure();
    assert!(failure["hint"].as_str().unwrap().contains("auth.agent_id"), "{failure}");
}

#[test]
fn a_key_that_is_nearly_one_of_ours_is_told_of() {
    let env = TestEnv::new();
    let _ = env.run(&["config", "init", "--agent-id", "a", "--tenant-id", "t"]).expect(0);
    let slip = env.run(&["config", "set", "api.endpont", "https://x.example", "--json"]).expect(0);
    assert_eq!(slip.warnings(), ["unknown_key"]);
    for (key, value) in [("api.endpoint", "https://x.example"), ("other.program", "1")] {
        let set = env.run(&["config", "set", key, value, "--json"]).expect(0);
        assert!(!set.warnings().contains(&"unknown_key".to_owned()), "{key}: {set:?}");
    }
}
