//! Whole screens as inline snapshots. `SNAPSHOTS=overwrite cargo test --test it NAME` writes them again.

use snapbox::IntoData as _;
use snapbox::data::Inline;

use super::{Run, TestEnv};

/// Expects exactly this screen: standard output, then standard error and the exit code, where there is one.
/// What differs from run to run is replaced, such as `[ROOT]`, `[SERVER]`, `[ID]`, `[TIME]`.
#[track_caller]
pub(crate) fn assert_screen(env: &TestEnv, run: &Run, expected: Inline) {
    snapbox::Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV).eq(screen(env, run), expected.raw());
}

/// The screen without what differs from run to run.
fn screen(env: &TestEnv, run: &Run) -> String {
    let mut text = run.stdout.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str("[no newline]\n");
    }
    if !run.stderr.is_empty() {
        text.push_str("--- stderr\n");
        text.push_str(&run.stderr);
    }
    if run.code != 0 {
        text.push_str(&format!("--- exit code {}\n", run.code));
    }
    let host = artcafe::env::Env::host_name();
    let text = text
        .replace(&env.root().display().to_string(), "[ROOT]")
        .replace(&format!("@{host}"), "@[HOST]")
        .replace(&format!(" {host} 20"), " [HOST] 20");
    text.split_inclusive('\n').map(|line| redact_numbers(&redact(line))).collect()
}

/// Replaces numbers that are measured or counted, with the blanks that align them: durations, the life of a token.
fn redact_numbers(line: &str) -> String {
    let mut done = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (number, after) = number.split_at(end);
        let is_word = !before.ends_with(|c: char| c.is_alphanumeric());
        let unit = after.strip_prefix(' ').and_then(|after| after.split(|c: char| !c.is_alphanumeric()).next());
        let is_measured = match unit {
            Some("ms") => true,
            Some("s") => number.contains('.'),
            Some("min") => before.ends_with(" lives ") || before.ends_with("token life    "),
            // Which checks apply to a machine differs.
            Some("fine" | "skipped") => true,
            _ => before.ends_with("pid ") || before.trim_end().ends_with("api calls"),
        };
        if is_word && is_measured {
            let bare = before.trim_end_matches(' ');
            done.push_str(bare);
            done.push_str(if bare.len() == before.len() { "[N]" } else { " [N]" });
        } else {
            done.push_str(before);
            done.push_str(number);
        }
        rest = after;
    }
    done + rest
}

/// Replaces what looks like an id, a time, a port or a key, word by word.
fn redact(line: &str) -> String {
    let mut done = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let inside = |c: char| c.is_ascii_alphanumeric() || "+/=_-:.".contains(c);
        let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        if end == 0 {
            let width = rest.chars().next().map_or(1, char::len_utf8);
            done.push_str(&rest[..width]);
            rest = &rest[width..];
            continue;
        }
        done.push_str(&redact_word(&rest[..end]));
        rest = &rest[end..];
    }
    done
}

fn redact_word(word: &str) -> String {
    let after = |start: &str, name: &str, length: usize, more: &str| {
        let at = word.find(start)?;
        let tail = &word[at + start.len()..];
        let count = tail.chars().take_while(|c| c.is_ascii_alphanumeric() || more.contains(*c)).count();
        (count >= length).then(|| format!("{}{name}{}", &word[..at], redact_word(&tail[count..])))
    };
    let port = || {
        let at = word.find("127.0.0.1:").or_else(|| word.find("localhost:"))?;
        let start = at + word[at..].find(':')? + 1;
        let count = word[start..].chars().take_while(char::is_ascii_digit).count();
        let before = &word[..at];
        let before = before.strip_suffix("http://").unwrap_or(before);
        (count > 0).then(|| format!("{before}[SERVER]{}", &word[start + count..]))
    };
    after("SHA256:", "[FINGERPRINT]", 43, "+/=_-")
        .or_else(|| after("AAAA", "[KEY]", 40, "+/=_-"))
        .or_else(|| after("eyJ", "[TOKEN]", 40, "_-."))
        .or_else(|| after("artcafe-sandbox-", "artcafe-sandbox-[RANDOM]", 6, ""))
        .or_else(port)
        .unwrap_or_else(|| redact_parts(word))
}

/// Ids of 26 letters and digits, hashes, times, dates, and stamps in file names.
fn redact_parts(word: &str) -> String {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // 2026-11-28 and 01:42
    let looks = |like: &str| {
        let fits = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
        word.len() == like.len() && word.bytes().zip(like.bytes()).all(fits)
    };
    if looks("2000-00-00") {
        return "[DATE]".to_owned();
    }
    if looks("00:00") || looks("00:00:00") {
        return "[CLOCK]".to_owned();
    }
    // 2026-11-28T01:42:18.5Z
    if let (Some(start), Some(end)) =
        (word.find("20").filter(|at| word.as_bytes().get(*at + 10) == Some(&b'T')), word.rfind('Z'))
        && start < end
        && is_digits(word.get(start..start + 4).unwrap_or_default())
        && word.as_bytes().get(start + 4) == Some(&b'-')
    {
        return format!("{}[TIME]{}", &word[..start], &word[end + 1..]);
    }
    word.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|part| {
            let bare = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let is_id = bare.len() == 26
                && bare.starts_with("01")
                && bare.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            let is_stamp = bare.len() == 16
                && bare.ends_with('Z')
                && bare.as_bytes()[8] == b'T'
                && is_digits(&bare[..8])
                && is_digits(&bare[9..15]);
            let is_hash = bare.len() == 64 && bare.bytes().all(|b| b.is_ascii_hexdigit());
            match () {
                () if is_hash => part.replace(bare, "[HASH]"),
                () if is_id => part.replace(bare, "[ID]"),
                () if is_stamp => part.replace(bare, "[STAMP]"),
                () => part.to_owned(),
            }
        })
        .collect()
}
