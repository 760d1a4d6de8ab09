//! `artcafe agent`: the tenant's agents at the platform.
//!
//! Owns an agent's record from its registration to its end, and which agent a configuration is for. Never invents a
//! route: what the portal alone can do is named as such. A record is taken as the server shows it, whichever of its
//! shapes that is; where a release fails on every single agent, the list is looked at instead. What always holds: an
//! agent is registered at most once by one run, a private key that the server made goes to its own file or nowhere,
//! and metadata that nobody asked to change is sent back as it came.

mod create;
pub mod delete;
mod draft;
mod file;
pub mod list;
mod look;
pub(in crate::ops) mod memory;
pub mod register;
pub mod select;
pub mod show;
pub mod update;
pub mod watch;

pub(in crate::ops) use create::{created, register as create};
pub use draft::AgentDraft;
pub(in crate::ops) use draft::{check_name, refuse_secret};
pub use file::AgentFile;
pub use look::RecordKey;

use crate::api::wire::AgentRecord;
use crate::id::AgentId;
use crate::ops::access::Grant;
use crate::ops::error::OpError;
use crate::ops::session::Session;

/// The portal, which has what no API has.
pub const PORTAL: &str = "https://portal.artcafe.ai";

/// What the portal alone can do with an agent: the platform has no route for any of it (section 11).
pub const PORTAL_CONTROLS: [&str; 7] = ["start", "stop", "restart", "command", "configure", "logs", "metrics"];

/// One agent's record, for those who look at it alone.
pub(in crate::ops) async fn record(session: &Session, grant: &Grant, id: &AgentId) -> Result<AgentRecord, OpError> {
    look::agent(session, grant, id).await.map(|(record, _)| record)
}
