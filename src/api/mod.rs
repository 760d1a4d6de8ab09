//! The platform's REST protocol, seen from the client.
//!
//! Owns requests, answers, retries and the reading of every shape that the platform is known to send
//! (`platform-api.md`; section numbers in this module are of that document). Never touches the disk,
//! never prints, never decides what an answer means for an identity: that is `ops`. Tokens,
//! challenges and signatures leave only in the request that needs them; server text comes out as
//! [`ServerText`](crate::id::ServerText).

mod agents;
pub mod auth;
pub mod client;
pub mod error;
pub mod resources;
mod retry;
pub mod tenants;
pub mod token;
pub mod usage;
pub mod wire;

pub use client::{Access, Client, ClientOptions, Trace, Tracer};
pub use error::{ApiError, PlanLimit, Unreachable};
