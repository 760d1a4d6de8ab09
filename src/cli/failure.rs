//! Failures, rendered: `error:`, `caused by:`, `hint:`, or one JSON object on stderr.
//!
//! Owns the picking of the exit code, in one place. A usage error of the parser is one of ours.

use crate::cli::exit::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::cli::help::HelpData;
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::env::Env;
use crate::interrupt;
use crate::ops::{ErrorCode, OpError};

/// A failure as a program sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorReport {
    /// `artcafe.error/1`.
    schema: &'static str,
    /// What kind of failure; `artcafe capabilities` lists them all.
    code: &'static str,
    /// What failed and which thing.
    message: String,
    /// Why.
    cause: Option<String>,
    /// What the server answered, in its own words where it had any; nothing to act upon.
    server_message: Option<String>,
    /// The next step for a person.
    hint: Option<String>,
    /// The exit code of the process.
    exit_code: u8,
    /// Whether the same command can succeed later without anybody changing anything.
    retryable: bool,
    /// How long to wait before that, where it is known.
    retry_after_ms: Option<u64>,
    /// Where the documents explain this code.
    docs: String,
    /// What a program may run about it; null where a person is needed.
    fix: Option<Remedy>,
}

impl ErrorReport {
    fn of(error: &OpError, output: &Output, exit_code: u8) -> Self {
        let causes = error.causes();
        Self {
            schema: "artcafe.error/1",
            code: error.code.as_str(),
            message: error.message.clone(),
            cause: (!causes.is_empty()).then(|| causes.join(": ")),
            server_message: error.server_message().map(str::to_owned),
            hint: error.hint.as_deref().map(|hint| output.in_words(hint)),
            exit_code,
            retryable: error.code.is_retryable(),
            retry_after_ms: milliseconds(error),
            docs: docs(error.code),
            fix: output.remedy(error.fix.as_deref()),
        }
    }
}

/// How long to wait before the same command is run again.
pub(crate) fn milliseconds(error: &OpError) -> Option<u64> {
    error.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

/// Where the documents explain a code.
pub(crate) fn docs(code: ErrorCode) -> String {
    format!("docs/troubleshooting.md#{}", code.as_str())
}

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) OpError);

impl<E: Into<OpError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Failure {
    /// What a signal cut off fails for that reason, whatever came of it on the way.
    pub(crate) fn or_interrupted(self) -> Self {
        let Self(error) = self;
        Self(match interrupt::noticed() {
            Some(interrupted) if !matches!(error.code, ErrorCode::Interrupted | ErrorCode::Terminated) => {
                OpError::from(interrupted).because(error)
            }
            _ => error,
        })
    }

    /// Prints the failure and answers with this exit code: the code's own, but for a command whose exit codes mean
    /// something else.
    pub(crate) fn report(&self, output: &Output, exit_code: u8) -> ExitCode {
        let Self(error) = self;
        output.annotate(error);
        let causes = error.causes();
        if output.json || output.has_events() {
            output.to_stderr(&output.object(json!(ErrorReport::of(error, output, exit_code))));
        } else {
            output.to_stderr(&format!("{} {}", output.paint_err(Style::Bad, "error:"), error.message));
            for cause in causes {
                output.to_stderr(&format!("{} {cause}", output.paint_err(Style::Strong, "caused by:")));
            }
            if let Some(words) = error.server_message() {
                output.to_stderr(&format!("{} {words}", output.paint_err(Style::Strong, "the answer was:")));
            }
            if let Some(hint) = error.hint.as_deref().map(|hint| output.in_words(hint)) {
                output.to_stderr(&format!("{} {hint}", output.paint_err(Style::Good, "hint:")));
            }
        }
        ExitCode::from(exit_code)
    }
}

impl Output {
    /// A refusal that is data on standard output: whoever follows the events alone is told of it as of any failure.
    pub(crate) fn verdict(&self, error: &OpError) {
        if self.has_events() && !self.json {
            self.to_stderr(&self.object(json!(ErrorReport::of(error, self, error.code.exit_code()))));
        }
    }
}

/// This build.
#[derive(Serialize, JsonSchema)]
pub(crate) struct VersionData {
    /// The program's version.
    version: &'static str,
}

