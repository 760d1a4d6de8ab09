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
    if !run.stderr.is_empty() {
        text.push_str("--- stderr\n");
        text.push_str(&run.stderr);
    }
    if run.code != 0 {
        text.push_str(&format!("--- exit code {}\n", run.code));
    }
    let host = artcafe::env::Env::host_name();
    let text = text.replace(&env.root().display().to_string(), "[ROOT]").replace(&format!("@{host}"), "@[HOST]");
    text.split_inclusive('\n').map(redact).collect()
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
    let after = |start: &str, name: &str, length: usize| {
        let at = word.find(start)?;
        let tail = &word[at + start.len()..];
        let count = tail.chars().take_while(|c| c.is_ascii_alphanumeric() || "+/=_-".contains(*c)).count();
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
    after("SHA256:", "[FINGERPRINT]", 43)
        .or_else(|| after("AAAA", "[KEY]", 40))
        .or_else(|| after("eyJ", "[TOKEN]", 40))
        .or_else(port)
        .unwrap_or_else(|| redact_parts(word))
}

/// Ids of 26 letters and digits, times, and stamps in file names.
fn redact_parts(word: &str) -> String {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
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
            match () {
                () if is_id => part.replace(bare, "[ID]"),
                () if is_stamp => part.replace(bare, "[STAMP]"),
                () => part.to_owned(),
            }
        })
        .collect()
}
