//! `artcafe tenant register`

use crate::cli::exit::ExitCode;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::ErrorCode;
use crate::ops::tenant::register::{RegisterTenantOptions, RegisterTenantReport, register};

/// Register a new organization, or say how it is done in the portal
///
/// The server is asked to. The public server fails at it always, and without a person's token it is not asked: then the
/// portal's steps are printed, and the exit code is 6, since nothing is registered until a person has gone on. The
/// answer's two secrets are never shown, and stored only where that is asked for.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant register --name 'Example Ltd' --admin-email admin@example.com\n  artcafe tenant register --name 'Example Ltd' --admin-email admin@example.com --plan pro --save-token --save-api-key ~/example.api-key"
)]
pub(crate) struct RegisterArgs {
    /// The organization's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The administrator's mail address, which the platform verifies
    #[arg(long, value_name = "EMAIL")]
    admin_email: String,
    /// The subscription plan
    #[arg(long, value_name = "PLAN", default_value = "basic", value_parser = ["free", "basic", "pro", "enterprise"])]
    plan: String,
    /// What the organization is
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The organization's page
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// Store the administrator's token of the answer as a login for the new tenant
    #[arg(long)]
    save_token: bool,
    /// Store the API key of the answer in this new file, mode 0600
    #[arg(long, value_name = "PATH")]
    save_api_key: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &RegisterArgs) -> Outcome {
    let paths = context.paths_to_change()?;
    let options = RegisterTenantOptions {
        name: args.name.clone(),
        admin_email: args.admin_email.clone(),
        plan: args.plan.clone(),
        description: args.description.clone(),
        website: args.website.clone(),
        save_token: args.save_token,
        save_api_key: args.save_api_key.as_ref().map(|path| paths.expand(&path.to_string_lossy())),
    };
    let session = context.session()?;
    let report = context.block_on(register(&session, &options))??;
    warn(context, args, &report);
    let code = if report.registered { ExitCode::SUCCESS } else { ErrorCode::PartlyDone.exit_code().into() };
    context.output.finish_with("tenant.register", &report, code, |report| text(&context.output, report))
}

fn warn(context: &Context, args: &RegisterArgs, report: &RegisterTenantReport) {
    if !report.registered {
        return;
    }
    let missing = |wanted: bool, stored: bool| wanted && !stored;
    if missing(args.save_token, report.login.is_some())
        || missing(args.save_api_key.is_some(), report.api_key_path.is_some())
    {
        context.output.warn("secret_absent", "the server's answer did not hold all that was to be stored");
    }
}

fn text(output: &Output, report: &RegisterTenantReport) -> String {
    let mut lines = Vec::new();
    match &report.tenant_id {
        Some(id) => {
            lines.push(format!("{} tenant {id}, `{}`", output.paint(Style::Good, "registered:"), report.name));
            lines.extend(report.login.iter().map(|login| format!("login    stored in {}", login.path.display())));
            lines.extend(report.api_key_path.iter().map(|path| format!("api key  stored in {}", path.display())));
            lines.push(format!("next: artcafe setup --tenant-id {id}, or artcafe tenant use {id}"));
        }
        None => {
            let reason = report.reason.as_deref().unwrap_or_default();
            lines.push(format!("{} {reason}; in the portal:", output.paint(Style::Warning, "not registered:")));
            lines.extend(report.portal_steps.iter().enumerate().map(|(at, step)| format!("  {}. {step}", at + 1)));
        }
    }
    lines.join("\n")
}
