//! `artcafe agent watch`
//!
//! Owns the three forms: a table that is drawn anew on a terminal, a line for each change elsewhere, an object for each
//! change with `--json`. No mode of the terminal is changed and its cursor is not hidden, so that nothing is left behind
//! however the program ends.

use crate::cli::exit::ExitCode;
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::io::Interest;
use tokio::net::unix::pipe::Sender;

use crate::checkpoint;
use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Style;
use crate::config::duration;
use crate::id::AgentId;
use crate::interrupt;
use crate::ops::agent::watch::{Seen, Watch, WatchEvent, WatchEventKind};
use crate::ops::{ErrorCode, OpError, Session};

/// Watch agents: status, last seen, age of the key
///
/// On a terminal a table that is drawn anew; in a pipe a line for each change; with `--json` an object for each change,
/// one a line (schema artcafe.agent.watch/1). It goes on while the server fails, and ends with Ctrl-C (exit code 130)
/// or after `--count` looks (0).
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent watch\n  artcafe agent watch --count 1 --json | jq -c .data.agent\n  artcafe agent watch AGENT_ID --interval 30s"
)]
pub(crate) struct WatchArgs {
    /// The agents [default: all that the token may see]
    #[arg(value_name = "ID", add = candidates::agents())]
    agents: Vec<String>,
    /// The time between two looks
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::parse)]
    interval: SignedDuration,
    /// End after so many looks
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &WatchArgs) -> Outcome {
    let ids = args.agents.iter().map(|id| id.parse()).collect::<Result<Vec<AgentId>, _>>()?;
    if args.interval < SignedDuration::from_secs(1) {
        return Err(OpError::new(ErrorCode::Usage, "an interval of nothing would ask the server without end")
            .hint("give at least `--interval 1s`")
            .into());
    }
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    checkpoint::start().map_err(|error| OpError::new(ErrorCode::Failed, "cannot begin to watch").because(error))?;
    context.block_on(watch(context, args, &session, &ids))?
}

async fn watch(context: &Context, args: &WatchArgs, session: &Session, ids: &[AgentId]) -> Outcome {
    interrupt::go_on_by("run the same command again to go on watching");
    let interval = Duration::try_from(args.interval).unwrap_or(Duration::from_secs(5));
    let mut screen = Screen::of(context);
    let (mut watch, mut events) = Watch::begin(session, ids).await?;
    let mut looks = 1;
    loop {
        if !screen.show(context, &watch, &events)? || args.count.is_some_and(|count| looks >= count) {
            return Ok(ExitCode::SUCCESS);
        }
        if is_closed_within(interval).await? {
            return Ok(ExitCode::SUCCESS);
        }
        events = watch.look(session).await?;
        looks += 1;
    }
}

/// Waits; says whether standard output's reader went away meanwhile, which otherwise only the next line would show.
async fn is_closed_within(interval: Duration) -> Result<bool, Failure> {
    // A file cannot be waited for, and nobody can go away from it.
    let stdout = io::stdout().as_fd().try_clone_to_owned();
    let Ok(stdout) = stdout.and_then(|stdout| Sender::from_file_unchecked(stdout.into())) else {
        interrupt::sleep(interval).await?;
        return Ok(false);
    };
    let is_closed = tokio::select! {
        biased;
        slept = interrupt::sleep(interval) => slept.map(|()| false)?,
        failed = stdout.ready(Interest::ERROR) => failed.is_ok(),
    };
    Ok(is_closed)
}

/// How it is shown.
enum Screen {
    /// A table, so many lines of which stand on the terminal.
    Table { lines: usize },
    /// A line for each change.
    Lines,
    /// An object for each change.
    Objects,
}

impl Screen {
    fn of(context: &Context) -> Self {
        let is_plain = context.env.is_on("ACCESSIBLE") || context.env.var("TERM").is_none_or(|term| term == "dumb");
        match (context.output.json, context.env.stdout_is_terminal && !is_plain) {
            (true, _) => Self::Objects,
            (false, true) => Self::Table { lines: 0 },
            (false, false) => Self::Lines,
        }
    }

