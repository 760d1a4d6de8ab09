//! `artcafe monitor`

use crate::cli::exit::ExitCode;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tokio::task::{LocalSet, spawn_local};

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::subjects::{self, Subject};
use crate::env::Env;
use crate::ops::monitor::{Observation, check_textfile, exposition, observe, write_textfile};
use crate::ops::{ErrorCode, OpError};

/// Print what a monitoring system wants to know, as Prometheus text
///
/// The key's age and the time left, the last rotation and what failed, one real proof by challenge and response, the
/// server's answer times, and the tenant's usage. With --textfile the text goes to a file that node_exporter's textfile
/// collector reads, replaced whole. Exit code 0 whenever the numbers were written, whatever they say: what is wrong is
/// a metric, and an alert's to tell.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe monitor\n  artcafe monitor --all-profiles --textfile /var/lib/prometheus/node-exporter/artcafe.prom\n  artcafe monitor --offline --json"
)]
pub(crate) struct MonitorArgs {
    /// Also every profile, each by its own file alone; no token given for this run is used
    #[arg(long, conflicts_with_all = ["config", "profile", "api_endpoint", "agent_id", "tenant_id", "token"])]
    all_profiles: bool,
    /// Ask no server
    #[arg(long)]
    offline: bool,
    /// Write to this file, whose name ends in .prom, instead of stdout
    #[arg(long, value_name = "PATH")]
    textfile: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct MonitorData {
    /// What was seen of each configuration.
    observations: Vec<Observation>,
    /// The file that was written.
    textfile: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &MonitorArgs) -> Outcome {
    if let Some(path) = &args.textfile {
        check_textfile(path)?;
    }
    let subjects = match args.all_profiles {
        true => subjects::every(context, &args.passphrase)?,
        false => vec![one(context, args)?],
    };
    let observations = context.block_on(look(subjects, args.offline))??;
    if context.global.token.is_some() {
        context.output.warn("token_unused", "`--token` is not used here: the agent proves itself with its own key");
    }
    for problem in observations.iter().filter_map(|seen| seen.failures_problem.as_ref()) {
        context.output.warn("failures_unreadable", &format!("what failed before is not known: {}", problem.message));
    }
    for problem in observations.iter().filter_map(|seen| seen.authentication.as_ref()?.memory_problem.as_ref()) {
        context.output.warn("not_counted", &format!("the refused proof is not counted: {}", problem.message));
    }
    let text = exposition(&observations, Env::now())?;
    if let Some(path) = &args.textfile {
        write_textfile(path, &text)?;
        context.output.status(&format!("written to {}", path.display()));
    }
    let data = MonitorData { observations, textfile: args.textfile.clone() };
    context.output.finish_with("monitor", &data, ExitCode::SUCCESS, |data| match data.textfile {
        Some(_) => String::new(),
        None => text.trim_end().to_owned(),
    })
}

/// The configuration in force. One that is not there is nothing to watch; one that is broken is.
fn one(context: &Context, args: &MonitorArgs) -> Result<Subject, Failure> {
    let paths = context.paths()?;
    let session = context.settings().and_then(|settings| match &settings.file {
        Some(_) => subjects::asking_nobody(context, &args.passphrase, settings),
        None => Err(missing(&settings.paths.config.value).into()),
    });
    match session {
        Err(Failure(error)) if error.code == ErrorCode::NotConfigured => Err(Failure(error)),
        session => Ok(Subject { profile: paths.profile, config: paths.config.value, session }),
    }
}

fn missing(config: &std::path::Path) -> OpError {
    OpError::new(ErrorCode::NotConfigured, format!("there is no configuration at `{}`", config.display()))
        .hint("make one with `artcafe setup`, or watch every profile with `--all-profiles`")
}

/// Looks at all of them at the same time, so that one dead endpoint costs its time only once.
async fn look(subjects: Vec<Subject>, offline: bool) -> Result<Vec<Observation>, OpError> {
    let all = async {
        let start = |subject| spawn_local(look_at(subject, offline));
        let running: Vec<_> = subjects.into_iter().map(start).collect();
        let mut seen = Vec::new();
        for task in running {
            let cut_off =
                |error| OpError::new(ErrorCode::Failed, "the look at a configuration was cut off").because(error);
            seen.push(task.await.map_err(cut_off)?);
        }
        Ok(seen)
    };
    LocalSet::new().run_until(all).await
}

async fn look_at(subject: Subject, offline: bool) -> Observation {
    let Subject { profile, config, session } = subject;
    match session {
        Ok(session) => Observation { profile, config_path: config, ..observe(&session, offline).await },
        Err(Failure(error)) => Observation::unreadable(profile, config, &error),
    }
}
