//! Lengths of time as people write them: a whole number and a unit.
//!
//! Owns the spelling, which is the same in the file, in variables and in flags. A length is never
//! negative and never more than a year, so that adding it to a time cannot overflow.

use jiff::SignedDuration;

const LONGEST: i64 = 366 * DAY;
const DAY: i64 = 86400;

/// Reads a whole number with a unit: `s`, `m`, `h` or `d`; at most 366 days.
pub fn parse(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "expected a whole number and a unit, such as 90m, 24h or 7d".to_owned();
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: i64 = text[..split].parse().map_err(|_| wrong())?;
    let unit = match &text[split..] {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => DAY,
        _ => return Err(wrong()),
    };
    let seconds = number.checked_mul(unit).filter(|seconds| *seconds <= LONGEST);
    seconds.map(SignedDuration::from_secs).ok_or_else(|| "it is longer than 366d".to_owned())
}

/// The shortest spelling that [`parse`] reads as the same length; parts of a second are left out.
pub fn text(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let units = [(DAY, 'd'), (3600, 'h'), (60, 'm')];
    let (length, unit) =
        units.into_iter().find(|(length, _)| seconds != 0 && seconds % length == 0).unwrap_or((1, 's'));
    format!("{}{unit}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse("90m").unwrap().as_secs(), 5400);
        assert_eq!(parse("7d").unwrap().as_secs(), 7 * 86400);
        for wrong in ["", "24", "h", "1.5h", "-1h", "1w", "99999999999999999999d", "400d", "1d ", "٣d"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_read_as_what_it_was_made_of() {
        for (given, wanted) in
            [("0s", "0s"), ("60s", "1m"), ("90m", "90m"), ("24h", "1d"), ("90d", "90d"), ("61s", "61s")]
        {
            let duration = parse(given).unwrap();
            assert_eq!(text(duration), wanted);
            assert_eq!(parse(&text(duration)).unwrap(), duration);
        }
    }
}
