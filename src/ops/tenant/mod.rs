//! The tenant: what it uses and may use, what is known of it, and who belongs to it.
//!
//! Owns the answers to questions about a tenant whichever routes a server lets us use: what it refuses is said with
//! its reason, and what nobody told is absent.

pub mod plans;
pub mod usage;
