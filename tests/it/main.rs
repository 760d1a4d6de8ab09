//! The integration tests, one module a command or subject.

mod config_file;
mod documents;
mod key_foreign;
mod key_formats;
mod key_tools;
