//! Where a value came from, and where in a file it stands.

use std::fmt;
use std::path::PathBuf;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// A place in a text; both numbers count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Position {
    /// The first character of a text; stands for the file as a whole as well.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// The layer that decided a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line, dashes included.
    Flag(&'static str),
    /// An environment variable, by name.
    Variable(&'static str),
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line of the value.
        line: u32,
        /// The column of the value.
        column: u32,
    },
    /// Nobody: the program's own default.
    Default,
}

impl Origin {
    /// A place in the configuration file.
    pub fn file(path: impl Into<PathBuf>, position: Position) -> Self {
        Self::File { path: path.into(), line: position.line, column: position.column }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Flag(name) => {
                map.serialize_entry("kind", "flag")?;
                map.serialize_entry("name", name)?;
            }
            Self::Variable(name) => {
                map.serialize_entry("kind", "variable")?;
                map.serialize_entry("name", name)?;
            }
            Self::File { path, line, column } => {
                map.serialize_entry("kind", "file")?;
                map.serialize_entry("path", &path.to_string_lossy())?;
                map.serialize_entry("line", line)?;
                map.serialize_entry("column", column)?;
            }
            Self::Default => map.serialize_entry("kind", "default")?,
        }
        map.end()
    }
}

impl schemars::JsonSchema for Origin {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Origin".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The layer that decided a value: a flag or variable by its name, a place in a file, or the default.",
            "type": "object",
            "properties": {
                "kind": { "enum": ["flag", "variable", "file", "default"] },
                "name": { "type": "string" },
                "path": { "type": "string" },
                "line": { "type": "integer", "minimum": 1 },
                "column": { "type": "integer", "minimum": 1 },
            },
            "required": ["kind"],
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => formatter.write_str(name),
            Self::File { path, line, column } => write!(formatter, "{}:{line}:{column}", path.display()),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A value together with the layer that decided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// Joins a value and its origin.
    pub const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// The program's own default.
    pub const fn default_of(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// Converts the value and keeps the origin.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: convert(self.value), origin: self.origin }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_reads_as_what_the_user_can_change() {
        let place = Origin::file("/x/config.yaml", Position { line: 3, column: 5 });
        assert_eq!(place.to_string(), "/x/config.yaml:3:5");
        assert_eq!(Origin::Flag("--agent-id").to_string(), "--agent-id");
        assert_eq!(Origin::Default.to_string(), "default");
        assert_eq!(
            serde_json::to_value(&place).unwrap(),
            serde_json::json!({"kind": "file", "path": "/x/config.yaml", "line": 3, "column": 5})
        );
        assert_eq!(
            serde_json::to_value(Origin::Variable("A")).unwrap(),
            serde_json::json!({"kind": "variable", "name": "A"})
        );
    }
}