/// What the parser says: help and version are data, the rest is a usage failure of this exit code.
pub(crate) fn usage(env: &Env, error: &clap::Error, exit_code: u8) -> ExitCode {
    // The flags could not be parsed, so they are looked for by eye.
    let json = env.is_on("ARTCAFE_JSON") || env.args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    let events = env.var("ARTCAFE_PROGRESS") == Some("json")
        || env.args.iter().any(|arg| arg == "--progress=json")
        || env.args.windows(2).any(|pair| pair[0] == "--progress" && pair[1] == "json");
    let output = Output::new(env, json, false, None).telling(events, false, false);
    let outcome = match error.kind() {
        ErrorKind::DisplayVersion => {
            let data = VersionData { version: env!("CARGO_PKG_VERSION") };
            output.finish("version", &data, |_| error.render().to_string())
        }
        ErrorKind::DisplayHelp => {
            let text = error.render().to_string();
            output.finish("help", &HelpData { text }, |data| data.text.clone())
        }
        _ if !json && !events => {
            let missing = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
            let text = masked(error);
            let what = if missing { "a subcommand is missing".to_owned() } else { summary(&text) };
            output.annotate(&OpError::new(ErrorCode::Usage, what));
            let hint = hint(env, error);
            // The parser's own advice for a dash is wrong where a flag stands before it.
            let is_kept = |line: &&str| !(line.contains("as a value, use '-- ") && flag_before(env, error).is_some());
            let text: Vec<&str> = text.trim_end().lines().filter(is_kept).collect();
            output.to_stderr(&text.join("\n").replace("\n\n\n", "\n\n"));
            if let Some(hint) = hint {
                output.to_stderr(&format!("{} {hint}", output.paint_err(Style::Good, "hint:")));
            }
            Ok(ExitCode::from(exit_code))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Err(OpError::new(ErrorCode::Usage, "a subcommand is missing").hint("see `artcafe help`").into())
        }
        _ => {
            let hint = hint(env, error).unwrap_or_else(|| "see `artcafe help`".to_owned());
            Err(OpError::new(ErrorCode::Usage, summary(&masked(error))).hint(hint).into())
        }
    };
    outcome.unwrap_or_else(|failure| failure.report(&output, exit_code))
}

/// What to do about a slip that the parser's own words leave open.
fn hint(env: &Env, error: &clap::Error) -> Option<String> {
    if let Some(hint) = forgotten_dashes(env, error) {
        return Some(hint.to_owned());
    }
    if let Some(flag) = flag_before(env, error) {
        return Some(format!("a value that begins with a dash goes behind an equals sign: `{flag}=VALUE`"));
    }
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(value)) => Some(value.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument if value(ContextKind::InvalidArg).is_some_and(|word| !word.starts_with('-')) => {
            let line = named(env).0;
            Some(format!(
                "`{line}` takes no such bare word, which may be a secret and is not repeated; its values go behind flags: `{line} --help`"
            ))
        }
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            let (line, subcommands) = named(env);
            Some(format!("`{line}` has {}", subcommands.join(", ")))
        }
        _ => None,
    }
}

/// The command that was named, as far as its words are commands, and what follows it could be.
fn named(env: &Env) -> (String, Vec<String>) {
    let root = crate::cli::command();
    let (mut command, mut line) = (&root, "artcafe".to_owned());
    for word in env.args.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(found) = command.find_subcommand(word) {
            (command, line) = (found, format!("{line} {word}"));
        }
    }
    let names = command.get_subcommands().filter(|command| !command.is_hide_set());
    let names = names.map(|command| command.get_name().to_owned()).collect();
    (line, names)
}

/// The flag behind which an unknown `-x` stands as its value.
fn flag_before<'a>(env: &'a Env, error: &clap::Error) -> Option<&'a str> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument || !word.starts_with('-') || word.starts_with("--") {
        return None;
    }
    let before = env.args.windows(2).find(|pair| pair[1].to_str().is_some_and(|next| next.starts_with(word.as_str())));
    before?.first()?.to_str().filter(|flag| {
        let takes_value = |argument: &clap::Arg| argument.get_action().takes_values();
        let root = crate::cli::command();
        let is_it =
            |argument: &&clap::Arg| argument.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long));
        root.get_arguments().find(is_it).is_some_and(takes_value)
    })
}

/// What to do where a command that is to be run stands without the `--` before it.
fn forgotten_dashes(env: &Env, error: &clap::Error) -> Option<&'static str> {
    let is_slip = matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand);
    let mut words = env.args.iter().skip(1).filter_map(|word| word.to_str()).filter(|word| !word.starts_with('-'));
    let hint = match (words.next()?, words.next()) {
        ("exec", _) => "put `--` before the command: `artcafe exec -- COMMAND`",
        ("ci", _) => "put `--` before the command: `artcafe ci -- COMMAND`; the other form is `artcafe ci sweep`",
        ("sandbox", Some("exec")) => "put `--` before the command: `artcafe sandbox exec -- COMMAND`",
        _ => return None,
    };
    (is_slip && !env.args.iter().any(|word| word == "--")).then_some(hint)
}

