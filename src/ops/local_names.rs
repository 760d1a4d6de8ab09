//! The names that this machine knows: agents, tenants, keys and endpoints of its configurations and registrations.
//!
//! Owns the collecting, for whoever completes a word. Asks no server, takes no lock, changes nothing, and
//! passes over what cannot be read: a list for a person who is typing has nowhere to report a failure.

use std::collections::BTreeMap;

use crate::config::{Key, Paths};
use crate::ops::shared;
use crate::ops::state::State;

/// Every known name, each with what it belongs to.
#[derive(Debug, Default)]
pub struct LocalNames {
    /// Agents, with their tenant.
    pub agents: BTreeMap<String, String>,
    /// Tenants, with their endpoint.
    pub tenants: BTreeMap<String, String>,
    /// Key records, with their agent.
    pub keys: BTreeMap<String, String>,
    /// Endpoints.
    pub endpoints: BTreeMap<String, String>,
}

impl LocalNames {
    /// What the configurations and the memory of registrations hold.
    pub fn collect(paths: &Paths) -> Self {
        let mut names = Self::default();
        let state = State::load(paths).unwrap_or_default();
        for (_, file) in shared::configurations_of(paths, state.clone()).unwrap_or_default() {
            let text = |key| file.text_of(key).map(|found| found.value);
            let [agent, tenant, id, endpoint] = [Key::AgentId, Key::TenantId, Key::KeyId, Key::Endpoint].map(text);
            names.add(agent, tenant, id, endpoint);
        }
        for entry in state.registrations {
            let (agent, tenant, id) =
                (entry.agent_id.to_string(), entry.tenant_id.to_string(), entry.key_id.to_string());
            names.add(Some(agent), Some(tenant), Some(id), Some(entry.endpoint));
        }
        names
    }

    fn add(&mut self, agent: Option<String>, tenant: Option<String>, id: Option<String>, endpoint: Option<String>) {
        let words = |what: &str, of: &Option<String>| of.as_ref().map_or_else(String::new, |of| format!("{what} {of}"));
        if let Some(id) = id {
            self.keys.entry(id).or_insert_with(|| words("of agent", &agent));
        }
        if let Some(agent) = agent {
            self.agents.entry(agent).or_insert_with(|| words("of tenant", &tenant));
        }
        if let Some(tenant) = tenant {
            self.tenants.entry(tenant).or_insert_with(|| words("at", &endpoint));
        }
        if let Some(endpoint) = endpoint {
            self.endpoints.entry(endpoint).or_default();
        }
    }
}
