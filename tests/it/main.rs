//! The integration tests, one module a command or subject.

mod architecture;
mod config_file;
mod documents;
mod generated;
mod key_foreign;
mod key_formats;
mod key_tools;
mod sandbox;
mod secrets;
mod support;
mod tls_and_proxy;
mod wire;
mod wire_client;
