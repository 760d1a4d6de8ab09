//! `artcafe path`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::env::Env;
use crate::ops::agent_paths::{Kind, cache_key, path};
use crate::ops::{ErrorCode, OpError};

/// Print the agent's own directory in its tenant, or a key for a shared cache
///
/// BASE/TENANT/AGENT, so that neither two tenants nor two agents ever share a place. One line, for `$(…)`. The base is
/// `$ARTCAFE_HOME/storage`, `cache`, `agent-state` or `keys`. Below it a link, somebody else's directory, or one that
/// others may write to is refused, and nothing is printed.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cd \"$(artcafe path storage --create)\"\n  artcafe path state --base /var/tmp\n  artcafe path cache --key user-42"
)]
pub(crate) struct PathArgs {
    /// What the directory is for
    #[arg(value_name = "KIND", value_enum)]
    kind: KindName,
    /// The directory below which every tenant has its own
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// Make the directory, and those above it, with mode 0700
    #[arg(long)]
    create: bool,
    /// With cache: print the key under which this is cached for the tenant, in place of a directory
    #[arg(long, value_name = "ENTITY", conflicts_with_all = ["base", "create"])]
    key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindName {
    /// Files that the agent keeps
    Storage,
    /// Files that can be made again
    Cache,
    /// What the agent remembers between runs
    State,
    /// Keys of the agent's own
    Keys,
}

pub(crate) fn run(context: &Context, args: &PathArgs) -> Outcome {
    let settings = context.settings()?;
    if let Some(entity) = &args.key {
        if args.kind != KindName::Cache {
            return Err(
                OpError::new(ErrorCode::Usage, "`--key` is for a cache: `artcafe path cache --key ENTITY`").into()
            );
        }
        let report = cache_key(&settings, entity)?;
        return context.output.finish("path.cache-key", &report, |report| report.key.clone());
    }
    let kind = match args.kind {
        KindName::Storage => Kind::Storage,
        KindName::Cache => Kind::Cache,
        KindName::State => Kind::State,
        KindName::Keys => Kind::Keys,
    };
    if args.create {
        context.paths_to_change()?;
    }
    let report = path(&settings, kind, args.base.as_deref(), args.create, Env::effective_user(), Env::now())?;
    context.output.finish("path", &report, |report| report.path.display().to_string())
}
