//! The text of a file, its format, and the strict reading of it.
//!
//! Owns the one way from text to tree, before an edit and after it. A byte order mark is accepted
//! and kept; more than one document is refused, and so is what only a lenient reader would take.

use std::path::Path;

use serde::de::DeserializeSeed as _;

use super::origin::Position;
use super::reader::Reader;
use super::span::{LineIndex, Span, locate};
use super::tree::Node;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML; every path that does not end in `.json`.
    Yaml,
    /// JSON.
    Json,
}

impl Format {
    /// The format of a file by its name.
    pub fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// Why a text could not be read.
#[derive(Debug, Clone)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) position: Position,
}

/// The byte order mark of a text, and the text.
pub(crate) fn split_mark(text: &str) -> (&str, &str) {
    let mark = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    text.split_at(mark)
}

/// Reads a text strictly; spans count from behind the byte order mark.
pub(crate) fn parse(text: &str, format: Format) -> Result<Node, SyntaxError> {
    let (_, body) = split_mark(text);
    refuse_depth(body)?;
    let reader = Reader::new();
    let mut tree = match format {
        Format::Yaml => {
            reader.seed().deserialize(serde_yaml::Deserializer::from_str(body)).map_err(|error| yaml_error(&error))?
        }
        Format::Json if body.trim().is_empty() => Node::null(),
        Format::Json => {
            let mut deserializer = serde_json::Deserializer::from_str(body);
            reader
                .seed()
                .deserialize(&mut deserializer)
                .and_then(|tree| deserializer.end().map(|()| tree))
                .map_err(|error| json_error(&error))?
        }
    };
    let span = match format {
        Format::Yaml => Span::of_yaml(body),
        Format::Json => Span::of_json(body),
    };
    if let Some(span) = span {
        locate(&mut tree, &span, &LineIndex::new(body));
    }
    Ok(tree)
}

/// Refuses what opens more brackets than any configuration does: the readers refuse it as well, but
/// take time that grows with the square of it.
fn refuse_depth(body: &str) -> Result<(), SyntaxError> {
    let mut depth = 0_u32;
    for (offset, byte) in body.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 1000 {
            let position = LineIndex::new(body).position(offset);
            return Err(SyntaxError { message: "the brackets are nested too deeply".to_owned(), position });
        }
    }
    Ok(())
}

fn yaml_error(error: &serde_yaml::Error) -> SyntaxError {
    let position = error.location().map_or(Position::START, |location| Position {
        line: u32::try_from(location.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(location.column()).unwrap_or(u32::MAX).max(1),
    });
    SyntaxError { message: without_place(&error.to_string(), " at line "), position }
}

fn json_error(error: &serde_json::Error) -> SyntaxError {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).max(1);
    SyntaxError {
        message: without_place(&error.to_string(), " at line "),
        position: Position { line: number(error.line()), column: number(error.column()) },
    }
}

