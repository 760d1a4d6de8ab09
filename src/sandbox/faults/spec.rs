//! The grammar of `--fault`. Reads a specification and says which part of a bad one is wrong.

use super::{Age, Fault, Kind, RetryAfter, Route};
use crate::sandbox::error::SandboxError;
use std::str::FromStr;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The grammar of `--fault SPEC`, with examples, for `--help`.
pub const FAULT_HELP: &str = "\
A fault is ROUTE=FAULT[:ARGUMENT][@FROM][xCOUNT]; the option may be repeated.

ROUTE is `METHOD PATH`, `PATH` or `*`; the path is the one below /api/v1, `*` or `{id}` stands for one segment of it.
@FROM starts at the FROM-th matching request (default 1), xCOUNT ends after COUNT of them (default: never).
A DURATION is a number with ms, s, m or h.

  delay:DURATION           answers that much later
  NUMBER                   answers this error status (400 to 599) and does nothing; 502 to 504 have an HTML body
    :retry-after=SECONDS     with a Retry-After header in seconds
    :retry-after=date[+S]    with a Retry-After header as an HTTP date S seconds ahead (default 1)
  close-before             closes the connection, nothing done
  close-after              does the work, then closes the connection without an answer
  after:NUMBER             does the work, then answers this error status
  late:DURATION            answers 504 at once and does the work after DURATION
  cut[:BYTES]              announces the whole body, sends BYTES of it (default half), closes
  skew:[+|-]DURATION       the server's clock is off: Date header, stamps, token lifetimes
  stale:DURATION           lists show what they held that long ago
  stale:N                  lists show what they held N requests ago

Examples:
  --fault 'POST /ssh-keys=500x2'                      the first two registrations fail
  --fault 'POST /ssh-keys=close-after'                registered, but the answer is lost
  --fault 'GET /ssh-keys=stale:3s'                    a new key appears three seconds late
  --fault 'POST /auth/verify=429:retry-after=2x1'     asked to wait once
  --fault 'GET /ssh-keys/{id}=404@2'                  gone from the second look on
  --fault '*=skew:-1h'                                the server's clock is an hour behind";

impl FromStr for Fault {
    type Err = SandboxError;

