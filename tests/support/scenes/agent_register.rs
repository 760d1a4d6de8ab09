//! What tests of `agent_register` in more than one tier share.

use crate::support::Server;
use serde_json::Value;

/// The agents as the server shows them.
#[track_caller]
pub(crate) fn agents(server: &Server) -> Vec<Value> {
    let (status, body) = server.ask("GET", "/api/v1/agents?limit=100", &Value::Null);
    assert_eq!(status, 200, "{body}");
    body["agents"].as_array().unwrap().clone()
}

/// Those of this name.
#[track_caller]
pub(crate) fn named(server: &Server, name: &str) -> Vec<Value> {
    agents(server).into_iter().filter(|agent| agent["name"] == name).collect()
}
