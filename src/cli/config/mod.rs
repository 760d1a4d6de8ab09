//! `artcafe config`: the configuration file.

mod explain;
mod get;
mod init;
mod path;
mod profiles;
mod relink;
mod set;
mod show;
mod unset;
mod validate;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

pub(crate) use explain::ExplainData;
pub(crate) use get::GetData;
pub(crate) use path::PathData;
pub(crate) use profiles::ProfilesData;
pub(crate) use show::ShowData;
pub(crate) use validate::ValidateData;

/// Look at, check and change the configuration
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum ConfigCommand {
    Path(path::PathArgs),
    Show(show::ShowArgs),
    Get(get::GetArgs),
    Explain(explain::ExplainArgs),
    Set(set::SetArgs),
    Unset(unset::UnsetArgs),
    Validate(validate::ValidateArgs),
    Init(init::InitArgs),
    Profiles(profiles::ProfilesArgs),
    Relink(relink::RelinkArgs),
}

pub(crate) fn run(context: &Context, command: &ConfigCommand) -> Outcome {
    match command {
        ConfigCommand::Path(args) => path::run(context, args),
        ConfigCommand::Show(args) => show::run(context, args),
        ConfigCommand::Get(args) => get::run(context, args),
        ConfigCommand::Explain(args) => explain::run(context, args),
        ConfigCommand::Set(args) => set::run(context, args),
        ConfigCommand::Unset(args) => unset::run(context, args),
        ConfigCommand::Validate(args) => validate::run(context, args),
        ConfigCommand::Init(args) => init::run(context, args),
        ConfigCommand::Profiles(args) => profiles::run(context, args),
        ConfigCommand::Relink(args) => relink::run(context, args),
    }
}
