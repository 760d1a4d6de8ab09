//! One line of `--progress json`.
//!
//! Owns the form of events, which their schema is made of. An event holds no secret; a reader skips the kinds and
//! members that it does not know.

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::remedy::Remedy;
use crate::ops::progress::Stage;

/// The name of their schema.
pub(crate) const NAME: &str = "artcafe.event/1";

/// Something that happened while a command worked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Event {
    /// `artcafe.event/1`.
    schema: &'static str,
    #[serde(flatten)]
    what: What,
}

/// What happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum What {
    /// A step stands in another way now.
    Step {
        /// The command, such as `key.rotate`.
        command: &'static str,
        /// The step's name.
        step: String,
        /// How it stands.
        state: Stage,
        /// For people: what is being done, or the thing that it is about.
        detail: String,
        /// The failure's code, of a step that failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Something to know that stopped nothing.
    Warning {
        /// Which one.
        code: String,
        /// The same for a person.
        message: String,
        /// What a program may run about it.
        fix: Option<Remedy>,
    },
    /// A request, as `--verbose` describes it.
    Trace {
        /// The description.
        message: String,
    },
}

impl What {
    /// Its line.
    pub(crate) fn line(self) -> String {
        // Strings and closed lists alone: there is nothing in it that could not be written.
        serde_json::to_string(&Event { schema: NAME, what: self }).unwrap_or_default()
    }
}
