//! `artcafe key status`

use crate::cli::exit::ExitCode;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tokio::task::{LocalSet, spawn_local};

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::cli::subjects::{self, Subject};
use crate::id::{AgentId, ProfileName};
use crate::ops::due::{Registration, Standing, Verdict, ask, assess};
use crate::ops::rotate::{AGENT_RECORD_KEY, Direction};
use crate::ops::{ErrorCode, OpError, Session};

use super::needs_rotation::why;

/// Show the age of the key, its registration, and when it is due
///
/// Asks the server, and goes by what is known here where that gives no answer. Timers replace the key from
/// `rotation.after` on (30 days); from `rotation.max_age` on (90 days) it is due.
///
/// Exit code 7 with --check if a key is due or cannot authenticate, if a rotation can go on, if an age cannot be
/// right, or if the configuration is one from the past; with --all-profiles also if a profile is broken.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key status\n  artcafe key status --offline\n  artcafe key status --all-profiles --check"
)]
pub(crate) struct KeyStatusArgs {
    /// Also the key of every profile, each by its own file alone; no token given for this run is used
    #[arg(long, conflicts_with_all = ["config", "profile", "api_endpoint", "agent_id", "tenant_id", "token"])]
    all_profiles: bool,
    /// End with exit code 7 if something needs attention
    #[arg(long)]
    check: bool,
    /// Ask no server
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct StatusData {
    keys: Vec<Entry>,
    needs_attention: bool,
}

/// One configuration: its standing, or why there is none.
#[derive(Serialize, schemars::JsonSchema)]
struct Entry {
    profile: Option<ProfileName>,
    config_path: PathBuf,
    needs_attention: bool,
    standing: Option<Standing>,
    problem: Option<Problem>,
}

#[derive(Serialize, schemars::JsonSchema)]
struct Problem {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

pub(crate) fn run(context: &Context, args: &KeyStatusArgs) -> Outcome {
    let found = match args.all_profiles {
        true => context.block_on(look(subjects::every(context, &args.passphrase)?, args.offline))?,
        false => vec![one(context, args)?],
    };
    let mut keys = Vec::new();
    for (profile, config_path, standing) in found {
        if let Ok(Standing { on_agent_record: Some(true), agent_id, .. }) = &standing {
            let agent = agent_id.as_ref().map_or("(none)", AgentId::as_str);
            context.output.warn("agent_record_key", &format!("agent `{agent}`: {AGENT_RECORD_KEY}"));
        }
        let (standing, problem) = match standing {
            Ok(standing) => (Some(standing), None),
            Err(failure) if !args.all_profiles => return Err(failure),
            Err(Failure(error)) => {
                let problem = Problem { code: error.code.as_str(), message: error.message, hint: error.hint };
                (None, Some(problem))
            }
        };
        let needs_attention = standing.as_ref().is_none_or(Standing::needs_attention);
        keys.push(Entry { profile, config_path, needs_attention, standing, problem });
    }
    let data = StatusData { needs_attention: keys.iter().any(|key| key.needs_attention), keys };
    // A broken profile is a failure, which must not end like a success.
    let is_broken = data.keys.iter().any(|key| key.problem.is_some());
    let code = if is_broken || args.check && data.needs_attention { ErrorCode::Findings.exit_code() } else { 0 };
    context.output.finish_with("key.status", &data, ExitCode::from(code), |data| {
        let blocks: Vec<String> = data.keys.iter().map(|key| text(&context.output, key, args.all_profiles)).collect();
        blocks.join("\n\n")
    })
}

/// The configuration in force.
fn one(context: &Context, args: &KeyStatusArgs) -> Result<Found, Failure> {
    let settings = context.settings()?;
    let (profile, config) = (settings.paths.profile.clone(), settings.paths.config.value.clone());
    subjects::warn_of_journal(context, &settings.paths);
    let session = subjects::asking_nobody(context, &args.passphrase, settings)?;
    let standing = context.reading(
        &session,
        |session| context.block_on(look_at(Ok(session.clone()), args.offline))?,
        |standing| standing.registration.is_bad().then_some(ErrorCode::KeyRevoked),
    );
    Ok((profile, config, standing))
}

type Found = (Option<ProfileName>, PathBuf, Result<Standing, Failure>);

/// Looks at all of them at the same time, so that one dead endpoint costs its time only once.
async fn look(subjects: Vec<Subject>, offline: bool) -> Vec<Found> {
    let all = async {
        let start = |Subject { profile, config, session }| (profile, config, spawn_local(look_at(session, offline)));
        let running: Vec<_> = subjects.into_iter().map(start).collect();
        let mut found = Vec::new();
        for (profile, config, task) in running {
            let cut_off = |error| OpError::new(ErrorCode::Failed, "the look at this key was cut off").because(error);
            found.push((profile, config, task.await.unwrap_or_else(|error| Err(cut_off(error).into()))));
        }
        found
    };
    LocalSet::new().run_until(all).await
}

async fn look_at(session: Result<Session, Failure>, offline: bool) -> Result<Standing, Failure> {
    let session = session?;
    Ok(if offline { assess(&session)? } else { ask(&session).await? })
}

fn text(output: &Output, entry: &Entry, many: bool) -> String {
    let mut lines = Vec::new();
    if many {
        let name = entry.profile.as_ref().map_or("(no profile)", ProfileName::as_str);
        lines.push(format!("profile       {}", output.paint(Style::Strong, name)));
    }
    lines.push(format!("configuration {}", entry.config_path.display()));
    match (&entry.standing, &entry.problem) {
        (Some(standing), _) => lines.extend(standing_lines(output, standing)),
        (None, Some(problem)) => {
            lines.push(format!("problem       {}", output.paint(Style::Bad, &problem.message)));
            lines.extend(problem.hint.iter().map(|hint| format!("next          {hint}")));
        }
        (None, None) => {}
    }
    lines.join("\n")
}

fn standing_lines(output: &Output, standing: &Standing) -> Vec<String> {
    let time = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let kind = match (&standing.algorithm, standing.bits) {
        (Some(algorithm), Some(bits)) => format!("{algorithm} {bits}"),
        _ => "algorithm hidden".to_owned(),
    };
    let place = standing.key_format.map_or_else(|| "held by an ssh-agent".to_owned(), |format| format.to_string());
    let protection = if standing.encrypted { ", protected by a passphrase" } else { "" };
    let mut lines = vec![
        format!("agent         {}", standing.agent_id.as_ref().map_or("(none)", AgentId::as_str)),
        format!("key           {} ({kind}, {place}{protection})", standing.private_key_path.display()),
        format!(
            "age           {} days, from {} ({})",
            standing.age_days,
            time(standing.made_at),
            standing.made_by.words()
        ),
    ];
    let mut registration = match standing.registration {
        Registration::Active => "active".to_owned(),
        Registration::Unknown => "unknown".to_owned(),
        other => output.paint(Style::Bad, other.name()),
    };
    registration.extend(standing.key_id.iter().map(|id| format!(", key id {id}")));
    lines.push(format!("registration  {registration}"));
    lines.extend(
        standing
            .server_problem
            .iter()
            .map(|problem| format!("              {}", output.paint(Style::Warning, problem))),
    );
    let own = if standing.last_used_is_own { " (by this question)" } else { "" };
    lines.extend(standing.last_used.map(|used| format!("last used     {}{own}", time(used))));
    lines.extend(standing.token_life_seconds.map(|life| format!("token life    {} min", life / 60)));
    lines.extend(standing.superseded_by.iter().map(|current| {
        let id = current.key_id.as_ref().map_or_else(String::new, |id| format!(", key id {id}"));
        let path = current.private_key_path.display();
        let text = format!("an older configuration: the key was replaced on {}, by {path}{id}", current.replaced_at);
        format!("superseded    {}", output.paint(Style::Bad, &text))
    }));
    lines.push(format!("window opens  {}", time(standing.window_opens_at)));
    lines.push(format!("due           {}", time(standing.due_at)));
    let verdict = match standing.verdict {
        Verdict::Fresh if standing.registration.is_bad() => {
            output.paint(Style::Bad, "fresh by its age, but it cannot authenticate")
        }
        Verdict::Fresh => output.paint(Style::Good, "fresh"),
        Verdict::Unknown => output.paint(Style::Bad, "unknown: the key was made in the future, so a clock is wrong"),
        Verdict::Window => why(standing),
        Verdict::Due | Verdict::RotationOpen => output.paint(Style::Warning, &why(standing)),
    };
    lines.push(format!("verdict       {verdict}"));
    let next = match (&standing.rotation, standing.registration) {
        (Some(rotation), _) if rotation.direction == Direction::Back => Some("artcafe key rotate --abort"),
        (Some(rotation), _) if rotation.can_go_on => Some("artcafe key rotate --resume"),
        (Some(_), _) => None,
        (None, _) if standing.superseded_by.is_some() => Some("artcafe config relink"),
        (None, registration) if registration.is_bad() => Some("artcafe auth test"),
        (None, _) if standing.needs_rotation() => Some("artcafe key rotate"),
        (None, _) => None,
    };
    lines.extend(next.map(|next| format!("next          {next}")));
    lines
}
