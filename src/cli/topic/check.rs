//! `artcafe topic check`

use crate::cli::exit::ExitCode;
use std::io::{self, Read as _};

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::config::{Key, Origin, Settings};
use crate::id::{AgentId, TenantId};
use crate::interrupt;
use crate::ops::identity_ids::tenant_in;
use crate::ops::topic::{CheckReport, CheckedTopic, check};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;

/// More is no list of topics.
const LARGEST: u64 = 1024 * 1024;

/// See whether topics stay inside the tenant, and are no wider than needed
///
/// Slash topics and NATS subjects alike. The tenant's id has to be whole and at its place: `tenant.abcd` is not inside
/// tenant `abc`. Each finding names its rule, which `artcafe help RULE` explains. The exit code is 7 where anything was
/// found. Asks no server, and needs no configuration where --tenant-id is given.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe topic check --tenant-id acme tenants/acme/results\n  artcafe topic check --tenant-id acme 'tenants/acme/#' 'tenant.acme.agent.>'\n  artcafe topic list --json | jq -r '.data.topics[] | select(.in_tenant) | .topic' | grep -v '{' | artcafe topic check -"
)]
pub(crate) struct CheckArgs {
    /// The topics; - reads them from standard input, one a line
    #[arg(value_name = "TOPIC", required = true)]
    topics: Vec<String>,
}

pub(crate) fn run(context: &Context, args: &CheckArgs) -> Outcome {
    let settings = context.settings()?;
    let tenant = tenant_in(&settings)?;
    let topics = collected(context, &args.topics)?;
    let agent = agent_of(context, &settings, tenant);
    let report = check(tenant, agent, &topics);
    let code = if report.ok { ExitCode::SUCCESS } else { ErrorCode::Findings.exit_code().into() };
    context.output.finish_with("topic.check", &report, code, |report| text(&context.output, report))
}

/// The agent whose topics are its own: the one that a flag or a variable names, or the configuration's, which is of the
/// configuration's tenant and of no other.
fn agent_of<'a>(context: &Context, settings: &'a Settings, tenant: &TenantId) -> Option<&'a AgentId> {
    let agent = settings.agent_id.as_ref()?;
    let configured = settings.file.as_ref().and_then(|file| file.text_of(Key::TenantId)).map(|found| found.value);
    match (&agent.origin, configured) {
        (Origin::File { .. }, Some(configured)) if configured != tenant.as_str() => {
            let text = format!(
                "the configured agent `{}` is of another tenant, so no topic counts as its own: name an agent of `{tenant}` with `--agent-id`",
                agent.value
            );
            context.output.warn("agent_of_other_tenant", &text);
            None
        }
        _ => Some(&agent.value),
    }
}

/// The topics that were given, with standard input's in the place of `-`.
fn collected(context: &Context, given: &[String]) -> Result<Vec<String>, Failure> {
    let mut topics = Vec::new();
    let mut is_read = false;
    for topic in given {
        if topic != "-" {
            topics.push(topic.clone());
        } else if !is_read {
            is_read = true;
            context.stdin.claim(&Source::Stdin, "TOPIC")?;
            // Whoever waits for somebody to type ends at once.
            let _pause = interrupt::pause()?;
            let mut bytes = Vec::new();
            io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| {
                OpError::new(ErrorCode::Failed, "cannot read topics from standard input").because(error)
            })?;
            if bytes.len() as u64 > LARGEST {
                return Err(OpError::new(ErrorCode::Usage, "standard input holds more than 1 MiB of topics").into());
            }
            // One line that is no text hides the verdict on no other: it is a finding.
            let text = String::from_utf8_lossy(&bytes);
            topics.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        }
    }
    if topics.is_empty() {
        return Err(OpError::new(ErrorCode::Usage, "standard input holds no topic").hint("give one a line").into());
    }
    Ok(topics)
}

fn text(output: &Output, report: &CheckReport) -> String {
    report.topics.iter().map(|topic| lines(output, topic).join("\n")).collect::<Vec<_>>().join("\n")
}

fn lines(output: &Output, topic: &CheckedTopic) -> Vec<String> {
    if topic.findings.is_empty() {
        let what = topic.standard.map_or("inside the tenant".to_owned(), |direction| {
            format!("inside the tenant, a standard topic ({})", direction.word())
        });
        return vec![format!("{} {}: {what}", output.paint(Style::Good, "ok "), topic.topic)];
    }
    let mut lines = vec![format!("{} {}", output.paint(Style::Bad, "bad"), topic.topic)];
    for finding in &topic.findings {
        lines.push(format!("    {}: {}", output.paint(Style::Strong, finding.rule.name()), finding.message));
        if !finding.instead.is_empty() {
            lines.push(format!("    {} {}", output.paint(Style::Good, "instead:"), finding.instead.join("  ")));
        }
    }
    lines
}
