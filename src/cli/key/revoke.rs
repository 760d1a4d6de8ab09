//! `artcafe key revoke`

use crate::cli::exit::ExitCode;
use std::time::Duration;

use clap::Args;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::key::rotate;
use crate::cli::output::{Output, Style};
use crate::config::duration;
use crate::ops::revoke::{
    Answer, CompromiseOptions, CompromiseReport, Earlier, Method, Plan, Purpose, RevokeOptions, RevokeReport, Target,
    plan, revoke, revoke_compromised, unsettled,
};
use crate::ops::rotate::RotateOptions;
use crate::ops::{ErrorCode, OpError, Session};

/// Revoke a key: it never works again
///
/// Says what will stop working, asks, revokes every record of the key at its agent, and shows by a
/// challenge that the server refuses it. Where the platform cannot revoke, the record is deleted.
/// Revoking twice is no error.
#[derive(Debug, Args)]
#[command(
    group(clap::ArgGroup::new("which").required(true).args(["key", "current"])),
    after_help = "Examples:\n  artcafe key revoke KEY_ID --reason superseded\n  \
artcafe key revoke --current --allow-last --reason \"host retired\"\n  \
artcafe key revoke KEY_ID --reason affiliation-changed --wait\n  \
artcafe key revoke KEY_ID --compromised --since 2026-11-01"
)]
pub(crate) struct RevokeArgs {
    /// The record's id, or the key's fingerprint: OpenSSH's or the platform's
    #[arg(value_name = "ID|FINGERPRINT", add = candidates::keys())]
    key: Option<String>,
    /// The key that the configuration names now
    #[arg(long)]
    current: bool,
    /// Why, for the platform's record: superseded, compromised, affiliation-changed,
    /// cessation-of-operation, or words of your own [default: unspecified, or compromised with
    /// --compromised]
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// The key is in other hands: put a new one in its place first, and list what it may have added
    #[arg(long)]
    compromised: bool,
    /// With --compromised: list the keys that appeared since then [default: the key's registration]
    #[arg(long, value_name = "TIME", requires = "compromised", value_parser = time)]
    since: Option<Timestamp>,
    /// Revoke it also if it is the last key of its agent that works
    #[arg(long)]
    allow_last: bool,
    /// Do not delete the record where the platform has no way to revoke it
    #[arg(long)]
    no_delete: bool,
    /// Wait until the server really refuses the key
    #[arg(long)]
    wait: bool,
    /// Wait no longer than this, such as 30s or 5m
    #[arg(long, value_name = "DURATION", requires = "wait", default_value = "5m", value_parser = duration::parse)]
    wait_timeout: SignedDuration,
    /// Sign the challenges through the ssh-agent of SSH_AUTH_SOCK [env: ARTCAFE_SSH_AGENT]
    #[arg(long)]
    ssh_agent: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// A time, or a day, which begins in UTC.
fn time(text: &str) -> Result<Timestamp, String> {
    let naive = || {
        let time = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from)).ok()?;
        TimeZone::UTC.to_timestamp(time).ok()
    };
    text.parse::<Timestamp>()
        .ok()
        .or_else(naive)
        .ok_or_else(|| "expected a time such as 2026-11-24 or 2026-11-24T09:30:00Z".to_owned())
}

