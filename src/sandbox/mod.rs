//! A stand-in for the platform, embedded: real HTTP, a real database, two dialects, faults on demand.
//!
//! Owns the server and everything behind it. Imports nothing from the rest of the crate, so that client and server
//! cannot share one mistake, and listens on loopback only. It is never kinder than the platform: what passes here
//! has a chance there. Tokens, keys and challenges never reach the request log.

mod access;
mod body;
mod call;
mod connection;
mod error;
mod faults;
mod generated;
mod history;
mod limits;
mod log;
mod options;
mod pages;
mod public_key;
mod query;
mod reply;
mod router;
mod routes;
mod service;
mod signature;
mod store;
mod token;

use connection::{Breaker, Door};
use history::History;
use jiff::Timestamp;
use log::Log;
use serde::Serialize;
use serde_json::json;
use service::{Core, Service};
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;
use token::Signer;

pub use error::SandboxError;
pub use faults::{FAULT_HELP, Fault};
pub use options::{Dialect, Options, PLANS, Tap, TenantSpec, loopback_only};
pub use store::{AgentRow, ChallengeRow, KeyRow, TenantRow};

/// The agent that every tenant starts with: the design guide's example.
pub const EXAMPLE_AGENT: &str = "prod-data-processor-01";

/// How long connections may take to end once the sandbox is told to stop.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a caller needs to use a running sandbox.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Info {
    /// The origin, without a trailing slash.
    pub url: String,
    /// The dialect's name.
    pub dialect: &'static str,
    /// The tenants, with a token each.
    pub tenants: Vec<TenantInfo>,
}

/// One tenant of a running sandbox.
#[derive(Clone, Serialize, schemars::JsonSchema)]
pub struct TenantInfo {
    /// The tenant's id.
    pub id: String,
    /// The tenant's name.
    pub name: String,
    /// An administrator's token, good for 30 days. A secret, though of a server that only this machine sees.
    pub admin_token: String,
}

impl fmt::Debug for TenantInfo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TenantInfo").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// An opened sandbox, ready to serve.
#[derive(Debug)]
pub struct Sandbox {
    service: Service,
    tenants: Vec<TenantInfo>,
}

impl Sandbox {
    /// Opens the database, adds the tenants and agents that are missing, and opens the log.
    ///
    /// What a data directory holds already is kept: a tenant given again takes the plan and status given now, and
    /// the two built-in tenants are added only to a database without any.
    pub fn open(options: Options) -> Result<Self, SandboxError> {
        if let Some(id) = options.agents.iter().find(|id| !options::usable_id(id)) {
            return Err(SandboxError::AgentId { id: id.clone() });
        }
        let store = Store::open(options.data.as_deref())?;
        let signer = Signer::new(store.signing_secret()?);
        furnish(&store, &options)?;
        let mut tenants = Vec::new();
        for tenant in store.all_tenants()? {
            tenants.push(introduce(&signer, &tenant)?);
        }
        let history = History::new(options.faults.iter().any(Fault::is_stale));
        let log = options.log.as_deref().map(Log::open).transpose()?;
        let service = Service {
            dialect: options.dialect,
            faults: options.faults,
            signer,
            log,
            tap: options.tap,
            core: Mutex::new(Core { store, history }),
        };
        Ok(Self { service, tenants })
    }

    /// What to tell the user, once the address is known.
    pub fn info(&self, address: SocketAddr) -> Info {
        Info { url: format!("http://{address}"), dialect: self.service.dialect.name(), tenants: self.tenants.clone() }
    }

    /// Adds a tenant, or replaces the one of that id.
    pub fn insert_tenant(&mut self, tenant: &TenantRow) -> Result<(), SandboxError> {
        self.store(|store| store.put_tenant(tenant))?;
        self.tenants.retain(|known| known.id != tenant.id);
        self.tenants.push(introduce(&self.service.signer, tenant)?);
        Ok(())
    }

    /// Adds an agent.
    pub fn insert_agent(&mut self, agent: &AgentRow) -> Result<(), SandboxError> {
        self.store(|store| store.insert_agent(agent))
    }

