//! What can go wrong before or around serving. Requests never end here: they get an HTTP answer.

use std::io;
use std::path::PathBuf;

/// Why a sandbox could not be opened, described or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The address to listen on does not name this machine alone.
    #[error("`{address}` is not a loopback address: the sandbox listens on 127.0.0.0/8, [::1] or localhost only")]
    NotLoopback {
        /// The refused address.
        address: String,
    },
    /// The address to listen on has no form that the sandbox reads.
    #[error("`{address}` is not an address to listen on: expected HOST:PORT, such as 127.0.0.1:0")]
    Address {
        /// The unreadable address.
        address: String,
    },
    /// A `--tenant` specification cannot be read.
    #[error("tenant `{spec}`: {reason}")]
    TenantSpec {
        /// The specification as given.
        spec: String,
        /// Which part is wrong, and why.
        reason: String,
    },
    /// A `--fault` specification cannot be read.
    #[error("fault `{spec}`: {part} {reason}")]
    FaultSpec {
        /// The specification as given.
        spec: String,
        /// The part that is wrong: "route", "fault", "argument", "count".
        part: &'static str,
        /// Why it is wrong.
        reason: String,
    },
    /// A dialect's name is neither of the two.
    #[error("`{name}` is not a dialect: expected documented or as-built")]
    Dialect {
        /// The unknown name.
        name: String,
    },
    /// An agent id given for every tenant cannot be used in a path.
    #[error("agent id `{id}` must be 1 to 128 of A-Z a-z 0-9 . _ - and neither . nor ..")]
    AgentId {
        /// The refused id.
        id: String,
    },
    /// The data directory or the database file in it cannot be prepared.
    #[error("cannot prepare {}", path.display())]
    Data {
        /// The directory or file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// SQLite refused.
    #[error("the sandbox's database failed")]
    Database {
        /// The cause.
        #[from]
        source: rusqlite::Error,
    },
    /// The database holds something that this version cannot read.
    #[error("the sandbox's database in {place} is not one of this version: {reason}")]
    Schema {
        /// The file, or "memory".
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The request log cannot be opened.
    #[error("cannot open the request log {}", path.display())]
    Log {
        /// The log file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("no random bytes from the operating system")]
    Entropy,
    /// Accepting connections failed.
    #[error("serving failed")]
    Serve {
        /// The cause.
        #[source]
        source: io::Error,
    },
}