pub(crate) fn run(context: &Context, args: &RevokeArgs) -> Outcome {
    let target = match &args.key {
        Some(text) => text.parse()?,
        None => Target::Current,
    };
    let purpose = if args.compromised { Purpose::Compromised } else { Purpose::Revoke };
    let mut session = context.session_of(context.settings()?, &args.passphrase)?;
    let mut earlier = Vec::new();
    if args.compromised && target == Target::Current {
        // A rotation away from an earlier one may be open: it goes first.
        earlier = finish_earlier(context, args, &session)?;
        if !earlier.is_empty() {
            session = context.session_quietly(context.settings()?, &args.passphrase)?;
        }
    }
    session.ssh_agent.is_wanted |= args.ssh_agent;
    session.progress = match args.compromised {
        true => context.output.progress("key.revoke"),
        false => context.output.progress_before_report("key.revoke"),
    };
    let plan = context.block_on(plan(&session, &target, purpose))??;
    plan.check(args.allow_last, purpose)?;
    if !plan.is_over() {
        show(context, &plan, purpose);
        if !context.confirm("Revoke this key? It never works again")? {
            return Err(OpError::new(ErrorCode::Differs, "nothing was done").hint("agree with `--yes`").into());
        }
    }
    let options = options(args);
    let outcome = if args.compromised {
        let how = CompromiseOptions { since: args.since, rotate: rotation(context, args)? };
        context.block_on(revoke_compromised(&session, &plan, &options, &how))?
    } else {
        context.block_on(revoke(&session, &plan, &options))?
    };
    let report = RevokeReport { earlier, ..outcome? };
    if report.outcome == "deleted" {
        context.output.warn(
            "deleted_not_revoked",
            "the platform has no way to revoke a key, so its record was deleted; the reason is lost there",
        );
    }
    warn(context, &report);
    let code = if report.is_settled() { ExitCode::SUCCESS } else { ErrorCode::PartlyDone.exit_code().into() };
    context.output.finish_with("key.revoke", &report, code, |report| text(&context.output, report))
}

fn reason(args: &RevokeArgs) -> String {
    let default = if args.compromised { "compromised" } else { "unspecified" };
    args.reason.clone().unwrap_or_else(|| default.to_owned())
}

fn options(args: &RevokeArgs) -> RevokeOptions {
    RevokeOptions {
        method: Method::Revoke { reason: reason(args), may_delete: !args.no_delete },
        allow_last: args.allow_last,
        wait: args.wait.then(|| Duration::try_from(args.wait_timeout).unwrap_or_default()),
    }
}

/// How a new key takes the place of a stolen one.
fn rotation(context: &Context, args: &RevokeArgs) -> Result<RotateOptions, Failure> {
    // Whoever else uses the key must lose it, so nothing of that kind may stop the rotation.
    Ok(RotateOptions {
        reason: Some(reason(args)),
        also: true,
        accept_agent_record: true,
        ..rotate::plain(context, &args.passphrase)?
    })
}

/// Goes on with what was begun for other keys of the agent. What fails is told, and stops nothing, since the key that
/// is named now matters more.
fn finish_earlier(context: &Context, args: &RevokeArgs, session: &Session) -> Result<Vec<Earlier>, Failure> {
    let mut earlier = Vec::new();
    for id in unsettled(session)? {
        context.output.status(&format!("going on with key {id}, which was said to be in other hands before"));
        let how = CompromiseOptions { since: None, rotate: rotation(context, args)? };
        let target = Target::Id(id.clone());
        let begun = context
            .block_on(plan(session, &target, Purpose::Compromised))?
            .and_then(|plan| plan.check(args.allow_last, Purpose::Compromised).map(|()| plan));
        let outcome = match begun {
            Ok(plan) => {
                if !plan.is_over() {
                    show(context, &plan, Purpose::Compromised);
                    if !context.confirm("Go on with it? It never works again")? {
                        continue;
                    }
                }
                context.block_on(revoke_compromised(session, &plan, &options(args), &how))?
            }
            Err(error) => Err(error),
        };
        let done = Earlier::of(&id, outcome);
        if let Some(problem) = &done.problem {
            let text = format!("key {id}, which was said to be in other hands before, is not finished: {problem}");
            context.output.warn("earlier_unfinished", &text);
        }
        earlier.push(done);
    }
    Ok(earlier)
}

