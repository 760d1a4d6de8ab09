//! One value of a configuration file, read from a command line and written to a file.
//!
//! Owns the choice of quotes: a text that another reader of YAML could take for something else is
//! always quoted, since the platform's framework reads YAML 1.1 and this program YAML 1.2.

use std::fmt;

use serde::{Serialize, Serializer};

use super::key_path::KeyPath;

/// A value without parts.
#[derive(Debug, Clone)]
pub enum Scalar {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// Nothing.
    Null,
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Integer(left), Self::Integer(right)) => left == right,
            // By bits: a file that holds `.nan` must compare equal to itself.
            (Self::Float(left), Self::Float(right)) => left.to_bits() == right.to_bits(),
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Null, Self::Null) => true,
            _ => false,
        }
    }
}

impl Eq for Scalar {}

/// The quotes of a text in YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    Plain,
    Single,
    Double,
}

impl Scalar {
    /// Reads a command-line value for `target`: a text where we know that one is wanted, else by the
    /// rules of YAML's core schema.
    pub fn parse_cli(text: &str, target: &KeyPath) -> Self {
        if target.is_text() { Self::Text(text.to_owned()) } else { Self::parse(text) }
    }

    /// Reads a value by the rules of YAML's core schema.
    ///
    /// Quotes around it make it a text whatever it says. A number with leading zeros is a text as
    /// well: it is an id rather than a quantity, and the zeros would be lost.
    pub fn parse(text: &str) -> Self {
        for quote in ['"', '\''] {
            if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
                return Self::Text(inner.to_owned());
            }
        }
        match text {
            "null" | "Null" | "NULL" | "~" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Boolean(true),
            "false" | "False" | "FALSE" => return Self::Boolean(false),
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => return Self::Float(f64::NEG_INFINITY),
            _ => {}
        }
        let based = |prefix: &str, radix| {
            let digits =
                text.strip_prefix(prefix).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
            i64::from_str_radix(digits, radix).ok()
        };
        if let Some(number) = based("0x", 16).or_else(|| based("0o", 8)) {
            return Self::Integer(number);
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
        let numeric = unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
            && unsigned.bytes().any(|byte| byte.is_ascii_digit());
        if numeric && !leading_zero {
            if let Ok(number) = text.parse() {
                return Self::Integer(number);
            }
            if let Ok(number) = text.parse::<f64>() {
                return if number.is_finite() { Self::Float(number) } else { Self::Text(text.to_owned()) };
            }
        }
        Self::Text(text.to_owned())
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Null => "empty",
        }
    }

    /// The spelling in a YAML file; `quotes` are those that a text should have where it may.
    pub(crate) fn to_yaml(&self, quotes: Quotes) -> String {
        match self {
            Self::Text(text) => match quotes {
                Quotes::Plain if is_plain(text) => text.clone(),
                Quotes::Single
                    if text.chars().all(|character| !character.is_control() && !is_line_break(character)) =>
                {
                    format!("'{}'", text.replace('\'', "''"))
                }
                _ => double_quoted(text),
            },
            Self::Float(number) if number.is_nan() => ".nan".to_owned(),
            Self::Float(number) if number.is_infinite() => if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
            other => other.to_string(),
        }
    }

    /// The spelling in a JSON file; nothing when JSON has none.
    pub(crate) fn to_json(&self) -> Option<String> {
        match self {
            Self::Text(text) => serde_json::to_string(text).ok(),
            Self::Float(number) if !number.is_finite() => None,
            other => Some(other.to_string()),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Float(number) => {
                // YAML 1.1 wants a point and a signed exponent.
                let text = format!("{number:?}");
                match text.split_once('e') {
                    Some((digits, exponent)) => {
                        let point = if digits.contains('.') { "" } else { ".0" };
                        let sign = if exponent.starts_with('-') { "" } else { "+" };
                        write!(formatter, "{digits}{point}e{sign}{exponent}")
                    }
                    None => formatter.write_str(&text),
                }
            }
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Null => formatter.write_str("null"),
        }
    }
}

impl schemars::JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean", "null"] })
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Null => serializer.serialize_unit(),
        }
    }
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether every reader of YAML takes the bare word for this very text.
pub(crate) fn is_plain(text: &str) -> bool {
    const RESERVED: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"];
    let starts_well =
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') || text.starts_with("~/");
    let inner = text.replace("://", "");
    starts_well
        && inner.chars().all(|character| character.is_ascii_alphanumeric() || "._-/~@+".contains(character))
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            other if other.is_control() || is_line_break(other) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(other)))
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_value_reads_as_yaml_would() {
        for (text, wanted) in [
            ("5", Scalar::Integer(5)),
            ("-5", Scalar::Integer(-5)),
            ("0", Scalar::Integer(0)),
            ("0x1f", Scalar::Integer(31)),
            ("0o17", Scalar::Integer(15)),
            ("1.5", Scalar::Float(1.5)),
            ("1e3", Scalar::Float(1000.0)),
            ("true", Scalar::Boolean(true)),
            ("~", Scalar::Null),
            ("yes", Scalar::Text("yes".into())),
            ("0123", Scalar::Text("0123".into())),
            ("\"5\"", Scalar::Text("5".into())),
            ("", Scalar::Text(String::new())),
            ("-", Scalar::Text("-".into())),
            ("e", Scalar::Text("e".into())),
            ("inf", Scalar::Text("inf".into())),
            ("1-2", Scalar::Text("1-2".into())),
            ("0x", Scalar::Text("0x".into())),
        ] {
            assert_eq!(Scalar::parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let scalars = [
            "yes",
            "0123",
            "12:30",
            "1e3",
            "null",
            "a: b",
            "a #b",
            "x'y\"z\\",
            "line\nbreak",
            "\u{85}\u{2028}\u{7}",
            "",
            " x ",
            "- a",
            "~",
            "~/.ssh/key",
            "https://x.example",
            "ä",
            "a:",
            "{a}",
            "\u{feff}x",
        ]
        .map(|text| Scalar::Text(text.to_owned()))
        .into_iter()
        .chain([Scalar::Integer(-3), Scalar::Float(1e16), Scalar::Float(0.5), Scalar::Boolean(true)]);
        for scalar in scalars {
            for quotes in [Quotes::Plain, Quotes::Single, Quotes::Double] {
                let yaml = scalar.to_yaml(quotes);
                let read: serde_yaml::Value =
                    serde_yaml::from_str(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}"));
                let wanted = serde_yaml::to_value(&scalar).unwrap();
                assert_eq!(read, wanted, "{yaml}");
            }
            let json = scalar.to_json().unwrap();
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read, serde_json::to_value(&scalar).unwrap(), "{json}");
        }
        assert_eq!(Scalar::Float(f64::NAN).to_json(), None);
    }
}
