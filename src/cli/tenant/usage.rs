//! `artcafe tenant usage`

use crate::cli::exit::ExitCode;

use clap::Args;

use super::bars::Bars;
use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::ErrorCode;
use crate::ops::tenant::usage::{Counted, Counter, UsageReport, usage};

/// Show the plan, what it allows, and how much of it is used
///
/// Whichever route of the platform answers is used, and each number says where it came from; what nobody tells is
/// unknown, and never zero. With --check the exit code is 7 where a limit is near, so that a timer or a pipeline can
/// act on it; a limit that is not known is told and is no finding.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant usage\n  artcafe tenant usage --check\n  artcafe tenant usage --check --at 95%\n  artcafe tenant usage --json | jq '.data.counters[] | select(.name == \"ssh_keys\")'"
)]
pub(crate) struct UsageArgs {
    /// End with exit code 7 if anything is used up to --at or more
    #[arg(long)]
    check: bool,
    /// How much of a limit is near it, in percent
    #[arg(long, value_name = "PERCENT", requires = "check", default_value = "80%", value_parser = percent)]
    at: f64,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// A percentage with its sign: `0.8` and `80` could each be meant as the other.
fn percent(text: &str) -> Result<f64, String> {
    let wrong = || "expected a percentage with its sign, from 1% to 100%, such as 80% or 97.5%".to_owned();
    let number = text.strip_suffix('%').ok_or_else(wrong)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(wrong());
    }
    number.parse().ok().filter(|number| (1.0..=100.0).contains(number)).ok_or_else(wrong)
}

pub(crate) fn run(context: &Context, args: &UsageArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report = context.reading(&session, |session| Ok(context.block_on(usage(session))??), |_report| None)?;
    let report = if args.check { report.checked(args.at) } else { report };
    let output = &context.output;
    let code = match &report.check {
        Some(check) if !check.exceeded.is_empty() => ErrorCode::Findings.exit_code().into(),
        _ => ExitCode::SUCCESS,
    };
    // No route of the platform counts these two: a warning at every run of a timer would tell nobody anything.
    let is_counted = |name: &&Counted| !matches!(name, Counted::Connections | Counted::ApiCallsPerMinute);
    let unknown = report.check.iter().flat_map(|check| check.unknown.iter().filter(is_counted));
    let names: Vec<&str> = unknown.map(|name| label(*name)).collect();
    if !names.is_empty() {
        let text = format!("not checked, since the server tells too little of it: {}", names.join(", "));
        output.warn("limits_unknown", &text);
    }
    let bars = Bars::on(&context.env, output);
    output.finish_with("tenant.usage", &report, code, |report| text(output, report, bars))
}

/// A counter's name for people.
pub(super) fn label(name: Counted) -> &'static str {
    match name {
        Counted::Agents => "agents",
        Counted::SshKeys => "ssh keys",
        Counted::Channels => "channels",
        Counted::MessagesThisMonth => "messages this month",
        Counted::StorageGb => "storage (GB)",
        Counted::Connections => "connections",
        Counted::ApiCallsPerMinute => "api calls a minute",
        Counted::ActiveAgents => "active agents",
        Counted::ActiveChannels => "active channels",
        Counted::Messages => "messages",
        Counted::Bytes => "bytes",
        Counted::ApiCalls => "api calls",
    }
}

fn text(output: &Output, report: &UsageReport, bars: Bars) -> String {
    let unknown = || output.paint(Style::Warning, "unknown");
    let mut lines = vec![
        format!("tenant   {} at {}", report.tenant_id, report.endpoint),
        format!("plan     {}", report.plan.clone().unwrap_or_else(unknown)),
        format!("source   {}", report.source),
    ];
    lines.extend(report.period.as_ref().map(|period| format!("period   {} to {}", period.start, period.end)));
    let is_told = |counter: &&Counter| counter.current.is_some() || counter.limit.is_some();
    for counter in report.counters.iter().filter(is_told) {
        lines.push(line(output, report, counter, bars));
    }
    if let Some(check) = &report.check {
        lines.push(match check.exceeded.as_slice() {
            [] => output.paint(Style::Good, &format!("nothing that is known is at {}% of its limit", check.at)),
            exceeded => {
                let names: Vec<&str> = exceeded.iter().map(|name| label(*name)).collect();
                output.paint(Style::Bad, &format!("at {}% of the limit or over it: {}", check.at, names.join(", ")))
            }
        });
    }
    lines.join("\n")
}

/// One counter: its numbers, and a bar where there may be one.
fn line(output: &Output, report: &UsageReport, counter: &Counter, bars: Bars) -> String {
    let number = |number: Option<f64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let at = report.check.as_ref().map_or(80.0, |check| check.at);
    let mut line = format!("{:<20} {:>12}", label(counter.name), number(counter.current));
    if counter.limit.is_some() {
        line.push_str(&format!(" of {:<12}", number(counter.limit)));
    }
    if let Some(percentage) = counter.percentage {
        let style = match percentage {
            full if full >= 100.0 => Style::Bad,
            near if near >= at => Style::Warning,
            _ => Style::Good,
        };
        line.push_str(&format!(" {:>7} ", format!("{percentage}%")));
        line.push_str(&bars.draw(output, percentage, style).unwrap_or_default());
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_its_sign() {
        assert_eq!(percent("80%"), Ok(80.0));
        assert_eq!(percent("97.5%"), Ok(97.5));
        for wrong in ["80", "0.8", "0%", "0.8%", "101%", "-5%", "1e1%", "%", "80 %", "nan%", "inf%", "8.0.0%"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }
}
