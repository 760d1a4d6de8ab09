//! The names under which jobs register their keys.
//!
//! Owns the one pattern, `artcafe-ci-HOST-RUN-RANDOM`, by which a left-over is told from every other key.

use std::fmt;

use rand::RngExt as _;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

/// What every name begins with.
const BEGIN: &str = "artcafe-ci-";
/// The random part: so many hexadecimal digits.
const DIGITS: usize = 16;
/// No part is longer.
const LONGEST_PART: usize = 40;

/// A job's name for its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobName(String);

impl JobName {
    /// A new name for a job of this host and run.
    pub fn new(host: &str, run: &str) -> Self {
        let random = UnwrapErr(SysRng).random::<u64>();
        Self(format!("{BEGIN}{}-{}-{random:016x}", part(host), part(run)))
    }

    /// Whether a record's name is one that a job gave.
    pub fn is_one(text: &str) -> bool {
        let Some((front, random)) = text.strip_prefix(BEGIN).and_then(|rest| rest.rsplit_once('-')) else {
            return false;
        };
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        random.len() == DIGITS
            && random.bytes().all(is_hex)
            && front.split_once('-').is_some_and(|(host, run)| !host.is_empty() && !run.is_empty())
            && front.chars().all(fits)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn fits(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-".contains(character)
}

/// What somebody else chose, as far as it fits into a name.
fn part(text: &str) -> String {
    let kept: String = text.chars().filter(|character| fits(*character)).take(LONGEST_PART).collect();
    let kept = kept.trim_matches('-');
    if kept.is_empty() { "unknown".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jobs_name_is_known_again() {
        for (host, run) in [("runner-1", "123"), ("", ""), ("ü x/y", "--"), (&"h".repeat(200), "a-b")] {
            let name = JobName::new(host, run);
            assert!(JobName::is_one(name.as_str()) && name.as_str().len() <= 128, "{name}");
        }
        assert_ne!(JobName::new("h", "r"), JobName::new("h", "r"));
    }

    #[test]
    fn no_other_name_is_taken_for_one() {
        for other in [
            "",
            "artcafe-ci-",
            "artcafe-ci-prod-deploy",
            "artcafe-ci-h-r-0123456789abcde",
            "artcafe-ci-h-r-0123456789abcdef0",
            "artcafe-ci-h-r-0123456789ABCDEF",
            "artcafe-ci-0123456789abcdef",
            "artcafe-ci-h-0123456789abcdef",
            "artcafe-ci--r-0123456789abcdef",
            "artcafe-ci-h r-x-0123456789abcdef",
            " artcafe-ci-h-r-0123456789abcdef",
            "my-artcafe-ci-h-r-0123456789abcdef",
        ] {
            assert!(!JobName::is_one(other), "{other}");
        }
        assert!(JobName::is_one("artcafe-ci-h-r-0123456789abcdef"));
    }
}
