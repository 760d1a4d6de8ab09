//! Words in unit files.
//!
//! Owns the quoting of systemd: `%` starts a specifier, quotes and backslashes are as in C. A word that
//! cannot be written in one line is refused.

use std::path::Path;

use crate::ops::error::{ErrorCode, OpError};

/// A word as systemd reads it back.
pub(super) fn word(text: &str) -> Result<String, OpError> {
    if text.contains(char::is_control) {
        return Err(OpError::new(
            ErrorCode::Usage,
            format!("{text:?} holds a control character, which a unit file cannot"),
        )
        .hint("use a path without line ends and control characters"));
    }
    let is_plain = !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "/._-=@+,:".contains(character));
    if is_plain {
        return Ok(text.to_owned());
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

/// A path as a word; one that is no Unicode cannot be written down.
pub(super) fn path(path: &Path) -> Result<String, OpError> {
    word(text_of(path)?)
}

/// The text of a path.
pub(super) fn text_of(path: &Path) -> Result<&str, OpError> {
    path.to_str().ok_or_else(|| {
        OpError::new(ErrorCode::Usage, format!("`{}` is no Unicode text, which a unit file needs", path.display()))
            .hint("use a path of Unicode characters")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_it_has_to_be() {
        assert_eq!(word("/usr/bin/artcafe").unwrap(), "/usr/bin/artcafe");
        assert_eq!(word("/a b/c%h").unwrap(), r#""/a b/c%%h""#);
        assert_eq!(word(r#"q"b\"#).unwrap(), r#""q\"b\\""#);
        assert_eq!(word("").unwrap(), r#""""#);
        assert!(word("a\nExecStart=/bin/false").is_err());
    }
}