    fn from_str(spec: &str) -> Result<Self, SandboxError> {
        let refuse =
            |(part, reason): (&'static str, String)| SandboxError::FaultSpec { spec: spec.to_owned(), part, reason };
        let (route, rest) =
            spec.split_once('=').ok_or_else(|| refuse(("fault", "is missing: expected ROUTE=FAULT".to_owned())))?;
        let (kind, first, count) = strip_counts(rest).map_err(refuse)?;
        Ok(Self {
            route: read_route(route).map_err(refuse)?,
            kind: read_kind(kind).map_err(refuse)?,
            first: first.unwrap_or(1),
            count,
            seen: AtomicU64::new(0),
        })
    }
}

type Refusal = (&'static str, String);

fn read_route(text: &str) -> Result<Route, Refusal> {
    let text = text.trim();
    let (method, path) = match text.split_once(char::is_whitespace) {
        Some((method, path)) => (Some(method), path.trim()),
        None => (None, text),
    };
    if let Some(method) = method
        && !["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "*"].contains(&method)
    {
        return Err(("route", format!("has the unknown method `{method}` (methods are upper case)")));
    }
    let path = match path {
        "*" => None,
        path if path.starts_with('/') => Some(
            super::below_prefix(path)
                .into_iter()
                .map(|segment| if segment.starts_with('{') && segment.ends_with('}') { "*" } else { segment })
                .map(str::to_owned)
                .collect(),
        ),
        path => return Err(("route", format!("`{path}` must be `*` or start with a slash"))),
    };
    Ok(Route { method: method.filter(|method| *method != "*").map(str::to_owned), path })
}

/// Takes `@FROM` and `xCOUNT` off the end, in either order.
fn strip_counts(text: &str) -> Result<(&str, Option<u64>, Option<u64>), Refusal> {
    let (mut rest, mut first, mut count) = (text.trim(), None, None);
    loop {
        let digits = rest.len() - rest.trim_end_matches(|character: char| character.is_ascii_digit()).len();
        let (head, number) = rest.split_at(rest.len() - digits);
        let slot = match head.chars().last() {
            Some('@') if first.is_none() => &mut first,
            // `x` opens a count only behind something: a fault's own name may hold one.
            Some('x') if count.is_none() && digits > 0 && head.len() > 1 => &mut count,
            Some('@') => return Err(("count", "has more than one @".to_owned())),
            _ => break,
        };
        let value = number.parse::<u64>().ok().filter(|value| *value > 0);
        *slot = Some(value.ok_or_else(|| ("count", format!("`{number}` must be a number from 1 on")))?);
        rest = &head[..head.len() - 1];
    }
    Ok((rest, first, count))
}

fn read_kind(text: &str) -> Result<Kind, Refusal> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let needed = || argument.ok_or_else(|| ("argument", format!("of `{name}` is missing, such as {name}:2s")));
    let kind = match name {
        "delay" => Kind::Delay(read_duration(needed()?)?),
        "after" => match needed()?.parse::<u16>() {
            Ok(status @ 400..=599) => Kind::After(status),
            _ => return Err(("argument", "of `after` is not an error status (400 to 599)".to_owned())),
        },
        "late" => Kind::Late(read_duration(needed()?)?),
        "skew" => Kind::Skew(read_skew(needed()?)?),
        "stale" => Kind::Stale(read_age(needed()?)?),
        "cut" => Kind::Cut(match argument {
            None => None,
            Some(bytes) => {
                Some(bytes.parse().map_err(|_error| ("argument", format!("`{bytes}` must be a number of bytes")))?)
            }
        }),
        "close-before" | "close-after" if argument.is_some() => {
            return Err(("argument", format!("is not taken by `{name}`")));
        }
        "close-before" => Kind::CloseBefore,
        "close-after" => Kind::CloseAfter,
        number => match number.parse::<u16>() {
            Ok(status @ 400..=599) => Kind::Status { status, retry_after: argument.map(read_retry_after).transpose()? },
            Ok(status) => return Err(("fault", format!("{status} is not an error status (400 to 599)"))),
            Err(_) => {
                return Err((
                    "fault",
                    format!(
                        "`{name}` is unknown: expected a status, delay, close-before, close-after, after, late, cut, skew or stale"
                    ),
                ));
            }
        },
    };
    Ok(kind)
}

fn read_retry_after(text: &str) -> Result<RetryAfter, Refusal> {
    let refuse = || ("argument", format!("`{text}` must be retry-after=SECONDS or retry-after=date[+SECONDS]"));
    let value = text.strip_prefix("retry-after=").ok_or_else(refuse)?;
    match value.strip_prefix("date") {
        Some("") => Ok(RetryAfter::Date(1)),
        Some(ahead) => {
            let seconds = ahead.strip_prefix('+').and_then(|ahead| ahead.parse().ok());
            // A date must stay one that the calendar holds.
            seconds.filter(|seconds| *seconds <= 86_400 * 365).map(RetryAfter::Date).ok_or_else(refuse)
        }
        None => value.parse().map(RetryAfter::Seconds).map_err(|_error| refuse()),
    }
}

fn read_duration(text: &str) -> Result<Duration, Refusal> {
    let refuse = || ("argument", format!("`{text}` must be a number with ms, s, m or h, at most 8760h"));
    let digits = text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let scale: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(refuse()),
    };
    let milliseconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale));
    milliseconds.filter(|milliseconds| *milliseconds <= 8760 * 3_600_000).map(Duration::from_millis).ok_or_else(refuse)
}

