//! The integration tests, one module a command or subject.
