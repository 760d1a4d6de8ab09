//! `artcafe service install`

use std::path::Path;

use clap::Args;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::{Paths, Settings, duration};
use crate::env::Env;
use crate::ops::due::{Standing, assess};
use crate::ops::rotate::AGENT_RECORD_KEY;
use crate::ops::service::Unit;
use crate::ops::service::{By, Scope, Selection, ServiceOptions, ServiceReport, install, owner, render, writable};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;

use super::PlaceArgs;

/// Write the units of the timer
///
/// Writes a service that runs `artcafe key rotate --if-due` where `artcafe key needs-rotation` says so, and its
/// timer. Nothing is written when nothing changes; a unit that somebody changed stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe service install --print\n  artcafe service install --enable\n  \
artcafe --profile staging service install --on-calendar 'Mon *-*-* 04:00' --splay 2h")]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Print the units and write nothing
    #[arg(long, conflicts_with_all = ["enable", "overwrite"])]
    print: bool,
    /// When the timer looks, as a calendar expression of systemd
    #[arg(long, value_name = "EXPRESSION", default_value = "daily")]
    on_calendar: String,
    /// At most this much later, at random
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "1h")]
    splay: SignedDuration,
    /// Have systemd read the units and start the timer
    #[arg(long)]
    enable: bool,
    /// Replace units that somebody changed
    #[arg(long)]
    overwrite: bool,
    /// Have the timer rotate although the agent's own record carries the old key, which stays accepted there
    #[arg(long)]
    accept_agent_record: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// What changes what a timer does; nothing that names an identity, which is the file's, and no secret.
const KEPT: [&str; 6] = [
    "ARTCAFE_CA_CERT",
    "ARTCAFE_INSECURE_HTTP",
    "ARTCAFE_TIMEOUT",
    "ARTCAFE_RETRIES",
    "ARTCAFE_ROTATION_AFTER",
    "ARTCAFE_ROTATION_MAX_AGE",
];

pub(crate) fn run(context: &Context, args: &InstallArgs) -> Outcome {
    let settings = context.settings()?;
    let config = &settings.paths.config.value;
    if settings.file.is_none() {
        return Err(OpError::new(
            ErrorCode::NotConfigured,
            format!("there is no configuration at `{}` that a timer could use", config.display()),
        )
        .hint("make one with `artcafe setup`")
        .into());
    }
    let options = options(context, args, &settings)?;
    if !args.accept_agent_record {
        let session = context.session_quietly(settings.clone(), &PassphraseArgs::default())?;
        // What is wrong with the key shows when the timer runs; here one thing alone is told beforehand.
        if let Ok(Standing { on_agent_record: Some(true), .. }) = assess(&session) {
            context.output.warn("agent_record_key", AGENT_RECORD_KEY);
        }
    }
    if args.print {
        let data = UnitsData { units: render(&options)?.into() };
        return context.output.finish("service.units", &data, |data| {
            let text = data.units.iter().map(|unit| format!("# {}\n{}", unit.path.display(), unit.text));
            text.collect::<Vec<_>>().join("\n")
        });
    }
    let report =
        install(&settings, &options, args.overwrite, args.enable, By { user: Env::effective_user(), now: Env::now() })?;
    context.output.finish("service.install", &report, |report| text(report, args))
}

/// The units as they would be written.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnitsData {
    units: Vec<Unit>,
}

fn text(report: &ServiceReport, args: &InstallArgs) -> String {
    let mut lines: Vec<String> = report
        .paths
        .iter()
        .map(|path| {
            let word = if report.changed.contains(path) { "written  " } else { "unchanged" };
            format!("{word} {}", path.display())
        })
        .collect();
    if args.enable {
        lines.push("enabled; next: artcafe service status".to_owned());
    } else {
        lines.push("now run:".to_owned());
        lines.extend(report.commands.iter().map(|command| format!("  {command}")));
    }
    if args.place.scope() == Scope::User {
        lines.push(
            "a user's timers run while that user is logged in, or always after `loginctl enable-linger`".to_owned(),
        );
    }
    lines.join("\n")
}

fn options(context: &Context, args: &InstallArgs, settings: &Settings) -> Result<ServiceOptions, Failure> {
    let selection = Selection::of(&settings.paths);
    let scope = args.place.scope();
    let program = context
        .env
        .program()
        .map_err(|error| OpError::new(ErrorCode::Failed, "this program's own file is unknown").because(error))?;
    if !program.is_file() {
        return Err(OpError::new(ErrorCode::Failed, format!("this program is no longer at `{}`", program.display()))
            .hint("run the installed program again")
            .into());
    }
    let owner = owner(settings)?;
    Ok(ServiceOptions {
        scope,
        unit_dir: args.place.directory(context, &settings.paths)?,
        name: selection.unit_name(),
        program,
        selection,
        variables: variables(context, args, &settings.paths)?,
        // Root is whom the system's manager runs a service as anyway.
        user: (scope == Scope::System && owner != 0).then_some(owner),
        writable: writable(settings),
        on_calendar: args.on_calendar.clone(),
        splay: args.splay,
        accept_agent_record: args.accept_agent_record,
    })
}

fn variables(context: &Context, args: &InstallArgs, paths: &Paths) -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    let places = [("ARTCAFE_HOME", &paths.home), ("ARTCAFE_KEY_DIR", &paths.key_dir)];
    for (name, path) in places {
        // The system's manager knows no home directory of ours.
        if args.place.system || context.env.var(name).is_some() {
            variables.push((name.to_owned(), text_of(path)?));
        }
    }
    for name in KEPT {
        variables.extend(context.env.var(name).map(|value| (name.to_owned(), value.to_owned())));
    }
    let mut set = |name: &str, value: String| {
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value));
    };
    if context.global.insecure_http {
        set("ARTCAFE_INSECURE_HTTP", "1".to_owned());
    }
    let authority = context.global.ca_cert.clone().or_else(|| context.env.var("ARTCAFE_CA_CERT").map(Into::into));
    if let Some(file) = authority {
        set("ARTCAFE_CA_CERT", text_of(&paths.absolute(&file)?)?);
    }
    if let Some(source) = context.passphrase_source_text(&args.passphrase) {
        set("ARTCAFE_PASSPHRASE_SOURCE", lasting(&source, paths)?);
    }
    Ok(variables)
}

/// A SOURCE that is still there when a timer runs.
fn lasting(source: &str, paths: &Paths) -> Result<String, Failure> {
    match source.parse::<Source>()? {
        Source::File(path) => Ok(format!("file:{}", text_of(&paths.absolute(&path)?)?)),
        Source::Command(_) => Ok(source.to_owned()),
        _ => Err(OpError::new(ErrorCode::Usage, "a timer cannot read the passphrase from there")
            .hint("give a SOURCE that lasts: `--passphrase file:PATH` or `--passphrase cmd:COMMAND`")
            .into()),
    }
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    let refuse =
        || OpError::new(ErrorCode::Usage, format!("`{}` is no Unicode text, which a unit file needs", path.display()));
    Ok(text.ok_or_else(refuse)?)
}
