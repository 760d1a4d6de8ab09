//! The handlers, one module per part of the API. Each answers one route in both dialects; routing, faults and
//! connections are none of their business.

pub(super) mod accounts;
pub(super) mod activity;
pub(super) mod agents;
pub(super) mod auth;
pub(super) mod billing;
pub(super) mod channels;
pub(super) mod keys;
pub(super) mod members;
pub(super) mod tenants;
pub(super) mod usage;
