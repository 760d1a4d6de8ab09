//! The database as it was when the exchanges were recorded.

use artcafe::sandbox::{AgentRow, ChallengeRow, Dialect, KeyRow, Options, Sandbox, TenantRow};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) const TENANT_A: &str = "11111111-aaaa-4aaa-8aaa-111111111111";
pub(super) const TENANT_B: &str = "22222222-bbbb-4bbb-8bbb-222222222222";
const SUSPENDED: &str = "33333333-cccc-4ccc-8ccc-333333333333";
const SMALL: &str = "44444444-dddd-4ddd-8ddd-444444444444";

/// Opens a sandbox with what the recorded server held.
pub(super) fn world(dialect: Dialect, exchanges: &[Value], with_revocable: bool) -> Sandbox {
    // A tenant of another name keeps the built-in ones with their example agent out.
    let tenants = vec!["zz=Bystander".parse().unwrap()];
    let mut sandbox = Sandbox::open(Options { dialect, tenants, ..Options::default() }).unwrap();
    for (id, plan, status, explicit_limits) in [
        (TENANT_A, "basic", "active", true),
        (TENANT_B, "basic", "active", true),
        (SUSPENDED, "basic", "suspended", true),
        (SMALL, "basic", "active", false),
    ] {
        let tenant = TenantRow {
            id: id.to_owned(),
            name: id[..4].to_owned(),
            plan: plan.to_owned(),
            status: status.to_owned(),
            payment_status: "active".to_owned(),
            explicit_limits,
            profile: json!({}),
            ..TenantRow::default()
        };
        sandbox.insert_tenant(&tenant).unwrap();
    }
    let named = |title: &str| exchanges.iter().find(|exchange| exchange["title"] == title).unwrap();
    for agent in named("list agents")["response"]["agents"].as_array().unwrap() {
        sandbox.insert_agent(&agent_row(agent)).unwrap();
    }
    for key in named("list keys")["response"]["keys"].as_array().unwrap() {
        sandbox.insert_key(&key_row(key)).unwrap();
    }
    for place in 1..=5 {
        let mut key = key_row(&named("get key")["response"]["key"]);
        (key.tenant_id, key.id) = (SMALL.to_owned(), format!("small-{place}"));
        sandbox.insert_key(&key).unwrap();
    }
    if with_revocable {
        sandbox.insert_key(&key_row(&named("revoke")["response"]["key"])).unwrap();
    }
    let expires_at = Timestamp::now().as_microsecond() + 300_000_000;
    for exchange in exchanges.iter().filter(|exchange| exchange["body"]["challenge"].is_string()) {
        let body = &exchange["body"];
        let challenge = ChallengeRow {
            tenant_id: text(body, "tenant_id"),
            challenge: text(body, "challenge"),
            agent_id: body["agent_id"].as_str().map(str::to_owned),
            expires_at,
        };
        // The exchange without a response names no agent, but the challenge is the same and has one.
        if challenge.agent_id.is_some() {
            sandbox.insert_challenge(&challenge).unwrap();
        }
    }
    sandbox
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

fn microseconds(value: &Value) -> Option<i64> {
    let stamp: Timestamp = format!("{}Z", value.as_str()?).parse().unwrap();
    Some(stamp.as_microsecond())
}

fn agent_row(agent: &Value) -> AgentRow {
    AgentRow {
        tenant_id: text(agent, "tenant_id"),
        id: text(agent, "id"),
        name: text(agent, "name"),
        agent_type: "worker".to_owned(),
        status: text(agent, "status"),
        public_key: agent["public_key"].as_str().map(str::to_owned),
        key_fingerprint: agent["key_fingerprint"].as_str().map(str::to_owned),
        capabilities: agent["capabilities"].clone(),
        capability_definitions: agent["capability_definitions"].clone(),
        metadata: agent["metadata"].clone(),
        last_seen: microseconds(&agent["last_seen"]),
        created_at: microseconds(&agent["created_at"]).unwrap(),
        updated_at: microseconds(&agent["updated_at"]).unwrap(),
    }
}

fn key_row(key: &Value) -> KeyRow {
    KeyRow {
        tenant_id: text(key, "tenant_id"),
        id: text(key, "id"),
        name: text(key, "name"),
        public_key: text(key, "public_key"),
        key_type: text(key, "key_type"),
        agent_id: key["agent_id"].as_str().map(str::to_owned),
        fingerprint: text(key, "fingerprint"),
        status: text(key, "status"),
        last_used: microseconds(&key["last_used"]),
        created_at: microseconds(&key["created_at"]).unwrap(),
        updated_at: microseconds(&key["updated_at"]).unwrap(),
        ..KeyRow::default()
    }
}
