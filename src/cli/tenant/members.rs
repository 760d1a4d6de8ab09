//! `artcafe tenant members`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::ops::tenant::members::{MembersReport, members};

/// List the people of the tenant, with their roles
///
/// Needs a person's token. The public server shows the members to nobody (exit code 4); the portal does.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant members\n  artcafe tenant members --json | jq -r '.data.members[] | select(.role == \"owner\") | .email'"
)]
pub(crate) struct MembersArgs {
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &MembersArgs) -> Outcome {
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report = context.reading(&session, |session| Ok(context.block_on(members(session))??), |_report| None)?;
    context.output.finish("tenant.members", &report, text)
}

fn text(report: &MembersReport) -> String {
    if report.members.is_empty() {
        return "no members are listed".to_owned();
    }
    let mut lines = vec![format!("{:<8} {:<10} {:<12} {}", "ROLE", "STATUS", "SINCE", "ADDRESS, USER ID")];
    for member in &report.members {
        let status = match member.active {
            Some(true) => "active",
            Some(false) => "inactive",
            None => "unknown",
        };
        let since = member.joined_at.map_or_else(String::new, |at| at.strftime("%Y-%m-%d").to_string());
        let (role, email) = (member.role.as_deref().unwrap_or("?"), member.email.as_deref().unwrap_or("?"));
        lines.push(format!("{role:<8} {status:<10} {since:<12} {email} ({})", member.user_id));
    }
    lines.join("\n")
}
