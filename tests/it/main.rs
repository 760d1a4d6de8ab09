//! The integration tests, one module a command or subject.
mod sandbox;
mod wire;