/// The first paragraph, in one line: what is wrong, and the names that go with it.
fn summary(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let first = lines.join(" ");
    let message = first.strip_prefix("error: ").unwrap_or(&first);
    if message.is_empty() { "the command line is wrong".to_owned() } else { message.to_owned() }
}

/// No flag and no command of ours is longer.
const LONGEST_NAME: usize = 24;

/// `-x`, which is too short for a secret.
fn is_short_flag(text: &str) -> bool {
    text.starts_with('-') && text.chars().count() == 2
}

/// The parser's words without what may be a secret: somebody who forgets a flag's name leaves its value bare.
fn masked(error: &clap::Error) -> String {
    let has_suggestion = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .iter()
        .any(|kind| error.get(*kind).is_some());
    let mut text = error.render().to_string();
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue] {
        let values: &[String] = match error.get(kind) {
            Some(ContextValue::String(value)) => std::slice::from_ref(value),
            Some(ContextValue::Strings(values)) => values,
            _ => continue,
        };
        // These name our own flags, or hold a value that stands where a known flag wants one of few words.
        let is_named = !matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand);
        for value in values {
            let is_short = value.chars().count() <= LONGEST_NAME;
            // Somebody forgot the space behind a flag that takes a secret.
            let is_glued =
                ["--token", "--passphrase"].iter().any(|flag| value.len() > flag.len() && value.starts_with(flag));
            let is_name = !is_glued && (value.starts_with("--") || is_short_flag(value) || has_suggestion || is_named);
            let is_ours = kind == ContextKind::InvalidArg && is_named;
            if is_ours || is_short && is_name {
                continue;
            }
            text = text.replace(&format!("'{value}'"), "'…'");
            if !is_short || is_glued {
                text = text.replace(value.as_str(), "…");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(args: &[&str]) -> String {
        let all = std::iter::once("artcafe").chain(args.iter().copied());
        masked(&crate::cli::command().try_get_matches_from(all).unwrap_err())
    }

    #[test]
    fn a_bare_secret_is_not_repeated() {
        let long = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
        let flag = format!("--{long}");
        let value = format!("--tokn={long}");
        for secret in [long, "hunter2", "two words\nand lines", "a'b"] {
            for args in [
                &["auth", "test", secret][..],
                &[secret],
                &["key", secret],
                &["key", "show", "x", secret],
                &["setup", "--agent-id", "a", secret],
            ] {
                let text = said(args);
                assert!(!text.contains(secret), "{args:?}: {text}");
                assert!(text.contains('…'), "{args:?}: {text}");
            }
        }
        for glued in ["--tokenhunter2hunter2", "--passphrasehunter2"] {
            let text = said(&["auth", "login", glued]);
            assert!(!text.contains("hunter2"), "{text}");
        }
        for args in [&["status", &flag][..], &["status", &value], &["status", "--color", long]] {
            let text = said(args);
            assert!(!text.contains(long), "{args:?}: {text}");
        }
    }

    #[test]
    fn a_slip_is_still_named() {
        for (args, word) in [
            (&["stauts"][..], "'stauts'"),
            (&["status", "--qiet"], "'--qiet'"),
            (&["status", "--color", "blue"], "'blue'"),
            (&["key", "generate", "--bits", "many"], "'many'"),
            (&["config", "set"], "<KEY>"),
            (&["setup", "--register", "--no-register"], "'--no-register'"),
        ] {
            let text = said(args);
            assert!(text.contains(word), "{args:?}: {text}");
        }
    }

    #[test]
    fn forgotten_dashes_are_told() {
        for (args, is_told) in [
            (&["artcafe", "exec", "./deploy.sh"][..], true),
            (&["artcafe", "--json", "ci", "swep"], true),
            (&["artcafe", "sandbox", "exec", "true"], true),
            (&["artcafe", "exec", "--no-such", "--", "true"], false),
            (&["artcafe", "status", "x"], false),
        ] {
            let error = crate::cli::command().try_get_matches_from(args).unwrap_err();
            let env = Env::made_up(args, []);
            assert_eq!(forgotten_dashes(&env, &error).is_some(), is_told, "{args:?}");
        }
    }

    #[test]
    fn a_summary_is_one_line() {
        let text = said(&["config", "set"]);
        assert_eq!(summary(&text), "the following required arguments were not provided: <KEY> <VALUE>");
    }
}