    /// Adds a registered key.
    pub fn insert_key(&mut self, key: &KeyRow) -> Result<(), SandboxError> {
        self.store(|store| store.insert_key(key))
    }

    /// Adds a challenge that waits for its answer.
    pub fn insert_challenge(&mut self, challenge: &ChallengeRow) -> Result<(), SandboxError> {
        self.store(|store| store.insert_challenge(challenge))
    }

    fn store(&self, work: impl FnOnce(&Store) -> rusqlite::Result<()>) -> Result<(), SandboxError> {
        let core = self.service.core.lock().unwrap_or_else(PoisonError::into_inner);
        work(&core.store).map_err(SandboxError::from)
    }

    /// Serves until `shutdown` resolves. The caller binds the listener, by an address that [`loopback_only`] read;
    /// a listener on any other address is refused.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), SandboxError> {
        let address = listener.local_addr().map_err(|source| SandboxError::Serve { source })?;
        if !address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback { address: address.to_string() });
        }
        {
            let mut core = self.service.core.lock().unwrap_or_else(PoisonError::into_inner);
            let Core { store, history } = &mut *core;
            history.remember(store)?;
        }
        let service = axum::Router::new()
            .fallback(service::answer)
            .with_state(Arc::new(self.service))
            .into_make_service_with_connect_info::<Breaker>();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let serving = axum::serve(Door(listener), service).with_graceful_shutdown(async move {
            shutdown.await;
            // The receiver is gone only if serving has ended by itself.
            let _gone = stop.send(());
        });
        let patience = async move {
            match stopped.await {
                Ok(()) => tokio::time::sleep(FAREWELL).await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = serving => ended.map_err(|source| SandboxError::Serve { source }),
            () = patience => Ok(()),
        }
    }
}

fn introduce(signer: &Signer, tenant: &TenantRow) -> Result<TenantInfo, SandboxError> {
    let admin_token = signer.administrator(&tenant.id, Timestamp::now()).ok_or(SandboxError::Entropy)?;
    Ok(TenantInfo { id: tenant.id.clone(), name: tenant.name.clone(), admin_token })
}

/// Adds what the options ask for and the database lacks.
fn furnish(store: &Store, options: &Options) -> Result<(), SandboxError> {
    let now = Timestamp::now().as_microsecond();
    let built_in = if store.all_tenants()?.is_empty() { TenantSpec::built_in() } else { Vec::new() };
    let wanted = if options.tenants.is_empty() { &built_in } else { &options.tenants };
    store.together(|| {
        for (place, spec) in (0..).zip(wanted) {
            let known = store.tenant(&spec.id)?;
            let fresh = known.is_none();
            let row = known.unwrap_or(TenantRow {
                id: spec.id.clone(),
                profile: json!({}),
                // Apart by a microsecond, so that the order stays that of the options.
                created_at: now + place,
                ..TenantRow::default()
            });
            let (status, payment_status) = spec.states();
            store.put_tenant(&TenantRow {
                name: spec.name.clone(),
                plan: spec.plan.clone(),
                status: status.to_owned(),
                payment_status: payment_status.to_owned(),
                explicit_limits: true,
                updated_at: now,
                ..row
            })?;
            if fresh {
                store.keep_or_insert_agent(&example(&spec.id, EXAMPLE_AGENT, now))?;
            }
        }
        for tenant in store.all_tenants()? {
            for id in &options.agents {
                store.keep_or_insert_agent(&example(&tenant.id, id, now))?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// An agent without a key of its own.
fn example(tenant: &str, id: &str, now: i64) -> AgentRow {
    AgentRow {
        tenant_id: tenant.to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
        agent_type: "data-processor".to_owned(),
        status: "offline".to_owned(),
        capabilities: json!([]),
        metadata: json!({ "description": null, "owner": null, "tags": null, "custom": null }),
        last_seen: Some(now),
        created_at: now,
        updated_at: now,
        ..AgentRow::default()
    }
}