fn read_skew(text: &str) -> Result<i64, Refusal> {
    let (sign, duration) = match text.strip_prefix('-') {
        Some(duration) => (-1, duration),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let milliseconds = i64::try_from(read_duration(duration)?.as_millis())
        .map_err(|_error| ("argument", format!("`{text}` is too long")))?;
    Ok(sign * milliseconds)
}

fn read_age(text: &str) -> Result<Age, Refusal> {
    match text.parse::<u64>() {
        Ok(requests) => Ok(Age::Requests(requests)),
        Err(_) => read_duration(text).map(Age::Time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &str) -> Fault {
        spec.parse().unwrap_or_else(|error| panic!("{spec}: {error}"))
    }

    #[test]
    fn every_kind_and_argument() {
        for (text, kind) in [
            ("delay:200ms", Kind::Delay(Duration::from_millis(200))),
            ("late:2s", Kind::Late(Duration::from_secs(2))),
            ("close-before", Kind::CloseBefore),
            ("close-after", Kind::CloseAfter),
            ("after:500", Kind::After(500)),
            ("cut", Kind::Cut(None)),
            ("cut:10", Kind::Cut(Some(10))),
            ("skew:-3600s", Kind::Skew(-3_600_000)),
            ("skew:+1m", Kind::Skew(60_000)),
            ("skew:5s", Kind::Skew(5000)),
            ("stale:3s", Kind::Stale(Age::Time(Duration::from_secs(3)))),
            ("stale:3", Kind::Stale(Age::Requests(3))),
            ("409", Kind::Status { status: 409, retry_after: None }),
            ("429:retry-after=2", Kind::Status { status: 429, retry_after: Some(RetryAfter::Seconds(2)) }),
            ("429:retry-after=date", Kind::Status { status: 429, retry_after: Some(RetryAfter::Date(1)) }),
            ("429:retry-after=date+5", Kind::Status { status: 429, retry_after: Some(RetryAfter::Date(5)) }),
        ] {
            for (suffix, first, count) in
                [("", 1, None), ("x2", 1, Some(2)), ("@3", 3, None), ("@3x2", 3, Some(2)), ("x2@3", 3, Some(2))]
            {
                let fault = read(&format!("POST /ssh-keys={text}{suffix}"));
                assert_eq!((&fault.kind, fault.first, fault.count), (&kind, first, count), "{text}{suffix}");
            }
        }
    }

    #[test]
    fn every_example_of_the_help_is_read() {
        let examples: Vec<&str> =
            FAULT_HELP.lines().filter_map(|line| line.trim().strip_prefix("--fault '")?.split('\'').next()).collect();
        assert!(examples.len() >= 6);
        for example in examples {
            read(example);
        }
    }

    #[test]
    fn a_bad_specification_names_its_part() {
        for (spec, wrong) in [
            ("", "fault"),
            ("GET /x", "fault"),
            ("GET /x=", "fault"),
            ("GET /x=200", "fault"),
            ("GET /x=700", "fault"),
            ("GET /x=explode", "fault"),
            ("get /x=500", "route"),
            ("x=500", "route"),
            ("=500", "route"),
            ("GET /x=delay", "argument"),
            ("GET /x=delay:2", "argument"),
            ("GET /x=delay:9999999h", "argument"),
            ("GET /x=close-after:1", "argument"),
            ("GET /x=after", "argument"),
            ("GET /x=after:200", "argument"),
            ("GET /x=cut:-1", "argument"),
            ("GET /x=429:2", "argument"),
            ("GET /x=429:retry-after=date+99999999999", "argument"),
            ("GET /x=skew:--1s", "argument"),
            ("GET /x=500@0", "count"),
            ("GET /x=500x0", "count"),
            ("GET /x=500@", "count"),
            ("GET /x=500@1@2", "count"),
        ] {
            match spec.parse::<Fault>() {
                Err(SandboxError::FaultSpec { part, .. }) => assert_eq!(part, wrong, "{spec}"),
                other => panic!("{spec}: {other:?}"),
            }
        }
    }
}
