//! What a switch changes in the configuration, to the byte.
//!
//! Owns the way back to exactly the text before: a value that is set and set back again may come out in other quotes,
//! and a section that was made for it would stay. Only the stretch that differs is kept, never the whole file, and it
//! is put back only while the file is, to the byte, what the switch made of it.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

/// One stretch of a text that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    /// Where the stretch begins, in bytes.
    start: usize,
    /// How many bytes stand there now.
    length: usize,
    /// What stood there before.
    before: String,
    /// The SHA-256 of the whole text as it is now.
    after_sha256: String,
}

impl Change {
    /// What leads back from one text to another.
    pub(super) fn between(before: &str, after: &str) -> Self {
        let common = |pairs: &mut dyn Iterator<Item = (char, char)>| {
            pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum::<usize>()
        };
        let start = common(&mut before.chars().zip(after.chars()));
        let (before_rest, after_rest) =
            (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
        let end = common(&mut before_rest.chars().rev().zip(after_rest.chars().rev()));
        Self {
            start,
            length: after_rest.len() - end,
            before: before_rest.get(..before_rest.len() - end).unwrap_or_default().to_owned(),
            after_sha256: sha256(after),
        }
    }

    /// The text before, while the text is still the one after.
    pub(super) fn undone(&self, after: &str) -> Option<String> {
        if sha256(after) != self.after_sha256 {
            return None;
        }
        let rest = after.get(self.start + self.length..)?;
        Some(format!("{}{}{rest}", after.get(..self.start)?, self.before))
    }
}

fn sha256(text: &str) -> String {
    digest::digest(&digest::SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_undone_to_the_byte() {
        let texts =
            ["", "a", "aa", "aaa", "ab\n", "a: b # é\n", "a: \"b\" # è\n", "éè", "éé", "key: x\nid: y\n", "id: y\n"];
        for before in texts {
            for after in texts {
                assert_eq!(
                    Change::between(before, after).undone(after).as_deref(),
                    Some(before),
                    "{before:?} {after:?}"
                );
            }
        }
    }

    #[test]
    fn a_text_that_somebody_edited_is_left_alone() {
        assert_eq!(Change::between("a: 1\n", "a: 2\n").undone("a: 2\n# mine\n"), None);
    }

    #[test]
    fn what_does_not_change_is_not_kept() {
        let change = Change::between("token: secret\nid: 1\nzoo: x\n", "token: secret\nid: 2\nzoo: x\n");
        assert_eq!(change.before, "1");
    }
}
