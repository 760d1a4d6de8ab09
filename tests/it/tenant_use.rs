//! `artcafe tenant use`: another tenant in the configuration, and what becomes of the proof.

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::screen::assert_screen;
use crate::support::{AGENT, Server, TestEnv};

#[test]
fn another_tenant_voids_the_proof_and_the_key_id_and_is_written_once() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        let key_id = env.set_up()["key_id"].clone();
        let other = server.info.tenants[1].id.clone();
        env.unset("ARTCAFE_TENANT_ID");
        env.unset("ARTCAFE_TOKEN");
        let comment = "# kept\n";
        let text = std::fs::read_to_string(env.config()).unwrap();
        std::fs::write(env.config(), format!("{comment}{text}")).unwrap();

        let run = env.run(&["tenant", "use", &other, "--json"]).expect(0);
        let data = run.data();
        assert_eq!((&data["from"], &data["to"]), (&json!(server.tenant()), &json!(other)));
        assert_eq!((&data["changed"], &data["proof_void"]), (&json!(true), &json!(true)));
        assert_eq!((&data["key_id_dropped"], &data["proof"]), (&key_id, &Value::Null));
        assert_eq!(run.warnings(), ["proof_void"]);
        let after = std::fs::read_to_string(env.config()).unwrap();
        assert!(after.starts_with(comment) && after.contains(&other) && !after.contains("key_id"), "{after}");

        // The same once more writes nothing, not even the history.
        let history = std::fs::read(env.path(".artcafe/audit.jsonl")).unwrap();
        let data = env.run(&["tenant", "use", &other, "--json"]).expect(0).data();
        assert_eq!((&data["changed"], &data["proof_void"]), (&json!(false), &json!(false)));
        assert_eq!(std::fs::read(env.path(".artcafe/audit.jsonl")).unwrap(), history);
        let told = String::from_utf8(history).unwrap();
        let last: Vec<Value> = told.lines().rev().take(2).map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&last[1]["what"], &last[1]["to"]), (&json!("config_set"), &json!(other)));
        assert_eq!((&last[0]["what"], &last[0]["from"]), (&json!("config_unset"), &key_id));
        env.run(&["audit", "verify"]).expect(0);

        // There the key is not registered: the verdict is the exit code, and what was written stands.
        let run = env.run(&["tenant", "use", &other, "--prove", "--json"]).expect(4);
        assert_eq!(run.data()["proof"]["proven"], false);
        assert_screen(
            &env,
            &env.run(&["tenant", "use", &other, "--prove"]),
            snapbox::str![[r#"
the configuration names tenant `22222222-bbbb-4bbb-8bbb-222222222222` already; nothing was written
not proven: agent `prod-data-processor-01` of tenant `22222222-bbbb-4bbb-8bbb-222222222222`
this machine registered the key for agent `prod-data-processor-01` of tenant `11111111-aaaa-4aaa-8aaa-111111111111`, and what is asked for is agent `prod-data-processor-01` (from [ROOT]/user/.artcafe/config.yaml:5:13) of tenant `22222222-bbbb-4bbb-8bbb-222222222222` (from tenant use)
hint: if that is a slip, name the agent and tenant of the key; otherwise give this agent a key of its own: `artcafe setup --output PATH`
--- exit code 4

"#]],
        );
        // Back where it is registered, it is proven by what this machine remembers.
        let tenant = server.tenant().to_owned();
        let data = env.run(&["tenant", "use", &tenant, "--prove", "--json"]).expect(0).data();
        assert_eq!((&data["proof"]["proven"], &data["proof_void"]), (&json!(true), &json!(false)));
        assert_eq!(data["proof"]["key_id"], key_id);
    }
}

#[test]
fn what_stands_in_the_way_is_named() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    assert_eq!(env.run(&["tenant", "use", "other", "--json"]).expect(3).code_name(), "NOT_CONFIGURED");
    env.set_up();
    for wrong in ["..", "a/b", "a b", ""] {
        assert_eq!(env.run(&["tenant", "use", wrong, "--json"]).expect(2).code_name(), "USAGE", "{wrong}");
    }
    let two = env.run(&["tenant", "use", "other", "--tenant-id", "another", "--json"]).expect(2);
    assert_eq!(two.code_name(), "USAGE");
    // The variable wins over the file, which somebody who changes the file has to know.
    let run = env.run(&["tenant", "use", "other", "--json"]).expect(0);
    assert_eq!(run.warnings(), ["hidden_by_variable", "proof_void"]);
    assert_eq!(env.run(&["config", "get", "auth.tenant_id"]).expect(0).stdout.trim(), server.tenant());
    // A file that cannot be proven with leaves the change, and says so.
    std::fs::remove_file(env.key()).unwrap();
    std::fs::remove_file(env.path(".ssh/artcafe_agent.pub")).unwrap();
    let failure = env.run(&["tenant", "use", "third", "--prove", "--json"]).expect(3).failure();
    assert_eq!(failure["code"], "KEY_FILE_MISSING");
    assert!(failure["message"].as_str().unwrap().contains("names tenant `third`, and it is not proven"), "{failure}");
    assert!(std::fs::read_to_string(env.config()).unwrap().contains("third"));
}

#[test]
fn an_open_rotation_keeps_its_identity() {
    let server = Server::start(Dialect::Documented, &["POST /ssh-keys=500@2"]);
    let env = TestEnv::with(&server);
    env.set_up();
    let run = env.run(&["key", "rotate", "--yes", "--json", "--retries", "0"]);
    assert_ne!(run.code, 0, "{run:?}");
    let before = std::fs::read(env.config()).unwrap();
    let refused = env.run(&["tenant", "use", "other", "--json"]).expect(5).failure();
    assert_eq!(refused["code"], "ROTATION_OPEN");
    assert_eq!(std::fs::read(env.config()).unwrap(), before);
}

#[test]
fn the_other_spelling_of_the_tenant_is_changed_as_well() {
    let env = TestEnv::new();
    env.write(
        ".artcafe/config.yaml",
        &format!("auth:\n  agent_id: {AGENT}\n  organization_id: first\n  tenant_id: first\n"),
    );
    env.run(&["tenant", "use", "second"]).expect(0);
    let text = std::fs::read_to_string(env.config()).unwrap();
    assert!(!text.contains("first") && text.matches("second").count() == 2, "{text}");
}

#[test]
fn the_way_back_leads_to_the_record_that_was_left_there() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    env.unset("ARTCAFE_TENANT_ID");
    let id = env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout;
    env.run(&["tenant", "use", "another-tenant"]).expect(0);
    env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(3);
    env.run(&["tenant", "use", server.tenant(), "--prove"]).expect(0);
    assert_eq!(env.run(&["config", "get", "auth.ssh_key.key_id"]).expect(0).stdout, id);
}
