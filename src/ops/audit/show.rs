//! `audit show`: lines of the history that somebody asks for.
//!
//! Filters, oldest first. Judges nothing: what is wrong with the history is `verify`'s.

use std::path::PathBuf;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::config::Paths;
use crate::ops::error::{ErrorCode, OpError};

use super::action::Action;
use super::history::History;
use super::line::Line;

/// A moment, given as a date (its begin in UTC) or as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since(pub Timestamp);

impl FromStr for Since {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Self, OpError> {
        // A time without an offset would be read as a date alone.
        let is_date = text.parse::<Date>().is_ok_and(|date| date.to_string() == text);
        let moment = if is_date { format!("{text}T00:00:00Z") } else { text.to_owned() };
        moment.parse().map(Self).map_err(|_| {
            OpError::new(ErrorCode::Usage, format!("`{}` is no date", text.escape_default()))
                .hint("write it as 2026-11-24 or 2026-11-24T09:30:00Z")
        })
    }
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct ShowOptions {
    /// No more than the last so many of them.
    pub last: Option<usize>,
    /// Those about this key: a record's id or a fingerprint.
    pub key: Option<String>,
    /// Those of this action.
    pub action: Option<Action>,
    /// Those from this moment on.
    pub since: Option<Since>,
}

/// The lines.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ShowReport {
    /// The file.
    pub path: PathBuf,
    /// How many lines there are in all.
    pub total: usize,
    /// How many cannot be read.
    pub unreadable: usize,
    /// The ones that were asked for, oldest first.
    pub lines: Vec<Line>,
}

/// Finds lines.
pub fn show(paths: &Paths, options: &ShowOptions) -> Result<ShowReport, OpError> {
    let history = History::read(paths)?;
    let unreadable = history.unreadable();
    let total = history.lines.len();
    let mut lines: Vec<Line> =
        history.lines.into_iter().filter_map(|placed| placed.line).filter(|line| is_wanted(line, options)).collect();
    if let Some(last) = options.last {
        lines.drain(..lines.len().saturating_sub(last));
    }
    Ok(ShowReport { path: history.path, total, unreadable, lines })
}

fn is_wanted(line: &Line, options: &ShowOptions) -> bool {
    let key = options.key.as_ref();
    let is_since = |since: Since| line.time.parse::<Timestamp>().is_ok_and(|time| time >= since.0);
    key.is_none_or(|key| line.key_id.as_ref() == Some(key) || line.fingerprint.as_ref() == Some(key))
        && options.action.is_none_or(|action| line.what == action.name())
        && options.since.is_none_or(is_since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_date_or_a_time_with_its_offset() {
        let day = "2026-11-24".parse::<Since>().unwrap();
        assert_eq!(day, "2026-11-24T00:00:00Z".parse().unwrap());
        assert_eq!("2026-11-24T10:30:00+01:00".parse::<Since>().unwrap(), "2026-11-24T09:30:00Z".parse().unwrap());
        for wrong in ["", "yesterday", "2026-13-01", "2026-11-24T09:30:00", "24.11.2026", "1h"] {
            assert!(wrong.parse::<Since>().is_err(), "{wrong}");
        }
    }
}
