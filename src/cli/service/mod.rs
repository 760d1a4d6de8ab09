//! `artcafe service`: the timer that replaces the key in time.

mod install;
mod status;
mod uninstall;

use std::path::PathBuf;

pub(crate) use install::UnitsData;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::Paths;
use crate::ops::service::Scope;
use crate::ops::{ErrorCode, OpError};

/// Install a systemd timer that replaces the key in time
///
/// One timer for each configuration: with `--profile NAME` the units are called `artcafe-rotate-NAME`.
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum ServiceCommand {
    Install(Box<install::InstallArgs>),
    Uninstall(uninstall::UninstallArgs),
    Status(status::ServiceStatusArgs),
}

pub(crate) fn run(context: &Context, command: &ServiceCommand) -> Outcome {
    match command {
        ServiceCommand::Install(args) => install::run(context, args),
        ServiceCommand::Uninstall(args) => uninstall::run(context, args),
        ServiceCommand::Status(args) => status::run(context, args),
    }
}

/// Where the units are.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlaceArgs {
    /// For the system's manager, in /etc/systemd/system, instead of the user's
    #[arg(long)]
    system: bool,
    /// The directory of the units [default: $XDG_CONFIG_HOME/systemd/user, with --system /etc/systemd/system]
    #[arg(long, value_name = "DIR")]
    unit_dir: Option<PathBuf>,
}

impl PlaceArgs {
    fn scope(&self) -> Scope {
        if self.system { Scope::System } else { Scope::User }
    }

    fn directory(&self, context: &Context, paths: &Paths) -> Result<PathBuf, Failure> {
        if let Some(directory) = &self.unit_dir {
            return Ok(paths.absolute(directory)?);
        }
        if self.system {
            return Ok(PathBuf::from("/etc/systemd/system"));
        }
        // The base directory specification: a relative one counts as absent.
        let configured = context.env.var("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let base = configured.or_else(|| paths.user_home().map(|home| home.join(".config")));
        base.map(|base| base.join("systemd/user")).ok_or_else(|| {
            OpError::new(ErrorCode::NoHome, "no home directory is known for the user's units")
                .hint("set HOME or XDG_CONFIG_HOME, or give the directory with `--unit-dir`")
                .into()
        })
    }
}
