//! The configuration file, the layers around it, its validation and its editing.
//!
//! Owns which values are in force and where each came from. Never holds a secret, never asks, never
//! prints, and never reads a configuration from the working directory by itself. A file is read
//! strictly, and an edit leaves alone everything that it was not asked to change.

mod diff;
pub mod duration;
mod edit;
mod edit_json;
mod edit_yaml;
mod endpoint;
mod error;
mod file;
mod fresh;
mod key;
mod key_path;
mod names;
mod origin;
mod paths;
mod problem;
mod proxy;
mod reader;
mod scalar;
mod secrets;
mod settings;
mod span;
mod text;
mod tree;
mod validate;
mod validate_files;

pub use diff::DiffLine;
pub use edit::{Edit, backup};
pub use endpoint::{Endpoint, EndpointError};
pub use error::ConfigError;
pub use file::ConfigFile;
pub use fresh::fresh;
pub use key::{Key, KeyType, KeyTypeError, LLM_PROVIDERS};
pub use key_path::KeyPath;
pub use names::nearest;
pub use origin::{Origin, Position, Sourced};
pub use paths::Paths;
pub use problem::{Problem, Severity};
pub use proxy::proxy_before;
pub use scalar::Scalar;
pub use secrets::{advice as secret_advice, is_secret_name};
pub use settings::{Flags, RotationSettings, Settings};
pub use text::Format;
pub use validate::ValidateContext;
