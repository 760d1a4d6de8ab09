//! One line of the history.
//!
//! Owns the line's members, their order and the hash. A line is one JSON object without a line end; its
//! hash is SHA-256 of exactly these bytes. Names of actions and outcomes are kept as text, so that a
//! line of a newer version is read as well.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Change;

/// What the first line names as the hash of the line before.
pub const NO_LINE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Longer texts are cut: a line is to stay a line.
const LONGEST: usize = 1000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Line {
    /// The running number, from 1.
    pub seq: u64,
    /// When, RFC 3339 in UTC with milliseconds, by this machine's clock.
    pub time: String,
    /// What was done.
    pub what: String,
    /// The record's id on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The key's OpenSSH fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The file that was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The dotted key of the configuration that was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// What was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The server's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// How it ended.
    pub result: String,
    /// The hash of the line before.
    pub prev: String,
}

impl Line {
    /// The line of a change, after the line of this hash.
    pub(super) fn of(change: &Change, seq: u64, now: Timestamp, prev: &str) -> Self {
        Self {
            seq,
            time: now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            what: change.action.name().to_owned(),
            key_id: cut(change.key_id.as_deref()),
            fingerprint: cut(change.fingerprint.as_deref()),
            path: change.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
            setting: cut(change.setting.as_deref()),
            from: cut(change.from.as_deref()),
            to: cut(change.to.as_deref()),
            reason: cut(change.reason.as_deref()),
            server: cut(change.server.as_deref()),
            tenant_id: cut(change.tenant_id.as_deref()),
            agent_id: cut(change.agent_id.as_deref()),
            result: change.result.name().to_owned(),
            prev: prev.to_owned(),
        }
    }

    /// Reads a line; `None` where it is none.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

fn cut(text: Option<&str>) -> Option<String> {
    let text = text?;
    Some(match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    })
}

/// The hash of a line, in hexadecimal.
pub(super) fn hash(line: &[u8]) -> String {
    digest(&SHA256, line).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::action::Action;
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let now: Timestamp = "2026-11-24T09:30:00.0456Z".parse().unwrap();
        let change = Change::new(Action::KeyRevoked).key_id("k").reason("a \"word\"\nand\u{1b}").to("x".repeat(5000));
        let line = Line::of(&change, 7, now, NO_LINE);
        assert_eq!(line.time, "2026-11-24T09:30:00.045Z");
        assert_eq!(line.to.as_ref().unwrap().chars().count(), LONGEST + 1);
        let bytes = serde_json::to_vec(&line).unwrap();
        assert!(!bytes.contains(&b'\n') && bytes.ends_with(format!("\"prev\":\"{NO_LINE}\"}}").as_bytes()));
        assert_eq!(Line::parse(&bytes).unwrap(), line);
        assert_eq!(Line::parse(&bytes[..bytes.len() - 1]), None);
        assert_eq!(hash(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
