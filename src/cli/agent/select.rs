//! `artcafe agent use`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::identity_switch::{self, ProveArgs};
use crate::id::AgentId;
use crate::ops::identity_switch::NewIdentity;

/// Name another agent in the configuration
///
/// Sets `auth.agent_id` of the configuration in force (or of `--profile`) and drops the key id of the former agent. With
/// an administrator's token the agent has to exist, and a record of it that holds this machine's key is named. The proof
/// is void then: on a terminal a new one is offered, elsewhere `--prove` makes it, and its verdict is the exit code. The
/// key stays as it is, and has to be registered for that agent. The same id again writes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent use AGENT_ID\n  artcafe agent use AGENT_ID --prove\n  artcafe --profile staging agent use AGENT_ID"
)]
pub(crate) struct UseArgs {
    /// The agent
    #[arg(value_name = "ID", add = candidates::agents())]
    agent: String,
    #[command(flatten)]
    prove: ProveArgs,
}

pub(crate) fn run(context: &Context, args: &UseArgs) -> Outcome {
    let id: AgentId = args.agent.parse()?;
    identity_switch::run(context, "agent.use", &NewIdentity::Agent(id), &args.prove)
}
