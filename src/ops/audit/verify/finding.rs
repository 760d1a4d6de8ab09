//! What can be wrong with the history, in words for people and members for programs.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong. A place is a line of the file, from 1; a number is what the line was
/// written as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// A line is not what it was when the next line, or the head, was written.
    Changed {
        /// Its place.
        place: usize,
        /// Its number.
        number: Option<u64>,
    },
    /// A line is no line of the history.
    Unreadable {
        /// Its place.
        place: usize,
        /// The number that it must have had.
        number: Option<u64>,
    },
    /// A number stands there more than once.
    Repeated {
        /// The place of the later one.
        place: usize,
        /// The number.
        number: u64,
    },
    /// A line does not belong to the chain.
    Inserted {
        /// Its place.
        place: usize,
    },
    /// Lines are gone from the beginning or the middle.
    Missing {
        /// The first number.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// Lines are gone from the end: the head knows more than there are.
    Cut {
        /// The first number.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// Two lines stand in each other's place.
    Swapped {
        /// The place of the one.
        place: usize,
        /// Its number.
        number: u64,
        /// The place of the other.
        other_place: usize,
        /// Its number.
        other_number: u64,
    },
    /// Several lines stand in another order than they were written in.
    Reordered {
        /// The first place.
        first_place: usize,
        /// The last place.
        last_place: usize,
    },
    /// A line names another one before it than the one that stands there.
    Unlinked {
        /// Its place.
        place: usize,
        /// Its number.
        number: u64,
    },
    /// The last line has no end.
    Torn {
        /// Its place.
        place: usize,
        /// How many bytes are there.
        bytes: usize,
    },
    /// There are lines, and no head.
    HeadMissing,
    /// The head's file is no head.
    HeadUnreadable,
    /// The file goes on after the line that the head names as the last.
    HeadBehind {
        /// The number that the head names.
        head: u64,
        /// The last number of the file.
        last: u64,
    },
    /// The head has the last line's hash under another number.
    HeadChanged {
        /// The number that the head names.
        head: u64,
        /// The last number of the file.
        last: u64,
    },
    /// The head did not fit, and a later change made it anew; what was before cannot be told.
    HeadReplaced {
        /// The place of the line that tells it.
        place: usize,
        /// Its number.
        number: u64,
        /// What was wrong with the head.
        reason: String,
    },
}

fn line(place: usize, number: Option<u64>) -> String {
    match number {
        Some(number) if number == place as u64 => format!("line {place}"),
        Some(number) => format!("line {place} (number {number})"),
        None => format!("line {place}"),
    }
}

fn numbers(first: u64, last: u64) -> String {
    if first == last { format!("number {first} is") } else { format!("numbers {first} to {last} are") }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Changed { place, number } => {
                format!("{} was changed: its hash is not the one that was written after it", line(*place, *number))
            }
            Self::Unreadable { place, number } => {
                format!("{} was changed: it is no line of the history", line(*place, *number))
            }
            Self::Repeated { place, number } => format!("line {place} repeats number {number}"),
            Self::Inserted { place } => format!("line {place} does not belong to the chain: no line follows it"),
            Self::Missing { first, last } => format!("{} missing", numbers(*first, *last)),
            Self::Cut { first, last } => format!("the end was cut: {} missing", numbers(*first, *last)),
            Self::Swapped { place, number, other_place, other_number } => format!(
                "two lines were swapped: line {place} is number {number}, and line {other_place} is number {other_number}"
            ),
            Self::Reordered { first_place, last_place } => {
                format!("lines {first_place} to {last_place} stand in another order than they were written in")
            }
            Self::Unlinked { place, number } => {
                format!("{} names another line before it than the one that is there", line(*place, Some(*number)))
            }
            Self::Torn { place, bytes } => format!(
                "line {place} is torn: {bytes} bytes without a line end, as a crash leaves them; the next change mends it"
            ),
            Self::HeadMissing => "the head `audit.head` is missing: lines may have been cut from the end".to_owned(),
            Self::HeadUnreadable => {
                "the head `audit.head` cannot be read: lines may have been cut from the end".to_owned()
            }
            Self::HeadBehind { head, last } => {
                format!("the head names number {head} as the last, and the file goes on to number {last}")
            }
            Self::HeadChanged { head, last } => {
                format!("the head `audit.head` was changed: it has the hash of number {last} under number {head}")
            }
            Self::HeadReplaced { place, number, reason } => format!(
                "{} tells that the head did not fit and was made anew: {reason}; lines before it may have been cut",
                line(*place, Some(*number))
            ),
        };
        formatter.write_str(&text)
    }
}
