//! artcafe
pub mod api;
pub mod cli;
pub mod config;
pub mod durable;
pub mod env;
pub mod id;
pub mod keys;
pub mod ops;
pub mod sandbox;
pub mod secret;