/// What will stop working, for the one who is asked.
pub(super) fn show(context: &Context, plan: &Plan, purpose: Purpose) {
    let verb = if purpose == Purpose::Delete { "deletes" } else { "revokes" };
    let output = &context.output;
    let agent = plan.agent_id.as_ref().map_or("(none)", |agent| agent.as_str());
    output.status(&format!(
        "{verb} the key of agent `{agent}`, {}",
        plan.fingerprint.as_deref().unwrap_or("(unreadable)")
    ));
    for record in &plan.records {
        let state = if record.is_usable() { "works" } else { "works no more" };
        let used = match record.last_used {
            Some(_) if plan.has_own_token && plan.is_current => "last used just now, by this command".to_owned(),
            Some(time) => format!("last used {}", time.strftime("%Y-%m-%d %H:%M UTC")),
            None => "never used".to_owned(),
        };
        output.status(&format!("  record         {} `{}`, {state}, {used}", record.key_id, record.name));
    }
    for record in plan.elsewhere.iter().filter(|record| record.is_usable()) {
        let agent = record.agent_id.as_deref().unwrap_or("(none)");
        output.status(&format!("  stays          {} of agent `{agent}`, which holds the same key", record.key_id));
    }
    let works = plan.records.iter().any(|record| record.is_usable());
    for path in &plan.configurations {
        let is_replaced =
            purpose == Purpose::Compromised && plan.is_current && plan.configurations.first() == Some(path);
        let what = match (works, is_replaced) {
            (false, _) => "is named by   ",
            (true, true) => "gets a new key",
            (true, false) => "stops working ",
        };
        output.status(&format!("  {what} {}", path.display()));
    }
    if plan.configurations.is_empty() {
        output.status("  no configuration of this machine names it; others are not known here");
    }
    if plan.is_last {
        output.status("  it is the only working key of its agent");
    }
}

/// What has to be known of the outcome.
pub(super) fn warn(context: &Context, report: &RevokeReport) {
    let (output, refusal) = (&context.output, &report.refusal);
    let ids = |ids: &[crate::id::KeyId]| ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(end) = report.tokens_end {
        output.warn(
            "token_stays_valid",
            &format!(
                "tokens already issued for the key stay valid until they expire, {} at the latest",
                end.strftime("%Y-%m-%d %H:%M UTC")
            ),
        );
    }
    if !report.same_key_elsewhere.is_empty() {
        output.warn(
            "same_key_elsewhere",
            &format!("the same key stays registered and works there: {}", ids(&report.same_key_elsewhere)),
        );
    }
    match refusal.key_store {
        Answer::Accepted => output.warn("still_accepted", "the server still accepts the key: look again with `--wait`"),
        Answer::Unknown => output.warn("refusal_unknown", "the server did not show whether it refuses the key now"),
        Answer::Refused => {}
    }
    if refusal.is_on_agent_record {
        output.warn(
            "agent_record_key",
            "the agent's own record carries the key, which no API can change: it stays accepted at /auth/agent/verify and the WebSocket until the agent is deleted",
        );
    } else if refusal.agent_record != Answer::Refused && report.has_waited {
        output.warn("refusal_unknown", "the server did not show that it refuses the key at /auth/agent/verify");
    }
    if let Some(why) = &refusal.no_challenge {
        output.warn("no_challenge", &format!("{why}, so the records alone were looked at"));
    }
    if let Some(why) = &report.not_replaced {
        output.warn("not_replaced", &format!("no new key took its place: {why}"));
    }
    if let Some(why) = &report.rotation_left_open {
        output.warn("rotation_open", &format!("the rotation stays open, since {why}"));
    }
    if let Some(compromised) = &report.compromised {
        warn_compromised(output, compromised, report);
    }
}

fn warn_compromised(output: &Output, compromised: &CompromiseReport, report: &RevokeReport) {
    if compromised.view == "agent" {
        output.warn(
            "limited_view",
            "listed with the agent's own token, which may not show the keys of other agents: an administrator's shows all",
        );
    }
    if compromised.settled {
        return;
    }
    let id = report.key_ids.first().map_or("", |id| id.as_str());
    let when = match compromised.look_again_at {
        Some(_) if report.refusal.is_on_agent_record => "once its agent is deleted".to_owned(),
        Some(time) => format!("after {}", time.strftime("%Y-%m-%d %H:%M:%S UTC")),
        None => "in an hour".to_owned(),
    };
    output.warn(
        "look_again",
        &format!(
            "a token of the stolen key can still add keys: run `artcafe key revoke --compromised {id}` again {when}"
        ),
    );
}

