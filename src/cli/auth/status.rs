//! `artcafe auth status`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::ops::login::status;

/// Show the stored administrators' logins
///
/// Asks no server.
#[derive(Debug, Args)]
pub(crate) struct AuthStatusArgs {}

pub(crate) fn run(context: &Context, _args: &AuthStatusArgs) -> Outcome {
    let session = context.session()?;
    let report = status(&session)?;
    context.tell_hidden_login(&session);
    context.output.finish("auth.status", &report, |report| {
        let mut lines: Vec<String> = report
            .logins
            .iter()
            .map(|login| {
                let end = match login.expires_at {
                    Some(end) if login.expired => format!("expired {}", end.strftime("%Y-%m-%d %H:%M UTC")),
                    Some(end) => format!("until {}", end.strftime("%Y-%m-%d %H:%M UTC")),
                    None => "no end known".to_owned(),
                };
                format!("tenant `{}` at {}: {end}", login.tenant_id, login.endpoint)
            })
            .collect();
        if lines.is_empty() {
            lines.push("no stored login".to_owned());
        }
        lines
            .extend(report.overridden_by.iter().map(|from| format!("in this run the token of {from} is used instead")));
        lines.join("\n")
    })
}