    /// Shows what is new; says whether anybody still looks.
    fn show(&mut self, context: &Context, watch: &Watch, events: &[WatchEvent]) -> Result<bool, Failure> {
        let output = &context.output;
        match self {
            Self::Table { lines } => {
                let rows = table(context, watch);
                let up = if *lines == 0 { String::new() } else { format!("\u{1b}[{lines}A\u{1b}[J") };
                *lines = rows.len();
                output.is_taken(&format!("{up}{}\n", rows.join("\n")))
            }
            Self::Lines => {
                let text: String = events.iter().map(|event| line(event) + "\n").collect();
                output.is_taken(&text)
            }
            Self::Objects => {
                let mut text = String::new();
                for event in events {
                    let data = serde_json::to_value(event)
                        .map_err(|error| OpError::new(ErrorCode::Failed, "cannot write the event").because(error))?;
                    text.push_str(&output.object(json!({ "schema": "artcafe.agent.watch/1", "data": data })));
                    text.push('\n');
                }
                output.is_taken(&text)
            }
        }
    }
}

/// The table, no wider and no longer than the terminal, so that it can be drawn over.
fn table(context: &Context, watch: &Watch) -> Vec<String> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    let (width, height) = size.map_or((80, 24), |size| (usize::from(size.ws_col), usize::from(size.ws_row)));
    let (width, height) = (if width == 0 { 80 } else { width }, if height == 0 { 24 } else { height });
    let cut = |text: String| text.chars().take(width.saturating_sub(1)).collect::<String>();
    let all: Vec<&Seen> = watch.agents().collect();
    let of_id = all.iter().map(|seen| seen.agent_id.as_str().len()).max().unwrap_or_default().max("AGENT ID".len()) + 2;
    let row = |cells: [&str; 5]| {
        let [id, status, seen, age, name] = cells;
        cut(format!("{id:<of_id$}{status:<10}{seen:<21}{age:<9}{name}"))
    };
    let mut rows = vec![row(["AGENT ID", "STATUS", "LAST SEEN", "KEY AGE", "NAME"])];
    // The heading, the last line and the cursor's have a place of their own.
    let room = height.saturating_sub(3).max(1);
    for seen in all.iter().take(room) {
        let style = if seen.status == "online" { Style::Good } else { Style::Faint };
        let cells = row([seen.agent_id.as_str(), &seen.status, &stamp(seen.last_seen), &age(seen), &seen.name]);
        rows.push(context.output.paint(style, &cells));
    }
    let now = crate::env::Env::now().strftime("%H:%M:%S UTC");
    let more = all.len().saturating_sub(room);
    let more = if more > 0 { format!("{more} more; ") } else { String::new() };
    rows.push(match watch.failure() {
        Some(code) => context.output.paint(
            Style::Bad,
            &cut(format!("{more}{now}: the server could not be asked ({}); it is asked again", code.as_str())),
        ),
        None => cut(format!("{more}{now}; Ctrl-C ends")),
    });
    rows
}

/// A change in one line.
fn line(event: &WatchEvent) -> String {
    let at = event.at.strftime("%Y-%m-%dT%H:%M:%SZ");
    let Some(seen) = &event.agent else {
        return match event.event {
            WatchEventKind::Unavailable => format!(
                "{at} the server could not be asked ({}): {}; it is asked again",
                event.failure.unwrap_or_default(),
                event.reason.as_deref().unwrap_or_default()
            ),
            _ => format!("{at} the server answers again"),
        };
    };
    let head = format!("{at} {} {}", seen.agent_id, seen.name);
    match (event.event, &event.before) {
        (WatchEventKind::Gone, _) => format!("{head} gone"),
        (WatchEventKind::Changed, Some(before)) => {
            let part = |name: &&str| {
                let value = |seen: &Seen| match *name {
                    "name" => seen.name.clone(),
                    "status" => seen.status.clone(),
                    "last_seen" => stamp(seen.last_seen),
                    "keys" => seen.keys.map_or_else(|| "unknown".to_owned(), |keys| keys.to_string()),
                    _ => age(seen),
                };
                format!("{name} {} → {}", value(before), value(seen))
            };
            format!("{head} {}", event.changed.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        (kind, _) => {
            let word = if kind == WatchEventKind::Appeared { "appeared: " } else { "" };
            format!("{head} {word}status {}, last seen {}, key age {}", seen.status, stamp(seen.last_seen), age(seen))
        }
    }
}

fn stamp(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn age(seen: &Seen) -> String {
    match (seen.key_age_days, seen.keys) {
        (Some(days), _) => format!("{days} d"),
        (None, None) => "unknown".to_owned(),
        (None, Some(_)) => "no key".to_owned(),
    }
}
