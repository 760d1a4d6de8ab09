//! `artcafe agent update`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::agent::warn_not_kept;
use crate::cli::args::PassphraseArgs;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::ops::agent::update::{AgentUpdateOptions, update};
use crate::ops::{ErrorCode, OpError};

/// Change an agent's name, description, owner or tags
///
/// The platform lets nothing else be changed: neither type nor capabilities, and in particular not the key on the
/// agent's own record, for which a new agent has to be registered. What is not named here stays as it is; nothing is
/// sent where nothing would change.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent update --description \"reads the orders\" --tag orders\n  artcafe agent update AGENT_ID --name prod-orders-01 --owner billing\n  artcafe agent update AGENT_ID --remove-tag old --description \"\""
)]
pub(crate) struct UpdateArgs {
    /// The agent [default: the configured one]
    #[arg(value_name = "ID", add = candidates::agents())]
    agent: Option<String>,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is for; empty takes it out
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Whose it is; empty takes it out
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// A word to find it by, added to those that are there; repeat for more
    #[arg(long, value_name = "WORD")]
    tag: Vec<String>,
    /// A word to find it by that goes; repeat for more
    #[arg(long, value_name = "WORD")]
    remove_tag: Vec<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &UpdateArgs) -> Outcome {
    let id = args.agent.as_deref().map(str::parse).transpose()?;
    let options = AgentUpdateOptions {
        name: args.name.clone(),
        description: args.description.clone(),
        owner: args.owner.clone(),
        add_tags: args.tag.clone(),
        remove_tags: args.remove_tag.clone(),
    };
    let texts = [&options.name, &options.description, &options.owner];
    if texts.iter().all(|text| text.is_none()) && options.add_tags.is_empty() && options.remove_tags.is_empty() {
        return Err(OpError::new(ErrorCode::Usage, "nothing is named that is to be changed")
            .hint("give `--name`, `--description`, `--owner`, `--tag` or `--remove-tag`; a record's key cannot be changed by any API")
            .into());
    }
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let report = context.block_on(update(&session, id.as_ref(), &options))??;
    warn_not_kept(&context.output, &report.not_kept);
    context.output.finish("agent.update", &report, |report| match report.changed.is_empty() {
        true => format!("agent `{}` is as wanted already; nothing was sent", report.agent.agent_id),
        false => format!("changed of agent `{}`: {}", report.agent.agent_id, report.changed.join(", ")),
    })
}
