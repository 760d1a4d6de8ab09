//! `artcafe tenant use`

use clap::Args;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::identity_switch::{self, ProveArgs};
use crate::id::TenantId;
use crate::ops::identity_switch::NewIdentity;

/// Name another tenant in the configuration
///
/// What was proven before says nothing of the new tenant, and the key record's id belongs to the tenant before, so it
/// is taken out. The key file stays. On a terminal a proof is offered. The same id again writes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe tenant use 22222222-bbbb-4bbb-8bbb-222222222222\n  artcafe tenant use 22222222-bbbb-4bbb-8bbb-222222222222 --prove"
)]
pub(crate) struct UseArgs {
    /// The tenant's id, from the portal
    #[arg(value_name = "ID", add = candidates::tenants())]
    id: String,
    #[command(flatten)]
    prove: ProveArgs,
}

pub(crate) fn run(context: &Context, args: &UseArgs) -> Outcome {
    let id: TenantId = args.id.parse()?;
    identity_switch::run(context, "tenant.use", &NewIdentity::Tenant(id), &args.prove)
}