/// The readers append the place, which a problem carries by itself.
fn without_place(message: &str, place: &str) -> String {
    message.split_once(place).map_or(message, |(text, _)| text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::scalar::Scalar;

    fn place(text: &str, format: Format, path: &str) -> (Option<Scalar>, u32, u32, Option<String>) {
        let tree = parse(text, format).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let segments: Vec<_> = path.split('.').collect();
        let node = tree.find(&segments).unwrap_or_else(|| panic!("{text}: no {path}"));
        let body = split_mark(text).1;
        let bytes = node.span.clone().map(|span| body[span].to_owned());
        (node.as_scalar().cloned(), node.position.line, node.position.column, bytes)
    }

    fn text(value: &str) -> Option<Scalar> {
        Some(Scalar::Text(value.into()))
    }

    #[test]
    fn every_value_has_its_place() {
        let some = |value: &str| Some(value.to_owned());
        for (yaml, path, wanted) in [
            ("a:\n  b: x # c\n", "a.b", (text("x"), 2, 6, some("x"))),
            ("# c\n\na: {b: 'x', c: \"y\"}\n", "a.c", (text("y"), 3, 16, some("\"y\""))),
            ("a:\r\n  b: x\r\n", "a.b", (text("x"), 2, 6, some("x"))),
            ("\u{feff}a: x", "a", (text("x"), 1, 4, some("x"))),
            ("ä: &n ö\nb: *n\n", "ä", (text("ö"), 1, 4, None)),
            ("ä: &n ö\nb: *n\n", "b", (text("ö"), 2, 4, None)),
            ("d: &d\n  x: 1\na:\n  <<: *d\n  y: 2\n", "a.x", (Some(Scalar::Integer(1)), 4, 7, None)),
            ("a: [1, 2]\n", "a.1", (Some(Scalar::Integer(2)), 1, 8, some("2"))),
            ("a:\n  - b: 1\n    c: 2\n", "a.0.c", (Some(Scalar::Integer(2)), 3, 8, some("2"))),
            ("a:\n", "a", (Some(Scalar::Null), 1, 1, None)),
            ("---\na: x\n...\n", "a", (text("x"), 2, 4, some("x"))),
            ("\"a\" :   x\n", "a", (text("x"), 1, 9, some("x"))),
        ] {
            let found = place(yaml, Format::Yaml, path);
            if yaml.contains("&n") && path == "ä" {
                assert_eq!((found.0, found.1), (wanted.0, wanted.1), "{yaml:?}");
            } else {
                assert_eq!(found, wanted, "{yaml:?}");
            }
        }
        let json = "{\"a\\\"b\": [1, {\"c\": -1.5e3}],\n \"d\": {}, \"e\": \"x\\\\\" }";
        assert_eq!(place(json, Format::Json, "e"), (text("x\\"), 2, 16, some("\"x\\\\\"")));
        assert_eq!(place(json, Format::Json, "a\"b.1.c"), (Some(Scalar::Float(-1500.0)), 1, 20, some("-1.5e3")));
    }

    #[test]
    fn what_is_not_strictly_valid_is_refused_with_its_place() {
        for (yaml, line) in [
            ("a: b: c\n", 1),
            ("a:\n  b: 1\n c: 2\n", 3),
            ("a: 'x' y\n", 1),
            ("a: @x\n", 1),
            ("a: *none\n", 1),
            ("a: 1\n---\nb: 2\n", 2),
            ("\ta: 1\n", 1),
            ("a: [1\n", 2),
            ("a: \"x\n", 2),
            ("- a\nb: 1\n", 2),
        ] {
            let error = parse(yaml, Format::Yaml).unwrap_err();
            assert!(error.position.line.abs_diff(line) <= 1, "{yaml:?}: {error:?}");
            assert!(!error.message.is_empty() && !error.message.contains("at line"), "{error:?}");
        }
        for json in ["{", "{\"a\": 1,}", "{} {}", "{'a': 1}", "nul"] {
            assert!(parse(json, Format::Json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_empty_text_is_an_empty_section() {
        for empty in ["", "\n", "# only a comment\n", "---\n", "{}", "\u{feff}"] {
            assert!(parse(empty, Format::Yaml).unwrap().entries().unwrap().is_empty(), "{empty:?}");
        }
        assert!(parse(" \n", Format::Json).unwrap().entries().unwrap().is_empty());
    }

    #[test]
    fn a_bomb_of_aliases_or_brackets_is_refused_quickly() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let previous = vec![format!("*a{}", level - 1); 9].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{previous}]\n"));
        }
        let start = std::time::Instant::now();
        parse(&bomb, Format::Yaml).unwrap_err();
        for brackets in ["[", "{\"a\":", "- ", "? "] {
            for count in [900, 100_000] {
                parse(&brackets.repeat(count), Format::Yaml).unwrap_err();
                parse(&brackets.repeat(count), Format::Json).unwrap_err();
            }
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[test]
    fn keys_that_occur_twice_are_found_in_both_formats() {
        let tree = parse("a:\n  b: 1\n  c: 2\n  b: 3\n", Format::Yaml).unwrap();
        let [(path, second, first)] = &tree.duplicates()[..] else { panic!("{tree:?}") };
        assert_eq!((path.as_str(), second.line, first.line), ("a.b", 4, 2));
        assert_eq!(parse("{\"a\": 1, \"a\": 1}", Format::Json).unwrap().duplicates().len(), 1);
    }
}