pub(super) fn text(output: &Output, report: &RevokeReport) -> String {
    let ids: Vec<&str> = report.key_ids.iter().map(|id| id.as_str()).collect();
    let mut lines = Vec::new();
    if let Some(new) = &report.new_key {
        let id = new.new_key_id.as_deref().unwrap_or("(unknown)");
        lines.push(format!("new key  {id} {}", new.new_fingerprint.as_deref().unwrap_or_default()));
        lines.push(format!("file     {}", new.new_private_key_path.display()));
    }
    let word = said(report.outcome);
    lines.push(format!("{} key {}", output.paint(Style::Good, &format!("{word}:")), ids.join(", ")));
    lines.extend(report.earlier.iter().filter(|key| key.problem.is_none()).map(|key| {
        let ids: Vec<&str> = key.key_ids.iter().map(|id| id.as_str()).collect();
        let rest = match (key.settled, key.look_again_at) {
            (true, _) => "and settled now".to_owned(),
            (false, Some(time)) => format!(
                "to be looked at again after {} (`artcafe key revoke --compromised {}`)",
                time.strftime("%Y-%m-%d %H:%M:%S UTC"),
                ids.first().unwrap_or(&"ID")
            ),
            (false, None) => "to be looked at again in an hour".to_owned(),
        };
        format!("earlier: key {}, {}, {rest}", ids.join(", "), said(key.outcome.unwrap_or_default()))
    }));
    let refusal = &report.refusal;
    let how = if refusal.evidence == "challenge" { "by challenge" } else { "by its record" };
    let place = |answer, name: &str| match answer {
        Answer::Refused => format!("{} at {name} ({how})", output.paint(Style::Good, "refused")),
        Answer::Accepted => format!("{} at {name} ({how})", output.paint(Style::Bad, "accepted")),
        Answer::Unknown => format!("not known at {name}"),
    };
    lines.push(place(refusal.key_store, "/auth/verify"));
    lines.push(place(refusal.agent_record, "/auth/agent/verify"));
    if let Some(milliseconds) = refusal.waited_ms {
        lines.push(format!("refused {}.{:03} s after the request", milliseconds / 1000, milliseconds % 1000));
    }
    if report.new_key.is_none() {
        lines.extend(report.configurations.iter().map(|path| format!("works no more: {}", path.display())));
    }
    if let Some(compromised) = &report.compromised {
        lines.extend(listed(output, compromised));
    }
    lines.join("\n")
}

/// An outcome, for people.
fn said(outcome: &'static str) -> &'static str {
    match outcome {
        "already_revoked" => "revoked already",
        "already_deleted" => "deleted already",
        word => word,
    }
}

/// The keys that appeared.
fn listed(output: &Output, report: &CompromiseReport) -> Vec<String> {
    let since = report.since.map_or("ever".to_owned(), |time| format!("since {}", time.strftime("%Y-%m-%d %H:%M UTC")));
    if report.appeared.is_empty() {
        return vec![format!("no other key appeared {since}")];
    }
    let mut lines = vec![format!("keys that appeared {since}:")];
    for key in &report.appeared {
        let record = &key.record;
        let mark = if key.is_known_here { " ".to_owned() } else { output.paint(Style::Bad, "?") };
        let created =
            record.created_at.map_or("(unknown)".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M").to_string());
        let state = if record.is_usable() { "works" } else { "works no more" };
        let fingerprint = key.openssh_fingerprint.as_deref().unwrap_or("(unreadable)");
        let agent = record.agent_id.as_deref().unwrap_or("(none)");
        lines
            .push(format!("{mark} {:<28}{created:<18}{state:<15}{agent} {fingerprint} {}", record.key_id, record.name));
    }
    if report.appeared.iter().any(|key| !key.is_known_here) {
        lines.push("? not registered from this machine: revoke it if nobody knows it".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        for text in ["2026-11-24", "2026-11-24T00:00:00", "2026-11-24T00:00:00Z", "2026-11-24T01:00:00+01:00"] {
            assert_eq!(time(text).unwrap().to_string(), "2026-11-24T00:00:00Z", "{text}");
        }
        for wrong in ["", "yesterday", "24h", "2026-13-01"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
