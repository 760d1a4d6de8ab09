//! What tests of `agent_end` in more than one tier share.

use std::fs;
use artcafe::sandbox::Dialect;
use serde_json::{Value, json};
use crate::support::fake::{self, Fake};
use crate::support::files::picture;
use crate::support::terminal::{INTERRUPT, answering};
use crate::support::{AGENT, Server, TestEnv};

/// A second agent, and the first one's key id.
pub(crate) fn two_agents(server: &Server, env: &TestEnv) -> (String, String) {
    let key = env.set_up()["key_id"].as_str().unwrap().to_owned();
    let (status, body) = server.ask("POST", "/api/v1/agents", &json!({ "name": "second", "type": "worker" }));
    assert_eq!(status, 201, "{body}");
    let record = body.get("agent").unwrap_or(&body);
    (crate::support::id_of(&json!({ "id": record.get("agent_id").or(record.get("id")) })), key)
}
