//! What tests of `agent_end` in more than one tier share.

use crate::support::{Server, TestEnv};
use serde_json::json;

/// A second agent, and the first one's key id.
pub(crate) fn two_agents(server: &Server, env: &TestEnv) -> (String, String) {
    let key = env.set_up()["key_id"].as_str().unwrap().to_owned();
    let (status, body) = server.ask("POST", "/api/v1/agents", &json!({ "name": "second", "type": "worker" }));
    assert_eq!(status, 201, "{body}");
    let record = body.get("agent").unwrap_or(&body);
    (crate::support::id_of(&json!({ "id": record.get("agent_id").or(record.get("id")) })), key)
}
